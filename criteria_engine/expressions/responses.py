"""What came of treatment: of single therapies, and of the disease under all of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from abstraction.dates import Window
from abstraction.facts import DiagnosisFact, Fact, Response, TherapyFact
from abstraction.statements import Stance, stance, told
from criteria_engine.assessment import Basis, Missing
from criteria_engine.expressions.node import Account, Aside, Case, Node, Result
from criteria_engine.expressions.therapy_events import Given, told_of
from criteria_engine.expressions.timing import (
    Timing,
    anchor_day,
    counts,
    is_later,
    timing_prose,
    window_on,
)
from criteria_engine.logic import Truth
from criteria_engine.vocabulary import Diagnoses, Therapies
from criteria_engine.wording import joined, label, sentence

if TYPE_CHECKING:
    from criteria_engine.expressions import Expression

_WORDS: dict[Response, str] = {
    "inadequate": "no adequate response",
    "partial": "a partial response",
    "complete": "a response or remission",
}


class Refractory(Node):
    """Whether the disease did not answer to treatment, as a note of the window states it.

    The newest statement counts.  A partial response, and a failure after an earlier response,
    are left to a person; ``remission`` says whether the newest statement of a response or of
    remission is, too, or makes it false.  A disease that is denied is not refractory.

    Therapies that failed are evidence beside it, and no proof that the disease as a whole did
    not answer.  ``shown_by`` is what else would show it, such as activity measured under
    treatment: ``without_statement`` says whether that decides or is left to a person.
    """

    op: Literal["refractory"] = "refractory"
    name: str
    diagnoses: Annotated[Diagnoses, Field(min_length=1)]
    also_failing: Diagnoses = ()
    also_failing_after: Therapies = ()
    therapies: Therapies = ()
    within: Timing = "ever"
    remission: Literal["judgement", "fails"] = "judgement"
    shown_by: Expression | None = None
    without_statement: Literal["judgement", "holds"] = "judgement"

    def evaluate(self, case: Case) -> Result:
        day = anchor_day(case.anchors, self.within)
        if day is None:
            return self._open("anchor", lambda: "its window has no date yet")
        facts = [
            fact
            for fact in case.chart.of("diagnosis", self.diagnoses)
            if isinstance(fact, DiagnosisFact) and not is_later(fact, day)
        ]
        parts = self._failing_parts(case, day)
        statements = [
            one for one in (*facts, *parts) if one.response and stance(one) is Stance.AFFIRMED
        ]
        window = window_on(day, self.within)
        recent = [one for one in statements if _speaks_of(one, window)]
        outdated = tuple(Aside(one, "not in the window") for one in statements if one not in recent)
        if recent:
            return self._stated(case, day, recent, statements, outdated)
        denied = tuple(one for one in facts if stance(one) is Stance.DENIED)
        if denied and not any(
            stance(one) is not Stance.DENIED and not one.response for one in facts
        ):
            return self._told(Truth.FALSE, lambda: _denied(denied), denied, outdated)
        return self._unstated(case, day, outdated)

    def prose(self) -> str:
        text = f"{self.name}, stated {timing_prose(self.within)}"
        if self.shown_by is None:
            return text
        judged = ", judged by the investigator" if self.without_statement == "judgement" else ""
        return f"{text}, or shown by ({self.shown_by.prose()}){judged}"

    def _stated(
        self,
        case: Case,
        day: dt.date,
        recent: list[DiagnosisFact],
        statements: list[DiagnosisFact],
        asides: tuple[Aside, ...],
    ) -> Result:
        last = max(_order(one) for one in recent)
        newest = [one for one in recent if _order(one) == last]

        def words() -> str:
            return joined(_statement(one) for one in newest)

        responses = {one.response for one in newest}
        if len(responses) > 1:
            failing = tuple(one for one in newest if one.response == "inadequate")
            others = tuple(one for one in newest if one.response != "inadequate")
            why = lambda: f"{words()}: both are told"  # noqa: E731
            return self._open("conflicting", why, failing, others, asides)
        if responses == {"inadequate"}:
            earlier = tuple(one for one in statements if one.response != "inadequate")
            answered = (*earlier, *self._answered(case, day))
            if not answered:
                return self._told(Truth.TRUE, words, tuple(newest), asides)

            def relapsed() -> str:
                before = joined(_statement(one) for one in answered)
                return f"{words()}, but earlier {before}: whether that is refractory must be judged"

            return self._open("judgement", relapsed, tuple(newest), answered, asides)
        if responses == {"complete"} and self.remission == "fails":
            return self._told(Truth.FALSE, words, tuple(newest), asides)
        why = lambda: f"{words()}, which must be judged"  # noqa: E731
        return self._open("judgement", why, (), tuple(newest), asides)

    def _unstated(self, case: Case, day: dt.date, asides: tuple[Aside, ...]) -> Result:
        failed = _failed(told_of(case.chart, self.therapies, day).given)

        def words() -> str:
            return f"failed: {joined(map(_course_words, failed))}" if failed else ""

        shown = self.shown_by.evaluate(case) if self.shown_by else None
        holds = shown is not None and shown.truth is Truth.TRUE
        if holds and self.without_statement == "holds":
            assert shown is not None
            return Result(
                Truth.TRUE,
                shown.basis,
                lambda: Account(
                    op=self.op,
                    asks=self.asked,
                    reason=f"{sentence(self.name)}: {joined((shown.reason, words()))}",
                    topic=self.name,
                    asides=asides,
                    decisive=(shown,),
                ),
                failed,
                children=(shown,),
            )

        def why() -> str:
            found = joined((shown.reason if shown and holds else "", words()))
            old = joined(f"{_statement(one.fact)}, too long ago" for one in asides)
            unstated = "no statement on the answer to treatment" + (f" ({found})" if found else "")
            return joined((old, unstated))

        basis: Basis = "judgement" if holds or failed or asides else "silent"
        return self._open(basis, why, failed, (), asides, (shown,) if shown else ())

    def _failing_parts(self, case: Case, day: dt.date) -> tuple[DiagnosisFact, ...]:
        """The failures of parts of the disease, where they count."""
        failing = tuple(
            one.fact
            for one in case.chart.tellings(DiagnosisFact, self.also_failing)
            if one.fact.response == "inadequate" and not one.is_later_than(day)
        )
        after = self.also_failing_after
        counts_here = not after or (failing and told_of(case.chart, after, day).given)
        return failing if counts_here else ()

    def _answered(self, case: Case, day: dt.date) -> tuple[Fact, ...]:
        """The facts of therapies that the disease once answered to."""
        return tuple(
            fact
            for one in told_of(case.chart, self.therapies, day).given
            for fact in one.facts
            if fact.response in ("partial", "complete")
        )

    def _told(
        self,
        truth: Truth,
        why: Callable[[], str],
        facts: tuple[Fact, ...],
        asides: tuple[Aside, ...],
    ) -> Result:
        return Result(
            truth,
            "documented",
            lambda: Account(
                op=self.op,
                asks=self.asked,
                reason=f"{sentence(self.name)}: {why()}",
                topic=self.name,
                asides=asides,
            ),
            facts_for=facts if truth is Truth.TRUE else (),
            facts_against=facts if truth is Truth.FALSE else (),
        )

    def _open(
        self,
        basis: Basis,
        why: Callable[[], str],
        facts_for: tuple[Fact, ...] = (),
        facts_against: tuple[Fact, ...] = (),
        asides: tuple[Aside, ...] = (),
        children: tuple[Result, ...] = (),
    ) -> Result:
        def told() -> Account:
            need = f"the clinician's statement {timing_prose(self.within)} on {self.name}"
            return Account(
                op=self.op,
                asks=self.asked,
                reason=f"{sentence(self.name)}: {why()}",
                topic=self.name,
                asides=asides,
                missing=(Missing(concept=self.diagnoses[0], why=need),),
            )

        return Result(Truth.UNKNOWN, basis, told, facts_for, facts_against, children)


class TherapyFailed(Node):
    """Whether one of the drugs was given and did not work, as its notes tell.

    A partial response is left to a person, and so is one drug told both to work and not to.  A
    drug given of which no answer is told stays open; one never given has not failed.
    """

    op: Literal["therapy_failed"] = "therapy_failed"
    name: str
    drugs: Annotated[Therapies, Field(min_length=1)]
    within: Timing = "ever"

    def evaluate(self, case: Case) -> Result:
        day = anchor_day(case.anchors, self.within)
        window = Window(None, None) if day is None else window_on(day, self.within)
        found = told_of(case.chart, self.drugs, day or case.anchors.screening)
        given = [one for one in found.given if one.given_in(window) is not Truth.FALSE]
        certain = [one for one in given if one.given_in(window) is Truth.TRUE]
        failed, worked = _failed(given), _worked(given)
        truth, basis, why = self._answer(given, failed, worked, found.never)
        if truth is Truth.TRUE and not any(one in _failed(certain) for one in failed):
            truth, basis = Truth.UNKNOWN, "judgement"
        if day is None:
            truth, basis, why = Truth.UNKNOWN, "anchor", "its window has no date yet"
        against = worked or found.never
        need = Missing(concept=self.drugs[0], why=f"why {self.name} ended, and what it did")
        return Result(
            truth,
            basis,
            lambda: Account(
                op=self.op,
                asks=self.asked,
                reason=f"{sentence(self.name)}: {why}",
                topic=self.name,
                asides=found.asides,
                missing=() if truth.known else (need,),
            ),
            failed,
            against,
        )

    def prose(self) -> str:
        return f"{self.name} given without an adequate response {timing_prose(self.within)}"

    def _answer(
        self,
        given: list[Given],
        failed: tuple[TherapyFact, ...],
        worked: tuple[TherapyFact, ...],
        never: tuple[TherapyFact, ...],
    ) -> tuple[Truth, Basis, str]:
        words = joined(map(_course_words, (*failed, *worked)))
        if given and never:
            return Truth.UNKNOWN, "conflicting", "told as given and as never given"
        if {one.concept for one in failed} - {one.concept for one in worked}:
            return Truth.TRUE, "documented", words
        if failed:
            return Truth.UNKNOWN, "conflicting", f"{words}: both are told"
        if any(one.response == "partial" for one in worked):
            return Truth.UNKNOWN, "judgement", f"{words}, which must be judged"
        if given and all(_worked([one]) for one in given):
            return Truth.FALSE, "documented", words
        if given:
            text = joined(one.text() for one in given)
            return Truth.UNKNOWN, "judgement", f"given ({text}), what came of it is not told"
        if never:
            return Truth.FALSE, "documented", "never given"
        return Truth.UNKNOWN, "silent", "nothing documented"


def _denied(denials: tuple[DiagnosisFact, ...]) -> str:
    told_on = joined(f"told on {told(one) or 'an unknown day'}" for one in denials)
    return f"{label(denials[0])} denied ({told_on})"


def _failed(given: Iterable[Given]) -> tuple[TherapyFact, ...]:
    return tuple(
        fact
        for one in given
        for fact in one.facts
        if fact.stop_reason == "inefficacy" or fact.response == "inadequate"
    )


def _worked(given: Iterable[Given]) -> tuple[TherapyFact, ...]:
    return tuple(
        fact for one in given for fact in one.facts if fact.response in ("partial", "complete")
    )


def _speaks_of(fact: DiagnosisFact, window: Window) -> bool:
    """Whether the statement is certainly of the window: one without a day speaks of its note's."""
    if fact.date is None and fact.temporality == "current" and fact.note_date:
        return window.holds(fact.note_date)
    return counts(fact, window) is Truth.TRUE


def _order(fact: DiagnosisFact) -> dt.date:
    """The day a statement speaks of: its own, else that of its note."""
    if fact.date is not None:
        return fact.date.end
    return fact.note_date or dt.date.min


def _statement(fact: Fact) -> str:
    response = fact.response if isinstance(fact, DiagnosisFact | TherapyFact) else None
    words = _WORDS[response] if response else "stated"
    by = f" to {label(fact)}" if isinstance(fact, TherapyFact) else ""
    return f"{words}{by} ({told(fact) or 'undated'})"


def _course_words(fact: TherapyFact) -> str:
    words = _WORDS[fact.response] if fact.response else "stopped for lack of effect"
    return f"{label(fact)}, {words}"
