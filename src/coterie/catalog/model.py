"""What an item is, and what a topic is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Item:
    """One thing that people touch; events name it by ``key``.

    ``topics`` are the topics given to it by hand, without their ancestors. ``price`` is scaled by
    10,000. ``body`` is the text of an article, for those who show or search it.
    """

    key: str
    kind: str = "item"
    topics: tuple[str, ...] = ()
    title: str = ""
    url: str | None = None
    price: int | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)
    body: str = ""


@dataclass(frozen=True)
class Found:
    """An item as a list shows it; ``price`` is scaled by 10,000."""

    key: str
    kind: str
    title: str
    price: int | None


@dataclass(frozen=True)
class Topic:
    """What items are about: a path such as ``wine/italy/piedmont``, with a title per language.

    A title left empty is the last part of the path.
    """

    path: str
    title_en: str = ""
    title_zh: str = ""

    @property
    def parent(self) -> str | None:
        """Name the topic one step up, None for a root."""
        above, _, _ = self.path.rpartition("/")
        return above or None
