"""A guide's customers: who is due, all of hers, one's card, and what she does about her."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.core.errors import Conflict, Invalid
from coterie.core.event import Event
from coterie.core.ids import derived_id
from coterie.guides.access.rules import page_to
from coterie.web.guide.at_work import Guided, GuideForm, Staff, done, fresh, page
from coterie.web.guide.card.gather import card_of
from coterie.web.guide.people import Whom, customer, named
from coterie.web.guide.today import due_of, new_key
from coterie.web.parts import Here

router = APIRouter(prefix="/g/customers")

_ROWS = 50
_DUE = 30
PHONE, SIDE = "phone", "side"


@router.get("")
def customers(request: Request, here: Here, staff: Guided, number: int = 1) -> Response:
    """Show who of her customers is due and why, then all of them, the newest first."""
    house, speech = here.house, here.pages.speech(request)
    number = max(number, 1)
    with house.db.read(staff.actor, house.clock.now()) as work:
        most = _DUE if number == 1 else 0
        people, due = due_of(work, house, staff, speech, most)
        owners = house.guides.bindings.owner_of(
            work, house.guides.bindings.owned_by(work, staff.guide.id)
        )
        order = sorted(owners, key=lambda one: (-owners[one].since, one))
        shown = order[(number - 1) * _ROWS : number * _ROWS]
        whom = named(work, house, dict.fromkeys(shown, "own"), owners)
    return page(
        request, here, staff, "customers", keep=True, store_title="", people=people, due=due,
        rows=[whom[one] for one in shown if one in whom], total=len(order), leaf=number,
        older=number + 1 if len(order) > number * _ROWS else 0, new_key=new_key,
    )  # fmt: skip


@router.get("/{uid}")
def card(request: Request, here: Here, staff: Guided, uid: str) -> Response:
    """Show one customer's card; that she looked is kept, once a day."""
    house, speech = here.house, here.pages.speech(request)
    with house.db.begin(staff.actor, house.clock.now()) as work:
        whom = customer(work, house, staff, uid)
        house.attending.due.looked(work, whom.profile, staff.guide.id, PHONE)
        shown = card_of(work, house, speech, staff, whom, here.outside(request))
    return page(request, here, staff, "card", store_title="", card=shown, new_key=new_key)


@router.post("/{uid}/spoke")
def spoke(request: Request, here: Here, form: GuideForm, staff: Guided, uid: str) -> Response:
    """Keep that she spoke to a customer, and about what; she is not asked to again soon."""
    house, speech = here.house, here.pages.speech(request)
    with house.db.begin(staff.actor, house.clock.now()) as work:
        if fresh(work, here, staff, form):
            whom = customer(work, house, staff, uid)
            reason = form.get("reason", "other")
            house.attending.due.spoke_to(work, whom.profile, staff.guide.id, reason)
    return done(request, here, "/g/", speech.gettext("Noted. She is not due for a while."))


@router.post("/{uid}/said")
def said(request: Request, here: Here, form: GuideForm, staff: Guided, uid: str) -> Response:
    """Keep that words of ours, which are no script's, were taken along for a customer."""
    return spoke(request, here, form, staff, uid)


@router.post("/{uid}/came")
def came(request: Request, here: Here, form: GuideForm, staff: Guided, uid: str) -> Response:
    """Keep that a customer is at the store now."""
    house, speech = here.house, here.pages.speech(request)
    with house.db.begin(staff.actor, house.clock.now()) as work:
        if staff.store is None:
            raise Invalid("say first at which store you are", path="store")
        if fresh(work, here, staff, form):
            whom = customer(work, house, staff, uid)
            house.inbound.tell(work, [_visit(whom, staff, work.now, form.get("key", ""))])
    house.poke()
    return done(request, here, whom_address(uid), speech.gettext("Her visit is noted."))


def _visit(whom: Whom, staff: Staff, now: int, key: str) -> Event:
    """Tell of a visit; only her own guide is named by it, so that nobody taps her over."""
    told = {"store": staff.store}
    if whom.reach == "own":
        told["guide"] = staff.guide.id
    return Event(
        id=derived_id("store visited", staff.guide.id, key or str(now)),
        profile=whom.profile, time=now, received=now, name="Store Visited", type="track",
        source="guides", store=staff.store, properties=told,
    )  # fmt: skip


@router.post("/{uid}/tags")
def tag(request: Request, here: Here, form: GuideForm, staff: Guided, uid: str) -> Response:
    """Put a tag on a customer, or take one off."""
    house, speech = here.house, here.pages.speech(request)
    name, said = form.get("tag", ""), speech.gettext("Noted on her card.")
    try:
        with house.db.begin(staff.actor, house.clock.now()) as work:
            if fresh(work, here, staff, form):
                whom = customer(work, house, staff, uid)
                change = house.tagging.take if form.get("take") else house.tagging.put
                _, told = change(work, name, [whom.profile])
                house.inbound.tell(work, told)
    except (Invalid, Conflict):
        said = speech.gettext("This tag is not put on by hand.")
    house.poke()
    return done(request, here, page_to(form.get("back", whom_address(uid))), said)


def whom_address(uid: str) -> str:
    """Return where a customer's card is."""
    return f"/g/customers/{uid}"
