"""The verbs of limits: look at them, change them, and let through what a channel can take."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from coterie.core.errors import NotFound
from coterie.messaging.caps import Cap
from coterie.messaging.limits import store
from coterie.messaging.limits.model import Limit, check
from coterie.messaging.limits.pace import Pace, lasts, longest
from coterie.messaging.model import Message
from coterie.storage import audit
from coterie.storage.work import Work

_ALL = "messaging.limits"
SETTINGS = "messaging.settings"
"""Under these names a work remembers what it read, and what was made of it."""


class Limits:
    """The limits of one house's channels; days, weeks and months are those of its ``zone``."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone

    # --- what an operator does

    def all(self, work: Work) -> list[Limit]:
        """Return every limit, also those that are over or still to come."""
        kept: list[Limit] | None = work.memo.get(_ALL)
        if kept is None:
            kept = work.memo[_ALL] = store.limits(work)
        return kept

    def of(self, work: Work, channel: str, per: str, at: int) -> list[Limit]:
        """Return the limits of a channel that are in force at a moment."""
        return [
            limit
            for limit in self.all(work)
            if limit.channel == channel and limit.per == per and limit.holds_at(at)
        ]

    def keep(self, work: Work, limit: Limit) -> None:
        """Write a limit, over the one of its id unless that is 0; raises Invalid, NotFound."""
        limit = check(limit)
        if not limit.id:
            store.add(work, limit)
        elif not store.change(work, limit):
            raise NotFound(f"there is no limit {limit.id}: it may have been removed meanwhile")
        self._forget(work)
        said = f"{limit.number}/{limit.span}"
        audit.record(work, "limit.keep", limit.channel, name=limit.name, limit=said, per=limit.per)

    def remove(self, work: Work, limit: int) -> None:
        """Remove a limit; raises NotFound. What ended is better left with its date."""
        if not store.remove(work, limit):
            raise NotFound(f"there is no limit {limit}: it may have been removed meanwhile")
        self._forget(work)
        audit.record(work, "limit.remove", str(limit))

    def _forget(self, work: Work) -> None:
        for name in (_ALL, SETTINGS):
            work.memo.pop(name, None)

    # --- the gate and the planner

    def caps(self, work: Work) -> tuple[Cap, ...]:
        """Return what a person may get by each channel now, as caps."""
        return tuple(
            limit.cap()
            for limit in self.all(work)
            if limit.per == "person" and limit.holds_at(work.now)
        )

    def lasts(self, work: Work, channel: str, number: int, at: int) -> int:
        """Estimate how long a channel takes for so many messages, in ms, were it idle then."""
        return lasts(self.of(work, channel, "sender", at), number)

    def used(self, work: Work, limit: Limit) -> int:
        """Count what went by a limit's channel in the last span of its length."""
        return store.used(work, limit.channel, work.now - limit.length)

    # --- the outbox

    def admit(self, work: Work, messages: Sequence[Message]) -> dict[str, int]:
        """Return for those of the messages that a channel cannot take now when it can.

        The others are counted as going now; call it once for what is really to go. Nobody else
        counts meanwhile, so no span ever holds more than the limit. Each that is put off gets a
        moment behind those that were put off before it.
        """
        later: dict[str, int] = {}
        waiting: defaultdict[str, list[str]] = defaultdict(list)
        for message in messages:
            waiting[message.channel].append(message.id)
        for channel, names in waiting.items():
            limits = self.of(work, channel, "sender", work.now)
            if limits:
                later |= self._admit(work, channel, limits, names)
        return later

    def _admit(
        self, work: Work, channel: str, limits: Sequence[Limit], names: Sequence[str]
    ) -> dict[str, int]:
        store.lock(work, [channel])
        kept = store.uses(work, channel, work.now - longest(limits))
        gone = [(at, number) for at, (number, _) in kept.items() if number]
        going = Pace(limits, gone, work.now, self._zone).room(len(names))
        put_off = [(at, said) for at, (_, said) in kept.items() if said and at > work.now]
        start = max((at for at, _ in put_off), default=work.now)
        pace = Pace(limits, [*gone, (work.now, going), *put_off], start, self._zone)
        later = {name: pace.next() for name in names[going:]}
        number, said = kept.get(work.now, (0, 0))
        changed = {work.now: (number + going, said)}
        for moment, added in Counter(later.values()).items():
            number, said = changed.get(moment) or kept.get(moment, (0, 0))
            changed[moment] = (number, said + added)
        store.use(work, channel, changed, work.now - longest(limits))
        return later
