"""Who brought whom, and how far she came: made anew from all that is known of her. Pure.

The same signs give the same end in whatever order they arrive. A touch counts when the friend was
new, took no part herself and had not joined yet; so whoever brings somebody began to take part
before her, and nobody's friend can have brought her: there are no circles. What was decided (a
reward was approved, somebody said no) stands; afterwards only a refund, or that two turn out to be
one, takes it back.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

from coterie.core.ids import derived_id
from coterie.referrals.model import ALL, Friend, Referral, Sign, State, Touch, floored
from coterie.referrals.programmes.model import Programme

Joins = tuple[int | None, int | None]


def settle(programme: Programme, friend: Friend, now: int) -> Referral | None:
    """Return how far somebody came in a programme; None when nobody ever brought her."""
    joined, lost = _stay(friend.signs)
    one = _begin(programme, friend)
    if one is None:
        return None
    if one.decision == "approved":
        return _kept(programme, friend, one, lost, now)
    if one.decision == "rejected":
        return replace(one, lost=lost)
    blank = replace(
        one, reason="", joined=None, lost=None, qualified=None, ref="", due=None, ended=None
    )
    if not friend.is_first:
        return _rejected(blank, "same_person", now)
    touch, reason = _winner(programme, friend, joined, now)
    if touch is None:
        return _rejected(replace(blank, joined=joined, lost=lost), reason, now, one)
    brought = replace(blank, code=touch.code, touched=touch.moment)
    if joined is None:
        return replace(brought, state="touched")
    brought = replace(brought, state="joined", joined=joined, lost=lost)
    return _qualified(programme, brought, friend.signs, now)


def _begin(programme: Programme, friend: Friend) -> Referral | None:
    """Return what there is of her already, or a new one by her first touch."""
    if friend.held is not None:
        return friend.held
    others = [one for one in friend.touches if one.referrer != friend.profile]
    if not others:
        return None
    first = min(others, key=lambda one: (one.moment, one.id))
    return Referral(
        id=derived_id("referral", programme.slug, friend.profile),
        programme=programme.slug,
        profile=friend.profile,
        came_with=friend.profile,
        code=first.code,
        touched=first.moment,
    )


def _winner(
    programme: Programme, friend: Friend, joined: int | None, now: int
) -> tuple[Touch | None, str]:
    """Return the first valid touch, or None and why there is none."""
    in_order = sorted(friend.touches, key=lambda one: (one.moment, one.id))
    why = {one.id: _fault(programme, friend, one, joined) for one in in_order}
    valid = [one for one in in_order if not why[one.id]]
    if valid and joined is None:  # of those that have lapsed another may win yet
        return next((one for one in valid if one.moment + programme.window >= now), valid[0]), ""
    if valid:
        return valid[0], ""
    others = [why[one.id] for one in in_order if why[one.id] != "self"]
    return None, (others or ["self"])[0]


def _fault(programme: Programme, friend: Friend, touch: Touch, joined: int | None) -> str:
    """Say why a touch does not count; empty when it does."""
    at = touch.moment
    if touch.referrer == friend.profile:
        return "self"
    if not programme.since <= at < programme.until:
        return "out_of_time"
    if friend.known is not None and friend.known < programme.since:
        return "known"
    if friend.since is not None and friend.since <= at:
        return "takes_part"
    if joined is not None and joined < floored(at):  # the platform tells whole seconds
        return "here_already" if joined < floored(touch.at) else "before_code"
    if joined is not None and joined > at + programme.window:
        return "too_late"
    return ""


def _stay(signs: Sequence[Sign]) -> Joins:
    """Return when she first joined, and since when she had left all that she joined."""
    joins = [one for one in signs if one.kind == "join"]
    if not joins:
        return None, None
    inside: set[str] = set()
    lost = None
    moves = [one for one in signs if one.kind in ("join", "left")]
    for one in sorted(moves, key=lambda one: (one.at, one.kind == "left", one.id)):
        if one.kind == "join":
            inside.add(one.ref)
            lost = None
        elif one.ref in inside:
            inside.discard(one.ref)
            lost = one.at if not inside else None
    return floored(min(one.at for one in joins)), lost


def _qualified(
    programme: Programme, brought: Referral, signs: Sequence[Sign], now: int
) -> Referral:
    if programme.qualifies == "stay":
        at, due = _stayed(brought, signs, programme.stay, now)
        ref, reason = "", ""
    else:
        (at, ref, reason), due = _paid(brought, signs, programme.least), None
    if at is None:
        return replace(brought, due=due, reason=reason)
    due = at + programme.delay if programme.approval == "auto" else None
    return replace(brought, state="pending", qualified=at, ref=ref, due=due, reason="")


def _paid(brought: Referral, signs: Sequence[Sign], least: int) -> tuple[int | None, str, str]:
    """Return when she qualified and by which order, or why not: all was given back, or too little.

    It is the first order of which enough is left, however many there were.
    """
    paid = sorted(
        (
            one
            for one in signs
            if one.kind == "paid" and floored(one.at) >= floored(brought.touched)
        ),
        key=lambda one: (one.at, one.id),
    )
    worth = {one.ref: left_of(signs, one.ref) for one in paid}
    for one in paid:
        if worth[one.ref] >= max(least, 1):
            return one.at, one.ref, ""
    if not paid:
        return None, "", ""
    return None, "", "too_small" if any(one > 0 for one in worth.values()) else "refunded"


def left_of(signs: Sequence[Sign], order: str) -> int:
    """Return what is left of an order after refunds; nothing once it was cancelled."""
    paid = [one for one in signs if one.kind == "paid" and one.ref == order]
    back = [one for one in signs if one.kind == "back" and one.ref == order]
    if not paid or any(one.amount == ALL for one in back):
        return 0
    first = min(paid, key=lambda one: (one.at, one.id))
    return max(first.amount - sum(one.amount for one in back), 0)


def _stayed(
    brought: Referral, signs: Sequence[Sign], stay: int, now: int
) -> tuple[int | None, int | None]:
    """Return since when she has stayed long enough in one group, or when she will have."""
    dues: list[int] = []
    for one in signs:
        if one.kind != "join" or not one.ref.startswith("g:"):
            continue
        leaves = [
            other.at for other in signs
            if other.kind == "left" and other.ref == one.ref and other.at >= one.at
        ]  # fmt: skip
        done = max(floored(one.at), brought.joined or 0) + stay
        if not leaves or min(leaves) >= done:
            dues.append(done)
    due = min(dues, default=None)
    return (due, None) if due is not None and due <= now else (None, due)


def _kept(
    programme: Programme, friend: Friend, one: Referral, lost: int | None, now: int
) -> Referral:
    """Let what was approved stand, unless what it was approved for is no more."""
    one = replace(one, lost=lost)
    if one.state == "clawed_back":
        return one
    reason = ""
    if not friend.is_first:
        reason = "same_person"
    elif any(each.code == one.code and each.referrer == friend.profile for each in friend.touches):
        reason = "self"
    elif one.ref and left_of(friend.signs, one.ref) < max(programme.least, 1):
        reason = "refunded"
    return replace(one, state="clawed_back", reason=reason, ended=now) if reason else one


def _rejected(one: Referral, reason: str, now: int, held: Referral | None = None) -> Referral:
    ended = held.ended if held and held.state == "rejected" and held.reason == reason else None
    state: State = "rejected"
    return replace(one, state=state, reason=reason, due=None, ended=ended or now)


def first_rows(rows: Collection[Referral]) -> set[str]:
    """Of the rows of one person in one programme, return the one that stands.

    What was approved stands before what was not; then whoever was brought first.
    """
    if not rows:
        return set()
    best = min(rows, key=lambda one: (one.decision != "approved", one.touched, one.id))
    return {best.id}
