"""What templates see as ``recommend``: a list of suggestions, the best first."""

from collections.abc import Collection
from typing import Any

from coterie.catalog.model import Item
from coterie.core.numbers import unscaled
from coterie.scores.recommending.service import Recommending
from coterie.storage.work import Work

_AT_ONCE = 2_000
"""People whose suggestions are worked out together."""


class Suggested:
    """The variable ``recommend``: ``{{ recommend[0].title }}``, ``{% for one in recommend %}``."""

    name = "recommend"

    def __init__(self, recommending: Recommending) -> None:
        self._recommending = recommending

    def of(self, work: Work, profiles: Collection[int]) -> dict[int, Any]:
        """Return what is suggested to each of these people, as a template sees it."""
        people, found = sorted(set(profiles)), dict[int, Any]()
        for begin in range(0, len(people), _AT_ONCE):
            some = self._recommending.suggest(work, people[begin : begin + _AT_ONCE], why=False)
            found |= {
                profile: [_seen(one.item) for one in suggestions]
                for profile, suggestions in some.items()
            }
        return found


def _seen(item: Item) -> dict[str, Any]:
    return {
        "key": item.key,
        "title": item.title or item.key,
        "url": item.url or "",
        "price": None if item.price is None else float(unscaled(item.price)),
        "kind": item.kind,
        "topics": list(item.topics),
    }
