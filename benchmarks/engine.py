"""How many charts a second the engine judges and explains on one core, beside reading the facts.

``python benchmarks/engine.py [FACTS.jsonl]`` takes the facts of any run; without one, the gold
facts of the shipped development corpus.  Charts of three sizes are made of them, each of whole
patients under one name, so that the cost can be seen to grow with the facts and not faster.
Judged is every criterion's outcome with its basis and the triage; explained, all that an
assessment holds, the judgement included.  The reference is the validation of the same lines of
JSON in the same process: the ratios do not change with the machine.
"""

from __future__ import annotations

import datetime as dt
import gc
import itertools
import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from abstraction.chart import Chart, chart_of
from abstraction.facts import Fact, parse_fact
from corpus.evaluation.gold import read_gold
from criteria_engine import Anchors, assess, judge, load_protocol

GOLD = Path(__file__).parents[1] / "corpus" / "synthetic" / "dev"
PROTOCOL = "NCT07432334"
SIZES = (150, 300, 600)
CHARTS = 60
REPETITIONS = 3


def main(source: Path | None) -> None:
    """Print for each size the charts a second, judged and explained, and the ratios to reading."""
    protocol = load_protocol(PROTOCOL)
    facts = _facts(source)
    last = max(fact.note_date for fact in facts if fact.note_date)
    anchors = Anchors(screening=last, leukapheresis=last + dt.timedelta(days=21))
    for size in SIZES:
        charts = [_chart(facts, size, place) for place in range(CHARTS)]
        lines = [[fact.model_dump_json() for fact in chart.facts] for chart in charts]
        judging = _best(lambda chart: judge(_fresh(chart), protocol, anchors), charts)
        explaining = _best(lambda chart: assess(_fresh(chart), protocol, anchors), charts)
        reading = _best(lambda told: [parse_fact(json.loads(line)) for line in told], lines)
        for what, seconds in (("judged", judging), ("explained", explaining)):
            print(
                f"{size:4} facts a chart, {what:9} {CHARTS / seconds:8.1f} charts/s"
                f"   {seconds / reading:5.1f} x reading them"
            )


def _facts(source: Path | None) -> list[Fact]:
    if source is not None:
        lines = source.read_text(encoding="utf-8").splitlines()
        return [parse_fact(json.loads(line)) for line in lines]
    gold = read_gold(GOLD, load_protocol(PROTOCOL))
    return [mention.fact for patient in gold.patients for mention in patient.mentions]


def _chart(facts: list[Fact], size: int, place: int) -> Chart:
    """A chart of ``size`` facts, from another place of the corpus each."""
    begin = place * len(facts) // CHARTS
    own = itertools.islice(itertools.cycle(facts), begin, begin + size)
    return chart_of("p01", [fact.model_copy(update={"patient_id": "p01"}) for fact in own])


def _fresh(chart: Chart) -> Chart:
    """The chart without what was worked out of it before."""
    return Chart(chart.patient_id, chart.facts)


def _best[T](work: Callable[[T], object], over: Sequence[T]) -> float:
    """Seconds of the fastest of a few passes: the one that the machine disturbed least."""
    return min(_seconds(work, over) for _ in range(REPETITIONS))


def _seconds[T](work: Callable[[T], object], over: Sequence[T]) -> float:
    gc.collect()
    gc.freeze()  # The charts that wait in memory are no part of the cost of one.
    begun = time.process_time()
    for one in over:
        work(one)
    return time.process_time() - begun


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
