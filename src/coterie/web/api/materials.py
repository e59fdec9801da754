"""Materials, scripts and plans by JSON: what there is, for programs that show it elsewhere."""

from typing import Any

import msgspec
from fastapi import APIRouter

from coterie.catalog.materials.model import Material
from coterie.core.clock import format_time
from coterie.web.desk import Operator, actor_of
from coterie.web.parts import Here

router = APIRouter(prefix="/api")


@router.get("/materials")
def materials(
    here: Here, account: Operator, kind: str = "", topic: str = "", language: str = ""
) -> dict[str, Any]:
    """Return what may be used now, the newest first."""
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        found = house.materials.offered(
            work, kind=kind or None, topic=topic or None, language=language or None
        )
    return {"materials": [_material(one) for one in found]}


@router.get("/materials/{slug}")
def material(here: Here, account: Operator, slug: str) -> dict[str, Any]:
    """Return one material, whether it may be used or not."""
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        found = house.materials.get(work, slug)
        offered = found.is_offered(work.now)
    return {**_material(found), "offered": offered}


@router.get("/scripts")
def scripts(here: Here, account: Operator) -> dict[str, Any]:
    """Return the scripts that guides have, with their words."""
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        found = house.scripts.current_for(work, "")
    return {
        "scripts": [
            {
                "slug": one.script.slug,
                "titles": one.script.titles,
                "stage": one.script.stage,
                "objection": one.script.objection,
                "campaign": one.script.campaign,
                "carrier": one.script.carrier,
                "version": one.version.number,
                "texts": one.version.texts,
            }
            for one in found
        ]
    }


@router.get("/plans")
def plans(here: Here, account: Operator) -> dict[str, Any]:
    """Return the plans as they are now, and how many people stand where in them."""
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        found = house.tasks.plans.all(work)
        counts = house.tasks.plans.counts(work)
    return {
        "plans": [
            {
                "slug": one.slug,
                "version": one.version,
                "on": one.on_since is not None,
                "plan": one.source,
                "people": counts.get(one.slug, {}),
            }
            for one in found
        ]
    }


def _material(one: Material) -> dict[str, Any]:
    version = one.version
    return {
        "slug": one.slug,
        "kind": one.kind,
        "titles": one.titles,
        "topics": one.topics,
        "tags": one.tags,
        "language": one.language,
        "item": one.item,
        "version": version.number,
        "text": version.text,
        "url": version.url,
        "address": f"/m/{version.address}" if version.file else None,
        "thumbnail": f"/m/{version.thumb_address}" if version.thumb_address else None,
        "file": None if version.file is None else msgspec.to_builtins(version.file),
        "until": None if version.until is None else format_time(version.until),
    }
