"""The nodes about the order of events, and of people, as SQL.

``sequences`` says what they mean. What follows an event is found by one pass over a person's events
in order, not by joining each with each.
"""

from dataclasses import replace

from coterie.segments.everyone.compile_conditions import trait_found
from coterie.segments.everyone.compile_events import (
    FROM_ZERO,
    all_hold,
    chosen,
    columns,
    holding,
    looked_at,
    measured,
    one_of,
    ratio,
    read_out,
    tests_of,
)
from coterie.segments.model import Did, Last, Matching, Then, Top, Trend, Window, World

_MANY = 10**9
"""More events than one person has."""


def last(rule: Last, world: World) -> str:
    """Write whose newest matching event has all that is asked of it."""
    values = columns(test.path for test in (*rule.matching.where, *rule.has))
    return (
        "SELECT profile FROM (\n"
        "    SELECT *, row_number() OVER (PARTITION BY profile ORDER BY time DESC, seq DESC) "
        "AS place\n"
        f"    FROM {looked_at(rule.matching, values, world)}\n"
        f"    WHERE {chosen(rule.matching, values, world)}\n"
        f"  )\n  WHERE place = 1 AND {all_hold(rule.has, values, world)}"
    )


def pair(rule: Then, world: World) -> str:
    """Write who has a first event that a second follows in time, or does not."""
    upto = "UNBOUNDED" if rule.within is None else str(rule.within - 1)
    held = "followed = 1"
    if rule.absent:
        assert rule.within is not None, "the parser asks for it"
        held = f"coalesce(followed, 0) = 0 AND time <= {world.now - rule.within}"
    return (
        "SELECT DISTINCT profile FROM (\n"
        "    SELECT profile, time, is_first, max(is_second) OVER (PARTITION BY profile\n"
        f"      ORDER BY time RANGE BETWEEN {max(rule.after, 1)} FOLLOWING AND {upto} FOLLOWING)"
        " AS followed\n"
        f"    FROM (\n      {_both(rule.first, rule.second, world)}\n    )\n"
        "    WHERE is_first = 1 OR is_second = 1\n"
        f"  )\n  WHERE is_first = 1 AND {held}"
    )


def _both(first: Matching, second: Matching, world: World) -> str:
    """Write the events that may be first or second, and which of the two they are.

    What follows a first event of a window is not older than the window, so no more is looked at.
    """
    second = replace(second, window=replace(first.window, end=None))
    values = columns(test.path for test in (*first.where, *second.where))
    one, other = (" AND ".join(tests_of(matching, world)) for matching in (first, second))
    return (
        "SELECT profile, time,\n"
        f"        CASE WHEN may_be_first AND {chosen(first, values, world)}\n"
        "          THEN 1 ELSE 0 END AS is_first,\n"
        f"        CASE WHEN may_be_second AND {chosen(second, values, world)}\n"
        "          THEN 1 ELSE 0 END AS is_second\n"
        "      FROM (\n"
        f"        SELECT profile, seq, time, ({one}) AS may_be_first,\n"
        f"          ({other}) AS may_be_second{read_out(values)}\n"
        f"        FROM events WHERE (({one})\n          OR ({other}))\n"
        f"          AND profile IN ({one_of('people')})\n      )"
    )


def trend(rule: Trend, world: World) -> str:
    """Write for whom the last window's events, divided by those before it, are within bounds."""
    edge = world.now - rule.window
    matching = replace(rule.matching, window=Window(within=2 * rule.window))
    values = columns(test.path for test in matching.where)
    counted = (
        f"SELECT profile, count(*) FILTER (WHERE time >= {edge}) AS total,\n"
        f"      count(*) FILTER (WHERE time < {edge}) AS n\n"
        f"    FROM {looked_at(matching, values, world)}\n"
        f"    WHERE {chosen(matching, values, world)}\n    GROUP BY profile"
    )
    held = f"n >= {rule.at_least_before} AND {ratio(rule.bounds, most=_MANY, finest=10**19)}"
    return holding(counted, held, zero_counts=False)


def top(rule: Top, world: World) -> str:
    """Write who is first by rank among all profiles, whoever is asked."""
    by, values = _trait(rule.of) if isinstance(rule.of, str) else _aggregate(rule.of, world)
    way = "ASC" if rule.bottom else "DESC"
    order = ", ".join([*(f"{column} {way}" for column in by), "bucket_key", "profile"])
    held = f"place <= {rule.count}"
    if rule.share is not None:
        held = f"(place - 1) * 10000 < ranked * {rule.share}"
    return (
        f"SELECT profile FROM (\n    SELECT profile, row_number() OVER (ORDER BY {order}) AS place,"
        f"\n      count(*) OVER () AS ranked\n    FROM (\n    {values}\n    )\n"
        f"    WHERE {by[0]} IS NOT NULL\n  )\n  WHERE {held}"
    )


def _trait(path: str) -> tuple[tuple[str, ...], str]:
    """Write everybody's value of a trait as a number; a sealed one has none."""
    joined, value, _ = trait_found(path)
    return ("value",), (
        f"SELECT p.profile, p.bucket_key, number({value}) AS value FROM profiles p\n"
        f"  {joined}\n  WHERE d.digest IS NULL"
    )


def _aggregate(of: Did, world: World) -> tuple[tuple[str, ...], str]:
    """Write everybody's measure; an average as its whole part and the rest, exactly.

    Two fractions whose denominators are below a thousand million differ by more than 10 ** -18.
    """
    total = "coalesce(total, 0)" if of.measure in FROM_ZERO else "total"
    by: tuple[str, ...] = ("value",)
    value = f"{total} AS value"
    if of.measure == "avg":
        rest = "((total % n + n) % n)"
        by = ("whole", "part")
        value = (
            f"CASE WHEN n > 0 THEN (total - {rest}) // n END AS whole, "
            f"CASE WHEN n > 0 THEN {rest}::HUGEINT * 1000000000000000000 // n END AS part"
        )
    return by, (
        f"SELECT p.profile, p.bucket_key, {value} FROM profiles p JOIN (\n"
        f"    {measured(of, world, 'profiles')}\n    ) USING (profile)"
    )
