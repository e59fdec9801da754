"""What a house keeps to, put together: settings, dated limits, ceilings, and what others know."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from coterie.core.clock import DAY, WEEK
from coterie.core.clock import zone as zone_named
from coterie.core.errors import Invalid
from coterie.messaging.asking import Topics, Zones, no_topics, no_zones
from coterie.messaging.gate import GateSettings
from coterie.messaging.limits.service import SETTINGS, Limits
from coterie.messaging.mix import COMMERCIAL, WINDOW
from coterie.messaging.mixing.service import Mixing
from coterie.messaging.model import Request
from coterie.storage.work import Work

_STORES = "messaging.stores"


@dataclass(frozen=True)
class Rules:
    """The rules of one house at any moment.

    ``topics`` tells what items are about, ``zones`` in which time zone stores lie.
    """

    settings: GateSettings
    mixing: Mixing
    limits: Limits
    topics: Topics = field(default=no_topics)
    zones: Zones = field(default=no_zones)

    def now(self, work: Work) -> GateSettings:
        """Return the settings together with the limits of a person that are in force now."""
        kept: GateSettings | None = work.memo.get(SETTINGS)
        if kept is None:
            dated = self.limits.caps(work)
            kept = (
                replace(self.settings, caps=(*self.settings.caps, *dated))
                if dated
                else (self.settings)
            )
            work.memo[SETTINGS] = kept
        return kept

    def counts_at_lease(self, work: Work, channels: Collection[str]) -> bool:
        """Say whether what goes out is counted: there are ceilings, or rates of these channels."""
        return self.mixing.binds(work) or any(
            limit.per == "sender" and limit.channel in channels and limit.holds_at(work.now)
            for limit in self.limits.all(work)
        )

    def stores(self, work: Work) -> Mapping[str, ZoneInfo]:
        """Return the zone of every store that says one; what is no zone is left out."""
        kept: dict[str, ZoneInfo] | None = work.memo.get(_STORES)
        if kept is None:
            kept = work.memo[_STORES] = {}
            for store, name in self.zones(work).items():
                try:
                    kept[store] = zone_named(name)
                except Invalid:
                    continue
        return kept

    def about(self, work: Work, requests: Iterable[Request]) -> Mapping[str, Sequence[str]]:
        """Return the topics of the items of those requests that may ask for an interest in them."""
        floor = self.settings.interest > 0
        items = {
            item
            for each in requests
            if each.relevance is not None or (floor and each.touch == COMMERCIAL)
            for item in each.items
        }
        return self.topics(work, items) if items else {}


def since(settings: GateSettings, ceilings: Collection[object], now: int) -> int:
    """Return how far back a person's touches matter: a week, or what caps and ceilings ask for."""
    reaches = [cap.reach + DAY for cap in settings.caps]
    if ceilings:
        reaches.append(WINDOW + DAY)
    return now - max(WEEK, *reaches) if reaches else now - WEEK
