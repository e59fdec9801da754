"""Referral programmes by JSON: write one, look at one with how it stands."""

from typing import Any

from fastapi import APIRouter

from coterie.core.clock import format_time
from coterie.referrals.linting.judging import lint
from coterie.referrals.programmes.model import Programme
from coterie.web.bodies import decode
from coterie.web.desk import JsonBody, Operator, actor_of
from coterie.web.parts import Here

router = APIRouter(prefix="/api")


@router.get("/referrals")
def everything(here: Here, account: Operator) -> dict[str, Any]:
    """List programmes, the newest first."""
    house = here.house
    now = house.clock.now()
    with house.db.read(actor_of(account), now) as work:
        found = house.growing.referrals.programmes.all(work)
    return {"programmes": [_told(one, now) for one in found]}


@router.get("/referrals/{slug}")
def one(here: Here, account: Operator, slug: str) -> dict[str, Any]:
    """Return a programme's definition, its figures and its risks."""
    house = here.house
    now = house.clock.now()
    with house.db.read(actor_of(account), now) as work:
        rooms = house.growing.referrals
        programme = rooms.programmes.get(work, slug)
        definition = rooms.programmes.document(work, slug)
        found = rooms.spread(work, slug)
    counts = ("participants", "touched", "joined", "qualified", "approved", "rewarded", "rejected")
    return {
        **_told(programme, now),
        "programme": definition,
        "figures": {name: getattr(found, name) for name in counts},
        "k": {"gross": found.gross, "clean": found.clean, "retained": found.retained},
        "risks": [
            {"code": each.code, "risk": each.risk.name.lower(), "where": each.where,
             "words": each.words}
            for each in lint(programme)
        ],
    }  # fmt: skip


@router.post("/referrals/{slug}")
def write(here: Here, account: Operator, slug: str, body: JsonBody) -> dict[str, Any]:
    """Make a programme, or change it."""
    given = decode(body, dict[str, Any])
    house = here.house
    now = house.clock.now()
    with house.db.begin(actor_of(account), now) as work:
        return _told(house.growing.referrals.define(work, {**given, "slug": slug}), now)


def _told(one: Programme, now: int) -> dict[str, Any]:
    return {
        "slug": one.slug,
        "titles": dict(one.titles),
        "state": one.standing(now),
        "from": format_time(one.since),
        "until": format_time(one.until),
        "rewards": dict(one.rewards),
    }
