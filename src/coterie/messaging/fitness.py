"""Who could be spoken to now: what the gate would say of a touch that nobody has written yet."""

from collections.abc import Collection
from dataclasses import replace

from coterie.messaging.asking import asked_of
from coterie.messaging.audience import look_up, look_up_planned
from coterie.messaging.gate import decide
from coterie.messaging.model import Reason, Request, Touch
from coterie.messaging.service import Messaging
from coterie.storage.work import Work


def held_now(
    work: Work, messaging: Messaging, profiles: Collection[int], channel: str, touch: Touch
) -> dict[int, Reason]:
    """Return why these people may not be spoken to now; whoever may has no key.

    It promises nothing: the message itself is asked for again. A guide who speaks herself needs
    neither a channel nor a text of the house.
    """
    requests = [
        Request(one, channel, "", touch, key=f"fitness:{one}", origin="fitness")
        for one in sorted(profiles)
    ]
    audience = look_up(
        work, messaging.profiles, messaging.channels, messaging.zone, requests,
        rules=messaging.rules,
    )  # fmt: skip
    look_up_planned(work, audience, set(profiles))
    found: dict[int, Reason] = {}
    for request in requests:
        planned = list(audience.planned[request.profile].values())
        standing = audience.standing(request, audience.settings, planned)
        if not standing.has_channel:
            standing = replace(standing, has_channel=True, has_address=True)
        said = decide(asked_of(request, (), {}), standing, audience.settings, work.now)
        if said.reason is not None:
            found[request.profile] = said.reason
    return found
