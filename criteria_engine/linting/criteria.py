"""What a criterion says about itself: its id, its text, what a fail and a silence mean."""

from __future__ import annotations

from collections.abc import Iterator

from criteria_engine.draft import Draft
from criteria_engine.linting.check import Told, check
from criteria_engine.located import Path as Place
from criteria_engine.registered import Claim, claims
from criteria_engine.wording import shortened

_PREFIXES = {"INC": "inclusion", "EXC": "exclusion"}


@check("duplicate-id", "error")
def duplicate_id(draft: Draft) -> Iterator[Told]:
    """Two criteria of one id: their verdicts could not be told apart."""
    seen: set[str] = set()
    for one in draft.criteria:
        if one.id and one.id in seen:
            says = f"the criterion {one.id} stands here twice; give one of the two another id"
            yield (*one.place, "id"), says
        seen.add(one.id)


@check("id-of-other-kind", "error")
def id_of_other_kind(draft: Draft) -> Iterator[Told]:
    """An id that says inclusion on an exclusion, or the other way round: it would be read wrong."""
    for one in draft.criteria:
        kind = _PREFIXES.get(one.id.partition("-")[0])
        if kind and one.data.get("kind") in _PREFIXES.values() and one.data["kind"] != kind:
            says = f"{one.id} names an {kind}, but its kind is {one.data['kind']}; mend either"
            yield (*one.place, "kind"), says


@check("no-action", "warning")
def modifiable_without_action(draft: Draft) -> Iterator[Told]:
    """A fail that blocks only for now, with nothing that says what lifts it."""
    for one in draft.criteria:
        computed = any(
            getattr(placed.part, "computes_action", False)
            for root in one.expressions
            for placed in root.everything()
        )
        if one.data.get("modifiable") is True and not one.data.get("action") and not computed:
            says = f"{one.id} is modifiable, but nothing says what lifts it; add an `action`"
            yield (*one.place, "modifiable"), says


@check("action-never-told", "warning")
def action_without_modifiable(draft: Draft) -> Iterator[Told]:
    """An action on a fail that blocks for good: nobody is ever told it."""
    for one in draft.criteria:
        if one.data.get("action") and not one.data.get("modifiable"):
            says = f"{one.id} has an action, but its fail is final; add `modifiable: true`"
            yield (*one.place, "action"), says


@check("core-by-investigator", "warning")
def core_by_investigator(draft: Draft) -> Iterator[Told]:
    """A core criterion that no chart decides: no patient would be potentially eligible by it."""
    for one in draft.criteria:
        if one.data.get("core") is True and one.data.get("decide_by") == "investigator":
            says = (
                f"{one.id} is core, but the investigator decides it, so that hardly a chart makes "
                "a patient potentially eligible; drop `core` or say who else decides"
            )
            yield (*one.place, "core"), says


@check("claim-not-in-text", "error")
def claim_not_in_text(draft: Draft) -> Iterator[Told]:
    """A sentence that is claimed but not registered: the trial does not ask for it."""
    for place, claim in _claims(draft):
        if claim.passage is None:
            says = f"not in the registered text: {claim.text!r}; quote it as it stands there"
            yield place, says


@check("claim-in-other-list", "warning")
def claim_in_other_list(draft: Draft) -> Iterator[Told]:
    """An inclusion that claims a sentence of the exclusions, or the other way round."""
    for place, claim in _claims(draft):
        if claim.in_other_list:
            says = f"{shortened(claim.text, 80)!r} stands in the other list of the registered text"
            yield place, f"{says}; mend the kind, or claim the sentence of its own list"


def _claims(draft: Draft) -> Iterator[tuple[Place, Claim]]:
    """Each claim that is a text, with its place in the file."""
    if draft.registered is None:
        return
    for one in draft.criteria:
        for claim in claims(draft.registered, one.claimed):
            if claim.text:
                yield (*one.place, "registered", claim.index), claim
