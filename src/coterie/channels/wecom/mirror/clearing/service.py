"""Edges of who was erased: kept sealed, and only until WeCom's side is clean."""

from collections.abc import Iterable
from typing import Any

import msgspec

from coterie.channels.wecom.mirror.clearing import store
from coterie.channels.wecom.mirror.model import Edge
from coterie.channels.wecom.mirror.sealing import Safe
from coterie.storage.work import Work

_ABOUT = "wecom/clearing"


class Clearings:
    """What is to be taken off at the platform."""

    def __init__(self, safe: Safe) -> None:
        self._safe = safe

    def ask(self, work: Work, edges: Iterable[Edge]) -> None:
        """Have remarks and the corporation's tags taken off these edges at the platform."""
        said = (msgspec.json.encode([one.guide, one.external, one.tags]).decode() for one in edges)
        store.ask(work, [self._safe.seal(_ABOUT, one) for one in said])

    def read(self, row: Any) -> tuple[str, str, list[str]]:
        """Open what is to be cleared: (guide, external_userid, tags of the corporation)."""
        guide, external, tags = msgspec.json.decode(self._safe.open(_ABOUT, row.sealed))
        return guide, external, tags

    def due(self, work: Work, limit: int) -> list[Any]:
        """Return what is to be cleared now, the longest due first."""
        return store.due(work, limit)

    def next_due(self, work: Work) -> int | None:
        """Return when the next edge is to be cleared."""
        return store.next_due(work)

    def settle(self, work: Work, row: Any) -> None:
        """Forget an edge that is clean."""
        store.settle(work, row.id)

    def put_off(self, work: Work, row: Any, due: int, error: str) -> None:
        """Try again later, and keep why."""
        store.put_off(work, row, due, error)

    def waiting(self, work: Work) -> int:
        """Count what is still to be cleared."""
        return store.waiting(work)
