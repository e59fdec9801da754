"""Segments by JSON: define one, look at it, list who is in it."""

from typing import Any

import msgspec
from fastapi import APIRouter

from coterie.core.clock import format_time, parse_time
from coterie.core.errors import Invalid
from coterie.segments.definition import Definition
from coterie.web.bodies import decode
from coterie.web.desk import JsonBody, Operator, actor_of
from coterie.web.parts import Here

router = APIRouter(prefix="/api/segments")

_PAGE = 1_000
_LARGEST_PAGE = 10_000


class SegmentBody(msgspec.Struct, forbid_unknown_fields=True):
    """A segment as it is sent; ``rule`` as docs/reference/rules.md says."""

    rule: dict[str, Any]
    title_en: str = ""
    title_zh: str = ""


@router.get("")
def everything(here: Here, account: Operator) -> dict[str, Any]:
    """List every segment with how many are in it."""
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        return {"segments": [_told(one) for one in house.segments.all(work)]}


@router.get("/{slug}")
def one(here: Here, account: Operator, slug: str) -> dict[str, Any]:
    """Return one segment: its rule, what the rule says in words, and the query it means."""
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        segments = house.segments
        words = {lang: segments.explain(work, slug, lang) for lang in ("en", "zh")}
        return {
            **_told(segments.get(work, slug)),
            "explain": words,
            "sql": segments.sql(work, slug),
        }


@router.get("/{slug}/members")
def members(
    here: Here,
    account: Operator,
    slug: str,
    limit: int = _PAGE,
    offset: int = 0,
    at: str | None = None,
) -> dict[str, Any]:
    """List the user ids of who is in a segment, or was ``at`` a moment, page by page."""
    if not 1 <= limit <= _LARGEST_PAGE or offset < 0:
        raise Invalid(
            "there is no such page", path="limit", hint=f"ask for 1 to {_LARGEST_PAGE} at once"
        )
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        found = (
            house.segments.members(work, slug)
            if at is None
            else house.segments.population_at(work, slug, parse_time(at, here.pages.zone))
        )
        page = list(found[offset : offset + limit])
        names = house.profiles.user_ids(work, page)
    return {
        "segment": slug,
        "population": len(found),
        "members": [names[profile] for profile in page if profile in names],
    }


@router.post("/{slug}")
def define(here: Here, account: Operator, slug: str, body: JsonBody) -> dict[str, Any]:
    """Define a segment, or give it a new version; answers who entered and left by it."""
    sent = decode(body, SegmentBody)
    house = here.house
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        moves = house.segments.define(
            work, slug, sent.rule, title_en=sent.title_en, title_zh=sent.title_zh
        )
        house.inbound.stir(work, moves)
        told = _told(house.segments.get(work, slug))
    house.poke()
    own = [move for move in moves if move.segment == slug]
    entered = sum(move.entered for move in own)
    return {**told, "entered": entered, "left": len(own) - entered}


def _told(definition: Definition) -> dict[str, Any]:
    return {
        "slug": definition.slug,
        "version": definition.version,
        "title": {"en": definition.title_en, "zh": definition.title_zh},
        "rule": definition.rule,
        "population": definition.size,
        "defined_at": format_time(definition.defined_at),
        "defined_by": definition.defined_by,
    }
