"""Limits of channels as dated rows: the table changed, the behaviour changes."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from coterie.core.actor import CLOCK
from coterie.core.clock import DAY, MINUTE, SECOND
from coterie.core.errors import Invalid, NotFound
from coterie.messaging.limits.model import Limit
from coterie.messaging.model import Outcome, Receipt
from messaging.conftest import Desk, at, request, statuses

TWO_A_MINUTE = Limit("email", "Our provider", 2, "minute", False, "sender", since=at(1, 0))
ONE_A_DAY = Limit("email", "Her patience", 1, "day", True, "person", since=at(1, 0))


def keep(desk: Desk, *limits: Limit) -> list[Limit]:
    with desk.database.begin(CLOCK, desk.now) as work:
        for limit in limits:
            desk.room.limits.keep(work, limit)
        return desk.room.limits.all(work)


def went(desk: Desk, people: int) -> list[int]:
    return sorted(
        one.at for n in range(1, people + 1) for one in desk.of(n) if one.status == "sent"
    )


def let_all_go(desk: Desk, people: int) -> list[int]:
    begin = desk.now
    for _ in range(20):
        desk.deliver()
        due = desk.next_due()
        if due is None:
            break
        desk.now = max(desk.now, due)
    return [moment - begin for moment in went(desk, people)]


def test_what_a_channel_cannot_take_is_put_off_and_never_fails(
    make_desk: Callable[..., Desk],
) -> None:
    desk = make_desk(people=5)
    keep(desk, TWO_A_MINUTE)
    for n in range(1, 6):
        desk.send(request(n, f"k{n}", touch="service"))
    leased = desk.lease()
    assert (len(leased.deliveries), leased.deferred) == (2, 3)
    assert desk.lease().deferred == 0, "each is put off once, to a moment of its own"
    desk.settle(*(Outcome.sent(each, Receipt(each.key)) for each in leased.deliveries))
    assert let_all_go(desk, 5) == [0, 0, MINUTE, MINUTE, 2 * MINUTE]
    assert all(one.attempts == 1 for n in range(1, 6) for one in desk.of(n))


def test_the_table_changes_what_happens_without_a_line_of_code(desk: Desk) -> None:
    (kept,) = keep(desk, replace(TWO_A_MINUTE, number=1))
    desk.send(*(request(n, f"k{n}") for n in (1, 2, 3)))
    assert desk.lease().deferred == 2
    keep(desk, replace(kept, number=100))
    desk.now += MINUTE
    assert desk.lease().deferred == 0
    with desk.database.begin(CLOCK, desk.now) as work:
        desk.room.limits.remove(work, kept.id)
        assert desk.room.limits.all(work) == []
        with pytest.raises(NotFound):
            desk.room.limits.remove(work, kept.id)
        with pytest.raises(NotFound):
            desk.room.limits.keep(work, kept)


@pytest.mark.parametrize("days", [(-9, -1), (1, 2), (-9, 0)])
def test_a_limit_binds_in_its_time_only(desk: Desk, days: tuple[int, int]) -> None:
    since, until = (desk.now + day * DAY for day in days)
    keep(desk, replace(TWO_A_MINUTE, number=1, since=since, until=until))
    keep(desk, replace(ONE_A_DAY, since=since, until=until))
    desk.send(request(1, "a"), request(1, "b"))
    assert desk.lease().deferred == 0
    assert statuses(desk.of(1)) == [("leased", None)] * 2


def test_a_limit_of_a_person_is_one_more_cap(desk: Desk) -> None:
    keep(desk, ONE_A_DAY)
    desk.people.people[1].consents |= {("marketing", "sms")}
    sent = desk.send(request(1, "a"), request(1, "b"), request(1, "c", channel="sms"))
    assert statuses(sent.messages) == [("queued", None), ("held", "cap_channel"), ("queued", None)]
    assert sent.messages[1].detail == "Her patience"


def test_what_expires_before_its_turn_is_held(desk: Desk) -> None:
    keep(desk, replace(TWO_A_MINUTE, number=1))
    desk.send(*(request(n, f"k{n}", expires_at=desk.now + 30 * SECOND) for n in (1, 2)))
    assert desk.lease().deferred == 1
    assert desk.next_due() == desk.now + 30 * SECOND
    desk.now += 30 * SECOND
    assert statuses([*desk.of(1), *desk.of(2)]) == [("leased", None), ("queued", None)]
    desk.lease()
    assert statuses(desk.of(2)) == [("held", "expired")]


def test_two_workers_never_hand_out_the_same_room(desk: Desk) -> None:
    keep(desk, TWO_A_MINUTE)
    desk.send(*(request(n, f"k{n}") for n in (1, 2, 3)))
    taken = [len(desk.lease(1).deliveries) for _ in range(4)]
    assert taken == [1, 1, 0, 0]


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"channel": " "}, "channel"), ({"name": ""}, "name"), ({"number": 0}, "number"),
        ({"span": "fortnight"}, "span"), ({"per": "planet"}, "per"), ({"until": 0}, "until"),
        ({"source": "x" * 201}, "source"),
    ],
)  # fmt: skip
def test_what_is_no_limit(desk: Desk, wrong: dict[str, object], path: str) -> None:
    with pytest.raises(Invalid) as refused:
        keep(desk, replace(TWO_A_MINUTE, **wrong))  # type: ignore[arg-type]
    assert refused.value.path == path
