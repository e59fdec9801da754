"""Houses for stories that must read the same on both stores."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from sqlalchemy.engine import make_url

from coterie.testing import House
from coterie.testing.postgres import PostgresServer
from stories.wire import at_work

OpenHouse = Callable[..., House]


@pytest.fixture(scope="session")
def founded(postgres_server: PostgresServer) -> str:
    """The name of a PostgreSQL database in which a house was founded, to be copied."""
    url = postgres_server.new_database()
    House(store="postgresql", database=url).close()
    name = make_url(url).database
    assert name is not None
    return name


@pytest.fixture(params=["sqlite", "postgresql"])
def open_house(request: pytest.FixtureRequest) -> Iterator[OpenHouse]:
    """Open houses on SQLite, and the same on PostgreSQL."""
    with ExitStack() as stack:

        def opened(**more: Any) -> House:
            if request.param == "postgresql":
                server: PostgresServer = request.getfixturevalue("postgres_server")
                url = server.new_database(request.getfixturevalue("founded"))
                more = {"store": "postgresql", "database": url, **more}
            return stack.enter_context(at_work(**more))

        yield opened
