"""Which people segments share: one beside all others, and several beside each other."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pyroaring import BitMap

from coterie.segments.definition import Definition
from coterie.web.desk import Operator, actor_of
from coterie.web.parts import Here

router = APIRouter(prefix="/segments")

_AT_ONCE = 8
"""So many segments are laid beside each other at first."""

_MOST = 16
_SHADES = 5
_LONGEST = 80


@router.get("/overlap")
def matrix(
    request: Request,
    here: Here,
    account: Operator,
    of: Annotated[list[str] | None, Query()] = None,
) -> Response:
    """Lay some segments beside each other: how many of each are in each other."""
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        defined = sorted(house.segments.all(work), key=lambda one: (-one.size, one.slug))
        asked = [slug for slug in of or () if len(slug) <= _LONGEST]
        chosen = [one for one in defined if one.slug in asked] if asked else defined[:_AT_ONCE]
        chosen = chosen[:_MOST]
        members = {one.slug: house.segments.members(work, one.slug) for one in chosen}
    return here.pages.render(
        request,
        "console/segments/matrix.html",
        account=account,
        defined=[(one.slug, _titles(one), one.size) for one in defined],
        chosen=[(one.slug, _titles(one), one.size) for one in chosen],
        lines=[_line(one, chosen, members) for one in chosen],
        most=_MOST,
    )


@router.get("/{slug}/overlap")
def of_one(request: Request, here: Here, account: Operator, slug: str) -> Response:
    """Hold one segment against every other."""
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        segment = house.segments.get(work, slug)
        members = house.segments.members(work, slug)
        everyone = house.profiles.count(work)
        others = [
            _pair(other, len(members & house.segments.members(work, other.slug)), segment, everyone)
            for other in house.segments.all(work)
            if other.slug != slug
        ]
    others.sort(key=lambda row: (-row["both"], row["slug"]))
    return here.pages.render(
        request,
        "console/segments/overlap.html",
        account=account,
        segment=segment,
        others=others,
        around=[slug, *(row["slug"] for row in others[: _AT_ONCE - 1])],
    )


def _pair(other: Definition, both: int, segment: Definition, everyone: int) -> dict[str, Any]:
    """Say how many two segments share, and how many they would if they had nothing in common."""
    expected = segment.size * other.size / everyone if everyone else 0.0
    return {
        "slug": other.slug,
        "titles": _titles(other),
        "size": other.size,
        "both": both,
        "times": both / expected if expected else None,
    }


def _line(
    one: Definition, chosen: list[Definition], members: Mapping[str, BitMap]
) -> dict[str, Any]:
    """Say how many of one segment are in each; the more of them, the darker."""
    cells = []
    for other in chosen:
        both = len(members[one.slug] & members[other.slug])
        share = both / one.size if one.size else 0.0
        cells.append(
            {
                "slug": other.slug,
                "titles": _titles(other),
                "both": both,
                "shade": shade(share),
                "self": other.slug == one.slug,
            }
        )
    return {"slug": one.slug, "titles": _titles(one), "size": one.size, "cells": cells}


def shade(share: float) -> int:
    """Return how dark a share is drawn, 0 to 5; what is not nothing is seen.

    >>> shade(0), shade(0.001), shade(0.5), shade(1)
    (0, 1, 3, 5)
    """
    return min(_SHADES, 1 + int(share * _SHADES)) if share else 0


def _titles(one: Definition) -> dict[str, str]:
    return {"en": one.title_en, "zh": one.title_zh}
