"""Published traits: both readers see them, clocks of what stays run on, few are told beside all."""

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.core.actor import COMMAND
from coterie.core.clock import DAY
from coterie.core.event import Event
from coterie.profiles.published import columns
from coterie.profiles.published.model import Column, Shape, nobody
from coterie.profiles.service import Profiles
from coterie.storage.database import Database

NOW = 1_767_225_600_000
ORDERS, CLASS = Shape("value.orders"), Shape("lifecycle.class", "word", ("loyal", "new"))
LAST, ALIVE = Shape("value.last_order", "moment"), Shape("value.p_alive", keeps_since=False)
NAN = float("nan")


class House:
    def __init__(self, database: Database) -> None:
        self.database, self.now = database, NOW
        self.profiles = Profiles(b"k" * 32, ZoneInfo("Asia/Shanghai"))
        events = [
            Event(id=f"m{n}", type="identify", name="coterie.identified", time=NOW, received=NOW,
                  source="test", user_id=f"u{n}", traits={"city": "Turin"})
            for n in (1, 2, 3)
        ]  # fmt: skip
        with database.begin(COMMAND, NOW) as work:
            self.profiles.learn(work, self.profiles.recognise(work, events))

    def do(self, verb: Any, *given: Any) -> Any:
        with self.database.begin(COMMAND, self.now) as work:
            return verb(work, *given)

    def publish(self, shape: Shape, values: dict[int, float]) -> set[int]:
        changed = self.do(self.profiles.published.publish, [told(shape, values)])
        return set(changed[shape.name])

    def tell(self, shape: Shape, values: dict[int, float]) -> set[int]:
        return set(self.do(self.profiles.published.tell, [told(shape, values)]))

    def known(self, *names: str) -> dict[int, dict[str, Any]]:
        found = self.do(self.profiles.known, [1, 2, 3], list(names) or None)
        return {one: {name: value for name, value in known.traits.items() if name != "city"}
                for one, known in found.items()}  # fmt: skip

    def since(self, name: str) -> dict[int, int]:
        found = self.do(self.profiles.known, [1, 2, 3])
        return {one: known.since[name] for one, known in found.items() if name in known.since}


def told(shape: Shape, values: dict[int, float]) -> tuple[Shape, np.ndarray, np.ndarray]:
    return shape, np.array(list(values), np.int32), np.array(list(values.values()), np.float64)


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    return House(database)


def test_both_readers_see_them_as_json_values(house: House) -> None:
    house.publish(ORDERS, {2: 7, 1: 3})
    house.publish(CLASS, {1: 0, 3: 1})
    house.publish(LAST, {1: NOW - DAY})
    house.publish(ALIVE, {1: 0.25})
    assert house.known() == {
        1: {"value.orders": 3, "lifecycle.class": "loyal", "value.p_alive": 0.25,
            "value.last_order": "2025-12-31T00:00:00.000Z"},
        2: {"value.orders": 7},
        3: {"lifecycle.class": "new"},
    }  # fmt: skip
    assert house.known("value.orders") == {1: {"value.orders": 3}, 2: {"value.orders": 7}, 3: {}}
    export = house.do(house.profiles.export, ["value.orders", "lifecycle.class", "value.last_order",
                                              "value.p_alive"])  # fmt: skip
    rows = sorted(zip(*(export.traits[name].tolist() for name in ("profile", "name", "value")),
                      strict=True))  # fmt: skip
    assert rows == [
        (1, "lifecycle.class", '"loyal"'),
        (1, "value.last_order", '"2025-12-31T00:00:00.000Z"'),
        (1, "value.orders", "3"), (1, "value.p_alive", "0.25"),
        (2, "value.orders", "7"), (3, "lifecycle.class", '"new"'),
    ]  # fmt: skip
    masked = np.ma.getmaskarray(export.traits["since"])
    assert set(export.traits["name"][masked]) == {"value.p_alive"}


def test_a_value_that_stays_keeps_its_clock(house: House) -> None:
    assert house.publish(ORDERS, {1: 3, 2: 7}) == {1, 2}
    house.now += DAY
    assert house.publish(ORDERS, {1: 3, 2: 8}) == {2}
    assert house.since("value.orders") == {1: NOW, 2: NOW + DAY}
    house.now += DAY
    assert house.publish(ORDERS, {2: 8}) == {1}  # who is not named has none any more
    assert house.known()[1] == {}
    assert house.do(house.profiles.since_between, "value.orders", NOW, NOW + DAY) == {2}
    assert house.do(house.profiles.next_since, "value.orders", NOW) == NOW + DAY


def test_a_few_are_told_beside_the_column_until_it_is_written_anew(house: House) -> None:
    house.publish(ORDERS, {1: 3, 2: 7})
    house.now += DAY
    assert house.tell(ORDERS, {1: 4, 2: 7, 3: 1}) == {1, 3}
    assert house.tell(ORDERS, {1: NAN}) == {1}
    assert house.known() == {1: {}, 2: {"value.orders": 7}, 3: {"value.orders": 1}}
    assert house.do(house.profiles.holders, "value.orders") == {2, 3}
    assert house.since("value.orders") == {2: NOW, 3: NOW + DAY}
    house.now += DAY
    assert house.publish(ORDERS, {2: 7, 3: 1}) == set()
    assert house.since("value.orders") == {2: NOW, 3: NOW + DAY}


def test_moments_are_found_by_their_time(house: House) -> None:
    house.publish(LAST, {1: NOW + DAY, 2: NOW + 2 * DAY})
    between, following = house.profiles.moments_between, house.profiles.next_moment
    assert house.do(between, LAST.name, NOW + DAY, NOW + 2 * DAY) == {2}
    assert house.do(following, LAST.name, NOW) == NOW + DAY
    assert house.do(following, LAST.name, NOW + 2 * DAY) is None
    assert house.do(between, ORDERS.name, 0, NOW) == set()


def test_an_erased_persons_values_are_in_no_column(house: House) -> None:
    house.publish(ORDERS, {1: 3, 2: 7})
    house.tell(ORDERS, {2: 8})
    assert house.do(house.profiles.published.erase, [1]) == 1
    assert house.known() == {1: {}, 2: {"value.orders": 8}, 3: {}}
    column = house.do(house.profiles.published.column, ORDERS.name)
    assert column.profiles.tolist() == [2]


def test_a_work_that_fails_leaves_nothing(house: House) -> None:
    house.publish(ORDERS, {1: 3})
    with pytest.raises(RuntimeError), house.database.begin(COMMAND, NOW) as work:
        house.profiles.published.publish(work, [told(ORDERS, {1: 9})])
        raise RuntimeError
    assert house.known()[1] == {"value.orders": 3}


values = st.dictionaries(
    st.integers(1, 2**31 - 1), st.floats(allow_nan=False, width=32), max_size=30
)


@given(values, st.booleans())
def test_a_column_is_read_as_it_was_written(said: dict[int, float], keeps: bool) -> None:
    profiles = np.array(sorted(said), np.int32)
    worth = np.array([said[one] for one in sorted(said)], np.float64)
    column, changed = columns.told(nobody(), profiles, worth, NOW, keeps)
    found = columns.read(columns.write(column))
    assert found.profiles.tolist() == sorted(said) == changed.tolist()
    assert found.values.tobytes() == worth.tobytes()
    assert found.since.tolist() == [NOW * keeps] * len(said)


@given(values, st.dictionaries(st.integers(1, 40), st.none() | st.floats(0, 9)))
def test_what_is_told_of_a_few_wins(said: dict[int, float], fresh: dict[int, float | None]) -> None:
    base = {profile % 40 + 1: value for profile, value in said.items()}
    column = Column(np.array(sorted(base), np.int32),
                    np.array([base[one] for one in sorted(base)], np.float64),
                    np.zeros(len(base), np.int64))  # fmt: skip
    over = Column(np.array(sorted(fresh), np.int32),
                  np.array([NAN if fresh[one] is None else fresh[one] for one in sorted(fresh)],
                           np.float64), np.ones(len(fresh), np.int64))  # fmt: skip
    found = columns.laid_over(column, over)
    expected = {p: v for p, v in (base | fresh).items() if v is not None}
    assert dict(zip(found.profiles.tolist(), found.values.tolist(), strict=True)) == expected
    assert found.profiles.tolist() == sorted(expected)
