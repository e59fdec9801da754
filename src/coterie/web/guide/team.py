"""What a campaign asks of the guides of a store, by day; whoever did it says so for all of them."""

from dataclasses import dataclass
from datetime import timedelta

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.core.clock import local_date
from coterie.core.errors import Conflict, NotFound
from coterie.storage.work import Work
from coterie.web.guide.at_work import Guided, GuideForm, Staff, done, fresh
from coterie.web.parts import Here
from coterie.web.ports import Served
from coterie.web.speech import Speech

router = APIRouter(prefix="/g/team")

ROLE = "guide"
_AHEAD = timedelta(days=1)


@dataclass(frozen=True)
class TeamJob:
    """A task of a campaign; ``late`` when its day has passed."""

    campaign: str
    key: str
    title: str
    of: str
    late: bool
    today: bool


def team_jobs(work: Work, house: Served, speech: Speech, staff: Staff) -> list[TeamJob]:
    """Return what is open for her and her stores until tomorrow, the oldest first."""
    today = local_date(work.now, speech.zone)
    found = []
    for one in house.growing.plans.all(work):
        if one.state != "running":
            continue
        title = speech.title(one.campaign.titles)
        found += [
            (task.day, TeamJob(
                one.slug, task.key, speech.title(task.titles), title, task.day < today,
                task.day == today,
            ))
            for task in house.growing.plans.tasks(work, one.slug, ROLE)
            if task.state == "open" and task.day <= today + _AHEAD
            and (task.store is None or task.store in staff.guide.stores)
        ]  # fmt: skip
    return [job for _, job in sorted(found, key=lambda one: one[0])]


@router.post("/done")
def team_done(request: Request, here: Here, form: GuideForm, staff: Guided) -> Response:
    """Say that a campaign's task was done."""
    house, speech = here.house, here.pages.speech(request)
    campaign, key = form.get("campaign", "")[:64], form.get("task", "")[:200]
    said = speech.gettext("Done. Well spent.")
    try:
        with house.db.begin(staff.actor, house.clock.now()) as work:
            if fresh(work, here, staff, form):
                mine = {(one.campaign, one.key) for one in team_jobs(work, house, speech, staff)}
                if (campaign, key) not in mine:
                    raise NotFound("there is no such task among yours", code="not_hers")
                house.growing.plans.done(work, campaign, [key])
    except Conflict:
        said = speech.gettext("Its time had passed already.")
    return done(request, here, "/g/", said)
