"""The words of limits: one row of the table, and the check of it. Pure."""

from dataclasses import dataclass, replace
from typing import Literal, get_args

from coterie.core.clock import DAY, HOUR, MINUTE, SECOND, WEEK
from coterie.core.errors import Invalid
from coterie.messaging.caps import Calendar, Cap

Span = Literal["second", "minute", "hour", "day", "week", "month"]
Per = Literal["sender", "person", "group"]

SPANS: tuple[str, ...] = get_args(Span)
PERS: tuple[str, ...] = get_args(Per)
LENGTHS: dict[str, int] = {
    "second": SECOND,
    "minute": MINUTE,
    "hour": HOUR,
    "day": DAY,
    "week": WEEK,
    "month": 30 * DAY,
}
"""How long a span is where it rolls."""

_MOST = 1_000_000_000
_LONGEST = 200


@dataclass(frozen=True)
class Limit:
    """At most ``number`` messages in a span, for each of what ``per`` names.

    ``calendar`` says that the span is one of the clock (a day of the zone, a minute from :00),
    otherwise any stretch of that length. In force from ``since`` to before ``until`` (None: for
    ever), milliseconds UTC. ``source`` is where we know it from. ``id`` 0 is not kept yet.
    """

    channel: str
    name: str
    number: int
    span: Span
    calendar: bool
    per: Per
    since: int
    until: int | None = None
    source: str = ""
    id: int = 0

    def holds_at(self, moment: int) -> bool:
        """Say whether it is in force at a moment."""
        return self.since <= moment and (self.until is None or moment < self.until)

    @property
    def length(self) -> int:
        """How long the span is where it rolls, in milliseconds."""
        return LENGTHS[self.span]

    def cap(self) -> Cap:
        """Return the cap that a limit of a person is; spans below a day always roll."""
        calendar: dict[str, Calendar] = {"day": "day", "week": "week", "month": "month"}
        span = calendar.get(self.span) if self.calendar else None
        return Cap(self.number, span or self.length, self.channel, name=self.name)


def check(limit: Limit) -> Limit:
    """Return a limit with its words trimmed, or raise Invalid with the place and the cure."""
    name, source = " ".join(limit.name.split()), " ".join(limit.source.split())
    if not limit.channel.strip():
        raise Invalid("a limit needs a channel", path="channel", hint="such as email")
    if not name or len(name) > _LONGEST:
        raise Invalid("a limit needs a name", path="name", hint=f"at most {_LONGEST} characters")
    if len(source) > _LONGEST:
        raise Invalid("the source is too long", path="source", hint=f"at most {_LONGEST}")
    if not 1 <= limit.number <= _MOST:
        raise Invalid(f"{limit.number} is no number of messages", path="number", hint="at least 1")
    if limit.span not in SPANS:
        raise Invalid(f"{limit.span!r} is no span", path="span", hint=", ".join(SPANS))
    if limit.per not in PERS:
        raise Invalid(f"{limit.per!r} has no limits", path="per", hint=", ".join(PERS))
    if limit.until is not None and limit.until <= limit.since:
        raise Invalid("it ends before it begins", path="until", hint="choose a later day")
    return replace(limit, channel=limit.channel.strip(), name=name, source=source)
