"""INC-05: refractory lupus or refractory lupus nephritis, by what was told of the treatment."""

from __future__ import annotations

from corpus.synthetic.course import Episode
from corpus.synthetic.disease_activity import PROTEINURIA
from corpus.synthetic.verdicts.reader import Outcome, Reader

_SIX_MONTHS = 183
_STEROIDS = {"prednisone", "prednisolone", "methylprednisolone"}
_PROLIFERATIVE = {"III", "IV"}
_CATEGORIES = {
    "tacrolimus": "calcineurin inhibitor", "cyclosporine": "calcineurin inhibitor",
    "voclosporin": "calcineurin inhibitor", "cyclophosphamide": "cyclophosphamide",
    "mycophenolate": "mycophenolate", "azathioprine": "azathioprine",
    "rituximab": "B-cell-targeted", "belimumab": "B-cell-targeted",
    "obinutuzumab": "B-cell-targeted",
}  # fmt: skip
_TAKEN = (
    "therapy_active", "therapy_failed", "therapy_past", "therapy_intolerant",
    "cyclophosphamide_course", "infusion", "medication_line",
)  # fmt: skip


def refractory(reader: Reader) -> Outcome | None:
    """Either arm suffices; left out where an arm hangs on a reading that nobody settled."""
    arms = (_lupus(reader), _nephritis(reader))
    if "pass" in arms:
        return "pass"
    if arms == ("fail", "fail"):
        return "fail"
    return None if None in arms else "unknown"


def _lupus(reader: Reader) -> Outcome | None:
    """Steroid, hydroxychloroquine and two categories for six months, and no adequate response.

    Hydroxychloroquine never taken, with no reason told, disproves the arm.
    """
    if "hydroxychloroquine" in _never(reader):
        return "fail"
    if "refractory_sle" not in reader.topics():
        return "unknown"
    taken = reader.episodes(*_TAKEN)
    dated = {episode.drug for episode, printed in taken if "start" in printed}
    categories = {_CATEGORIES[one.drug] for one, _ in taken if one.drug in _CATEGORIES}
    long = any(
        episode.drug in _CATEGORIES and _for_six_months(episode, printed, reader)
        for episode, printed in taken
    )
    background = "hydroxychloroquine" in dated and bool(dated & _STEROIDS)
    return "pass" if len(categories) >= 2 and long and background else None


def _nephritis(reader: Reader) -> Outcome | None:
    """Class III or IV, proteinuria, both inductions, and nephritis that persists after them."""
    proteinuria = _proteinuria(reader)
    if _never(reader) & {"cyclophosphamide", "mycophenolate"} or proteinuria == "fail":
        return "fail"
    histology = _histology(reader)
    if histology != "pass":
        return histology
    stated = "refractory_nephritis" in reader.topics()
    pulses = reader.episodes("cyclophosphamide_course")
    if proteinuria == "unknown" or not pulses or not stated:
        return "unknown"
    mycophenolate = any(
        episode.drug == "mycophenolate" and _for_six_months(episode, printed, reader)
        for episode, printed in reader.episodes("therapy_active", "therapy_failed")
    )
    return "pass" if proteinuria == "pass" and mycophenolate else None


def _never(reader: Reader) -> set[str]:
    return {episode.drug for episode, _ in reader.episodes("therapy_never")}


def _histology(reader: Reader) -> Outcome:
    """The newest biopsy governs; an older one of class III or IV under it is a conflict."""
    told = reader.biopsies()
    if not told:
        return "fail" if "nephritis_absent" in reader.topics() else "unknown"
    newest = max(told, key=lambda biopsy: biopsy.day)
    if _PROLIFERATIVE & set(newest.classes):
        return "pass"
    older = any(_PROLIFERATIVE & set(one.classes) for one in told if one.day < newest.day)
    return "unknown" if older else "fail"


def _proteinuria(reader: Reader) -> Outcome | None:
    if reader.without_unit(*PROTEINURIA):
        return None
    values = [value for one in PROTEINURIA if (value := reader.number(one)) is not None]
    if any(value > 1.0 + 1e-9 for value in values):
        return "pass"
    if not values:
        return "unknown"
    return "fail" if len(values) == len(PROTEINURIA) else None


def _for_six_months(episode: Episode, printed: frozenset[str], reader: Reader) -> bool:
    """Whether the shortest reading of the told dates is six months."""
    if episode.start is None or "start" not in printed:
        return False
    if episode.stop is not None and "stop" not in printed:
        return False
    end = episode.stop.bounds()[0] if episode.stop else reader.screening
    return (end - episode.start.bounds()[1]).days >= _SIX_MONTHS
