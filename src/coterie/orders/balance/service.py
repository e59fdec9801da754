"""The face of the balance: reconcile what was told with the log, and the log's own figures."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from coterie.core.clock import MINUTE, local_date, midnight
from coterie.events.log import Log
from coterie.orders.balance import store
from coterie.orders.balance.model import Columns, Day, Figures, Report
from coterie.orders.model import Told
from coterie.storage.work import Work

_SLOT = 15 * MINUTE
"""Every zone's days begin on a quarter of an hour."""

_SHAPES: dict[str, Any] = {"amount": np.int64}
_NAMES = ("source", "shop", "number", "step", "refund", "day", "amount", "currency")


class Balance:
    """Figures of one house's log; ``zone`` and ``currency`` are the brand's."""

    def __init__(self, log: Log, zone: ZoneInfo, currency: str) -> None:
        self._log = log
        self._zone = zone
        self._currency = currency

    def sources(self, work: Work) -> list[str]:
        """Return every source that told of an order."""
        return store.sources(work)

    def reconcile(
        self, work: Work, *, source: str = "", since: int | None = None,
        zone: ZoneInfo | None = None,
    ) -> Report:  # fmt: skip
        """Hold what feeds and imports told against the log: by source and day, to the cent."""
        rows = [
            (row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7])
            for row in store.told(work, source, since)
        ]
        return self._report(work, rows, zone)

    def reconcile_file(
        self, work: Work, name: str, told: Iterable[Told], zone: ZoneInfo | None = None
    ) -> Report:
        """Hold what a file tells, read anew, against the log."""
        rows = [
            (name, one.shop, one.number, one.step, one.refund, one.at, one.amount, one.currency)
            for one in told
        ]
        return self._report(work, rows, zone)

    def figures(self, work: Work, since: int, until: int, shop: str = "") -> Figures:
        """Return the log's paid orders with since <= time < until, of one shop or of all."""
        with self._log.open_lake(work) as lake:
            return store.figures(lake, since, until, shop)

    def days(self, work: Work, last: date, days: int, shop: str = "") -> list[Day]:
        """Return the sales of the days up to ``last``, the newest first, read both ways."""
        dates = [last - timedelta(days=back) for back in range(days - 1, -1, -1)]
        starts = [midnight(one, self._zone) for one in dates]
        until = midnight(last + timedelta(days=1), self._zone)
        with self._log.open_lake(work) as lake:
            found = store.days(lake, starts, until, shop)
        return [
            Day(dates[number].isoformat(), orders, gross, refunded, returned)
            for number, orders, gross, refunded, returned in found
        ]

    def _report(self, work: Work, rows: Sequence[Sequence[Any]], zone: ZoneInfo | None) -> Report:
        if not rows:
            return Report((), (), 0)
        with self._log.open_lake(work) as lake:
            given = _columns(rows, zone or self._zone)
            lines, unlike = store.held_against(lake, given, self._currency)
        return Report(tuple(lines), tuple(unlike), sum(line.differing for line in lines))


def _columns(rows: Sequence[Sequence[Any]], zone: ZoneInfo) -> Columns:
    days: dict[int, str] = {}
    for row in rows:
        slot = row[5] // _SLOT
        if slot not in days:
            days[slot] = local_date(row[5], zone).isoformat()
    turned = zip(*rows, strict=True)
    given = dict(zip(_NAMES, (list(values) for values in turned), strict=True))
    given["day"] = [days[at // _SLOT] for at in given["day"]]
    given["amount"] = [store.NONE if one is None else one for one in given["amount"]]
    return {
        name: np.array(values, dtype=_SHAPES.get(name, object)) for name, values in given.items()
    }
