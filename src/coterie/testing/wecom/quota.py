"""How often mass sends may reach one customer or group, by the corporation's rule."""

from calendar import monthrange
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from coterie.core.clock import from_datetime, to_datetime
from coterie.testing.wecom.corp import Corp


def window(corp: Corp, moment: int) -> tuple[int, int]:
    """Return where the present month, week or day began, and how many sends it allows."""
    here = to_datetime(moment).astimezone(ZoneInfo(corp.limits.zone))
    today = datetime(here.year, here.month, here.day, tzinfo=here.tzinfo)
    if corp.limits.send_rule == "day":
        return from_datetime(today), 1
    if corp.limits.send_rule == "week":
        return from_datetime(today - timedelta(days=today.weekday())), 7
    return from_datetime(today.replace(day=1)), monthrange(here.year, here.month)[1]


def left(corp: Corp, receiver: str, moment: int) -> int:
    """Return how many more sends a customer or group may get now."""
    since, most = window(corp, moment)
    return most - sum(each >= since for each in corp.sent.get(receiver, ()))


def spend(corp: Corp, receiver: str, moment: int) -> None:
    """Count a send."""
    corp.sent.setdefault(receiver, []).append(moment)
