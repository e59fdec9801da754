"""What is a guide's own: her figures, her credit and why not, her shift, her phone, her PIN."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.core.clock import DAY
from coterie.core.errors import Invalid, NotFound
from coterie.guides.organisation.model import FAR
from coterie.storage.work import Work
from coterie.web.console.orders.words import money
from coterie.web.guide.at_work import (
    Guided,
    GuideForm,
    Staff,
    device_of,
    done,
    enter,
    fresh,
    page,
    peer,
)
from coterie.web.guide.today import new_key
from coterie.web.parts import Here, Parts
from coterie.web.speech import N_, Speech

router = APIRouter(prefix="/g")

_SPAN = 30 * DAY
_LINES = 10


_DAYS = {"at": N_("It was on"), "since": N_("She was yours from"), "until": N_("until")}


@dataclass(frozen=True)
class Why:
    """Why an order is not a guide's: a code, the colleague it speaks of, and days."""

    code: str
    colleague: str
    days: tuple[tuple[str, int], ...]


@router.get("/me")
def me(request: Request, here: Here, staff: Guided, shop: str = "", order: str = "") -> Response:
    """Show her figures and her credit; of an order that she names, why it is not hers."""
    house, speech = here.house, here.pages.speech(request)
    now = house.clock.now()
    with house.db.read(staff.actor, now) as work:
        figures = house.guides.performance.of(work, staff.guide.id, now - _SPAN, now)
        lines = house.guides.credit.of_guide(work, staff.guide.id, _LINES)
        why = _why_not(work, here, staff, speech, shop, order) if order else None
        stores = house.guides.organisation.stores(work)
        has_pin = bool(house.attending.access.with_pin(work, [staff.guide.id]))
        shops = sorted({one.shop for one in lines})
    titles = {one.key: one.title for one in stores}
    return page(
        request, here, staff, "me", keep=not order, store_title=titles.get(staff.store or "", ""),
        figures=figures, lines=lines, why=why, order=order, shops=shops, titles=titles,
        has_pin=has_pin, money=money, new_key=new_key,
    )  # fmt: skip


def _why_not(
    work: Work, here: Parts, staff: Staff, speech: Speech, shop: str, order: str
) -> Why | None:
    house = here.house
    try:
        said = house.guides.credit.why_not(work, shop.strip(), order.strip()[:100], staff.guide.id)
    except NotFound:
        return None
    other = str(said.values.get("guide") or "")
    hers = house.guides.organisation.guide(work, other) if other else None
    # of a colleague elsewhere she learns that there is one, and no name
    near = hers is not None and set(hers.stores) & set(staff.guide.stores)
    name = "" if hers is None else hers.name if near else speech.gettext("A colleague elsewhere")
    days = tuple(
        (speech.gettext(words), said.values[key])
        for key, words in _DAYS.items()
        if isinstance(said.values.get(key), int) and said.values[key] < FAR
    )
    return Why(said.code, name, days)


@router.post("/shift/in")
def check_in(request: Request, here: Here, form: GuideForm, staff: Guided) -> Response:
    """Check in at a store of hers; once a shift."""
    house, speech = here.house, here.pages.speech(request)
    place = form.get("store", "")
    if place not in staff.guide.stores:
        raise Invalid("this is none of your stores", path="store")
    with house.db.begin(staff.actor, house.clock.now()) as work:
        if fresh(work, here, staff, form):
            house.attending.shifts.check_in(work, staff.guide.id, place)
    return done(request, here, "/g/", speech.gettext("You are checked in."))


@router.post("/shift/out")
def check_out(request: Request, here: Here, form: GuideForm, staff: Guided) -> Response:
    """Say that she goes home."""
    house, speech = here.house, here.pages.speech(request)
    with house.db.begin(staff.actor, house.clock.now()) as work:
        if fresh(work, here, staff, form):
            house.attending.shifts.leave(work, staff.guide.id)
    return done(request, here, "/g/me", speech.gettext("Have a good evening."))


@router.post("/phone")
def share(request: Request, here: Here, form: GuideForm, staff: Guided) -> Response:
    """Make this phone the store's, where guides take turns, or hers alone again."""
    house, speech = here.house, here.pages.speech(request)
    place = staff.store if form.get("shared") else None
    if form.get("shared") and place is None:
        raise Invalid(
            "you belong to no store yet: ask whoever looks after the guides", path="store"
        )
    with house.db.begin(staff.actor, house.clock.now()) as work:
        house.attending.access.share(work, staff.signed.device, place, staff.guide.id)
    said = speech.gettext("This phone is the store's: whoever signs in here can take it over.")
    if place is None:
        said = speech.gettext("This phone is yours alone.")
    return here.pages.redirect("/g/me", said)


@router.post("/pin")
def set_pin(request: Request, here: Here, form: GuideForm, staff: Guided) -> Response:
    """Keep the PIN that is asked when a colleague hands her the phone; empty: none."""
    house, speech = here.house, here.pages.speech(request)
    pin = form.get("pin", "").strip()
    with house.db.begin(staff.actor, house.clock.now()) as work:
        house.attending.access.set_pin(work, staff.guide.id, pin)
    said = speech.gettext("Your PIN is kept.") if pin else speech.gettext("No PIN is asked now.")
    return here.pages.redirect("/g/me", said)


# --- the phone goes to a colleague


@router.get("/switch")
def switch_page(request: Request, here: Here, staff: Guided) -> Response:
    """Show to whom this phone can be handed."""
    return _switch_page(request, here, staff)


@router.post("/switch")
def switch(request: Request, here: Here, form: GuideForm, staff: Guided) -> Response:
    """Hand the phone to a colleague; her session begins, this one ends, the shift goes along."""
    house, speech = here.house, here.pages.speech(request)
    to, phone = form.get("guide", ""), staff.phone
    with house.db.begin(staff.actor, house.clock.now()) as work:
        next_one = house.guides.organisation.guide(work, to)
        if phone is None or next_one is None or next_one.left is not None:
            raise NotFound("there is no such colleague on this phone", code="not_hers")
        session = house.attending.access.switch(
            work, staff.token, to, form.get("pin", "").strip(), peer(request)
        )
        if session is not None and staff.shift is not None:
            house.attending.shifts.hand_over(work, staff.guide.id, to, phone.store)
    if session is None:
        wrong = speech.gettext("That is not her PIN.")
        return _switch_page(request, here, staff, asked=to, wrong=wrong)
    return enter(here, session, device_of(request, here), "/g/")


def _switch_page(
    request: Request, here: Parts, staff: Staff, asked: str = "", wrong: str = ""
) -> Response:
    house = here.house
    others = [] if staff.phone is None else [
        one for one in staff.phone.guides if one != staff.guide.id
    ]  # fmt: skip
    with house.db.read(staff.actor, house.clock.now()) as work:
        named = house.guides.organisation.named(work, others)
        pins = house.attending.access.with_pin(work, others)
    colleagues = [named[one] for one in others if one in named and named[one].left is None]
    answer = page(
        request, here, staff, "switch", store_title="", colleagues=colleagues, pins=pins,
        asked=asked, wrong=wrong,
    )  # fmt: skip
    if wrong:
        answer.status_code = 403
    return answer
