"""What an attempt's outcome means: sent, tried again later, or failed for good."""

import re
from dataclasses import dataclass

from coterie.core.clock import MINUTE, SECOND
from coterie.core.errors import ChannelError
from coterie.messaging.channel import Uncertain
from coterie.messaging.model import Reason

MAX_TRIES = 6
MAX_LOST = 30
"""Hand-overs whose lease ran out, where the provider honours keys; then it may be the cause."""
_MAX_DETAIL = 200
_ADDRESS = re.compile(r"\S+@\S+|\+?\d(?:[\s().-]{0,2}\d){7,}")
"""An e-mail address, or eight digits and more; ``550 5.1.1`` is what an operator must read."""


@dataclass(frozen=True)
class Verdict:
    """What to do after a failed attempt: try again at ``due``, or give up with a ``reason``."""

    due: int | None
    reason: Reason | None


def judge(error: ChannelError, delivery: str, attempt: int, now: int) -> Verdict:
    """Judge a failed attempt, the ``attempt``-th of at most six.

    The waits double from one minute; a provider that asks for longer gets longer. What a
    provider may have taken is not sent again where it must arrive once at the most.
    """
    if error.permanent:
        return Verdict(None, Reason.REJECTED)
    if isinstance(error, Uncertain) and delivery == "at_most_once":
        return Verdict(None, Reason.AMBIGUOUS)
    if attempt >= MAX_TRIES:
        return Verdict(None, Reason.EXHAUSTED)
    wanted = int((error.retry_after or 0) * SECOND)
    return Verdict(now + max(2 ** (attempt - 1) * MINUTE, wanted), None)


def without_addresses(text: str) -> str:
    """Shorten what a provider said, and leave out what may be an e-mail address or a phone.

    >>> without_addresses("550 5.1.1 <ada@example.com>: no such user")
    '550 5.1.1 … no such user'
    """
    return hide_addresses(text)[:_MAX_DETAIL]


def hide_addresses(text: str) -> str:
    """Leave out of a text what may be an e-mail address or a phone.

    >>> hide_addresses("+86 138 0013 8000 or ada@example.com")
    '… or …'
    """
    return _ADDRESS.sub("…", text)
