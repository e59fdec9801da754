"""The query of a rule: what is written, that nothing escapes its quotes, and exact edges."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coterie.core.clock import DAY, midnight, read_moment
from coterie.core.ids import bucket
from coterie.core.numbers import scaled
from coterie.events.model import Logged
from coterie.profiles.model import Known
from coterie.segments.everyone.compile import population_sql
from coterie.segments.everyone.date_bounds import day_bounds, today
from coterie.segments.everyone.literals import quote
from coterie.segments.language.parse import parse
from coterie.segments.model import Person, Top
from coterie.segments.person.evaluate import matches
from segments.lakes import Lake
from segments.ranks import ranked
from segments.strategies import NOW, ZONE, world


@pytest.fixture(scope="module")
def lake() -> Iterator[Lake]:
    opened = Lake(ZONE)
    yield opened
    opened.connection.close()


def person(number: int, *events: Logged, **traits: Any) -> Person:
    return Person(Known(number, f"user_id:u{number}", traits=traits), events)


def ask(lake: Lake, rule: dict[str, Any], *people: Person) -> set[int]:
    lake.fill(people, world())
    return lake.population(parse(rule, ZONE), world())


def test_the_query_names_its_parts_for_the_analyst() -> None:
    rule = {"all": [{"did": "Article Read", "topic": "wine", "count": {">=": 5}, "within": "30d"},
                    {"not": {"tag": "vip"}}, {"did": "Article Read", "topic": "wine",
                                              "count": {">=": 5}, "within": "30d"}]}  # fmt: skip
    sql = population_sql(parse(rule, ZONE), world())
    assert "part_1_article_read AS (" in sql
    assert "part_2_vip AS (" in sql
    assert "part_3" not in sql, "the same leaf is written once"
    assert "p.profile IN (SELECT profile FROM part_1_article_read) AND (NOT p.profile IN" in sql


@pytest.mark.parametrize(
    "text", ["'", "''; DROP TABLE profiles; --", "\\'", '"', "a'b\\''c", "$1 ?"]
)
def test_text_of_a_rule_stays_text(lake: Lake, text: str) -> None:
    rule = {"any": [{"trait": "city", "op": "=", "value": text},
                    {"trait": text, "op": "exists"}, {"tag": text}, {"did": text},
                    {"trait": f"a.{text}", "op": "contains", "value": text}]}  # fmt: skip
    people = [person(1, city=text), person(2, **{text: 1}), person(3, city="other"),
              person(4, a={text: f"<{text}>"})]  # fmt: skip
    assert ask(lake, rule, *people) == {1, 2, 4}


@settings(max_examples=40)
@given(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])))
def test_quoting_gives_the_text_back(lake: Lake, text: str) -> None:
    assert lake.connection.execute(f"SELECT {quote(text)}").fetchall() == [(text,)]


@pytest.mark.parametrize("value", [
    29.99, "0.00005", -0.00005, 1e30, 461168601842738.7903, 461168601842738.7904, "1e5", "x", True,
    None, "1e999", 1e-300, 12345678901234567890, "4.9999e-5", " 5", "+.5", "-5.e2",
])  # fmt: skip
def test_numbers_are_scaled_as_everywhere(lake: Lake, value: Any) -> None:
    lake.fill([person(1, n=value)], world())
    found = lake.connection.execute("SELECT scaled(value) FROM traits").fetchall()
    assert found == [(scaled(value),)]


@pytest.mark.parametrize("value", [
    "2026-01-01", "20260101", "2026-0101", "2026-01-01T09:30", "2026-01-01 09:30:10.1239567",
    "2026-01-01T09:30Z", "2026-01-01T0930+0800", "2026-01-01T09:30-05", "2026-02-30", "202601-01",
    "2026-01-01T24:00", "2026-01-01T23:59:60", "abc", "", None, True, 5, 5.5, -3.7, 1e11, 1e14,
    1767225600, 1767225600123, "1767225600", "1969-12-31T23:59:59.9996", "0001-01-01",
    "2026-01-01T09:30:00 +08:00", "2026-01-01T09:30+24:00", "2026-01-01T09:30+08:00:30",
    "2026-01-01\\n09:30", "1990-09-16T00:30:00", "1940-06-01T00:30:00", [1], {"a": 1},
])  # fmt: skip
def test_moments_are_read_as_everywhere(lake: Lake, value: Any) -> None:
    lake.fill([person(1, m=value)], world())
    found = lake.connection.execute("SELECT moment(value) FROM traits").fetchall()
    assert found == [(read_moment(value, ZONE),)]


def test_a_number_is_compared_to_its_last_digit(lake: Lake) -> None:
    people = [person(1, n=2**53), person(2, n=2**53 + 1), person(3, n=str(2**53 + 1))]
    assert ask(lake, {"trait": "n", "op": "=", "value": 2**53 + 1}, *people) == {2, 3}
    assert ask(lake, {"trait": "n", "op": ">", "value": 2**53}, *people) == {2, 3}


def test_the_bucket_is_the_one_drawn_everywhere(lake: Lake) -> None:
    people = [person(number) for number in range(1, 200)]
    drawn = {p.known.profile for p in people if 100 <= bucket("s", p.known.bucket_key) < 3_000}
    rule = {"bucket": {"salt": "s", "from": 100, "to": 3_000}}
    assert 0 < len(drawn) < 199
    assert ask(lake, rule, *people) == drawn


@pytest.mark.parametrize("limit", [1e-300, 1e300, -1e300, 0.3333333333333333, 0.3333333333333334])
@pytest.mark.parametrize("measure", ["share", "avg", "sum"])
def test_bounds_far_out_or_very_fine_agree_with_the_other_reader(
    lake: Lake, measure: str, limit: float
) -> None:
    events = [
        Logged(seq=n, time=NOW - n, received=NOW, profile=1, name="A", type="track", source="t",
               properties={"n": (n == 1 and 1) or 0})
        for n in (1, 2, 3)
    ]  # fmt: skip
    one = person(1, *events)
    for op in ("=", "!=", ">", ">=", "<", "<="):
        rule: dict[str, Any] = {"did": "A", measure: "n", "is": {op: limit}}
        if measure == "share":
            where = [{"property": "n", "op": "=", "value": 1}]
            rule = {"share": "A", "where": where, "is": {op: limit}}
        expected = {1} if matches(parse(rule, ZONE), one, world()) else set()
        assert ask(lake, rule, one) == expected, rule


@pytest.mark.parametrize("limit", [1e-300, -1e-300, 0.3333333333333333, 0.3333333333333334, 1e300])
def test_bounds_of_a_trend_agree_with_the_other_reader(lake: Lake, limit: float) -> None:
    def visits(number: int, *ago: int) -> Person:
        return person(number, *(
            Logged(seq=100 * number + n, time=NOW - days * DAY, received=NOW, profile=number,
                   name="A", type="track", source="t", properties={})
            for n, days in enumerate(ago)
        ))  # fmt: skip

    people = [visits(1, 8), visits(2, 1, 8, 8, 8), visits(3, 1)]
    for op in ("=", "!=", ">", ">=", "<", "<="):
        rule = {"trend": "A", "window": "7d", "is": {op: limit}}
        tree = parse(rule, ZONE)
        expected = {one.known.profile for one in people if matches(tree, one, world())}
        assert ask(lake, rule, *people) == expected, rule


@given(st.lists(
    st.tuples(st.integers(1, 4), st.sampled_from([-3, -0.0001, 0, 0.0001, 1, 461168601842])),
    max_size=12,
), st.integers(1, 5), st.booleans())  # fmt: skip
@settings(max_examples=40)
def test_averages_rank_exactly(
    lake: Lake, drawn: list[tuple[int, float]], count: int, bottom: bool
) -> None:
    people = [
        person(number, *(
            Logged(seq=n, time=NOW - n, received=NOW, profile=number, name="A", type="track",
                   source="t", properties={"n": value})
            for n, (of, value) in enumerate(drawn) if of == number
        ))
        for number in range(1, 5)
    ]  # fmt: skip
    rule = {"bottom" if bottom else "top": {"did": "A", "avg": "n", "count": count}}
    tree = parse(rule, ZONE)
    assert isinstance(tree, Top)
    assert ask(lake, rule, *people) == set(ranked(world(), people).tops[tree])


def test_of_equal_values_the_smaller_bucket_key_ranks_first(lake: Lake) -> None:
    people = [person(number, spend=value) for number, value in
              [(1, 7), (2, "7.0"), (3, 7), (4, 1), (5, "many"), (6, True), (7, [9])]]  # fmt: skip
    assert ask(lake, {"top": {"trait": "spend", "percent": 50}}, *people) == {1, 2}
    assert ask(lake, {"top": {"trait": "spend", "percent": 51}}, *people) == {1, 2, 3}
    assert ask(lake, {"bottom": {"trait": "spend", "count": 2}}, *people) == {1, 4}
    assert ask(lake, {"top": {"trait": "spend", "count": 99}}, *people) == {1, 2, 3, 4}


@pytest.mark.parametrize(("word", "first", "after"), [
    ("today", "2024-03-31", "2024-04-01"),
    ("-1 month", "2024-02-29", "2024-03-01"),
    ("-1 year", "2023-03-31", "2023-04-01"),
    ("+1 quarter", "2024-06-30", "2024-07-01"),
    ("+2 weeks", "2024-04-14", "2024-04-15"),
    ("this week", "2024-03-25", "2024-04-01"),
    ("next week", "2024-04-01", "2024-04-08"),
    ("last quarter", "2023-10-01", "2024-01-01"),
    ("this year", "2024-01-01", "2025-01-01"),
    ("2020-02-29", "2020-02-29", "2020-03-01"),
    ("-1000 years", "1024-03-31", "1024-04-01"),
])  # fmt: skip
def test_words_for_a_date_have_their_bounds(word: str, first: str, after: str) -> None:
    now = read_moment("2024-03-31T12:00:00", ZONE)
    assert now is not None
    expected = tuple(midnight(today(read_moment(d, ZONE) or 0, ZONE), ZONE) for d in (first, after))
    assert day_bounds(word, now, ZONE) == expected
