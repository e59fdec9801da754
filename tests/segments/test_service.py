"""Segments over the real log, profiles and catalog: law 2, moves, definitions, questions."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from coterie.core.clock import DAY, HOUR, MINUTE, format_time
from coterie.core.errors import Conflict, Invalid, NotFound
from coterie.core.event import Event
from coterie.storage import audit
from coterie.storage.database import Database
from segments.house import SmallHouse

NOW = 1_767_225_600_000


@pytest.fixture
def house(database: Database, tmp_path: Path) -> Iterator[SmallHouse]:
    made = SmallHouse(database, tmp_path, NOW)
    yield made
    made.log.close()


# Law 2: incremental equals full recomputation after every step

RULES: dict[str, dict[str, Any]] = {
    "everyone": {"everyone": True},
    "read": {"did": "Article Read", "within": "2d"},
    "read-often": {"did": "Article Read", "count": {">=": 2}, "within": "36h"},
    "never-read": {"did": "Article Read", "count": {"=": 0}},
    "silent": {"not": {"did": "*", "within": "1d"}},
    "spent": {"did": "Order Completed", "sum": "total", "is": {">=": 10.5}, "within": "3d"},
    "dear": {"did": "Order Completed", "avg": "total", "is": {">": 5}, "before": format_time(NOW)},
    "days": {"did": "Article*", "distinct": "@day", "is": {">=": 2}, "within": "5d"},
    "share": {"share": "*", "topic": "wine", "is": {">": 0.5}, "within": "4d"},
    "wine": {"did": "Article Read", "topic": "wine/italy"},
    "trial": {"trait": "ends", "op": "within_next", "duration": "1d"},
    "ended": {"trait": "ends", "op": "within_last", "duration": "12h"},
    "inside": {"trait": "plan.ends", "op": "within_last", "duration": "1d"},
    "today": {"trait": "ends", "op": "on_day", "value": "today"},
    "later": {"trait": "ends", "op": ">=", "value": "tomorrow"},
    "birthday": {"trait": "ends", "op": "anniversary", "value": 1},
    "steady": {"trait": "city", "op": "unchanged_for", "duration": "1d"},
    "fresh": {"trait": "city", "op": "changed_within", "duration": "36h", "value": "Shanghai"},
    "tagged": {"tag": "vip"},
    "active": {"trait": "scores.activity", "op": ">=", "value": 0.5},
    "rather": {"trait": "scores.activity", "op": ">", "value": 0.25},
    "mailed": {"trait": "email", "op": "exists"},
    "due": {"did": "Order Completed", "where": [
        {"property": "due", "op": "within_last", "duration": "1d"}]},
    "due-this-week": {"did": "Order Completed", "where": [
        {"property": "due", "op": "on_day", "value": "this week"}], "count": {">=": 1}},
    "both": {"all": [{"in_segment": "read"}, {"not": {"in_segment": "wine"}}]},
    "twice": {"any": [{"in_segment": "both"}, {"bucket": {"salt": "s", "from": 0, "to": 3000}}]},
}  # fmt: skip

USERS = ["ada", "bob", "cy", "dee", "eve"]
LAGS = [0, 1, HOUR, 12 * HOUR, DAY - 1, DAY, DAY + 1, 2 * DAY, 3 * DAY, 6 * DAY, -1, -HOUR, -DAY]


def _random_event(house: SmallHouse, draw: random.Random) -> Event:
    user, ago = draw.choice(USERS), draw.choice(LAGS)
    kind = draw.randrange(6)
    if kind == 0:
        traits = draw.choice([
            {"city": draw.choice(["Shanghai", "Turin", None])},
            {"ends": format_time(house.now + draw.choice(LAGS)), "email": f"{user}@example.com"},
            {"plan": {"ends": house.now - draw.choice(LAGS)}},
            {"ends": draw.choice(["2026-01-03", "2024-02-29", "soon"])},
        ])  # fmt: skip
        return house.identify(user, ago=ago, **traits)
    if kind == 1:
        due = format_time(house.now + draw.choice(LAGS))
        return house.track(user, "Order Completed", ago=ago, total=draw.choice([5, "5.5", 0.1]),
                           due=due)  # fmt: skip
    item = draw.choice(["barolo", "brie", "rioja"])
    return house.track(user, draw.choice(["Article Read", "Article Shared"]), ago=ago, item=item)


def _random_step(house: SmallHouse, draw: random.Random) -> None:
    kind = draw.randrange(8)
    if kind < 4:
        house.receive([_random_event(house, draw) for _ in range(draw.randrange(1, 5))])
    elif kind == 4:
        house.retag(draw.choice(["barolo", "brie", "rioja"]),
                    *draw.sample(["wine/italy", "wine", "cheese"], draw.randrange(2)))  # fmt: skip
    elif kind == 5:
        house.receive([house.tag(1, "vip", held=draw.random() < 0.7,
                                 until=house.now + draw.choice([HOUR, DAY]))])  # fmt: skip
    elif kind == 6:
        level = draw.choice([0.0, 1.0, 1.7]) + house.now / DAY
        house.do(lambda work: house.profiles.fade(work, [(2, "scores.activity", level)], DAY))
        house.recheck(2)
    else:
        house.define("read", {"did": "Article Read", "within": draw.choice(["1d", "2d", "50h"])})


def _pass_time(house: SmallHouse, draw: random.Random) -> None:
    """Let time pass up to the next due moment, and see that nothing changed before it."""
    due = house.do(house.segments.next_due)
    assert due is not None, "there are midnights, so something is always due"
    house.now = max(house.now, due - 1)
    assert house.differences() == {}, "an answer changed before the moment said to be next"
    house.now = max(house.now, due)
    if draw.random() < 0.4:
        house.now += draw.choice([1, MINUTE, 7 * HOUR, DAY, 2 * DAY])


def _live(house: SmallHouse, seed: int, steps: int) -> None:
    draw = random.Random(seed)
    for slug, rule in RULES.items():
        house.define(slug, rule)
    house.receive([house.track(user, "Article Read", item="brie") for user in USERS])
    for step in range(steps):
        _random_step(house, draw)
        assert house.differences() == {}, f"after step {step} of seed {seed}"
        _pass_time(house, draw)
        house.wake()
        assert house.differences() == {}, f"after waking in step {step} of seed {seed}"
    kept = house.do(lambda work: {s.slug: house.segments.members(work, s.slug)
                                  for s in house.segments.all(work)})  # fmt: skip
    assert {slug: people for slug, people in kept.items() if people} == {
        slug: people for slug, people in house.replayed().items() if people
    }, "the moves do not lead to the members"


@pytest.mark.parametrize("seed", range(2))
def test_incremental_equals_full_after_every_step(house: SmallHouse, seed: int) -> None:
    _live(house, seed, steps=7 if house.database.dialect == "sqlite" else 2)


# Moves


def test_entering_and_leaving_are_told_with_their_moment(house: SmallHouse) -> None:
    house.define("read", {"did": "Article Read", "within": "1d"})
    [entered] = house.receive([house.track("ada", "Article Read")])
    assert (entered.segment, entered.entered, entered.at) == ("read", True, NOW)
    house.now = NOW + DAY
    assert house.wake() == []
    house.now += 1
    [left] = house.wake()
    assert (left.profile, left.entered, left.at) == (entered.profile, False, NOW + DAY + 1)


def test_what_would_not_have_come_about_without_backfill_moves_as_backfill(
    house: SmallHouse,
) -> None:
    house.define("read", {"did": "Article Read"})
    house.receive([house.track(user, "Page Viewed") for user in ("ada", "bob")])
    moves = house.receive([
        house.track("ada", "Article Read", ago=3 * DAY, backfill=True),
        house.track("bob", "Article Read", ago=3 * DAY, backfill=True),
        house.track("bob", "Page Viewed"),
    ])  # fmt: skip
    assert [(move.profile, move.backfill) for move in moves] == [(1, True), (2, True)]


def test_a_move_that_time_brings_is_live_even_in_a_batch_of_backfill(house: SmallHouse) -> None:
    house.define("silent", {"not": {"did": "Article Read", "within": "1d"}})
    house.define("imported", {"did": "Import"})
    house.receive([house.track("ada", "Article Read"), house.track("bob", "Article Read")])
    house.now += DAY + 1
    moves = house.receive([house.track("ada", "Import", ago=2 * DAY, backfill=True)])
    assert [(m.segment, m.profile, m.backfill) for m in moves] == [
        ("imported", 1, True), ("silent", 1, False), ("silent", 2, False),
    ]  # fmt: skip


def test_many_people_are_asked_by_the_reader_of_everyone(house: SmallHouse) -> None:
    house.define("read", {"did": "Article Read", "within": "1d"})
    house.define("rest", {"not": {"in_segment": "read"}})
    names = ["Article Read", "Page Viewed"]
    moves = house.receive([house.track(f"u{n}", names[n % 2]) for n in range(2_100)])
    assert len(moves) == 2_100
    assert len(house.members("read")) == len(house.members("rest")) == 1_050
    assert house.differences() == {}
    house.now += DAY + 1
    assert len(house.wake()) == 2_100
    assert house.members("read") == set()


# Definitions


def test_redefining_moves_from_the_former_population_and_reckons_dependants(
    house: SmallHouse,
) -> None:
    house.define("buyers", {"did": "Order Completed"})
    house.define("others", {"not": {"in_segment": "buyers"}})
    house.receive([house.track("ada", "Order Completed"), house.track("bob", "Page Viewed")])
    moves = house.define("buyers", {"did": "Page Viewed"})
    assert {(m.segment, m.profile, m.entered) for m in moves} == {
        ("buyers", 1, False), ("buyers", 2, True), ("others", 1, True), ("others", 2, False),
    }  # fmt: skip
    definition = house.do(lambda work: house.segments.get(work, "buyers"))
    assert (definition.version, definition.size) == (2, 1)
    written = house.do(audit.latest)
    assert (written[0].verb, written[0].object) == ("segment.define", "buyers")


@pytest.mark.parametrize(
    ("slug", "rule", "said"),
    [
        ("a", {"in_segment": "c"}, "a -> c -> b -> a"),
        ("a", {"not": {"in_segment": "a"}}, "a -> a"),
        ("d", {"in_segment": "nobody-knows"}, "there is no segment 'nobody-knows'"),
        ("d", {"trait": "email", "op": "contains", "value": "@"}, "sealed"),
        ("d", {"did": "X", "since": "entry"}, "did.since"),
        ("No Slug", {"everyone": True}, "is not a name"),
        ("d", {}, "empty tree"),
    ],
)
def test_a_rule_that_cannot_stand_is_refused(
    house: SmallHouse, slug: str, rule: dict[str, Any], said: str
) -> None:
    house.define("a", {"everyone": True})
    house.define("b", {"in_segment": "a"})
    house.define("c", {"not": {"in_segment": "b"}})
    with pytest.raises(Invalid, match=said):
        house.define(slug, rule)
    assert [s.version for s in house.do(house.segments.all)] == [1, 1, 1]


def test_deleting_lets_everybody_leave_and_is_refused_while_in_use(house: SmallHouse) -> None:
    house.define("all", {"everyone": True})
    house.define("none", {"not": {"in_segment": "all"}})
    house.receive([house.track("ada", "Page Viewed")])
    with pytest.raises(Conflict, match="used by none"):
        house.do(lambda work: house.segments.delete(work, "all"))
    house.do(lambda work: house.segments.delete(work, "none"))
    [left] = house.do(lambda work: house.segments.delete(work, "all"))
    assert (left.profile, left.entered) == (1, False)
    with pytest.raises(NotFound, match="define it first"):
        house.members("all")
    house.define("all", {"everyone": True})
    assert house.do(lambda work: house.segments.get(work, "all")).version == 2


# Questions


def test_memberships_history_and_changes_agree_with_the_moves(house: SmallHouse) -> None:
    house.define("read", {"did": "Article Read", "within": "1d"})
    house.define("all", {"everyone": True})
    house.receive([house.track(user, "Article Read") for user in ("ada", "bob")])
    house.now += 1
    house.receive([house.track("cy", "Page Viewed")])
    house.now = NOW + DAY + 1
    house.wake()
    assert house.do(lambda work: house.segments.memberships(work, [1, 3, 9])) == {
        1: {"all"}, 3: {"all"}, 9: set(),
    }  # fmt: skip
    history = house.do(lambda work: house.segments.history(work, "read"))
    assert [(h.at - NOW, h.entered, h.left, h.size) for h in history] == [
        (0, 2, 0, 2), (DAY + 1, 0, 2, 0),
    ]  # fmt: skip
    changes = house.do(lambda work: house.segments.changes(work, 1))
    assert [(c.segment, c.entered, c.at - NOW, c.version) for c in changes] == [
        ("all", True, 0, 1), ("read", True, 0, 1), ("read", False, DAY + 1, 1),
    ]  # fmt: skip


def test_why_explain_sql_and_preview_speak_of_the_stored_rule(house: SmallHouse) -> None:
    house.define("read", {"did": "Article Read", "within": "1d"})
    house.receive([house.track("ada", "Article Read"), house.track("bob", "Page Viewed")])
    reason = house.do(lambda work: house.segments.why(work, 1, "read"))
    assert reason is not None
    assert (reason.holds, reason.until) == (True, NOW + DAY + 1)
    assert house.do(lambda work: house.segments.why(work, 77, "read")) is None
    assert "Article Read" in house.do(lambda work: house.segments.explain(work, "read", "en"))
    sql = house.do(lambda work: house.segments.sql(work, "read"))
    assert "part_1_article_read AS (" in sql
    assert f"time >= {NOW - DAY}" in sql
    preview = house.do(lambda work: house.segments.preview(work, {"not": {"in_segment": "read"}}))
    assert (preview.count, preview.sample) == (1, (2,))


def test_journeys_ask_rules_with_a_runs_moments_and_key(house: SmallHouse) -> None:
    house.receive([house.track("ada", "Order Updated", ago=HOUR, order="o1")])

    def ask(since: int, key: str) -> bool:
        def holds(work: Any) -> bool:
            rule = house.segments.rule(
                work, {"did": "Order Updated", "since": "entry", "same_key": True}
            )
            asker = house.segments.ask(work, [1, 5])
            assert not asker.holds(rule, 5, since={"entry": since}, key=("order", key))
            return asker.holds(rule, 1, since={"entry": since}, key=("order", key))

        return house.do(holds)

    assert ask(NOW - HOUR, "o1")
    assert not ask(NOW - HOUR + 1, "o1")
    assert not ask(NOW - HOUR, "o2")


def test_a_waiting_rule_is_stirred_at_its_edges_only(house: SmallHouse) -> None:
    house.receive([house.track("ada", "Article Read")])

    def stir(work: Any) -> None:
        rule = house.segments.rule(work, {"did": "Article Read", "within": "1d"})
        due = house.segments.next_stir(work, rule, NOW)
        assert due == NOW + DAY + 1
        assert house.segments.stirred(work, rule, NOW, due - 1) == set()
        assert house.segments.stirred(work, rule, due - 1, due) == {1}
        assert house.segments.next_stir(work, rule, due) is None

    house.do(stir)


def test_nothing_is_due_before_anything_is_defined(house: SmallHouse) -> None:
    assert house.do(house.segments.next_due) is None
    assert house.wake() == []
