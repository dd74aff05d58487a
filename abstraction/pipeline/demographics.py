"""Age now, sex and birth date of the patient."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from spacy.language import Language
from spacy.tokens import Doc

from abstraction.dates import Days, add_months
from abstraction.facts import DemographicValue
from abstraction.pipeline.date_grammar import DateGrammar
from abstraction.pipeline.packs import SHIPPED, rule_pack
from abstraction.pipeline.screen import Screen
from abstraction.pipeline.texts import text_of
from nlp_rules.schema import DemographicRules

if not Doc.has_extension("demographics"):
    Doc.set_extension("demographics", default=())

_OLDEST = 120
_BySex = Mapping[Literal["male", "female"], Sequence[re.Pattern[str]]]


@dataclass(frozen=True, slots=True)
class Demographic:
    """An age, sex or birth date: characters ``[start, end)`` and the value's own."""

    concept: Literal["age", "sex", "birth_date"]
    start: int
    end: int
    value: DemographicValue
    value_start: int
    value_end: int


_FLAGS = re.IGNORECASE | re.MULTILINE


class DemographicGrammar:
    """Reads ``demographics.yaml``."""

    def __init__(self, rules: DemographicRules, dates: DateGrammar) -> None:
        self._screen = Screen(
            {
                "age": _compiled(rules.age, rules),
                "male": _compiled(rules.male, rules),
                "female": _compiled(rules.female, rules),
                "male by title": _compiled(rules.male_by_title, rules),
                "female by title": _compiled(rules.female_by_title, rules),
                "birth": _compiled(rules.birth_date, rules),
            }
        )
        self._not_now = [re.compile(p, re.IGNORECASE) for p in rules.not_the_patient_now]
        self._dates = dates

    def find(self, text: str, note_date: dt.date | None) -> Iterator[Demographic]:
        """Every demographic of the text; one a place."""
        taken: set[tuple[str, int]] = set()
        for found in self._all(text, note_date):
            if (found.concept, found.value_start) not in taken:
                taken.add((found.concept, found.value_start))
                yield found

    def _all(self, text: str, note_date: dt.date | None) -> Iterator[Demographic]:
        live = self._screen.live(text)
        for pattern in live["age"]:
            for match in pattern.finditer(text):
                age = int(match["number"])
                if age <= _OLDEST and not self._is_not_now(text, match):
                    value = DemographicValue(number=float(age), unit="a")
                    yield Demographic("age", *_mention(match), value, *match.span("number"))
        told = self._sexes(text, {"male": live["male"], "female": live["female"]})
        titles: _BySex = {"male": live["male by title"], "female": live["female by title"]}
        yield from told or self._by_title(text, titles)
        if not live["birth"]:
            return
        day_first = self._dates.day_first(text, note_date)
        for pattern in live["birth"]:
            for match in pattern.finditer(text):
                start, end = match.span("date")
                mention = next(self._dates.find(text[start:end], note_date, day_first), None)
                if mention and mention.days.start == mention.days.end:
                    value = DemographicValue(text=mention.days.start.isoformat())
                    stop = start + mention.end
                    yield Demographic(
                        "birth_date", match.start(), stop, value, start + mention.start, stop
                    )

    def _sexes(self, text: str, by_sex: _BySex) -> list[Demographic]:
        return [
            Demographic("sex", *match.span("text"), DemographicValue(text=sex), *match.span("text"))
            for sex, patterns in by_sex.items()
            for pattern in patterns
            for match in pattern.finditer(text)
            if not self._is_not_now(text, match)
        ]

    def _by_title(self, text: str, titles: _BySex) -> list[Demographic]:
        """The sex that titles tell; none where they differ, as of a couple."""
        found = self._sexes(text, titles)
        return found if len({one.value.text for one in found}) == 1 else []

    def births(self, text: str, note_date: dt.date | None) -> Days | None:
        """The days on which the patient can have been born: the printed date of birth, or what the
        printed age leaves; None where neither is told or two contradict each other."""
        found = list(self._all(text, note_date))
        printed = {f.value.text for f in found if f.concept == "birth_date" and f.value.text}
        if len(printed) == 1:
            day = dt.date.fromisoformat(printed.pop())
            return Days(start=day, end=day)
        ages = {int(f.value.number) for f in found if f.concept == "age" and f.value.number}
        if printed or len(ages) != 1 or note_date is None:
            return None
        years = ages.pop()
        first = add_months(note_date, -12 * (years + 1)) + dt.timedelta(days=1)
        return Days(start=first, end=add_months(note_date, -12 * years))

    def _is_not_now(self, text: str, match: re.Match[str]) -> bool:
        """An age at onset, or somebody else's ("diagnosed at age 23", "her 45-year-old sister")."""
        before = text[max(0, match.start() - 40) : match.start()]
        after = text[match.end() : match.end() + 25]
        return any(p.search(f"{before}\0{after}") for p in self._not_now)


def _mention(match: re.Match[str]) -> tuple[int, int]:
    """What a reader would highlight of a match: a name beside an age is no part of it."""
    return match.span("mention" if "mention" in match.re.groupindex else 0)


def _compiled(patterns: Iterable[str], rules: DemographicRules) -> list[re.Pattern[str]]:
    """The patterns with the words in place that they name in braces."""
    found = []
    for pattern in patterns:
        for name, words in rules.words.items():
            pattern = pattern.replace(f"{{{name}}}", f"(?:{words})")
        found.append(re.compile(pattern, _FLAGS))
    return found


@Language.factory(
    "lupus_demographics",
    assigns=["doc._.demographics"],
    default_config={"rules": SHIPPED},
)
class DemographicFinder:
    """Writes ``doc._.demographics``."""

    def __init__(self, nlp: Language, name: str, rules: str) -> None:
        pack = rule_pack(rules)
        self._grammar = DemographicGrammar(pack.demographics, DateGrammar(pack.dates))

    def __call__(self, doc: Doc) -> Doc:
        found = self._grammar.find(text_of(doc), doc._.note_date)
        doc._.demographics = tuple(sorted(found, key=lambda d: (d.start, d.end, d.concept)))
        return doc
