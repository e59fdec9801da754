"""The anniversary: a whole campaign from a start date and five more answers. Pure.

The proportions are those of the published case: of 4,500 members in groups 60 % were active, a
third came to the store, and a tenth bought; the groups opened a week before the sale. All of it is
a draft: every line may be changed before it is launched.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

ACTIVE, VISITS, BUYERS, READY = 0.6, 1 / 3, 0.1, 0.6
"""Shares of the members: active ones, visits, buyers, and those needed before the sale begins."""


@dataclass(frozen=True)
class Inputs:
    """What the template asks: six things. ``revenue`` is in whole units of the currency."""

    titles: dict[str, str]
    start: date
    stores: Sequence[str]
    base: str | None
    members: int
    revenue: int


def anniversary(given: Inputs) -> dict[str, Any]:
    """Return the definition of a campaign.

    >>> plan = anniversary(Inputs({"en": "Ten years"}, date(2026, 9, 18), ["bund"], None, 4_500,
    ...                           1_500_000))
    >>> plan["targets"]["active"], plan["targets"]["visits"], len(plan["tasks"])
    (2700, 1500, 15)
    """
    members = given.members
    return {
        "title": given.titles,
        "start": given.start.isoformat(),
        "phases": [
            {"phase": "build", "day": -7, "days": 3},
            {"phase": "warm_up", "day": -4, "days": 4},
            {"phase": "sale", "day": 0, "days": 10},
            {"phase": "extension", "day": 10, "days": 3},
            {"phase": "care", "day": 13, "days": 5},
        ],
        "operation": {"day": -7, "days": 14},
        "stores": list(given.stores),
        "base": given.base,
        "holdout": 10,
        "targets": {
            "joined": members,
            "active": round(members * ACTIVE),
            "visits": round(members * VISITS),
            "buyers": round(members * BUYERS),
            "revenue": str(given.revenue),
        },
        "tiering": {"seeds": max(10, members // 45), "core": 5.0, "general": 0.5},
        "tiers": {
            tier: {"do": "task", "text": text} for tier, text in _WARM_UPS.items()
        },
        "tasks": [
            {"key": key, "phase": phase, "day": day, "role": role, "each": each,
             "title": {"en": en, "zh": zh}}
            for key, phase, day, role, each, en, zh in _TASKS
        ],
        "gates": {
            "base": round(members * READY),
            "stock": round(members * BUYERS),
            "scripts": 3,
            "guides": 2 * max(1, len(given.stores)),
        },
    }  # fmt: skip


_WARM_UPS = {
    "seed": {
        "en": "Let her see the offer a day early, and ask her to bring two friends",
        "zh": "提前一天给她看活动，请她带两位朋友进群",
    },
    "core": {
        "en": "Ask which three styles she would buy first, and note her size",
        "zh": "问她最想买哪三款，记下尺码",
    },
    "general": {
        "en": "Send her the poll on styles with the picture of the hero shoe",
        "zh": "把款式投票和主推款图片发给她",
    },
    "lurker": {
        "en": "Say hello by name, and tell her of the join benefit; sell nothing",
        "zh": "叫出称呼问声好，提醒入群权益，不推销",
    },
}

_TASKS = (
    ("posters", "build", 0, "designer", "campaign", "Posters and table cards with the codes",
     "活码海报、台卡到位"),
    ("groups", "build", 0, "operator", "campaign", "Open the groups, check the live group codes",
     "建群，检查群活码"),
    ("benefit", "build", 0, "operator", "campaign", "Switch the join benefit on",
     "开启入群权益"),
    ("briefing", "build", 1, "store_manager", "store", "Brief the guides: scripts, till, coupons",
     "导购培训：话术、收银、核销"),
    ("stock", "build", 2, "buyer", "campaign", "Confirm stock of the hero styles",
     "确认主推款备货"),
    ("tiers", "warm_up", 0, "operator", "campaign", "Look through the four tiers",
     "过一遍四层名单"),
    ("invite", "warm_up", 0, "guide", "store", "Invite every guide's ten best customers",
     "每位导购邀请十位老客"),
    ("referral", "warm_up", 1, "operator", "campaign", "Start the referral programme",
     "启动裂变活动"),
    ("rehearsal", "warm_up", 2, "store_manager", "store", "Redeem a test coupon at the till",
     "收银台试核销一张券"),
    ("ready", "warm_up", 3, "operator", "campaign", "Readiness: every gate green",
     "就绪检查：全部变绿"),
    ("opening", "sale", 0, "guide", "store", "Opening day: greet, add, redeem",
     "开卖首日：接待、加好友、核销"),
    ("midway", "sale", 4, "operator", "campaign", "Midway: plan against actual, move the budget",
     "中期复盘：对照目标，调整预算"),
    ("last_call", "sale", 8, "guide", "store", "Last call to whoever holds an unused coupon",
     "未用券客户的最后提醒"),
    ("thanks", "care", 0, "guide", "store", "Thank every buyer by name",
     "逐一答谢成交客户"),
    ("review", "care", 2, "operator", "campaign", "Review with the team",
     "团队复盘"),
)  # fmt: skip
