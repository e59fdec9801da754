"""The touch mix: what share of what people get is commercial, and how much of it may be."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from coterie.accounts.model import Account
from coterie.communities.model import Community
from coterie.core.clock import DAY, local_date, midnight
from coterie.core.errors import Invalid
from coterie.messaging.mix import Mix
from coterie.messaging.mixing.model import HOUSE, KIND, RECOMMENDED, Campaign
from coterie.storage.work import Work
from coterie.web.console.messages.senders import Sender, Senders
from coterie.web.desk import DeskForm, Operator, actor_of, desk_form
from coterie.web.parts import Here, Parts
from coterie.web.speech import N_, Speech

router = APIRouter(prefix="/mix")

DAYS = 30
FAULTS: Mapping[str, str] = {
    "percent": N_("Write a whole number from 0 to 100, or nothing for no ceiling."),
    "title": N_("Give the campaign a name."),
    "until": N_("It must end after it begins."),
    "since": N_("Choose the first and the last day."),
    "scope": N_("Choose for whom it is."),
}


@dataclass(frozen=True)
class Circle:
    """A community with its mix and the ceiling in force: its own, or that of its kind."""

    community: Community
    people: int
    mix: Mix
    own: int | None
    in_force: int | None
    lifted: bool


@dataclass(frozen=True)
class Kind:
    """What a ceiling may be set for: the house, or a kind of community."""

    scope: str
    words: str
    percent: int | None
    recommended: int | None


@router.get("")
def show(request: Request, here: Here, account: Operator) -> Response:
    """Show the mix of the last thirty days, and what it may be."""
    return _page(request, here, account)


def _page(request: Request, here: Parts, account: Account, fault: str = "") -> Response:
    house = here.house
    speech = here.pages.speech(request, account)
    now = house.clock.now()
    since, until = now - DAYS * DAY, now + 1
    with house.db.read(actor_of(account), now) as work:
        mixing = house.messaging.mixing
        ceilings = mixing.ceilings(work)
        communities = house.communities.communities(work)
        senders = Senders(here, work, speech)
        campaigns = mixing.campaigns(work)
        return here.pages.render(
            request,
            "console/reach/mix.html",
            http_status=400 if fault else 200,
            account=account,
            fault=fault,
            whole=mixing.mix(work, since, until),
            circles=[
                _circle(here, work, each, ceilings, campaigns, (since, until))
                for each in communities
            ],
            kinds=_kinds(speech, ceilings, {each.kind for each in communities}),
            campaigns=[(each, _scope_words(speech, each.scope, communities)) for each in campaigns],
            scopes=[
                (scope, _scope_words(speech, scope, communities))
                for scope in _scopes(communities)
            ],
            senders=_by_sender(mixing.by_origin(work, since, until), senders),
            reach=mixing.reach(work, since, until),
            today=local_date(now, here.pages.zone).isoformat(),
            days=DAYS,
        )  # fmt: skip


@router.post("/ceiling")
def ceiling(request: Request, here: Here, account: Operator, form: DeskForm) -> Response:
    """Set a ceiling, or take it away."""
    speech = here.pages.speech(request, account)
    text = form.get("percent", "").strip().removesuffix("%").strip()
    try:
        if text and not (text.isascii() and text.isdigit()):
            raise Invalid("no number", path="percent")
        with here.house.db.begin(actor_of(account), here.house.clock.now()) as work:
            percent = int(text[:9]) if text else None
            here.house.messaging.mixing.set_ceiling(work, form.get("scope", ""), percent)
    except Invalid as error:
        return _page(request, here, account, _fault(speech, error))
    said = N_("The ceiling is set; it binds from now on.") if text else N_("There is no ceiling.")
    return here.pages.redirect("/mix", toast=speech.gettext(said))


@router.post("/campaigns")
def begin(request: Request, here: Here, account: Operator, form: DeskForm) -> Response:
    """Lift the ceilings of somebody for the days of a campaign, the last included."""
    speech = here.pages.speech(request, account)
    try:
        first, last = (_day(form.get(name, "")) for name in ("since", "until"))
        since = midnight(first, here.pages.zone)
        until = midnight(last + timedelta(days=1), here.pages.zone)
        with here.house.db.begin(actor_of(account), here.house.clock.now()) as work:
            here.house.messaging.mixing.begin_campaign(
                work, form.get("scope", ""), form.get("title", ""), since, until
            )
    except Invalid as error:
        return _page(request, here, account, _fault(speech, error))
    return here.pages.redirect(
        "/mix#campaigns", toast=speech.gettext("In these days the ceilings are lifted.")
    )


@router.post("/campaigns/{campaign}/end", dependencies=[Depends(desk_form)])
def end(request: Request, here: Here, account: Operator, campaign: int) -> Response:
    """Let a campaign end now."""
    speech = here.pages.speech(request, account)
    with here.house.db.begin(actor_of(account), here.house.clock.now()) as work:
        here.house.messaging.mixing.end_campaign(work, campaign)
    return here.pages.redirect(
        "/mix#campaigns", toast=speech.gettext("The campaign has ended; the ceilings bind again.")
    )


def _fault(speech: Speech, error: Invalid) -> str:
    return speech.gettext(FAULTS.get(error.path, FAULTS["scope"]))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise Invalid("no day", path="since") from error


def _circle(
    here: Parts,
    work: Work,
    community: Community,
    ceilings: Mapping[str, int],
    campaigns: list[Campaign],
    span: tuple[int, int],
) -> Circle:
    people = here.house.communities.members(work, community.slug)
    scopes = (HOUSE, KIND + community.kind, community.tag)
    own = ceilings.get(community.tag)
    return Circle(
        community=community,
        people=len(people),
        mix=here.house.messaging.mixing.mix(work, *span, profiles=list(people)),
        own=own,
        in_force=ceilings.get(KIND + community.kind) if own is None else own,
        lifted=any(one.scope in scopes and one.since <= work.now < one.until for one in campaigns),
    )


def _kinds(speech: Speech, ceilings: Mapping[str, int], used: set[str]) -> list[Kind]:
    """Return the house and every kind that is used, has a ceiling, or is recommended one."""
    kinds = {KIND + kind for kind in used} | RECOMMENDED.keys()
    kinds |= {scope for scope in ceilings if scope.startswith(KIND)}
    return [
        Kind(scope, _kind_words(speech, scope), ceilings.get(scope), RECOMMENDED.get(scope))
        for scope in (HOUSE, *sorted(kinds))
    ]


def _kind_words(speech: Speech, scope: str) -> str:
    if scope == HOUSE:
        return speech.gettext("Everybody")
    kind = speech.word("community", scope.removeprefix(KIND))
    return speech.gettext("Communities of the kind: %(kind)s", kind=kind)


def _scope_words(speech: Speech, scope: str, communities: list[Community]) -> str:
    titles = {each.tag: speech.title(each.titles) for each in communities}
    return titles.get(scope) or _kind_words(speech, scope)


def _scopes(communities: list[Community]) -> list[str]:
    kinds = sorted({KIND + each.kind for each in communities})
    return [HOUSE, *kinds, *(each.tag for each in communities)]


def _by_sender(mixes: Mapping[str, Mix], senders: Senders) -> list[tuple[Sender, Mix]]:
    """Return who said what, the one that said most first."""
    ordered = sorted(mixes.items(), key=lambda each: -each[1].total)
    return [(senders.name(origin), mix) for origin, mix in ordered]
