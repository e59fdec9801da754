"""How a broadcast goes from one state to the next, and who may take it there. Pure.

::

    draft -> waiting -> scheduled -> sending -> done
      ^_________|___________|            (undo)
    any of them but done -> cancelled
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from coterie.campaigns.model import LIVE, Broadcast, Note, Plan, Signature, State
from coterie.core.errors import Conflict, NotPermitted

OPEN_DESK = 0
"""The account of a machine without accounts."""

WhyNot = Literal["no_accounts", "asked_for_it", "wrote_it"]
_CURE = "let a second person sign in with an account of their own"
_REFUSALS: Mapping[WhyNot, str] = {
    "no_accounts": (
        "a second person must approve this, and this desk has no accounts yet: "
        "make two with coterie owner NAME, then sign in"
    ),
    "asked_for_it": f"you asked for this broadcast, so somebody else must approve it: {_CURE}",
    "wrote_it": f"you wrote this broadcast, so somebody else must approve it: {_CURE}",
}


def needs_approval(people: int, approved: Signature | None, above: int) -> bool:
    """Say whether a second person must (again) look at an audience of so many people.

    An approval covers an audience up to a fifth larger than the one that was approved.

    >>> needs_approval(1_000, None, 1_000), needs_approval(1_001, None, 1_000)
    (False, True)
    """
    if people <= above:
        return False
    return approved is None or 5 * people > 6 * approved.people


def revise(broadcast: Broadcast, plan: Plan, by: Signature) -> Broadcast:
    """Change the plan of a draft."""
    _must_be(broadcast, "draft", cure="take it back to a draft first")
    return replace(broadcast, plan=plan, written=by, note=None)


def ask(broadcast: Broadcast, by: Signature, above: int) -> Broadcast:
    """Ask for a draft to be sent: it is scheduled, or waits for a second person."""
    _must_be(broadcast, "draft", cure="it was asked for already")
    asked = replace(broadcast, asked=by, approved=None, note=None)
    if needs_approval(by.people, None, above):
        return replace(asked, state="waiting", due=None)
    return _schedule(asked, by.at)


def approve(broadcast: Broadcast, by: Signature) -> Broadcast:
    """Let a second person approve; raises NotPermitted when it is one of those who made it."""
    _must_be(broadcast, "waiting", cure="there is nothing to approve")
    refusal = why_not(broadcast, by.account)
    if refusal is not None:
        raise NotPermitted(_REFUSALS[refusal], code=refusal)
    return _schedule(replace(broadcast, approved=by, note=None), by.at)


def why_not(broadcast: Broadcast, account: int) -> WhyNot | None:
    """Say why an account may not approve a broadcast; None when it may."""
    if account == OPEN_DESK:
        return "no_accounts"
    if broadcast.asked is not None and account == broadcast.asked.account:
        return "asked_for_it"
    return "wrote_it" if account == broadcast.written.account else None


def undo(broadcast: Broadcast) -> Broadcast:
    """Take what waits or is scheduled back to a draft; who approved it approves anew."""
    _must_be(broadcast, "waiting", "scheduled", cure="what is being sent can only be cancelled")
    return replace(broadcast, state="draft", asked=None, approved=None, note=None, due=None)


def cancel(broadcast: Broadcast, by: Signature) -> Broadcast:
    """End a broadcast; what it has queued is withdrawn by the road, from now on."""
    _must_be(broadcast, *LIVE, cure="it is over")
    due = by.at if broadcast.state == "sending" else None
    return replace(broadcast, state="cancelled", ended=by, finished=by.at, due=due)


def give_back(broadcast: Broadcast, note: Note) -> Broadcast:
    """Let it wait for an approval again, or fall back to a draft when nobody is left to write to.

    What a ``grown`` audience had approved stays, to be shown beside the new number.
    """
    if note == "grown":
        return replace(broadcast, state="waiting", note=note, due=None)
    return replace(undo(broadcast), note=note)


def begin(broadcast: Broadcast, people: int, now: int) -> Broadcast:
    """Begin to send to an audience that is fixed from now on."""
    return replace(
        broadcast, state="sending", started=now, total=people, handed=0, note=None, due=now
    )


def finish(broadcast: Broadcast, now: int) -> Broadcast:
    """Be done: the last message has gone out, or was held."""
    return replace(broadcast, state="done", finished=now, due=None)


def _schedule(broadcast: Broadcast, now: int) -> Broadcast:
    at = broadcast.plan.send_at
    return replace(broadcast, state="scheduled", due=now if at is None else max(at, now))


def _must_be(broadcast: Broadcast, *states: State, cure: str) -> None:
    if broadcast.state not in states:
        raise Conflict(
            f"the broadcast {broadcast.plan.title!r} is {broadcast.state}: {cure}",
            code="wrong_state",
        )
