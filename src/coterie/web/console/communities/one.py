"""One community: who is here, who came on a day, and where the others stand."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, get_args
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.communities.growth.overlap import pairs
from coterie.communities.model import Community, Day, Funnel, State
from coterie.core.clock import local_date
from coterie.core.errors import Invalid
from coterie.storage.work import Work
from coterie.web.charts import Chart, Series
from coterie.web.desk import Operator, actor_of
from coterie.web.parts import Here, Parts
from coterie.web.speech import N_, Speech

router = APIRouter()

PAGE = 50
_LAST_PAGE = 100_000
_SPANS = (30, 90, 365)

_EXPLAINED: dict[State, str] = {
    "offered": N_("They have an open offer and have not answered yet."),
    "accepted": N_("They said yes, or joined by themselves while an offer was open."),
    "declined": N_("They said no. After the cool-down they may be asked again, if still eligible."),
    "expired": N_("They did not answer while the offer stood."),
    "held": N_("The invitation did not go out, for the reason that stands beside it."),
    "held_out": N_(
        "They are never invited, on purpose: they show what happens without invitation."
    ),
}


@router.get("/communities/{slug}")
def community(
    request: Request, here: Here, account: Operator, slug: str, day: str = "", days: int = 30
) -> Response:
    """Show one community; ``day`` is the calendar day whose joins are listed, else yesterday."""
    if days not in _SPANS:
        raise Invalid("there is no chart over so many days", path="days", hint="30, 90 or 365")
    house = here.house
    now = house.clock.now()
    today = local_date(now, ZoneInfo(house.instance.zone))
    chosen = read_day(day, today)
    speech = here.pages.speech(request, account)
    with house.db.read(actor_of(account), now) as work:
        rooms = house.communities
        one = rooms.get(work, slug)
        since = min(today - timedelta(days=days - 1), chosen)
        past = rooms.days(work, slug, since, max(today, chosen))
        joined = rooms.turns(work, slug, chosen, "joined", limit=PAGE)
        left = rooms.turns(work, slug, chosen, "left", limit=PAGE)
        together = rooms.combinations(work)
        all_segments = house.segments.all(work)
        values: dict[str, Any] = {
            "funnel": rooms.funnel(work, slug),
            "ways": rooms.ways_in(work, slug),
            "activity": house.scores.together(work, rooms.members(work, slug)),
            "revisions": rooms.revisions(work, slug),
            "cards": cards(here, work, [part.profile for part in (*joined, *left)]),
            "segment": next((s for s in all_segments if s.slug == one.segment), None),
            "segments": {
                s.slug: speech.title({"en": s.title_en, "zh": s.title_zh}) for s in all_segments
            },
            "topic": next((t for t in house.catalog.topics(work) if t.path == one.topic), None),
            "groups": house.growing.groups.of_community(work, slug),
            "others": [other for other in rooms.communities(work) if other.slug != slug],
        }
    both = pairs(together)
    shown = [one_day for one_day in past if one_day.day > today - timedelta(days=days)]
    return here.pages.render(
        request,
        "console/communities/one.html",
        account=account,
        community=one,
        holdout=house.communities.holdout(one),
        counted=next(one_day for one_day in past if one_day.day == chosen),
        chosen=chosen,
        today=today,
        yesterday=today - timedelta(days=1),
        before=(chosen - timedelta(days=1)).isoformat(),
        after=(chosen + timedelta(days=1)).isoformat() if chosen < today else "",
        joined=joined,
        left=left,
        spans_shown=[
            (
                speech.ngettext("%(n)s day", "%(n)s days", span),
                _address(slug, "", day=day, days=span) + "#days",
                span == days,
            )
            for span in _SPANS
        ],
        growth=growth_chart(speech, one, shown),
        pairs=both,
        sharing={other for first, other in both if first == slug},
        **values,
    )


@router.get("/communities/{slug}/members")
def members(request: Request, here: Here, account: Operator, slug: str, page: int = 0) -> Response:
    """List who takes part now, the newest first."""
    _check_page(page)
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        one = house.communities.get(work, slug)
        parts = house.communities.present(work, slug, limit=PAGE + 1, offset=page * PAGE)
        return here.pages.render(
            request,
            "console/communities/members.html",
            account=account,
            community=one,
            parts=parts[:PAGE],
            people=sum(house.communities.ways_in(work, slug).values()),
            ways=house.communities.ways_in(work, slug),
            cards=cards(here, work, [part.profile for part in parts[:PAGE]]),
            newer=_address(slug, "members", page=page - 1) if page else None,
            older=_address(slug, "members", page=page + 1) if len(parts) > PAGE else None,
        )


@router.get("/communities/{slug}/invitations")
def invitations(
    request: Request, here: Here, account: Operator, slug: str, state: str = "offered",
    reason: str = "", page: int = 0,
) -> Response:  # fmt: skip
    """List people by how their newest invitation stands."""
    _check_page(page)
    which = next((known for known in get_args(State) if known == state), None)
    if which is None:
        raise Invalid(f"{state!r} is no state of an invitation", path="state")
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        one = house.communities.get(work, slug)
        found = house.communities.standing(
            work, slug, which, reason or None, limit=PAGE + 1, offset=page * PAGE
        )
        asked = {"state": state, "reason": reason}
        funnel = house.communities.funnel(work, slug)
        return here.pages.render(
            request,
            "console/communities/invitations.html",
            account=account,
            community=one,
            segment=next((s for s in house.segments.all(work) if s.slug == one.segment), None),
            state=state,
            states=[
                (
                    f"{speech.word('invitation', known)} · {speech.number(count)}",
                    _address(slug, "invitations", state=known),
                    known == state,
                )
                for known, count in _counted(funnel)
            ],
            explained=speech.gettext(_EXPLAINED[which]),
            reason=reason,
            invitations=found[:PAGE],
            cards=cards(here, work, [invitation.profile for invitation in found[:PAGE]]),
            newer=_address(slug, "invitations", **asked, page=page - 1) if page else None,
            older=_address(slug, "invitations", **asked, page=page + 1)
            if len(found) > PAGE
            else None,
        )


def cards(here: Parts, work: Work, profiles: Sequence[int]) -> dict[int, Any]:
    """Say who people are, by profile."""
    asked = list(dict.fromkeys(profiles))
    return {card.profile: card for card in here.house.profiles.directory.cards(work, asked)}


def read_day(text: str, today: date) -> date:
    """Read the day asked for, yesterday when none is; raises Invalid beyond the calendar.

    >>> read_day("", date(2026, 1, 2)), read_day("2025-12-24", date(2026, 1, 2))
    (datetime.date(2026, 1, 1), datetime.date(2025, 12, 24))
    """
    if not text:
        return today - timedelta(days=1)
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise Invalid(f"{text!r} is no day", path="day", hint="write 2026-01-31") from error
    if not today - timedelta(days=3_660) <= found <= today:
        raise Invalid("that day is not within the last ten years", path="day")
    return found


def growth_chart(speech: Speech, community: Community, days: Sequence[Day]) -> Chart:
    """Draw who came and who went each day, titled with what it says."""
    came = sum(day.joined for day in days)
    best = max(days, key=lambda day: day.joined)
    if came:
        title = speech.ngettext(
            "%(n)s person joined; the best day was %(day)s with %(most)s",
            "%(n)s people joined; the best day was %(day)s with %(most)s",
            came,
            day=speech.day(best.day),
            most=speech.number(best.joined),
        )
    else:
        title = speech.gettext("Nobody joined in these days")
    series = [Series(speech.gettext("Joined"), [day.joined for day in days])]
    if any(day.left for day in days):
        series.append(Series(speech.gettext("Left the community"), [day.left for day in days]))
    labels = [f"{day.day:%m-%d}" if len(days) <= 90 else f"{day.day}" for day in days]
    return Chart(f"{community.slug}-joins", title, "bar", labels, series)


def _counted(funnel: Funnel) -> list[tuple[str, int]]:
    accepted = funnel.invited - funnel.waiting - funnel.declined - funnel.expired
    return [
        ("offered", funnel.waiting),
        ("accepted", max(accepted, 0)),
        ("declined", funnel.declined),
        ("expired", funnel.expired),
        ("held", sum(funnel.held.values())),
        ("held_out", funnel.held_out),
    ]


def _address(slug: str, room: str, **query: Any) -> str:
    asked = {name: value for name, value in query.items() if value}
    at = f"/communities/{quote(slug)}" + (f"/{room}" if room else "")
    return f"{at}?{urlencode(asked)}" if asked else at


def _check_page(page: int) -> None:
    if not 0 <= page <= _LAST_PAGE:
        raise Invalid("there is no such page", path="page")
