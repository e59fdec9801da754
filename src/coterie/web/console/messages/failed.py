"""Dead letters: what failed, by cause, and the button that sends it once more."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.core.clock import DAY
from coterie.core.errors import Invalid
from coterie.messaging.handing.model import Cause
from coterie.messaging.handing.service import MOST
from coterie.web.console.messages.senders import Senders
from coterie.web.console.messages.texts import CURES
from coterie.web.desk import DeskForm, Operator, actor_of
from coterie.web.parts import Here

router = APIRouter()

SHOWN = 5
"""Causes whose newest letters are shown at once."""
EXAMPLES = 5
_AT_MOST = 50 * MOST


@router.get("/messages/failed")
def failed(request: Request, here: Here, account: Operator) -> Response:
    """Show what lies dead and why, the most first."""
    house = here.house
    speech = here.pages.speech(request, account)
    now = house.clock.now()
    with house.db.read(actor_of(account), now) as work:
        found = house.messaging.failures(work)
        examples = {
            each.cause: house.messaging.dead(work, each.cause, EXAMPLES) for each in found[:SHOWN]
        }
        senders = Senders(here, work, speech)
        people = {one.profile for some in examples.values() for one in some}
        names = house.profiles.user_ids(work, people)
        doubtful = house.messaging.ambiguous(work, now - 30 * DAY)
        origins = {one.origin: senders.name(one.origin) for s in examples.values() for one in s}
    return here.pages.render(
        request,
        "console/messages/failed.html",
        account=account,
        failures=found,
        examples=examples,
        names=names,
        origins=origins,
        cures=CURES,
        doubtful=doubtful,
        total=sum(each.number for each in found),
    )


@router.post("/messages/failed/replay")
def replay(request: Request, here: Here, account: Operator, form: DeskForm) -> Response:
    """Send all dead letters of one cause once more; the gate is asked again for each."""
    cause = Cause(form.get("channel", ""), form.get("reason", ""), form.get("detail", ""))
    if not cause.channel or not cause.reason:
        raise Invalid("say which: press the button beside a cause", path="channel")
    house, done = here.house, 0
    while done < _AT_MOST:
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            again = house.messaging.replay(work, cause)
        done += again
        if again < MOST:
            break
    house.poke()
    said = here.pages.speech(request, account).ngettext(
        "%(n)s message goes out once more.", "%(n)s messages go out once more.", done
    )
    return here.pages.redirect("/messages/failed", toast=said)


@router.post("/messages/{message}/replay")
def replay_one(
    request: Request, here: Here, account: Operator, form: DeskForm, message: str
) -> Response:
    """Send one dead letter once more."""
    del form
    house = here.house
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        house.messaging.replay_one(work, message)
    house.poke()
    said = here.pages.speech(request, account).gettext("It goes out once more.")
    return here.pages.redirect(f"/messages/{message}", toast=said)
