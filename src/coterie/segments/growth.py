"""A segment's population by day, counted back from how many it has now. Pure."""

from collections.abc import Iterable
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from coterie.core.clock import local_date, midnight
from coterie.segments.definition import DaySize, Published


def by_day(
    told: Iterable[Published], size: int, first: date, today: date, zone: ZoneInfo
) -> list[DaySize]:
    """Give the size at the end of each day from ``first`` to ``today``, in the brand's zone.

    ``told`` is what was published from ``first`` on, ``size`` the present population. A day at
    which nothing moved keeps the size of the day before.

    >>> zone = ZoneInfo("UTC")
    >>> told = [Published(at=86_400_000, entered=3, left=1, size=2)]
    >>> [d.size for d in by_day(told, 5, date(1970, 1, 1), date(1970, 1, 3), zone)]
    [3, 5, 5]
    """
    entered: dict[date, int] = {}
    left: dict[date, int] = {}
    for one in told:
        day = local_date(one.at, zone)
        entered[day] = entered.get(day, 0) + one.entered
        left[day] = left.get(day, 0) + one.left
    days, found = (today - first).days, list[DaySize]()
    for back in range(days + 1):
        day = today - timedelta(days=back)
        came, went = entered.get(day, 0), left.get(day, 0)
        found.append(DaySize(day, midnight(day, zone), size, came, went))
        size -= came - went
    return found[::-1]
