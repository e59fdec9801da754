"""The life of an invitation, as plain functions: an invitation and a fact give the next one.

::

    eligible -> held_out                        left out on purpose, for ever
    eligible -> held <-> offered -> accepted    she takes part
                                 -> declined -> after the cool-down a new attempt, if eligible
                                 -> expired  -> the same

A change of mind is welcome one way: a declined offer may still be accepted; who accepted leaves
the community instead. Transitions that do not exist return None.
"""

from dataclasses import replace
from zoneinfo import ZoneInfo

from coterie.communities.model import Invitation, Terms
from coterie.core.clock import next_midnight
from coterie.core.ids import derived_id
from coterie.messaging.model import Reason

MAX_TRIES = 7
"""Days on which a held invitation is tried again before it rests."""

NEVER_AGAIN = frozenset({Reason.HOLDOUT, Reason.ERASED})
_NOT_BY_WAITING = NEVER_AGAIN | {Reason.NO_CONSENT, Reason.REJECTED}


def may_invite(latest: Invitation | None, left: int | None, terms: Terms, now: int) -> bool:
    """Say whether an eligible person outside the community may have a new offer.

    ``latest`` is her newest invitation, ``left`` when she last left the community.
    """
    if left is not None and now < left + terms.cool_down:
        return False
    if latest is None or latest.state == "accepted":
        return True
    cooled = latest.due is None or now >= latest.due
    return latest.state in ("declined", "expired") and cooled


def may_retry(latest: Invitation | None) -> bool:
    """Say whether a held invitation may be handed to messaging again when there is a cause."""
    return latest is not None and latest.state == "held" and latest.reason not in NEVER_AGAIN


def begin(latest: Invitation | None, community: str, profile: int, now: int) -> Invitation:
    """Draw up the next invitation of a person; it is held until messaging has taken it.

    Attempts are counted anew when two people turn out to be one, so the moment names it too.
    """
    attempt = 1 if latest is None else latest.attempt + 1
    name = derived_id("invitation", community, profile, attempt, now)
    return Invitation(name, community, profile, attempt, "held", now)


def hold_out(invitation: Invitation) -> Invitation:
    """Leave her out on purpose: counted, never invited."""
    return replace(invitation, state="held_out")


def offer(invitation: Invitation, message: str, terms: Terms, now: int) -> Invitation:
    """The message is on its way; the offer stands until it expires."""
    return replace(
        invitation,
        state="offered",
        since=now,
        due=now + terms.expires,
        tries=invitation.tries + 1,
        reason=None,
        message=message,
    )


def refuse(
    invitation: Invitation, message: str, reason: str, now: int, zone: ZoneInfo
) -> Invitation:
    """Messaging held the message when it was handed over."""
    tried = replace(invitation, tries=invitation.tries + 1, message=message)
    return _held(tried, reason, now, zone)


def hold(invitation: Invitation, reason: str, now: int, zone: ZoneInfo) -> Invitation | None:
    """The message of an offer was held, or failed, on its way out.

    Where nobody knows whether it arrived, the offer stands.
    """
    if invitation.state != "offered" or reason == Reason.AMBIGUOUS:
        return None
    return _held(invitation, reason, now, zone)


def _held(invitation: Invitation, reason: str, now: int, zone: ZoneInfo) -> Invitation:
    waits = reason not in _NOT_BY_WAITING and invitation.tries < MAX_TRIES
    due = next_midnight(now, zone) if waits else None
    return replace(invitation, state="held", since=now, due=due, reason=reason)


def accept(invitation: Invitation, now: int) -> Invitation | None:
    """She says yes, to an open offer or after all to one she declined."""
    if invitation.state not in ("offered", "declined"):
        return None
    return replace(invitation, state="accepted", since=now, due=None)


def decline(invitation: Invitation, terms: Terms | None, now: int) -> Invitation | None:
    """She says no; without terms (the community invites no longer) she is not asked again."""
    if invitation.state != "offered":
        return None
    due = None if terms is None else now + terms.cool_down
    return replace(invitation, state="declined", since=now, due=due)


def expire(invitation: Invitation, terms: Terms, now: int) -> Invitation | None:
    """She said nothing while the offer stood."""
    if invitation.state != "offered":
        return None
    return replace(invitation, state="expired", since=now, due=now + terms.cool_down)


def settle(invitation: Invitation, now: int) -> Invitation | None:
    """She joined by another way: what was open is answered; the held-out stay so for the count."""
    if invitation.state in ("accepted", "held_out"):
        return None
    return replace(invitation, state="accepted", since=now, due=None)


def cool_down(invitation: Invitation, terms: Terms, now: int) -> Invitation | None:
    """She left: think of her again after the cool-down."""
    if invitation.state != "accepted":
        return None
    return replace(invitation, due=now + terms.cool_down)
