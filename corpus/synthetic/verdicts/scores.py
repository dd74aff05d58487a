"""INC-02 and INC-03: how many points what was told is worth, at least and at most.

Weights: EULAR/ACR 2019 (Aringer 2019) and SLEDAI-2K (Gladman 2002), as in the clinical reference.
"""

from __future__ import annotations

from collections.abc import Callable

from corpus.synthetic.disease_activity import PROTEINURIA, finding_points
from corpus.synthetic.statements import Result
from corpus.synthetic.verdicts.reader import Outcome, Reader

_CLASSIFIED, _ACTIVE, _ACTIVE_BY_LABORATORY = 10, 8, 4
_SKIN = {
    "finding_acute_cutaneous_lupus": 6, "finding_discoid_lupus": 4, "finding_oral_ulcers": 2,
    "finding_alopecia": 2,
}  # fmt: skip
_SEROSA = {"finding_pericardial_effusion", "finding_pleural_effusion"}
_SLEDAI_TESTS = (
    *PROTEINURIA, "urine_rbc", "urine_wbc", "c3", "c4", "anti_dsdna", "platelets", "wbc",
)  # fmt: skip
_ANY_LABORATORY = {"c3": (0.75, 0.95), "c4": (0.09, 0.17), "anti_dsdna": (200, 4)}
"""Limits beyond which every laboratory agrees, and beyond which some do: the lower limit of C3
varies 0.76 to 0.90 g/L, that of C4 0.09 to 0.16; that of anti-dsDNA has no common value."""


def classification(reader: Reader) -> Outcome | None:
    """The entry by an ANA titre, then the weights of the domains.

    What was told can only be added to, so a total short of ten leaves it open.
    """
    known = reader.topics()
    entry = known & {"antibody_history", "titre_item"}
    if "antibody_negative" in known:
        return None if entry else "fail"
    if not entry:
        return "unknown"
    if _classification_points(reader, least=True) >= _CLASSIFIED:
        return "pass"
    return "unknown" if _classification_points(reader, least=False) < _CLASSIFIED else None


def activity(reader: Reader) -> Outcome | None:
    """SLEDAI-2K of the month before screening; no note tells an item of the nervous system."""
    if reader.without_unit(*_SLEDAI_TESTS):
        return None
    known = reader.topics(reader.month_ago)
    findings = {topic.removeprefix("finding_") for topic in known if topic.startswith("finding_")}
    infected = "bacterial_infection_present" in known
    surely = _laboratory_points(reader, least=True, infected=infected)
    perhaps = _laboratory_points(reader, least=False, infected=infected)
    clinical = finding_points(findings)
    sure_clinical = finding_points(findings - {"fever"}) if infected else clinical
    if surely >= _ACTIVE_BY_LABORATORY and surely + sure_clinical >= _ACTIVE:
        return "pass"
    short = perhaps < _ACTIVE_BY_LABORATORY or perhaps + clinical < _ACTIVE
    return "unknown" if short else None


def abnormal(result: Result, *, least: bool) -> bool:
    """Low complement or raised anti-dsDNA: by the limits told, else by those of any laboratory.

    A value between the limits of two laboratories is doubtful: abnormal only at the most.
    """
    if result.with_limits:
        return result.printed.flag is not None
    sure, doubtful = _ANY_LABORATORY[result.analyte]
    limit = sure if least else doubtful
    value = result.printed.canonical
    return value > limit if result.analyte == "anti_dsdna" else value < limit


def _classification_points(reader: Reader, *, least: bool) -> int:
    known = reader.topics()

    def ever(analyte: str, holds: Callable[[Result], bool]) -> bool:
        return any(holds(result) for result in reader.results(analyte, with_unit=True))

    classes = {name for biopsy in reader.biopsies() for name in biopsy.classes}
    renal = 10 if classes & {"III", "IV"} else 8 if classes & {"II", "V"} else 0
    if any(ever(one, lambda result: result.printed.canonical > 0.5) for one in PROTEINURIA):
        renal = max(renal, 4)
    blood = 3 if ever("wbc", lambda result: result.printed.canonical < 4.0) else 0
    if ever("platelets", lambda result: result.printed.canonical < 100):
        blood = 4
    clinical = renal + blood + max((w for topic, w in _SKIN.items() if topic in known), default=0)
    clinical += 5 if known & _SEROSA else 0
    clinical += 6 if "finding_arthritis" in known else 0
    clinical += 2 if "finding_fever" in known else 0
    low = [ever(one, lambda result: abnormal(result, least=least)) for one in ("c3", "c4")]
    specific = ever("anti_dsdna", lambda result: abnormal(result, least=least))
    immunologic = 4 if all(low) else 3 if any(low) else 0
    immunologic += 6 if specific or "anti_sm_positive" in known else 0
    return clinical + immunologic if clinical else 0


def _laboratory_points(reader: Reader, *, least: bool, infected: bool) -> int:
    """The newest results; cells in the urine of an infected patient may be the infection's."""

    def newest(analyte: str, holds: Callable[[Result], bool]) -> bool:
        return any(holds(result) for result in reader.newest(analyte))

    def low(analyte: str) -> bool:
        return newest(analyte, lambda result: abnormal(result, least=least))

    protein = any(newest(one, lambda result: result.printed.canonical > 0.5) for one in PROTEINURIA)
    points = 4 if protein else 0
    if not (least and infected):
        points += 4 if newest("urine_rbc", lambda result: result.printed.canonical > 5) else 0
        points += 4 if newest("urine_wbc", lambda result: result.printed.canonical > 5) else 0
    points += 2 if low("c3") or low("c4") else 0
    points += 2 if newest("anti_dsdna", lambda result: abnormal(result, least=least)) else 0
    points += 1 if newest("platelets", lambda result: result.printed.canonical < 100) else 0
    return points + (1 if newest("wbc", lambda result: result.printed.canonical < 3.0) else 0)
