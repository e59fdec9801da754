"""What an import may not bring back: rows of people who were erased; and their rows in files."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from coterie.core.event import Event
from coterie.events.named import Names, identities_of
from coterie.profiles.erasure.service import Erasures
from coterie.roads.bulk import Made
from coterie.roads.values import BadValue
from coterie.storage.work import Work

ERASED = "erased"
"""Why such a row stays out."""


def without_erased(work: Work, erasures: Erasures, made: Iterable[Made]) -> list[Made]:
    """Refuse the rows that name somebody who was erased; of these only the number is kept."""
    erasures.refresh(work)
    return [_refused(one) if is_erased(erasures, one) else one for one in made]


def is_erased(erasures: Erasures, made: Made) -> bool:
    """Say whether a row names somebody who was erased, as far as was read of the tombstones."""
    thing = made.thing
    return isinstance(thing, Event) and bool(erasures.suppressed(identities_of(thing)))


def _refused(made: Made) -> Made:
    why = BadValue(
        ERASED,
        "the person was erased at her request",
        hint="leave the row out; an operator may let her in again on the data-protection page",
    )
    return Made(made.row, {}, {}, None, why)


def files(folder: Path) -> list[Path]:
    """Return the rows that were laid aside and wait."""
    return sorted(folder.glob("*.csv")) if folder.is_dir() else []


def naming(folder: Path, names: Names) -> list[Path]:
    """Return the files in which somebody is named."""
    return [file for file in files(folder) if _names_her(file, names)]


def _names_her(file: Path, names: Names) -> bool:
    with file.open(encoding="utf-8", newline="") as lines:
        return any(_hers(row, names) for row in csv.reader(lines))


def _hers(row: Sequence[str], names: Names) -> bool:
    return any(names.in_text(cell) for cell in row)


def blank(folder: Path, names: Names) -> int:
    """Empty the rows that name somebody, in every file; count them.

    A row stays as an empty one, since rows are counted. The file is replaced whole.
    """
    count = 0
    for file in naming(folder, names):
        anew = file.with_suffix(".anew")
        with (
            file.open(encoding="utf-8", newline="") as lines,
            anew.open("w", encoding="utf-8", newline="") as out,
        ):
            writer = csv.writer(out, lineterminator="\n")
            for number, row in enumerate(csv.reader(lines)):
                hers = number > 0 and _hers(row, names)
                count += hers
                writer.writerow([""] * len(row) if hers else row)
        anew.replace(file)
    return count
