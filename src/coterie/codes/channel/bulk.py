"""Thousands of codes at once: a table of guides times a list of places. Pure.

Law: doing it again with the same table makes nothing new, for what is made is known by its key.
"""

import csv
import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from coterie.codes.channel.model import Key
from coterie.codes.channel.parse import parse
from coterie.core.errors import Invalid

COLUMNS = ("guide", "store", "title", "tags", "placement", "campaign")
MOST = 20_000
_MOST_PLACES = 50


@dataclass(frozen=True)
class Fault:
    """A line that cannot be read: its number as an editor counts, and why."""

    line: int
    reason: str


@dataclass(frozen=True)
class Plan:
    """What a table asks for: definitions with the key of each, and the lines that are wrong."""

    given: tuple[dict[str, Any], ...]
    keys: tuple[Key, ...]
    faults: tuple[Fault, ...]


def read(
    text: str, placements: Sequence[str], common: Mapping[str, Any], zone: ZoneInfo,
    known: Collection[str] | None = None,
) -> Plan:  # fmt: skip
    """Read a CSV with a header of ``COLUMNS``; each line gives one code a placement.

    ``common`` is what all codes share (campaign, tags, spare, welcome); a line's own word goes
    before it. ``known`` are the guides there are, where that is to be checked. Raises Invalid when
    the table as a whole cannot be read.
    """
    rows = csv.reader(io.StringIO(text.lstrip("\ufeff").strip()))
    header = [name.strip().casefold() for name in next(rows, [])]
    _check_header(header)
    places = _placements(placements)
    given: dict[Key, dict[str, Any]] = {}
    faults: list[Fault] = []
    for cells in rows:
        row = dict(zip(header, (cell.strip() for cell in cells), strict=False))
        if not any(row.values()):
            continue
        try:
            _check_row(row, known)
            for place in [row["placement"]] if row.get("placement") else places:
                one = _definition(row, place, common)
                given.setdefault(parse(one, zone).key, one)
        except Invalid as error:
            faults.append(Fault(rows.line_num, str(error)))
        if len(given) > MOST:
            raise Invalid(f"more than {MOST:,} codes", path="table", hint="take fewer at a time")
    return Plan(tuple(given.values()), tuple(given), tuple(faults))


def _check_header(header: Sequence[str]) -> None:
    if "guide" not in header and "store" not in header:
        raise Invalid(
            "the first line names no column guide or store", path="table",
            hint="begin with a line such as guide,store",
        )  # fmt: skip
    for name in header:
        if name not in COLUMNS or header.count(name) > 1:
            raise Invalid(f"the column {name!r} is unknown or stands twice", path="table",
                          hint=f"columns are {', '.join(COLUMNS)}")  # fmt: skip


def _placements(given: Sequence[str]) -> list[str]:
    places = list(dict.fromkeys(one.strip() for one in given if one.strip()))
    if len(places) > _MOST_PLACES:
        raise Invalid(f"{len(places)} places", path="placements", hint=f"at most {_MOST_PLACES}")
    return places or [""]


def _check_row(row: Mapping[str, str], known: Collection[str] | None) -> None:
    guide = row.get("guide")
    if guide and known is not None and guide not in known:
        raise Invalid(f"there is no guide {guide!r}", path="guide", hint="add her first")
    if not guide and not row.get("store"):
        raise Invalid("neither guide nor store", path="guide", hint="name one of the two")


def _definition(row: Mapping[str, str], place: str, common: Mapping[str, Any]) -> dict[str, Any]:
    one: dict[str, Any] = dict(common)
    for name in ("guide", "store", "campaign"):
        if row.get(name):
            one[name] = row[name]
    if row.get("tags"):
        own = [tag.strip() for tag in row["tags"].replace(";", "|").split("|") if tag.strip()]
        one["tags"] = [*one.get("tags", ()), *own]
    if place:
        one["placement"] = place
    if not one.get("guide") and not one.get("guides"):
        one["guides"] = "store"
    whose = one.get("guide") or one.get("store", "")
    one["title"] = row.get("title") or " · ".join(
        part for part in (whose, one.get("campaign", ""), place) if part
    )
    return one
