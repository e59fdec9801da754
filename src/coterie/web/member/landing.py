"""The page that a friend comes to by a member's poster or link.

It says what she gets and from whom: the brand, never who passed it on. Looking tells nothing of
her. When she says yes, that and her visit are told with the proof of what she read; then comes
the way in, which she finds without a yes too.
"""

import msgspec
from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.core.errors import Invalid, NotFound
from coterie.core.ids import derived_id, uuid7
from coterie.profiles.model import ANONYMOUS
from coterie.storage.work import Work
from coterie.web.cookies import INVITED, READER
from coterie.web.desk import OpenForm
from coterie.web.member import own, promises, reading
from coterie.web.member.doors import way_in
from coterie.web.member.posters import RULE, friends_coupon
from coterie.web.parts import Here, Parts
from coterie.web.speech import N_

router = APIRouter()

OPENED = "Invitation Opened"
PURPOSE = "referral"
VERSION = "2026-11"
WORDING = N_(
    "You may note that I came by this invitation, so that it counts once I have bought something."
)
_LONGEST = 64


@router.api_route("/f/{code}", methods=["GET", "HEAD"])
def landing(request: Request, here: Here, code: str) -> Response:
    """Show what a friend gets, and ask her; whoever answered sees the way in."""
    return _page(request, here, code, _answer_of(request, here, code))


@router.post("/f/{code}")
def answer(request: Request, here: Here, code: str, form: OpenForm) -> Response:
    """Take her yes or no; a yes is told once, with what she read."""
    given = form.get("choice", "")
    if given not in {reading.ALLOW, reading.DENY}:
        raise Invalid("choose one of the two", path="choice", hint="allow or deny")
    house = here.house
    with house.db.read(reading.VISITOR, house.clock.now()) as work:
        found = house.growing.referrals.landing(work, code)
    response = here.pages.redirect(f"/f/{code}")
    here.cookies.set(response, INVITED, f"{given}.{code}")
    if given == reading.ALLOW and found.state == "on" and not reading.is_machine(request):
        anonymous = reading.anonymous_id(request, here) or uuid7(house.clock.now())
        _tell(request, here, code, anonymous)
        here.cookies.set(response, READER, anonymous)
    return response


def _tell(request: Request, here: Parts, code: str, anonymous: str) -> None:
    """Put her yes and her visit in at the door; the same twice has the same ids."""
    house, speech = here.house, here.pages.speech(request)
    now = house.clock.now()
    proof = {
        "version": VERSION,
        "wording": speech.gettext(WORDING),
        "evidence": f"invitation {code}",
    }
    said = (
        ("Consent Given", {"purpose": PURPOSE, "channel": "*", "proof": proof}),
        (OPENED, {"code": code, "carrier": "h5"}),
    )
    for name, properties in said:
        body = {
            "event": name, "messageId": derived_id(reading.SOURCE, name, anonymous, code),
            "anonymousId": anonymous, "properties": properties,
        }  # fmt: skip
        house.door.accept(reading.SOURCE, msgspec.json.encode(body), "track", now)
    house.poke()


def _answer_of(request: Request, here: Parts, code: str) -> str:
    """Return what she answered to this invitation on this device, empty before she did."""
    given, _, of = (here.cookies.get(request, INVITED) or "").partition(".")
    return given if of == code and given in {reading.ALLOW, reading.DENY} else ""


def _page(request: Request, here: Parts, code: str, given: str) -> Response:
    house, speech = here.house, here.pages.speech(request)
    with house.db.read(reading.VISITOR, house.clock.now()) as work:
        try:
            found = house.growing.referrals.landing(work, code[:_LONGEST])
        except NotFound:
            return own.page(request, here, "landing_unknown", http_status=404)
        coupon = friends_coupon(here, work, found.programme)
        stores = {one.key: one.title or one.key for one in house.guides.organisation.stores(work)}
        knows_her = _is_customer(request, here, work, code)
        way = way_in(work, house, found)
    programme, currency = found.programme, house.instance.currency
    terms: tuple[str, ...] = ()
    if coupon is not None:
        terms = promises.conditions(speech, coupon, currency, stores)
    return own.page(
        request, here, "landing", state=found.state, given=given, way=way, knows_her=knows_her,
        heading=speech.title(programme.benefit) or speech.title(programme.headline)
        or speech.title(programme.titles),
        figure=promises.figure(speech, coupon, currency) if coupon is not None else "",
        gift=speech.title(coupon.titles) if coupon is not None else "", terms=terms,
        rule=speech.gettext(RULE[programme.qualifies]), wording=speech.gettext(WORDING),
        begins=programme.since, ends=programme.until,
    )  # fmt: skip


def _is_customer(request: Request, here: Parts, work: Work, code: str) -> bool:
    """Say whether this device's reader was a customer before the programme began."""
    anonymous = reading.anonymous_id(request, here)
    profile = here.house.profiles.find(work, ANONYMOUS, anonymous) if anonymous else None
    referrals = here.house.growing.referrals
    return profile is not None and referrals.is_customer(work, code, profile)
