"""Whatever is kept of a person follows her, is handed out to her, and is erased with her."""

import sys
from collections.abc import Iterator

import pytest
from sqlalchemy import Table

from coterie.app import App, open_app
from coterie.settings import Settings
from coterie.storage.schema import metadata

KNOWING = {"profiles", "events"}
"""Rooms with verbs of their own: they settle who is who, and say what happened."""

EXCEPTIONS = {
    "fading": "computed from the log: scores count both sides anew",
    "published_since": "worked out of the log: values are made anew on both sides",
    "value_future": "read off the log: values are made anew on both sides",
    "score_due": "computed from the log: scores count both sides anew",
    "name_prefixes": "an index of the head's names: profiles make it anew",
    "trait_leaves": "an index of the head's traits: profiles make it anew",
    "guide_bindings": "settled from touches: made anew on both sides",
    "identities": "each has the profile of its own, for ever; the person it leads to is beside it",
    "merges": "the log of who was led by whom, never changed",
    "erasures": "the proof names whom it was asked for",
    "profile_keys": "a key seals what its own profile came with, whoever leads it",
}
"""Tables that speak of people and need not say whom a row came with, each with the reason."""

TABLES = [table for table in metadata.sorted_tables if "profile" in table.c]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    made = open_app(Settings(data=tmp_path_factory.mktemp("keepers")))
    yield made
    made.close()


def rooms_with(table: Table) -> set[str]:
    """Name the rooms whose modules hold a table: its own, and whoever cleans up behind all."""
    return {
        name.split(".")[1]
        for name, module in sys.modules.items()
        if name.startswith("coterie.") and any(one is table for one in vars(module).values())
    }


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_table_that_speaks_of_people_has_a_keeper(app: App, table: Table) -> None:
    keepers = {type(keeper).__module__.split(".")[1] for keeper in app.inbound.keepers}
    assert rooms_with(table) & (keepers | KNOWING)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_its_rows_know_whom_they_came_with(table: Table) -> None:
    assert ("came_with" in table.c) != (table.name in EXCEPTIONS), EXCEPTIONS.get(table.name)


def test_keepers_have_names_of_their_own(app: App) -> None:
    names = [keeper.name for keeper in app.inbound.keepers]
    assert len(set(names)) == len(names)
    assert set(EXCEPTIONS) <= {table.name for table in TABLES}
