"""Why somebody is due: each reason at its time, none twice, none against her will."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import NOW
from coterie.core.clock import DAY
from coterie.guides.due.model import BREATH, QUIET, REASONS, SERVICE, DueOne, Hers
from coterie.guides.due.reasons import in_order, why_now

SHANGHAI = ZoneInfo("Asia/Shanghai")
OLD = Hers(profile=7, bound=NOW - 100 * DAY)
"""Nothing presses with her. NOW is 08:00 on 1 January in Shanghai."""


def reason(hers: Hers, now: int = NOW) -> str | None:
    found = why_now(hers, now, SHANGHAI)
    return None if found is None else found.reason


@pytest.mark.parametrize(
    ("hers", "expected"),
    [
        (OLD, None),
        (replace(OLD, bound=NOW - DAY), "new"),
        (replace(OLD, bound=NOW - 3 * DAY), None),
        (replace(OLD, birthday="1990-01-03"), "birthday"),
        (replace(OLD, birthday="1990-01-04"), None),
        (replace(OLD, birthday="1990-12-31"), None),
        (replace(OLD, birthday="no day"), None),
        (replace(OLD, last_order=NOW - DAY), None),
        (replace(OLD, last_order=NOW - 2 * DAY), "after_order"),
        (replace(OLD, last_order=NOW - 7 * DAY), None),
        (replace(OLD, next_from=NOW - DAY, next_until=NOW + DAY), "next_order"),
        (replace(OLD, next_from=NOW + DAY, next_until=NOW + 2 * DAY), None),
        (replace(OLD, dormant=True, next_from=NOW - DAY, next_until=NOW + DAY), "dormant"),
    ],
)
def test_each_reason_has_its_time(hers: Hers, expected: str | None) -> None:
    assert reason(hers) == expected


def test_who_wants_nothing_chosen_is_served_and_not_sold_to() -> None:
    everything = replace(
        OLD, birthday="1990-01-01", last_order=NOW - 3 * DAY, dormant=True, service_only=True
    )
    assert reason(everything) == "after_order"
    assert reason(replace(everything, last_order=None)) is None


def test_nobody_is_asked_after_twice() -> None:
    asleep = replace(OLD, dormant=True)
    assert reason(replace(asleep, spoke={"dormant": NOW - 29 * DAY})) is None
    assert reason(replace(asleep, spoke={"dormant": NOW - 30 * DAY})) == "dormant"
    assert reason(replace(asleep, spoke={"other": NOW - DAY})) is None
    born = replace(asleep, birthday="1990-01-01", spoke={"other": NOW - DAY})
    assert reason(born) == "birthday"
    assert reason(replace(born, spoke={"birthday": NOW - DAY})) is None


MOMENTS = st.integers(NOW - 400 * DAY, NOW + 40 * DAY)
PEOPLE = st.builds(
    Hers,
    profile=st.integers(1, 9),
    bound=st.integers(NOW - 200 * DAY, NOW),
    birthday=st.one_of(st.none(), st.dates().map(str)),
    last_order=st.one_of(st.none(), st.integers(NOW - 200 * DAY, NOW)),
    next_from=st.one_of(st.none(), MOMENTS),
    next_until=st.one_of(st.none(), MOMENTS),
    dormant=st.booleans(),
    spoke=st.dictionaries(st.sampled_from(REASONS), st.integers(NOW - 400 * DAY, NOW)),
    service_only=st.booleans(),
)


@given(PEOPLE)
def test_the_laws_of_being_due(hers: Hers) -> None:
    found = why_now(hers, NOW, SHANGHAI)
    if found is None:
        return
    spoke = hers.spoke or {}
    said = spoke.get(found.reason)
    assert said is None or NOW - said >= QUIET[found.reason]
    assert found.reason == "birthday" or all(NOW - at >= BREATH for at in spoke.values())
    assert not hers.service_only or found.reason in SERVICE


def test_the_most_pressing_come_first() -> None:
    due = [
        DueOne(1, "dormant", 5), DueOne(2, "new", 1), DueOne(3, "new", 9), DueOne(4, "birthday", 2),
    ]  # fmt: skip
    assert [one.profile for one in in_order(due)] == [4, 3, 2, 1]
