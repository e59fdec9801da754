"""Rhythms at the desk: what is posted at which age of a group, and their editor."""

import re
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from coterie.accounts.model import Account
from coterie.communities.groups.rhythm.model import KINDS, Play, Rhythm, stage_of
from coterie.communities.groups.rhythm.playbook import PLAYBOOK
from coterie.communities.groups.rhythm.timing import coming
from coterie.core.clock import local_date
from coterie.core.errors import Conflict, CoterieError, Invalid
from coterie.core.ids import check_slug
from coterie.web.console.groups.form import document_of, fields_of, rows_of
from coterie.web.console.guides.words import WEEKDAYS
from coterie.web.desk import Operator, actor_of, long_form
from coterie.web.parts import Here, Parts
from coterie.web.speech import Speech

router = APIRouter(prefix="/groups/rhythms")

LongForm = Annotated[dict[str, str], Depends(long_form)]
_NTH = re.compile(r"([1-5])(MO|TU|WE|TH|FR|SA|SU)")
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@router.get("")
def rhythms(request: Request, here: Here, account: Operator) -> Response:
    """List rhythms with what each is made of and how many groups follow it."""
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        rooms = house.growing.groups
        found = rooms.rhythms.all(work)
        followers = Counter(one.rhythm for one in rooms.all(work) if one.closed is None)
    return here.pages.render(
        request, "console/groups/rhythms.html", account=account, rhythms=found,
        followers=followers, playbook=PLAYBOOK,
        kinds={one.slug: Counter(each.kind for each in one.plays) for one in found},
    )  # fmt: skip


@router.get("/new")
def new(request: Request, here: Here, account: Operator, copy: str = "") -> Response:
    """Write a new rhythm, empty or after another one."""
    fields: dict[str, str] = {"jitter": "20", "middle": "7", "late": "21"}
    if copy:
        house = here.house
        with house.db.read(actor_of(account), house.clock.now()) as work:
            fields = fields_of(house.growing.groups.rhythms.source(work, copy))
        fields["slug"] = ""
    return _editor(request, here, account, fields, "")


@router.post("/new")
def make(request: Request, here: Here, account: Operator, form: LongForm) -> Response:
    """Keep a new rhythm."""
    return _save(request, here, account, form.get("slug", "").strip(), form, is_new=True)


@router.get("/{slug}")
def one(request: Request, here: Here, account: Operator, slug: str) -> Response:
    """Show a rhythm day by day, and the groups that follow it."""
    house, speech = here.house, here.pages.speech(request, account)
    now = house.clock.now()
    zone = ZoneInfo(house.instance.zone)
    with house.db.read(actor_of(account), now) as work:
        rooms = house.growing.groups
        found = rooms.rhythms.get(work, slug)
        groups = [each for each in rooms.all(work) if each.rhythm == slug]
    today = local_date(now, zone)
    dates = coming(found, today, zone, now, 10)
    return here.pages.render(
        request, "console/groups/rhythm.html", account=account, rhythm=found, groups=groups,
        playbook=PLAYBOOK, plays=[(each, *_when(speech, found, each)) for each in found.plays],
        skip=sorted(found.skip), dates=dates, days={each.at: (each.day - today) / timedelta(days=1)
                                                    for each in dates},
    )  # fmt: skip


@router.get("/{slug}/edit")
def edit(request: Request, here: Here, account: Operator, slug: str) -> Response:
    """Change a rhythm."""
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        fields = fields_of(house.growing.groups.rhythms.source(work, slug))
    if slug == PLAYBOOK:
        raise Conflict("the playbook stays as it is: copy it under another name")
    return _editor(request, here, account, fields, slug)


@router.post("/{slug}/edit")
def change(request: Request, here: Here, account: Operator, slug: str, form: LongForm) -> Response:
    """Keep a changed rhythm."""
    return _save(request, here, account, slug, form, is_new=False)


def _save(
    request: Request, here: Parts, account: Account, slug: str, form: Mapping[str, str],
    *, is_new: bool,
) -> Response:  # fmt: skip
    house, speech = here.house, here.pages.speech(request, account)
    try:
        if slug == "new":
            raise Invalid("this name is taken by a page", path="slug", hint="choose another")
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            rooms = house.growing.groups.rhythms
            if is_new and check_slug(slug, "slug") in {each.slug for each in rooms.all(work)}:
                raise Conflict("there is a rhythm of this name already: choose another one")
            rooms.define(work, document_of(form, slug))
    except CoterieError as error:
        return _editor(request, here, account, form, "" if is_new else slug, error)
    return here.pages.redirect(f"/groups/rhythms/{slug}", speech.gettext("Kept."))


def _editor(
    request: Request, here: Parts, account: Account, fields: Mapping[str, str], slug: str,
    fault: CoterieError | None = None,
) -> Response:  # fmt: skip
    speech = here.pages.speech(request, account)
    return here.pages.render(
        request, "console/groups/rhythm_edit.html", http_status=400 if fault else 200,
        account=account, given=fields, slug=slug, rows=rows_of(fields), fault=fault,
        fault_path=fault.path if isinstance(fault, Invalid) else "",
        kinds=[(each, speech.word("play", each)) for each in KINDS],
    )  # fmt: skip


def _when(speech: Speech, rhythm: Rhythm, play: Play) -> tuple[str, str, str]:
    """Say when a play is: its day or recurrence, the time, and the stage it lies in."""
    time = f"{play.at // 60:02d}:{play.at % 60:02d}"
    first = play.since if play.day is None else play.day
    stage = stage_of(first, rhythm.stages)
    if play.day is not None:
        return speech.gettext("day %(n)s", n=speech.number(play.day)), time, stage
    return _said(speech, play.every or "", play.since), time, stage


def _said(speech: Speech, every: str, since: int) -> str:
    """Say a recurrence in words where it is a plain one, else as it is written."""
    parts: dict[str, Any] = dict(part.split("=", 1) for part in every.split(";"))
    days = str(parts.get("BYDAY", "")).split(",")
    plain = set(parts) <= {"FREQ", "BYDAY"} and all(day in _DAYS for day in days if day)
    nth = _NTH.fullmatch(days[0]) if len(parts) == 2 and len(days) == 1 else None
    if parts["FREQ"] == "DAILY" and plain and days == [""]:
        words = speech.gettext("every day")
    elif parts["FREQ"] == "WEEKLY" and plain and days != [""]:
        named = [speech.gettext(WEEKDAYS[_DAYS.index(day)]) for day in days]
        words = speech.gettext("weekly: %(days)s", days=", ".join(named))
    elif parts["FREQ"] == "MONTHLY" and nth is not None:
        day = speech.gettext(WEEKDAYS[_DAYS.index(nth[2])])
        words = speech.gettext("monthly: %(day)s number %(n)s", day=day, n=nth[1])
    else:
        words = every.removeprefix("FREQ=")
    if not since:
        return words
    return speech.gettext("%(when)s, from day %(n)s on", when=words, n=speech.number(since))
