"""Codes to print: a poster of one, the pictures of many."""

from collections.abc import Sequence

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.codes.channel.model import ChannelCode, Filter
from coterie.core.errors import Invalid
from coterie.storage.work import Work
from coterie.web.desk import Operator, actor_of
from coterie.web.parts import Here, Parts
from coterie.web.posters import bundle, is_picture, png, poster
from coterie.web.speech import N_

router = APIRouter(prefix="/codes")

MOST = 1_000
_FILTERS = ("text", "store", "guide", "campaign", "status")
_HINT = N_("Scan with WeChat and add us")
_JOIN = N_("Scan with WeChat and join the group")


@router.get("/posters.zip")
def many(request: Request, here: Here, account: Operator) -> Response:
    """Hand out the pictures of codes that a filter finds."""
    house, asked = here.house, request.query_params
    given = {name: asked.get(name, "").strip()[:100] for name in _FILTERS}
    with house.db.read(actor_of(account), house.clock.now()) as work:
        found, count = house.scanning.channel.page(work, Filter(**given), "title", MOST)
        if count > MOST:
            raise Invalid(f"{count:,} codes at once", path="text", hint=f"filter to {MOST:,}")
        pictures = [(_name(one), picture_of(request, here, work, one.state)) for one in found]
    return _file(bundle(pictures), "application/zip", "codes.zip")


@router.get("/{state}/poster.png")
def one(request: Request, here: Here, account: Operator, state: str) -> Response:
    """Draw a poster of a code."""
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        code = picture_of(request, here, work, state)
        titles = {one.key: one.title for one in house.scanning.channel.guides.stores(work)}
        if state.startswith("g"):
            group = house.scanning.groups.get(work, state)
            title, store, hint = group.title, group.pool.store, _JOIN
        else:
            channel = house.scanning.channel.get(work, state)
            title, store, hint = channel.title, channel.key.store, _HINT
    line = titles.get(store or "", "")
    drawn = poster(title, line, house.settings.brand, code, speech.gettext(hint))
    return _file(drawn, "image/png", f"{state}.png")


def picture_of(request: Request, here: Parts, work: Work, state: str) -> bytes:
    """Return WeCom's own picture of a code, else a QR of our page that shows it."""
    kept = here.house.scanning.ways.picture(work, state)
    if kept is not None and is_picture(kept):
        return kept
    return png(f"{here.outside(request)}/c/{state}")


def _name(code: ChannelCode) -> str:
    parts: Sequence[str | None] = (code.key.store, code.key.guide, code.key.placement, code.title)
    return "_".join(part for part in parts if part)


def _file(data: bytes, kind: str, name: str) -> Response:
    return Response(
        data, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
