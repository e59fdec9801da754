"""Why: the tree's answers agree with the reader, with evidence, and ``until`` is exact."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings

from coterie.core.clock import DAY, HOUR, format_time, parse_time
from coterie.events.model import Logged
from coterie.profiles.model import Known
from coterie.segments.language.parse import parse
from coterie.segments.model import Person
from coterie.segments.person.evaluate import Reader, matches
from coterie.segments.person.horizon import changes
from coterie.segments.person.why import Reason, why
from segments.ranks import ranked
from segments.strategies import NOW, ZONE, blind, persons, rules, world

MIDNIGHT = NOW - 8 * HOUR + DAY
"""The next one in Shanghai."""


def person(*times: int, name: str = "Read", **traits: Any) -> Person:
    events = [
        Logged(seq=index, time=time, received=time, profile=1, name=name, type="track",
               source="test", items=("barolo",), properties={"n": index, "at": time + DAY})
        for index, time in enumerate(times, start=1)
    ]  # fmt: skip
    events.sort(key=lambda event: (event.time, event.seq))
    since = dict.fromkeys(traits, NOW - DAY)
    return Person(Known(profile=1, bucket_key="user_id:u1", traits=traits, since=since), events)


def ask(rule: Any, who: Person) -> Reason:
    return why(parse(rule, ZONE), who, world(rules={"readers": parse({"did": "Read"}, ZONE)}))


OLD = [NOW - days * DAY for days in (29, 20, 10, 5)]
UNTIL: list[tuple[dict[str, Any], Person, int | None]] = [
    ({"did": "Read", "within": "30d"}, person(*OLD), OLD[3] + 30 * DAY + 1),
    ({"did": "Read", "count": {">=": 4}, "within": "30d"}, person(*OLD), OLD[0] + 30 * DAY + 1),
    ({"did": "Read", "count": {">=": 3}, "within": "30d"}, person(*OLD), OLD[1] + 30 * DAY + 1),
    ({"did": "Read", "count": {"<": 3}, "within": "30d"}, person(*OLD), OLD[1] + 30 * DAY + 1),
    ({"did": "Read", "count": {"=": 2}, "within": "30d"}, person(*OLD), OLD[1] + 30 * DAY + 1),
    ({"did": "Read", "count": {">=": 5}, "within": "30d"}, person(*OLD), None),
    ({"did": "Read", "count": {">=": 4}}, person(*OLD), None),
    ({"did": "Read", "before": "2026-06-01"}, person(*OLD), None),
    ({"did": "Read"}, person(NOW + 5), NOW + 5),
    ({"did": "Read", "count": {">=": 2}, "within": "1d"}, person(NOW, NOW + 5), NOW + 5),
    ({"did": "Read", "sum": "n", "is": {">=": 8}, "within": "30d"}, person(*OLD),
     OLD[1] + 30 * DAY + 1),
    ({"did": "Read", "min": "n", "is": {"<=": 2}, "within": "30d"}, person(*OLD),
     OLD[1] + 30 * DAY + 1),
    ({"did": "Read", "max": "n", "is": {"=": 4}, "within": "30d"}, person(*OLD),
     OLD[3] + 30 * DAY + 1),
    ({"did": "Read", "avg": "n", "is": {">": 2.5}, "within": "30d"}, person(*OLD),
     OLD[0] + 30 * DAY + 1),
    ({"did": "Read", "distinct": "@day", "is": {">=": 3}, "within": "30d"}, person(*OLD),
     OLD[1] + 30 * DAY + 1),
    ({"share": "Read", "where": [{"property": "n", "op": ">", "value": 2}], "within": "30d",
      "is": {">": 0.5}}, person(*OLD), OLD[0] + 30 * DAY + 1),
    ({"did": "Read", "where": [{"property": "at", "op": "within_last", "duration": "1d"}]},
     person(NOW), NOW + DAY),
    ({"last": "Read", "within": "30d", "has": [{"property": "n", "op": "=", "value": 4}]},
     person(*OLD), OLD[3] + 30 * DAY + 1),
    ({"last": "Read", "within": "30d", "has": [{"property": "n", "op": "=", "value": 1}]},
     person(*OLD), None),
    ({"last": "Read", "has": [{"property": "n", "op": "=", "value": 1}]},
     person(NOW - 1, NOW + 5), NOW + 5),
    ({"last": "Read", "has": [{"property": "at", "op": "within_next", "duration": "1h"}]},
     person(NOW - 2 * DAY, NOW), NOW + DAY - HOUR),
    ({"did": "Read", "then": "Read", "within": "6d", "during": "30d"}, person(*OLD),
     OLD[2] + 30 * DAY + 1),
    ({"did": "Read", "then": "Read", "within": "6d"}, person(*OLD), None),
    ({"did": "Read", "then": "Read", "within": "6d"}, person(NOW, NOW + DAY), NOW + DAY),
    ({"did": "Read", "then_not": "Read", "within": "7d", "during": "30d"}, person(*OLD),
     OLD[3] + 30 * DAY + 1),
    ({"did": "Read", "then_not": "Read", "within": "7d"}, person(OLD[3]), NOW + 2 * DAY),
    ({"did": "Read", "then_not": "Read", "within": "7d", "during": "7d"}, person(NOW),
     NOW + 7 * DAY),
    ({"did": "Read", "then_not": "Read", "within": "7d", "during": "7d"}, person(NOW - 7 * DAY),
     NOW + 1),
    ({"did": "Read", "then_not": "Read", "within": "7d",
      "then_where": [{"property": "at", "op": "on_day", "value": "tomorrow"}]},
     person(OLD[3], NOW), NOW + 2 * DAY),
    ({"trend": "Read", "window": "10d", "is": {"=": 2}}, person(*OLD), NOW + 1),
    ({"trend": "Read", "window": "10d", "is": {"=": 0}}, person(*OLD), OLD[3] + 10 * DAY + 1),
    ({"trend": "Read", "window": "10d", "is": {"<": 1}, "at_least_before": 2}, person(*OLD),
     OLD[3] + 10 * DAY + 1),
    ({"tag": "vip"}, person(), None),
    ({"everyone": True}, person(), None),
    ({"trait": "x", "op": "=", "value": 1}, person(x=1), None),
    ({"trait": "x", "op": "within_last", "duration": "7d"}, person(x=NOW - DAY), NOW + 6 * DAY + 1),
    ({"trait": "x", "op": "within_last", "duration": "7d"}, person(x=NOW + DAY), NOW + DAY),
    ({"trait": "x", "op": "within_next", "duration": "7d"}, person(x=NOW + 9 * DAY),
     NOW + 2 * DAY),
    ({"trait": "x", "op": "within_next", "duration": "7d"}, person(x=NOW), NOW + 1),
    ({"trait": "x", "op": "unchanged_for", "duration": "7d"}, person(x=1), NOW + 6 * DAY),
    ({"trait": "x", "op": "changed_within", "duration": "7d"}, person(x=1), NOW + 6 * DAY),
    ({"trait": "x", "op": "on_day", "value": "today"}, person(x="2026-01-01"), MIDNIGHT),
    ({"trait": "x", "op": "on_day", "value": "today"}, person(x="2027-01-02"),
     MIDNIGHT + 365 * DAY),
    ({"trait": "x", "op": "on_day", "value": "today"}, person(x="2025-01-02"), None),
    ({"trait": "x", "op": "on_day", "value": "+5 days"}, person(x="2026-01-10"),
     MIDNIGHT + 3 * DAY),
    ({"trait": "x", "op": "on_day", "value": "next month"}, person(x="2026-03-10"),
     parse_time("2026-02-01", ZONE)),
    ({"trait": "x", "op": "<", "value": "this week"}, person(x="2026-01-02"),
     parse_time("2026-01-05", ZONE)),
    ({"trait": "x", "op": "before", "value": "-1 year"}, person(x="2025-06-01"),
     parse_time("2026-06-02", ZONE)),
    ({"trait": "x", "op": "after", "value": "2026-06-01"}, person(x="2026-07-01"), None),
    ({"trait": "x", "op": "anniversary", "value": 0}, person(x="1990-01-01"), MIDNIGHT),
    ({"trait": "x", "op": "anniversary", "value": 0}, person(x="2000-02-29"),
     parse_time("2026-02-28", ZONE)),
    ({"trait": "x", "op": "anniversary", "value": 7}, person(x="1990-01-01"),
     parse_time("2026-12-25", ZONE)),
    ({"in_segment": "readers"}, person(NOW + 5), NOW + 5),
    ({"not": {"did": "Read", "within": "30d"}}, person(*OLD), OLD[3] + 30 * DAY + 1),
    ({"all": [{"did": "Read", "within": "30d"}, {"did": "Read", "within": "20d"}]}, person(*OLD),
     OLD[3] + 20 * DAY + 1),
    ({"any": [{"did": "Read", "within": "30d"}, {"did": "Read", "within": "20d"}]}, person(*OLD),
     OLD[3] + 30 * DAY + 1),
    ({"all": [{"did": "Read", "within": "7d"}, {"not": {"did": "Read", "within": "7d"}}]},
     person(*OLD), None),
    ({"all": [{"did": "Read", "within": "7d"}, {"tag": "vip"}]}, person(*OLD), None),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "who", "until"), UNTIL, ids=lambda value: str(value)[:70])
def test_until_is_the_first_moment_of_another_answer(
    rule: dict[str, Any], who: Person, until: int | None
) -> None:
    assert ask(rule, who).until == until


def test_until_is_found_among_very_many_events() -> None:
    times = [NOW - DAY + index * 1_000 for index in range(3_000)]
    found = ask({"did": "Read", "count": {">=": 5}, "within": "30d"}, person(*times)).until
    assert found == times[-5] + 30 * DAY + 1


@pytest.mark.parametrize("rule", [
    {"did": "Read", "then_not": "Bought", "within": "7d", "during": "30d"},
    {"last": "Read", "within": "30d", "has": [{"property": "n", "op": ">", "value": 0}]},
    {"trend": "Read", "window": "30d", "is": {"<": 1}, "at_least_before": 20_000},
], ids=str)  # fmt: skip
def test_until_is_found_quickly_for_the_order_of_very_many_events(rule: dict[str, Any]) -> None:
    times = [NOW - 20 * DAY + index * 60_000 for index in range(20_000)]
    assert ask(rule, person(*times)).until == times[-1] + 30 * DAY + 1


def nodes(reason: Reason) -> list[Reason]:
    return [reason, *(inner for part in reason.parts for inner in nodes(part))]


@given(rules(segments=("readers",), ranks=False), persons())
@settings(max_examples=150)
def test_why_agrees_with_the_reader_and_its_answer_lasts_until_then(
    rule: dict[str, Any], who: Person
) -> None:
    tree = parse(rule, ZONE)
    here = world(rules={"readers": parse({"did": "Article Read", "within": "7d"}, ZONE)})
    reason = why(tree, who, here)
    assert reason.holds == matches(tree, who, here)

    def answer(moment: int) -> bool:
        return matches(tree, who, replace(here, now=moment))

    last = reason.until or NOW + 400 * DAY
    between = {NOW, last - 1, *(NOW + (last - NOW) * step // 40 for step in range(40))}
    between |= {event.time + extra for event in who.events for extra in (0, DAY + 1, 30 * DAY + 1)}
    for moment in between:
        if NOW <= moment < last:
            assert answer(moment) == reason.holds, format_time(moment)
    if reason.until is not None:
        assert answer(reason.until) != reason.holds


@given(rules(ranks=False), persons())
@settings(max_examples=100)
def test_every_later_turn_is_one(rule: dict[str, Any], who: Person) -> None:
    tree = parse(rule, ZONE)
    turns = [moment for moment, _ in zip(changes(tree, Reader(who, world())), range(10))]  # noqa: B905
    assert all(earlier < later for earlier, later in pairwise(turns))
    for turn in turns:
        before, after = (matches(tree, who, world(moment)) for moment in (turn - 1, turn))
        assert before != after


def test_evidence_names_the_events_and_the_value() -> None:
    reason = ask(
        {"all": [
            {"did": "Read", "sum": "n", "is": {">=": 500}, "within": "30d"},
            {"not": {"trait": "city", "op": "=", "value": "Shanghai"}},
            {"in_segment": "readers"},
        ]},
        person(*(NOW - index for index in range(40)), city="Milan"),
    )  # fmt: skip
    assert reason.node == {"all": 3} and reason.holds
    did, negated, inside = reason.parts
    assert did.evidence["value"] == sum(range(1, 41)) and did.evidence["matched"] == 40
    assert did.node == {"did": "Read", "sum": "n", "is": {">=": 500}, "within": "30d"}
    assert len(did.evidence["events"]) == 20
    assert did.evidence["events"][0] == {
        "seq": 1, "time": format_time(NOW), "name": "Read", "items": ["barolo"],
    }  # fmt: skip
    assert negated.holds and not negated.parts[0].holds
    assert negated.parts[0].evidence == {
        "trait": "city", "missing": False, "value": "Milan", "since": format_time(NOW - DAY),
    }  # fmt: skip
    assert inside.evidence == {"segment": "readers"} and inside.parts[0].node["did"] == "Read"


def test_evidence_of_order_names_what_came_after_what() -> None:
    who = person(*OLD)
    seqs = [event["seq"] for event in ask(
        {"did": "Read", "then": "Read", "within": "6d"}, who
    ).evidence["events"]]  # fmt: skip
    assert seqs == [4, 3], "the newest pair, newest first"
    absent = ask({"did": "Read", "then_not": "Read", "within": "7d"}, who).evidence
    assert (absent["firsts"], absent["followed"]) == (4, False)
    assert [event["seq"] for event in absent["events"]] == [2], "of the newest nothing is known"
    came = ask({"did": "Read", "then_not": "Read", "within": "9d"}, person(OLD[2], OLD[3]))
    assert (came.holds, came.evidence["followed"]) == (False, False)
    last = ask({"last": "Read", "has": [{"property": "n", "op": "=", "value": 1}]}, who).evidence
    assert last["newest"] == {"n": 4} and last["events"][0]["seq"] == 4
    trend = ask({"trend": "Read", "window": "10d", "is": {"=": 2}}, who).evidence
    assert (trend["value"], trend["last"], trend["before"], len(trend["events"])) == (2, 2, 1, 3)


def test_evidence_of_a_rank_is_what_she_is_ranked_by() -> None:
    others = [person(NOW, spend=5), person(spend=7, name="never")]
    crowd = [replace(one, known=replace(one.known, profile=number))
             for number, one in enumerate(others, 1)]  # fmt: skip
    here = ranked(world(), crowd)
    for rule, value in [
        ({"bottom": {"trait": "spend", "count": 1}}, 5), ({"top": {"did": "Read", "count": 1}}, 1),
    ]:  # fmt: skip
        reason = why(parse(rule, ZONE), crowd[0], here)
        assert reason.holds and reason.until is None
        assert (reason.evidence["value"], reason.evidence["people"]) == (value, 1)


def test_a_sealed_value_stays_sealed() -> None:
    digests = {"email": blind("email", "ada@x.y")}
    reason = ask({"trait": "email", "op": "=", "value": "ada@x.y"},
                 Person(Known(profile=1, bucket_key="k", digests=digests), ()))  # fmt: skip
    assert reason.holds
    assert reason.evidence == {"trait": "email", "missing": False, "sealed": True}


def test_a_reason_as_json_says_everything() -> None:
    written = ask({"not": {"did": "Read", "within": "30d"}}, person(NOW)).to_json()
    until = format_time(NOW + 30 * DAY + 1)
    assert (written["node"], written["holds"], written["until"]) == ({"not": 1}, False, until)
    (part,) = written["parts"]
    assert (part["holds"], part["until"], part["evidence"]["value"]) == (True, until, 1)


def test_every_leaf_has_its_evidence() -> None:
    who = person(NOW, x=1)
    for rule, key in [
        ({"tag": "vip"}, "has"), ({"bucket": {"salt": "s", "from": 0, "to": 1}}, "bucket"),
        ({"everyone": True}, "profile"), ({"share": "Read", "is": {"=": 1}}, "of_all"),
        ({"trait": "absent", "op": "missing"}, "missing"),
    ]:  # fmt: skip
        assert key in ask(rule, who).evidence
    assert [node.holds for node in nodes(ask({"any": [{"tag": "vip"}]}, who))] == [False, False]
