"""Which of the gate's questions a message came through."""

from dataclasses import replace

import pytest

from coterie.messaging.model import Message, Reason
from coterie.messaging.stations import STATIONS, held_later, passed

SENT = Message(
    id="m", profile=1, origin="journey:j", node="n", run_key=None, channel="email",
    template="t", touch="emotional", purpose="marketing", status="sent", reason=None, at=1,
    created=1, due=1, expires=None, delivery="at_least_once",
)  # fmt: skip


def passages(message: Message) -> dict[str, str]:
    return {station.name: station.passage for station in passed(message)}


@pytest.mark.parametrize("status", ["sent", "queued", "leased", "shadow", "failed"])
def test_what_was_not_held_passed_everything(status: str) -> None:
    assert set(passages(replace(SENT, status=status)).values()) == {"passed"}


def test_a_held_one_passed_up_to_where_it_was_held() -> None:
    said = passages(replace(SENT, status="held", reason=Reason.NO_CONSENT))
    assert said["address"] == "passed"
    assert said["consent"] == "held"
    assert said["holdout"] == said["text"] == "not_reached"


def test_a_service_touch_is_not_asked_for_consent_or_caps() -> None:
    said = passages(replace(SENT, touch="service", status="held", reason=Reason.NO_ADDRESS))
    assert said["consent"] == said["caps"] == said["quiet"] == said["holdout"] == "not_asked"
    assert said["expiry"] == "not_reached"


def test_every_reason_of_the_gate_has_its_station() -> None:
    after = {
        "erased", "cancelled", "rejected", "exhausted", "ambiguous", "not_contact", "unconfirmed",
    }  # fmt: skip
    for reason in Reason:
        held = [n for n, p in passages(replace(SENT, status="held", reason=reason)).items()
                if p == "held"]  # fmt: skip
        assert held == [] if reason in after else len(held) == 1
        assert set(held) <= set(STATIONS)


def test_held_later_means_queued_first() -> None:
    assert held_later(replace(SENT, status="held", at=5))
    assert not held_later(replace(SENT, status="held"))
    assert not held_later(replace(SENT, at=5))
