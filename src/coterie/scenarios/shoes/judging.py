"""Holds what the house believes against the platform's journal and the tills' rolls."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from coterie.core.numbers import SCALE
from coterie.scenarios.shoes.brand import (
    CAMPAIGN,
    FEEDS,
    FRIEND_COUPON,
    JOIN_COUPON,
    guide_name,
)
from coterie.scenarios.shoes.laying import ACTOR
from coterie.scenarios.shoes.opening import BUDGETS
from coterie.scenarios.shoes.story import Story

_KINDS = (
    "joined", "left", "send", "callback", "retry", "lost", "token", "welcome", "transferred",
    "transfer_failed", "added",
)  # fmt: skip
Lines = Mapping[str, list[dict[str, Any]]]


@dataclass
class Figures:
    """What became of the story. ``troubles`` is empty when nothing was lost and nothing twice."""

    review: dict[str, Any] = field(default_factory=dict)
    planted: dict[str, Any] = field(default_factory=dict)
    groups: dict[str, int] = field(default_factory=dict)
    coupons: dict[str, int] = field(default_factory=dict)
    budgets: dict[str, Any] = field(default_factory=dict)
    friends: dict[str, Any] = field(default_factory=dict)
    sends: dict[str, int] = field(default_factory=dict)
    platform: dict[str, int] = field(default_factory=dict)
    done: dict[str, int] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)

    def told(self) -> dict[str, Any]:
        """Return them as plain data."""
        return asdict(self)


def judge(story: Story) -> Figures:
    """Count on both sides and compare."""
    lines: dict[str, list[dict[str, Any]]] = {kind: [] for kind in _KINDS}
    for one in story.hand.journal(*_KINDS):
        lines[one["kind"]].append(one["data"])
    figures = Figures(planted=story.plan.planted.told(), done=dict(sorted(story.counts.items())))
    with story.rooms.db.read(ACTOR, story.stage.now) as work:
        figures.review = story.rooms.growing.reviews.review(work, CAMPAIGN, patience=0).told()
    _groups(story, lines, figures)
    _sends(story, lines, figures)
    _coupons(story, figures)
    _orders(story, figures)
    _friends(story, figures)
    brought = Counter(one["callback"] for one in lines["callback"])
    figures.platform = {
        "callbacks": len(brought),
        "callbacks_twice": sum(number > 1 for number in brought.values()),
        "callbacks_lost": len({one["callback"] for one in lines["lost"]} - brought.keys()),
        "tokens": len(lines["token"]),
        "added": len(lines["added"]),
        "welcomed": len(lines["welcome"]),
        "handed_over": len(lines["transferred"]),
        "handovers_refused": len(lines["transfer_failed"]),
    }
    pairs = Counter((one["userid"], one["external_userid"]) for one in lines["welcome"])
    _twice(figures, "welcomed", pairs)
    return figures


def _twice(figures: Figures, what: str, counts: Mapping[Any, int]) -> None:
    figures.troubles += [f"{one} was {what} {n} times" for one, n in counts.items() if n > 1]


def _groups(story: Story, lines: Lines, figures: Figures) -> None:
    """Hold who is in which group on both sides, and nobody beyond what the platform lets in."""
    inside: dict[str, set[str]] = {}
    sizes: Counter[str] = Counter()
    events = [(one["chat_id"], one["member"], 1) for one in lines["joined"]]
    events += [(one["chat_id"], one["member"], -1) for one in lines["left"]]
    for chat, _, step in events:
        sizes[chat] += step
    left = Counter((one["chat_id"], one["member"]) for one in lines["left"])
    came = Counter((one["chat_id"], one["member"]) for one in lines["joined"])
    for (chat, member), number in came.items():
        if number > left[chat, member]:
            inside.setdefault(chat, set()).add(member)
    with story.rooms.db.read(ACTOR, story.stage.now) as work:
        groups = story.rooms.growing.groups.all(work)
        mirrored = {
            one.chat: {
                each.member
                for each in story.rooms.mirror.participants(work, one.chat)
                if each.is_customer and each.left is None
            }
            for one in groups
        }
        told = story.rooms.log.counts(work)
    for one in groups:
        if mirrored[one.chat] != inside.get(one.chat, set()):
            odd = len(mirrored[one.chat] ^ inside.get(one.chat, set()))
            figures.troubles.append(f"group {one.slug} differs from the platform in {odd} places")
        if one.customers != len(inside.get(one.chat, ())):
            figures.troubles.append(
                f"group {one.slug} holds {len(inside.get(one.chat, ()))}, we say {one.customers}"
            )
        if one.members > one.cap:
            figures.troubles.append(f"group {one.slug} is over its capacity: {one.members}")
    if told.get("Group Joined", 0) != len(lines["joined"]):
        figures.troubles.append(
            f"{len(lines['joined'])} joined, the log says {told.get('Group Joined', 0)}"
        )
    unknown = inside.keys() - {one.chat for one in groups}
    figures.troubles += [f"group {one} is unknown" for one in sorted(unknown)]
    figures.groups = {
        "groups": len(groups), "joins": len(lines["joined"]), "leaves": len(lines["left"]),
        "largest": max((one.members for one in groups), default=0),
        "full": sum(one.members >= story.plan.capacity for one in groups),
    }  # fmt: skip


def _sends(story: Story, lines: Lines, figures: Figures) -> None:
    """Hold what was sent against what the house says was, and who never confirms sent nothing."""
    silent = {
        guide_name(one)
        for one in range(story.plan.guides)
        if story.plan.confirms_after(one) is None
    }
    figures.troubles += [
        f"{one['userid']} never confirmed, and a message went out"
        for one in lines["send"]
        if one["userid"] in silent
    ]
    given = Counter((one["msgid"], one["receiver"]) for one in lines["send"])
    _twice(figures, "sent the same", given)
    people = {one["external_userid"] for one in lines["added"]}
    people |= {story.external(f"b{one}") for one in range(story.plan.base)}
    to_people = sum(receiver in people for _, receiver in given)
    with story.rooms.db.read(ACTOR, story.stage.now) as work:
        counts = story.rooms.messaging.counts(work)
    for one in counts:
        state = one.status if one.reason is None else f"{one.status}: {one.reason}"
        figures.sends[state] = figures.sends.get(state, 0) + one.number
    figures.sends["into groups"] = len(given) - to_people
    if figures.sends.get("sent", 0) != to_people:
        figures.troubles.append(
            f"the platform sent {to_people} messages, the house says {figures.sends.get('sent')}"
        )
    if story.reached and not figures.sends.get("shadow"):
        figures.troubles.append("nobody was held out of the invitation")


def _coupons(story: Story, figures: Figures) -> None:
    """Hold coupons against the tills' rolls: each redeemed once, none beyond its budget."""
    growing = story.rooms.growing
    with story.rooms.db.read(ACTOR, story.stage.now) as work:
        numbers = growing.coupons.numbers(work, [JOIN_COUPON, FRIEND_COUPON])
        budgets = growing.coupons.budgets(work)
        found = growing.ledger.verify(work)
    figures.troubles += [f"the ledger differs: {one}" for one in found]
    for slug, one in numbers.items():
        if one.issued != sum(one.states.values()):
            figures.troubles.append(f"coupons {slug} do not add up: {one}")
        figures.coupons |= {f"{slug} issued": one.issued, f"{slug} refused": one.refused}
        figures.coupons |= {f"{slug} {state}": one.states[state] for state in sorted(one.states)}
    for standing in budgets:
        if standing.spent + standing.held > standing.budget.amount:
            figures.troubles.append(f"budget {standing.budget.slug} was passed")
        figures.budgets[standing.budget.slug] = {
            "amount": standing.budget.amount / SCALE, "spent": standing.spent / SCALE,
            "held": standing.held / SCALE,
        }  # fmt: skip
    assert set(figures.budgets) == set(BUDGETS)
    using = sum(one.states.get("redeemed", 0) for one in numbers.values())
    if using != story.counts["coupons redeemed"] - story.counts["coupons taken back"]:
        figures.troubles.append(
            f"tills redeemed {story.counts['coupons redeemed']} coupons and took back "
            f"{story.counts['coupons taken back']}, the house says {using}"
        )


def _orders(story: Story, figures: Figures) -> None:
    """Hold every order of the tills' rolls against the house's, to the cent."""
    with story.rooms.db.read(ACTOR, story.stage.now) as work:
        for feed in sorted(FEEDS.values()):
            for number, sale in story.rolls.get(feed, {}).items():
                found = story.rooms.commerce.orders.find(work, feed, number)
                if found is None or (found.total, found.refunded) != (sale.paid, sale.back):
                    figures.troubles.append(f"order {number} of {feed} is not what was paid")


def _friends(story: Story, figures: Figures) -> None:
    """Hold fission against its law: one referrer each, one reward a side, nobody herself."""
    with (
        story.rooms.db.read(ACTOR, story.stage.now) as work,
        story.rooms.log.open_lake(work) as lake,
    ):
        rows = lake.execute(
            "SELECT profile, properties->>'referral', properties->>'side' FROM events "
            "WHERE name = 'coterie.referral.approved'"
        ).fetchall()
        twice = lake.execute(
            "SELECT properties->>'origin', count(*) FROM events WHERE name = "
            "'coterie.coupon.issued' AND properties->>'origin' LIKE 'referral:%' "
            "GROUP BY 1 HAVING count(*) > 1"
        ).fetchall()
        joined = lake.execute(
            "SELECT profile, count(*) FROM events WHERE name = 'coterie.referral.joined' "
            "GROUP BY 1 HAVING count(*) > 1"
        ).fetchall()
        names = ("touched", "joined", "qualified", "approved", "rejected", "clawed_back")
        told = story.rooms.log.counts(work)
    _twice(figures, "approved", Counter((referral, side) for _, referral, side in rows))
    figures.troubles += [f"{origin} was rewarded {n} times" for origin, n in twice]
    figures.troubles += [f"profile {one} was brought {n} times" for one, n in joined]
    figures.friends = {name: told.get(f"coterie.referral.{name}", 0) for name in names}
