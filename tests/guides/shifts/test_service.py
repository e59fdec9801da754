"""A shift begins once, ends once, and goes along with the phone; a tap counts once."""

import pytest

from conftest import NOW
from coterie.core.actor import Actor
from coterie.core.clock import DAY, HOUR
from coterie.core.errors import Invalid
from coterie.guides.shifts.service import Shifts
from coterie.storage.database import Database

LI = Actor("person", "guide li-na")


def test_checking_in_again_changes_nothing(database: Database) -> None:
    shifts = Shifts()
    with database.begin(LI, NOW) as work:
        first = shifts.check_in(work, "li-na", "bund")
    with database.begin(LI, NOW + HOUR) as work:
        assert shifts.check_in(work, "li-na", "bund") == first
        moved = shifts.check_in(work, "li-na", "xintiandi")
        assert shifts.on(work, "li-na") == moved
        assert [(one.store, one.by) for one in shifts.of_guide(work, "li-na")] == [
            ("xintiandi", None), ("bund", "left"),
        ]  # fmt: skip
        assert shifts.at_store(work, "bund") == []
    with database.begin(LI, NOW + DAY) as work:
        assert shifts.on(work, "li-na") is None
        shifts.check_in(work, "li-na", "bund")
        assert shifts.of_guide(work, "li-na")[1].by == "forgotten"


def test_the_phone_takes_the_shift_along(database: Database) -> None:
    shifts = Shifts()
    with database.begin(LI, NOW) as work:
        shifts.check_in(work, "li-na", "bund")
        shifts.hand_over(work, "li-na", "wang-wei", "bund")
        assert shifts.on(work, "li-na") is None
        assert [one.guide for one in shifts.at_store(work, "bund")] == ["wang-wei"]
        [ended] = shifts.of_guide(work, "li-na")
        assert (ended.by, ended.next) == ("handed", "wang-wei")
        shifts.leave(work, "wang-wei")
        assert shifts.at_store(work, "bund") == []


def test_a_tap_that_comes_again_is_not_new(database: Database) -> None:
    shifts = Shifts()
    with database.begin(LI, NOW) as work:
        assert shifts.fresh(work, "li-na", "a1")
        assert not shifts.fresh(work, "li-na", "a1")
        assert shifts.fresh(work, "wang-wei", "a1")
        assert shifts.fresh(work, "li-na", "")
        with pytest.raises(Invalid):
            shifts.fresh(work, "li-na", "x" * 65)
