"""What WeCom called back: each with its state and reason, as it came, to be played again."""

from typing import Any
from urllib.parse import urlencode
from xml.etree.ElementTree import indent, tostring

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.channels.wecom.inbox.model import STATES, Kept, Wanted
from coterie.channels.wecom.inbox.reading import parse
from coterie.core.errors import Invalid
from coterie.roads.doctor.model import Quantity
from coterie.web.console.house.doctor import quantity
from coterie.web.desk import DeskForm, Operator, actor_of
from coterie.web.parts import Here
from coterie.web.speech import N_, Speech

router = APIRouter(prefix="/wecom/events")

PAGE = 50
_LARGEST_ID = 2**53
_LONGEST = 100
STATE_WORDS = {
    "waiting": N_("waits"),
    "done": N_("applied"),
    "failed": N_("laid aside"),
    "unknown": N_("not read by us"),
}
STATE_TONES = {"waiting": "amber", "done": "sea", "failed": "wine", "unknown": "quiet"}
_CONTACT, _CHAT = "change_external_contact", "change_external_chat"
_TAG, _STAFF = "change_external_tag", "change_contact"
EVENT_WORDS = {
    (_CONTACT, "add_external_contact"): N_("A guide and a customer are in contact"),
    (_CONTACT, "add_half_external_contact"): N_("A customer added a guide, who has yet to accept"),
    (_CONTACT, "edit_external_contact"): N_("A remark or a tag of a customer changed"),
    (_CONTACT, "del_external_contact"): N_("A guide removed a customer"),
    (_CONTACT, "del_follow_user"): N_("A customer removed a guide"),
    (_CONTACT, "transfer_fail"): N_("A handover did not happen"),
    (_CONTACT, "msg_audit_approved"): N_("A customer agreed to the archive"),
    (_CHAT, "create"): N_("A group was made"),
    (_CHAT, "update"): N_("A group changed"),
    (_CHAT, "dismiss"): N_("A group was dissolved"),
    (_TAG, "create"): N_("A tag was made"),
    (_TAG, "update"): N_("A tag changed"),
    (_TAG, "delete"): N_("A tag was deleted"),
    (_TAG, "shuffle"): N_("Tags were put in another order"),
    (_STAFF, "create_user"): N_("A member came"),
    (_STAFF, "update_user"): N_("A member changed"),
    (_STAFF, "delete_user"): N_("A member left"),
    (_STAFF, "create_party"): N_("A department was made"),
    (_STAFF, "update_party"): N_("A department changed"),
    (_STAFF, "delete_party"): N_("A department was deleted"),
}
FAMILY_WORDS = {
    _CONTACT: N_("Customers"),
    _CHAT: N_("Groups"),
    _TAG: N_("Tags"),
    _STAFF: N_("Members and departments"),
    "customer_acquisition": N_("Acquisition links"),
}
_NO_EVENT = N_("No event that we know")
_LINK = N_("Something about an acquisition link")


@router.get("")
def listing(request: Request, here: Here, account: Operator) -> Response:
    """List what was called back, newest first, by state, family and a part of what it says."""
    query = request.query_params
    wanted = Wanted(
        state=query.get("state", "") if query.get("state", "") in STATES else "",
        event=query.get("event", "")[:_LONGEST],
        text=query.get("q", "").strip()[:_LONGEST],
    )
    before = _number(query.get("before", ""))
    house = here.house
    speech = here.pages.speech(request, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        found = house.wecom.callbacks.find(work, wanted, PAGE + 1, before)
        counts = house.wecom.callbacks.counts(work)
        names = house.wecom.callbacks.events(work)
    shown = found[:PAGE]
    return here.pages.render(
        request,
        "console/wecom/events.html",
        account=account,
        rows=[_line(speech, one) for one in shown],
        wanted=wanted,
        counts=counts,
        total=sum(counts.values()),
        states=[
            (name, speech.gettext(words), counts.get(name, 0), _query(wanted, state=name))
            for name, words in STATE_WORDS.items()
        ],
        everything=_query(wanted, state=""),
        families=[(name, speech.gettext(FAMILY_WORDS.get(name, name)) or "?") for name in names],
        older=f"/wecom/events?{_query(wanted, before=shown[-1].id)}" if len(found) > PAGE else None,
        newest=f"/wecom/events?{_query(wanted)}" if before else None,
    )


@router.post("/replay")
def replay_failed(request: Request, here: Here, account: Operator, form: DeskForm) -> Response:
    """Play all that was laid aside again."""
    del form
    house = here.house
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        number = house.wecom.callbacks.replay_failed(work)
    house.poke_contacts()
    said = here.pages.speech(request, account).ngettext(
        "%(n)s callback is applied again.", "%(n)s callbacks are applied again.", number
    )
    return here.pages.redirect("/wecom/events", toast=said)


@router.get("/{key:int}")
def one(request: Request, here: Here, account: Operator, key: int) -> Response:
    """Show one callback as it came, and what became of it."""
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        found = house.wecom.callbacks.one(work, min(key, _LARGEST_ID))
    speech = here.pages.speech(request, account)
    return here.pages.render(
        request,
        "console/wecom/event.html",
        account=account,
        one=_line(speech, found),
        xml=_pretty(found.xml),
        took=quantity(speech, Quantity(max(0, found.came - found.at), "ms")) if found.at else "",
    )


@router.post("/{key:int}/replay")
def replay(request: Request, here: Here, account: Operator, key: int, form: DeskForm) -> Response:
    """Play one callback again; what it says is applied once all the same."""
    del form
    house = here.house
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        found = house.wecom.callbacks.one(work, min(key, _LARGEST_ID))
        house.wecom.callbacks.replay(work, [found.id])
    house.poke_contacts()
    said = here.pages.speech(request, account).gettext("It is applied again.")
    return here.pages.redirect(f"/wecom/events/{found.id}", toast=said)


def _line(speech: Speech, found: Kept) -> dict[str, Any]:
    words = EVENT_WORDS.get((found.event, found.change))
    if words is None:
        words = _LINK if found.event == "customer_acquisition" else _NO_EVENT
    kind, _, about = found.of.partition(":")
    return {
        "kept": found,
        "words": speech.gettext(words),
        "about": about,
        "kind": kind,
        "state": speech.gettext(STATE_WORDS[found.state]),
        "tone": STATE_TONES[found.state],
    }


def _pretty(xml: str) -> str:
    """Write XML a line an element; what is none stays as it came."""
    try:
        root = parse(xml.encode())
    except Invalid:
        return xml
    indent(root)
    return tostring(root, encoding="unicode")


def _query(wanted: Wanted, *, state: str | None = None, before: int | None = None) -> str:
    values = {
        "state": wanted.state if state is None else state,
        "event": wanted.event,
        "q": wanted.text,
        "before": before or "",
    }
    return urlencode({name: value for name, value in values.items() if value})


def _number(text: str) -> int | None:
    return min(int(text), _LARGEST_ID) if text.isascii() and text.isdecimal() else None
