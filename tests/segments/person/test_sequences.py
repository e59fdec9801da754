"""Pairs, absences, the newest event and trends of one person, on their edges."""

from dataclasses import replace
from typing import Any

import pytest

from coterie.core.clock import DAY
from coterie.events.model import Logged
from coterie.profiles.model import Known
from coterie.segments.language.parse import parse
from coterie.segments.model import Person, World
from coterie.segments.person.evaluate import matches
from segments.strategies import NOW, ZONE, world

WEEK = 7 * DAY


def person(*events: tuple[str, int], items: tuple[str, ...] = (), **properties: Any) -> Person:
    """A person with events of these names, so long ago."""
    told = [
        Logged(seq=seq, time=NOW - ago, received=NOW, profile=1, name=name, type="track",
               source="test", items=items, properties={**properties, "seq": seq})
        for seq, (name, ago) in enumerate(events, 1)
    ]  # fmt: skip
    told.sort(key=lambda event: (event.time, event.seq))
    return Person(Known(profile=1, bucket_key="user_id:u1"), told)


def asks(rule: dict[str, Any], who: Person, where: World | None = None) -> bool:
    return matches(parse(rule, ZONE), who, where or world())


PAIR = {"did": "A", "then": "B", "within": "7d"}
ABSENT = {"did": "A", "then_not": "B", "within": "7d"}


@pytest.mark.parametrize(("rule", "events", "holds"), [
    (PAIR, [("A", DAY), ("B", 0)], True),
    (PAIR, [("B", DAY), ("A", 0)], False),
    (PAIR, [("A", 5), ("B", 5)], False),
    (PAIR, [("A", 5), ("B", 4)], True),
    (PAIR, [("A", 8 * DAY), ("B", DAY)], False),
    (PAIR, [("A", 8 * DAY), ("B", DAY + 1)], True),
    (PAIR, [("A", 0), ("B", -1)], False),
    (PAIR, [("A", 20 * DAY), ("A", 2), ("B", 1)], True),
    ({"did": "A", "then": "B"}, [("A", 900 * DAY), ("B", 0)], True),
    ({**PAIR, "after": "1d"}, [("A", DAY), ("B", 1)], False),
    ({**PAIR, "after": "1d"}, [("A", DAY), ("B", 1), ("B", 0)], True),
    ({**PAIR, "during": "7d"}, [("A", WEEK), ("B", 1)], True),
    ({**PAIR, "during": "7d"}, [("A", WEEK + 1), ("B", DAY)], False),
    ({"did": "A", "then": "A", "within": "7d"}, [("A", DAY)], False),
    ({"did": "A", "then": "A", "within": "7d"}, [("A", DAY), ("A", 0)], True),
    ({"did": "*", "then": "B"}, [("B", DAY)], False),
    (ABSENT, [], False),
    (ABSENT, [("B", 9 * DAY)], False),
    (ABSENT, [("A", WEEK)], True),
    (ABSENT, [("A", WEEK - 1)], False),
    (ABSENT, [("A", 9 * DAY), ("B", 2 * DAY)], True),
    (ABSENT, [("A", 9 * DAY), ("B", 2 * DAY + 1)], False),
    (ABSENT, [("A", 9 * DAY), ("B", 9 * DAY)], True),
    (ABSENT, [("A", 30 * DAY), ("A", 9 * DAY), ("B", 8 * DAY)], True),
    ({**ABSENT, "after": "1d"}, [("A", 9 * DAY), ("B", 9 * DAY - 1)], True),
    ({**ABSENT, "during": "9d"}, [("A", 9 * DAY)], True),
    ({**ABSENT, "during": "9d"}, [("A", 9 * DAY + 1)], False),
])  # fmt: skip
def test_a_pair_is_exact_to_the_millisecond(
    rule: dict[str, Any], events: list[tuple[str, int]], holds: bool
) -> None:
    assert asks(rule, person(*events)) is holds


def test_tests_and_topics_of_a_pair_belong_to_their_event() -> None:
    who = person(("A", 2), ("B", 1), items=("barolo",))
    assert asks({**PAIR, "topic": "wine/italy", "then_topic": "wine"}, who)
    assert not asks({**PAIR, "topic": "cheese"}, who)
    assert not asks({**PAIR, "then_topic": "cheese"}, who)
    first = [{"property": "seq", "op": "=", "value": 1}]
    assert asks({**PAIR, "where": first}, who)
    assert not asks({**PAIR, "then_where": first}, who)


def test_in_a_run_the_first_event_is_of_the_run_and_both_of_its_key() -> None:
    who = person(("A", 20), ("B", 10), order="7")
    run = replace(world(), since={"entry": NOW - 20}, key=("order", "7"))
    rule = {**PAIR, "since": "entry", "same_key": True}
    assert asks(rule, who, run)
    assert not asks(rule, who, replace(run, since={"entry": NOW - 19}))
    assert not asks(rule, who, replace(run, key=("order", "8")))
    assert not asks(rule, who)


@pytest.mark.parametrize(("more", "events", "holds"), [
    ({}, [("P", 2), ("P", 1)], True),
    ({}, [("P", 1), ("P", 2)], False),
    ({}, [("P", 1), ("P", 1)], True),
    ({}, [("P", 1), ("P", 0), ("P", -1)], True),
    ({}, [("Q", 1)], False),
    ({"within": "7d"}, [("P", 9 * DAY), ("P", WEEK)], True),
    ({"within": "7d"}, [("P", 9 * DAY), ("P", WEEK + 1)], False),
    ({"where": [{"property": "seq", "op": "<", "value": 3}]}, [("P", 3), ("P", 2), ("P", 1)], True),
    ({"topic": "wine"}, [("P", 2), ("P", 1)], False),
])  # fmt: skip
def test_the_newest_matching_event_is_asked(
    more: dict[str, Any], events: list[tuple[str, int]], holds: bool
) -> None:
    """That it is the second that was told."""
    has = [{"property": "seq", "op": "=", "value": 2}]
    assert asks({"last": "P", **more, "has": has}, person(*events)) is holds


@pytest.mark.parametrize(("bounds", "least", "ago", "holds"), [
    ({"=": 1}, 1, [WEEK, 2 * WEEK], True),
    ({"=": 1}, 1, [WEEK, 2 * WEEK + 1], False),
    ({"=": 0}, 1, [WEEK + 1], True),
    ({">=": 0}, 1, [0, 1], False),
    ({"=": 0.5}, 2, [0, WEEK + 1, WEEK + 2], True),
    ({"=": 0.5}, 3, [0, WEEK + 1, WEEK + 2], False),
    ({"=": 2}, 1, [-1, 0, 1, 8 * DAY], True),
    ({"<": 0.3333333333333334, ">": 0.3333333333333333}, 1, [0, *[8 * DAY] * 3], True),
])  # fmt: skip
def test_a_trend_compares_two_windows(
    bounds: dict[str, float], least: int, ago: list[int], holds: bool
) -> None:
    rule = {"trend": "V", "window": "7d", "is": bounds, "at_least_before": least}
    assert asks(rule, person(*(("V", each) for each in ago))) is holds
