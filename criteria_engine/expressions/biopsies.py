"""The kidney biopsy that governs: its classes, and what to do when biopsies disagree."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby
from typing import Annotated, Literal

from pydantic import Field

from abstraction.dates import Window
from abstraction.facts import ActivityLetters, BiopsyClass, BiopsyFact
from abstraction.merging.windows import certainly_before, touches, window_of
from abstraction.statements import Stance, stance, when
from criteria_engine import logic
from criteria_engine.assessment import Basis, Missing
from criteria_engine.expressions.node import Account, Aside, Case, Node, Result
from criteria_engine.expressions.timing import (
    AnyTiming,
    Period,
    is_later,
    missing_anchor,
    period,
    timing_prose,
)
from criteria_engine.logic import Truth, truth_of
from criteria_engine.wording import date_text, joined, listed


class BiopsyClassIn(Node):
    """Whether the newest native kidney biopsy, or with ``select: any`` one of all, shows a class.

    The classes told in one note for one day are one biopsy.  A newest biopsy without any of the
    classes under an older one with them is a conflict for a person, unless ``newest_governs``.
    ``who_labelled`` tells whether a class of the WHO system counts (``accept``) or stays open.
    A class inferred from the name of a histological pattern always stays open.
    ``activity`` also asks for one of the activity letters, without which it stays open.  With
    ``within`` a window the biopsy must lie in it: an older one never decides.
    """

    op: Literal["biopsy_class"] = "biopsy_class"
    one_of: Annotated[tuple[BiopsyClass, ...], Field(min_length=1)]
    who_labelled: Literal["unknown", "accept"] = "unknown"
    older_disagreement: Literal["unknown", "newest_governs"] = "unknown"
    select: Literal["newest", "any"] = "newest"
    activity: tuple[ActivityLetters, ...] = ()
    within: AnyTiming = "ever"

    def evaluate(self, case: Case) -> Result:
        asides: list[Aside] = []
        mentions: list[Mention] = []
        for fact in case.chart.of("biopsy", ("kidney_biopsy",)):
            assert isinstance(fact, BiopsyFact)
            why = self._does_not_count(fact, case)
            if why is not None:
                asides.append(Aside(fact, why))
            elif (mention := self._mention(fact)) is not None:
                mentions.append(mention)
            else:
                asides.append(Aside(fact, "names no class that bears on the question"))
        if not mentions:
            return self._told(Truth.UNKNOWN, "silent", [], asides, "no class is documented")
        if self.activity:
            mentions, repeats = _told_with_letters(mentions)
            asides += [Aside(fact, "its activity stands in another telling") for fact in repeats]
        biopsies = _biopsies(mentions)
        if self.within == "ever":
            return self._chosen(biopsies, asides)
        window = period(case, self.within)
        if window is None:
            gap = missing_anchor(self.within)
            result = self._told(Truth.UNKNOWN, "anchor", biopsies, asides, gap.why)
            return result.retold(lambda told: replace(told, missing=(gap,)))
        return self._in_window(biopsies, asides, window)

    def prose(self) -> str:
        which = "newest" if self.select == "newest" else "any"
        classes = listed(self.one_of, "or")
        text = f"{which} native kidney biopsy of class {classes}, alone or combined"
        if self.activity:
            text += f", with activity {listed(self.activity, 'or')}"
        return text if self.within == "ever" else f"{text} ({timing_prose(self.within)})"

    def _chosen(self, biopsies: list[Biopsy], asides: list[Aside]) -> Result:
        """By the newest biopsy, or by any of them."""
        if self.select == "newest":
            return self._weigh(biopsies, asides)
        truth = logic.any_of(one.truth for one in biopsies)
        why = "" if truth.known else "the class leaves a choice"
        basis: Basis = "documented" if truth.known else "judgement"
        return self._told(truth, basis, biopsies, asides, why)

    def _in_window(self, biopsies: list[Biopsy], asides: list[Aside], window: Period) -> Result:
        """By the biopsies that lie in the window; outside of it none says anything."""
        lying = [(one, window.holds(one.when)) for one in biopsies]
        inside = [one for one, where in lying if where is Truth.TRUE]
        unsure = [one for one, where in lying if where is Truth.UNKNOWN]
        outside = [one for one, where in lying if where is Truth.FALSE]
        span = timing_prose(self.within)
        if not inside:
            shown, why = (unsure, "whether") if unsure else (outside, "not")
            return self._told(
                Truth.UNKNOWN,
                "judgement" if unsure else "screening_test",
                shown,
                asides,
                f"{why} {span}{' is not certain' if unsure else ''}",
            )
        repeats = [one for one in unsure if any(_may_repeat(one, other) for other in inside)]
        asides += [
            Aside(mention.fact, "outside the window") for one in outside for mention in one.mentions
        ]
        asides += [
            Aside(mention.fact, "repeats the biopsy without a day of its own")
            for one in repeats
            for mention in one.mentions
        ]
        return self._chosen([one for one in (*inside, *unsure) if one not in repeats], asides)

    def _does_not_count(self, fact: BiopsyFact, case: Case) -> str | None:
        position = stance(fact)
        if position not in (Stance.AFFIRMED, Stance.DENIED):
            return position.value
        if fact.organ != "native_kidney":
            return "not the native kidney"
        if is_later(fact, case.anchors.screening):
            return f"dated after {case.anchors.screening}"
        return None

    def _mention(self, fact: BiopsyFact) -> Mention | None:
        if stance(fact) is Stance.DENIED:
            printed = fact.class_basis != "inferred"
            ruled_out = printed and set(self.one_of) <= set(fact.classes)
            return Mention(fact, Truth.FALSE) if ruled_out else None
        if not fact.classes and not fact.readings:
            return None
        readings = fact.readings or (fact.classes,)
        truth = logic.agreed(truth_of(bool(set(self.one_of) & set(read))) for read in readings)
        if fact.class_basis == "inferred":
            truth = Truth.UNKNOWN
        if fact.system == "who" and self.who_labelled == "unknown":
            truth = Truth.UNKNOWN
        if self.activity:
            letters = fact.activity_letters
            active = truth_of(letters in self.activity) if letters else Truth.UNKNOWN
            truth = logic.all_of((truth, active))
        return Mention(fact, truth)

    def _weigh(self, biopsies: list[Biopsy], asides: list[Aside]) -> Result:
        newest = [
            one for one in biopsies if not any(certainly_before(one.when, o.when) for o in biopsies)
        ]
        older = [one for one in biopsies if one not in newest]
        truth = logic.agreed(one.truth for one in newest)
        if not truth.known:
            sides = {one.truth for one in newest}
            conflicting = {Truth.TRUE, Truth.FALSE} <= sides
            return self._told(
                Truth.UNKNOWN,
                "conflicting" if conflicting else "judgement",
                biopsies,
                asides,
                "biopsies that may both be the newest disagree"
                if conflicting
                else "the class leaves a choice",
            )
        disputed = truth is Truth.FALSE and any(one.truth is not truth for one in older)
        if disputed and self.older_disagreement == "unknown":
            return self._told(
                Truth.UNKNOWN, "conflicting", biopsies, asides, "an older biopsy disagrees"
            )
        asides += [
            Aside(mention.fact, "superseded by a newer biopsy")
            for one in older
            for mention in one.mentions
        ]
        return self._told(truth, "documented", newest, asides, "")

    def _told(
        self, truth: Truth, basis: Basis, biopsies: list[Biopsy], asides: list[Aside], why: str
    ) -> Result:
        mentions = [mention for one in biopsies for mention in one.mentions]

        def told() -> Account:
            classes = (f"class {_classes(one.fact)} {date_text(one.fact)}" for one in mentions)
            required = f"class {listed(self.one_of, 'or')} required"
            if self.activity:
                required += f" with activity {listed(self.activity, 'or')}"
            need = f"the report of the newest biopsy: {why}"
            return Account(
                op=self.op,
                asks=self.asked,
                reason="Kidney biopsy: " + joined((joined(classes), required, why)),
                topic="kidney biopsy class",
                asides=asides,
                missing=() if truth.known else (Missing(concept="kidney_biopsy", why=need),),
            )

        return Result(
            truth,
            basis,
            told,
            facts_for=tuple(one.fact for one in mentions if one.truth is not Truth.FALSE),
            facts_against=tuple(one.fact for one in mentions if one.truth is Truth.FALSE),
        )


@dataclass(frozen=True, slots=True)
class Mention:
    """One class phrase and whether it holds one of the classes asked for."""

    fact: BiopsyFact
    truth: Truth


@dataclass(frozen=True, slots=True)
class Biopsy:
    """The mentions of one note for one day: one biopsy, as that note tells it."""

    mentions: tuple[Mention, ...]
    when: Window

    @property
    def truth(self) -> Truth:
        """A combined biopsy holds a class when any of its phrases does.

        Phrases without a date may speak of different biopsies, and a phrase that denies the
        classes contradicts one that holds them: then all must agree.
        """
        truths = [mention.truth for mention in self.mentions]
        undated = self.mentions[0].fact.date is None
        denied = any(stance(mention.fact) is Stance.DENIED for mention in self.mentions)
        return logic.agreed(truths) if undated or denied else logic.any_of(truths)


def _told_with_letters(mentions: list[Mention]) -> tuple[list[Mention], list[BiopsyFact]]:
    """The mentions without those that only repeat a report which gives its activity letters."""
    reports = [one.fact for one in mentions if one.fact.activity_letters]
    vague = [
        one
        for one in mentions
        if not one.fact.activity_letters and any(_repeats(one.fact, report) for report in reports)
    ]
    return [one for one in mentions if one not in vague], [one.fact for one in vague]


def _repeats(vague: BiopsyFact, report: BiopsyFact) -> bool:
    """Whether the mention without letters speaks of the report's biopsy: no class more, and no day
    of its own that is another."""
    if not set(vague.classes) <= set(report.classes):
        return False
    if vague.date is None or vague.date.basis == "note":
        return True
    return report.date is not None and touches(window_of(vague.date), window_of(report.date))


def _may_repeat(undated: Biopsy, other: Biopsy) -> bool:
    """Whether a biopsy without a day of its own says what a dated one says, told later."""
    return undated.when.start is None and undated.truth is other.truth


def _biopsies(mentions: list[Mention]) -> list[Biopsy]:
    def event(mention: Mention) -> tuple[str, str]:
        fact = mention.fact
        return fact.note_id, fact.date.model_dump_json() if fact.date else ""

    return [
        Biopsy(told, _time_of(told[0].fact))
        for _, group in groupby(sorted(mentions, key=event), key=event)
        for told in (tuple(group),)
    ]


def _time_of(fact: BiopsyFact) -> Window:
    """When the tissue was taken.

    A note that names no day of its own for the biopsy may repeat an old one: it only tells that
    the biopsy was done by then.
    """
    if fact.date is not None and fact.date.basis == "note":
        return Window(None, fact.date.end)
    return when(fact)


def _classes(fact: BiopsyFact) -> str:
    letters = f" ({fact.activity_letters})" if fact.activity_letters else ""
    if fact.readings:
        return listed(("+".join(reading) for reading in fact.readings), "or") + letters
    return "+".join(fact.classes) + letters
