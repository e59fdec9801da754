"""A code's own page: WeCom's QR to press, the store to choose, where a disabled code leads."""

import re
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from coterie.core.errors import NotFound
from coterie.storage.work import Work
from coterie.web.member import reading
from coterie.web.parts import Here, Parts
from coterie.web.posters import is_picture, png, svg

router = APIRouter()

_SPOT = re.compile(r"(-?\d{1,2}(?:\.\d{1,2})?),(-?\d{1,3}(?:\.\d{1,2})?)")
"""A spot to a hundredth of a degree, about a kilometre: nearer is not asked for, nor taken."""
_MOST_STORES = 200


@router.api_route("/c/{state}.svg", methods=["GET", "HEAD"])
def drawn(request: Request, here: Here, state: str, download: str = "") -> Response:
    """Draw the QR of a code's page."""
    _known(here, state)
    return _file(svg(f"{here.outside(request)}/c/{state}"), "image/svg+xml", state, download)


@router.api_route("/c/{state}.png", methods=["GET", "HEAD"])
def pictured(request: Request, here: Here, state: str, download: str = "") -> Response:
    """Show WeCom's own picture of a code, else the QR of its page."""
    house = here.house
    effective = _known(here, state)
    with house.db.read(reading.VISITOR, house.clock.now()) as work:
        kept = house.scanning.ways.picture(work, effective)
    if kept is not None and is_picture(kept):
        kind = "image/png" if kept.startswith(b"\x89PNG") else "image/jpeg"
        return _file(kept, kind, state, download)
    return _file(png(f"{here.outside(request)}/c/{state}"), "image/png", state, download)


@router.api_route("/c/{state}", methods=["GET", "HEAD"])
def show(
    request: Request, here: Here, state: str, store: str = "",
    near: Annotated[str, Query(max_length=20)] = "",
) -> Response:  # fmt: skip
    """Show a code; one of a group offers the group of the store that is chosen or nearest."""
    house = here.house
    effective = _known(here, state)
    with house.db.read(reading.VISITOR, house.clock.now()) as work:
        has_picture = house.scanning.ways.picture(work, effective) is not None
        is_group = state.startswith("g")
        title = _title(here, work, effective)
        stores = _stores(here, work) if is_group else []
        chosen = _chosen(here, work, store, near, is_group=is_group)
    if chosen and chosen != state:
        return RedirectResponse(f"/c/{chosen}", 303)
    return here.pages.render(
        request, "member/code.html", state=state, effective=effective, title_of=title,
        has_picture=has_picture, is_group=is_group, stores=stores,
    )  # fmt: skip


def _known(here: Parts, state: str) -> str:
    """Return the state whose code is shown: where a disabled one leads. Raises NotFound."""
    house = here.house
    with house.db.read(reading.VISITOR, house.clock.now()) as work:
        if state in house.scanning.groups.resolve(work, [state]):
            return state
        effective = house.scanning.channel.effective(work, [state]).get(state)
    if effective is None:
        raise NotFound("there is no such code, or no longer")
    return effective.state


def _title(here: Parts, work: Work, state: str) -> str:
    scanning = here.house.scanning
    if state.startswith("g"):
        return scanning.groups.get(work, state).title
    key = scanning.channel.get(work, state).key
    titles = {one.key: one.title for one in scanning.channel.guides.stores(work)}
    return titles.get(key.store or "", "") or here.house.settings.brand


def _stores(here: Parts, work: Work) -> list[tuple[str, str]]:
    return [
        (one.key, one.title or one.key) for one in here.house.scanning.channel.guides.stores(work)
    ][:_MOST_STORES]


def _chosen(here: Parts, work: Work, store: str, near: str, *, is_group: bool) -> str | None:
    """Return the live group code of the store that was chosen, or of the nearest."""
    groups = here.house.scanning.groups
    if not is_group or not (store or near):
        return None
    if store:
        offer = groups.for_store(work, store[:64])
    else:
        spot = _SPOT.fullmatch(near)
        offer = None if spot is None else groups.near(work, float(spot[1]), float(spot[2]))
    return None if offer is None else offer.state


def _file(data: bytes, kind: str, state: str, download: str) -> Response:
    end = {"image/svg+xml": "svg", "image/jpeg": "jpg"}.get(kind, "png")
    headers = {"Content-Disposition": f'attachment; filename="{state}.{end}"'} if download else {}
    return Response(data, media_type=kind, headers=headers)
