"""In step with WeCom: what the mirror holds, the last reconcile, what it healed and could not."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.accounts.model import Account
from coterie.channels.wecom.client.codes import judge
from coterie.channels.wecom.mirror.syncs.model import Progress, Report, Trouble
from coterie.channels.wecom.mirror.syncs.service import Syncs
from coterie.core.errors import Conflict, NotFound
from coterie.web.desk import DeskForm, Operator, actor_of
from coterie.web.parts import Here
from coterie.web.speech import N_, Speech
from coterie.web.stream import live

router = APIRouter(prefix="/wecom/sync")

STAGE_WORDS = {
    "staff": N_("Members and departments"),
    "tags": N_("Tags"),
    "people": N_("Customers of each guide"),
    "list": N_("List of groups"),
    "chats": N_("Who is in each group"),
}
HEALED_WORDS = {
    "members": N_("members who came, changed or left"),
    "tags": N_("tags of WeCom that are new or changed"),
    "edges_begun": N_("customers whom a guide had and we did not know"),
    "edges_ended": N_("customers whom a guide no longer has"),
    "edge_tags": N_("tags that a guide had put on or taken off"),
    "stays": N_("comings and goings in groups"),
    "groups_gone": N_("groups that are no more"),
}
STATE_WORDS = {
    "running": N_("running"),
    "done": N_("complete"),
    "partly": N_("complete but for some"),
    "stopped": N_("stopped"),
}
STATE_TONES = {"running": "amber", "done": "sea", "partly": "amber", "stopped": "quiet"}
WHY_WORDS = {
    "first": N_("the first one"),
    "daily": N_("the nightly one"),
    "asked": N_("somebody asked for it"),
}
_OUT_OF_REACH = N_("WeCom could not be reached.")
_NOT_CONNECTED = N_("this house is not connected to WeCom: set its keys first")


@router.get("")
def show(request: Request, here: Here, account: Operator) -> Response:
    """Show whether this house holds what WeCom holds."""
    values = _standing(request, here, account)
    return here.pages.render(request, "console/contacts/sync.html", account=account, **values)


@router.get("/live")
def watch(request: Request, here: Here, account: Operator) -> Response:
    """Send the page's inside whenever the reconcile has come further."""
    seen: list[Any] = []

    def look() -> str | None:
        values = _standing(request, here, account)
        if seen == [values["stamp"]]:
            return None
        seen[:] = [values["stamp"]]
        return here.pages.fragment(
            request, "console/contacts/standing.html", account=account, **values
        )

    return live(request, look)


@router.post("/start")
def start(request: Request, here: Here, account: Operator, form: DeskForm) -> Response:
    """Begin a reconcile; where one runs, it is shown."""
    del form
    house, speech = here.house, here.pages.speech(request, account)
    toast = speech.gettext("The reconcile has begun.")
    try:
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            _syncs(here).start(work)
    except Conflict:
        toast = speech.gettext("A reconcile runs already.")
    house.poke_contacts()
    return here.pages.redirect("/wecom/sync", toast=toast)


@router.post("/stop")
def stop(request: Request, here: Here, account: Operator, form: DeskForm) -> Response:
    """Stop the reconcile that runs; what it has read stays."""
    del form
    house = here.house
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        _syncs(here).stop(work)
    said = here.pages.speech(request, account).gettext("The reconcile is stopped.")
    return here.pages.redirect("/wecom/sync", toast=said)


def _syncs(here: Here) -> Syncs:
    if here.house.contacts is None:
        raise NotFound(_NOT_CONNECTED)
    return here.house.mirror.syncs


def _standing(request: Request, here: Here, account: Account) -> dict[str, Any]:
    """Put together what the page shows; ``stamp`` changes with it."""
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        counts = house.mirror.counts(work)
        connected = house.contacts is not None
        report = house.mirror.syncs.report(work)
        earlier = house.mirror.syncs.latest(work)[1:]
    running = report is not None and report.sync.state == "running"
    return {
        "connected": connected,
        "counts": counts,
        "report": report,
        "running": running,
        "stages": [] if report is None else [_stage(speech, one) for one in report.progress],
        "healed": [] if report is None else _healed(speech, report),
        "troubles": [] if report is None else [_trouble(speech, one) for one in report.troubles],
        "earlier": earlier,
        "states": {name: speech.gettext(words) for name, words in STATE_WORDS.items()},
        "tones": STATE_TONES,
        "whys": {name: speech.gettext(words) for name, words in WHY_WORDS.items()},
        "stamp": (counts, report),
    }


def _stage(speech: Speech, one: Progress) -> dict[str, Any]:
    return {"words": speech.gettext(STAGE_WORDS[one.stage]), "one": one}


def _healed(speech: Speech, report: Report) -> list[tuple[str, int]]:
    return [
        (speech.gettext(words), report.sync.healed[name])
        for name, words in HEALED_WORDS.items()
        if report.sync.healed.get(name)
    ]


def _trouble(speech: Speech, one: Trouble) -> dict[str, Any]:
    """Say what a refusal means and what mends it; only WeCom's own codes are numbers."""
    code = judge(int(one.reason)) if one.reason.lstrip("-").isdecimal() else None
    means = speech.gettext(code.means) if code is not None else speech.gettext(_OUT_OF_REACH)
    mend = speech.gettext(code.mend) if code is not None and code.mend else ""
    return {
        "stage": speech.gettext(STAGE_WORDS[one.stage]),
        "means": means,
        "mend": mend,
        "one": one,
    }
