"""What others send counts, too: guides' own sends and other apps' are looked at hourly."""

from dataclasses import dataclass

from coterie.channels.wecom.client.service import Wecom
from coterie.channels.wecom.sends import store
from coterie.channels.wecom.sends.quota.rules import ZONE
from coterie.channels.wecom.sends.quota.service import Quotas
from coterie.core.actor import CLOCK
from coterie.core.clock import DAY, HOUR, SECOND, local_date, midnight
from coterie.core.errors import ChannelError
from coterie.storage.database import Database

EVERY = HOUR
AGAIN = 6 * HOUR
_OVERLAP = 2 * DAY
_AFTER_ALL = 31 * DAY
"""A send that was not confirmed by then is no more."""
_PORTION = 20
_SENT, _CONFIRMED = 1, 2


@dataclass
class Watching:
    """Keeps the quota honest; the first look goes back to the first of the month."""

    database: Database
    client: Wecom
    quotas: Quotas
    _listed: int | None = None

    def next_listing(self, now: int) -> int:
        """Return when the sends of others are next listed."""
        return now if self._listed is None else self._listed + EVERY

    def run(self, now: int) -> bool:
        """List what is new, look at some of it; say whether there may be more to do at once."""
        if now >= self.next_listing(now):
            try:
                self._list(now)
            except ChannelError:
                self._listed = now  # the quota is told by the platform, too: try in an hour
        with self.database.read(CLOCK, now) as work:
            watched = store.watched(work, _PORTION)
        for msgid, made in watched:
            try:
                self._look(msgid, made, now)
            except ChannelError:
                with self.database.begin(CLOCK, now) as work:
                    store.watch_again(work, msgid, now + EVERY)
        return bool(watched)

    def _list(self, now: int) -> None:
        first = midnight(local_date(now, ZONE).replace(day=1), ZONE)
        since = first if self._listed is None else max(first, self._listed - _OVERLAP)
        rows: list[tuple[str, int]] = []
        for chat_type in ("single", "group"):
            cursor = ""
            while True:
                page = self.client.sends.list(
                    chat_type, since // SECOND, now // SECOND + 1, cursor=cursor
                )
                rows += [(row.msgid, row.create_time * SECOND) for row in page.items]
                cursor = page.next_cursor
                if not cursor:
                    break
        with self.database.begin(CLOCK, now) as work:
            known = store.known_msgids(work, [msgid for msgid, _ in rows])
            store.watch(work, [row for row in rows if row[0] not in known])
            self.quotas.tidy(work)
        self._listed = now

    def _look(self, msgid: str, made: int, now: int) -> None:
        """Count what a send of others brought; wait for those who have not confirmed yet."""
        senders = list(self._senders(msgid))
        sent: list[tuple[str, str, int]] = []
        for userid, status in senders:
            if status != _CONFIRMED:
                continue
            cursor = ""
            while True:
                page = self.client.sends.result(msgid, userid, cursor)
                sent += [
                    (f"{msgid}/{each.chat_id or each.external_userid}",
                     each.chat_id or each.external_userid, each.send_time * SECOND or made)
                    for each in page.items
                    if each.status == _SENT
                ]  # fmt: skip
                cursor = page.next_cursor
                if not cursor:
                    break
        waits = any(status != _CONFIRMED for _, status in senders) and now < made + _AFTER_ALL
        with self.database.begin(CLOCK, now) as work:
            if not store.known_msgids(work, [msgid]):  # it may have turned out to be ours
                self.quotas.settle(work, sent)
            store.watch_again(work, msgid, now + AGAIN if waits else None)

    def _senders(self, msgid: str) -> list[tuple[str, int]]:
        found: list[tuple[str, int]] = []
        cursor = ""
        while True:
            page = self.client.sends.task(msgid, cursor)
            found += [(part.userid, part.status) for part in page.items]
            cursor = page.next_cursor
            if not cursor:
                return found
