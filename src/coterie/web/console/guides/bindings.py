"""Whose customer is who, why, and until when? Her history; give her to another guide; the rules."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.accounts.model import Account
from coterie.core.errors import CoterieError
from coterie.guides.binding.model import RANK, Rules
from coterie.web.console.guides.words import names, number_in, share, tabs
from coterie.web.console.people.whose import card_of
from coterie.web.console.segments.who import people
from coterie.web.desk import DeskForm, Operator, actor_of
from coterie.web.parts import Here, Parts

router = APIRouter(prefix="/bindings")

_TOUCHES = 40
DAYS = (
    "protection", "validity", "release", "handed_days", "code_days", "link_days", "scan_hours",
    "books_days",
)  # fmt: skip


@router.get("")
def bindings(
    request: Request, here: Here, account: Operator, guide: str = "", store: str = "",
    show: str = "kept", page: int = 1,
) -> Response:  # fmt: skip
    """List who has whom, the newest first."""
    return _list(request, here, account, guide, store, show, page)


def _list(
    request: Request, here: Parts, account: Account, guide: str = "", store: str = "",
    show: str = "kept", page: int = 1, fault: str = "",
) -> Response:  # fmt: skip
    house, speech = here.house, here.pages.speech(request, account)
    rows, number = account.preferences.rows, max(page, 1)
    kept = show != "ended"
    now = house.clock.now()
    with house.db.read(actor_of(account), now) as work:
        found = house.guides.bindings.page(
            work, guide=guide or None, store_id=store or None, kept=kept, limit=rows + 1,
            offset=(number - 1) * rows,
        )  # fmt: skip
        counts = house.guides.bindings.counts(work)
        values: dict[str, Any] = {
            "whom": people(work, house.profiles, {one.profile for one in found[:rows]}),
            "names": names(work, house.guides),
            "guides": [(one.id, one.name) for one in house.guides.organisation.guides(work)],
            "stores": [(one.key, one.title) for one in house.guides.organisation.stores(work)],
            "rules": house.guides.bindings.rules(work)[-1],
        }
    address = f"/bindings?guide={guide}&store={store}&show={show}&page="
    return here.pages.render(
        request, "console/guides/bindings.html", account=account, tabs=tabs(speech, "/bindings"),
        http_status=400 if fault else 200, fault=fault, rows=found[:rows], guide=guide,
        store=store, show="kept" if kept else "ended", share=share, now_ms=now,
        bound=sum(n for whose, n in counts.items() if whose), in_trust=counts.get(None, 0),
        newer=f"{address}{number - 1}" if number > 1 else "",
        older=f"{address}{number + 1}" if len(found) > rows else "", **values,
    )  # fmt: skip


@router.post("/rules")
def rules(request: Request, here: Here, account: Operator, form: DeskForm) -> Response:
    """Let other rules hold from now on."""
    house, speech = here.house, here.pages.speech(request, account)
    try:
        made = Rules(
            **{name: number_in(form.get(name, "0"), name) for name in DAYS},
            orders_protect=form.get("orders_protect") == "on",
            served=number_in(form.get("served", "100"), "served", most=100) * 100,
            handed=number_in(form.get("handed", "100"), "handed", most=100) * 100,
        )
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            house.guides.bindings.set_rules(work, made)
    except CoterieError as error:
        return _list(request, here, account, fault=error.message)
    return here.pages.redirect("/bindings", speech.gettext("These rules hold from now on."))


@router.get("/{uid}")
def history(request: Request, here: Here, account: Operator, uid: str, to: str = "") -> Response:
    """Show whose customer one person is and was, and why; preview giving her to a guide."""
    house, speech = here.house, here.pages.speech(request, account)
    now = house.clock.now()
    with house.db.read(actor_of(account), now) as work:
        card = card_of(work, house, uid)
        spans = house.guides.bindings.history(work, card.profile)
        touches = house.guides.bindings.touches(work, [card.profile])[card.profile]
        organisation = house.guides.organisation
        values: dict[str, Any] = {
            "corrections": house.guides.bindings.corrections(work, card.profile),
            "orders": house.guides.credit.of_profile(work, card.profile, 10),
            "names": names(work, house.guides),
            "who": people(work, house.profiles, {card.profile}).get(card.profile),
            "guides": [(one.id, one.name) for one in organisation.guides(work, active=True)],
            "taker": organisation.guide(work, to) if to else None,
        }
    touches.sort(key=lambda one: (one.at, RANK[one.kind]), reverse=True)
    return here.pages.render(
        request, "console/guides/history.html", account=account, tabs=tabs(speech, "/bindings"),
        uid=uid, spans=spans[::-1], touches=touches[:_TOUCHES], more=len(touches) > _TOUCHES,
        now_ms=now, owner=next((one for one in spans if one.since <= now < one.until), None),
        **values,
    )  # fmt: skip


@router.post("/{uid}")
def give(request: Request, here: Here, account: Operator, form: DeskForm, uid: str) -> Response:
    """Give her to a guide, because she asked for it or since somebody of the house says so."""
    house, speech = here.house, here.pages.speech(request, account)
    guide = form.get("guide", "")
    try:
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            card = card_of(work, house, uid)
            if form.get("how") == "chosen":
                facts = house.guides.bindings.choose(work, card.profile, guide)
            else:
                facts = house.guides.bindings.give(work, [card.profile], guide, form.get("why", ""))
            house.inbound.tell(work, facts)
            found = house.guides.organisation.guide(work, guide)
    except CoterieError as error:
        return here.pages.redirect(f"/bindings/{uid}", speech.word("error", error.code))
    house.poke()
    name = found.name if found is not None else guide
    return here.pages.redirect(
        f"/bindings/{uid}", speech.gettext("%(name)s has her from now on.", name=name)
    )
