"""Reading the nodes about events: which events, what is measured of them, in which order they came.

``parse`` reads all other nodes with a reader that is built on this one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast
from zoneinfo import ZoneInfo

from coterie.core.errors import Invalid
from coterie.core.ids import check_topic
from coterie.core.numbers import as_decimal
from coterie.segments.language.conditions_parse import (
    check_keys,
    join,
    nearest,
    parse_condition,
    read_duration,
    read_number,
    read_text,
    read_time,
)
from coterie.segments.model import (
    Bounds,
    Condition,
    Did,
    Last,
    Matching,
    Measure,
    Rule,
    Share,
    Then,
    Top,
    Trend,
    Window,
)

MAX_NODES = 1_000
MOST = 2**31
"""Beyond every number of events of one person, and of people."""
PERCENT = 100
"""A percent, in the ten-thousandths that a share of people is given in."""

COMPARISONS = ("=", "!=", ">", ">=", "<", "<=")
CALENDAR_UNITS = ("@day", "@week", "@month", "@hour")
AT_LEAST_ONCE = Bounds(((">=", 1),))
NO_BOUNDS = Bounds(())

AGGREGATES = ("sum", "avg", "min", "max", "distinct")
_WHICH = ("where", "topic")
_BETWEEN = ("between", "since", "before")
MATCHING_KEYS = (*_WHICH, "within", *_BETWEEN)
PAIR_KEYS = ("after", "during", "then_where", "then_topic")
"""What only a pair takes."""
EVENT_SIDE_KEYS = (
    *MATCHING_KEYS, *AGGREGATES, *PAIR_KEYS, "count", "is", "same_key",
    "has", "window", "at_least_before",
)  # fmt: skip
"""What stands beside the key that says what a node about events is."""


@dataclass
class EventNodes:
    """One reading of one rule, as far as it is about events; counts the nodes as it goes."""

    zone: ZoneInfo
    in_journey: bool
    nodes: int = 0

    def count(self, place: str) -> None:
        """Count a node or a test, and refuse a rule that nobody can oversee."""
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise Invalid(f"the rule has more than {MAX_NODES} nodes and tests", path=place,
                          hint="make parts of it segments and ask in_segment")  # fmt: skip

    def did(self, node: Mapping[str, Any], place: str, _depth: int) -> Rule:
        """Read ``did``: a measure of matching events, or with ``then`` a pair."""
        if "then" in node or "then_not" in node:
            return self.pair(node, place)
        for key in PAIR_KEYS:
            if key in node:
                raise Invalid(f"{key!r} belongs to a pair", path=join(place, key),
                              hint='say with "then" or "then_not" what follows')  # fmt: skip
        check_keys(node, ("did", *MATCHING_KEYS, "same_key", "count", "is", *AGGREGATES), place)
        measure, of = _measure(node, ("count", *AGGREGATES), place)
        matching = self.matching(node, "did", place)
        if measure == "count":
            if "is" in node:
                raise Invalid('"is" bounds a sum, avg, min, max or distinct',
                              path=join(place, "is"), hint='write "count" instead')  # fmt: skip
            bounds = _bounds(node["count"], join(place, "count")) if "count" in node else (
                AT_LEAST_ONCE
            )  # fmt: skip
            return Did(matching, "count", None, bounds)
        return Did(matching, measure, of, self.bounds(node, measure, place, '{">=": 500}'))

    def share(self, node: Mapping[str, Any], place: str, _depth: int) -> Rule:
        """Read ``share``."""
        check_keys(node, ("share", *MATCHING_KEYS, "same_key", "is"), place)
        bounds = self.bounds(node, "share", place, '{">": 0.5}')
        return Share(self.matching(node, "share", place), bounds)

    def last(self, node: Mapping[str, Any], place: str, _depth: int) -> Rule:
        """Read ``last``."""
        check_keys(node, ("last", *MATCHING_KEYS, "same_key", "has"), place)
        if "has" not in node:
            raise Invalid('last needs "has": what the newest event has', path=place,
                          hint='such as [{"property": "plan", "op": "=", "value": "pro"}]; '
                          "did asks whether there is one at all")  # fmt: skip
        has = self.tests(node["has"], join(place, "has"), "has")
        if not has:
            raise Invalid("has is empty: nothing is asked of the newest event",
                          path=join(place, "has"),
                          hint="did asks whether there is one at all")  # fmt: skip
        return Last(self.matching(node, "last", place), has)

    def pair(self, node: Mapping[str, Any], place: str) -> Rule:
        """Read ``did`` with ``then`` or ``then_not``."""
        if "then" in node and "then_not" in node:
            raise Invalid("a pair asks for then or for then_not, not both",
                          path=join(place, "then_not"),
                          hint="join two with all or any")  # fmt: skip
        kind = "then" if "then" in node else "then_not"
        for key in ("count", *AGGREGATES, "is"):
            if key in node:
                raise Invalid(f"a pair is there or is not: it has no {key!r}",
                              path=join(place, key),
                              hint="count the first event in a node of its own")  # fmt: skip
        check_keys(node, ("did", kind, *_WHICH, *_BETWEEN, "within", *PAIR_KEYS, "same_key"), place)
        within, after = self.span(node, kind, place)
        window = self.outer_window(node, place)
        if kind == "then_not" and None not in (window.within, within):
            assert window.within is not None and within is not None
            if window.within < within:
                raise Invalid("the first leaves the window before it is known that none followed",
                              path=join(place, "during"),
                              hint="make it longer than within")  # fmt: skip
        first = self.matching(node, "did", place, window)
        second = Matching(
            name=read_text(node[kind], join(place, kind), "the event's name"),
            where=self.tests(node.get("then_where", ()), join(place, "then_where"), "then_where"),
            topic=_topic(node, "then_topic", place),
            same_key=first.same_key,
        )
        return Then(first, second, within, after, absent=kind == "then_not")

    def span(self, node: Mapping[str, Any], kind: str, place: str) -> tuple[int | None, int]:
        """Read how much later the second event of a pair comes: ``within`` and ``after``."""
        within = None
        if "within" in node:
            within = _length(node["within"], join(place, "within"))
        elif kind == "then_not":
            raise Invalid('then_not needs "within": absence is known once it has passed',
                          path=place, hint='such as "7d"')  # fmt: skip
        after = read_duration(node["after"], join(place, "after")) if "after" in node else 0
        if within is not None and after >= within:
            raise Invalid("the pair ends before it begins: after is not less than within",
                          path=join(place, "after"), hint="make it shorter")  # fmt: skip
        return within, after

    def outer_window(self, node: Mapping[str, Any], place: str) -> Window:
        """Read the window of a pair's first event; ``within`` is what the second has."""
        times = [key for key in _BETWEEN if key in node]
        if "during" not in node:
            return self.window({key: node[key] for key in times}, place)
        if times:
            raise Invalid(f"during does not combine with {times[0]}", path=join(place, times[0]),
                          hint="use one of during, between, or since and before")  # fmt: skip
        return Window(within=read_duration(node["during"], join(place, "during")))

    def trend(self, node: Mapping[str, Any], place: str, _depth: int) -> Rule:
        """Read ``trend``."""
        known = ("trend", *_WHICH, "same_key", "window", "is", "at_least_before")
        check_keys(node, known, place)
        if "window" not in node:
            raise Invalid('trend needs "window": how long each of the two is', path=place,
                          hint='such as "90d"')  # fmt: skip
        bounds = self.bounds(node, "trend", place, '{"<=": 0.5}')
        window = _length(node["window"], join(place, "window"))
        least = _whole(node.get("at_least_before", 1), join(place, "at_least_before"), "events")
        return Trend(self.matching(node, "trend", place, Window()), window, bounds, least)

    def top(self, node: Mapping[str, Any], place: str, _depth: int) -> Rule:
        """Read ``top``, or ``bottom``."""
        kind = "top" if "top" in node else "bottom"
        check_keys(node, (kind,), place)
        asked = node[kind]
        if not isinstance(asked, Mapping) or ("trait" in asked) is ("did" in asked):
            raise Invalid(f"{kind} is an object with a trait, or with did, not {asked!r:.80}",
                          path=place, hint='such as {"trait": "spend", "percent": 10}')  # fmt: skip
        of = self.ranked_trait(asked, place) if "trait" in asked else self.ranked(asked, place)
        share, count = _how_many(asked, kind, place)
        return Top(of, share, count, bottom=kind == "bottom")

    def ranked_trait(self, asked: Mapping[str, Any], place: str) -> str:
        """Read the trait by which people are ranked."""
        for key in (*MATCHING_KEYS, *AGGREGATES, "same_key"):
            if key in asked:
                raise Invalid(f"{key!r} is about events: a trait is ranked by what it is now",
                              path=join(place, key), hint='rank events with "did"')  # fmt: skip
        check_keys(asked, ("trait", "percent", "count"), place)
        return read_text(asked["trait"], join(place, "trait"), "the trait")

    def ranked(self, asked: Mapping[str, Any], place: str) -> Did:
        """Read the aggregate of events by which people are ranked."""
        if "same_key" in asked or asked.get("since") in ("entry", "node"):
            key = "same_key" if "same_key" in asked else "since"
            raise Invalid("a rank compares everybody, and a journey's run is one person's",
                          path=join(place, key), hint="use within, or times")  # fmt: skip
        if "is" in asked:
            raise Invalid("a rank has no bounds: percent or count says how many",
                          path=join(place, "is"),
                          hint="ask for bounds with did, in a node of its own")  # fmt: skip
        check_keys(asked, ("did", *MATCHING_KEYS, *AGGREGATES, "percent", "count"), place)
        measure, of = _measure(asked, AGGREGATES, place)
        return Did(self.matching(asked, "did", place), measure, of, NO_BOUNDS)

    def bounds(self, node: Mapping[str, Any], kind: str, place: str, example: str) -> Bounds:
        """Read ``is``, which must be there."""
        if "is" not in node:
            raise Invalid(f'{kind} needs "is": what it is compared with', path=place,
                          hint=f"such as {example}")  # fmt: skip
        return _bounds(node["is"], join(place, "is"))

    def matching(
        self, node: Mapping[str, Any], kind: str, place: str, window: Window | None = None
    ) -> Matching:
        """Read which events; ``window`` where the node's own keys do not tell it."""
        same_key = node.get("same_key", False)
        if not isinstance(same_key, bool):
            raise Invalid(f"same_key is true or false, not {same_key!r}",
                          path=join(place, "same_key"),
                          hint="true keeps to the run's key")  # fmt: skip
        if same_key and not self.in_journey:
            raise Invalid("same_key is the key of a journey's run, and this is no journey",
                          path=join(place, "same_key"), hint="take it out")  # fmt: skip
        return Matching(
            name=read_text(node[kind], place, "the event's name"),
            where=self.tests(node.get("where", ()), join(place, "where"), "where"),
            topic=_topic(node, "topic", place),
            window=self.window(node, place) if window is None else window,
            same_key=same_key,
        )

    def tests(self, tests: object, place: str, key: str) -> tuple[Condition, ...]:
        """Read a list of tests on an event's properties."""
        if not isinstance(tests, list | tuple):
            raise Invalid(f"{key} is a list of tests, not {tests!r:.80}", path=place,
                          hint='such as [{"property": "plan", "op": "exists"}]')  # fmt: skip
        found = []
        for index, test in enumerate(tests):
            here = f"{place}[{index}]"
            if not isinstance(test, Mapping):
                raise Invalid(f"a test is an object, not {test!r:.80}", path=here,
                              hint='such as {"property": "plan", "op": "exists"}')  # fmt: skip
            self.count(here)
            found.append(parse_condition(test, here, "property", self.zone))
        return tuple(found)

    def window(self, node: Mapping[str, Any], place: str) -> Window:
        """Read when an event must have happened."""
        given = [key for key in ("within", *_BETWEEN) if key in node]
        if len(given) > 1 and given != ["since", "before"]:
            raise Invalid(f"{given[0]} does not combine with {given[1]}",
                          path=join(place, given[1]),
                          hint="use one of within, between, or since and before")  # fmt: skip
        if "within" in node:
            return Window(within=read_duration(node["within"], join(place, "within")))
        if "between" in node:
            return self.between(node["between"], join(place, "between"))
        end = read_time(node["before"], join(place, "before"), self.zone) if "before" in node else (
            None
        )  # fmt: skip
        since, where = node.get("since"), join(place, "since")
        if since == "entry" or since == "node":
            if not self.in_journey:
                raise Invalid(f"{since!r} is a moment of a journey's run, and this is no journey",
                              path=where, hint="write a time")  # fmt: skip
            return Window(end=end, since=since)
        start = read_time(since, where, self.zone) if "since" in node else None
        if start is not None and end is not None and start >= end:
            raise Invalid("the window ends before it begins", path=join(place, "before"),
                          hint="write a time after since")  # fmt: skip
        return Window(start=start, end=end)

    def between(self, pair: object, place: str) -> Window:
        """Read a half-open window."""
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise Invalid(f"{pair!r:.80} is not a pair of times", path=place,
                          hint='such as ["2026-01-01", "2026-02-01"]')  # fmt: skip
        start = read_time(pair[0], f"{place}[0]", self.zone)
        end = read_time(pair[1], f"{place}[1]", self.zone)
        if start >= end:
            raise Invalid("the window ends before it begins", path=place,
                          hint="write the earlier time first")  # fmt: skip
        return Window(start=start, end=end)


def _topic(node: Mapping[str, Any], key: str, place: str) -> str | None:
    return check_topic(node[key], join(place, key)) if key in node else None


def _length(value: object, place: str) -> int:
    """Read a duration that is longer than nothing."""
    length = read_duration(value, place)
    if length == 0:
        raise Invalid(f"{value!r} is no time at all", path=place, hint='such as "7d"')
    return length


def _whole(value: object, place: str, of: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value < MOST:
        raise Invalid(f"{value!r:.80} is not a whole number of {of}, at least 1", path=place,
                      hint="write it like 10")  # fmt: skip
    return value


def _how_many(asked: Mapping[str, Any], kind: str, place: str) -> tuple[int | None, int | None]:
    """Read how many are first by rank: a share in ten-thousandths, or a number of people."""
    if ("percent" in asked) is ("count" in asked):
        both = "percent" in asked
        raise Invalid(f"{kind} takes percent or count, {'not both' if both else 'and has neither'}",
                      path=join(place, "count") if both else place,
                      hint='such as "percent": 10, or "count": 100 people')  # fmt: skip
    if "count" in asked:
        return None, _whole(asked["count"], join(place, "count"), "people")
    where = join(place, "percent")
    number = as_decimal(read_number(asked["percent"], where))
    assert number is not None, "read_number lets only numbers through"
    if not 0 < number <= 100:
        raise Invalid(f"{asked['percent']!r} is not more than 0 and at most 100", path=where,
                      hint="10 is a tenth of them")  # fmt: skip
    share = number * PERCENT
    if share != int(share):
        raise Invalid(f"{asked['percent']!r} is finer than a hundredth of a percent", path=where,
                      hint="give the number of people with count")  # fmt: skip
    return int(share), None


def _measure(
    node: Mapping[str, Any], known: tuple[str, ...], place: str
) -> tuple[Measure, str | None]:
    """Read what is measured, and of which property."""
    measures = [key for key in known if key in node]
    if len(measures) > 1:
        raise Invalid(f"one node measures one thing, not {' and '.join(measures)}",
                      path=join(place, measures[1]), hint="join several with all")  # fmt: skip
    if not measures or measures == ["count"]:
        return "count", None
    measure = measures[0]
    here = join(place, measure)
    name = read_text(node[measure], here, "the property")
    if name.startswith("@"):
        if measure != "distinct":
            raise Invalid(f"{name!r} can be counted as distinct only", path=here,
                          hint="such as how many different days")  # fmt: skip
        if name not in CALENDAR_UNITS:
            raise Invalid(f"unknown unit {name!r}", path=here, hint=nearest(name, CALENDAR_UNITS))
    return cast(Measure, measure), name


def _bounds(node: object, place: str) -> Bounds:
    if not isinstance(node, Mapping) or not node:
        raise Invalid(f"{node!r:.80} is no comparison", path=place, hint='such as {">=": 5}')
    check_keys(node, (*COMPARISONS, "between"), place)
    tests: list[tuple[str, float | int]] = []
    for key, value in node.items():
        here = join(place, key)
        if key != "between":
            tests.append((key, read_number(value, here)))
            continue
        if not isinstance(value, list | tuple) or len(value) != 2:
            raise Invalid(f"{value!r:.80} is not a pair [low, high]", path=here,
                          hint="such as [5, 9]")  # fmt: skip
        tests.append((">=", read_number(value[0], f"{here}[0]")))
        tests.append(("<=", read_number(value[1], f"{here}[1]")))
    return Bounds(tuple(tests))
