"""What is planted in the anniversary: from a seed, and as large as it says."""

from statistics import mean

import pytest

from coterie.core.clock import DAY, HOUR
from coterie.scenarios.shoes import lives
from coterie.scenarios.shoes.plan import Plan, Planted, of_size

START = 20_717 * DAY - 8 * HOUR
PLAN = Plan(start=START)


def test_nine_hundred_seeds_grow_as_a_branching_process_does() -> None:
    """With K = 0.8: 1,620, 2,196 and 2,657 people after one, two and three generations."""
    assert PLAN.planted.k == pytest.approx(0.8, abs=0.005)
    people = 900
    now = {f"w{one}": PLAN.day(PLAN.FIRST) + 10 * HOUR for one in range(people)}
    for expected in (1_620, 2_196, 2_657):
        now = {
            deed.who: deed.at
            for who, came in now.items()
            for deed in lives.friends(PLAN, who, came)
            if deed.more["joins"]
        }
        people += len(now)
        assert people == pytest.approx(expected, rel=0.03)


def test_the_invitation_lets_more_of_those_buy_whom_it_reached() -> None:
    def share(*, reached: bool) -> float:
        return mean(
            bool(list(lives.buys_of_old(PLAN, f"b{one}", reached=reached))) for one in range(4_000)
        )

    planted = PLAN.planted
    effect = share(reached=True) - share(reached=False)
    assert effect == pytest.approx(planted.asked_buys - planted.unasked_buys, abs=0.02)
    asked = {one for one in range(500) if list(lives.buys_of_old(PLAN, f"b{one}", reached=True))}
    alone = {one for one in range(500) if list(lives.buys_of_old(PLAN, f"b{one}", reached=False))}
    assert alone <= asked, "whoever buys unasked buys when she is asked, too"


def test_nobodys_life_hangs_on_how_many_others_there_are() -> None:
    small, large = of_size(100, start=START), of_size(4_700, start=START)
    assert small.walkers < large.walkers and small.base < large.base
    for one in range(small.walkers):
        came = lives.walks_in(small, one)
        assert came == lives.walks_in(large, one)
        mine, theirs = (lives.life(plan, came.who, came.at) for plan in (small, large))
        assert [deed for deed in mine if deed.verb != "touch"] == [
            deed for deed in theirs if deed.verb != "touch"
        ]


def test_a_life_is_in_order_within_the_weeks_and_by_day() -> None:
    for one in range(200):
        came = lives.walks_in(PLAN, one)
        deeds = lives.life(PLAN, came.who, came.at)
        assert deeds == sorted(deeds, key=lambda deed: deed.order)
        for deed in deeds:
            assert came.at < deed.at < PLAN.day(PLAN.LAST)
            assert 9 * HOUR <= (deed.at - START) % DAY < 22 * HOUR
            if deed.verb == "visit":
                assert deed.at >= PLAN.day(PLAN.SALE)


def test_most_guides_confirm_some_late_and_some_never() -> None:
    after = [PLAN.confirms_after(guide) for guide in range(PLAN.guides)]
    assert after.count(None) == 2
    assert sum(one is not None and one > DAY for one in after) == 3
    assert PLAN.leaver != PLAN.heir and after[PLAN.leaver] is not None


def test_without_a_planted_effect_there_is_none() -> None:
    plan = Plan(start=START, planted=Planted(asked_buys=0.12, unasked_buys=0.12))
    assert plan.planted.told()["invitation_effect_points"] == 0
    for one in range(300):
        asked = list(lives.buys_of_old(plan, f"b{one}", reached=True))
        assert asked == list(lives.buys_of_old(plan, f"b{one}", reached=False))
