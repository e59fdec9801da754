"""The room, and a unit of work in an empty database of each kind."""

from collections.abc import Iterator

import pytest

from coterie.core.actor import CLOCK
from coterie.profiles.service import Profiles
from coterie.storage.database import Database
from coterie.storage.work import Work
from profiles.people import NOW, room


@pytest.fixture
def work(database: Database) -> Iterator[Work]:
    with database.begin(CLOCK, NOW) as begun:
        yield begun


@pytest.fixture
def profiles() -> Profiles:
    return room()
