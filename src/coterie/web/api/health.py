"""Is the house up?"""

from fastapi import APIRouter

from coterie.core.clock import format_time
from coterie.web.parts import Here

router = APIRouter()


@router.get("/health")
def health(here: Here) -> dict[str, str]:
    """Answer that the house is up, and its clock; tells nothing else to strangers."""
    return {"status": "ok", "now": format_time(here.house.clock.now())}
