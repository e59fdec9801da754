"""Runs of people who turn out to be one, part again, or are erased."""

from collections import Counter
from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from coterie.core.clock import DAY
from coterie.core.people import Shift
from coterie.journeys.keeping.meeting import MERGED, Way, settle
from coterie.journeys.model import Run
from journeys.town import Town, say, wait

WAITING = {
    "entry": {"event": "Trial Started"},
    "start": "rest",
    "reentry": "after_exit",
    "nodes": {"rest": wait("3d", "hello"), "hello": say()},
}


def way(number: int, profile: int, **more: object) -> Way:
    made: dict[str, object] = {
        "id": number,
        "journey": "j",
        "lane": "",
        "profile": profile,
        "came_with": profile,
        "entered": number,
        "last": number,
        "ended": None,
        "reason": None,
        "shadow": False,
        "contaminated": None,
        **more,
    }
    return Way(**made)  # type: ignore[arg-type]


@st.composite
def crowds(draw: st.DrawFn) -> list[Way]:
    """Runs of five profiles, each leading herself, with one live run a lane."""
    ways: list[Way] = []
    for number in range(1, draw(st.integers(1, 9))):
        profile, lane = draw(st.integers(1, 5)), draw(st.sampled_from(["", "k"]))
        live = draw(st.booleans())
        live &= not any(w.profile == profile and w.lane == lane and not w.ended for w in ways)
        more = {} if live else {"ended": 50, "reason": "end"}
        ways.append(way(number, profile, lane=lane, shadow=draw(st.booleans()), **more))
    return ways


def after(ways: Iterable[Way], heads: dict[int, int], now: int) -> list[Way]:
    before = {each.id: each for each in ways}
    before.update((each.id, each) for each in settle(before.values(), heads, now))
    return list(before.values())


PARTS = st.lists(st.integers(1, 5), min_size=5, max_size=5)


def heads_of(groups: list[int]) -> dict[int, int]:
    """Read a partition of profiles 1..5: of those with one number the lowest leads."""
    return {p: 1 + groups.index(group) for p, group in enumerate(groups, 1)}


@given(crowds(), st.lists(PARTS, min_size=1, max_size=4))
def test_one_live_run_a_lane_whoever_turns_out_to_be_one(
    ways: list[Way], partitions: list[list[int]]
) -> None:
    began = {each.id: each for each in ways}
    for moment, groups in enumerate(partitions, 100):
        heads = heads_of(groups)
        ways = after(ways, heads, moment)
        live = Counter((w.journey, w.profile, w.lane) for w in ways if w.ended is None)
        assert set(live.values()) <= {1}
        assert all(w.profile == heads[w.came_with] for w in ways)
        assert after(ways, heads, moment + 50) == ways, "following twice is following once"
    for each in ways:
        if each.reason != MERGED:
            assert (each.ended, each.reason) == (began[each.id].ended, began[each.id].reason)


@given(crowds(), PARTS)
def test_there_and_back_changes_nothing_but_what_merging_ended(
    ways: list[Way], groups: list[int]
) -> None:
    merged = after(ways, heads_of(groups), 100)
    back = after(merged, {profile: profile for profile in range(1, 6)}, 200)
    ended = {each.id for each in merged if each.reason == MERGED}
    assert [w for w in back if w.id not in ended] == [w for w in ways if w.id not in ended]
    assert {w.came_with for w in back} == {w.profile for w in back if w.profile == w.came_with}


def test_who_was_held_out_as_one_and_not_as_the_other_is_marked() -> None:
    mixed = after([way(1, 1, shadow=True), way(2, 2, ended=5, reason="end")], {2: 1}, 100)
    assert [each.contaminated for each in mixed] == [100, 100]
    alike = after([way(1, 1), way(2, 2, ended=5, reason="end")], {2: 1}, 100)
    assert [each.contaminated for each in alike] == [None, None]


def test_the_mark_stays_where_the_journey_went_on_in_between() -> None:
    mixed = after([way(1, 1, shadow=True), way(2, 2, lane="k", last=60)], {2: 1}, 100)
    went_on = [way(1, 1, shadow=True, contaminated=100, last=150), mixed[1]]
    assert [each.contaminated for each in after(went_on, {2: 2}, 200)] == [100, 100]
    assert [each.contaminated for each in after(mixed, {2: 2}, 200)] == [None, None]


# --- in the house's tables


def follow(town: Town, *shifts: Shift) -> None:
    with town.database.begin(town.actor, town.now) as work:
        town.journeys.follow(work, shifts)


def start(town: Town, *users: str) -> list[int]:
    """Let people start one after the other; return their profiles."""
    for user in users:
        town.happen(user, "Trial Started")
        town.now += 1
    with town.read() as work:
        return [town.person(work, user) for user in users]


def standing(town: Town) -> list[tuple[int, str | None, int]]:
    return [(run.profile, run.reason, run.came_with) for run in town.runs("trial")]


def test_the_elder_run_goes_on_and_the_other_ends(town: Town) -> None:
    town.define("trial", **WAITING)
    ada, bob = start(town, "ada", "bob")
    follow(town, Shift(ada, ada, bob), Shift(bob, bob, bob))
    assert standing(town) == [(bob, None, ada), (bob, "merged", bob)]
    follow(town, Shift(ada, ada, bob))
    assert standing(town) == [(bob, None, ada), (bob, "merged", bob)]
    follow(town, Shift(ada, bob, ada))
    assert standing(town) == [(ada, None, ada), (bob, "merged", bob)]
    with town.read() as work:
        (listed,) = town.journeys.ended_by_merging(work, [bob], 0, town.now)
    assert listed.profile == bob and isinstance(listed, Run)


def test_two_that_change_places_do_not_meet_on_the_way(town: Town) -> None:
    town.define("trial", **WAITING)
    ada, bob, cleo = start(town, "ada", "bob", "cleo")
    follow(town, Shift(ada, ada, bob), Shift(bob, bob, cleo), Shift(cleo, cleo, ada))
    assert standing(town) == [(bob, None, ada), (cleo, None, bob), (ada, None, cleo)]


def test_a_merge_does_not_write_again_what_a_run_has_written(town: Town) -> None:
    nodes = {"hello": say("rest", wait_receipt=True), "rest": wait("3d", "end")}
    town.define("trial", entry={"event": "Trial Started"}, start="hello", nodes=nodes)
    ada, bob = start(town, "ada", "bob")
    follow(town, Shift(bob, bob, ada))
    town.deliver()
    assert [len(town.messages(user)) for user in ("ada", "bob")] == [1, 1]


def test_the_end_by_merging_is_told_once(town: Town) -> None:
    town.define("trial", **WAITING)
    ada, bob = start(town, "ada", "bob")
    follow(town, Shift(bob, bob, ada))
    merged = town.event("ada", "coterie.merged")
    with town.database.begin(town.actor, town.now) as work:
        (heard,) = town.profiles.recognise(work, [merged])
        first = town.journeys.told_of_merges(work, [heard])
        again = town.journeys.told_of_merges(work, [heard])
    assert [fact.properties["reason"] for fact in first] == ["merged"]
    assert [fact.id for fact in first] == [fact.id for fact in again]


def test_entering_once_is_asked_of_the_runs_of_both(town: Town) -> None:
    town.define("trial", **{**WAITING, "reentry": "never"})
    ada, bob, _ = start(town, "ada", "bob", "cleo")
    town.advance(4 * DAY)
    follow(town, Shift(bob, bob, ada))
    town.happen("ada", "Trial Started")
    assert [run.ended is None for run in town.runs("trial")] == [False, False, False]


def test_who_is_erased_leaves_the_numbers(town: Town) -> None:
    town.define("trial", **{**WAITING, "key": "order"})
    town.happen("ada", "Trial Started", order="A-1")
    (ada,) = {run.profile for run in town.runs("trial")}
    with town.database.begin(town.actor, town.now) as work:
        handed = town.journeys.hand_out(work, ada)
        assert town.journeys.erase(work, [ada]) == {"journey_runs": 1}
        assert town.journeys.erase(work, [ada]) == {"journey_runs": 0}
    assert handed["runs"][0]["key"] == "A-1"
    (run,) = town.runs("trial")
    assert (run.reason, run.key, run.cause) == ("gone", None, None)
    assert town.counts("trial").entered == 1
