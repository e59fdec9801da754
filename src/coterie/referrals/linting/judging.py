"""Rate the risk of a design: by where it is carried, whom it pays, and what its texts say. Pure.

It finds risks and never clears anything: no finding means that none was found, and whoever runs the
programme answers for it. The usual design (a coupon for both sides after the friend's first order,
by a code that a guide hands out) has the least.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum

from coterie.referrals.linting.words import PATTERNS
from coterie.referrals.programmes.model import Carrier, Programme


class Risk(IntEnum):
    """How grave a finding is; there is no level that says all is well."""

    LOW = 1
    SOME = 2
    HIGH = 3


@dataclass(frozen=True)
class Finding:
    """One risk: a code, how grave, which part of the design has it, and the words that do."""

    code: str
    risk: Risk
    where: str
    words: str = ""


CARRIERS: Mapping[Carrier, tuple[str, Risk]] = {
    "store": ("carried_in_store", Risk.LOW),
    "chat": ("carried_by_chat", Risk.LOW),
    "poster": ("carried_by_poster", Risk.SOME),
    "mini": ("carried_by_mini", Risk.SOME),
    "h5": ("carried_by_h5", Risk.SOME),
}
"""What the carrier alone comes to: an external link is what the platform's rules are about."""
_GRAVE = frozenset({"share_to_get", "help_me", "money", "levels", "reward_per_recruit"})


def lint(programme: Programme) -> list[Finding]:
    """Return what is risky in a programme, the gravest first."""
    found = [Finding(*_carrier(programme.carrier), where="carrier")]
    if programme.carrier == "h5" and "referrer" in programme.rewards:
        found.append(Finding("h5_rewards_sharing", Risk.HIGH, "carrier"))
    if programme.qualifies == "stay" and "referrer" in programme.rewards:
        found.append(Finding("pays_for_heads", Risk.SOME, "qualifies"))
    if "friend" not in programme.rewards:
        found.append(Finding("one_sided", Risk.SOME, "reward"))
    if programme.caps.person is None:
        found.append(Finding("no_cap_per_person", Risk.SOME, "caps"))
    if programme.approval == "auto" and programme.delay == 0:
        found.append(Finding("no_time_to_look", Risk.LOW, "approval"))
    for where, texts in (
        ("title", programme.titles), ("headline", programme.headline),
        ("benefit", programme.benefit),
    ):  # fmt: skip
        found += lint_texts(texts.values(), where)
    return sorted(found, key=lambda one: (-one.risk, one.code, one.where))


def lint_texts(texts: Iterable[str], where: str = "text") -> list[Finding]:
    """Return what is risky in words, each kind once.

    >>> [one.code for one in lint_texts(["Share this and get 20 off", "转发朋友圈领红包"])]
    ['share_to_get', 'money']
    """
    said = list(texts)
    found: list[Finding] = []
    for pattern in PATTERNS:
        hit = next((match for text in said if (match := pattern.expression.search(text))), None)
        if hit is not None:
            risk = Risk.HIGH if pattern.code in _GRAVE else Risk.SOME
            found.append(Finding(pattern.code, risk, where, hit.group(0)))
    return found


def _carrier(carrier: Carrier) -> tuple[str, Risk]:
    return CARRIERS[carrier]
