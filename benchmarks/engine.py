"""How many charts a second the engine scores on one core, beside reading the same facts.

``python benchmarks/engine.py [FACTS.jsonl]`` takes the facts of any run; without one, the gold
facts of the shipped development corpus.  Charts of three sizes are made of them, each of whole
patients under one name, so that the cost can be seen to grow with the facts and not faster.  The
reference is the validation of the same lines of JSON in the same process: the ratio does not
change with the machine.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from abstraction.chart import Chart, chart_of
from abstraction.facts import Fact, parse_fact
from corpus.evaluation.gold import read_gold
from criteria_engine import Anchors, assess, load_protocol

GOLD = Path(__file__).parents[1] / "corpus" / "synthetic" / "dev"
PROTOCOL = "NCT07432334"
SIZES = (150, 300, 600)
CHARTS = 60
REPETITIONS = 3


def main(source: Path | None) -> None:
    """Print charts and facts a second for each size, and the ratio to reading the facts."""
    protocol = load_protocol(PROTOCOL)
    facts = _facts(source)
    last = max(fact.note_date for fact in facts if fact.note_date)
    anchors = Anchors(screening=last, leukapheresis=last + dt.timedelta(days=21))
    for size in SIZES:
        charts = [_chart(facts, size, place) for place in range(CHARTS)]
        lines = [[fact.model_dump_json() for fact in chart.facts] for chart in charts]
        scoring = _best(lambda chart: assess(_fresh(chart), protocol, anchors), charts)
        reading = _best(lambda told: [parse_fact(json.loads(line)) for line in told], lines)
        number = sum(len(chart.facts) for chart in charts)
        print(
            f"{size:4} facts a chart {CHARTS / scoring:8.1f} charts/s"
            f" {number / scoring:10,.0f} facts/s   {scoring / reading:5.1f} x reading them"
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
    begun = time.process_time()
    for one in over:
        work(one)
    return time.process_time() - begun


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
