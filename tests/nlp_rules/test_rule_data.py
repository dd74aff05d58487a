"""The drugs, analytes, units and dosing words that the rule files hold, and what they mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import spacy
import yaml

from abstraction.pipeline.matching import HYPHENS
from abstraction.pipeline.targets import TargetFinder
from abstraction.pipeline.tokenizer import ClinicalTokenizer
from nlp_rules import load_rules
from nlp_rules.schema import ConceptRule, MeasurementRule, Term
from nlp_rules.ucum import conversion

RULES = load_rules()
REQUIRED: dict[str, dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "required_names.yaml").read_text(encoding="utf-8")
)
THERAPIES = RULES.therapies.therapies
MEASUREMENTS = RULES.measurements.measurements

_nlp = spacy.blank("en")
_tokenize = ClinicalTokenizer(_nlp.vocab)


def words_of(text: str) -> tuple[str, ...]:
    """What the matcher compares: tokens without white space, hyphens and case."""
    return tuple(
        token.text.lower()
        for token in _tokenize(text)
        if not token.is_space and token.text not in HYPHENS
    )


def is_gated(term: Term) -> bool:
    return bool(
        term.only_near or term.unless_near or term.only_before or term.unless_before
        or term.only_after or term.unless_after or term.only_around
    )  # fmt: skip


def index(rules: Iterable[ConceptRule]) -> dict[tuple[str, ...], set[str]]:
    found: dict[tuple[str, ...], set[str]] = {}
    for rule in rules:
        for term in rule.terms:
            found.setdefault(words_of(term.text), set()).add(rule.concept)
    return found


# ---- what must be there --------------------------------------------------------------------------

NAMES = {"therapies": index(THERAPIES), "measurements": index(MEASUREMENTS)}
LOOKALIKES = [term for lookalike in RULES.lookalikes for term in lookalike.terms]
DROPPED = {words_of(term.text) for term in LOOKALIKES}


@pytest.mark.parametrize("kind", ["therapies", "measurements"])
def test_every_name_of_the_reference_is_known(kind: str) -> None:
    missing = [
        (row, name)
        for row, required in REQUIRED[kind].items()
        for name in required["names"]
        if not (
            words_of(name) in DROPPED
            if required["concept"] is None
            else required["concept"] in NAMES[kind].get(words_of(name), set())
        )
    ]
    assert missing == []


@pytest.mark.parametrize(
    ("kind", "rules"), [("therapies", THERAPIES), ("measurements", MEASUREMENTS)]
)
def test_codes_are_the_verified_ones_and_no_others(
    kind: str, rules: tuple[ConceptRule, ...]
) -> None:
    verified: dict[str, set[str]] = {}
    for required in REQUIRED[kind].values():
        if required["concept"] is not None:
            verified.setdefault(required["concept"], set()).update(required["codes"])
    listed: dict[str, set[str]] = {}
    for rule in rules:
        listed.setdefault(rule.concept, set()).update(code.code for code in rule.codes)
    invented = {c: codes - verified.get(c, set()) for c, codes in listed.items()}
    assert {c: codes for c, codes in invented.items() if codes} == {}
    assert [c for c, codes in verified.items() if codes and not listed.get(c)] == []


def test_every_concept_of_the_contract_has_a_rule() -> None:
    for kind, rules in (("therapies", THERAPIES), ("measurements", MEASUREMENTS)):
        assert sorted(set(REQUIRED["contract"][kind]) - {rule.concept for rule in rules}) == []


def test_no_rule_lists_a_name_twice() -> None:
    for rule in (*THERAPIES, *MEASUREMENTS):
        written = Counter(
            (words_of(t.text), t.text if t.case == "exact" else "")
            for t in rule.terms if not is_gated(t)
        )  # fmt: skip
        assert [name for name, times in written.items() if times > 1] == [], rule.concept


SHARED = [{"hbsag", "hcv_antibody"}, {"anti_cd19", "car_t"}]
"""Concepts that one name can stand for at once: "hepatitis panel", "CD19 CAR-T"."""


@pytest.mark.parametrize("rules", [THERAPIES, MEASUREMENTS])
def test_a_name_of_two_concepts_is_told_apart_by_gates(rules: tuple[ConceptRule, ...]) -> None:
    owners: dict[tuple[str, ...], set[str]] = {}
    for rule in rules:
        for term in rule.terms:
            if not is_gated(term):
                owners.setdefault(words_of(term.text), set()).add(rule.concept)
    clashes = {name: c for name, c in owners.items() if len(c) > 1 and c not in SHARED}
    assert clashes == {}


def test_no_lookalike_hides_a_name() -> None:
    dropped = {
        t.text if t.case == "exact" else words_of(t.text) for t in LOOKALIKES if not is_gated(t)
    }
    hidden = [
        term.text
        for rule in (*THERAPIES, *MEASUREMENTS)
        for term in rule.terms
        if words_of(term.text) in dropped or (term.case == "exact" and term.text in dropped)
    ]
    assert hidden == []


# ---- what a word stands for ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def concepts() -> Callable[[str], list[str]]:
    """The therapies and measurements named in one sentence, in order."""
    finder = TargetFinder(_nlp, RULES)

    def read(sentence: str) -> list[str]:
        doc = _tokenize(sentence)
        for token in doc:
            token.is_sent_start = token.i == 0
        found = sorted(finder(doc)._.targets, key=lambda target: (target.start, target.concept))
        return [t.concept for t in found if t.kind in ("therapy", "measurement")]

    return read


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Pyelo: CTX 1 g IV q24h day 3.", []),
        ("LN class IV, CTX pulses monthly x6", ["cyclophosphamide"]),
        ("CTX telopeptide 320 pg/mL", []),
        ("CPM 4 mg tds for cough", []),
        ("chest pain (CP) resolved", []),
        ("CP 500 mg IV fortnightly", ["cyclophosphamide"]),
        ("Euro-Lupus regimen in 2019", ["cyclophosphamide"]),
        ("cyclophosphamide (Euro-Lupus)", ["cyclophosphamide"]),
        ("TAC 0.1% cream to arms", ["triamcinolone"]),
        ("TAC 2 mg bid, trough 6.1 ng/mL", ["tacrolimus"]),
        ("Protopic to face", ["tacrolimus"]),
        ("FVC 58% pred", ["fvc_percent_predicted"]),
        ("pred 10 alt with 5", ["prednisone"]),
        ("Pred Forte drops", ["prednisolone"]),
        ("MP joints tender", []),
        ("MP 500 mg x3", ["methylprednisolone"]),
        ("6-MP 50 mg", ["mercaptopurine"]),
        ("HC 1% cream", ["hydrocortisone"]),
        ("HC 36 cm at birth", []),
        ("on cART since 2012, VL <20", []),
        ("CAR-T infusion in June", ["car_t"]),
        ("CD19 CAR-T cells infused", ["anti_cd19", "car_t"]),
        ("s/p RTx 2015, graft stable", ["kidney_transplant"]),
        ("RTx 60 Gy in 30 fractions", []),
        ("RTX 1 g on day 1 and 15", ["rituximab"]),
        ("MPO-ANCA positive MPA", []),
        ("MPA 720 mg bid", ["mycophenolate"]),
        ("CSA, uses CPAP", []),
        ("CsA 100 mg bid", ["cyclosporine"]),
        ("PE ruled out by CTPA", []),
        ("5 sessions of PE for TTP", ["plasma_exchange"]),
        ("AZA for MDS", []),
        ("AZA 150 mg daily", ["azathioprine"]),
        ("intravesical BCG for bladder tumour", []),
        ("anti-thyroid: TPO and ATG high", []),
        ("AAV with MPO", []),
        ("ECU tendon tear", []),
        ("DDS visit next week", []),
        ("Shingrix given", []),
        ("Zostavax given", ["live_vaccine"]),
        ("steroid-sparing agent", []),
        ("listed for renal transplant", []),
        ("Renal transplant 2015", ["kidney_transplant"]),
        ("No history of transplant, stroke or seizure", ["kidney_transplant"]),
        ("liver transplant 2010", []),
        ("ramipril 5 mg, losartan 50 mg, dapagliflozin", []),
        ("Gazyvaro x2, then MabThera", ["obinutuzumab", "rituximab"]),
        ("HCQ + MMF + pred", ["hydroxychloroquine", "mycophenolate", "prednisone"]),
    ],
)
def test_therapy_words(
    concepts: Callable[[str], list[str]], sentence: str, expected: list[str]
) -> None:
    assert concepts(sentence) == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("ENA: Sm+, RNP+, Ro-, La-", ["anti_sm"]),
        ("Sm/RNP pos", []),
        ("anti-smooth muscle 1:40", []),
        ("seen by Dr Smith", []),
        ("IF: IgG 3+, C3 2+, C1q 2+ (full house)", []),
        ("C3-C4 disc herniation", []),
        ("C3/C4 45/6", ["c3", "c4"]),
        ("LA mildly dilated, echo normal", []),
        ("aCL IgG 62 GPL, LA positive", ["anticardiolipin", "lupus_anticoagulant"]),
        ("COVID PCR negative", []),
        ("PCR 3.1 g/g", ["upcr"]),
        ("PCR 12 mg/L", ["crp"]),
        ("urine ACR 30 mg/mmol", ["uacr"]),
        ("ACR criteria", []),
        ("UA: WBC 3, RBC 50, RBC casts", ["urine_wbc", "urine_rbc", "urine_casts"]),
        ("WBC 3.2, plt 88, neuts 62%", ["wbc", "platelets"]),
        ("WBC high", ["wbc"]),
        ("TLC 71% pred, DLCO 60% pred", []),
        ("TLC 3200/cumm", ["wbc"]),
        ("FEV1/FVC 0.81", []),
        ("HbA1c 5.4", []),
        ("Hgb/Hct 9.1/27", ["hemoglobin", "hematocrit"]),
        ("creatinine clearance 80", []),
        ("Tbili/Dbili 1.8/0.4", ["total_bilirubin", "direct_bilirubin"]),
        ("proteinuria 1.2 g/d", ["urine_protein_24h"]),
        ("proteinuria 2.4 g/g", ["upcr"]),
        ("3+ protein", ["urine_dipstick_protein"]),
        ("CMV and EBV PCR negative", ["cmv_pcr", "ebv_pcr"]),
        ("CMV IgG positive", []),
        ("HBsAg neg, HBsAb pos, HBcAb neg", ["hbsag", "anti_hbs", "anti_hbc"]),
        ("indirect Coombs positive", []),
        ("Coombs negative", ["direct_coombs"]),
        ("T 37.2, BP 128/78", ["temperature", "systolic_bp"]),
        ("T-score -2.5", []),
        ("RVEF 40%, LVEF 55%", ["lvef"]),
        ("EULAR/ACR 2019 score 18", ["eular_acr_2019"]),
        ("ANA 1:640 speckled", ["ana"]),
    ],
)
def test_measurement_words(
    concepts: Callable[[str], list[str]], sentence: str, expected: list[str]
) -> None:
    assert concepts(sentence) == expected


# ---- numbers -------------------------------------------------------------------------------------


def measurement(concept: str) -> MeasurementRule:
    return next(rule for rule in MEASUREMENTS if rule.concept == concept)


def canonical(concept: str, number: str, unit: str) -> float:
    convert = measurement(concept).to_canonical(unit)
    assert convert is not None
    return float(convert(Fraction(number)))


@pytest.mark.parametrize(
    ("concept", "number", "unit", "expected"),
    [
        ("hemoglobin", "9.1", "g/dL", 91.0),
        ("hemoglobin", "5.6", "mmol/L", 90.2384),
        ("upcr", "271", "mg/mmol", 271 / 113.12),
        ("upcr", "2400", "mg/g", 2.4),
        ("upcr", "0.1", "g/mmol", 100 / 113.12),
        ("uacr", "300", "mg/g", 0.3),
        ("urine_protein_24h", "1850", "mg/(24.h)", 1.85),
        ("creatinine", "1.1", "mg/dL", 97.262),
        ("total_bilirubin", "2.0", "mg/dL", 34.2),
        ("c3", "62", "mg/dL", 0.62),
        ("c4", "6", "mg/dL", 0.06),
        ("albumin", "2.9", "g/dL", 29.0),
        ("wbc", "3200", "/uL", 3.2),
        ("platelets", "0.88", "10*5/uL", 88.0),
        ("anti_dsdna", "84", "k[IU]/L", 84.0),
        ("temperature", "98.6", "[degF]", 37.0),
        ("temperature", "100.4", "[degF]", 38.0),
        ("lvef", "0.55", "1", 55.0),
        ("crp", "1.2", "mg/dL", 12.0),
        ("alt", "0.5", "ukat/L", 30.0),
    ],
)
def test_conversions_worked_by_hand(concept: str, number: str, unit: str, expected: float) -> None:
    assert canonical(concept, number, unit) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("concept", "unit"),
    [
        ("anti_dsdna", "U/mL"), ("uacr", "mg/dL"), ("urine_rbc", "/uL"), ("hiv_rna", "[IU]/mL"),
        ("egfr", "mL/min"), ("anc", "%"), ("creatinine", "U/L"), ("anti_sm", "[arb'U]/mL"),
    ],
)  # fmt: skip
def test_what_has_no_conversion_is_not_converted(concept: str, unit: str) -> None:
    assert measurement(concept).to_canonical(unit) is None


def test_the_factors_of_the_rules_are_of_other_dimensions() -> None:
    """Those of the same one are UCUM's business, and stand in no rule."""
    known = [
        (rule.concept, known.unit)
        for rule in MEASUREMENTS
        for known in rule.conversions
        if rule.canonical_unit and conversion(known.unit, rule.canonical_unit)
    ]
    assert known == []


@pytest.mark.parametrize(
    ("concept", "number", "units"),
    [
        ("upcr", 2.4, {"mg/mg"}),
        ("upcr", 0.8, {"mg/mg"}),
        ("upcr", 45, {"mg/mmol", "mg/g"}),
        ("upcr", 150, {"mg/mmol", "mg/g"}),
        ("upcr", 900, {"mg/mmol", "mg/g"}),
        ("upcr", 2400, {"mg/mmol", "mg/g"}),
        ("hemoglobin", 91, {"g/L"}),
        ("hemoglobin", 9.1, {"g/dL"}),
        ("hemoglobin", 5.6, {"g/dL", "mmol/L"}),
        ("wbc", 3.2, {"10*9/L"}),
        ("wbc", 3200, {"/uL"}),
        ("platelets", 88, {"10*9/L"}),
        ("platelets", 88000, {"/uL"}),
        ("platelets", 0.88, {"10*5/uL"}),
        ("platelets", 1.5, {"10*9/L", "10*5/uL"}),
        ("anc", 850, {"/uL"}),
        ("anc", 0.85, {"10*9/L"}),
        ("anc", 62, set()),
        ("creatinine", 1.1, {"mg/dL"}),
        ("creatinine", 97, {"umol/L"}),
        ("c3", 0.62, {"g/L"}),
        ("c3", 62, {"mg/dL"}),
        ("c3", 5, {"g/L", "mg/dL"}),
        ("c4", 0.09, {"g/L"}),
        ("c4", 3, {"g/L", "mg/dL"}),
        ("c4", 9, {"mg/dL"}),
        ("lvef", 0.55, {"1"}),
        ("lvef", 55, {"%"}),
        ("temperature", 38.3, {"Cel"}),
        ("temperature", 101, {"[degF]"}),
        ("total_bilirubin", 2.0, {"mg/dL"}),
        ("total_bilirubin", 34, {"umol/L"}),
        ("total_bilirubin", 5, {"mg/dL", "umol/L"}),
        ("urine_protein_24h", 2.1, {"g/(24.h)"}),
        ("urine_protein_24h", 1850, {"mg/(24.h)"}),
        ("anti_dsdna", 84, set()),
    ],
)
def test_units_a_bare_number_can_be_in(concept: str, number: float, units: set[str]) -> None:
    bands = measurement(concept).without_unit
    assert {band.unit for band in bands if band.low <= number <= band.high} == units


CANONICAL = {
    "hemoglobin": "g/L", "albumin": "g/L", "wbc": "10*9/L", "anc": "10*9/L", "alc": "10*9/L",
    "platelets": "10*9/L", "creatinine": "umol/L", "total_bilirubin": "umol/L", "alt": "U/L",
    "ast": "U/L", "ck": "U/L", "ldh": "U/L", "upcr": "mg/mg", "uacr": "mg/mg",
    "urine_protein_24h": "g/(24.h)", "c3": "g/L", "c4": "g/L", "anti_dsdna": "[IU]/mL",
    "lvef": "%", "fvc_percent_predicted": "%", "fev1_percent_predicted": "%", "temperature": "Cel",
    "systolic_bp": "mm[Hg]", "diastolic_bp": "mm[Hg]", "ana": "{titer}", "urine_rbc": "/[HPF]",
    "urine_wbc": "/[HPF]", "egfr": "mL/min/{1.73_m2}",
}  # fmt: skip


def test_canonical_units_are_the_contracts() -> None:
    assert {c: measurement(c).canonical_unit for c in CANONICAL} == CANONICAL


def test_rules_of_one_concept_agree_on_their_limits() -> None:
    for rule in MEASUREMENTS:
        if rule.plausible is not None:
            assert rule.plausible[0] < rule.plausible[1], rule.concept


# ---- units and dosing ----------------------------------------------------------------------------

PRINTED = {printed: unit.ucum for unit in RULES.units.units for printed in unit.printed}


def test_a_printing_stands_for_one_unit() -> None:
    printed = Counter(word for unit in RULES.units.units for word in unit.printed)
    assert [word for word, times in printed.items() if times > 1] == []


def test_every_unit_of_a_rule_can_be_printed() -> None:
    known = {unit.ucum for unit in RULES.units.units}
    unprinted = {
        unit
        for rule in MEASUREMENTS
        for unit in (*(c.unit for c in rule.conversions), rule.canonical_unit)
        if unit is not None and unit not in known
    }
    assert unprinted <= {"{titer}", "{score}"}


@pytest.mark.parametrize(
    ("printed", "ucum"),
    [
        ("×10⁹/L", "10*9/L"), ("G/L", "10*9/L"), ("g/L", "g/L"), ("K/uL", "10*3/uL"),
        ("x10E3/uL", "10*3/uL"), ("/cumm", "/mm3"), ("cells/µL", "/uL"), ("lakh", "10*5/uL"),
        ("gm%", "g/dL"), ("µmol/L", "umol/L"), ("mg/mmol", "mg/mmol"), ("g/mol", "g/mol"),
        ("g/24h", "g/(24.h)"), ("g/day", "g/d"), ("IU/mL", "[IU]/mL"), ("UI/mL", "[IU]/mL"),
        ("GPL", "[GPL'U]"), ("/hpf", "/[HPF]"), ("mmHg", "mm[Hg]"), ("°F", "[degF]"),
        ("ml/min/1.73 m²", "mL/min/{1.73_m2}"),
    ],
)  # fmt: skip
def test_units_as_printed(printed: str, ucum: str) -> None:
    assert PRINTED[printed] == ucum


@pytest.mark.parametrize(
    ("word", "per_day"),
    [
        ("od", 1), ("nocte", 1), ("0-0-1", 1), ("BID", 2), ("bd", 2), ("1-0-1", 2), ("q12h", 2),
        ("tds", 3), ("q8h", 3), ("qid", 4), ("alternate days", 0.5), ("weekly", 1 / 7),
        ("fortnightly", 1 / 14), ("q2w", 1 / 14), ("q4w", 1 / 28), ("monthly", 12 / 365.25),
        ("twice weekly", 2 / 7), ("tiw", 3 / 7),
    ],
)  # fmt: skip
def test_frequencies(word: str, per_day: float) -> None:
    found = [
        entry.per_day
        for entry in RULES.dosing.frequencies
        if word.lower() in {w.lower() for w in entry.words}
    ]
    assert found == [pytest.approx(per_day)]


def test_a_frequency_or_route_is_listed_once() -> None:
    frequencies = Counter(w.lower() for f in RULES.dosing.frequencies for w in f.words)
    routes = Counter(w.lower() for words in RULES.dosing.routes.values() for w in words)
    assert [word for word, times in frequencies.items() if times > 1] == []
    assert [word for word, times in routes.items() if times > 1] == []


def test_dose_units_in_milligrams() -> None:
    units = RULES.dosing.dose_units
    assert (units["mg"], units["g"], units["gm"], units["mcg"], units["µg"]) == (
        1, 1000, 1000, 0.001, 0.001,
    )  # fmt: skip
    assert units["mg/kg"] is None and units["mg/m2"] is None and units["tablets"] is None


INTERPRETATIONS = {
    word.lower(): entry.interpretation
    for entry in RULES.measurements.interpretations
    for word in entry.words
}


@pytest.mark.parametrize(
    ("word", "meaning"),
    [
        ("nonreactive", "negative"), ("non-reactive", "negative"), ("NR", "negative"),
        ("-ve", "negative"), ("undetectable", "negative"), ("reactive", "positive"),
        ("+", "positive"), ("strongly positive", "positive"), ("equivocal", "indeterminate"),
        ("reduced", "low"), ("WNL", "normal"), ("preserved", "normal"),
        ("raised", "high"), ("TNTC", "high"),
    ],
)  # fmt: skip
def test_result_words(word: str, meaning: str) -> None:
    assert INTERPRETATIONS[word.lower()] == meaning


def test_a_result_word_has_one_meaning() -> None:
    meanings: dict[str, set[str]] = {}
    for entry in RULES.measurements.interpretations:
        for word in entry.words:
            meanings.setdefault(word.lower(), set()).add(entry.interpretation)
    assert {word: m for word, m in meanings.items() if len(m) > 1} == {}
