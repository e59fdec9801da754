"""A guide's groups: how full each is, what is to be confirmed today, and what comes next."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.communities.groups.model import Group
from coterie.core.clock import DAY, local_date, midnight
from coterie.storage.work import Work
from coterie.web.guide.at_work import Guided, Staff, page
from coterie.web.parts import Here
from coterie.web.ports import Served
from coterie.web.speech import Speech

router = APIRouter(prefix="/g/groups")

_COMING = 3


@dataclass(frozen=True)
class Play:
    """Something that is said in a group: its name, when, how it stands."""

    title: str
    at: int
    state: str


@dataclass(frozen=True)
class Hers:
    """One of her groups; ``today`` is what the day holds, ``coming`` what comes after."""

    group: Group
    today: tuple[Play, ...]
    coming: tuple[Play, ...]

    @property
    def is_full(self) -> bool:
        """Whether nobody more comes in by scanning."""
        return self.group.members >= self.group.qr_limit


@router.get("")
def groups(request: Request, here: Here, staff: Guided) -> Response:
    """Show her groups, those with something to confirm first."""
    house, speech = here.house, here.pages.speech(request)
    with house.db.read(staff.actor, house.clock.now()) as work:
        hers = hers_of(work, house, speech, staff)
    hers.sort(key=lambda one: not any(play.state == "asked" for play in one.today))
    return page(request, here, staff, "groups", keep=True, store_title="", groups=hers)


def hers_of(work: Work, house: Served, speech: Speech, staff: Staff) -> list[Hers]:
    """Return the living groups that she owns."""
    if staff.guide.userid is None:
        return []
    mine = house.growing.groups.of_guide(work, staff.guide.userid)
    return [_hers(work, house, speech, one) for one in mine if one.closed is None]


def _hers(work: Work, house: Served, speech: Speech, group: Group) -> Hers:
    rooms = house.growing.groups
    since = midnight(local_date(work.now, speech.zone), speech.zone)
    played = rooms.plays(work, group.slug, since, since + DAY)
    coming = rooms.rhythms.coming(work, group.chat, _COMING)
    return Hers(
        group,
        tuple(Play(speech.title(one.titles), one.at, one.state) for one in played),
        tuple(Play(speech.title(one.play.titles), one.at, "planned") for one in coming),
    )
