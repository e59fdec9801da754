"""Guides and stores from a file: one line a guide, with the store and region that she serves in.

Columns: ``guide`` (slug; made of userid or name where empty), ``name``, ``userid``, ``email``,
``role``, ``store``, ``store_title``, ``kind``, ``region``, ``region_title``, ``dealer``,
``address``, ``lat``, ``lon``, ``zone``, ``hours``, ``department``. A guide who serves at several
stores has a line for each, her main one first. A line without a guide is a store's alone.
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from io import StringIO
from typing import Any

from coterie.core.errors import CoterieError, Invalid
from coterie.guides.organisation.model import Dealer, Guide, Region, Store
from coterie.guides.organisation.naming import read_hours, slug_of
from coterie.guides.organisation.service import Organisation
from coterie.storage.work import Work

COLUMNS = (
    "guide", "name", "userid", "email", "role", "store", "store_title", "kind", "region",
    "region_title", "dealer", "address", "lat", "lon", "zone", "hours", "department",
)  # fmt: skip
MOST = 20_000


@dataclass
class Read:
    """What a file tells, ready to be written; each thing once, in the order told."""

    regions: dict[str, Region] = field(default_factory=dict)
    dealers: dict[str, Dealer] = field(default_factory=dict)
    stores: dict[str, Store] = field(default_factory=dict)
    guides: dict[str, Guide] = field(default_factory=dict)


@dataclass(frozen=True)
class Imported:
    """How many of what were written, and the items that are elsewhere now."""

    regions: int
    stores: int
    guides: int
    moved: frozenset[str]


def read(text: str) -> Read:
    """Read a file; raises Invalid with the line of the fault.

    >>> found = read("name,userid,store\\nLi Na,lina,bund\\nLi Na,lina,xuhui\\n")
    >>> found.guides["lina"].stores, list(found.stores)
    (('bund', 'xuhui'), ['bund', 'xuhui'])
    """
    rows = csv.DictReader(StringIO(text.removeprefix("\ufeff")))
    unknown = [name for name in rows.fieldnames or () if name not in COLUMNS]
    if unknown or not rows.fieldnames:
        raise Invalid(f"unknown column {unknown[0]!r}" if unknown else "the file is empty",
                      path="line 1", hint=", ".join(COLUMNS))  # fmt: skip
    return _gathered(rows)


def _gathered(rows: Iterable[Mapping[str, Any]]) -> Read:
    found = Read()
    for number, row in enumerate(rows, 2):
        if number > MOST:
            raise Invalid(f"more than {MOST} lines", path=f"line {number}", hint="cut the file")
        said = {key: (value or "").strip() for key, value in row.items() if key in COLUMNS}
        try:
            _take(found, said)
        except CoterieError as error:
            raise Invalid(error.message, path=f"line {number}") from error
    return found


def _take(found: Read, said: dict[str, str]) -> None:
    region, shop = said.get("region", ""), said.get("store", "")
    if region:
        title = said.get("region_title") or region
        found.regions.setdefault(region, Region(region, title))
    if dealer := said.get("dealer", ""):
        found.dealers.setdefault(dealer, Dealer(dealer, dealer))
    if shop and shop not in found.stores:
        found.stores[shop] = _store(said)
    if not (said.get("guide") or said.get("userid") or said.get("name")):
        if not shop:
            raise Invalid("a line names a guide, a store, or both")
        return
    name = said.get("guide") or slug_of(said.get("userid") or said["name"])
    one = found.guides.get(name) or Guide(
        id=name,
        name=said.get("name") or said.get("userid") or name,
        userid=said.get("userid") or None,
        email=said.get("email") or None,
        role="manager" if said.get("role") == "manager" else "guide",
    )
    stores = (*one.stores, shop) if shop and shop not in one.stores else one.stores
    found.guides[name] = replace(one, stores=stores)


def _store(said: Mapping[str, str]) -> Store:
    return Store(
        id=said["store"],
        title=said.get("store_title") or said["store"],
        kind="cloud" if said.get("kind") == "cloud" else "offline",
        region=said.get("region") or None,
        dealer=said.get("dealer") or None,
        address=said.get("address", ""),
        latitude=_number(said, "lat"),
        longitude=_number(said, "lon"),
        zone=said.get("zone") or None,
        hours=read_hours(said.get("hours", "")),
        department=_whole(said, "department"),
    )


def _number(said: Mapping[str, str], name: str) -> float | None:
    try:
        return float(said[name]) if said.get(name) else None
    except ValueError as error:
        raise Invalid(f"{said[name]!r} is no number", path=name) from error


def _whole(said: Mapping[str, str], name: str) -> int | None:
    number = _number(said, name)
    return None if number is None else int(number)


def write(work: Work, organisation: Organisation, found: Read) -> Imported:
    """Write what a file tells; who and what is known already is changed to it."""
    moved: frozenset[str] = frozenset()
    for region in found.regions.values():
        known = {one.id: one for one in organisation.regions(work)}
        organisation.save_region(work, replace(
            region, parent=known[region.id].parent if region.id in known else None))  # fmt: skip
    for dealer in found.dealers.values():
        organisation.save_dealer(work, dealer)
    for shop in found.stores.values():
        moved |= organisation.save_store(work, shop)
    for guide in found.guides.values():
        by_userid = organisation.by_userid(work, guide.userid) if guide.userid else None
        organisation.save_guide(work, guide if by_userid is None else replace(
            guide, id=by_userid.id))  # fmt: skip
    return Imported(len(found.regions), len(found.stores), len(found.guides), moved)
