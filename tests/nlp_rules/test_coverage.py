"""Every concept of the public contract, section 4, has a rule whose facts are reported."""

from __future__ import annotations

import pytest

from nlp_rules import load_rules

PACK = load_rules()
CONTRACT: dict[str, str] = {
    "diagnosis": """
        sle lupus_nephritis cutaneous_lupus drug_induced_lupus antiphospholipid_syndrome
        seizure_disorder traumatic_brain_injury stroke intracranial_hemorrhage
        impaired_consciousness neuropsychiatric_lupus hypertension uncontrolled_hypertension
        heart_failure arrhythmia unstable_angina myocardial_infarction intracardiac_thrombus asthma
        respiratory_failure hemolytic_anemia hepatitis_b hepatitis_c hiv tuberculosis
        latent_tuberculosis malaria syphilis cmv_infection ebv_infection bacterial_infection
        malignancy pregnancy breastfeeding drug_allergy
        fever delirium psychosis seizure organic_brain_syndrome visual_disturbance
        cranial_neuropathy lupus_headache vasculitis arthritis myositis acute_cutaneous_lupus
        subacute_cutaneous_lupus discoid_lupus alopecia oral_ulcers pleurisy pleural_effusion
        pericarditis pericardial_effusion
    """,
    "measurement": """
        ana anti_dsdna anti_sm c3 c4 ch50 anticardiolipin anti_beta2_glycoprotein_1
        lupus_anticoagulant direct_coombs wbc anc alc hemoglobin platelets creatinine egfr alt ast
        total_bilirubin albumin upcr uacr urine_protein_24h urine_rbc urine_wbc urine_casts crp esr
        ck ldh haptoglobin reticulocytes ferritin hbsag anti_hbc anti_hbs hbv_dna hcv_antibody
        hcv_rna hiv_test tb_igra syphilis_test cmv_pcr ebv_pcr hcg lvef fvc_percent_predicted
        fev1_percent_predicted temperature systolic_bp diastolic_bp sledai_2k eular_acr_2019
        nyha_class
    """,
    "therapy": """
        hydroxychloroquine prednisone methylprednisolone mycophenolate cyclophosphamide
        azathioprine tacrolimus cyclosporine voclosporin methotrexate leflunomide rituximab
        obinutuzumab belimumab anifrolumab glucocorticoid antimalarial calcineurin_inhibitor
        anti_cd20 car_t anti_cd19 gene_therapy stem_cell_transplant kidney_transplant dialysis
        plasma_exchange ivig transfusion live_vaccine growth_factor
    """,
    "biopsy": "kidney_biopsy",
    "demographic": "age sex birth_date",
    "status": "informed_consent contraception trial_participation",
}


@pytest.mark.parametrize("kind", CONTRACT)
def test_every_concept_of_the_contract_is_reported(kind: str) -> None:
    assert sorted(set(CONTRACT[kind].split()) - set(PACK.concepts[kind])) == []


def test_the_kinds_are_the_contracts() -> None:
    assert set(PACK.concepts) == set(CONTRACT)


def test_a_concept_belongs_to_one_kind() -> None:
    every = [concept for concepts in PACK.concepts.values() for concept in concepts]
    assert len(every) == len(set(every))


@pytest.mark.parametrize("kind", CONTRACT)
def test_concepts_are_listed_once_and_in_order(kind: str) -> None:
    assert list(PACK.concepts[kind]) == sorted(set(PACK.concepts[kind]))


def test_what_is_recognised_and_not_reported_is_no_concept_of_the_contract() -> None:
    unreported = {r.concept for r in PACK.therapies.therapies if not r.reported}
    unreported |= {r.concept for r in PACK.measurements.measurements if not r.reported}
    unreported |= {r.concept for r in PACK.diagnoses.diagnoses if not r.reported}
    assert unreported.isdisjoint(" ".join(CONTRACT.values()).split())
