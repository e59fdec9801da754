"""When a coupon begins and ends, and since when a person's are counted. Pure."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from coterie.core.clock import local_date, midnight, next_midnight, parse_time
from coterie.loyalty.coupons.model import Period, Template

_DATE = 10
"""Signs of a date alone."""


def begins(text: str | None, zone: ZoneInfo) -> int | None:
    """Return the first moment of what begins at a date or time.

    >>> begins("1970-01-02", ZoneInfo("UTC"))
    86400000
    """
    return None if text is None else parse_time(text, zone)


def ends(text: str | None, zone: ZoneInfo) -> int | None:
    """Return the first moment after what ends with a date, or at a time.

    >>> ends("1970-01-01", ZoneInfo("UTC")), ends("1970-01-01T01:00", ZoneInfo("UTC"))
    (86400000, 3600000)
    """
    if text is None:
        return None
    moment = parse_time(text, zone)
    return next_midnight(moment, zone) if len(text) == _DATE else moment


def span(template: Template, now: int, zone: ZoneInfo) -> tuple[int | None, int | None]:
    """Return from when until when a coupon is good that is issued now: whole days of the zone."""
    until = ends(template.ends, zone)
    if template.days is not None:
        last = midnight(local_date(now, zone) + timedelta(days=template.days + 1), zone)
        until = last if until is None else min(last, until)
    return begins(template.starts, zone), until


def counted_since(per: Period, now: int, zone: ZoneInfo) -> int | None:
    """Return since when a person's coupons of a template are counted; None: all there ever were."""
    today = local_date(now, zone)
    if per == "day":
        return midnight(today, zone)
    if per == "week":
        return midnight(today - timedelta(days=today.weekday()), zone)
    return midnight(today.replace(day=1), zone) if per == "month" else None
