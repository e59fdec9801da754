"""What is told of everybody at a moment: how many are in which class, and who moved. Pure."""

from collections.abc import Sequence

import numpy as np

from coterie.scores.values.model import CELLS, CLASSES, Refusal, Report, Settings
from coterie.scores.values.orders import Ints
from coterie.scores.values.people import NONE, Classes, Values


def reported(
    values: Values,
    before: Classes,
    settings: Settings,
    *,
    hour: int | None,
    refused: Refusal | None,
) -> Report:
    """Put the report of a moment together; ``before`` are the classes of a month ago.

    ``hour`` is everybody's best one, or ``refused`` says what is missing for it.
    """
    told, flags = values.columns, values.classes.flags
    return Report(
        at=values.at,
        version=settings.version,
        people=len(values.classes.profile),
        sizes={name: int(flags[name].sum()) for name in CLASSES},
        classes=_tally(values.classes.main, (*CLASSES, "")),
        moves=moves(before, values.classes),
        cells=_tally(told["rfm.cell"][1].astype(np.int64), CELLS),
        angles={name: int((~np.isnan(one)).sum()) for name, one in values.angles.items()},
        front=int(np.nansum(told["value.front"][1])),
        dormant=int(np.nansum(told["rhythm.dormant"][1])),
        gap_days=None if values.rhythm is None else round(values.rhythm.everyone, 1),
        hour=hour,
        hours_refused=refused,
    )


def _tally(numbers: Ints, names: Sequence[str]) -> dict[str, int]:
    counted = np.bincount(numbers, minlength=len(names)).tolist()
    return dict(zip(names, counted, strict=True))


def moves(before: Classes, now: Classes) -> tuple[tuple[str, str, int], ...]:
    """Count people by (class then, class now); the empty word is none of them."""
    everybody = np.union1d(before.profile, now.profile)
    names = (*CLASSES, "")
    then, today = (np.full(len(everybody), NONE, np.int64) for _ in range(2))
    then[np.searchsorted(everybody, before.profile)] = before.main
    today[np.searchsorted(everybody, now.profile)] = now.main
    table = np.bincount(then * len(names) + today, minlength=len(names) ** 2)
    return tuple(
        (names[number // len(names)], names[number % len(names)], count)
        for number, count in enumerate(table.tolist())
        if count
    )
