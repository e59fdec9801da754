"""The gate's stations as one message passed them: what the console draws. Pure.

The gate stops at the first no, so a reason tells how far a message came. What it was asked again
when it was taken out of the outbox is the same list; ``later`` says that the no came then.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from coterie.messaging.model import Message, Reason

OUTDONE = "outdone by "
"""How the detail of a message begins that gave its place to a better one; its id follows."""

Passage = Literal["passed", "held", "not_asked", "not_reached"]

STATIONS: tuple[str, ...] = (
    "stop_all", "channel", "template", "address", "consent", "personalised", "age", "holdout",
    "relevance", "quiet", "expiry", "caps", "mix", "text",
)  # fmt: skip
"""In the order in which the gate asks; ``text`` is the filling in of the template."""

_FOR_SERVICE = ("stop_all", "channel", "template", "address", "expiry", "text")
_STATION_OF: Mapping[str, str] = {
    Reason.STOPPED: "stop_all",
    Reason.NO_CHANNEL: "channel",
    Reason.NO_TEMPLATE: "template",
    Reason.NO_ADDRESS: "address",
    Reason.BOUNCED: "address",
    Reason.NO_CONSENT: "consent",
    Reason.NON_PERSONALISED: "personalised",
    Reason.AGE_UNKNOWN: "age",
    Reason.UNDER_AGE: "age",
    Reason.HOLDOUT: "holdout",
    Reason.IRRELEVANT: "relevance",
    Reason.EXPIRED: "expiry",
    Reason.CAP_DAY: "caps",
    Reason.CAP_WEEK: "caps",
    Reason.CAP_CHANNEL: "caps",
    Reason.CAP_TOUCH: "caps",
    Reason.QUOTA: "caps",
    Reason.MIX: "mix",
    Reason.DUPLICATE: "caps",
    Reason.TEMPLATE_FAILED: "text",
}


@dataclass(frozen=True)
class Station:
    """One question of the gate, and how a message came through it."""

    name: str
    passage: Passage


def passed(message: Message) -> list[Station]:
    """Return the stations of the gate with what each said to a message, in their order.

    A message that the gate did not hold (sent, failed at the provider, withdrawn, a shadow)
    passed all that it was asked.
    """
    held_at = _STATION_OF.get(message.reason or "") if message.status == "held" else None
    asked = _FOR_SERVICE if message.is_service else STATIONS
    found: list[Station] = []
    reached = True
    for name in STATIONS:
        if name == held_at:
            found.append(Station(name, "held"))
            reached = False
        elif name not in asked:
            found.append(Station(name, "not_asked"))
        else:
            found.append(Station(name, "passed" if reached else "not_reached"))
    return found


def outdone_by(message: Message) -> str | None:
    """Name the message that got the place of this one, which waited for the same minute."""
    if message.status != "held" or not (message.detail or "").startswith(OUTDONE):
        return None
    return (message.detail or "").removeprefix(OUTDONE)


def held_later(message: Message) -> bool:
    """Say whether a message was queued first and held afterwards."""
    return message.status == "held" and message.at > message.created
