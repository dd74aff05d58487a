"""How well the cues tell negated, historical, hypothetical and other people's findings apart.

``python benchmarks/assertion.py FILE.tsv`` takes sentences with a marked finding, as the NegEx and
ConText kit has them: columns ``target sentence negation temporality experiencer`` with the values
Affirmed/Negated/Possible, Recent/Historical/Hypothetical, Patient/Other.  The target is looked for
in its sentence and forced as the mention, whatever the rules know of it, so that cues and scopes
are measured and nothing else.  ``--text-cases FILE.jsonl`` takes whole snippets (``text``,
``concept``, ``expected``: an assertion) through the pipeline as it is.

The last line is JSON: precision, recall and F1 of each class.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Span

from abstraction.notes import Note
from abstraction.pipeline import build_pipeline, extract_facts
from abstraction.pipeline.assertions import Judgement, judge_statement
from abstraction.pipeline.cues import Cue
from abstraction.pipeline.targets import GROUP, Target
from nlp_rules import load_rules

COLUMNS = ("target", "sentence", "negation", "temporality", "experiencer")
CLASSES = {
    "negated": ("negation", "negated"),
    "historical": ("temporality", "historical"),
    "hypothetical": ("temporality", "hypothetical"),
    "other": ("experiencer", "other"),
}
_BEFORE_CONTEXT = ("lupus_sentences", "lupus_sections")
_HISTORY = re.compile(r"\b(?<!family )(?:history|hx|h/o|prior|previous|past)\b", re.IGNORECASE)
_NUMBER = (
    r"(?:\d+|an?|two|three|four|five|six|seven|eight|nine|ten|many|several|a few|few|couple of)"
)
_LONG_AGO = re.compile(
    rf"\b(?:(?:for|over|x)\s+(?:the\s+)?(?:past|last)?\s*(?:about|approximately|almost)?\s*{_NUMBER}?"
    rf"[\s-]*(?:months|years)|{_NUMBER}[\s-]+(?:month|year)s?[\s-]+history"
    rf"|{_NUMBER}\s+(?:month|year)s?\s+ago|(?:[3-9]|[1-9]\d)\s+weeks\s+(?:ago|of)"
    r"|(?:in|since|[(])\s*(?:[a-z]+\s+(?:of\s+)?)?(?:19[3-9]\d|200\d)"
    r"|in\s+(?:his|her)\s+(?:teens|twenties|thirties|childhood))\b",
    re.IGNORECASE,
)
_NEAR = 45
"""Characters beside a target in which its onset may stand."""
_ABOUT_OTHERS = frozenset({"family", "donor", "other_person"})


@dataclass(frozen=True, slots=True)
class Case:
    """A finding in a sentence, and what is said of it (lower case)."""

    target: str
    sentence: str
    negation: str
    temporality: str
    experiencer: str


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of one class."""

    tp: int
    fp: int
    fn: int

    def figures(self) -> dict[str, float | None]:
        """Precision, recall, F1; null where there is nothing to divide by."""
        return {
            "p": _ratio(self.tp, self.tp + self.fp),
            "r": _ratio(self.tp, self.tp + self.fn),
            "f1": _ratio(2 * self.tp, 2 * self.tp + self.fp + self.fn),
        }


def main(arguments: list[str]) -> int:
    """Print the table and the JSON line; 2 for wrong usage or a file that cannot be read."""
    try:
        if len(arguments) == 2 and arguments[0] == "--text-cases":
            return _snippets(Path(arguments[1]))
        if len(arguments) == 1:
            return _sentences(Path(arguments[0]))
    except (OSError, ValueError) as error:
        print(f"assertion.py: {error}", file=sys.stderr)
        return 2
    print("usage: assertion.py FILE.tsv | --text-cases FILE.jsonl", file=sys.stderr)
    return 2


def _sentences(path: Path) -> int:
    cases = list(_cases(path))
    nlp = build_pipeline(load_rules())
    read = [(case, _read(nlp, case)) for case in cases]
    found = [(case, reading) for case, reading in read if reading is not None]
    figures = {
        name: _score(found, field, value).figures() for name, (field, value) in CLASSES.items()
    }
    print(f"{len(found)} of {len(cases)} sentences, the others do not hold their target")
    _print_table(figures)
    print(json.dumps(figures))
    return 0


def _snippets(path: Path) -> int:
    nlp = build_pipeline(load_rules())
    cases = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    pairs: list[tuple[str, str]] = []
    for number, case in enumerate(cases):
        note = Note(patient_id="p", note_id=str(number), text=case["text"])
        facts = [fact for fact in extract_facts(nlp, note) if fact.concept == case["concept"]]
        pairs.append((case["expected"], facts[0].assertion if facts else "none"))
    classes = sorted({expected for expected, _ in pairs})
    figures = {
        name: _counted((e == name, f == name) for e, f in pairs).figures() for name in classes
    }
    right = sum(expected == found for expected, found in pairs)
    print(f"{right} of {len(pairs)} snippets right")
    _print_table(figures)
    print(json.dumps(figures))
    return 0


def _cases(path: Path) -> Iterator[Case]:
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
        lacking = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
        if lacking:
            raise ValueError(f"{path}: has no column {', '.join(lacking)}")
        for row in reader:
            target, sentence, *said = ((row[name] or "").strip() for name in COLUMNS)
            yield Case(target, sentence, *(value.lower() for value in said))


def _read(nlp: Language, case: Case) -> Mapping[str, str] | None:
    """What the cues make of the target; None where the sentence does not hold it."""
    words = r"\s+".join(re.escape(word) for word in case.target.split())
    place = re.search(rf"(?<!\w){words}(?!\w)", case.sentence, re.IGNORECASE)
    place = place or re.search(words, case.sentence, re.IGNORECASE)
    if place is None or not words:
        return None
    doc = nlp.make_doc(case.sentence)
    for name in _BEFORE_CONTEXT:
        doc = nlp.get_pipe(name)(doc)
    span = doc.char_span(*place.span(), label="diagnosis", alignment_mode="expand")
    assert isinstance(span, Span)
    doc._.targets = (Target("diagnosis", "target", place.start(), place.end(), 0, "benchmark"),)
    doc.spans[GROUP] = [span]
    doc = nlp.get_pipe("lupus_context")(doc)
    (cues,) = doc._.cues
    implied = doc._.layout.implied(place.start())
    whole = judge_statement(cues, implied, chronic=False)
    own = judge_statement(
        [cue for cue in cues if cue.category not in _ABOUT_OTHERS],
        implied - _ABOUT_OTHERS,
        chronic=False,
    )
    sought = any(cue.category == "sought" for cue in own.cues)
    doubted = {"absent": "negated", "possible": "possible"}
    return {
        "negation": "possible" if sought else doubted.get(own.assertion, "affirmed"),
        "temporality": "recent"
        if sought
        else _temporality(own, cues, case, place.span(), "past" in implied),
        "experiencer": "patient" if whole.experiencer == "patient" else "other",
    }


def _temporality(
    judged: Judgement, cues: Sequence[Cue], case: Case, place: tuple[int, int], past: bool
) -> str:
    """The kit's idea of time.

    What began more than two weeks ago is history, and so is what a denied history denies; a
    story's past tense is not.  ``past``: the section is about earlier times.
    """
    if judged.assertion in ("hypothetical", "conditional"):
        return "hypothetical"
    told = {cue.category for cue in judged.cues}
    if judged.assertion == "absent":
        of_old = any(
            _HISTORY.search(case.sentence, cue.start, max(cue.end, place[0]))
            for cue in judged.cues
            if cue.before
        ) or any(cue.category in ("historical", "former") for cue in cues)
    else:
        of_old = judged.temporality == "past" and (past or "past_tense" not in told)
    before, after = case.sentence[: place[0]], case.sentence[place[1] :][:_NEAR]
    began = _LONG_AGO.search(before[-_NEAR:].rpartition(" and ")[2]) or _LONG_AGO.search(
        after.partition(" and ")[0]
    )
    return "historical" if of_old or began else "recent"


def _score(read: Iterable[tuple[Case, Mapping[str, str]]], field: str, value: str) -> Score:
    return _counted((getattr(case, field) == value, found[field] == value) for case, found in read)


def _counted(pairs: Iterable[tuple[bool, bool]]) -> Score:
    counted = list(pairs)
    return Score(
        counted.count((True, True)), counted.count((False, True)), counted.count((True, False))
    )


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _print_table(figures: Mapping[str, Mapping[str, float | None]]) -> None:
    print(f"{'':14}{'precision':>10}{'recall':>10}{'F1':>10}")
    for name, row in figures.items():
        cells = ("–" if value is None else f"{value:.3f}" for value in row.values())
        print(f"{name:14}" + "".join(f"{cell:>10}" for cell in cells))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
