"""The numbers of Today, for programs."""

from typing import Any

from fastapi import APIRouter

from coterie.web.desk import Operator, actor_of
from coterie.web.parts import Here

router = APIRouter(prefix="/api")


@router.get("/report")
def report(here: Here, account: Operator) -> dict[str, Any]:
    """Return the same object as ``coterie demo --once --json``."""
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        return house.report(work)
