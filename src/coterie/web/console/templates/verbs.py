"""What is done with a template besides writing it: tried on oneself, taken out, brought back."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.core.errors import ChannelError, Conflict, Invalid, NotFound
from coterie.core.ids import derived_id
from coterie.messaging.channel import Channel
from coterie.messaging.model import Content, Delivery, Template
from coterie.storage import audit
from coterie.storage.work import Work
from coterie.web.console.templates.pages import LongForm
from coterie.web.console.templates.reading import Written, read
from coterie.web.console.templates.trying import try_on
from coterie.web.console.templates.uses import uses
from coterie.web.desk import DeskForm, Operator, actor_of
from coterie.web.parts import Here, Parts
from coterie.web.speech import Speech

router = APIRouter()

_LONGEST = 254


@router.post("/templates/test")
def test(request: Request, here: Here, account: Operator, form: LongForm) -> Response:
    """Send what is being written to oneself through the real channel, marked as a test.

    It is no message of anybody's: no cap counts it, no fact tells of it. The address is not kept.
    """
    house, speech = here.house, here.pages.speech(request, account)
    written = read(form)
    name, address = form.get("by", ""), form.get("address", "").strip()[:_LONGEST]
    with house.db.read(actor_of(account), house.clock.now()) as work:
        trial = try_on(here, work, speech, written)
    channel = house.messaging.channels.get(name)
    if channel is None or trial.told is None or trial.told.content is None:
        return _said(request, here, account, speech.gettext("There is nothing yet to send."), False)
    if channel.address_trait and not address:
        return _said(request, here, account, speech.gettext("Say where to send it."), False)
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        audit.record(work, "test_template", written.template.name or "new", channel=name)
    told, ok = _deliver(here, speech, channel, address, trial.told.content, written)
    return _said(request, here, account, told, ok)


def _deliver(
    here: Parts, speech: Speech, channel: Channel, address: str, content: Content, written: Written
) -> tuple[str, bool]:
    now = here.house.clock.now()
    mark = speech.gettext("Test")
    key = derived_id("console", "test", written.template.name, address, now)
    plain = not content.subject and channel.address_trait is None
    delivery = Delivery(
        message=key,
        key=key,
        attempt=1,
        profile=0,
        channel=channel.name,
        address=address or None,
        subject="" if plain else f"[{mark}] {content.subject}",
        text=f"[{mark}] {content.text}" if plain else content.text,
        at=now,
    )
    try:
        receipt = channel.deliver(delivery)
    except ChannelError as error:
        return speech.gettext("The channel did not take it: %(why)s", why=error.message), False
    return speech.gettext("The channel took it (%(id)s).", id=receipt.provider_id), True


def _said(request: Request, here: Parts, account: Operator, text: str, ok: bool) -> Response:
    return here.pages.render(
        request, "console/templates/tested.html", account=account, text=text, ok=ok
    )


@router.post("/templates/{name}/delete")
def delete(request: Request, here: Here, account: Operator, name: str, _form: DeskForm) -> Response:
    """Take a template out, unless something still uses it."""
    house, speech = here.house, here.pages.speech(request, account)
    try:
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            _check_unused(here, work, speech, name)
            house.messaging.delete_template(work, name)
    except Conflict as error:
        return here.pages.redirect(f"/templates/{name}", toast=error.message)
    said = speech.gettext("The template %(name)s is gone; its versions are kept.", name=name)
    return here.pages.redirect("/templates", toast=said)


def _check_unused(here: Parts, work: Work, speech: Speech, name: str) -> None:
    users = uses(here, work, speech).get(name, [])
    if users:
        said = speech.gettext(
            "Still used in: %(users)s", users=", ".join(one.words for one in users)
        )
        raise Conflict(said)


@router.post("/templates/{name}/versions/{number}/restore")
def restore(
    request: Request, here: Here, account: Operator, name: str, number: int, _form: DeskForm
) -> Response:
    """Write a template as an earlier version had it: as a new version."""
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        house.messaging.define_template(work, _version(here, work, name, number))
    said = speech.gettext("Version %(n)s is in force again.", n=number)
    return here.pages.redirect(f"/templates/{name}", toast=said)


@router.get("/templates/{name}/versions/{number}")
def version(request: Request, here: Here, account: Operator, name: str, number: int) -> Response:
    """Show an earlier version beside the one in force."""
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        found = [each for each in house.messaging.template_versions(work, name)
                 if each.version == number]  # fmt: skip
        if not found:
            raise NotFound(f"the template {name!r} has no version {number}")
        current = house.messaging.template(work, name)
        spoken = house.messaging.wordings(current), house.messaging.wordings(found[0].template)
    return here.pages.render(
        request,
        "console/templates/version.html",
        account=account,
        version=found[0],
        current=current,
        now_says=spoken[0],
        then_said=spoken[1],
    )


def _version(here: Parts, work: Work, name: str, number: int) -> Template:
    for each in here.house.messaging.template_versions(work, name):
        if each.version == number:
            return each.template
    raise Invalid("there is no such version", path="version")
