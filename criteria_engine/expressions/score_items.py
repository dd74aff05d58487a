"""One item of a score: present, absent, or open because something else may explain it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import NamedTuple

from abstraction.dates import Window
from abstraction.facts import Fact, MeasurementFact
from abstraction.statements import when
from criteria_engine.assessment import Missing
from criteria_engine.expressions.node import Account, Case, Result
from criteria_engine.logic import Truth
from criteria_engine.scores.instrument import Item
from criteria_engine.wording import date_text, sentence


class AskedItem(NamedTuple):
    """Whether one item is present; open where something else may explain it.

    ``doubt_of_all`` may explain every item of the instrument; ``break_down`` is a stated total
    whose items a note names all.
    """

    item: Item
    doubt_of_all: Result | None
    break_down: MeasurementFact | None = None

    def evaluate(self, case: Case) -> Result:
        """The item's answer, under its name and with its points.

        The break-down answers where nothing else settles the item and nothing speaks against
        what is told there.
        """
        own = self._own(case)
        if self.break_down is None or own.truth.known or own.basis == "conflicting":
            return own
        named = self.item.id in (self.break_down.value.items or ())
        if named and any(part.truth is Truth.TRUE for part in own.decisive):
            return own
        return _broken_down(self.item, own, self.break_down, named=named)

    def _own(self, case: Case) -> Result:
        """The answer of the item's own question."""
        item = self.item
        present = item.present.evaluate(case)
        if present.truth is Truth.TRUE:
            doubt = _doubt(item, present, self.doubt_of_all, case)
            if doubt is not None:
                return _doubted(item, present, doubt)
        return present.retold(
            lambda told: replace(told, asks=_asks(item, present), topic=item.name)
        )


def _doubt(item: Item, present: Result, doubt_of_all: Result | None, case: Case) -> Result | None:
    """What else may explain the item, where anything may."""
    if doubt_of_all is not None and doubt_of_all.truth is Truth.TRUE:
        return doubt_of_all
    own = item.doubted_by.evaluate(case) if item.doubted_by else None
    return own if own is not None and _may_explain(item, present, own) else None


def _doubted(item: Item, present: Result, doubt: Result) -> Result:
    def told() -> Account:
        need = Missing(concept=item.id, why=f"whether {item.name} is due to the disease")
        return Account(
            op=present.told.op,
            asks=_asks(item, present),
            reason=f"{present.reason}; {doubt.reason}, which may explain it",
            topic=item.name,
            missing=(need,),
            decisive=(present, doubt),
        )

    return Result(Truth.UNKNOWN, "judgement", told, children=(present, doubt))


def _broken_down(item: Item, own: Result, stated: MeasurementFact, *, named: bool) -> Result:
    def account() -> Account:
        points = f"{item.points} points" if named else "0 points"
        reason = f"{sentence(item.name)} of {points} in the break-down {date_text(stated)}"
        return replace(own.told, reason=reason, missing=(), decisive=())

    return Result(
        Truth.TRUE if named else Truth.FALSE,
        "documented",
        account,
        facts_for=(stated,) if named else (),
        facts_against=() if named else (stated,),
    )


def _asks(item: Item, present: Result) -> str:
    return f"{sentence(item.name)}, {item.points} points: {present.told.asks}"


def _may_explain(item: Item, present: Result, doubt: Result) -> bool:
    """Whether the other explanation may lie in the days of every sign of the item."""
    if item.doubted_days is None:
        return doubt.truth is Truth.TRUE
    days = dt.timedelta(item.doubted_days)
    others = [when(fact) for fact in _signs(doubt)] if doubt.truth is not Truth.FALSE else []
    signs = [when(fact) for fact in _signs(present)]
    return bool(others) and all(any(_near(sign, other, days) for other in others) for sign in signs)


def _signs(result: Result) -> tuple[Fact, ...]:
    below = (fact for child in result.children for fact in _signs(child))
    return (*result.facts_for, *below)


def _near(one: Window, other: Window, days: dt.timedelta) -> bool:
    """Whether both may have been within so many days of each other."""
    apart = [(first.end, second.start) for first, second in ((one, other), (other, one))]
    return not any(end and start and start - end > days for end, start in apart)
