"""Holds what the house believes against what the platform's journal says. Counts, and troubles."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from coterie.channels.wecom.welcomes.sending import IN_DOUBT
from coterie.core.clock import SECOND
from coterie.scenarios.wecom.laying import ACTOR, tag_of
from coterie.scenarios.wecom.plan import Plan
from coterie.scenarios.wecom.player import Player
from coterie.scenarios.wecom.ports import Rooms

WELCOME_WITHIN = 20 * SECOND
_KINDS = (
    "added", "welcome", "joined", "left", "transferred", "send", "callback", "retry", "lost",
    "deleted", "token", "transfer", "transfer_failed",
)  # fmt: skip


@dataclass
class Figures:
    """What became of the story. ``troubles`` is empty when nothing was lost and nothing twice."""

    customers: int = 0
    profiles: int = 0
    tagged: int = 0
    bound: int = 0
    parted: int = 0
    """Who is nobody's customer, since she removed her guide, or her guide left and she refused
    another.
    """
    welcomes: dict[str, int] = field(default_factory=dict)
    welcome_seconds: dict[str, float] = field(default_factory=dict)
    joined: int = 0
    left: int = 0
    handed_over: int = 0
    handovers_refused: int = 0
    sends: dict[str, int] = field(default_factory=dict)
    callbacks: int = 0
    callbacks_twice: int = 0
    callbacks_retried: int = 0
    callbacks_lost: int = 0
    tokens: int = 0
    troubles: list[str] = field(default_factory=list)

    def told(self) -> dict[str, Any]:
        """Return them as plain data."""
        return asdict(self)


def judge(
    rooms: Rooms,
    player: Player,
    plan: Plan,
    people: Sequence[str],
    origin: str,
    now: int,
    *,
    killed: bool = False,
) -> Figures:
    """Count on both sides and compare.

    ``killed``: the house was killed meanwhile. A welcome that it sent without living to hear so
    is then known to it as one that was sent already (41051).
    """
    lines: dict[str, list[dict[str, Any]]] = {kind: [] for kind in _KINDS}
    for one in player.journal(*_KINDS):
        lines[one["kind"]].append(one["data"])
    figures = Figures(customers=len(people))
    _people(rooms, plan, people, lines, figures, now)
    _welcomes(rooms, lines, figures, now, killed=killed)
    _groups(rooms, lines, figures, now)
    _handovers(rooms, people, lines, figures, now)
    _sends(rooms, plan, lines, figures, origin, now)
    brought = Counter(one["callback"] for one in lines["callback"])
    figures.callbacks = len(brought)
    figures.callbacks_twice = sum(number > 1 for number in brought.values())
    figures.callbacks_retried = len(lines["retry"])
    figures.callbacks_lost = len({one["callback"] for one in lines["lost"]} - brought.keys())
    figures.tokens = len(lines["token"])
    return figures


def _people(
    rooms: Rooms,
    plan: Plan,
    people: Sequence[str],
    lines: Mapping[str, list[dict[str, Any]]],
    figures: Figures,
    now: int,
) -> None:
    """Everybody one profile, tagged by her store's code, bound to one guide."""
    added = {one["external_userid"] for one in lines["added"]}
    parted = {one["external_userid"] for one in lines["deleted"] if one["by"] == "customer"}
    parted |= {one["external_userid"] for one in lines["transfer_failed"]}
    with rooms.db.read(ACTOR, now) as work:
        profiles = rooms.mirror.profiles_of(work, people)
        known = rooms.profiles.known(work, set(profiles.values()))
        owners = rooms.guides.bindings.owners(work, set(profiles.values()))
    figures.profiles = len(set(profiles.values()))
    for number, external in enumerate(people):
        profile = profiles.get(external)
        if external not in added or profile is None:
            figures.troubles.append(f"{external} was added and is no profile")
            continue
        if tag_of(plan.store_of(number)) in known[profile].tags:
            figures.tagged += 1
        else:
            figures.troubles.append(f"{external} has no tag of her code")
        if profile in owners:
            figures.bound += 1
        elif external in parted:
            figures.parted += 1
        else:
            figures.troubles.append(f"{external} is nobody's customer")
    if figures.profiles != len(people):
        figures.troubles.append(f"{len(people)} customers are {figures.profiles} profiles")


def _welcomes(
    rooms: Rooms,
    lines: Mapping[str, list[dict[str, Any]]],
    figures: Figures,
    now: int,
    *,
    killed: bool,
) -> None:
    """Each welcome once at the platform, in time, and the others with a reason in the house."""
    given = Counter((one["userid"], one["external_userid"]) for one in lines["welcome"])
    twice = [pair for pair, number in given.items() if number > 1]
    late = [one for one in lines["welcome"] if one["after"] > WELCOME_WITHIN]
    figures.troubles += [f"{pair} was welcomed twice" for pair in twice]
    figures.troubles += [f"{one['external_userid']} was welcomed late" for one in late]
    with rooms.db.read(ACTOR, now) as work:
        counted = rooms.scanning.welcomes.figures(work)
        expired = rooms.scanning.welcomes.page(work, statuses=["expired"], limit=len(given) + 1)
    figures.welcomes = dict(counted.counts)
    waits = sorted(one["after"] / SECOND for one in lines["welcome"])
    if waits:
        figures.welcome_seconds = {
            "p50": waits[len(waits) // 2],
            "p95": waits[len(waits) * 95 // 100],
            "max": waits[-1],
        }
    sent = counted.counts.get("sent", 0)
    doubtful = sum(one.reason == IN_DOUBT for one in expired)
    most = sent + counted.counts.get("taken", 0) + doubtful if killed else sent
    if not sent <= len(given) <= most:
        figures.troubles.append(f"the platform sent {len(given)} welcomes, the house says {sent}")
    added = {(one["userid"], one["external_userid"]) for one in lines["added"]}
    explained = sum(counted.counts.values())
    if explained < len(added):
        figures.troubles.append(f"{len(added) - explained} welcomes have no outcome")


def _groups(
    rooms: Rooms, lines: Mapping[str, list[dict[str, Any]]], figures: Figures, now: int
) -> None:
    """Who is in which group, on both sides."""
    inside = {(one["chat_id"], one["member"]) for one in lines["joined"]}
    inside -= {(one["chat_id"], one["member"]) for one in lines["left"]}
    with rooms.db.read(ACTOR, now) as work:
        told = rooms.log.counts(work)
        ours = {
            (one.chat_id, one.member)
            for chat in rooms.mirror.chats(work)
            for one in rooms.mirror.participants(work, chat.chat_id)
            if one.is_customer and one.left is None
        }
    figures.joined, figures.left = told.get("Group Joined", 0), told.get("Group Left", 0)
    if figures.joined != len(lines["joined"]):
        figures.troubles.append(f"{len(lines['joined'])} joined, the log says {figures.joined}")
    if figures.left != len(lines["left"]):
        figures.troubles.append(f"{len(lines['left'])} left, the log says {figures.left}")
    if ours != inside:
        figures.troubles.append(f"groups differ in {len(ours ^ inside)} places")


def _handovers(
    rooms: Rooms,
    people: Sequence[str],
    lines: Mapping[str, list[dict[str, Any]]],
    figures: Figures,
    now: int,
) -> None:
    """Whoever changed hands at the platform is the new guide's in the house."""
    with rooms.db.begin(ACTOR, now) as work:
        profiles = rooms.mirror.profiles_of(work, people)
        owners = rooms.guides.bindings.owners(work, set(profiles.values()))
        slugs = rooms.guides.organisation.of_userids(
            work, {one["takeover"] for one in lines["transferred"]}
        )
    for one in lines["transferred"]:
        owner = owners.get(profiles[one["external_userid"]])
        if owner == slugs[one["takeover"]]:
            figures.handed_over += 1
        else:
            figures.troubles.append(
                f"{one['external_userid']} went to {one['takeover']}, and is {owner}'s in the house"
            )
    figures.handovers_refused = len(lines["transfer_failed"])
    if len(lines["transferred"]) + figures.handovers_refused != len(lines["transfer"]):
        figures.troubles.append("a handover that was asked for did not end")


def _sends(
    rooms: Rooms,
    plan: Plan,
    lines: Mapping[str, list[dict[str, Any]]],
    figures: Figures,
    origin: str,
    now: int,
) -> None:
    """Each customer got the message once at the most, and the house knows of whom it is true."""
    given = Counter(one["receiver"] for one in lines["send"])
    figures.troubles += [f"{one} got it {n} times" for one, n in given.items() if n > 1]
    with rooms.db.read(ACTOR, now) as work:
        counts = [one for one in rooms.messaging.counts(work) if one.origin == origin]
    for one in counts:
        state = one.status if one.reason is None else f"{one.status}: {one.reason}"
        figures.sends[state] = figures.sends.get(state, 0) + one.number
    if figures.sends.get("sent", 0) != len(given):
        figures.troubles.append(
            f"the platform sent {len(given)} messages, the house says {figures.sends.get('sent')}"
        )
    if len(given) > plan.customers - plan.full:
        figures.troubles.append("somebody got more than her quota")
