"""Every single error with its cause, for a person who wants to see where it went wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from corpus.evaluation.matching import Matches, Pair, match
from corpus.evaluation.records import Mention
from corpus.evaluation.scoring import Attribution, Judged, Scored, TriageVerdict, Verdict

Level = Literal["mention", "attribute", "criterion", "patient"]
_LEVELS: tuple[Level, ...] = ("mention", "attribute", "criterion", "patient")


@dataclass(frozen=True, slots=True)
class ScoredError:
    """One error.  ``about`` names the attribute or the criterion; ``expected`` is the gold's value.

    Causes: ``missed`` ``extra`` ``wrong_concept`` ``wrong_boundary``; ``wrong_<attribute>``;
    ``verdict_reversed`` ``verdict_abstained`` ``verdict_overcalled``; ``wrong_triage``.
    """

    level: Level
    cause: str
    patient_id: str
    note_id: str | None = None
    gold: Mention | None = None
    predicted: Mention | None = None
    about: str | None = None
    expected: str | None = None
    found: str | None = None
    attribution: Attribution | None = None
    tags: tuple[str, ...] = ()

    @property
    def order(self) -> tuple[object, ...]:
        """Sort key: level, patient, note, place, cause."""
        mention = self.gold or self.predicted
        place = mention.order if mention else ()
        return (
            _LEVELS.index(self.level),
            self.patient_id,
            self.note_id or "",
            place,
            self.cause,
            self.about or "",
        )


def errors_of(scored: Scored) -> tuple[ScoredError, ...]:
    """All errors of the four levels, sorted."""
    found = [
        *_mention_errors(scored.matches["overlap"]),
        *(_wrong_attribute(one) for one in scored.judged if not one.judgement.right),
        *_verdict_errors(scored.verdicts),
        *_triage_errors(scored.triages),
    ]
    return tuple(sorted(found, key=lambda error: error.order))


def causes(errors: Iterable[ScoredError]) -> dict[str, int]:
    """How many errors each cause has, sorted by cause."""
    return dict(sorted(Counter(error.cause for error in errors).items()))


def _mention_errors(matches: Matches) -> Iterator[ScoredError]:
    """Misses and extras that overlap within one kind are told once, as a wrong concept."""
    leftover = match(matches.missed, matches.extra, "type")
    for mention in leftover.missed:
        yield _of_mention("missed", mention, gold=mention)
    for mention in leftover.extra:
        yield _of_mention("extra", mention, predicted=mention)
    for pair in leftover.pairs:
        yield _of_pair("wrong_concept", pair, pair.gold.fact.concept, pair.predicted.fact.concept)
    for pair in matches.pairs:
        if pair.gold.fact.span != pair.predicted.fact.span:
            yield _of_pair("wrong_boundary", pair, _span(pair.gold), _span(pair.predicted))


def _of_pair(cause: str, pair: Pair, expected: str, found: str) -> ScoredError:
    return _of_mention(
        cause, pair.gold, gold=pair.gold, predicted=pair.predicted, expected=expected, found=found
    )


def _of_mention(
    cause: str,
    about: Mention,
    *,
    gold: Mention | None = None,
    predicted: Mention | None = None,
    expected: str | None = None,
    found: str | None = None,
) -> ScoredError:
    return ScoredError(
        level="mention",
        cause=cause,
        patient_id=about.fact.patient_id,
        note_id=about.fact.note_id,
        gold=gold,
        predicted=predicted,
        expected=expected,
        found=found,
        tags=gold.tags if gold else (),
    )


def _wrong_attribute(judged: Judged) -> ScoredError:
    pair, judgement = judged.pair, judged.judgement
    return ScoredError(
        level="attribute",
        cause=f"wrong_{judgement.attribute.name}",
        patient_id=pair.gold.fact.patient_id,
        note_id=pair.gold.fact.note_id,
        gold=pair.gold,
        predicted=pair.predicted,
        about=judgement.attribute.name,
        expected=judgement.gold,
        found=judgement.predicted,
        tags=pair.gold.tags,
    )


def _verdict_errors(verdicts: Iterable[Verdict]) -> Iterator[ScoredError]:
    for verdict in verdicts:
        if verdict.error is not None:
            yield ScoredError(
                level="criterion",
                cause=verdict.error,
                patient_id=verdict.patient_id,
                about=verdict.criterion,
                expected=verdict.gold,
                found=verdict.predicted,
                attribution=verdict.attribution,
            )


def _triage_errors(triages: Iterable[TriageVerdict]) -> Iterator[ScoredError]:
    for triage in triages:
        if triage.gold != triage.predicted:
            yield ScoredError(
                level="patient",
                cause="wrong_triage",
                patient_id=triage.patient_id,
                expected=triage.gold,
                found=triage.predicted,
            )


def _span(mention: Mention) -> str:
    return f"{mention.fact.span.start}..{mention.fact.span.end}"
