"""Customer groups at the desk: all of them with their fill, stage and growth."""

from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from coterie.communities.groups.model import KINDS, Group
from coterie.communities.groups.rhythm.model import FIRST_DAYS, stage_of
from coterie.core.clock import local_date, midnight
from coterie.core.errors import Invalid
from coterie.storage.work import Work
from coterie.web.console.codes.editing import people_and_places
from coterie.web.desk import Operator, actor_of, desk_form
from coterie.web.parts import Here, Parts
from coterie.web.speech import N_, Speech

router = APIRouter(prefix="/groups")

PAGE = 60
SHOWN = {
    "all": N_("all"),
    "store": N_("store groups"),
    "topic": N_("topic groups"),
    "full": N_("full by code"),
    "closed": N_("gone"),
}


@router.get("")
def groups(
    request: Request, here: Here, account: Operator, show: str = "all", page: int = 0
) -> Response:
    """List the groups with how full each is, how it grows, and when something is posted next."""
    if show not in SHOWN or not 0 <= page <= 10_000:
        raise Invalid("there is no such list", path="show", hint=", ".join(SHOWN))
    house, speech = here.house, here.pages.speech(request, account)
    now = house.clock.now()
    with house.db.read(actor_of(account), now) as work:
        rooms = house.growing.groups
        every = rooms.all(work)
        found = [one for one in every if _is_shown(one, show)]
        shown = found[page * PAGE : (page + 1) * PAGE]
        since = week_of(here, now)
        days = rooms.by_day(work, [one.slug for one in every], since, now + 1)
        week = {
            slug: (sum(one[1] for one in said), sum(one[2] for one in said))
            for slug, said in days.items()
        }
        stages = stages_of(here, work, shown, now)
        rhythms = {one.slug: one.titles for one in rooms.rhythms.all(work)}
        _, stores = people_and_places(here, work)
        guides = house.guides.organisation.guide_names(work, {one.guide for one in shown})
        strangers = rooms.strangers(work)
    alive = [one for one in every if one.closed is None]
    return here.pages.render(
        request, "console/groups/list.html", account=account, groups=shown, alive=alive,
        people=sum(one.customers for one in alive), stages=stages, week=week,
        joined=sum(one[0] for one in week.values()), left=sum(one[1] for one in week.values()),
        full=sum(one.members >= one.qr_limit for one in alive), rhythms=rhythms,
        stores=dict(stores), guides=guides, strangers=strangers, now_ms=now,
        shown=_chips(speech, every, show), show=show,
        newer=_address(show, page - 1) if page else None,
        older=_address(show, page + 1) if len(found) > (page + 1) * PAGE else None,
    )  # fmt: skip


@router.post("/adopt", dependencies=[Depends(desk_form)])
def adopt(request: Request, here: Here, account: Operator) -> Response:
    """Take in the groups that WeCom has and that are not kept here yet."""
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        made = house.growing.groups.adopt(work)
    said = speech.ngettext("%(n)s group taken in.", "%(n)s groups taken in.", len(made))
    return here.pages.redirect("/groups", said)


def week_of(here: Parts, now: int) -> int:
    """Return the first moment of the last seven days, today among them."""
    zone = ZoneInfo(here.house.instance.zone)
    return midnight(local_date(now, zone) - timedelta(days=6), zone)


def stages_of(here: Parts, work: Work, groups: Sequence[Group], now: int) -> dict[str, str]:
    """Say in which stage groups are, each by its own rhythm."""
    rhythms = {one.slug: one.stages for one in here.house.growing.groups.rhythms.all(work)}
    return {
        one.slug: stage_of(one.age(now), rhythms.get(one.rhythm or "", FIRST_DAYS))
        for one in groups
    }


def _is_shown(group: Group, show: str) -> bool:
    if show == "closed":
        return group.closed is not None
    if show == "full":
        return group.closed is None and group.members >= group.qr_limit
    return group.closed is None and (show not in KINDS or group.kind == show)


def _chips(speech: Speech, every: Sequence[Group], show: str) -> list[tuple[str, str, bool]]:
    found = []
    for name, words in SHOWN.items():
        count = sum(_is_shown(one, name) for one in every)
        if count or name in ("all", show):
            label = f"{speech.gettext(words)} · {speech.number(count)}"
            found.append((label, _address(name, 0), name == show))
    return found


def _address(show: str, page: int) -> str:
    asked = ({"show": show} if show != "all" else {}) | ({"page": page} if page else {})
    return f"/groups?{urlencode(asked)}" if asked else "/groups"
