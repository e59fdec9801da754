"""Which guide asks, whether a form is really hers, and whether her tap is a new one."""

import secrets
from dataclasses import dataclass, field
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response

from coterie.accounts.names import fingerprint
from coterie.core.actor import Actor
from coterie.guides.access.model import Phone, Signed
from coterie.guides.organisation.model import Guide
from coterie.guides.shifts.model import Shift
from coterie.storage.work import Work
from coterie.web.cookies import GUIDE, PHONE
from coterie.web.desk import own_form
from coterie.web.errors import NotKnown, TooMany
from coterie.web.guide.words import WORDS
from coterie.web.pages import hang_forms_on
from coterie.web.parts import Here, Parts, parts_of

NOBODY = Actor("person", "?")
WHO = "X-Coterie-Guide"
"""Says to the service worker whose page this is: what it kept of another's it forgets."""
KEEP = "X-Coterie-Keep"
"""Says to the service worker that a page may be kept for reading without a connection."""


@dataclass(frozen=True)
class Staff:
    """The guide who asks: her session and its token, her phone if a store's guides share it.

    ``erasures`` counts the people who were erased so far.
    """

    guide: Guide
    signed: Signed
    token: str = field(repr=False)
    phone: Phone | None = None
    shift: Shift | None = None
    erasures: int = 0

    @property
    def actor(self) -> Actor:
        """Whom the audit names."""
        return Actor("person", f"guide {self.guide.id}")

    @property
    def store(self) -> str | None:
        """Where she is: by her shift, else her main store."""
        return self.shift.store if self.shift is not None else self.guide.store

    @property
    def mark(self) -> str:
        """A mark of hers for her phone: what it kept under another, it forgets.

        It also changes with every erasure, so that nothing kept outlives one.
        """
        return fingerprint(f"guide {self.guide.id} {self.erasures}")[:16]


def at_work(request: Request, here: Here) -> Staff:
    """Return which guide asks; raises NotKnown when it is none who works here today."""
    house, token = here.house, here.cookies.get(request, GUIDE)
    if token:
        with house.db.read(NOBODY, house.clock.now()) as work:
            staff = staff_of(work, here, token)
        if staff is not None:
            wait = here.taps.take(staff.guide.id, house.clock.now())
            if wait:
                raise TooMany("slow down a little: that was a lot at once", retry_after=wait)
            return staff
    raise NotKnown("sign in first: open /g/in")


Guided = Annotated[Staff, Depends(at_work)]


def staff_of(work: Work, here: Parts, token: str) -> Staff | None:
    """Return whose session a token is of; None also for a guide who works here no more."""
    house = here.house
    signed = house.attending.access.who(work, token)
    guide = None if signed is None else house.guides.organisation.guide(work, signed.guide)
    if signed is None or guide is None or guide.left is not None:
        return None
    phone = house.attending.access.phone(work, signed.device)
    shift = house.attending.shifts.on(work, guide.id)
    return Staff(guide, signed, token, phone, shift, house.profiles.erasures.count(work))


async def guide_form(request: Request) -> dict[str, str]:
    """Read a form of a guide's page; raises NotPermitted when it is not of her session."""
    here = parts_of(request)
    return await own_form(request, here.cookies.get(request, GUIDE) or secrets.token_hex())


GuideForm = Annotated[dict[str, str], Depends(guide_form)]


def fresh(work: Work, here: Parts, staff: Staff, form: dict[str, str]) -> bool:
    """Say whether a tap is new; one that a phone sends again changes nothing."""
    return here.house.attending.shifts.fresh(work, staff.guide.id, form.get("key", ""))


# what is answered


def page(
    request: Request, here: Parts, staff: Staff, template: str, *, keep: bool = False, **values: Any
) -> Response:
    """Render a guide's page; ``keep``: it may be read without a connection."""
    speech = here.pages.speech(request)

    def told(group: str, code: str) -> str:
        return speech.gettext(WORDS[group][code]) if code in WORDS[group] else code

    hang_forms_on(request, staff.token)
    answer = here.pages.render(request, f"guide/{template}.html", staff=staff, told=told, **values)
    answer.headers[WHO] = staff.mark
    if keep:
        answer.headers[KEEP] = str(here.house.clock.now())
    return answer


def done(request: Request, here: Parts, to: str, said: str) -> Response:
    """Answer a tap: her script gets the words alone, a browser without one is led on."""
    if request.headers.get("x-coterie-tap"):
        return Response(said, media_type="text/plain; charset=utf-8")
    return here.pages.redirect(to, said)


def address(request: Request) -> str:
    """Return where a guide signs in, and comes back from to the page that she asked for."""
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return f"/g/in?to={quote(wanted, safe='')}"


def device_of(request: Request, here: Parts) -> str:
    """Return the secret of this browser, a new one where it has none yet."""
    return here.cookies.get(request, PHONE) or secrets.token_urlsafe(24)


def enter(here: Parts, token: str, device: str, to: str) -> Response:
    """Lead a guide in with a new session."""
    response = RedirectResponse(to, 303)
    here.cookies.set(response, GUIDE, token)
    here.cookies.set(response, PHONE, device)
    response.headers[WHO] = "-"
    return response


def peer(request: Request) -> str:
    """Return the address that a request came from."""
    return request.client.host if request.client else "?"
