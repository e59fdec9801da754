"""The addresses of a member's own pages, and the variable ``member`` by which templates name them.

A link is signed for one person and good for three months; whoever has it sees what she may use,
and nothing that says who she is.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from coterie.codes.service import Codes
from coterie.core.clock import DAY
from coterie.core.errors import NotFound
from coterie.storage.work import Work

KIND = "member"
"""The kind of token: signed with the profile, or a newcomer's id at WeCom, and nothing else."""
GOOD_FOR = 90 * DAY


class Bringing(Protocol):
    """Those who bring friends, as far as links ask."""

    def codes_now(self, work: Work, profiles: Collection[int], /) -> Mapping[int, str]:
        """Return each person's own code in the newest programme that runs and has her."""
        ...


@dataclass
class MemberLinks:
    """Makes the addresses under ``base``, which has no slash at its end."""

    base: str
    codes: Codes
    bringing: Bringing
    name: str = "member"

    def coupons(self, profile: int, now: int) -> str:
        """Return where she sees her coupons."""
        return f"{self.base}/k/{self.token(profile, now)}"

    def newcomer(self, external: str, now: int) -> str:
        """Return where somebody sees her coupons of whom only the id at WeCom is known yet."""
        return f"{self.base}/k/{self.codes.sign(KIND, {'external': external}, expires=_end(now))}"

    def friends(self, profile: int, now: int) -> str:
        """Return where she sees her poster, and how many friends came."""
        return f"{self.coupons(profile, now)}/friends"

    def landing(self, code: str) -> str:
        """Return where a friend comes to by somebody's code."""
        return f"{self.base}/f/{code}"

    def token(self, profile: int, now: int) -> str:
        """Sign a person's token; within a day it is the same."""
        return self.codes.sign(KIND, {"profile": profile}, expires=_end(now))

    def of(self, work: Work, profiles: Collection[int]) -> dict[int, Any]:
        """Return each person's addresses; ``friend`` only where she takes part in a programme."""
        codes = self.bringing.codes_now(work, profiles)
        return {
            one: {
                "coupons": self.coupons(one, work.now),
                "friends": self.friends(one, work.now),
                **({"friend": self.landing(codes[one])} if one in codes else {}),
            }
            for one in profiles
        }


def _end(now: int) -> int:
    return now - now % DAY + GOOD_FOR


def whose(codes: Codes, token: str, now: int) -> int | str:
    """Return the profile that a token was signed for, or the id at WeCom.

    Raises NotFound, also once it is over.
    """
    match codes.unsign(KIND, token, now=now):
        case {"profile": int(profile)}:
            return profile
        case {"external": str(external)}:
            return external
    raise NotFound("this link leads nowhere: ask for a new one")
