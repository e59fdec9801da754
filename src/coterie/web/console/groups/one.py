"""One customer group: how full, who is in it, and what was and will be posted."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from coterie.accounts.model import Account
from coterie.communities.groups.model import Group
from coterie.core.clock import DAY, local_date, midnight
from coterie.core.errors import CoterieError, Invalid
from coterie.storage.work import Work
from coterie.web.charts import Chart, Series
from coterie.web.console.codes.editing import people_and_places
from coterie.web.console.communities.one import cards
from coterie.web.console.groups.listing import stages_of
from coterie.web.desk import DeskForm, Operator, actor_of, desk_form
from coterie.web.parts import Here, Parts
from coterie.web.speech import Speech

router = APIRouter(prefix="/groups")

PAGE = 20
_SPAN, _NEXT = 30, 10
_TEXTS = ("name", "kind", "store", "topic", "community", "campaign", "rhythm", "opened")
_NUMBERS = ("cap", "qr_limit")


@router.get("/{slug}")
def one(
    request: Request, here: Here, account: Operator, slug: str, page: int = 0, day: str = ""
) -> Response:
    """Show one group; with a ``day``, who was in it when that day ended."""
    if not 0 <= page <= 10_000:
        raise Invalid("there is no such page", path="page")
    house, speech = here.house, here.pages.speech(request, account)
    now = house.clock.now()
    zone = ZoneInfo(house.instance.zone)
    today = local_date(now, zone)
    with house.db.read(actor_of(account), now) as work:
        rooms = house.growing.groups
        group = rooms.get(work, slug)
        since = now - _SPAN * DAY
        chosen = _chosen(day, today)
        then = None if chosen is None else min(now, midnight(chosen + timedelta(days=1), zone) - 1)
        stays = rooms.stays(work, [slug], limit=PAGE + 1, offset=page * PAGE, as_of=then)
        people = rooms.counts(work, then)[slug]
        days = rooms.by_day(work, [slug], since, now + 1).get(slug, [])
        codes = {each.state: each.title for each in house.scanning.groups.all(work)}
        values: dict[str, Any] = {
            "stage": stages_of(here, work, [group], now)[slug],
            "played": rooms.plays(work, slug, now - 60 * DAY, now + 1),
            "coming": rooms.rhythms.coming(work, group.chat, _NEXT),
            "ways": _ways(speech, rooms.ways(work, slug), codes),
            "cards": cards(here, work, [each.profile for each in stays[:PAGE]]),
            "guide": house.guides.organisation.guide_names(work, [group.guide]).get(group.guide),
            "community": _community(here, work, group, speech),
            "rhythms": _rhythms(here, work, speech),
            "stores": dict(people_and_places(here, work)[1]),
        }
    week = [each for each in days if each[0] > today - timedelta(days=7)]
    return here.pages.render(
        request, "console/groups/one.html", account=account, group=group, now_ms=now,
        code_title=codes.get(group.code or ""), stays=stays[:PAGE], growth=_growth(
            speech, group, days, today
        ), came=sum(each[1] for each in week), went=sum(each[2] for each in week),
        newer=_address(slug, page - 1, chosen) if page else None, chosen=chosen, people=people,
        older=_address(slug, page + 1, chosen) if len(stays) > PAGE else None, today=today,
        **values,
    )  # fmt: skip


def _chosen(day: str, today: date) -> date | None:
    if not day:
        return None
    try:
        found = date.fromisoformat(day)
    except ValueError as error:
        raise Invalid(f"{day!r} is no day", path="day", hint="write it like 2026-09-11") from error
    if not today - timedelta(days=3_660) <= found <= today:
        raise Invalid("that day is not within the last ten years", path="day")
    return found


def _address(slug: str, page: int, day: date | None) -> str:
    asked = ({"day": day.isoformat()} if day else {}) | ({"page": page} if page else {})
    return f"/groups/{slug}?{urlencode(asked)}#people" if asked else f"/groups/{slug}#people"


@router.post("/{slug}/pause", dependencies=[Depends(desk_form)])
def pause(request: Request, here: Here, account: Operator, slug: str) -> Response:
    """Post nothing in it for now."""
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        house.growing.groups.pause(work, slug)
    return here.pages.redirect(f"/groups/{slug}", speech.gettext("Paused."))


@router.post("/{slug}/resume", dependencies=[Depends(desk_form)])
def resume(request: Request, here: Here, account: Operator, slug: str) -> Response:
    """Go on with its rhythm."""
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        house.growing.groups.resume(work, slug)
    return here.pages.redirect(f"/groups/{slug}", speech.gettext("It goes on."))


@router.post("/{slug}/rhythm")
def rhythm(request: Request, here: Here, account: Operator, slug: str, form: DeskForm) -> Response:
    """Give it a rhythm, or none."""
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        house.growing.groups.follow_rhythm(work, slug, form.get("rhythm") or None)
    return here.pages.redirect(f"/groups/{slug}", speech.gettext("Kept."))


@router.get("/{slug}/edit")
def edit(request: Request, here: Here, account: Operator, slug: str) -> Response:
    """Change what a group is."""
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        group = house.growing.groups.get(work, slug)
    zone = ZoneInfo(house.instance.zone)
    fields = {name: str(getattr(group, name) or "") for name in (*_TEXTS, *_NUMBERS)}
    fields["opened"] = local_date(group.opened, zone).isoformat()
    return _editor(request, here, account, slug, fields)


@router.post("/{slug}/edit")
def change(request: Request, here: Here, account: Operator, slug: str, form: DeskForm) -> Response:
    """Keep it."""
    house, speech = here.house, here.pages.speech(request, account)
    try:
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            house.growing.groups.define(work, {"slug": slug, **_given(here, work, slug, form)})
    except CoterieError as error:
        return _editor(request, here, account, slug, form, error)
    return here.pages.redirect(f"/groups/{slug}", speech.gettext("Kept."))


def _given(here: Parts, work: Work, slug: str, form: Mapping[str, str]) -> dict[str, Any]:
    """Read the form; a group keeps the moment at which it was opened unless the day changed."""
    given: dict[str, Any] = {name: form.get(name, "").strip() for name in _TEXTS}
    group = here.house.growing.groups.get(work, slug)
    kept = local_date(group.opened, ZoneInfo(here.house.instance.zone)).isoformat()
    if given["opened"] in ("", kept):
        del given["opened"]
    if given["kind"] == "store":
        given["topic"] = ""
    else:
        given["store"] = ""
    for name in _NUMBERS:
        text = form.get(name, "").strip()
        if not text.isascii() or not text.isdigit() or len(text) > 6:
            raise Invalid(f"{text!r} is no whole number", path=name, hint="such as 200")
        given[name] = int(text)
    return given


def _editor(
    request: Request, here: Parts, account: Account, slug: str, fields: Mapping[str, str],
    fault: CoterieError | None = None,
) -> Response:  # fmt: skip
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        group = house.growing.groups.get(work, slug)
        _, stores = people_and_places(here, work)
        communities = [
            (each.slug, speech.title(each.titles)) for each in house.communities.communities(work)
        ]
        rhythms = _rhythms(here, work, speech)
    return here.pages.render(
        request, "console/groups/edit.html", http_status=400 if fault else 200, account=account,
        group=group, given=fields, fault=fault, rhythms=rhythms,
        fault_path=fault.path if isinstance(fault, Invalid) else "",
        stores=[("", speech.gettext("of no store")), *stores],
        communities=[("", speech.gettext("of no community")), *communities],
    )  # fmt: skip


def _rhythms(here: Parts, work: Work, speech: Speech) -> list[tuple[str, str]]:
    every = here.house.growing.groups.rhythms.all(work)
    return [
        ("", speech.gettext("none: nothing is posted by itself")),
        *((each.slug, speech.title(each.titles)) for each in every),
    ]


def _community(here: Parts, work: Work, group: Group, speech: Speech) -> str:
    every = here.house.communities.communities(work) if group.community else []
    return next((speech.title(one.titles) for one in every if one.slug == group.community), "")


def _ways(
    speech: Speech, ways: Mapping[str, int], codes: Mapping[str, str]
) -> list[tuple[str, int, str]]:
    """Say how people came in: words, how many, and the address of the code, if by one."""
    found = []
    for way, count in sorted(ways.items(), key=lambda one: (-one[1], one[0])):
        state = way.removeprefix("code:")
        if state != way:
            address = f"/codes/groups/{state}" if state in codes else ""
            found.append((codes.get(state, state), count, address))
        else:
            found.append((speech.word("group_scene", way), count, ""))
    return found


def _growth(
    speech: Speech, group: Group, days: Sequence[tuple[date, int, int]], today: date
) -> Chart:
    """Draw who came and went each day, titled with what it says."""
    by_day = {day: (came, went) for day, came, went in days}
    shown = [today - timedelta(days=back) for back in reversed(range(_SPAN))]
    joined = [by_day.get(day, (0, 0))[0] for day in shown]
    left = [by_day.get(day, (0, 0))[1] for day in shown]
    title = speech.gettext("Nobody came or went in 30 days")
    if sum(joined) or sum(left):
        title = speech.gettext(
            "%(came)s came and %(went)s left in 30 days",
            came=speech.number(sum(joined)), went=speech.number(sum(left)),
        )  # fmt: skip
    series = [Series(speech.gettext("Joined"), joined), Series(speech.gettext("Left"), left)]
    labels = [f"{day:%m-%d}" for day in shown]
    return Chart(f"group-{group.slug}", title, "bar", labels, series)
