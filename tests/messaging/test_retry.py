import pytest

from coterie.core.clock import MINUTE
from coterie.core.errors import ChannelError
from coterie.messaging.channel import Uncertain
from coterie.messaging.model import Reason
from coterie.messaging.retry import judge, without_addresses


def temporary(retry_after: float | None = None) -> ChannelError:
    return ChannelError("busy", permanent=False, retry_after=retry_after)


@pytest.mark.parametrize(
    ("error", "delivery", "attempt", "wait", "reason"),
    [
        (temporary(), "at_least_once", 1, 1, None),
        (temporary(), "at_least_once", 5, 16, None),
        (temporary(), "at_least_once", 6, None, Reason.EXHAUSTED),
        (temporary(30), "at_most_once", 1, 1, None),
        (temporary(90 * 60), "at_least_once", 1, 90, None),
        (ChannelError("no", permanent=True), "at_least_once", 1, None, Reason.REJECTED),
        (Uncertain("gone"), "at_least_once", 1, 1, None),
        (Uncertain("gone"), "at_most_once", 1, None, Reason.AMBIGUOUS),
    ],
)
def test_what_an_error_means(
    error: ChannelError, delivery: str, attempt: int, wait: int | None, reason: Reason | None
) -> None:
    verdict = judge(error, delivery, attempt, 1_000)
    assert verdict.reason == reason
    assert verdict.due == (None if wait is None else 1_000 + wait * MINUTE)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("550 <ada@example.com>: unknown", "550 … unknown"),
        ("call +39 011 555-1234 now", "call … now"),
        ("13812345678 is barred", "… is barred"),
        ("421 try 4.7.0 later", "421 try 4.7.0 later"),
    ],
)
def test_what_a_provider_said_is_kept_without_addresses(said: str, kept: str) -> None:
    assert without_addresses(said) == kept
    assert len(without_addresses("x" * 900)) == 200
