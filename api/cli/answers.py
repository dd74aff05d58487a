"""The answers to a coordinator's questions, as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from textwrap import fill, indent
from typing import TYPE_CHECKING

from criteria_engine.questions.plans import Item, Plan, smallest

if TYPE_CHECKING:
    from criteria_engine.assessment import Anchors, EvidenceReference
    from criteria_engine.questions.changes import Changes, FactChange, Flip, PatientChange, Verdict
    from criteria_engine.questions.decide import Decision
    from criteria_engine.questions.earliest import EarliestDate, Restriction
    from criteria_engine.questions.expires import Expiries, Expiry

_WIDTH = 98
_TRIAGE = {
    "potentially_eligible": "potentially eligible",
    "needs_information": "needs more information",
    "ineligible": "ineligible",
}
_BY_WHOM = {
    "judgement": "to be judged",
    "conflicting": "the notes disagree",
    "screening_test": "at screening",
}


def decision_text(decision: Decision, titles: Mapping[str, str]) -> str:
    """What would change the triage of one patient."""
    head = _head(decision.patient_id, _TRIAGE[decision.triage], decision.anchors)
    if decision.ineligible_by:
        lines = [
            "Nothing that is missing can change that. It rests on:",
            *(_wrapped(f"{one.criterion}  {one.reason}", 2, 8) for one in decision.ineligible_by),
        ]
        return _page(head, lines)
    lines = []
    if decision.to_pass:
        count = len(decision.to_pass_smallest)
        lines += [f"To become potentially eligible: {_count(count, 'item')} at the least"]
        for settling in decision.to_pass:
            lines.append(_titled(settling.criterion, titles))
            lines += _plan(settling.plan, 6)
    if decision.blocked_by:
        lines.append("For now blocked by:")
        for one in decision.blocked_by:
            action = f" -> {one.action}" if one.action else ""
            lines.append(_wrapped(f"{one.criterion}  {one.reason}{action}", 2, 8))
    if decision.to_exclude:
        if lines:
            lines.append("")
        lines.append("Would make ineligible, each criterion alone, with these answers:")
        for settling in decision.to_exclude:
            lines.append(_titled(settling.criterion, titles))
            lines += _against(settling.smallest)
    return _page(head, lines)


def expiries_text(answer: Expiries, titles: Mapping[str, str]) -> str:
    """Up to when the evidence of one patient counts."""
    head = _head(answer.patient_id, "", answer.anchors)
    if not answer.expiries:
        return _page(head, [f"Nothing that passes expires within {answer.days} days."])
    lines: list[str] = []
    by_day: dict[tuple[object, ...], list[Expiry]] = {}
    for one in answer.expiries:
        by_day.setdefault((one.last_day, one.anchor, one.criterion), []).append(one)
    for (last, anchor, criterion), together in by_day.items():
        title = titles.get(str(criterion), "")
        lines.append(_wrapped(f"{last}  last {anchor} day for {criterion}  {title}", 0, 12))
        lines += [_wrapped(f"- {one.says}{_quoted(one.evidence)}", 12, 2) for one in together]
        lines.append(_wrapped(f"after that: {_afterwards(together[0])}", 12))
    return _page(head, lines)


def earliest_text(answer: EarliestDate) -> str:
    """The earliest day of the anchor for one patient."""
    planned = f"planned {answer.planned}" if answer.planned else "not planned yet"
    head = f"{answer.patient_id}  {answer.anchor} {planned}, chart read as of {answer.as_of}"
    if answer.earliest is None:
        lines = [f"No documented therapy stands in the way of any {answer.anchor} date."]
    else:
        lines = [f"Earliest {answer.anchor}: {answer.earliest}{_verdict_on(answer)}"]
    near = [one for one in answer.restrictions if one.clear_from > answer.as_of]
    if near:
        lines.append("  because of")
        lines += [_wrapped(_restriction(one), 4, 2) for one in near]
    past = [one for one in answer.restrictions if one not in near]
    if past:
        last = max(one.last_dose_to for one in past)
        lines.append(
            _wrapped(f"clear already: {_listed(one.drug for one in past)} (last {last})", 2)
        )
    needed = [one for one in near if one.needed]
    if needed:
        lines.append(
            "  to be done, for that date"
            if not _planned_holds(answer)
            else f"  to be done, for the planned {answer.planned}"
        )
        by_need = dict.fromkeys((one.from_day, one.needed) for one in needed)
        lines += [f"    from {day} on: {what}" for day, what in by_need]
    if answer.plans:
        lines.append("  planned, and would move the date")
        lines += [
            f"    {one.drug} on {one.day}: not before {one.clear_from} ({one.criterion})"
            for one in answer.plans
        ]
    if answer.open:
        lines.append("  not known")
        for criterion in dict.fromkeys(one.criterion for one in answer.open):
            by_why: dict[str, list[str]] = {}
            for one in answer.open:
                if one.criterion == criterion:
                    why = f"{one.why}{_quoted(one.evidence)}"
                    by_why.setdefault(why, []).append(one.about)
            lines += [
                _wrapped(f"{criterion}  {_listed(about)}: {why}", 4, 8)
                for why, about in by_why.items()
            ]
    return _page(head, lines)


def changes_text(changes: Changes) -> str:
    """All differences between two runs."""
    if not changes.any:
        return f"No verdict differs ({_count(changes.compared, 'patient')} compared)\n"
    lines: list[str] = []
    protocols = dict.fromkeys(one.protocol for one in changes.patients if one.protocol)
    for old, new in protocols:
        of = sum(one.protocol == (old, new) for one in changes.patients)
        lines.append(f"Other protocol ({_count(of, 'patient')}): {old} -> {new}")
    moved = dict.fromkeys(_anchors_moved(one) for one in changes.patients if one.anchors)
    for words in moved:
        whom = _listed(
            one.patient_id
            for one in changes.patients
            if one.anchors and _anchors_moved(one) == words
        )
        lines.append(_wrapped(f"Other dates: {words} ({whom})", 0, 2))
    for names, which in ((changes.only_old, "OLD"), (changes.only_new, "NEW")):
        if names:
            lines.append(_wrapped(f"Only in {which}: {_listed(names)}", 0, 2))
    told = [one for one in changes.patients if one.triage or one.flips]
    flips = sum(len(one.flips) for one in told)
    lines.append(
        f"{_count(flips, 'verdict')} differ{'s' if flips == 1 else ''}, of "
        f"{_count(len(told), 'patient')}; {_count(changes.compared, 'patient')} compared"
    )
    for one in told:
        lines += ["", *_patient_changes(one)]
    return "\n".join(lines) + "\n"


def _head(patient_id: str, what: str, anchors: Anchors) -> str:
    days = ", ".join(
        f"{name} {day}" for name, day in anchors.model_dump().items() if day is not None
    )
    return f"{patient_id}  {what} ({days})" if what else f"{patient_id}  {days}"


def _titled(criterion: str, titles: Mapping[str, str]) -> str:
    return _wrapped(f"{criterion}  {titles.get(criterion, '')}", 2, 8)


def _page(head: str, lines: Iterable[str]) -> str:
    return f"{head}\n{indent('\n'.join(lines), '  ')}\n"


def _plan(plan: Plan, depth: int) -> Iterator[str]:
    """The plan as an outline: all of its lines, unless a line says how many."""
    if isinstance(plan, Item):
        yield _wrapped(f"- {_item(plan)}", depth, 2)
    elif plan.count == len(plan.of):
        for part in plan.of:
            yield from _plan(part, depth)
    else:
        number = "one" if plan.count == 1 else str(plan.count)
        yield " " * depth + f"- {number} of these {len(plan.of)}"
        for letter, part in zip(_letters(), plan.of, strict=False):
            if isinstance(part, Item):
                yield _wrapped(f"{letter}) {_item(part)}", depth + 4, 3)
            else:
                yield " " * (depth + 4) + f"{letter}) {_count(len(smallest(part)), 'item')}"
                yield from _plan(part, depth + 7)


def _letters() -> Iterator[str]:
    yield from "abcdefghijklmnopqrstuvwxyz"
    yield from (str(number) for number in range(27, 1000))


def _item(item: Item) -> str:
    named = item.topic.lower() in item.why.lower() and not item.why.startswith("needs ")
    why = item.why if named or not item.topic else f"{item.topic}: {item.why}"
    by_whom = _BY_WHOM.get(item.basis)
    return f"{why} [{by_whom}]" if by_whom else why


def _against(items: Sequence[Item]) -> Iterator[str]:
    """The answers that it would take; what a person decides is told by its name."""
    for item in items:
        asked = item.topic if item.basis == "judgement" and item.topic else item.question
        # Behind the window stands who judges it and what is presumed, which is not asked here.
        asked, window, _ = asked.partition("), ")
        answer = "yes" if item.answer else "no"
        yield _wrapped(f"- {asked}{')' if window else ''}: {answer}", 6, 2)
    if len(items) > 1:
        yield " " * 6 + f"  (these {len(items)} together)"


def _afterwards(one: Expiry) -> str:
    if one.outcome_then == "pass":
        return "still a pass, by other evidence"
    if one.outcome_then == "unknown":
        return "unknown, until it is done or told anew"
    return f"fail ({one.reason_then})"


def _verdict_on(answer: EarliestDate) -> str:
    assert answer.earliest is not None
    if answer.planned is None:
        return ""
    if answer.planned < answer.earliest:
        return f"; the planned {answer.planned} is too early"
    return f"; the planned {answer.planned} is late enough"


def _planned_holds(answer: EarliestDate) -> bool:
    return bool(answer.planned and answer.earliest and answer.planned >= answer.earliest)


def _restriction(one: Restriction) -> str:
    if one.still:
        when = f"still taken (as of {one.told_last}), counted up to {one.last_dose_to}"
    elif one.last_dose_from == one.last_dose_to:
        when = f"last dose {one.last_dose_to}"
    else:
        since = f"{one.last_dose_from} and " if one.last_dose_from else ""
        between = "between " if since else "at the latest "
        when = f"last dose {between}{since}{one.last_dose_to}"
    place = _quoted(one.evidence[:1])
    return f"{one.clear_from}  {one.drug}: {when}, {one.window} clear ({one.criterion}){place}"


def _quoted(evidence: Sequence[EvidenceReference]) -> str:
    if not evidence:
        return ""
    first, more = evidence[0], len(evidence) - 1
    others = f" and {more} more" if more else ""
    return f' ["{" ".join(first.text.split())}" in {first.note_id}{others}]'


def _patient_changes(one: PatientChange) -> Iterator[str]:
    triage = f"{_TRIAGE[one.triage[0]]} -> {_TRIAGE[one.triage[1]]}" if one.triage else ""
    yield f"{one.patient_id}  {triage or 'triage as before'}"
    for flip in one.flips:
        yield f"  {flip.criterion}  {_short(flip.old)} -> {_short(flip.new)}"
        yield from _reasons(flip)
        yield from (_wrapped(_fact_change(fact), 6, 2) for fact in flip.facts)
        if not flip.facts and flip.old and flip.new:
            yield "      the facts are the same"


def _reasons(flip: Flip) -> Iterator[str]:
    for word, verdict in (("was", flip.old), ("now", flip.new)):
        if verdict:
            yield _wrapped(f"{word}: {verdict.reason}", 6, 5)


def _short(verdict: Verdict | None) -> str:
    if verdict is None:
        return "not in the protocol"
    return f"{verdict.outcome} ({verdict.basis.replace('_', ' ')})"


def _fact_change(fact: FactChange) -> str:
    sign = {"gained": "+", "lost": "-", "reread": "~", "weighed": "~"}[fact.change]
    text = " ".join(fact.text.split())
    place = f'{sign} "{text}" in {fact.note_id} at {fact.start}'
    match fact.change:
        case "gained":
            return f"{place}: new, {fact.new}"
        case "lost":
            return f"{place}: gone, was {fact.old}"
        case "reread":
            return f"{place}: read as {fact.new}, was {fact.old}"
        case "weighed":
            return f"{place}: {fact.new}, was {fact.old}"


def _anchors_moved(one: PatientChange) -> str:
    assert one.anchors is not None
    old, new = (anchors.model_dump() for anchors in one.anchors)
    return ", ".join(
        f"{name} {old[name] or 'no date'} -> {new[name] or 'no date'}"
        for name in new
        if old[name] != new[name]
    )


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _listed(words: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(words))


def _wrapped(text: str, depth: int, hang: int = 0) -> str:
    """The text broken to the width of a page, further lines set in by ``hang`` more."""
    return fill(
        text,
        _WIDTH,
        initial_indent=" " * depth,
        subsequent_indent=" " * (depth + hang),
        break_long_words=False,
        break_on_hyphens=False,
    )
