"""A tracked link: who was sent what by whom, clicked."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from coterie.core.errors import NotFound
from coterie.web.member import reading
from coterie.web.parts import Here

router = APIRouter()


@router.api_route("/t/{token}", methods=["GET", "HEAD"])
def follow(request: Request, here: Here, token: str) -> Response:
    """Lead on to where a link leads; with leave, note the click first.

    Before the reader has chosen, our own page asks her; where a link leads elsewhere, a page
    between asks, since it is the only one she sees of us.
    """
    house = here.house
    with house.db.read(reading.VISITOR, house.clock.now()) as work:
        link = house.codes.read(work, token)
        item = house.catalog.item(work, link.item)
        reader = reading.reader_of(here, work, link, reading.anonymous_id(request, here))
    away = reading.destination(item, link)
    if away is None and item is None:
        raise NotFound("what this link led to no longer exists")
    given = reading.choice_of(request, here)
    machine = reading.is_machine(request)
    if given == reading.ALLOW and reader is not None and not machine:
        reading.note(here, reading.LINK_CLICKED, link.item, reader, link)
    if away is None:
        return RedirectResponse(reading.page_of(link.item, token), 303)
    if given is None and not machine:
        return here.pages.render(
            request,
            "member/link.html",
            heading=item.title if item and item.title else link.item,
            host=reading.host_of(away),
            token=token,
            item=link.item,
        )
    return RedirectResponse(away, 303)
