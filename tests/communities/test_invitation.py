from zoneinfo import ZoneInfo

import pytest

from coterie.communities.invitation import (
    MAX_TRIES,
    accept,
    begin,
    cool_down,
    decline,
    expire,
    hold,
    hold_out,
    may_invite,
    may_retry,
    offer,
    refuse,
    settle,
)
from coterie.communities.model import Invitation, Terms
from coterie.core.clock import DAY, HOUR

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = 1_767_225_600_000
MIDNIGHT = NOW + 16 * HOUR  # 2026-01-02 in Shanghai
TERMS = Terms("email", "join-us")


def offered() -> Invitation:
    return offer(begin(None, "pasta", 7, NOW), "m1", TERMS, NOW)


def test_an_offer_stands_fourteen_days() -> None:
    one = offered()
    assert (one.state, one.attempt, one.tries, one.message) == ("offered", 1, 1, "m1")
    assert one.due == NOW + 14 * DAY


def test_yes_ends_it_and_no_cools_down() -> None:
    yes = accept(offered(), NOW + 5)
    assert yes is not None and (yes.state, yes.due, yes.since) == ("accepted", None, NOW + 5)
    no = decline(offered(), TERMS, NOW + 5)
    assert no is not None and (no.state, no.due) == ("declined", NOW + 5 + 90 * DAY)
    silent = expire(offered(), TERMS, NOW + 14 * DAY)
    assert silent is not None and (silent.state, silent.due) == ("expired", NOW + 104 * DAY)


def test_a_change_of_mind_goes_one_way() -> None:
    no = decline(offered(), TERMS, NOW)
    assert no is not None
    yes = accept(no, NOW + DAY)
    assert yes is not None and yes.state == "accepted"
    assert decline(yes, TERMS, NOW + 2 * DAY) is None


@pytest.mark.parametrize("state", ["held", "held_out", "expired"])
def test_what_is_not_offered_cannot_be_answered(state: str) -> None:
    one = Invitation("i", "pasta", 7, 1, state, NOW)
    assert accept(one, NOW) is None
    assert decline(one, TERMS, NOW) is None
    assert expire(one, TERMS, NOW) is None
    assert hold(one, "cap_day", NOW, SHANGHAI) is None


def test_who_declined_may_be_asked_again_after_the_cool_down_exactly() -> None:
    no = decline(offered(), TERMS, NOW)
    assert not may_invite(no, None, TERMS, NOW + 90 * DAY - 1)
    assert may_invite(no, None, TERMS, NOW + 90 * DAY)
    assert begin(no, "pasta", 7, NOW).attempt == 2
    assert begin(no, "pasta", 7, NOW).id != begin(None, "pasta", 7, NOW).id


def test_an_open_offer_a_hold_and_a_holdout_bar_a_new_one() -> None:
    assert not may_invite(offered(), None, TERMS, NOW + 500 * DAY)
    assert not may_invite(hold_out(begin(None, "pasta", 7, NOW)), None, TERMS, NOW + 500 * DAY)
    assert not may_invite(begin(None, "pasta", 7, NOW), None, TERMS, NOW + 500 * DAY)
    assert may_invite(None, None, TERMS, NOW)


def test_who_left_is_left_alone_for_the_cool_down() -> None:
    yes = accept(offered(), NOW)
    assert not may_invite(yes, NOW, TERMS, NOW + 90 * DAY - 1)
    assert may_invite(yes, NOW, TERMS, NOW + 90 * DAY)
    assert not may_invite(None, NOW, TERMS, NOW + DAY)
    assert yes is not None
    cooling = cool_down(yes, TERMS, NOW)
    assert cooling is not None and cooling.due == NOW + 90 * DAY
    assert cool_down(hold_out(yes), TERMS, NOW) is None


def test_a_cap_is_tried_again_on_the_brands_next_day() -> None:
    one = refuse(begin(None, "pasta", 7, NOW), "m1", "cap_day", NOW, SHANGHAI)
    assert (one.state, one.reason, one.due, one.tries) == ("held", "cap_day", MIDNIGHT, 1)
    assert may_retry(one)


def test_trying_again_ends_some_day() -> None:
    one, tried = begin(None, "pasta", 7, NOW), 0
    while one.due is not None or tried == 0:
        one, tried = refuse(one, "m", "cap_day", NOW, SHANGHAI), tried + 1
    assert tried == MAX_TRIES


@pytest.mark.parametrize(
    ("reason", "retried"),
    [("no_consent", True), ("rejected", True), ("holdout", False), ("erased", False)],
)
def test_some_reasons_do_not_go_by_waiting(reason: str, retried: bool) -> None:
    one = refuse(begin(None, "pasta", 7, NOW), "m1", reason, NOW, SHANGHAI)
    assert one.due is None
    assert may_retry(one) is retried


def test_a_message_stopped_on_its_way_takes_the_offer_back() -> None:
    stopped = hold(offered(), "no_consent", NOW + HOUR, SHANGHAI)
    assert stopped is not None and (stopped.state, stopped.reason) == ("held", "no_consent")
    assert hold(offered(), "ambiguous", NOW, SHANGHAI) is None  # it may have reached her


def test_joining_otherwise_settles_what_was_open_but_keeps_the_holdout() -> None:
    settled = settle(offered(), NOW + 1)
    assert settled is not None and settled.state == "accepted"
    assert settle(hold_out(begin(None, "pasta", 7, NOW)), NOW) is None
