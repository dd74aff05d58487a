"""``lupus-chart corpus``: invented charts with their known truth."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from corpus.synthetic.banks import Bank


@click.group(name="corpus")
def corpus() -> None:
    """Invented patients, their notes, and the gold that comes with them."""


@corpus.command(name="check-bank", short_help="Check a phrase bank.")
@click.argument("bank", metavar="BANK")
def check_bank(bank: str) -> int:
    """Say what is missing or wrong in a phrase bank (dev, test, or a folder), a line each.

    A sound bank is told its size, and how many of its phrases share words in a row with the rules.
    """
    from api.cli.exits import DONE
    from corpus.synthetic.independence import WORDS_IN_A_ROW, shared_wordings

    loaded = _load(bank)
    count = sum(len(phrases) for phrases in loaded.phrases.values())
    click.echo(f"{len(loaded.phrases)} topics, {count} phrases, {len(loaded.skeletons)} notes")
    shared = shared_wordings(loaded)
    click.echo(f"{len(shared)} phrases share {WORDS_IN_A_ROW} words in a row with the rules")
    for one in shared:
        click.echo(f"  {one.topic}: {one.words}")
    return DONE


@corpus.command(name="generate", short_help="Invent patients and their notes.")
@click.option("--patients", required=True, type=click.IntRange(min=1), help="How many patients.")
@click.option("--seed", required=True, type=int, help="The same seed gives the same corpus.")
@click.option(
    "--bank",
    default="dev",
    show_default=True,
    metavar="BANK",
    help="The phrase bank: dev, test, or the path of a folder.",
)
@click.option(
    "--out",
    required=True,
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Folder to write to, which must be empty or new.",
)
def generate(patients: int, seed: int, bank: str, out: Path) -> int:
    """Invent patients and write notes about them, with gold facts and gold verdicts.

    DIR then holds a folder a patient (the notes, facts.gold.jsonl, assessment.gold.json) and
    anchors.csv.  The same arguments and the same bank, of the same name, give the same bytes.
    """
    from api.cli.exits import DONE, prepare_folder
    from api.cli.progress import progress
    from corpus.synthetic.generation import write_corpus

    loaded = _load(bank)
    prepare_folder(out)
    if any(out.iterdir()):
        raise click.UsageError(f"--out {out}: is not empty, and old charts would mix with new ones")
    try:
        with progress("Inventing patients", patients) as after_each:
            written = write_corpus(patients, seed, loaded, out, after_each)
    except OSError as error:
        raise click.UsageError(f"--out {out}: cannot be written ({error.strerror})") from None
    click.echo(
        f"{written.patients} patients, {written.notes} notes, {written.facts} gold facts: {out}"
    )
    return DONE


def _load(name: str) -> Bank:
    """A shipped bank by its name, or the bank of a folder.

    ``click.UsageError`` after a line for each fault but the last.
    """
    from corpus.synthetic.banks import BANKS, BankError, load_bank

    folder = BANKS / name if (BANKS / name).is_dir() else Path(name)
    if not (folder / "vocabulary.yaml").is_file():
        shipped = ", ".join(sorted(path.name for path in BANKS.iterdir() if path.is_dir()))
        raise click.UsageError(f"{name}: is no phrase bank ({shipped}) and no folder of one")
    try:
        return load_bank(folder)
    except BankError as error:
        *others, last = error.problems
        for problem in others:
            click.echo(f"lupus-chart: {problem}", err=True)
        raise click.UsageError(last) from None
