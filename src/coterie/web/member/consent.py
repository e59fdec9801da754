"""The reader's choice: may we note what she reads? Asked once, kept a year, changed at will."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from coterie.core.errors import Invalid
from coterie.core.ids import uuid7
from coterie.web.cookies import CHOICE, READER
from coterie.web.desk import OpenForm
from coterie.web.member import reading
from coterie.web.parts import Here, Parts

router = APIRouter()


@router.post("/consent")
def choose(request: Request, here: Here, form: OpenForm) -> Response:
    """Keep the choice and lead on; what is allowed is noted from here on.

    After "allow" the device gets an anonymous id, for visits without a person's link; after
    "deny" it loses it.
    """
    given = form.get("choice")
    if given not in {reading.ALLOW, reading.DENY}:
        raise Invalid("choose one of the two", path="choice", hint="allow or deny")
    anonymous = None
    if given == reading.ALLOW:
        anonymous = reading.anonymous_id(request, here) or uuid7(here.house.clock.now())
    response = _lead_on(request, here, form.get("token", ""), form.get("item", ""), anonymous)
    here.cookies.set(response, CHOICE, given)
    if anonymous is None:
        here.cookies.drop(response, READER)
    else:
        here.cookies.set(response, READER, anonymous)
    return response


def _lead_on(
    request: Request, here: Parts, token: str, item: str, anonymous: str | None
) -> Response:
    if not token:
        return RedirectResponse(reading.page_of(item) if item else "/", 303)
    house = here.house
    with house.db.read(reading.VISITOR, house.clock.now()) as work:
        link = house.codes.read(work, token)
        away = reading.destination(house.catalog.item(work, link.item), link)
        reader = reading.reader_of(here, work, link, anonymous)
    if away is None:
        return RedirectResponse(f"/t/{token}", 303)
    if anonymous is not None and reader is not None and not reading.is_machine(request):
        reading.note(here, reading.LINK_CLICKED, link.item, reader, link)
    # a form may not be redirected to another site (form-action 'self'), so a page leads on
    return here.pages.render(
        request, "member/leaving.html", address=away, host=reading.host_of(away)
    )
