"""The list of mass sends, one of them by guide and by customer, and what is done to it."""

from collections.abc import Collection
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.core.clock import parse_time
from coterie.core.errors import Invalid, NotFound
from coterie.storage.work import Work
from coterie.web.console.sends import words
from coterie.web.console.sends.quota import room_of
from coterie.web.desk import DeskForm, Operator, actor_of
from coterie.web.parts import Here, Parts

router = APIRouter(prefix="/sends")

PAGE = 50
_LATE = 12
_DEEPEST = 10_000


@router.get("")
def listing(request: Request, here: Here, account: Operator, page: str = "") -> Response:
    """List the sends with how far they are, and the guides who have not confirmed."""
    house, number = here.house, number_of(page)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        found = house.mass_sends.page(work, PAGE + 1, number * PAGE)
        late = house.mass_sends.unconfirmed(work)
        names = names_of(here, work, {one.guide for one in late})
        return here.pages.render(
            request, "console/sends/list.html", account=account,
            rows=[{"send": send, "progress": progress, "sender": _origin(here, work, send.origin)}
                  for send, progress in found[:PAGE]],
            late=late[:_LATE], late_more=len(late) - _LATE, names=names,
            waiting=sum(one.tasks for one in late), kinds=words.KINDS,
            quota=room_of(here, work), connected=house.wecom.client is not None,
            newer=f"/sends?page={number - 1}" if number else "",
            older=f"/sends?page={number + 1}" if len(found) > PAGE else "",
        )  # fmt: skip


@router.get("/{send}")
def one(
    request: Request, here: Here, account: Operator, send: str, page: str = "", state: str = ""
) -> Response:
    """Show one send: how far each guide is, what became of each customer or group."""
    house, number = here.house, number_of(page)
    state = state if state in words.ITEMS else ""
    speech, there = here.pages.speech(request, account), f"/sends/{send}?state={state}&page="
    with house.db.read(actor_of(account), house.clock.now()) as work:
        room = house.mass_sends
        found, progress = room.one(work, send)
        guides = room.guides(work, send)
        items = room.results(work, send, PAGE + 1, number * PAGE, state=state or None)
        shown = items[:PAGE]
        names = names_of(
            here, work, {each.guide for each in guides} | {each.sender for each in shown}
        )
        return here.pages.render(
            request, "console/sends/one.html", account=account, send=found, progress=progress,
            titles=house.materials.titles(work, found.materials),
            guides=guides, names=names, rows=_rows(here, work, shown),
            sender=_origin(here, work, found.origin), over=not progress.open,
            late=sum(each.state in ("late", "waiting") for each in guides),
            kinds=words.KINDS, items=words.ITEMS, item_tones=words.ITEM_TONES,
            states=words.GUIDES, tones=words.GUIDE_TONES, whys=words.WHYS,
            chosen=[(speech.gettext("all"), f"/sends/{send}#results", not state)]
            + [(f"{speech.gettext(text)} {speech.number(progress.states[name])}",
                f"/sends/{send}?state={name}#results", state == name)
               for name, text in words.ITEMS.items() if name in progress.states],
            newer=f"{there}{number - 1}" if number else "",
            older=f"{there}{number + 1}" if len(items) > PAGE else "",
        )  # fmt: skip


@router.post("/{send}/cancel")
def cancel(request: Request, here: Here, account: Operator, _form: DeskForm, send: str) -> Response:
    """Call off what is not sent yet."""
    house = here.house
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        house.mass_sends.cancel(work, send)
    house.poke_contacts()
    said = here.pages.speech(request, account).gettext(
        "Called off. What guides have confirmed already is sent."
    )
    return here.pages.redirect(f"/sends/{send}", toast=said)


@router.post("/{send}/remind")
def remind(request: Request, here: Here, account: Operator, _form: DeskForm, send: str) -> Response:
    """Remind the guides who have not confirmed, as far as WeCom allows it."""
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        guides = house.mass_sends.remind(work, send)
    house.poke_contacts()
    if guides:
        said = speech.ngettext(
            "%(n)s guide is being reminded.", "%(n)s guides are being reminded.", guides
        )
    else:
        said = speech.gettext("Everybody has had the three reminders that WeCom allows a day.")
    return here.pages.redirect(f"/sends/{send}", toast=said)


# --- what several of these pages use


def number_of(text: str) -> int:
    """Read the number of a page; what is none is the first."""
    return min(int(text), _DEEPEST) if text.isascii() and text.isdigit() else 0


def names_of(here: Parts, work: Work, userids: Collection[str]) -> dict[str, str]:
    """Return what guides are called; who has no name, by her userid."""
    known = here.house.mass_sends.staff.guide_names(work, userids)
    return {userid: known.get(userid) or userid for userid in userids}


def _origin(here: Parts, work: Work, origin: str) -> tuple[str, str]:
    """Return what asked for a send: its name and its page."""
    kind, _, name = origin.partition(":")
    if kind == "broadcast":
        try:
            return here.house.campaigns.get(work, name).plan.title, f"/broadcasts/{name}"
        except NotFound:
            return origin, ""
    return (name, f"/journeys/{name}") if kind == "journey" else ("", "")


def _rows(here: Parts, work: Work, items: Collection[Any]) -> list[dict[str, Any]]:
    """Put a name and an address to each customer or group."""
    house = here.house
    people = {each.profile for each in items if each.profile is not None}
    named, addresses = house.profiles.user_ids(work, people), house.profiles.uid(work, people)
    chats = {}
    if any(each.profile is None for each in items):
        chats = {chat.chat_id: chat.name for chat in house.mass_sends.contacts.chats(work)}
    return [
        {
            "item": each,
            "who": chats.get(each.target, each.target)
            if each.profile is None
            else named.get(each.profile, f"#{each.profile}"),
            "address": f"/people/{addresses[each.profile]}" if each.profile in addresses else "",
        }
        for each in items
    ]


def chosen(form: dict[str, str], prefix: str) -> list[str]:
    """Return what is ticked under a prefix."""
    return [name.removeprefix(prefix) for name, value in form.items()
            if name.startswith(prefix) and value]  # fmt: skip


def moment_of(here: Parts, text: str) -> int | None:
    """Read a moment of the brand's zone; empty is none. Raises Invalid at ``expires``."""
    if not text:
        return None
    try:
        return parse_time(text, here.pages.zone)
    except Invalid as error:
        raise Invalid("this is no moment", path="expires", hint="2026-01-31T09:30") from error
