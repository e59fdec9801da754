"""Where stores are: the items of kind ``store`` whose properties say ``lat`` and ``lon``."""

from collections.abc import Iterator, Mapping
from functools import cached_property

from coterie.catalog.model import Item
from coterie.catalog.service import Catalog
from coterie.core.numbers import as_decimal
from coterie.storage.work import Work

STORE = "store"
"""The kind of such an item, and the trait that names the one somebody chose."""

Place = tuple[float, float]
"""Latitude and longitude in degrees."""


class Stores(Mapping[str, Place]):
    """Where each store is, read when a rule first asks; those that are nowhere are left out."""

    def __init__(self, work: Work, catalog: Catalog) -> None:
        self._work = work
        self._catalog = catalog

    @cached_property
    def _read(self) -> dict[str, Place]:
        items = self._catalog.items(self._work, kind=STORE)
        places = {item.key: place_of(item) for item in items}
        return {key: place for key, place in places.items() if place is not None}

    def __getitem__(self, key: str) -> Place:
        """Return where a store is."""
        return self._read[key]

    def __iter__(self) -> Iterator[str]:
        """Name the stores."""
        return iter(self._read)

    def __len__(self) -> int:
        """Count the stores."""
        return len(self._read)


def place_of(item: Item) -> Place | None:
    """Read where an item is; None when its properties do not say, or say what is no place.

    >>> place_of(Item("bund", "store", properties={"lat": 31.24, "lon": "121.49"}))
    (31.24, 121.49)
    """
    lat, lon = (as_decimal(item.properties.get(key)) for key in ("lat", "lon"))
    if lat is None or lon is None or abs(lat) > 90 or abs(lon) > 180:
        return None
    return float(lat), float(lon)
