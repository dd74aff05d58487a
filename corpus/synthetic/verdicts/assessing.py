"""Every criterion of NCT07432334, judged on one chart, and the triage that it comes to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from abstraction.dates import add_months
from corpus.synthetic.course import Course, Episode
from corpus.synthetic.telling import Said
from corpus.synthetic.verdicts.reader import Outcome, Reader
from corpus.synthetic.verdicts.refractory import refractory
from corpus.synthetic.verdicts.scores import abnormal, activity, classification

CRITERIA = (*(f"INC-{n:02d}" for n in range(1, 15)), *(f"EXC-{n:02d}" for n in range(1, 18)))
_CORE = CRITERIA[:5]
_MODIFIABLE = ("EXC-07", "EXC-08", "EXC-09")
_NEVER_FAILING_UNSETTLED = (
    *_MODIFIABLE, "INC-02", "INC-03", "INC-04", "EXC-06", "EXC-14", "EXC-15",
)  # fmt: skip
"""Criteria that are left out only where the other reading is a pass or an unknown."""


def assessment(course: Course, said: Iterable[Said]) -> dict[str, Any]:
    """The gold assessment: anchors, the outcomes that are settled, the triage they come to."""
    reader = Reader(course, tuple(said))
    outcomes = {
        criterion: outcome
        for criterion in CRITERIA
        if (outcome := _judge(criterion, reader)) is not None
    }
    leukapheresis = course.leukapheresis
    found: dict[str, Any] = {
        "anchors": {
            "screening": course.screening.isoformat(),
            "leukapheresis": leukapheresis.isoformat() if leukapheresis else None,
        },
        "criteria": outcomes,
    }
    triage = _triage(outcomes)
    return found | ({"triage": triage} if triage else {})


def _judge(criterion: str, reader: Reader) -> Outcome | None:
    judge = _JUDGES.get(criterion)
    return judge(reader) if judge else reader.stated(criterion)


def _triage(outcomes: Mapping[str, Outcome]) -> str | None:
    """The contract's rule; None where a criterion that was left out could change it."""
    if any(outcome == "fail" and one not in _MODIFIABLE for one, outcome in outcomes.items()):
        return "ineligible"
    if any(one not in outcomes for one in CRITERIA if one not in _NEVER_FAILING_UNSETTLED):
        return None
    core = {outcomes.get(one) for one in _CORE}
    if "unknown" in core:
        return "needs_information"
    return None if None in core else "potentially_eligible"


# --- inclusion ------------------------------------------------------------------------------------


def _age(reader: Reader) -> Outcome | None:
    """By the birth date where it is told, else by an age that may have changed since."""
    years = reader.course.age(reader.screening)
    if any("birth_date" in one.printed for one in reader.said):
        return "pass" if 16 <= years <= 55 else "fail"
    if not any("age" in one.printed for one in reader.said):
        return "unknown"
    readings = {16 <= age <= 55 for age in (years - 1, years, years + 1)}
    if len(readings) > 1:
        return None
    return "pass" if readings == {True} else "fail"


def _antibodies(reader: Reader) -> Outcome | None:
    known = reader.topics()
    positive = known & {"antibody_history", "titre_item", "anti_sm_positive"}
    told = reader.results("anti_dsdna", with_unit=True)
    if "antibody_negative" in known:
        return None if positive or told else "fail"
    if positive or any(abnormal(result, least=True) for result in told):
        return "pass"
    return None if told else "unknown"


def _liver(reader: Reader) -> Outcome | None:
    """ALT of at most five upper limits, each between 19 and 70 U/L; bilirubin of at most 34."""
    if reader.without_unit("alt", "total_bilirubin"):
        return None
    settled: list[Outcome] = []
    for analyte, surely, perhaps in (("alt", 5 * 19, 5 * 70), ("total_bilirubin", 33.9, 34.3)):
        value = reader.number(analyte)
        if value is None:
            settled.append("unknown")
        elif surely < value <= perhaps:
            return None
        else:
            settled.append("pass" if value <= surely else "fail")
    if "fail" in settled:
        return "fail"
    return "unknown" if "unknown" in settled else "pass"


def _lungs(reader: Reader) -> Outcome:
    first = add_months(reader.screening, -12)
    told = {
        one.topic for one in reader.said if one.topic in ("fvc", "fev1") and one.subject >= first
    }
    enough = [getattr(reader.course, one) >= 60 for one in sorted(told)]
    if any(enough):
        return "pass"
    return "fail" if len(enough) == 2 else "unknown"


def _heart(reader: Reader) -> Outcome | None:
    """The three diseases are presumed absent where an echocardiogram is there."""
    first = add_months(reader.screening, -6)
    days = [one.subject for one in reader.said if one.topic in ("lvef", "lvef_dated")]
    if any(abs((day - first).days) <= 31 for day in days):
        return None  # A month told for a day lies on both sides of the window's edge.
    if not any(day > first for day in days):
        return "unknown"
    low, high = reader.course.lvef
    return "pass" if low >= 50 else "fail" if high < 50 else "unknown"


def _at_least(analyte: str, limit: float) -> Callable[[Reader], Outcome | None]:
    def judge(reader: Reader) -> Outcome | None:
        if reader.without_unit(analyte):
            return None
        value = reader.number(analyte)
        if value is None:
            return "unknown"
        return "pass" if value >= limit - 1e-9 else "fail"

    return judge


# --- exclusion ------------------------------------------------------------------------------------


def _hemolysis(reader: Reader) -> Outcome:
    negative = reader.tests(3).get("direct_coombs") == "negative"
    return "pass" if negative else reader.stated("EXC-05")


def _viruses(reader: Reader) -> Outcome | None:
    tests = reader.tests(3)
    if "positive" in (tests.get("hbsag"), tests.get("hiv_test")):
        return "fail"
    others = (tests.get("hcv_antibody"), tests.get("anti_hbc"), tests.get("tb_igra"))
    if "positive" in others or "bacterial_infection_present" in reader.topics():
        return None
    if "hbsag" not in tests and "anti_hbc" in tests:
        return None
    needed = [tests.get(one) for one in ("hbsag", "hcv_antibody", "hiv_test")]
    return "pass" if needed == ["negative"] * 3 else "unknown"


def _month_before_leukapheresis(reader: Reader) -> Outcome | None:
    """Anti-CD20, cyclophosphamide, live vaccine: given in that month, or denied in it."""
    day = reader.course.leukapheresis
    if day is None:
        return "unknown"
    first = add_months(day, -1)
    every = (*reader.said, *reader.after)
    given = [
        one.subject.start.day
        for one in every
        if isinstance(one.subject, Episode)
        and one.subject.state == "infusion"
        and one.subject.start
    ]
    if any(abs((date - first).days) <= 2 for date in given):
        return None
    if any(date > first for date in given):
        return "fail"
    if any(one.topic == "washout_month_denied" for one in every if first <= one.day <= day):
        return "pass"
    never = {episode.drug for episode, _ in reader.episodes("therapy_never")}
    return None if never & {"rituximab", "cyclophosphamide"} else "unknown"


def _week_before_leukapheresis(reader: Reader) -> Outcome | None:
    """Open as long as no note of that week tells what is taken; what such a note tells is read
    by steroid dose and drug, which the contract leaves to the engine."""
    day = reader.course.leukapheresis
    if day is None:
        return "unknown"
    first = day - dt.timedelta(days=7)
    near = any(first <= one.day <= day for one in (*reader.said, *reader.after))
    return None if near else "unknown"


def _pregnancy(reader: Reader) -> Outcome | None:
    if reader.course.sex == "male":
        told = any("sex" in one.printed for one in reader.said)
        return "pass" if told else None
    return reader.stated("EXC-14", add_months(reader.screening, -3))


def _antiphospholipid(reader: Reader) -> Outcome | None:
    if reader.stated("EXC-15") == "pass":
        return "pass"
    antibodies = {"anticardiolipin", "anti_beta2_glycoprotein_1", "lupus_anticoagulant"}
    tested = antibodies & reader.tests(3).keys()
    if tested == antibodies:
        return "pass"
    return None if tested else "unknown"


_JUDGES: Mapping[str, Callable[[Reader], Outcome | None]] = {
    "INC-01": _age,
    "INC-02": classification,
    "INC-03": activity,
    "INC-04": _antibodies,
    "INC-05": refractory,
    "INC-06": _liver,
    "INC-07": _lungs,
    "INC-08": _heart,
    "INC-09": _at_least("anc", 0.8),
    "INC-10": _at_least("alc", 0.3),
    "INC-11": _at_least("platelets", 50),
    "INC-12": _at_least("hemoglobin", 80),
    "EXC-05": _hemolysis,
    "EXC-06": _viruses,
    "EXC-07": lambda reader: reader.stated("EXC-07", reader.month_ago),
    "EXC-08": _month_before_leukapheresis,
    "EXC-09": _week_before_leukapheresis,
    "EXC-14": _pregnancy,
    "EXC-15": _antiphospholipid,
    "EXC-16": lambda reader: reader.stated("EXC-16", add_months(reader.screening, -3)),
}
"""Criteria that more decides than the statements of topics.yaml (``settles``)."""
