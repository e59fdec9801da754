"""A small organisation that answers the port of guides."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from coterie.codes.channel.model import Place, Standing
from coterie.storage.work import Work

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = 1_767_225_600_000
"""2026-01-01T00:00:00Z, in milliseconds."""


@dataclass
class Staff:
    """Two stores; whoever ``names`` lists is a guide whose member id is hers in capitals."""

    names: dict[str, str] = field(
        default_factory=lambda: {"an": "s1", "bo": "s1", "cai": "s2", "yu": "s2"}
    )
    gone: set[str] = field(default_factory=set)
    opened: dict[str, int] = field(default_factory=dict)

    def standings(self, _work: Work, guides: Collection[str]) -> dict[str, Standing]:
        known = {one: Standing(one.upper(), one.title()) for one in guides if one in self.names}
        return {
            one: replace(each, active=one not in self.gone, since=self.opened.get(one))
            for one, each in known.items()
        }

    def of_userids(self, _work: Work, userids: Collection[str]) -> dict[str, str]:
        return {one: one.lower() for one in userids if one.lower() in self.names}

    def of_store(self, _work: Work, store: str) -> list[str]:
        return [one for one, where in self.names.items() if where == store]

    def stores(self, _work: Work) -> list[Place]:
        return [
            Place("s1", "Nanjing Road", "Asia/Shanghai", 31.23, 121.47),
            Place("s2", "Berlin", "Europe/Berlin", 52.52, 13.4),
        ]
