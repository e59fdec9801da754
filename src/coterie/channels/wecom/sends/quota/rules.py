"""The platform's rules as dated data, and the windows that they speak of. Pure.

Until the administrator chooses otherwise a customer, and a group, gets as many mass sends a month
as the month has days; he may choose seven a week or one a day instead. Corporate and personal
sends count together (WX 92135). Older papers speak of four a month: so a rule has its dates.
"""

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from coterie.core.clock import local_date, midnight
from coterie.core.errors import Invalid

ZONE = ZoneInfo("Asia/Shanghai")
"""The platform's days, weeks and months are those of its own clock."""

Per = Literal["customer", "group"]
Span = Literal["month", "week", "day"]
DAYS_OF_THE_MONTH = 0
"""As a number: as many as the month has days."""
_MOST = 1_000


@dataclass(frozen=True)
class Rule:
    """At most ``number`` mass sends in a calendar month, week or day, to each customer or group.

    In force from ``since`` to before ``until`` (ms UTC; None: for ever). ``id`` 0 is not kept yet.
    """

    per: Per
    number: int
    span: Span
    since: int
    until: int | None = None
    source: str = ""
    id: int = 0


@dataclass(frozen=True)
class Window:
    """The stretch of days that a moment lies in, first and last, and what it holds at most."""

    first: date
    last: date
    most: int
    span: Span

    @property
    def end(self) -> int:
        """The moment at which the next window begins."""
        return midnight(self.last + timedelta(days=1), ZONE)

    def __str__(self) -> str:
        return f"{self.most}/{self.span}"


def check(rule: Rule) -> Rule:
    """Return a rule with its words trimmed, or raise Invalid with the place and the cure."""
    if rule.per not in get_args(Per):
        raise Invalid(f"{rule.per!r} has no quota", path="per", hint=", ".join(get_args(Per)))
    if rule.span not in get_args(Span):
        raise Invalid(f"{rule.span!r} is no span", path="span", hint=", ".join(get_args(Span)))
    least = DAYS_OF_THE_MONTH if rule.span == "month" else 1
    if not least <= rule.number <= _MOST:
        raise Invalid(f"{rule.number} is no number of sends", path="number", hint="such as 7")
    if rule.until is not None and rule.until <= rule.since:
        raise Invalid("it ends before it begins", path="until", hint="choose a later day")
    return replace(rule, source=" ".join(rule.source.split())[:200])


def in_force(rules: list[Rule], per: str, at: int) -> Rule | None:
    """Return the rule that holds at a moment: of several the one that came last."""
    holding = [
        rule
        for rule in rules
        if rule.per == per and rule.since <= at and (rule.until is None or at < rule.until)
    ]
    return max(holding, key=lambda rule: (rule.since, rule.id), default=None)


def window_of(rule: Rule, at: int) -> Window:
    """Return the window of a rule that a moment lies in.

    >>> from datetime import UTC, datetime
    >>> noon = int(datetime(2026, 2, 10, 12, tzinfo=UTC).timestamp() * 1000)
    >>> str(window_of(Rule("customer", DAYS_OF_THE_MONTH, "month", 0), noon))
    '28/month'
    """
    day = local_date(at, ZONE)
    if rule.span == "day":
        return Window(day, day, rule.number, rule.span)
    if rule.span == "week":
        monday = day - timedelta(days=day.weekday())
        return Window(monday, monday + timedelta(days=6), rule.number, rule.span)
    days = monthrange(day.year, day.month)[1]
    first, last = day.replace(day=1), day.replace(day=days)
    return Window(first, last, rule.number or days, rule.span)
