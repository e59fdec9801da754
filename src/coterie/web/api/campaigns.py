"""Campaigns by JSON: write a plan, look at it with how it stands."""

from typing import Any

from fastapi import APIRouter

from coterie.campaigns.plans.model import Defined
from coterie.core.clock import format_time
from coterie.web.bodies import decode
from coterie.web.desk import JsonBody, Operator, actor_of
from coterie.web.parts import Here

router = APIRouter(prefix="/api")


@router.get("/campaigns")
def everything(here: Here, account: Operator) -> dict[str, Any]:
    """List campaigns, the latest sale first."""
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        return {"campaigns": [_told(one) for one in house.growing.plans.all(work)]}


@router.get("/campaigns/{slug}")
def one(here: Here, account: Operator, slug: str) -> dict[str, Any]:
    """Return a campaign's plan, with its gates and tiers of today."""
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        plans = house.growing.plans
        found = plans.get(work, slug)
        return {
            **_told(found),
            "plan": dict(found.source),
            "gates": [
                {"gate": gate.gate, "need": gate.need, "have": gate.have, "green": gate.green,
                 "overridden": gate.overridden}
                for gate in plans.readiness(work, slug)
            ],
            "tiers": {tier: len(people) for tier, people in plans.tiers(work, slug).items()},
        }  # fmt: skip


@router.post("/campaigns/{slug}")
def write(here: Here, account: Operator, slug: str, body: JsonBody) -> dict[str, Any]:
    """Keep a plan's new version; a new one is a draft."""
    given = decode(body, dict[str, Any])
    house = here.house
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        return _told(house.growing.plans.define(work, slug, given))


@router.post("/campaigns/{slug}/launch")
def launch(here: Here, account: Operator, slug: str, _body: JsonBody) -> dict[str, Any]:
    """Let a draft run."""
    house = here.house
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        told = _told(house.growing.plans.launch(work, slug))
    house.poke()
    return told


def _told(one: Defined) -> dict[str, Any]:
    standing = one.standing
    return {
        "slug": one.slug,
        "version": one.version,
        "titles": dict(one.campaign.titles),
        "start": one.campaign.start.isoformat(),
        "state": standing.state,
        "phase": standing.phase,
        "blocked": None if standing.blocked is None else format_time(standing.blocked),
        "made": format_time(one.made),
        "by": one.by,
    }
