from collections.abc import Callable
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coterie.core.actor import CLOCK
from coterie.core.clock import DAY, HOUR, MINUTE
from coterie.core.errors import ChannelError
from coterie.messaging.channel import Uncertain
from coterie.messaging.model import Outcome, Receipt
from coterie.messaging.outbox import LEASE
from coterie.messaging.retry import MAX_LOST, MAX_TRIES
from messaging.conftest import Desk, at, request, statuses

BUSY = ChannelError("451 <p1@example.com> is busy, call +39 011 555 1234", permanent=False)
SLOW = ChannelError("come back tomorrow", permanent=False, retry_after=86_400)
REFUSED = ChannelError("550 no such user", permanent=True)


def test_sent_with_the_receipt(desk: Desk) -> None:
    desk.send(request(variables={"links": {"unsubscribe": "https://x.example/u"}}))
    (delivery,) = desk.lease().deliveries
    assert (delivery.address, delivery.subject, delivery.text) == (
        "p1@example.com",
        "Vineyard",
        "Dear friend",
    )
    assert delivery.unsubscribe == "https://x.example/u"
    assert desk.lease().deliveries == []
    desk.now += 5
    (fact,) = desk.settle(Outcome.sent(delivery, Receipt("provider-7", "delivered")))
    assert fact.name == "coterie.message.sent"
    assert fact.properties["receipt"] == "delivered"
    assert "ambiguous" not in fact.properties
    (message,) = desk.of(1)
    assert (message.status, message.at, message.provider_id) == ("sent", desk.now, "provider-7")
    assert desk.next_due() is None


def test_a_channel_that_needs_no_address_gets_none(desk: Desk) -> None:
    desk.send(request(touch="service", channel="sms"))
    (delivery,) = desk.lease().deliveries
    assert delivery.address is None


def test_what_is_due_later_waits_and_is_announced(desk: Desk) -> None:
    desk.now = at(10, 23)
    desk.send(request())
    assert desk.next_due() == at(11, 8)
    assert desk.lease().deliveries == []
    desk.now = at(11, 8)
    assert desk.deliver() == 1


def test_retries_wait_longer_and_longer_and_end(desk: Desk) -> None:
    desk.send(request(touch="service"))
    waits = []
    for _ in range(6):
        (delivery,) = desk.lease().deliveries
        assert delivery.key == desk.of(1)[0].id
        desk.settle(Outcome.failed(delivery, BUSY))
        due = desk.next_due()
        if due is not None:
            waits.append((due - desk.now) // MINUTE)
            desk.now = due
    assert waits == [1, 2, 4, 8, 16]
    (message,) = desk.of(1)
    assert statuses([message]) == [("failed", "exhausted")]
    assert message.attempts == 6
    assert message.detail is not None
    assert "example.com" not in message.detail
    assert "1234" not in message.detail
    assert desk.told() == ["failed"]
    assert desk.facts[-1].properties["reason"] == "exhausted"


def test_a_provider_that_asks_for_time_gets_it(desk: Desk) -> None:
    desk.send(request(touch="service"))
    (delivery,) = desk.lease().deliveries
    desk.settle(Outcome.failed(delivery, ChannelError("slow", permanent=False, retry_after=600)))
    assert desk.next_due() == desk.now + 10 * MINUTE


def test_a_permanent_failure_is_final_and_gives_its_slot_back(
    make_desk: Callable[..., Desk],
) -> None:
    desk = make_desk(per_day=1)
    desk.send(request())
    (delivery,) = desk.lease().deliveries
    (fact,) = desk.settle(Outcome.failed(delivery, REFUSED))
    assert (fact.name, fact.properties["reason"]) == ("coterie.message.failed", "rejected")
    desk.send(request(key="k2"))
    assert desk.of(1)[-1].status == "queued"


def test_a_crash_of_the_worker_sends_again_with_the_same_key_and_says_so(desk: Desk) -> None:
    desk.send(request(touch="service"))
    (lost,) = desk.lease().deliveries
    assert desk.next_due() == desk.now + LEASE
    desk.now += LEASE - 1
    assert desk.lease().deliveries == []
    desk.now += 1
    (again,) = desk.lease().deliveries
    assert again.key == lost.key
    assert again.attempt == 2
    assert desk.settle(Outcome.sent(lost, Receipt("late"))) == []
    (fact,) = desk.settle(Outcome.sent(again, Receipt("p")))
    assert fact.properties["ambiguous"] is True
    assert desk.of(1)[0].lost == 1


def test_at_most_once_is_not_sent_again_but_reported(desk: Desk) -> None:
    desk.send(request(touch="service", delivery="at_most_once"))
    desk.lease()
    desk.now += LEASE
    leased = desk.lease()
    assert leased.deliveries == []
    assert [fact.properties["reason"] for fact in leased.facts] == ["ambiguous"]
    assert statuses(desk.of(1)) == [("failed", "ambiguous")]


@pytest.mark.parametrize(
    ("delivery", "status"),
    [("at_most_once", ("failed", "ambiguous")), ("at_least_once", ("queued", None))],
)
def test_a_connection_that_broke_midway(
    desk: Desk, delivery: str, status: tuple[str, str | None]
) -> None:
    desk.send(request(touch="service", delivery=delivery))
    (leased,) = desk.lease().deliveries
    desk.settle(Outcome.failed(leased, Uncertain("gone")))
    assert statuses(desk.of(1)) == [status]
    assert desk.of(1)[0].lost == 1


def test_at_most_once_is_tried_again_where_the_provider_surely_has_it_not(desk: Desk) -> None:
    desk.send(request(touch="service", delivery="at_most_once"))
    (leased,) = desk.lease().deliveries
    desk.settle(Outcome.failed(leased, BUSY))
    assert statuses(desk.of(1)) == [("queued", None)]


@pytest.mark.parametrize(("keyed", "most"), [(False, MAX_TRIES), (True, MAX_LOST)])
def test_a_worker_that_crashes_at_every_try_ends_it(desk: Desk, keyed: bool, most: int) -> None:
    desk.email.honours_keys = keyed
    desk.send(request(touch="service"))
    for _ in range(most):
        assert len(desk.lease().deliveries) == 1
        desk.now += LEASE
    assert desk.lease().deliveries == []
    assert statuses(desk.of(1)) == [("failed", "ambiguous")]


def test_a_late_receipt_counts_until_somebody_tries_again(desk: Desk) -> None:
    desk.send(request(touch="service"))
    (first,) = desk.lease().deliveries
    desk.settle(Outcome.failed(first, Uncertain("gone")))
    assert len(desk.settle(Outcome.sent(first, Receipt("late")))) == 1
    assert desk.settle(Outcome.sent(first, Receipt("late"))) == []
    assert desk.of(1)[0].provider_id == "late"


def test_an_outcome_twice_in_one_batch_counts_once(desk: Desk) -> None:
    desk.send(request(touch="service"))
    (delivery,) = desk.lease().deliveries
    outcome = Outcome.sent(delivery, Receipt("p"))
    assert len(desk.settle(outcome, outcome)) == 1
    assert desk.settle(Outcome("unknown", 1, receipt=Receipt("p"))) == []


def test_consent_withdrawn_meanwhile_holds_it(desk: Desk) -> None:
    desk.send(request(1, "a"), request(2, "b", touch="service"))
    desk.people.people[1].consents = desk.people.people[2].consents = set()
    leased = desk.lease()
    assert [delivery.profile for delivery in leased.deliveries] == [2]
    assert [(f.name, f.properties["reason"]) for f in leased.facts] == [
        ("coterie.message.held", "no_consent")
    ]
    assert statuses(desk.of(1)) == [("held", "no_consent")]


def test_an_address_that_changed_meanwhile_is_used(desk: Desk) -> None:
    desk.send(request(1, "a"), request(2, "b"))
    desk.people.people[1].email = "new@example.com"
    desk.people.people[2].email = None
    (delivery,) = desk.lease().deliveries
    assert delivery.address == "new@example.com"
    assert statuses(desk.of(2)) == [("held", "no_address")]


def test_expired_while_it_waited(desk: Desk) -> None:
    desk.send(request(expires_at=desk.now + HOUR))
    desk.now += HOUR
    leased = desk.lease()
    assert leased.deliveries == []
    assert statuses(desk.of(1)) == [("held", "expired")]


def test_a_retry_after_the_expiry_is_held_at_the_expiry(desk: Desk) -> None:
    desk.send(request(touch="service", expires_at=desk.now + 30_000))
    (delivery,) = desk.lease().deliveries
    desk.settle(Outcome.failed(delivery, BUSY))
    assert desk.next_due() == desk.now + 30_000
    desk.now += 30_000
    assert [fact.properties["reason"] for fact in desk.lease().facts] == ["expired"]


def test_a_worker_that_comes_back_at_night_waits_for_the_morning(desk: Desk) -> None:
    desk.now = at(10, 21)
    desk.send(request())
    desk.now = at(10, 22)
    leased = desk.lease()
    assert (leased.deliveries, leased.facts) == ([], [])
    assert desk.next_due() == at(11, 8)
    desk.now = at(11, 8)
    assert desk.deliver() == 1


def test_what_slips_to_another_day_is_counted_there(desk: Desk) -> None:
    desk.now = at(10, 21, 30)
    desk.send(request(1, "a"), request(1, "b"))
    desk.now = at(10, 23)
    desk.send(request(1, "c"))  # for the next morning, whose two slots are not yet taken
    desk.lease()
    assert statuses(desk.of(1)) == [("queued", None), ("held", "cap_day"), ("queued", None)]
    assert {message.due for message in desk.of(1) if message.status == "queued"} == {at(11, 8)}


def test_what_waited_for_weeks_goes_out_one_a_day(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(per_day=1)
    for day in (10, 11, 12):
        desk.now = at(day, 12)
        desk.send(request(1, f"{day}"))
    desk.now = at(30, 12)
    assert len(desk.lease().deliveries) == 1
    assert statuses(desk.of(1)) == [("leased", None), ("held", "cap_day"), ("held", "cap_day")]


def test_a_retry_takes_a_slot_of_the_day_it_was_put_off_to(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(per_day=1)
    desk.send(request(1, "today"))
    (delivery,) = desk.lease().deliveries
    desk.settle(Outcome.failed(delivery, SLOW))
    desk.now = at(10, 23)
    desk.send(request(1, "tomorrow"))
    assert statuses(desk.of(1)) == [("queued", None), ("held", "cap_day")]


def test_a_retry_finds_the_slot_of_another_day_taken(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(per_day=1)
    desk.now = at(10, 21, 59)
    desk.send(request(1, "today"))
    (delivery,) = desk.lease().deliveries
    desk.now = at(10, 23)
    tomorrow = desk.send(request(1, "tomorrow")).messages[0]
    desk.settle(Outcome.failed(delivery, BUSY))
    desk.now = at(11, 8)
    assert [each.message for each in desk.lease().deliveries] == [tomorrow.id]
    assert {desk.key(each): each.reason for each in desk.of(1)} == {
        "today": "cap_day",
        "tomorrow": None,
    }


def test_a_pause_keeps_an_origin_waiting_and_its_clock_running(desk: Desk) -> None:
    desk.send(
        request(1, "a", expires_at=desk.now + HOUR),
        request(2, "b"),
        request(3, "c", origin="journey:other"),
    )
    with desk.database.begin(CLOCK, desk.now) as work:
        desk.room.pause(work, "journey:win-back")
        desk.room.pause(work, "journey:win-back")
        assert desk.room.paused(work) == {"journey:win-back"}
    assert [delivery.profile for delivery in desk.lease().deliveries] == [3]
    assert desk.next_due() == min(desk.now + HOUR, desk.now + LEASE)
    desk.now += HOUR
    desk.lease()
    assert statuses(desk.of(1)) == [("held", "expired")]
    with desk.database.begin(CLOCK, desk.now) as work:
        desk.room.resume(work, "journey:win-back")
    assert 2 in [delivery.profile for delivery in desk.lease().deliveries]


def test_stop_all_stops_service_too_and_holds_what_comes(desk: Desk) -> None:
    desk.send(request(1, "a", touch="service"), request(1, "b", expires_at=desk.now + HOUR))
    with desk.database.begin(CLOCK, desk.now) as work:
        desk.room.stop_all(work, True)
        assert desk.room.is_stopped(work)
    held = desk.send(request(2, "c", touch="service"), request(2, "d"))
    assert statuses(held.messages) == [("held", "stopped")] * 2
    assert desk.lease().deliveries == []
    assert desk.next_due() == desk.now + HOUR
    desk.now += HOUR
    assert [fact.properties["reason"] for fact in desk.lease().facts] == ["expired"]
    assert desk.next_due() is None
    with desk.database.begin(CLOCK, desk.now) as work:
        desk.room.stop_all(work, False)
    assert [delivery.message for delivery in desk.lease().deliveries] == [desk.of(1)[0].id]


def test_erased_people_get_nothing_and_nothing_is_left(desk: Desk) -> None:
    desk.send(request(1, "a", touch="service"), request(2, "b", touch="service"))
    desk.deliver()
    desk.send(request(1, "c", touch="service"), request(2, "d", touch="service"))
    with desk.database.begin(CLOCK, desk.now) as work:
        desk.room.erase(work, [1])
    assert statuses(desk.of(1)) == [("sent", None), ("held", "erased")]
    assert [message.text for message in desk.of(1)] == ["", ""]
    desk.people.forget(2)
    assert desk.lease().deliveries == []
    assert statuses(desk.of(2)) == [("sent", None), ("held", "no_address")]
    assert [message.text for message in desk.of(2)] == ["", ""]


def test_a_lease_fills_up_past_what_the_gate_takes_out(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(people=9)
    desk.send(*(request(n, f"k{n}") for n in range(1, 10)))
    for profile in range(1, 6):
        desk.people.people[profile].consents = set()
    leased = desk.lease(limit=3)
    assert [delivery.profile for delivery in leased.deliveries] == [6, 7, 8]
    assert len(leased.facts) == 5
    assert [delivery.profile for delivery in desk.lease(limit=3).deliveries] == [9]


PROFILES = count(1)
NAPS = st.one_of(st.integers(0, 9 * 60), st.integers(0, 9 * 24 * 60))


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["send", "send", "work", "fail", "slow", "crash"]),
            NAPS,
            st.sampled_from(["emotional", "commercial", "service"]),
        ),
        max_size=25,
    )
)
def test_whatever_happens_no_day_and_no_week_has_more_than_its_cap(
    make_desk: Callable[..., Desk], steps: list[tuple[str, int, str]]
) -> None:
    her = next(PROFILES)
    desk = make_desk(people=her, per_day=1, per_week=3)
    for number, (step, minutes, touch) in enumerate(steps):
        desk.now += minutes * MINUTE
        if step == "send":
            desk.send(request(her, f"{her}-{number}", touch=touch))
        elif step == "work":
            desk.deliver()
        else:
            leased = desk.lease().deliveries
            if step != "crash":
                error = SLOW if step == "slow" else BUSY
                desk.settle(*(Outcome.failed(each, error) for each in leased))
    taking = [
        message
        for message in desk.of(her)
        if message.status in ("leased", "sent") and message.touch != "service"
    ]
    days = [(message.due + 8 * HOUR) // DAY for message in taking]
    assert len(set(days)) == len(days)
    dues = sorted(message.due for message in taking)
    assert all(sum(d <= other < d + 7 * DAY for other in dues) <= 3 for d in dues)
    assert all(8 <= (due + 8 * HOUR) % DAY // HOUR < 22 for due in dues)
