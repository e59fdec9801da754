"""Very many rows at once: written, changed and asked for as single ones would be."""

from collections.abc import Iterator

import numpy as np
import pytest
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    literal,
    select,
    true,
)
from sqlalchemy.exc import IntegrityError

from coterie.core.actor import Actor
from coterie.storage.database import Database
from coterie.storage.work import Work

ADA = Actor("person", "ada")
NOW = 1_767_225_600_000

guests = Table(
    "guests_of_a_test",
    MetaData(),
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("name", String),
    Column("comes", Boolean),
    Column("told", JSON),
    Column("seal", LargeBinary),
    Column("born_as", Integer, default=lambda context: context.get_current_parameters()["id"]),
)


@pytest.fixture
def work(database: Database) -> Iterator[Work]:
    with database.begin(ADA, NOW) as made:
        guests.metadata.create_all(made.connection)
        yield made
        guests.metadata.drop_all(made.connection)


def names(work: Work, *values: object) -> list[str]:
    query = select(guests.c.name).where(work.among(guests.c.id, values)).order_by(guests.c.id)
    return list(work.connection.execute(query).scalars())


def test_values_are_written_as_their_columns_want_them(work: Work) -> None:
    ada = {"id": 1, "name": "阿达", "comes": True, "told": {"by": ["post"]}, "seal": b"\x00\xff"}
    bob = {"id": 2, "name": None, "comes": False, "told": None, "seal": None}
    work.insert(guests, [ada | {"born_as": 7}, bob | {"born_as": 8}])
    rows = work.connection.execute(select(guests).order_by(guests.c.id)).all()
    assert [dict(row._mapping) for row in rows] == [ada | {"born_as": 7}, bob | {"born_as": 8}]


def test_what_python_fills_in_is_filled_in(work: Work) -> None:
    work.insert(guests, [{"id": 1, "name": "ada"}, {"id": 2, "name": "bob"}])
    work.insert_rows(guests, ("name", "id"), [("cy", 3)])
    born = work.connection.execute(select(guests.c.born_as).order_by(guests.c.id)).scalars()
    assert list(born) == [1, 2, 3]


def test_rows_may_name_their_columns_in_any_order(work: Work) -> None:
    work.insert_rows(guests, ("born_as", "name", "id"), [(9, "ada", 1), (9, "bob", 2)])
    assert names(work, 1, 2) == ["ada", "bob"]


def test_a_row_without_a_value_that_others_have_is_refused(work: Work) -> None:
    with pytest.raises(Exception, match="name"):
        work.insert(guests, [{"id": 1, "name": "ada", "born_as": 1}, {"id": 2, "born_as": 2}])


def test_rows_are_changed_by_key_and_in_the_named_columns_alone(work: Work) -> None:
    rows = [{"id": n, "name": f"guest {n}", "comes": False, "born_as": n} for n in (1, 2, 3)]
    work.insert(guests, rows)
    changed = [{"id": n, "name": "told", "comes": True} for n in (1, 3)]
    work.change(guests, changed, key=["id"], change=["name"])
    query = select(guests.c.name, guests.c.comes).order_by(guests.c.id)
    found = [tuple(row) for row in work.connection.execute(query)]
    assert found == [("told", False), ("guest 2", False), ("told", False)]
    work.change(guests, [], key=["id"], change=["name"])


def test_very_many_values_are_found_each_once(work: Work) -> None:
    rows = [(n, f'it\'s "{n}" 意', n) for n in range(0, 20_000, 2)]
    work.insert_rows(guests, ("id", "name", "born_as"), rows)
    assert len(names(work, *range(20_000), 2, 2)) == 10_000
    assert names(work) == []
    assert names(work, np.int32(4)) == ['it\'s "4" 意']
    text = work.among(guests.c.name, ['it\'s "4" 意', "nobody"])
    assert work.connection.execute(select(guests.c.id).where(text)).scalars().all() == [4]


ODD = (
    "it's",
    '"quoted"',
    "back\\slash",
    "tab\there",
    "line\nbreak",
    "意",
    "",
    "{1,2}",
    "NULL",
    None,
)


def many(number: int) -> dict[str, object]:
    return {
        "id": number, "name": ODD[number % len(ODD)], "comes": (True, False, None)[number % 3],
        "told": ({"by": ["po\\st", None]}, [], "x")[number % 3],
        "seal": (bytes(range(256)), b"", None)[number % 3], "born_as": number,
    }  # fmt: skip


def everything(work: Work) -> list[dict[str, object]]:
    return [dict(row._mapping) for row in work.connection.execute(select(guests).order_by("id"))]


def test_very_many_rows_are_written_as_few_are(work: Work) -> None:
    rows = [many(number) for number in range(60)]
    work.insert(guests, rows[:40])
    named = ("told", "id", "name", "seal", "comes", "born_as")
    if work.dialect == "postgresql":
        work.insert_rows(guests, named, [tuple(row[name] for name in named) for row in rows[40:]])
    else:
        work.insert(guests, rows[40:])
    assert everything(work) == rows


def test_very_many_rows_are_changed_as_few_are_and_the_last_of_a_key_counts(work: Work) -> None:
    work.insert(guests, [many(number) for number in range(60)])
    changed = [many(number) | {"id": 59 - number, "told": 0} for number in range(60)]
    again = {"id": 7, "name": "last", "comes": True, "seal": b"7"}
    work.change(guests, [*changed, again], key=["id"], change=["name", "comes", "seal"])
    expected = [
        many(number) | {name: many(59 - number)[name] for name in ("name", "comes", "seal")}
        for number in range(60)
    ]
    expected[7] |= again
    assert everything(work) == expected


def test_very_many_rows_with_a_key_that_is_taken_are_refused_as_few_are(work: Work) -> None:
    work.insert(guests, [many(3)])
    with pytest.raises(IntegrityError), work.connection.begin_nested():
        work.insert(guests, [many(number) for number in range(40)])
    assert everything(work) == [many(3)]


ODD = ('it\'s "so"', "back\\slash", "{a,b}", "null", "", " 意 ", "line\nbreak", None)


def test_odd_texts_and_bytes_are_changed_and_found_among_very_many(work: Work) -> None:
    count = 40
    work.insert_rows(guests, ("id", "name", "born_as"), [(n, "as it was", n) for n in range(count)])
    said = {n: ODD[n % len(ODD)] for n in range(count)}
    seals = {n: bytes([0, n, 255]) if n % 3 else None for n in range(count)}
    rows = [{"id": n, "name": said[n], "seal": seals[n], "comes": n % 2 == 0} for n in range(count)]
    work.change(guests, rows, key=["id"], change=["name", "seal", "comes"])
    query = select(guests.c.id, guests.c.name, guests.c.seal, guests.c.comes)
    found = {row.id: (row.name, row.seal, row.comes) for row in work.connection.execute(query)}
    assert found == {n: (said[n], seals[n], n % 2 == 0) for n in range(count)}
    texts = [text for text in ODD if text is not None]
    named = select(guests.c.id).where(work.among(guests.c.name, texts))
    assert set(work.connection.execute(named).scalars()) == {n for n in said if said[n] is not None}


def test_alike_rows_are_copied_kind_by_kind(work: Work) -> None:
    if work.dialect == "sqlite":
        pytest.skip("COPY is PostgreSQL's")
    first = {"name": "阿达", "comes": True}
    second = {"name": None, "comes": False}
    seals = np.frombuffer(b"0123456789ab", "V4")
    work.copy_alike(
        guests,
        [
            (first, {"id": np.array([1, 2], np.int32), "seal": seals[:2], "born_as": np.arange(2)}),
            (second, {"id": np.array([3], np.int64), "seal": seals[2:], "born_as": np.array([-9])}),
        ],
    )
    query = select(guests.c.id, guests.c.name, guests.c.comes, guests.c.seal, guests.c.born_as)
    assert [tuple(row) for row in work.connection.execute(query.order_by(guests.c.id))] == [
        (1, "阿达", True, b"0123", 0), (2, "阿达", True, b"4567", 1), (3, None, False, b"89ab", -9),
    ]  # fmt: skip
    twice = {"id": np.array([5, 5]), "seal": seals[:2], "born_as": np.arange(2)}
    with pytest.raises(IntegrityError), work.connection.begin_nested():
        work.copy_alike(guests, [(first, twice)])


def test_only_what_is_new_of_a_query_is_inserted_and_told(work: Work) -> None:
    work.insert_rows(guests, ("id", "name", "born_as"), [(1, "ada", 7)])
    numbers = select(literal(1).label("id"), literal("bob").label("name"), literal(8).label("was"))
    others = select(literal(2), literal("cy"), literal(9))
    query = select(numbers.union_all(others).subquery()).where(true())
    told = work.insert_new_from(guests, ["id", "name", "born_as"], query, [guests.c.id])
    assert [tuple(row) for row in told] == [(2,)]
    assert names(work, 1, 2) == ["ada", "cy"]
