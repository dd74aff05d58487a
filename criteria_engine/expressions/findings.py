"""Whether something was, or is, so: stated, denied, presumed or not mentioned.

Diagnoses, treatments, statuses and decisive test results all speak to a finding.  Each
becomes a statement for or against it (``claims.py``); here the statements are weighed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property
from typing import Any, Literal, Self

from pydantic import model_validator

from abstraction.facts import (
    BiopsyFact,
    DiagnosisFact,
    FactBase,
    MeasurementFact,
    StatusFact,
    TherapyFact,
)
from abstraction.statements import Stance, Telling
from criteria_engine.assessment import Basis, Missing
from criteria_engine.expressions.besides import DeniedBeside
from criteria_engine.expressions.claims import Side, Statement, answers, contradicts, statement_of
from criteria_engine.expressions.exemptions import Exemption, MentionKind
from criteria_engine.expressions.node import Account, Aside, Case, Node, Result
from criteria_engine.expressions.timing import (
    AnyTiming,
    Period,
    missing_anchor,
    period,
    timing_prose,
)
from criteria_engine.logic import Truth
from criteria_engine.vocabulary import (
    Diagnoses,
    Measurements,
    Statuses,
    Therapies,
)
from criteria_engine.wording import date_text, joined, label, listed, sentence


class Finding(Node):
    """Something that the chart may affirm or deny.

    ``diagnoses``, ``therapies``, ``statuses`` and ``positive`` tests affirm and deny it;
    ``also_denied_by`` only deny it, by a denial of something wider; ``ruled_out_by`` deny it by
    being so themselves.  With ``within`` an interval it is a state: what was said in the window
    counts.  With ``ever`` it is history.

    ``affirmed`` and ``past`` say what a mention and a past or resolved one mean: that it
    ``holds``, that a person must judge (``judgement``), or nothing (``ignored``); a past one
    means the same as a present one unless said otherwise.  Mentions of the kind ``certain_if``
    hold in any case, those of the kind ``denied_if`` deny, of the wider things too.  With
    ``passes_off`` a later denial ends the state instead of contradicting it.  Denials of the kind
    ``denied_beside`` deny what nothing else speaks of.  Mentions that an exemption covers do not
    count, and those that it may cover leave the question to a person.
    ``presumed_absent_with`` are concepts whose mention shows that the question was looked at.
    """

    op: Literal["finding"] = "finding"
    name: str
    diagnoses: Diagnoses = ()
    therapies: Therapies = ()
    statuses: Statuses = ()
    positive: Measurements = ()
    quantified_is_positive: Measurements = ()
    allograft: bool = False
    also_denied_by: Diagnoses = ()
    therapies_also_denied_by: Therapies = ()
    denied_beside: DeniedBeside | None = None
    ruled_out_by: Diagnoses = ()
    within: AnyTiming
    affirmed: Literal["holds", "judgement"] = "holds"
    past: Literal["holds", "judgement", "ignored"] | None = None
    certain_if: MentionKind | None = None
    denied_if: MentionKind | None = None
    passes_off: bool = False
    exempt: tuple[Exemption, ...] = ()
    presumed_absent_with: Diagnoses = ()
    presumed_absent_with_tests: Measurements = ()

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if not (self.diagnoses or self.therapies or self.statuses or self.positive):
            raise ValueError("a finding needs diagnoses, therapies, statuses or positive tests")
        return self

    def evaluate(self, case: Case) -> Result:
        window = period(case, self.within)
        if window is None:
            return self._without_date
        counted, uncertain, asides = self._sorted(self._statements(case), window, case)
        if self.denied_beside and not (counted or uncertain):
            denials = self.denied_beside.denials(case.chart)
            counted, uncertain, _ = self._sorted(denials, window, case)
        return self._weigh(case, counted, uncertain, asides)

    def _sorted(
        self, statements: Iterable[Statement], window: Period, case: Case
    ) -> tuple[list[Statement], list[Statement], list[Aside]]:
        """The statements that count, those that may, and the facts that do not, with the reason."""
        last = window.possible.end
        asides: list[Aside] = []
        counted: list[Statement] = []
        uncertain: list[Statement] = []
        for statement in statements:
            if self.exempt and statement.truth is Truth.TRUE and statement.aside is None:
                statement = self._exempted(statement, case)
            telling = statement.telling
            if statement.aside is not None:
                asides.append(Aside(telling.fact, statement.aside))
            elif telling.is_later_than(last):
                asides.append(Aside(telling.fact, f"dated after {last}"))
            elif statement.past and self.past == "ignored":
                asides.append(Aside(telling.fact, "past"))
            else:
                counts = (window.up_to_its_end() if statement.lasting else window).counts(telling)
                if counts is Truth.TRUE:
                    counted.append(statement)
                elif counts is Truth.UNKNOWN:
                    uncertain.append(statement)
                else:
                    asides.append(Aside(telling.fact, "outside the window"))
        return counted, uncertain, asides

    def prose(self) -> str:
        text = f"{self.name} ({timing_prose(self.within)})"
        if self.affirmed == "judgement":
            text += ", judged by the investigator where it is documented"
            if self.certain_if is not None:
                text += f", certain where it is {self.certain_if.prose()}"
        if self.presumed_absent_with or self.presumed_absent_with_tests:
            text += ", presumed absent where the chart shows that it was looked at"
        if self.exempt:
            text += f", except {listed((one.prose() for one in self.exempt), 'or')}"
        return text

    @cached_property
    def _sources(self) -> tuple[tuple[type[FactBase], tuple[str, ...], Side], ...]:
        """Where statements come from: facts of a type about concepts, and their side."""
        sources: tuple[tuple[type[FactBase], tuple[str, ...], Side], ...] = (
            (DiagnosisFact, self.diagnoses, "both"),
            (TherapyFact, self.therapies, "both"),
            (StatusFact, self.statuses, "both"),
            (MeasurementFact, self.positive, "both"),
            (BiopsyFact, ("kidney_biopsy",) if self.allograft else (), "allograft"),
            (DiagnosisFact, self.also_denied_by, "denial"),
            (TherapyFact, self.therapies_also_denied_by, "denial"),
            (DiagnosisFact, self.ruled_out_by, "opposite"),
        )
        return tuple(source for source in sources if source[1])

    def _statements(self, case: Case) -> list[Statement]:
        return [
            statement
            for kind, concepts, side in self._sources
            for telling in case.chart.tellings(kind, concepts)
            if (statement := self._statement(telling, side)) is not None
        ]

    def _statement(self, telling: Telling[Any], side: Side) -> Statement | None:
        statement = statement_of(telling, side, self.quantified_is_positive)
        if self.denied_if is None or telling.stance is not Stance.AFFIRMED:
            return statement
        if not self.denied_if.holds(telling.fact):
            return statement
        return (statement or Statement(telling, Truth.FALSE))._replace(truth=Truth.FALSE)

    def _exempted(self, statement: Statement, case: Case) -> Statement:
        """The statement, set aside where an exemption covers it and open where one may."""
        for exemption in self.exempt:
            match exemption.covers(statement.fact, case.anchors.screening):
                case Truth.TRUE:
                    return statement._replace(aside=f"exempt: {exemption.prose()}")
                case Truth.UNKNOWN:
                    why = f"may be exempt ({exemption.prose()})"
                    statement = statement._replace(truth=Truth.UNKNOWN, why=why)
        return statement

    def _weigh(
        self,
        case: Case,
        counted: list[Statement],
        uncertain: list[Statement],
        asides: list[Aside],
    ) -> Result:
        if not counted and not uncertain:
            return self._unmentioned(case, asides)
        affirmed = [statement for statement in counted if statement.truth is Truth.TRUE]
        denied = [statement for statement in counted if statement.truth is Truth.FALSE]
        unclear = [statement for statement in counted if statement.truth is Truth.UNKNOWN]
        unclear += [statement for statement in uncertain if statement.truth is not Truth.FALSE]
        asides += [
            Aside(statement.fact, "not certainly in the window")
            for statement in uncertain
            if statement.truth is Truth.FALSE
        ]
        if self.passes_off:
            over = [one for one in affirmed if any(answers(no, one) for no in denied)]
            asides += [Aside(one.fact, "over by a later denial") for one in over]
            affirmed = [one for one in affirmed if one not in over]
        standing = [one for one in affirmed if not any(contradicts(no, one) for no in denied)]
        pending = [one for one in unclear if not any(answers(no, one) for no in denied)]
        asides += [
            Aside(one.fact, one.why or "settled by a denial")
            for one in unclear
            if one not in pending
        ]
        if standing:
            return self._affirmed(standing, denied, asides)
        if affirmed:
            return self._told(
                Truth.UNKNOWN, "conflicting", [*affirmed, *denied], asides, "documented both ways"
            )
        if pending:
            why = joined(one.why or "not certainly in the window" for one in pending)
            return self._told(Truth.UNKNOWN, "judgement", [*pending, *denied], asides, why)
        if denied:
            how = "negative" if self._tests_only else "denied"
            return self._told(Truth.FALSE, "documented", denied, asides, how)
        return self._unmentioned(case, asides)

    def _affirmed(
        self, standing: list[Statement], denied: list[Statement], asides: list[Aside]
    ) -> Result:
        current = [one for one in standing if not one.past]
        certain = [one for one in current if self.certain_if and self.certain_if.holds(one.fact)]
        if certain:
            return self._told(Truth.TRUE, "documented", [*certain, *denied], asides, self._is_so)
        meaning = self.affirmed if current or self.past is None else self.past
        if meaning == "judgement":
            why = self._is_so if current else f"{self._is_so} in the past"
            return self._told(
                Truth.UNKNOWN, "judgement", [*standing, *denied], asides, f"{why}, to be judged"
            )
        return self._told(Truth.TRUE, "documented", [*standing, *denied], asides, self._is_so)

    @property
    def _tests_only(self) -> bool:
        return not (self.diagnoses or self.therapies or self.statuses)

    @property
    def _is_so(self) -> str:
        return "positive" if self._tests_only else "documented"

    def _unmentioned(self, case: Case, asides: list[Aside]) -> Result:
        if not (self.presumed_absent_with or self.presumed_absent_with_tests):
            return self._silent(asides)
        tellings: tuple[Telling[Any], ...] = (
            *case.chart.tellings(DiagnosisFact, self.presumed_absent_with),
            *case.chart.tellings(MeasurementFact, self.presumed_absent_with_tests),
        )
        looked_at = tuple(
            telling.fact
            for telling in tellings
            if telling.stance in (Stance.AFFIRMED, Stance.DENIED)
            and not telling.is_later_than(case.anchors.screening)
        )
        if not looked_at:
            return self._silent(asides)
        return Result(
            Truth.FALSE,
            "presumed",
            lambda: Account(
                op=self.op,
                asks=self.asked,
                reason=f"{self.name} not mentioned, presumed absent",
                topic=self.name,
                asides=asides,
            ),
            facts_against=looked_at,
        )

    def _told(
        self, truth: Truth, basis: Basis, told: list[Statement], asides: list[Aside], how: str
    ) -> Result:
        return Result(
            truth,
            basis,
            lambda: self._in_words(truth, told, asides, how),
            tuple([one.fact for one in told if one.truth is not Truth.FALSE]),
            tuple([one.fact for one in told if one.truth is Truth.FALSE]),
        )

    def _in_words(
        self, truth: Truth, told: list[Statement], asides: list[Aside], how: str
    ) -> Account:
        shown = [one.fact for one in told if truth is Truth.UNKNOWN or one.truth is truth]
        facts = joined(
            date_text(fact) if label(fact) == self.name else f"{label(fact)} {date_text(fact)}"
            for fact in shown
        )
        need = Missing(concept=self._concept(), why=f"a clear statement on {self.name}")
        return Account(
            op=self.op,
            asks=self.asked,
            reason=f"{sentence(self.name)} {how} ({facts})",
            topic=self.name,
            asides=asides,
            missing=() if truth.known else (need,),
        )

    def _silent(self, asides: list[Aside]) -> Result:
        if not asides:
            return self._unspoken
        return Result(Truth.UNKNOWN, "silent", lambda: replace(self._unspoken.told, asides=asides))

    @cached_property
    def _unspoken(self) -> Result:
        """The answer of every chart that does not speak of it."""
        why = f"a statement on {self.name} {timing_prose(self.within)}"
        account = Account(
            op=self.op,
            asks=self.asked,
            reason=f"Nothing documented on {self.name}",
            topic=self.name,
            missing=(Missing(concept=self._concept(), why=why),),
        )
        return Result(Truth.UNKNOWN, "silent", lambda: account)

    @cached_property
    def _without_date(self) -> Result:
        """The answer of every chart while the anchor has no day."""
        account = Account(
            op=self.op,
            asks=self.asked,
            reason=f"{sentence(self.name)}: the anchor has no date yet",
            topic=self.name,
            missing=(missing_anchor(self.within),),
        )
        return Result(Truth.UNKNOWN, "anchor", lambda: account)

    def _concept(self) -> str:
        return (*self.diagnoses, *self.therapies, *self.statuses, *self.positive)[0]
