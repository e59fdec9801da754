import pytest

from coterie.core.actor import COMMAND
from coterie.core.errors import Conflict
from coterie.storage import instance as instances
from coterie.storage.database import Database
from coterie.storage.instance import Instance

NOW = 1_767_225_600_000
SHANGHAI = Instance("Asia/Shanghai", "CNY", clock_offset=-5_000, simulated="wine")


def found(database: Database, instance: Instance) -> Instance:
    with database.begin(COMMAND, NOW) as work:
        return instances.found(work, instance)


def read(database: Database) -> Instance | None:
    with database.read(COMMAND, NOW) as work:
        return instances.read(work)


def test_a_house_is_founded_once(database: Database) -> None:
    assert read(database) is None
    assert found(database, SHANGHAI) == SHANGHAI
    assert read(database) == SHANGHAI
    again = Instance("Asia/Shanghai", "CNY", clock_offset=99, simulated="")
    assert found(database, again) == SHANGHAI
    assert read(database) == SHANGHAI


@pytest.mark.parametrize(
    "other", [Instance("Europe/Rome", "CNY"), Instance("Asia/Shanghai", "EUR")]
)
def test_another_zone_or_currency_is_refused_and_the_message_says_what_to_do(
    database: Database, other: Instance
) -> None:
    found(database, SHANGHAI)
    with pytest.raises(Conflict) as caught:
        found(database, other)
    assert "zone Asia/Shanghai and currency CNY" in str(caught.value)
    assert "new folder" in str(caught.value)
    assert read(database) == SHANGHAI


def test_the_clock_of_a_house_can_be_moved(database: Database) -> None:
    found(database, SHANGHAI)
    with database.begin(COMMAND, NOW) as work:
        instances.set_clock_offset(work, -123_456_789_012)
    assert read(database) == Instance("Asia/Shanghai", "CNY", -123_456_789_012, "wine")
