"""The forms of a send into groups and of a moment, and the pages of moments."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from coterie.accounts.model import Account
from coterie.core.errors import Conflict, Invalid
from coterie.storage.work import Work
from coterie.web.console.sends import words
from coterie.web.console.sends.pages import PAGE, chosen, moment_of, names_of, number_of
from coterie.web.console.sends.quota import room_of
from coterie.web.desk import DeskForm, Operator, actor_of, long_form
from coterie.web.parts import Here, Parts

router = APIRouter(prefix="/sends")

LongForm = Annotated[dict[str, str], Depends(long_form)]
_GROUPS, _MATERIALS, _GUIDES = "chat-", "material-", "guide-"
_MOST_OFFERED = 60


@router.get("/groups/new")
def new_send(request: Request, here: Here, account: Operator) -> Response:
    """Show the form of a send into groups."""
    return _group_form(request, here, account, {})


@router.post("/groups/new")
def send(request: Request, here: Here, account: Operator, form: LongForm) -> Response:
    """Ask the owners of the chosen groups to send it."""
    house, speech = here.house, here.pages.speech(request, account)
    try:
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            made = house.mass_sends.send_to_groups(
                work, form.get("title", ""), form.get("text", ""), chosen(form, _GROUPS),
                materials=chosen(form, _MATERIALS), key=form.get("key", "")[:100],
                expires=moment_of(here, form.get("expires", "")),
            )  # fmt: skip
    except Invalid as error:
        return _group_form(request, here, account, form, words.fault_words(speech, error))
    house.poke_contacts()
    said = speech.gettext("The owners of the groups are being asked.")
    return here.pages.redirect(f"/sends/{made.id}", toast=said)


@router.get("/along/{template}")
def along(request: Request, here: Here, account: Operator, template: str) -> Response:
    """Show what goes along with a template on WeCom."""
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        found = house.messaging.template(work, template)
        attached = house.mass_sends.attached(work, template)
        return here.pages.render(
            request, "console/sends/along.html", account=account, written=found,
            form={f"{_MATERIALS}{slug}": "yes" for slug in attached},
            materials=_materials(here, work),
        )  # fmt: skip


@router.post("/along/{template}")
def attach(
    request: Request, here: Here, account: Operator, form: LongForm, template: str
) -> Response:
    """Choose what goes along with a template from now on."""
    house, speech = here.house, here.pages.speech(request, account)
    try:
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            house.messaging.template(work, template)
            slugs = chosen(form, _MATERIALS)
            house.mass_sends.attach(work, template, slugs)
            house.materials.refer(work, "wecom.sends", template, slugs)
    except Invalid as error:
        said = words.fault_words(speech, error)
        return here.pages.redirect(f"/sends/along/{template}", toast=said)
    said = speech.gettext("Kept. It goes along with what is sent from now on.")
    return here.pages.redirect(f"/templates/{template}", toast=said)


@router.get("/moments")
def moments(request: Request, here: Here, account: Operator, page: str = "") -> Response:
    """List the moments that guides were asked to post, with what they brought."""
    house, number = here.house, number_of(page)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        found = house.mass_sends.moments.page(work, PAGE + 1, number * PAGE)
        return here.pages.render(
            request, "console/sends/moments.html", account=account, rows=found[:PAGE],
            states=words.MOMENTS, tones=words.MOMENT_TONES,
            connected=house.wecom.client is not None,
            newer=f"/sends/moments?page={number - 1}" if number else "",
            older=f"/sends/moments?page={number + 1}" if len(found) > PAGE else "",
        )  # fmt: skip


@router.get("/moments/new")
def new_moment(request: Request, here: Here, account: Operator) -> Response:
    """Show the form of a moment."""
    return _moment_form(request, here, account, {})


@router.post("/moments/new")
def ask(request: Request, here: Here, account: Operator, form: LongForm) -> Response:
    """Ask guides to post a moment."""
    house, speech = here.house, here.pages.speech(request, account)
    try:
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            made = house.mass_sends.moments.ask(
                work, form.get("title", ""), form.get("text", ""), guides=chosen(form, _GUIDES),
                materials=chosen(form, _MATERIALS), key=form.get("key", "")[:100],
                expires=moment_of(here, form.get("expires", "")),
            )  # fmt: skip
    except Invalid as error:
        return _moment_form(request, here, account, form, words.fault_words(speech, error))
    house.poke_contacts()
    said = speech.gettext("WeCom is making it; then the guides are asked.")
    return here.pages.redirect(f"/sends/moments/{made.id}", toast=said)


@router.get("/moments/{moment}")
def one_moment(request: Request, here: Here, account: Operator, moment: str) -> Response:
    """Show one moment: who posted it, and what it brought."""
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        found, spread = house.mass_sends.moments.one(work, moment)
        posters = house.mass_sends.moments.posters(work, moment)
        return here.pages.render(
            request, "console/sends/moment.html", account=account, shown=found, spread=spread,
            titles=house.materials.titles(work, found.materials),
            posters=posters, names=names_of(here, work, {each.guide for each in posters}),
            states=words.MOMENTS, tones=words.MOMENT_TONES, parts=words.POSTERS,
            part_tones=words.POSTER_TONES, over=found.state in ("done", "cancelled", "failed"),
        )  # fmt: skip


@router.post("/moments/{moment}/cancel")
def cancel(
    request: Request, here: Here, account: Operator, _form: DeskForm, moment: str
) -> Response:
    """Call a moment off; what is posted stays posted."""
    house, speech = here.house, here.pages.speech(request, account)
    said = speech.gettext("Called off. What is posted already stays.")
    try:
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            house.mass_sends.moments.cancel(work, moment)
    except Conflict:
        said = speech.gettext("It is over already.")
    house.poke_contacts()
    return here.pages.redirect(f"/sends/moments/{moment}", toast=said)


def _group_form(
    request: Request, here: Parts, account: Account, form: Mapping[str, str], fault: str = ""
) -> Response:
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        chats = house.mass_sends.chats(work)
        rooms = house.mass_sends.quotas.rooms(work, "group", [chat.chat_id for chat in chats])
        return here.pages.render(
            request, "console/sends/group.html", account=account, form=form, fault=fault,
            http_status=400 if fault else 200, quota=room_of(here, work)["group"],
            chats=sorted(chats, key=lambda chat: (chat.name, chat.chat_id)), left_of=rooms,
            names=names_of(here, work, {chat.owner for chat in chats}),
            materials=_materials(here, work), key=_key(form, work),
        )  # fmt: skip


def _moment_form(
    request: Request, here: Parts, account: Account, form: Mapping[str, str], fault: str = ""
) -> Response:
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        members = [one for one in house.mirror.members(work) if one.has_right and one.left is None]
        names = names_of(here, work, {one.userid for one in members})
        guides = sorted(names.items(), key=lambda each: (each[1], each[0]))
        return here.pages.render(
            request, "console/sends/new_moment.html", account=account, form=form, fault=fault,
            http_status=400 if fault else 200, guides=guides, materials=_materials(here, work),
            key=_key(form, work),
        )  # fmt: skip


def _materials(here: Parts, work: Work) -> list[Any]:
    """Return the materials that can go along."""
    offered = here.house.materials.offered(work)
    return [one for one in offered if one.kind != "text"][:_MOST_OFFERED]


def _key(form: Mapping[str, str], work: Work) -> str:
    """Return what makes a form one send, however often it is sent in."""
    return form.get("key", "") or f"desk-{work.now}"
