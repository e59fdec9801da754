"""What may not change once it has begun, and what must be there before it does."""

from collections.abc import Callable
from functools import partial

from coterie.campaigns.plans.model import PHASES, Campaign, Defined
from coterie.campaigns.polls.service import Polls
from coterie.core.errors import Conflict, Invalid, NotFound
from coterie.messaging.service import Messaging
from coterie.segments.service import Segments
from coterie.storage.work import Work

_SALE = PHASES.index("sale")


def check_change(before: Defined, after: Campaign) -> None:
    """Raise Conflict when a change comes too late."""
    if before.state in ("done", "cancelled"):
        raise Conflict(f"the campaign {before.slug} is {before.state}: make another one")
    if before.state == "draft":
        return
    old, phase = before.campaign, before.standing.phase
    if (old.base, old.holdout) != (after.base, after.holdout):
        raise Conflict("its base was drawn already: base and holdout stay as they are")
    if old.start != after.start and phase is not None and PHASES.index(phase) >= _SALE:
        raise Conflict("its sale has begun: the first day stays where it is")


def check_launch(
    work: Work, campaign: Campaign, segments: Segments, messaging: Messaging, polls: Polls
) -> None:
    """Raise Invalid with the path of what a campaign names that is not there."""
    if campaign.base is not None:
        _there(partial(segments.get, work, campaign.base), "base")
    for tier, action in campaign.tiers.items():
        path = f"tiers.{tier}"
        if action.template is not None:
            _there(partial(messaging.template, work, action.template), f"{path}.template")
            if action.channel not in messaging.channels:
                raise Invalid(
                    f"there is no channel {action.channel!r}", path=f"{path}.channel",
                    hint="one of " + ", ".join(sorted(messaging.channels)),
                )  # fmt: skip
        if action.poll is not None:
            _there(partial(polls.get, work, action.poll), f"{path}.poll")


def _there(ask: Callable[[], object], path: str) -> None:
    try:
        ask()
    except NotFound as error:
        raise Invalid(error.message, path=path, hint="make it first, or name another") from error
