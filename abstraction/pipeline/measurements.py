"""Results beside their analytes: in prose, in pairs and lists, and in tables."""

from __future__ import annotations

import datetime as dt
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from spacy.language import Language
from spacy.tokens import Doc

from abstraction.dates import DateInterval
from abstraction.facts import Role
from abstraction.pipeline.date_grammar import DateMention
from abstraction.pipeline.dating import Dates, interval, of_note, under
from abstraction.pipeline.packs import SHIPPED, rule_pack
from abstraction.pipeline.tables import Cell, Row, column_role, heading_of, rows
from abstraction.pipeline.targets import Sentences, Target
from abstraction.pipeline.value_grammar import Printed, ValueGrammar
from nlp_rules.loader import RulePack
from nlp_rules.schema import MeasurementRule

if not Doc.has_extension("measurements"):
    Doc.set_extension("measurements", default=())

_JOINT = re.compile(r"[\s\u00a0]*(?:,|/|&|\+|-|\band\b|\bor\b|,\s*and\b|,\s*or\b)?[\s\u00a0]*(?:anti\W?)?")
_SLASH = re.compile(r"[\s\u00a0]*(?:/|,|\band\b|&|;)[\s\u00a0]*(?:and\s)?")
_PRESSURE = re.compile(
    r"[^\d\n]{0,25}?(?P<systolic>\d{2,3})[\s\u00a0]?/[\s\u00a0]?(?P<diastolic>\d{2,3})(?![\d/])"
    r"(?:[\s\u00a0]?(?P<unit>mm\s?\[?Hg\]?))?",
    re.IGNORECASE,
)
_CLASS_NUMERALS = {"I": 1, "II": 2, "III": 3, "IV": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_NYHA = re.compile(r"[\s:(]*(?:(?:functional\s+)?(?:class|fc|stage)\s*)?(?P<a>IV|I{1,3}|[1-4])(?:\s*[-/]\s*(?P<b>IV|I{1,3}|[1-4]))?(?!\w|\.\d)", re.IGNORECASE)
_ARROW = re.compile(r"[\s\u00a0]*(?:->|→|=>|>|—>)[\s\u00a0]*")
_READ_AHEAD = 90


@dataclass(frozen=True, slots=True)
class Result:
    """A measurement: its concept, the mention's characters, the value as printed, its date.

    ``target`` is the mention whose cues apply; ``date`` null means that none was found here.
    """

    target: int
    concept: str
    rule: MeasurementRule
    start: int
    end: int
    printed: Printed | None
    parts: tuple[tuple[Role, int, int], ...]
    date: DateInterval | None = None
    tabular: bool = False
    earlier: bool = False
    """Told as an earlier value ("was 2900"): no date but one of its own."""


@Language.factory(
    "lupus_measurements",
    requires=["doc._.targets", "doc._.dates"],
    assigns=["doc._.measurements"],
    default_config={"rules": SHIPPED},
)
class MeasurementReader:
    """Writes ``doc._.measurements``."""

    def __init__(self, nlp: Language, name: str, rules: str) -> None:
        pack = rule_pack(rules)
        self._grammar = ValueGrammar(pack)
        self._diastolic = next(
            r for r in pack.measurements.measurements if r.concept == "diastolic_bp"
        )

    def __call__(self, doc: Doc) -> Doc:
        numbers = [i for i, t in enumerate(doc._.targets) if t.kind == "measurement"]
        text = doc.text
        tabular = list(self._tables(doc, text, numbers))
        done = {result.target for result in tabular}
        prose = list(self._prose(doc, text, [n for n in numbers if n not in done]))
        doc._.measurements = tuple(sorted([*tabular, *prose], key=lambda r: (r.start, r.concept)))
        return doc

    # ---- tables ----------------------------------------------------------------------------------

    def _tables(self, doc: Doc, text: str, numbers: Sequence[int]) -> Iterator[Result]:
        dates = doc._.dates
        blocks = rows(text)
        place = {
            row.start: (block, i) for block in blocks for i, row in enumerate(block)
        }
        by_row: dict[int, list[int]] = defaultdict(list)
        starts = sorted(place)
        for number in numbers:
            offset = doc._.targets[number].start
            at = bisect_right(starts, offset) - 1
            if at >= 0:
                block, i = place[starts[at]]
                if offset < block[i].end:
                    by_row[starts[at]].append(number)
        headers_done: set[int] = set()
        for start in sorted(by_row):
            block, i = place[start]
            owners = by_row[start]
            across = self._across(doc, text, block, i, owners, dates)
            if across:
                headers_done.add(start)
                yield from across
            elif start not in headers_done:
                yield from self._down(doc, text, block, i, owners, dates)

    def _down(
        self, doc: Doc, text: str, block: Sequence[Row], i: int, owners: Sequence[int],
        dates: Dates,
    ) -> Iterator[Result]:  # fmt: skip
        """Analytes down the first column, values to their right."""
        number = owners[0]
        target: Target = doc._.targets[number]
        rule = _rule(target)
        header = self._header(text, block, i, dates)
        row = self._labelled(text, block[i], target, rule, header)
        if row is None or any(doc._.targets[n].start >= row.cells[0].end for n in owners):
            return
        label = row.cells[0]
        unit, unit_part = self._label_unit(text, target.end, label.end, rule)
        beside = self._grammar.unit_and_reference(text, target.end, label.end, rule)
        columns = list(self._columns(text, row, header, dates, rule))
        if not any(kind == "value" for kind, *_ in columns):
            return
        over_all = dates.within(header.start, header.end) if header else []
        if len(over_all) == 1 and not any(day for _, _, day in columns):
            columns = [(kind, cell, over_all[0]) for kind, cell, _ in columns]
        low, high = beside[2] or (None, None)
        if unit is None and beside[0] is not None:
            unit, unit_part = beside[0], ("unit", target.end, beside[1])
        for kind, cell, _ in columns:
            if kind == "unit" and unit is None:
                unit = self._grammar.unit(text, cell.start, cell.end, rule)
                unit_part = ("unit", cell.start, cell.end)
            elif kind == "range" and (bounds := self._grammar.reference(text, cell.start, cell.end)):
                low, high = bounds
        for kind, cell, day in columns:
            if kind != "value":
                continue
            if target.concept == "systolic_bp":
                yield from self._pressure(text, number, target, cell.end, cell.start)
                continue
            printed = self._grammar.cell(text, cell.start, cell.end, rule)
            if printed is None:
                continue
            if rule.value == "percent" and header is not None and printed.unit is None:
                heading = heading_of(cell, row, header, _label_columns(text, header, dates))
                if heading and self._grammar.predicted(text[heading.start : heading.end]):
                    printed = replace(printed, unit="%")
            printed = replace(
                printed,
                unit=printed.unit or (unit if printed.is_number else None),
                reference_low=printed.reference_low if printed.reference_low is not None else low,
                reference_high=printed.reference_high if printed.reference_high is not None else high,
                interpretation=printed.interpretation or self._row_flag(text, columns, cell),
            )
            parts: list[tuple[Role, int, int]] = [("mention", target.start, target.end), *printed.parts]
            if unit_part and printed.unit == unit:
                parts.append(unit_part)
            parts.extend(("range", c.start, c.end) for k, c, _ in columns if k == "range")
            day = day or dates.heading(printed.start)
            if day is not None:
                parts.append(("date", day.start, day.end))
            yield Result(
                number, target.concept, rule, printed.start, printed.end, printed,
                tuple(parts), under(day) if day else None, tabular=True,
            )  # fmt: skip

    def _labelled(
        self, text: str, row: Row, target: Target, rule: MeasurementRule, header: Row | None
    ) -> Row | None:
        """The row from its label on.  Before the label only numbers or dates may stand; a value
        that one space alone parts from an aligned label is a cell of its own."""
        at = next((n for n, c in enumerate(row.cells) if c.start <= target.start < c.end), None)
        if at is None:
            return None
        if any(re.search(r"[A-Za-z]", text[c.start : c.end]) for c in row.cells[:at]):
            return None
        label, rest = row.cells[at], row.cells[at + 1 :]
        value = self._grammar.read(text, target.end, label.end, rule)
        if value is not None:
            unit, _ = self._label_unit(text, target.end, label.end, rule)
            if header is None or not rest or value.end != label.end or not row.aligned:
                return None
            first = Cell(value.start, value.end, label.column + 1)
            rest = (first, *(Cell(c.start, c.end, c.column + 1) for c in rest))
            label = Cell(label.start, value.start, label.column)
        if not rest:
            return None
        return Row(row.start, row.end, (label, *rest), row.aligned)

    def _header(self, text: str, block: Sequence[Row], i: int, dates: Dates) -> Row | None:
        """The row above that names the columns: it holds dates or column titles."""
        for row in reversed(block[:i]):
            named = sum(
                bool(column_role(text[c.start : c.end]))
                or bool(dates.within(c.start, c.end))
                or self._grammar.predicted(text[c.start : c.end])
                for c in row.cells
            )
            if named:
                return row
        return None

    def _columns(
        self, text: str, row: Row, header: Row | None, dates: Dates, rule: MeasurementRule
    ) -> Iterator[tuple[str, Cell, DateMention | None]]:
        """Each cell after the label with what it holds and the date over it."""
        seen_value = False
        offset = _label_columns(text, header, dates) if header else 0
        only_predicted = rule.value == "percent" and header is not None and any(
            self._grammar.predicted(text[c.start : c.end]) for c in header.cells
        )
        for cell in row.cells[1:]:
            heading = heading_of(cell, row, header, offset) if header else None
            if only_predicted:
                if heading and self._grammar.predicted(text[heading.start : heading.end]):
                    yield "value", cell, None
                continue
            over = dates.within(heading.start, heading.end) if heading else []
            role = column_role(text[heading.start : heading.end]) if heading else None
            if over:
                yield "value", cell, over[0]
                seen_value = True
            elif role:
                yield role, cell, None
                seen_value = seen_value or role == "value"
            elif self._grammar.unit(text, cell.start, cell.end, rule):
                yield "unit", cell, None
            elif seen_value and self._grammar.reference(text, cell.start, cell.end):
                yield "range", cell, None
            elif self._grammar.flag(text, cell.start, cell.end):
                yield "flag", cell, None
            elif not seen_value:
                seen_value = True
                yield "value", cell, None

    def _row_flag(
        self, text: str, columns: Sequence[tuple[str, Cell, DateMention | None]], cell: Cell
    ):  # type: ignore[no-untyped-def]
        values = [c for kind, c, _ in columns if kind == "value"]
        flags = [c for kind, c, _ in columns if kind == "flag"]
        if len(values) == 1 and len(flags) == 1:
            return self._grammar.flag(text, flags[0].start, flags[0].end)
        return None

    def _label_unit(
        self, text: str, start: int, end: int, rule: MeasurementRule
    ) -> tuple[str | None, tuple[Role, int, int] | None]:
        match = re.compile(r"[\s,]*[(\[]([^()\[\]]+)[)\]]|[,\s]\s*(\S.*)").match(text, start, end)
        if match is None:
            return None, None
        first, last = match.span(1 if match[1] else 2)
        while last > first and text[last - 1].isspace():
            last -= 1
        unit = self._grammar.unit(text, first, last, rule)
        return unit, ("unit", first, last) if unit else None

    def _across(
        self, doc: Doc, text: str, block: Sequence[Row], i: int, owners: Sequence[int],
        dates: Dates,
    ) -> list[Result]:  # fmt: skip
        """Analytes across the heading, dates or values down: one result a cell below."""
        header = block[i]
        labels: dict[int, int] = {}
        for number in owners:
            target: Target = doc._.targets[number]
            for cell in header.cells:
                bare = cell.start <= target.start and target.end <= cell.end
                if bare and cell.column not in labels and not re.search(r"\d\s*$|:", text[target.end : cell.end]):
                    labels[cell.column] = number
        if len(labels) < 2 or i + 1 >= len(block):
            return []
        results: list[Result] = []
        for row in block[i + 1 :]:
            day = next(iter(dates.within(row.cells[0].start, row.cells[0].end)), None)
            found: list[Result] = []
            for cell in row.cells:
                heading = heading_of(cell, row, header, 0)
                number = labels.get(heading.column) if heading else None
                if number is None or (day and cell is row.cells[0]):
                    continue
                target = doc._.targets[number]
                rule = _rule(target)
                if target.concept == "systolic_bp":
                    found.extend(self._pressure(text, number, target, cell.end, cell.start))
                    continue
                printed = self._grammar.cell(text, cell.start, cell.end, rule)
                if printed is None:
                    break
                unit, part = self._label_unit(text, target.end, heading.end, rule)
                printed = replace(printed, unit=printed.unit or unit)
                parts = [("mention", target.start, target.end), *printed.parts, *([part] if part else [])]
                if day:
                    parts.append(("date", day.start, day.end))
                found.append(
                    Result(number, target.concept, rule, printed.start, printed.end, printed,
                           tuple(parts), under(day) if day else None, tabular=True)
                )  # fmt: skip
            if len(found) < 2:
                break
            results.extend(found)
        return results

    # ---- prose -----------------------------------------------------------------------------------

    def _prose(self, doc: Doc, text: str, numbers: Sequence[int]) -> Iterator[Result]:
        targets = doc._.targets
        sentences = Sentences.of(doc)
        groups = list(_groups(text, targets, numbers))
        bounds = [sentences.bounds(targets[g[0]].sentence) for g in groups]
        raw: list[tuple[int, list[Result]]] = []
        items = 0
        for place, group in enumerate(groups):
            floor, end = bounds[place]
            if place and bounds[place - 1] == bounds[place]:
                floor = max([targets[groups[place - 1][-1]].end, *(r.end for r in raw[-1][1])])
            if targets[group[0]].start < items:
                raw.append((place, self._item(text, targets, group, floor)))
                continue
            limit = min(end, targets[group[-1]].end + _READ_AHEAD)
            if place + 1 < len(groups) and bounds[place + 1] == bounds[place]:
                limit = min(limit, targets[groups[place + 1][0]].start)
            raw.append((place, self._group(text, targets, group, floor, limit)))
            if _rule(targets[group[-1]]).value == "score" and raw[-1][1]:
                after = raw[-1][1][-1].end
                items = self._grammar.score_items(text, after, end) or items
        by_sentence: dict[tuple[int, int], list[Result]] = defaultdict(list)
        for place, results in raw:
            by_sentence[bounds[place]].extend(results)
        for (start, end), together in by_sentence.items():
            for result in together:
                yield self._date(doc, text, result, together, start, end)

    def _item(
        self, text: str, targets: Sequence[Target], group: Sequence[int], floor: int
    ) -> list[Result]:
        """An item of a score: its number is points, so that only a direction makes it a result."""
        first, last = targets[group[0]], targets[group[-1]]
        shared = self._before(text, first.start, floor)
        if shared is None:
            return []
        return [
            _result(n, targets[n], _rule(targets[n]), shared.start, last.end, shared) for n in group
        ]

    def _group(
        self, text: str, targets: Sequence[Target], group: Sequence[int], floor: int, limit: int
    ) -> list[Result]:
        last = targets[group[-1]]
        if last.concept == "systolic_bp":
            return self._pressure(text, group[-1], last, limit)
        if last.concept == "nyha_class":
            return self._nyha(text, group[-1], last, limit)
        rules = [_rule(targets[n]) for n in group]
        printed = self._grammar.read(text, last.end, limit, rules[-1])
        if printed is not None and rules[-1].value == "percent" and printed.is_number:
            printed = self._grammar.percent_beside(text, printed, limit)
        first = targets[group[0]]
        if len(group) > 1:
            values = self._several(text, printed, len(group), limit, rules)
            if values:
                return [
                    _result(n, targets[n], r, first.start, values[-1].end, v)
                    for n, r, v in zip(group, rules, values, strict=True)
                ]
            shared = printed if printed and not printed.is_number else None
            if shared is None and printed is None:
                shared = self._before(text, first.start, floor)
            if shared is not None:
                start, end = min(first.start, shared.start), max(last.end, shared.end)
                return [
                    _result(n, targets[n], r, start, end, shared)
                    for n, r in zip(group, rules, strict=True)
                ]
            alone = [_result(n, targets[n], r, targets[n].start, targets[n].end, None)
                     for n, r in zip(group[:-1], rules[:-1], strict=True)]  # fmt: skip
            return [*alone, *self._group(text, targets, group[-1:], floor, limit)]
        if printed is None:
            printed = self._before(text, last.start, floor)
        if printed is None:
            return [_result(group[0], last, rules[0], last.start, last.end, None)]
        start, end = min(last.start, printed.start), max(last.end, printed.end)
        return [
            _result(group[0], last, rules[0], start, end, printed),
            *self._trend(text, group[0], last, rules[0], printed, limit),
        ]

    def _trend(
        self, text: str, number: int, target: Target, rule: MeasurementRule, printed: Printed, limit: int
    ) -> Iterator[Result]:
        """The further values of "1.1 -> 1.4 -> 2.0", and the earlier one of "0.9, was 3.2"."""
        position = printed.after
        earlier = self._grammar.earlier(text, position, limit, rule) if printed.is_number else None
        if earlier is not None and earlier.is_number:
            result = _result(number, target, rule, earlier.start, earlier.end, earlier)
            yield replace(result, earlier=True)
            return
        while printed.is_number and (arrow := _ARROW.match(text, position, limit)):
            following = self._grammar.cell(text, arrow.end(), limit, rule)
            if following is None or not following.is_number:
                return
            yield _result(number, target, rule, following.start, following.end, following)
            position = following.after

    def _before(self, text: str, start: int, floor: int) -> Printed | None:
        found = self._grammar.word_before(text, start, floor)
        if found is None:
            return None
        word, first, last = found
        return Printed(first, last, interpretation=word, parts=(("value", first, last),), after=last)

    def _several(
        self, text: str, first: Printed | None, count: int, limit: int,
        rules: Sequence[MeasurementRule],
    ) -> list[Printed]:  # fmt: skip
        """The ``count`` values of "C3/C4 45/6"; nothing when there are not as many."""
        if first is None or not first.is_number or first.low is not None:
            return []
        values = [first]
        while len(values) < count:
            joint = _SLASH.match(text, values[-1].after, limit)
            if joint is None:
                return []
            following = self._grammar.cell(text, joint.end(), limit, rules[len(values)])
            if following is None or not following.is_number:
                return []
            values.append(following)
        shared = values[-1].unit
        return [v if v.unit or shared is None else replace(v, unit=shared) for v in values]

    def _pressure(
        self, text: str, number: int, target: Target, limit: int, cell: int | None = None
    ) -> list[Result]:
        """Systolic and diastolic of "BP 128/78", one span; in a table the cell alone."""
        match = _PRESSURE.match(text, target.end if cell is None else cell, limit)
        if match is None:
            return []
        unit = "mm[Hg]" if match["unit"] else None
        results = []
        for concept in ("systolic_bp", "diastolic_bp"):
            name = concept.removesuffix("_bp")
            printed = Printed(
                match.start(name), match.end(), number=Decimal(match[name]), unit=unit,
                parts=(("value", match.start(name), match.end(name)),), after=match.end(),
            )  # fmt: skip
            rule = _rule(target) if concept == target.concept else self._diastolic
            start = target.start if cell is None else match.start("systolic")
            result = _result(number, target, rule, start, match.end(), printed)
            results.append(replace(result, concept=concept, tabular=cell is not None))
        return results

    def _nyha(self, text: str, number: int, target: Target, limit: int) -> list[Result]:
        match = _NYHA.match(text, target.end, limit)
        if match is None:
            return []
        low = Decimal(str(_CLASS_NUMERALS[match["a"].upper()]))
        high = Decimal(str(_CLASS_NUMERALS[match["b"].upper()])) if match["b"] else None
        printed = Printed(
            match.start("a"), match.end(), number=None if high else low,
            low=low if high else None, high=high,
            parts=(("value", match.start("a"), match.end()),), after=match.end(),
        )  # fmt: skip
        return [_result(number, target, _rule(target), target.start, match.end(), printed)]

    # ---- dates -----------------------------------------------------------------------------------

    def _date(
        self, doc: Doc, text: str, result: Result, others: Sequence[Result], start: int, end: int
    ) -> Result:
        """The date in the clause, then the one that opens the sentence or closes the list, then
        the heading's, then (where nothing says it is past) the note's own."""
        dates: Dates = doc._.dates
        inside = [
            d for d in dates.within(start, end)
            if not any(r.printed and r.printed.start <= d.start < r.printed.end for r in others)
        ]  # fmt: skip
        own = result.printed.after if result.printed else result.end
        following = min((r.start for r in others if r.start >= own), default=end)
        found = next((d for d in inside if own <= d.start < following and d.start - own < 30), None)
        if result.earlier and found is None:
            return result
        found = found or max(
            (d for d in inside if d.end <= result.start and _carries(text, d, result)),
            key=lambda d: d.start, default=None,
        )  # fmt: skip
        if found is None and len({d.days for d in inside}) == 1:
            found = inside[0]
        if found is not None:
            parts = (*result.parts, ("date", found.start, found.end))
            return replace(result, date=interval(found), parts=parts)
        heading = dates.heading(result.start)
        if heading is not None:
            parts = (*result.parts, ("date", heading.start, heading.end))
            return replace(result, date=under(heading), parts=parts)
        return result


def _carries(text: str, date: DateMention, result: Result) -> bool:
    """Whether a date before a result is the result's too; "3 weeks ago" ends with its clause."""
    return date.basis != "relative" or not re.search(r"[,;]", text[date.end : result.start])


def _rule(target: Target) -> MeasurementRule:
    assert isinstance(target.rule, MeasurementRule)
    return target.rule


def _label_columns(text: str, header: Row, dates: Dates) -> int:
    """How many columns the header lacks on the left: one when its first cell heads values."""
    first = header.cells[0]
    heads_values = column_role(text[first.start : first.end]) or dates.within(first.start, first.end)
    return 1 if first.column == 0 and heads_values else 0


def _result(
    number: int, target: Target, rule: MeasurementRule, start: int, end: int, printed: Printed | None
) -> Result:
    parts: list[tuple[Role, int, int]] = [("mention", target.start, target.end)]
    if printed is not None:
        parts.extend(printed.parts)
    return Result(number, target.concept, rule, start, end, printed, tuple(parts))


def _groups(text: str, targets: Sequence[Target], numbers: Sequence[int]) -> Iterator[list[int]]:
    """Analytes that stand together ("C3/C4", "ANA, dsDNA and Sm"), with nothing in between."""
    group: list[int] = []
    for number in numbers:
        target = targets[number]
        if group:
            previous = targets[group[-1]]
            gap = text[previous.end : target.start]
            if previous.sentence != target.sentence or not _JOINT.fullmatch(gap):
                yield group
                group = []
        group.append(number)
    if group:
        yield group


def note_day(note_date: dt.date | None) -> DateInterval | None:
    """The day of a result that nothing dates: the note's own."""
    return of_note(note_date)
