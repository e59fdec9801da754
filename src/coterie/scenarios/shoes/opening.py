"""Opens the campaign at the desk: promises with their budgets, groups, fission, the plan."""

from datetime import timedelta
from typing import Any

from coterie.campaigns.model import Plan as BroadcastPlan
from coterie.campaigns.plans.anniversary import Inputs, anniversary
from coterie.core.clock import HOUR, MINUTE, to_datetime
from coterie.core.numbers import SCALE
from coterie.loyalty.benefits.model import Benefit
from coterie.loyalty.coupons.model import Budget, Template
from coterie.messaging.model import Template as Text
from coterie.scenarios.shoes.brand import (
    BASE,
    CAMPAIGN,
    FRIEND_COUPON,
    JOIN_COUPON,
    POLL,
    PROGRAMME,
    STORES,
)
from coterie.scenarios.shoes.laying import ACTOR, INVITATION, MAIN
from coterie.scenarios.shoes.plan import MEMBERS, Plan
from coterie.scenarios.shoes.story import Story
from coterie.storage.work import Work

BUDGETS = {"joining": 180_000, "friends": 60_000}
"""Yuan that may be given away in all, at the full size; the friends' one does not last."""
JOIN_OFF, JOIN_FROM, FRIEND_OFF, FRIEND_FROM = 30, 299, 50, 399
WARM_UP = {"core": "warm-core", "general": "warm-general"}
_SPEND = (("Posters and table cards", "海报与台卡", 3_600), ("Gift bags", "伴手礼", 9_000))
_EAST = timedelta(hours=8)


def open_campaign(story: Story) -> None:
    """Open it, the evening before the first group is built; the invitation waits for its hour."""
    with story.rooms.db.begin(ACTOR, story.stage.now) as work:
        _promise(story, work)
        _groups(story, work)
        story.rooms.growing.referrals.define(work, _programme(story))
        _plan(story, work)
    with story.rooms.db.begin(ACTOR, story.stage.now) as work:
        _invite(story, work)
    story.stage.settle()


def day_of(plan: Plan, day: int) -> str:
    """Return a day of the campaign as it is written."""
    return (to_datetime(plan.day(day)) + _EAST).date().isoformat()


def _promise(story: Story, work: Work) -> None:
    """Make the coupons, within what they may cost, and what gives them."""
    plan, growing = story.plan, story.rooms.growing
    share = min(1.0, plan.walkers / Plan().walkers)
    titles = {"joining": ("Join benefit", "入群礼"), "friends": ("Friends", "邀请好友")}
    for slug, amount in BUDGETS.items():
        en, zh = titles[slug]
        growing.coupons.keep_budget(work, Budget(
            slug=slug, titles={"en": en, "zh": zh}, amount=round(amount * share) * SCALE,
            mode="hard", campaign=CAMPAIGN,
        ))  # fmt: skip
    ends = day_of(plan, plan.LAST - 1)
    growing.coupons.define(work, Template(
        slug=JOIN_COUPON, titles={"en": "30 off for joining", "zh": "入群券 30 元"},
        kind="amount", amount=JOIN_OFF * SCALE, minimum=JOIN_FROM * SCALE, ends=ends,
        per_person=1, floor=6_000, budget="joining", campaign=CAMPAIGN,
    ))  # fmt: skip
    growing.coupons.define(work, Template(
        slug=FRIEND_COUPON, titles={"en": "50 off with a friend", "zh": "同行券 50 元"},
        kind="amount", amount=FRIEND_OFF * SCALE, minimum=FRIEND_FROM * SCALE, ends=ends,
        floor=6_000, budget="friends", campaign=CAMPAIGN, priority=1,
    ))  # fmt: skip
    growing.benefits.define(work, Benefit(
        "join", {"en": "Join benefit", "zh": "入群礼"}, "coterie.group.joined", JOIN_COUPON,
        where={"campaign": CAMPAIGN}, campaign=CAMPAIGN,
    ))  # fmt: skip


def _groups(story: Story, work: Work) -> None:
    """Say what each first group is; those that the platform makes behind its code are alike."""
    for what, chat in story.laid.chats.items():
        given: dict[str, Any] = {
            "chat": chat, "slug": f"{what}-1", "code": story.laid.codes[what],
            "rhythm": "playbook", "campaign": CAMPAIGN, "qr_limit": story.plan.capacity,
            "opened": day_of(story.plan, story.plan.FIRST),
        }  # fmt: skip
        if what in STORES:
            given |= {"kind": "store", "store": what}
        else:
            given |= {"kind": "topic", "topic": f"shoes/{what}"}
        story.rooms.growing.groups.define(work, given)


def _programme(story: Story) -> dict[str, Any]:
    plan = story.plan
    return {
        "slug": PROGRAMME,
        "title": {"en": "Come with a friend", "zh": "闺蜜同行"},
        "from": day_of(plan, plan.FIRST),
        "until": day_of(plan, plan.LAST - 1),
        "window": "7d",
        "qualifies": {"did": "order", "least": "99.00"},
        "reward": {"referrer": FRIEND_COUPON, "friend": FRIEND_COUPON},
        "approval": {"by": "auto", "after": "1d"},
        "caps": {"person": 20, "day": 10},
        "carrier": "poster",
        "headline": {"en": "Ten years, come along", "zh": "周年庆，一起来"},
        "benefit": {"en": "50 off for both after the friend's first order",
                    "zh": "好友首单后，双方各得 50 元券"},
        "door": {"way": "group", "state": story.laid.codes[MAIN]},
        "campaign": CAMPAIGN,
    }  # fmt: skip


def _plan(story: Story, work: Work) -> None:
    """Write the plan from its template, and launch it."""
    plan, rooms = story.plan, story.rooms
    rooms.messaging.define_template(work, Text(WARM_UP["core"], (
        "周年庆的三双主推款想先请您看：踝靴、玛丽珍、小猫跟。哪一双我给您留码？"
    )))  # fmt: skip
    rooms.messaging.define_template(work, Text(WARM_UP["general"], (
        "周年庆限定色投票：石榴红、裸粉还是经典黑？{{ polls.colour }}"
    )))  # fmt: skip
    share = plan.walkers / Plan().walkers
    titles = {"en": "Anniversary", "zh": "周年庆"}
    start = (to_datetime(plan.start) + _EAST).date()
    members = round(MEMBERS * share)
    document = anniversary(Inputs(titles, start, STORES, BASE, members, round(1_500_000 * share)))
    document |= {
        "holdout": plan.holdout,
        "margin": 45,
        "group_codes": sorted(story.laid.codes.values()),
        "channel_codes": sorted(story.laid.tills.values()),
        "programme": PROGRAMME,
        "coupons": [JOIN_COUPON, FRIEND_COUPON],
        "benefits": ["join"],
        "spend": [
            {"title": {"en": en, "zh": zh}, "amount": str(round(amount * share))}
            for en, zh, amount in _SPEND
        ],
        "gates": {"base": round(plan.base * 0.9), "guides": plan.guides // 2},
        "tiers": {
            "seed": {
                "do": "task",
                "text": {
                    "en": "Show her the new shoes first, and ask her to come with two friends",
                    "zh": "请她先看新款，并邀请两位朋友同行",
                },
            },
            "core": _says(WARM_UP["core"]),
            "general": {"do": "poll", "poll": POLL, **_sent(WARM_UP["general"])},
            "lurker": {
                "do": "task",
                "text": {
                    "en": "Greet her by name and remind her of her coupon; sell nothing",
                    "zh": "用名字问候，提醒入群券还没用；不推销",
                },
            },
        },
    }
    rooms.growing.plans.define(work, CAMPAIGN, document)
    rooms.growing.plans.launch(work, CAMPAIGN)


def _says(template: str) -> dict[str, Any]:
    return {"do": "template", **_sent(template)}


def _sent(template: str) -> dict[str, Any]:
    return {"template": template, "channel": "wecom", "touch": "emotional"}


def _invite(story: Story, work: Work) -> None:
    """Ask for the invitation of the old customers; a second account approves of so many."""
    plan, campaigns = story.plan, story.rooms.campaigns
    draft = campaigns.draft(work, BroadcastPlan(
        title="周年庆邀请", segment=BASE, template=INVITATION, channel="wecom",
        touch="commercial", send_at=plan.day(plan.FIRST) + 10 * HOUR + 30 * MINUTE,
        holdout=plan.holdout, programme=CAMPAIGN,
    ), by=1)  # fmt: skip
    asked = campaigns.ask(work, draft.id, by=1)
    if asked.state == "waiting":
        campaigns.approve(work, draft.id, by=2)
    story.origin = asked.origin
