"""What is known of a plan before anything is sent: how many, what they read, what it can show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from coterie.campaigns.model import Plan
from coterie.channels.wecom.sends.model import Preflight
from coterie.core.errors import CoterieError, NotFound
from coterie.experiments.sizes import ANY_LOOK, BASELINE, SMALL, smallest_shown, split
from coterie.messaging.channel import asks_sender
from coterie.messaging.model import Content
from coterie.storage.work import Work
from coterie.web.parts import Parts


@dataclass(frozen=True)
class Outlook:
    """A plan's audience now, what one of them will read, and the difference it could show.

    ``difference`` is a share over ``baseline``; None where nothing could be seen at all, or
    where nobody is held out. ``fault`` says why the template cannot be filled in. ``preflight``
    tells of a send that guides have to confirm: by whom, and who is left out.
    """

    people: int
    told: int
    held_out: int
    difference: float | None
    person: str
    content: Content | None
    fault: str
    needs_approval: bool
    preflight: Preflight | None = None
    guide_names: Mapping[str, str] = field(default_factory=dict)
    baseline: float = BASELINE

    @property
    def is_small(self) -> bool:
        """Whether the audience is too small to show what a good message does."""
        return self.held_out > 0 and (self.difference is None or self.difference > SMALL)


def look(here: Parts, work: Work, plan: Plan) -> Outlook | None:
    """Look ahead at a plan; None while it names no segment."""
    house = here.house
    try:
        people = house.campaigns.audience(work, plan)
    except NotFound:
        return None
    told, held_out = split(len(people), house.campaigns.holdout_of(plan))
    person, content, fault = "", None, ""
    if people:
        person, content, fault = _read_by(here, work, plan, people[0])
    return Outlook(
        people=len(people),
        told=told,
        held_out=held_out,
        difference=smallest_shown(told, held_out, BASELINE, ANY_LOOK),
        person=person,
        content=content,
        fault=fault,
        needs_approval=house.campaigns.needs_approval(len(people)),
        **_by_guides(here, work, plan, list(people), content),
    )


def _by_guides(
    here: Parts, work: Work, plan: Plan, people: Sequence[int], content: Content | None
) -> dict[str, Any]:
    """Say what guides would be asked, where the channel's messages are theirs to send."""
    house = here.house
    if plan.channel not in house.messaging.channels or not asks_sender(
        house.messaging.channels[plan.channel]
    ):
        return {}
    sends = house.mass_sends
    preflight = sends.preflight(work, people, None if content is None else content.text)
    asked = [share.guide for share in preflight.guides]
    return {"preflight": preflight, "guide_names": sends.staff.guide_names(work, asked)}


def _read_by(here: Parts, work: Work, plan: Plan, profile: int) -> tuple[str, Content | None, str]:
    house = here.house
    person = house.profiles.user_ids(work, [profile]).get(profile, "")
    values = {
        "profile": {"user_id": person},
        "broadcast": {"id": "", "title": plan.title},
    }
    try:
        template = house.messaging.template(work, plan.template)
        return person, house.messaging.try_out(work, template, profile, values), ""
    except CoterieError as error:
        return person, None, error.message if plan.template else ""
