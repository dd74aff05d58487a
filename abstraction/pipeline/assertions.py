"""How a mention is meant: present or denied, possible or planned, now or past, and of whom.

Pure: cues and section in, a judgement with the cues that decided it out.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from abstraction.facts import Assertion, Experiencer, StopReason, Temporality, TherapyStatus
from abstraction.pipeline.cues import Cue

_EXPERIENCERS: tuple[tuple[str, Experiencer], ...] = (
    ("donor", "donor"),
    ("family", "family"),
    ("other_person", "other"),
)
_STATUSES: dict[str, TherapyStatus | None] = {
    "active": "active",
    "stopped": "stopped",
    "held": "held",
    "planned": "planned",
    "considered": None,
    "declined": "declined",
    "access_denied": "never_given",
    "never_given": "never_given",
    "historical": "unknown",
}
_FIRMNESS = {"declined": 8, "access_denied": 8, "never_given": 6, "held": 4}
"""By how many words a firm cue outweighs an ordinary one that stands nearer."""
_DENIALS = frozenset({"never_given", "negated"})
_OVERRULED = frozenset({"active", "stopped", "held", "historical", "planned", "considered"})
"""What stands further off than a denial before the drug: "stopped AZA, not on prednisone"."""
_ENDED = frozenset({"stopped", "held", "never_given"})
_EVENTS = frozenset({"active", "stopped", "held"})
_STORY = _EVENTS | {"historical"}
_OUTCOMES = frozenset({"inefficacy", "intolerance"})
_SECTION_STATUSES = (
    ("stopped", "stopped"),
    ("held", "held"),
    ("never_taken", "never_given"),
    ("past", "stopped"),
)
_REASONS: tuple[tuple[str, StopReason], ...] = (
    ("intolerance", "intolerance"),
    ("inefficacy", "inefficacy"),
    ("pregnancy_reason", "pregnancy"),
    ("access_reason", "access"),
    ("completed", "completed"),
    ("other_reason", "other"),
)
_NEGATED_VERB = 4
"""Words from a "not" to the verb that it denies, at most."""
_LISTED_BY = 7
"""Distance that each drug of a list adds: "no filgrastim or pegfilgrastim given"."""
_MANY = 9
"""Drugs of a list that one reason can be given for."""
_WEAK = frozenset({"access", "other"})
"""Reasons that explain a stop and tell of none by themselves."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the cues and the section make of a mention, and the cues that did it."""

    assertion: Assertion = "present"
    temporality: Temporality = "current"
    experiencer: Experiencer = "patient"
    resolved: bool | None = None
    cues: tuple[Cue, ...] = ()


def experiencer(cues: Sequence[Cue], implied: Collection[str]) -> tuple[Experiencer, list[Cue]]:
    """Whom the mention is about; the patient where nothing says otherwise."""
    for category, person in _EXPERIENCERS:
        found = [c for c in cues if c.category == category]
        if found:
            return person, found
    return ("family", []) if "family" in implied else ("patient", [])


def nearest(cues: Sequence[Cue], *categories: str) -> Cue | None:
    """The cue of one of the categories with the fewest words in between."""
    found = [c for c in cues if c.category in categories]
    return min(found, key=lambda c: (c.distance, c.start), default=None)


def judge_statement(cues: Sequence[Cue], implied: Collection[str], chronic: bool) -> Judgement:
    """A diagnosis, biopsy or status.  ``chronic``: under "past history" it is still so."""
    person, about = experiencer(cues, implied)
    if person != "patient":
        return Judgement("other_person", "current", person, cues=tuple(about))
    if corrected := nearest(cues, "corrected"):
        return Judgement("absent", cues=(corrected,))
    if "education" in implied:
        return Judgement("hypothetical")
    if taught := nearest(cues, "education"):
        return Judgement("hypothetical", cues=(taught,))
    decided = _denied_or_doubted(cues)
    if decided is not None:
        return decided
    resolved = nearest(cues, "resolved")
    if resolved is None and "resolved" in implied:
        return Judgement("present", "past", resolved=True)
    if resolved is not None:
        return Judgement("present", "past", resolved=True, cues=(resolved,))
    gone = nearest(cues, "former")
    if gone is not None:
        return Judgement("present", "past", cues=(gone,))
    past = nearest(cues, "historical") or nearest(cues, "past_tense")
    if not chronic and (past is not None or "past" in implied):
        return Judgement("present", "past", cues=(past,) if past else ())
    return Judgement(cues=(past,) if past else ())


def _denied_or_doubted(cues: Sequence[Cue]) -> Judgement | None:
    """Negation, possibility, condition or hypothesis: the nearest cue decides.

    A closing denial ("suspected X was ruled out") wins over what stands before the mention, and so
    does a denial of what would point to it ("no changes suggestive of X").
    """
    negated, possible = nearest(cues, "negated"), nearest(cues, "possible")
    conditional = nearest(cues, "conditional")
    hypothetical = nearest(cues, "hypothetical", "sought")
    if link := nearest(cues, "suggestive", "consistent"):
        if negated is not None and negated.before and negated.separated:
            negated = None
        if negated is None and link.category == "suggestive":
            possible = nearest(cues, "possible", "suggestive")
    planned = nearest(cues, "planned")
    affirmed = nearest(cues, "affirmed")
    if affirmed and affirmed.distance < 0:
        return None
    if affirmed and negated and negated.before and not affirmed.before:
        kept = negated.distance <= affirmed.distance or not negated.separated
        negated = negated if kept else None
    if affirmed and possible and not affirmed.before and affirmed.distance <= possible.distance:
        possible = None
    closing = negated is not None and not negated.before
    doubt = possible if possible is not None and not possible.before else None
    if negated and closing and (doubt is None or negated.distance <= doubt.distance):
        return Judgement("absent", cues=(negated,))
    meanings: tuple[tuple[Cue | None, Assertion], ...] = (
        (possible, "possible"),
        (hypothetical, "hypothetical"),
        (conditional, "conditional"),
        (planned, "hypothetical"),
        (negated, "absent"),
    )
    candidates = [(cue, assertion) for cue, assertion in meanings if cue is not None]
    if not candidates:
        return None
    cue, assertion = min(candidates, key=lambda c: (c[0].distance, c[0].start))
    temporality: Temporality = "planned" if cue is planned else "current"
    return Judgement(assertion, temporality, cues=(cue,))


@dataclass(frozen=True, slots=True)
class TherapyJudgement:
    """What the cues and the section make of a drug or procedure."""

    assertion: Assertion
    temporality: Temporality
    experiencer: Experiencer
    status: TherapyStatus | None
    stop_reason: StopReason | None = None
    inadequate: bool = False
    cues: tuple[Cue, ...] = ()


def judge_therapy(
    cues: Sequence[Cue], implied: Collection[str], *, dosed: bool
) -> TherapyJudgement:
    """A therapy.  ``dosed``: a dose or frequency stands beside it, so that without any cue it is
    being taken."""
    person, about = experiencer(cues, implied)
    if person != "patient":
        return TherapyJudgement("other_person", "current", person, None, cues=tuple(about))
    if corrected := nearest(cues, "corrected"):
        return TherapyJudgement("absent", "current", person, None, cues=(corrected,))
    taught = nearest(cues, "education")
    if "education" in implied or taught is not None:
        return TherapyJudgement(
            "hypothetical", "current", person, None, cues=(taught,) if taught else ()
        )
    if dosed:
        cues = [c for c in cues if not (c.category in _DENIALS and c.before and c.separated)]
    condition = nearest(cues, "condition")
    unfit = nearest(cues, "unfit")
    if unfit and not (dosed and unfit.rivals) and not _was_taken(cues, unfit):
        told = _OUTCOMES | _STORY
        unsure = any(c.category in told and c.before and not c.rivals for c in cues)
        held_back = dosed or unsure or condition is not None
        return _standing(
            "considered" if held_back else "never_given", person, None, False, (unfit,)
        )
    failed = nearest(cues, "inefficacy")
    standing = [c for c in cues if c.category in _STATUSES and not _only_dates(c, cues)]
    chosen = min(
        standing,
        key=lambda c: (c.distance - _FIRMNESS.get(c.category, 0), c.start),
        default=None,
    )
    chosen = _last_told(standing, chosen)
    reason = reason_of(cues, chosen)
    if condition is not None and _is_conditional(condition, chosen):
        return _standing("considered", person, None, False, (condition,))
    negated, possible = nearest(cues, "negated"), nearest(cues, "possible")
    overruled = (
        chosen is not None
        and negated is not None
        and negated.before
        and chosen.category in _OVERRULED
        and not chosen.sequel
        and (negated.distance < chosen.distance or _denies_outcome(negated, chosen))
    )
    if negated is not None and chosen is not None and _denies_verb(negated, chosen):
        return _standing("never_given", person, None, False, (negated, chosen))
    if negated is not None and (chosen is None or overruled):
        return TherapyJudgement("absent", "current", person, "unknown", cues=(negated,))
    if chosen is None and possible is not None:
        return TherapyJudgement("possible", "current", person, "unknown", cues=(possible,))
    if chosen is not None and chosen.category == "declined" and (payer := nearest(cues, "payer")):
        return _standing("access_denied", person, None, False, (payer, chosen))
    if reason and reason[1] in _WEAK and (chosen is None or chosen.category != "stopped"):
        reason = None
    if chosen is not None and chosen.category == "access_denied":
        ended = nearest([cue for cue in cues if not cue.rivals], "stopped")
        if ended is not None:
            return _standing("stopped", person, "access", False, (ended, chosen))
    elsewhere = reason is not None and bool(reason[0].rivals) and not reason[0].before
    ends = reason is not None and not elsewhere and not dosed
    if reason and ends and (chosen is None or chosen.category == "historical"):
        return _standing("stopped", person, reason[1], failed is not None, (reason[0],))
    used = tuple(c for c in (chosen, reason[0] if reason else None, failed) if c is not None)
    category = chosen.category if chosen else _from_section(implied, dosed, failed is not None)
    return _standing(category, person, reason[1] if reason else None, failed is not None, used)


def _was_taken(cues: Sequence[Cue], unfit: Cue) -> bool:
    """Whether a drug that does not suit the patient was taken before that was found: "stopped in
    2021, now contraindicated".  What explains the verdict behind it tells of no treatment."""
    return any(
        not cue.rivals
        and (
            (cue.category in _STORY and cue.end <= unfit.start and not _is_apart(cue))
            or (cue.category in _OUTCOMES and not cue.before and cue.end <= unfit.start)
            or (cue.category in ("stopped", "held") and not cue.before)
        )
        for cue in cues
    )


def _is_apart(cue: Cue) -> bool:
    """Whether words stand between a cue and the drug behind it, so that it may be told of the drug
    before it: "MTX stopped and leflunomide contraindicated"."""
    return cue.before and cue.distance > 0


def _is_conditional(condition: Cue, chosen: Cue | None) -> bool:
    """Whether a condition governs what is said of a drug: a plan that it leads to is one for that
    case only ("if nephritis is confirmed: add tacrolimus")."""
    if chosen is None or chosen.distance > 0:
        return True
    return chosen.category == "planned" and condition.before and condition.end <= chosen.start


def _denies_outcome(negated: Cue, chosen: Cue) -> bool:
    """Whether a "no" right before a drug denies the word behind it: "with no rituximab given", "not
    on MMF at present"."""
    beside = negated.distance <= _LISTED_BY * negated.rivals and not negated.separated
    return beside and chosen.category in ("historical", "active") and not chosen.before


def _denies_verb(negated: Cue, chosen: Cue) -> bool:
    """Whether a "not" stands right before the word that would have the drug given: "has not at any
    stage received X"."""
    in_order = negated.before and chosen.before and negated.end <= chosen.start
    apart = negated.distance - chosen.distance
    return (
        chosen.category == "historical"
        and in_order
        and not negated.separated
        and apart <= _NEGATED_VERB
    )


def _only_dates(cue: Cue, cues: Sequence[Cue]) -> bool:
    """Whether a word behind a drug dates what stands before it, and does not tell that it is
    taken: "off A and B since May", "has not taken A and B since"."""
    return cue.opens_date and any(
        other.before and not other.separated and other.category in _ENDED for other in cues
    )


def _last_told(standing: Sequence[Cue], chosen: Cue | None) -> Cue | None:
    """The last event of a drug's story, where the nearest cue is one: "started in 2019, then
    stopped", "was taking AZA up to admission"."""
    if chosen is None or chosen.category not in _STORY:
        return chosen
    bygone = chosen.category == "historical" and chosen.before
    later = [
        cue
        for cue in standing
        if (cue.sequel or (bygone and cue.category == "stopped"))
        and not cue.before
        and not cue.rivals
        and cue.category in _EVENTS
        and cue.start > chosen.start
    ]
    return max(later, key=lambda cue: cue.start, default=chosen)


def reason_of(cues: Sequence[Cue], chosen: Cue | None = None) -> tuple[Cue, StopReason] | None:
    """The cue that gives a reason to stop, and the reason; one with no other drug in between
    first.  ``chosen``: the cue that stops it; what stands before a drug reaches as far as that."""
    limit = chosen.rivals if chosen is not None else _MANY
    for own in (True, False):
        near = [cue for cue in cues if cue.rivals <= (0 if own else limit if cue.before else _MANY)]
        for name, reason in _REASONS:
            if told := nearest(near, name):
                return told, reason
    return None


def _from_section(implied: Collection[str], dosed: bool, failed: bool) -> str:
    for section, category in _SECTION_STATUSES:
        if section in implied:
            return category
    if failed and not dosed:
        return "stopped"
    return "active" if dosed or "medication_list" in implied else "unknown"


def _standing(
    category: str,
    person: Experiencer,
    reason: StopReason | None,
    inadequate: bool,
    cues: tuple[Cue, ...],
) -> TherapyJudgement:
    if category == "planned":
        return TherapyJudgement("hypothetical", "planned", person, "planned", cues=cues)
    if category == "considered":
        return TherapyJudgement("hypothetical", "planned", person, None, cues=cues)
    if category in ("declined", "never_given", "access_denied"):
        access: StopReason | None = "access" if category == "access_denied" else None
        return TherapyJudgement("absent", "current", person, _STATUSES[category], access, cues=cues)
    if category == "stopped":
        return TherapyJudgement("present", "past", person, "stopped", reason, inadequate, cues)
    if category == "held":
        return TherapyJudgement("present", "current", person, "held", reason, inadequate, cues)
    if category == "active":
        return TherapyJudgement("present", "current", person, "active", None, inadequate, cues)
    past = category == "historical"
    return TherapyJudgement(
        "present", "past" if past else "current", person, "unknown", reason if past else None,
        inadequate, cues,
    )  # fmt: skip
