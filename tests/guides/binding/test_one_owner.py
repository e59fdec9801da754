"""One owner at any instant is the database's own law, whoever writes."""

from itertools import pairwise
from random import Random
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from conftest import NOW
from coterie.core.actor import COMMAND
from coterie.guides.binding.store import spans
from coterie.storage.database import Database


def row(since: int, until: int, previous: int | None) -> dict[str, Any]:
    return {
        "profile": 1, "guide": f"g{since}", "store": None, "since": since, "until": until,
        "previous": previous, "protected": since, "valid": until, "seen": since, "why": "code",
        "cause": "x", "ending": "silence", "before": None, "told": True,
    }  # fmt: skip


@pytest.mark.parametrize(
    "second",
    [
        row(50, 150, 100),  # begins before the one it follows has ended
        row(50, 60, None),  # a second beginning
        row(150, 200, 120),  # follows nothing
        row(150, 150, 100),  # has no length
        row(20, 100, None),  # ends with the first
    ],
)
def test_the_database_refuses_what_would_give_two_owners(
    database: Database, second: dict[str, Any]
) -> None:
    with database.begin(COMMAND, NOW) as work:
        work.insert(spans, [row(0, 100, None)])
    with pytest.raises(IntegrityError), database.begin(COMMAND, NOW) as work:
        work.insert(spans, [second])
    with database.begin(COMMAND, NOW) as work:
        work.insert(spans, [row(100, 150, 100)])
    with pytest.raises(IntegrityError), database.begin(COMMAND, NOW) as work:
        work.insert(spans, [row(120, 160, 100)])  # two would follow the first
    with pytest.raises(IntegrityError), database.begin(COMMAND, NOW) as work:
        work.connection.execute(spans.update().where(spans.c.since == 0).values(until=120))


def test_whatever_it_takes_in_never_overlaps(database: Database) -> None:
    draw, kept = Random(7), []
    ends: list[int | None] = [None]
    for _ in range(150):
        since, previous = draw.randrange(400), draw.choice(ends)
        given = row(since, since + draw.randrange(-2, 30), previous)
        try:
            with database.begin(COMMAND, NOW) as work:
                work.insert(spans, [given])
        except IntegrityError:
            continue
        kept.append((since, given["until"]))
        ends.append(given["until"])
    assert len(kept) > 3
    kept.sort()
    assert all(first[1] <= second[0] for first, second in pairwise(kept))
