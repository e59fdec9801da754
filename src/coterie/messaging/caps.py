"""Caps: how many touches a person gets in a day, a week, a month, or in any so many hours. Pure.

A calendar's day, week (from Monday) and month are those of the person's zone. A rolling window
has a length: no stretch of time so long ever holds more than the number, whenever it begins.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple, get_args
from zoneinfo import ZoneInfo

from coterie.core.clock import DAY, local_date, parse_duration
from coterie.core.errors import Invalid
from coterie.messaging.model import TOUCHES, Reason

Calendar = Literal["day", "week", "month"]

_LONGEST: dict[str, int] = {"day": 1, "week": 7, "month": 31}
_CAP = re.compile(r"(?P<of>[^/\s]+(?:\s+[^/\s]+)?)\s+(?P<number>[0-9]{1,6})\s*/\s*(?P<span>\S+)")
_HINT = 'write it like "email 1/day", "commercial 3/7d" or "email commercial 1/week"'
_MOST = 366 * DAY


class Slot(NamedTuple):
    """A touch that counts: when it is planned for, how it goes, and how far it is.

    ``status`` is queued, leased or sent; ``at`` is when it came to stand so. Milliseconds UTC.
    """

    due: int
    channel: str = ""
    touch: str = ""
    status: str = "queued"
    at: int = 0


@dataclass(frozen=True)
class Cap:
    """At most ``number`` touches of a person in a span; None for a channel or a kind means any.

    ``span`` is a calendar's, or a length in milliseconds. ``name`` is what the cap is called
    where it comes from the table of limits.
    """

    number: int
    span: Calendar | int
    channel: str | None = None
    touch: str | None = None
    name: str = ""

    @property
    def reach(self) -> int:
        """How far back it looks at most, in milliseconds."""
        return self.span if isinstance(self.span, int) else _LONGEST[self.span] * DAY

    @property
    def reason(self) -> Reason:
        """Why a touch is held that would break it."""
        if self.channel is not None:
            return Reason.CAP_CHANNEL
        if self.touch is not None:
            return Reason.CAP_TOUCH
        return Reason.CAP_DAY if self.span == "day" else Reason.CAP_WEEK

    def concerns(self, channel: str, touch: str) -> bool:
        """Say whether a touch of this kind on this channel takes one of its slots."""
        return self.channel in (None, channel) and self.touch in (None, touch)

    def __str__(self) -> str:
        """Write it as ``parse`` reads it.

        >>> str(Cap(3, 7 * DAY, touch="commercial"))
        'commercial 3/7d'
        """
        of = " ".join(word for word in (self.channel, self.touch) if word)
        span = self.span if isinstance(self.span, str) else _length(self.span)
        return f"{of} {self.number}/{span}".strip()


def parse(text: str, path: str = "caps") -> Cap:
    """Read a cap of a channel, of a kind of touch, or of both; raises Invalid with the cure.

    >>> parse("email 1/day")
    Cap(number=1, span='day', channel='email', touch=None, name='')
    >>> parse("commercial 3/7d").span == 7 * DAY
    True
    """
    match = _CAP.fullmatch(text.strip())
    if match is None:
        raise Invalid(f"{text!r} is no cap", path=path, hint=_HINT)
    words = match["of"].split()
    touches = [word for word in words if word in TOUCHES]
    channels = [word for word in words if word not in TOUCHES]
    if len(touches) > 1 or len(channels) > 1:
        raise Invalid(f"{text!r} names two of one sort", path=path, hint=_HINT)
    if touches == ["service"]:
        raise Invalid(f"{text!r}: service touches know no caps", path=path, hint=_HINT)
    return Cap(
        int(match["number"]),
        _span(match["span"], path),
        *(channels or [None]),
        *(touches or [None]),
    )


def _span(text: str, path: str) -> Calendar | int:
    for calendar in get_args(Calendar):
        if text == calendar:
            return calendar  # type: ignore[no-any-return]  # one of its words
    length = parse_duration(text, path)
    if not 0 < length <= _MOST:
        raise Invalid(f"{text!r} is no span of a cap", path=path, hint="from 1s to 366d")
    return length


def _length(span: int) -> str:
    for unit, size in (("d", DAY), ("h", DAY // 24), ("m", 60_000)):
        if span % size == 0:
            return f"{span // size}{unit}"
    return f"{span // 1_000}s"


def broken(
    due: int, channel: str, touch: str, slots: Sequence[Slot], caps: Iterable[Cap], where: ZoneInfo
) -> Cap | None:
    """Return the first cap that a touch planned for ``due`` would break, next to the slots."""
    for cap in caps:
        if not cap.concerns(channel, touch):
            continue
        taken = sum(
            _together(cap.span, due, slot.due, where)
            for slot in slots
            if cap.concerns(slot.channel, slot.touch)
        )
        if taken >= cap.number:
            return cap
    return None


def _together(span: Calendar | int, one: int, other: int, where: ZoneInfo) -> bool:
    """Say whether two moments may share a span.

    What is planned later shares a rolling one with what comes before it: the span may begin
    anywhere.
    """
    if isinstance(span, int):
        return other > one - span
    return _period(span, local_date(one, where)) == _period(span, local_date(other, where))


def _period(calendar: Calendar, day: date) -> tuple[int, ...]:
    match calendar:
        case "day":
            return (day.toordinal(),)
        case "week":
            return tuple(day.isocalendar()[:2])
        case "month":
            return day.year, day.month
