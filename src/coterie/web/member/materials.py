"""What stands behind a material's address: its bytes, for whoever was given the address.

Nobody can guess one; the bytes behind it never change, so they may be kept until the material's
time is over. Only pictures, films and PDF open in the page; anything else is handed over as a file.
"""

from fastapi import APIRouter
from fastapi.responses import FileResponse, Response

from coterie.core.clock import DAY, SECOND
from coterie.web.member import reading
from coterie.web.parts import Here

router = APIRouter()

_SHOWN = ("image/jpeg", "image/png", "video/mp4", "application/pdf")
_LONGEST = 365 * DAY


@router.api_route("/m/{address}", methods=["GET", "HEAD"])
def material(here: Here, address: str) -> Response:
    """Give the bytes; parts of them to players that ask for a part."""
    house, now = here.house, here.house.clock.now()
    with house.db.read(reading.VISITOR, now) as work:
        found = house.materials.content(work, address)
    lasts = _LONGEST if found.until is None else max(0, min(found.until - now, _LONGEST))
    shown = found.file.mime in _SHOWN
    return FileResponse(
        found.path,
        media_type=found.file.mime if shown else "application/octet-stream",
        filename=found.name,
        content_disposition_type="inline" if shown else "attachment",
        headers={
            "Cache-Control": f"public, max-age={lasts // SECOND}, immutable",
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "cross-origin",
        },
    )
