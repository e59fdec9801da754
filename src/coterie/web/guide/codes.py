"""A guide's own codes, one of them as large as the screen, and her groups."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.channels.wecom.mirror.model import Chat
from coterie.codes.channel.model import ChannelCode, Numbers
from coterie.core.errors import NotFound
from coterie.web.guide.at_work import Guided, GuideForm, done, fresh, page
from coterie.web.guide.today import new_key
from coterie.web.parts import Here

router = APIRouter(prefix="/g/codes")


@dataclass(frozen=True)
class Mine:
    """One code of hers and what came of it."""

    code: ChannelCode
    numbers: Numbers

    @property
    def picture(self) -> str:
        """Where it is drawn."""
        return f"/c/{self.code.state}.png"


@router.get("")
def codes(request: Request, here: Here, staff: Guided) -> Response:
    """Show her codes and her groups."""
    house = here.house
    with house.db.read(staff.actor, house.clock.now()) as work:
        channel = house.scanning.channel
        mine = [one for one in channel.of_guide(work, staff.guide.id) if one.status == "on"]
        numbers = channel.numbers(work, [one.state for one in mine])
        away = channel.away_of(work, [staff.guide.id])
        groups: list[Chat] = []
        if staff.guide.userid is not None:
            groups = house.mirror.groups_of(work, staff.guide.userid)
    return page(
        request, here, staff, "codes", keep=True, store_title="",
        codes=[Mine(one, numbers.get(one.state, Numbers())) for one in mine],
        groups=groups, is_away=staff.guide.id in away, until=away.get(staff.guide.id),
        new_key=new_key,
    )  # fmt: skip


@router.get("/{state}")
def one_code(request: Request, here: Here, staff: Guided, state: str) -> Response:
    """Show one code as large as the screen, to be scanned from it."""
    house = here.house
    with house.db.read(staff.actor, house.clock.now()) as work:
        hers = {one.state: one for one in house.scanning.channel.of_guide(work, staff.guide.id)}
    if state not in hers:
        raise NotFound("there is no such code among yours", code="not_hers")
    shown = Mine(hers[state], Numbers())
    return page(request, here, staff, "code", keep=True, store_title="", mine=shown)


@router.post("/away")
def away(request: Request, here: Here, form: GuideForm, staff: Guided) -> Response:
    """Take herself off her codes, or put herself back; who scans meets a colleague meanwhile."""
    house, speech = here.house, here.pages.speech(request)
    back = bool(form.get("back"))
    with house.db.begin(staff.actor, house.clock.now()) as work:
        if fresh(work, here, staff, form):
            if back:
                house.scanning.channel.back(work, staff.guide.id)
            else:
                house.scanning.channel.away(work, staff.guide.id, None)
    said = speech.gettext("You are on your codes again.") if back else speech.gettext(
        "You are off your codes: new customers meet a colleague."
    )  # fmt: skip
    return done(request, here, "/g/codes", said)
