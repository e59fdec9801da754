"""A tracked link: who was sent what by whom."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Draft:
    """A link to be made.

    ``item`` is the catalog's key of what it leads to, ``sender`` the post, account, guide or
    journey that spreads it, ``profile`` the person it is for (None when anybody may click it).
    ``url`` is where it leads when the item's own address is not meant.
    """

    item: str
    sender: str
    profile: int | None = None
    url: str | None = None
    campaign: str | None = None


@dataclass(frozen=True)
class Link:
    """A link as it was made; ``created`` in ms UTC."""

    id: int
    item: str
    sender: str
    profile: int | None
    url: str | None
    campaign: str | None
    created: int
