"""Columns read by SQLite as texts are those that the driver gives value by value."""

from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Double, Integer, MetaData, Table, Text, select

from coterie.core.actor import COMMAND
from coterie.storage.database import Database
from coterie.storage.reading import Words

ROWS = Table(
    "read_by_columns",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("word", Text),
    Column("level", Double, nullable=False),
)
WORDS = (
    st.none()
    | st.sampled_from(["", "a", "b", "a\x1fb", '"wine"', "é", "\x1e"])
    | st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), max_size=3)
)
MADE = st.lists(
    st.tuples(st.integers(-(2**31), 2**31 - 1), WORDS, st.floats(allow_nan=False)), max_size=6
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=MADE)
def test_columns_are_what_was_written(
    database: Database, made: list[tuple[int, Any, float]]
) -> None:
    with database.begin(COMMAND, 0) as work:
        ROWS.drop(work.connection, checkfirst=True)
        ROWS.create(work.connection)
        rows = [(place, *one) for place, one in enumerate(made)]
        work.insert_rows(ROWS, [column.name for column in ROWS.columns], rows)
        words = Words()
        query = select(ROWS.c.number, ROWS.c.word, ROWS.c.word.label("again")).order_by(ROWS.c.id)
        numbers, texts, codes = work.columns(query, np.int32, str, words)
        assert numbers.tolist() == [one[0] for one in made] and numbers.dtype == np.int32
        assert texts.tolist() == [one[1] for one in made] and texts.dtype == object
        assert [[*words][code] for code in codes.tolist()] == texts.tolist()
        [levels] = work.columns(select(ROWS.c.level).order_by(ROWS.c.id), np.float64)
        assert levels.tolist() == [one[2] for one in made]
        ROWS.drop(work.connection)


def test_texts_too_long_for_one_are_read_in_portions(database: Database) -> None:
    with database.begin(COMMAND, 0) as work:
        ROWS.create(work.connection)
        rows = [(place, 1, "x" * 1_000, 0.5) for place in range(3)]
        work.insert_rows(ROWS, [column.name for column in ROWS.columns], rows)
        if work.dialect == "sqlite":
            driver: Any = work.connection.connection.driver_connection
            before = driver.setlimit(0, 2_000)  # SQLITE_LIMIT_LENGTH
        [texts] = work.columns(select(ROWS.c.word), str)
        assert texts.tolist() == ["x" * 1_000] * 3
        if work.dialect == "sqlite":
            driver.setlimit(0, before)
        ROWS.drop(work.connection)
