"""The words of one note: chosen from a bank for the patient's locale, dates in the note's habit."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from random import Random
from typing import Any

from corpus.synthetic.banks import Bank, Word
from corpus.synthetic.course import Course, Dosing, Printed, When, facts_of_life
from corpus.synthetic.drafts import interval
from corpus.synthetic.page import UNTOLD, OwnFact, Piece

_MISSPELT = 0.15
"""How often a misspelt name is chosen, against one of the others."""
_NUMERIC = re.compile(r"%-?[md]\W%-?[md]\W%[yY]")


class Wording:
    """The words for a course's things, as one writer would write them."""

    def __init__(self, bank: Bank, course: Course, dice: Random, day_form: str | None) -> None:
        self.words = bank.vocabulary
        self.course = course
        self.dice = dice
        forms = self.words.dates[course.locale]
        self._day_form = day_form or dice.choice(forms.day)
        self._month_form = dice.choice(forms.month)

    def suited(self, words: Iterable[Word]) -> Word:
        """One of the words that this locale uses; a misspelt one now and then."""
        fitting = [word for word in words if not word.locales or self.course.locale in word.locales]
        weights = [_MISSPELT if "misspelled" in word.tags else 1.0 for word in fitting]
        return self.dice.choices(fitting, weights)[0]

    def day(self, day: dt.date) -> str:
        """A whole date."""
        return day.strftime(self._day_form)

    def month(self, day: dt.date) -> str:
        """A month and its year."""
        return day.strftime(self._month_form)

    def when(self, when: When, field: str) -> Piece:
        """A moment of the course, as precise as it is told, disclosing the date field."""
        first, last = when.bounds()
        disclosed = {field: interval(first, last)}
        if when.precision == "year":
            return Piece(str(when.day.year), disclosed, ("year_only",))
        if when.precision == "month":
            return Piece(self.month(when.day), disclosed, ("month_only",))
        return Piece(self.day(when.day), disclosed, self.date_tags(when.day))

    def date_tags(self, day: dt.date) -> tuple[str, ...]:
        """Whether day and month could be taken for each other."""
        ambiguous = _NUMERIC.fullmatch(self._day_form) and day.day <= 12 and day.day != day.month
        return ("ambiguous_date",) if ambiguous else ()

    def drug(self, concept: str) -> Piece:
        word = self.suited(self.words.drugs[concept])
        return Piece(word.text, tags=word.tags)

    def dose(self, dosing: Dosing) -> Piece:
        unit = self.suited(self.words.dose_units[dosing.unit])
        style = self.dice.choice(self.words.dose_styles)
        return Piece(
            style.format(number=f"{dosing.number:g}", unit=unit.text),
            {"dose": {"number": dosing.number, "unit": dosing.unit}},
            unit.tags,
        )

    def frequency(self, dosing: Dosing) -> Piece:
        assert dosing.per_day is not None
        near = [one for one in self.words.frequencies if abs(one.per_day - dosing.per_day) < 1e-3]
        word = self.suited(near)
        return Piece(word.text, {"frequency": dosing.per_day}, word.tags)

    def analyte(self, concept: str) -> Piece:
        word = self.suited(self.words.analytes[concept])
        return Piece(word.text, tags=word.tags)

    def value(self, result: Printed) -> Piece:
        return Piece(result.text, {"value": {"number": result.number}})

    def unit(self, result: Printed) -> Piece:
        text, ucum = self.dice.choice(result.units)
        return Piece(text, {"value": with_unit(result, ucum)})

    def result(self, sign: str) -> Piece:
        word = self.suited(self.words.results["positive" if sign == "positive" else "negative"])
        disclosed = {"value": {"number": None, "interpretation": sign}}
        return Piece(word.text, disclosed, word.tags)

    def titre(self, number: int) -> Piece:
        text = self.dice.choice([f"1:{number}", f"1/{number}", f"1:{number}", f"1 : {number}"])
        return Piece(text, {"value": {"number": number, "unit": "{titer}"}})

    def percent(self, low: int, high: int) -> Piece:
        """A per cent value, or a range of them."""
        if low == high:
            return Piece(str(low), {"value": {"number": low}})
        disclosed = {"value": {"number": None, "low": low, "high": high}}
        dash = self.dice.choice(["-", "–", " to "])
        return Piece(f"{low}{dash}{high}", disclosed, ("range",))

    def classes(self, classes: Sequence[str], letters: str | None = None) -> Piece:
        forms = [form for form in self.words.class_forms if form.classes == tuple(classes)]
        form = self.dice.choice(forms)
        return Piece(
            form.text,
            {"classes": list(classes), "activity_letters": form.letters},
            form.tags,
        )

    def symptoms(self, concepts: Iterable[str]) -> tuple[tuple[str, OwnFact], ...]:
        """Noun phrases for what is denied."""
        chosen = [(concept, self.suited(self.words.symptoms[concept])) for concept in concepts]
        return tuple((word.text, OwnFact(concept, tags=word.tags)) for concept, word in chosen)

    def percent_unit(self, concept: str) -> Piece:
        form = facts_of_life().data["units"]["any"][concept]
        text = self.dice.choice(list(form["printed"]))
        return Piece(text, {"value": {"unit": form["printed"][text]}})


def with_unit(result: Printed, ucum: str | None) -> dict[str, Any]:
    """What a printed unit discloses of a value: the unit, where UCUM has it, and the conversion."""
    return {
        "unit": ucum or UNTOLD,
        "canonical_number": result.canonical,
        "canonical_unit": result.canonical_unit,
    }
