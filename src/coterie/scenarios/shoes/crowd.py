"""Who is who: by what names the platform, the tills and the brand's books know one person. Pure."""

from hashlib import sha256
from typing import Any

from coterie.core.clock import DAY
from coterie.scenarios.shoes.brand import guide_name
from coterie.scenarios.shoes.plan import Plan

_FAMILY = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高"
_GIVEN = "静丽敏婷雪倩颖慧琳佳欣怡悦萌璐瑶蕾莹露洁"


def external_of(plan: Plan, who: str) -> str:
    """Return a person's external_userid."""
    return "wm" + _hash(plan, "external", who)[:30]


def union_of(plan: Plan, who: str) -> str:
    """Return a person's unionid."""
    return "o" + _hash(plan, "union", who)[:27]


def called(plan: Plan, who: str) -> str:
    """Return what a person calls herself."""
    drawn = int(_hash(plan, "name", who)[:8], 16)
    second = _GIVEN[drawn // 400 % len(_GIVEN)] if drawn % 3 else ""
    return _FAMILY[drawn % len(_FAMILY)] + _GIVEN[drawn // 20 % len(_GIVEN)] + second


def owner_of(plan: Plan, who: str) -> int:
    """Return the guide whose customer somebody has been for long."""
    return plan.guide_at("owner", who, plan.home(who))


def at_platform(plan: Plan, who: str, *, known: bool = False) -> dict[str, Any]:
    """Return a person as the platform is told of her; ``known``: a guide's customer already."""
    said: dict[str, Any] = {
        "external_userid": external_of(plan, who), "unionid": union_of(plan, who),
        "name": called(plan, who),
    }  # fmt: skip
    if known:
        since = plan.day(-40) - int(plan.draw("known since", who) * 300 * DAY)
        said |= {"guide": guide_name(owner_of(plan, who)), "since": since // 1_000 * 1_000}
    return said


def _hash(plan: Plan, what: str, who: str) -> str:
    return sha256(f"{plan.seed}\x1f{what}\x1f{who}".encode()).hexdigest()
