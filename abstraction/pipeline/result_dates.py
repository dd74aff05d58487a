"""Which date a result of prose has: its clause's, its sentence's, or its heading's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from abstraction.pipeline.date_grammar import DateMention
from abstraction.pipeline.dating import interval
from abstraction.pipeline.page import Page
from abstraction.pipeline.results import Result

_BEHIND = 30
"""Characters behind a value within which a date is its own."""


def dated(
    page: Page, result: Result, others: Sequence[Result], sentence: tuple[int, int]
) -> Result:
    """The result with its date: the one right behind it, then the last before it in the sentence
    that still carries, then the sentence's only one, then its heading's.

    ``others`` are all results of the sentence ``[start, end)``, this one among them.  Without any
    of these dates the result stays as it is.
    """
    start, end = sentence
    inside = [
        date
        for date in page.dates.within(start, end)
        if not any(r.printed and r.printed.start <= date.start < r.printed.end for r in others)
        and not _is_elsewhere(page, date, result)
    ]
    own = result.printed.after if result.printed else result.end
    following = min((r.start for r in others if r.start >= own), default=end)
    behind = min(following, own + _BEHIND)
    found = next(
        (
            d
            for d in inside
            if result.start <= d.start < own
            or (own <= d.start < behind and _is_close(page.text, own, d))
        ),
        None,
    )
    found = found or next((d for d in reversed(inside) if _leads_to(page.text, d, result)), None)
    if result.earlier and found is None:
        return result
    found = found or max(
        (d for d in inside if d.end <= result.start and _carries(page.text, d, result)),
        key=lambda d: d.start,
        default=None,
    )
    if found is None and len({date.days for date in inside}) == 1:
        only = inside[0]
        leads = only.end <= result.start and _carries(page.text, only, result)
        if leads or (own <= only.start < following and _is_close(page.text, own, only)):
            found = only
    if found is None:
        found = _of_list(page, result, others, inside)
    if found is None:
        found = _of_event(page, result, sentence)
    if found is None:
        return result.beneath(page.dates.heading(result.start, vital=result.vital))
    parts = (*result.parts, ("date", found.start, found.end))
    return replace(result, date=interval(found), parts=parts)


def _is_elsewhere(page: Page, date: DateMention, result: Result) -> bool:
    """Whether a date stands right behind another thing than a result and ends its item ("tubal
    ligation 2018; hCG negative"), or another sentence has begun before it."""
    text = page.text
    if result.end <= date.start:
        return bool(_NEW_SENTENCE.search(text, result.end, date.start))
    if date.end > result.start or not _ENDS_ITEM.match(text, date.end):
        return False
    return any(
        target.kind != "measurement" and _OF_IT.fullmatch(text, target.end, date.start)
        for target in page.targets
    )


_NEW_SENTENCE = re.compile(r"\.\s+(?-i:[A-Z])\w*\s\w", re.IGNORECASE)
_ENDS_ITEM = re.compile(r"\s{0,2}\)?\s{0,2}[;.](?:\s|$)")
_OF_IT = re.compile(r"\s{0,2}\(?(?:(?:in|since|on)\s)?", re.IGNORECASE)
"""Between a thing and its own date."""

_ANOTHER = re.compile(
    r"\d|\b(?:was|were|vs\.?|versus|against|prev\w*|prior|before|from|svr|treated|cured|diagnosed|dx"
    r"|vaccinat\w+)\b",
    re.IGNORECASE,
)
"""Between a value and a date: what makes the date another value's."""


def _is_close(text: str, own: int, date: DateMention) -> bool:
    """Whether nothing between a value and the date behind it, and nothing right behind the date,
    makes it another value's; a date that opens a line is that line's."""
    if _ANOTHER.search(text, own, date.start):
        return False
    if "\n" in text[own : date.start] and not text[: date.start].rstrip(" ").endswith("("):
        return False
    return not _LEADS_ON.match(text, date.end)


_LEADS_ON = re.compile(
    r"\s*(?:[:=]|(?:it\s+)?(?:was|were|had\s+been))\s*(?:of\s+)?[<>≤≥]?\s?\d|\s[<>≤≥]?\d+[.,]\d",
    re.IGNORECASE,
)
"""Behind a date: the value that it leads to."""


def _leads_to(text: str, date: DateMention, result: Result) -> bool:
    """Whether a date stands right before a further value, and behind none: "today 10"."""
    between = text[date.end : result.start] if date.end <= result.start else "0"
    if re.search(r"\d\S*\s$", text[: date.start][-8:]) and between[:1] in (",", ";"):
        return False  # "2.41 yesterday, urea 132"
    return (
        len(between) <= _RIGHT_BEFORE
        and not re.search(r"\d|[.;\n]", between)
        and not _OWNED.search(text, max(0, date.start - _OWNER), date.start)
    )


_RIGHT_BEFORE = 14
"""Characters between a date and the value that it leads to."""


def _carries(text: str, date: DateMention, result: Result) -> bool:
    """Whether a date before a result is the result's too.

    "3 weeks ago" ends with its clause.  A date behind another value is that value's: in brackets
    alone, else up to the end of its clause or line ("prev 22 in March").
    """
    between = text[date.end : result.start]
    if date.basis == "relative" and re.search(r"[,;]", between):
        return False
    if not _OWNED.search(text, max(0, date.start - _OWNER), date.start):
        return True
    if re.match(r"[^()\[\]:]{0,20}[)\]](?!\s*:)", between):
        return False
    return not re.search(r"[;\n\]|]|\.\s", between)


_OWNER = 45
"""Characters before a date in which the value stands that it belongs to."""
_OWNED = re.compile(
    r"(?:\d|%|\b(?:neg|pos|negative|positive|normal|low|high|mg|dl|ml|/l)\b|\+)[^()\[\]\n:]{0,20}"
    r"(?:[(\[][^()\[\]\n:]{0,24}|\s(?:on|in|of|at|from|since)\s(?:the\s)?)$",
    re.IGNORECASE,
)


def _of_list(
    page: Page, result: Result, others: Sequence[Result], inside: Sequence[DateMention]
) -> DateMention | None:
    """The sentence's only date, where it stands right behind a list that ``result`` is one of:
    "HIV negative, HBsAg negative and anti-HCV negative in January".  Numbers under a heading of
    their own keep that."""
    if len(inside) != 1 or any(r.printed is None for r in others):
        return None
    numbers = any(r.printed and r.printed.is_number for r in others)
    if numbers and page.dates.heading(result.start, vital=result.vital) is not None:
        return None
    row = sorted((r for r in others if r.start >= result.start), key=lambda r: r.start)
    last = row[-1]
    links = [page.text[a.end : b.start] for a, b in pairwise(row)]
    if not links or not all(_LISTED.fullmatch(link) for link in links):
        return None
    own = last.printed.after if last.printed else last.end
    near = own <= inside[0].start < own + _BEHIND and _is_close(page.text, own, inside[0])
    return inside[0] if near and re.search(r"\w|&", links[-1]) else None


_LISTED = re.compile(r"\s*(?:,|,?\s*(?:and|&)|/)\s*(?:the\s+)?", re.IGNORECASE)
"""Between the results of one list."""


def _of_event(page: Page, result: Result, sentence: tuple[int, int]) -> DateMention | None:
    """The day of the admission or discharge that the words before a result name, in its sentence or
    in its line up to a word of another time, or else the words behind it."""
    floor = max(0, result.start - _LEAD)
    told = page.text[max(sentence[0], floor) : result.start]
    line = page.text[max(page.text.rfind("\n", 0, result.start) + 1, floor) : result.start]
    behind = page.text[result.end : min(sentence[1], result.end + _TAIL)]
    return (
        page.dates.of_event(told)
        or (None if _OTHER_TIME.search(line) else page.dates.of_event(line))
        or (None if _OTHER_TIME.search(behind) else page.dates.of_event(behind))
    )


_OTHER_TIME = re.compile(
    r"\b(?:now|today|current\w*|at present|discharge\w*|recent\w*|latest|later|then|after\w*|last"
    r"|subsequent\w*|yesterday|this morning|on day)\b",
    re.IGNORECASE,
)
_TAIL = 120
"""Characters behind a result in which "(on admission)" still tells its time."""
_LEAD = 300
"""Characters before a result in which "on admission" tells its time."""
