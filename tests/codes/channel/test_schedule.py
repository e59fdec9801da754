"""Laws of who is behind a code: never nobody, caps kept, one answer until the next change."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coterie.codes.channel.model import WAYS, Plan, Share, Slot, Special, Standing, Taken
from coterie.codes.channel.schedule import duty, live, next_change, spelt_out
from coterie.core.clock import DAY, HOUR, MINUTE, local_date, midnight, parse_time

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
PEOPLE = ("an", "bo", "cai", "deng")
START = 1_774_000_000_000
"""In March 2026, so that the clocks of Berlin change within the moments drawn."""


def at(text: str, zone: ZoneInfo = SHANGHAI) -> int:
    return parse_time(text, zone)


def known(**more: Standing) -> dict[str, Standing]:
    return {one: Standing(one) for one in (*PEOPLE, "yu")} | more


def slot(start: int, end: int, *guides: str, days: range = range(7)) -> Slot:
    return Slot(frozenset(days), start * 60, end * 60, guides)


def shown(
    plan: Plan, moment: int, taken: Taken = Taken(), zone: ZoneInfo = SHANGHAI, **more: Standing
):
    return live(plan, "c1", moment, zone, taken, known(**more))


slots = st.builds(
    Slot,
    st.frozensets(st.integers(0, 6), min_size=1),
    st.integers(0, 1_439),
    st.integers(1, 1_440),
    st.lists(st.sampled_from(PEOPLE), max_size=3, unique=True).map(tuple),
).filter(lambda one: one.start != one.end)
feasts = st.builds(
    Special, st.just("feast"), st.just(date(2026, 3, 28)), st.just(date(2026, 3, 30)),
    st.lists(slots, max_size=2).map(tuple),
)  # fmt: skip
plans = st.builds(
    Plan,
    st.lists(
        st.builds(Share, st.sampled_from(PEOPLE), st.none() | st.integers(1, 3), st.integers(1, 3)),
        min_size=1, max_size=4, unique_by=lambda one: one.guide,
    ).map(tuple),
    st.sampled_from(WAYS),
    st.lists(slots, max_size=3).map(tuple),
    st.lists(feasts, max_size=1).map(tuple),
    st.lists(st.sampled_from((*PEOPLE, "yu")), min_size=1, max_size=2, unique=True).map(tuple),
)  # fmt: skip
moments = st.integers(START, START + 20 * DAY)
standings = st.dictionaries(
    st.sampled_from((*PEOPLE, "yu")),
    st.builds(
        Standing, st.just("u"), st.just(""), st.booleans(), st.none() | moments, st.booleans(),
        st.none() | moments,
    ),
)  # fmt: skip
adds = st.dictionaries(st.sampled_from(PEOPLE), st.lists(moments, max_size=5).map(sorted))


@settings(max_examples=80)
@given(plans, moments, adds, standings, st.integers(0, 50))
def test_somebody_is_always_shown_and_caps_are_kept(plan, moment, today, standing, turn) -> None:
    taken = Taken(today, {}, turn, None)
    found = live(plan, "c1", moment, BERLIN, taken, standing)
    assert found.guides
    assert not set(found.guides) & found.passed.keys()
    caps = {one.guide: one.cap for one in plan.guides}
    start = midnight(local_date(moment, BERLIN), BERLIN)
    for guide in found.guides:
        if found.why in ("duty", "spare"):
            assert standing[guide].active
        if found.why == "duty":
            took = sum(start <= one <= moment for one in today.get(guide, ()))
            assert caps[guide] is None or took < caps[guide]
            assert guide in duty(plan, moment, BERLIN)[0]


@settings(max_examples=80)
@given(plans, moments, adds, standings, st.data())
def test_the_answer_stays_until_the_next_change(plan, moment, today, standing, data) -> None:
    taken = Taken({k: [m for m in v if m <= moment] for k, v in today.items()}, {}, 3, "an")
    until = next_change(plan, moment, BERLIN, taken, standing) or moment + 9 * DAY
    assert until > moment
    later = data.draw(st.integers(moment, until - 1))
    before = live(plan, "c1", moment, BERLIN, taken, standing)
    assert live(plan, "c1", later, BERLIN, taken, standing) == before


def test_a_slot_across_midnight_belongs_to_the_day_it_starts_on() -> None:
    plan = Plan(
        (Share("an"), Share("bo")), slots=(slot(22, 2, "an", days=range(1)),), spare=("yu",)
    )
    assert shown(plan, at("2026-03-23T23:00")).guides == ("an",)  # a Monday
    assert shown(plan, at("2026-03-24T01:59")).guides == ("an",)
    assert shown(plan, at("2026-03-24T02:00")).why == "spare"
    assert shown(plan, at("2026-03-23T01:00")).why == "spare"  # Sunday's night is none


def test_hours_are_those_of_the_wall_clock_when_the_clocks_change() -> None:
    plan = Plan((Share("an"),), slots=(slot(1, 4, "an"),), spare=("yu",))
    spring, autumn = at("2026-03-29T00:00", BERLIN), at("2026-10-25T00:00", BERLIN)
    none = Taken()
    opens = next_change(plan, spring, BERLIN, none, known())
    assert opens == spring + HOUR
    assert next_change(plan, opens, BERLIN, none, known()) == spring + 3 * HOUR  # 2 to 3 is missing
    assert next_change(plan, autumn + HOUR, BERLIN, none, known()) == autumn + 5 * HOUR


def test_special_days_stand_in_place_of_the_week() -> None:
    feast = Special("feast", date(2026, 10, 1), date(2026, 10, 2), (slot(10, 12, "bo"),))
    plan = Plan((Share("an"), Share("bo")), slots=(slot(0, 24, "an"),), specials=(feast,),
                spare=("yu",))  # fmt: skip
    found = shown(plan, at("2026-10-01T11:00"))
    assert (found.guides, found.special) == (("bo",), "feast")
    assert shown(plan, at("2026-10-02T13:00")).guides == ("yu",)
    assert shown(plan, at("2026-10-03T00:00")).guides == ("an",)


def test_ways_to_take_turns() -> None:
    three = (Share("an", weight=2), Share("bo"), Share("cai"))
    noon = at("2026-03-23T12:00")
    assert shown(Plan(three), noon).guides == ("an", "bo", "cai")
    assert shown(Plan(three, "sequential"), noon).guides == ("an",)
    for last, follows in ((None, "an"), ("an", "bo"), ("cai", "an"), ("gone", "an")):
        found = shown(Plan(three, "round_robin"), noon, Taken(last=last))
        assert found.guides == (follows,)
    assert shown(
        Plan(three, "round_robin"), noon, Taken(last="an"), bo=Standing("bo", away=True)
    ).guides == ("cai",)
    drawn = [shown(Plan(three, "random"), noon, Taken(turn=turn)).guides[0] for turn in range(300)]
    assert all(70 < drawn.count(one) < 130 for one in ("an", "bo", "cai"))
    today: dict[str, list[int]] = {}
    for _ in range(40):
        (who,) = shown(Plan(three, "weighted"), noon, Taken(today)).guides
        today.setdefault(who, []).append(noon - 1)
    assert {who: len(took) for who, took in today.items()} == {"an": 20, "bo": 10, "cai": 10}


def test_a_cap_hands_over_and_midnight_gives_back() -> None:
    plan = Plan((Share("an", cap=2), Share("bo", cap=1)), "sequential", spare=("yu",))
    noon = at("2026-03-23T12:00")
    assert shown(plan, noon, Taken({"an": [noon - 2, noon - 1]})).guides == ("bo",)
    full = Taken({"an": [noon - 2, noon - 1], "bo": [noon]})
    found = shown(plan, noon, full)
    assert (found.guides, found.why, found.passed) == (("yu",), "spare", {"an": "cap", "bo": "cap"})
    midnight = next_change(plan, noon, SHANGHAI, full, known())
    assert midnight == at("2026-03-24")
    assert shown(plan, midnight, full).guides == ("an",)


def test_a_young_account_rests_above_its_limit() -> None:
    noon = at("2026-03-23T12:00")
    young = Standing("an", since=noon - 5 * DAY)
    plan = Plan((Share("an"), Share("bo")), "sequential", spare=("yu",))
    busy = Taken(recent={"an": [noon - 30 * MINUTE + n for n in range(40)]})
    assert shown(plan, noon, Taken(recent={"an": [noon] * 39}), an=young).guides == ("an",)
    found = shown(plan, noon, busy, an=young)
    assert (found.guides, found.passed["an"]) == (("bo",), "warm_up")
    rested = next_change(plan, noon, SHANGHAI, busy, known(an=young))
    assert rested == noon + 30 * MINUTE
    assert shown(plan, rested, busy, an=young).guides == ("an",)
    assert shown(plan, noon, busy).guides == ("an",)  # an old account may


def test_who_left_is_never_shown_while_anybody_is_there() -> None:
    plan = Plan((Share("an"),), spare=("yu",))
    noon = at("2026-03-23T12:00")
    gone = Standing(None, active=False)
    assert shown(plan, noon, an=gone).guides == ("yu",)
    assert shown(plan, noon, an=gone, yu=Standing("yu", away=True)).why == "last_resort"
    assert shown(plan, noon, an=gone, yu=gone).why == "nobody"


@pytest.mark.parametrize("others", [(), ("bo", "cai")])
def test_a_stores_people_are_spelt_out(others: tuple[str, ...]) -> None:
    own = Plan((Share("an"),), spare_of_store=True)
    assert spelt_out(own, ("an", *others)).spare == (others or ("an",))
    crowd = [f"g{n}" for n in range(150)]
    every = spelt_out(Plan((), guides_of_store=True), crowd)
    found = live(every, "c", START, SHANGHAI, Taken({"g0": [START]}),
                 {one: Standing(one) for one in crowd})  # fmt: skip
    assert len(found.guides) == 100
    assert "g0" not in found.guides  # the least busy hundred
