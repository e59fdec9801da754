"""From draft to done: what each state allows, and who may sign."""

from dataclasses import replace

import pytest

from coterie.campaigns import life
from coterie.campaigns.model import Broadcast, Plan, Signature
from coterie.core.clock import HOUR
from coterie.core.errors import Conflict, NotPermitted

PLAN = Plan("Spring", "readers", "hello", "email", "informational")
ADA, BO, CY, NOBODY = 1, 2, 3, life.OPEN_DESK


def sign(account: int, people: int = 5_000, at: int = 1_000) -> Signature:
    return Signature(account, f"a{account}", at, people)


DRAFT = Broadcast("b1", PLAN, "draft", sign(ADA))
WAITING = life.ask(DRAFT, sign(ADA), above=1_000)


def test_a_small_audience_needs_no_second_person() -> None:
    asked = life.ask(DRAFT, sign(ADA, 1_000), above=1_000)
    assert (asked.state, asked.due) == ("scheduled", 1_000)


def test_a_large_one_waits_and_nothing_is_due() -> None:
    assert (WAITING.state, WAITING.due) == ("waiting", None)


@pytest.mark.parametrize(("account", "code"), [(NOBODY, "no_accounts"), (ADA, "asked_for_it")])
def test_who_asked_may_not_approve_nor_may_a_desk_without_accounts(account: int, code: str) -> None:
    assert life.why_not(WAITING, account) == code
    with pytest.raises(NotPermitted) as error:
        life.approve(WAITING, sign(account))
    assert error.value.code == code


def test_who_wrote_it_may_not_approve_what_another_asked_for() -> None:
    asked = life.ask(DRAFT, sign(BO), above=1_000)
    assert life.why_not(asked, ADA) == "wrote_it"
    assert life.why_not(asked, BO) == "asked_for_it"
    assert life.why_not(asked, CY) is None


def test_an_approval_keeps_who_when_and_for_how_many() -> None:
    approved = life.approve(WAITING, sign(BO, 5_100, at=2_000))
    assert approved.state == "scheduled"
    assert approved.approved == Signature(BO, "a2", 2_000, 5_100)
    assert approved.due == 2_000


def test_it_waits_for_its_time_but_not_for_one_that_has_passed() -> None:
    later = replace(DRAFT, plan=replace(PLAN, send_at=HOUR))
    assert life.ask(later, sign(ADA, 5), above=10).due == HOUR
    assert life.ask(later, sign(ADA, 5, at=2 * HOUR), above=10).due == 2 * HOUR


def test_an_approval_covers_a_fifth_more_people_and_no_more() -> None:
    approved = sign(BO, 1_000)
    assert not life.needs_approval(1_200, approved, above=500)
    assert life.needs_approval(1_201, approved, above=500)
    assert not life.needs_approval(1_201, approved, above=1_201)


def test_undo_takes_it_back_and_forgets_the_approval() -> None:
    taken_back = life.undo(life.approve(WAITING, sign(BO)))
    assert (taken_back.state, taken_back.approved, taken_back.due) == ("draft", None, None)


def test_what_is_being_sent_can_only_be_cancelled() -> None:
    sending = life.begin(life.approve(WAITING, sign(BO)), 5_000, 3_000)
    with pytest.raises(Conflict, match="only be cancelled"):
        life.undo(sending)
    cancelled = life.cancel(sending, sign(CY, at=4_000))
    assert (cancelled.state, cancelled.due, cancelled.finished) == ("cancelled", 4_000, 4_000)


@pytest.mark.parametrize("state", ["done", "cancelled"])
def test_what_is_over_stays_over(state: str) -> None:
    over = replace(DRAFT, state=state)
    for act in (
        lambda: life.cancel(over, sign(ADA)),
        lambda: life.ask(over, sign(ADA), 10),
        lambda: life.undo(over),
        lambda: life.revise(over, PLAN, sign(ADA)),
        lambda: life.approve(over, sign(BO)),
    ):
        with pytest.raises(Conflict) as error:
            act()
        assert error.value.code == "wrong_state"
