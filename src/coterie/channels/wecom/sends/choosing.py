"""Who is to send: one guide for each customer, whoever else follows her. Pure.

The guide of the last interaction, where the platform tells one; else the one whom the binding
ledger calls her owner; else the one who has known her longest.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from coterie.channels.wecom.sends.ports import Follow

Why = Literal["spoke", "owns", "first"]


@dataclass(frozen=True)
class Sender:
    """Who sends to whom, and why she: by the identity of the customer that she follows."""

    guide: str
    external: str
    why: Why


def choose(
    followed: Sequence[tuple[str, Follow]], owner: str | None = None, but: Collection[str] = ()
) -> Sender | None:
    """Choose among a customer's guides, each with the identity that she follows her by.

    ``but`` were asked already. None when nobody is left. The order of ``followed`` is no matter.
    """
    left = sorted(
        ((external, follow) for external, follow in followed if follow.guide not in but),
        key=lambda each: (each[1].since, each[1].guide, each[0]),
    )
    if not left:
        return None
    spoke = [each for each in left if each[1].spoke is not None]
    if spoke:
        external, follow = max(spoke, key=lambda each: each[1].spoke or 0)
        return Sender(follow.guide, external, "spoke")
    for external, follow in left:
        if follow.guide == owner:
            return Sender(follow.guide, external, "owns")
    external, follow = left[0]
    return Sender(follow.guide, external, "first")
