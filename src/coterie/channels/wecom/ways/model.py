"""The words of codes at the platform. Moments are milliseconds UTC."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["contact", "join"]

NOBODY = -10
"""Nobody to be shown has an account at the platform, or no group is there."""
OUT_OF_ROOM = -11
"""The corporation has all the codes that the platform allows."""
UNREACHED = -12
"""The platform could not be reached."""


@dataclass(frozen=True)
class Way:
    """One code at the platform.

    ``wanted`` is what it is to show, ``told`` what the platform was last told; None wants it gone.
    ``errcode`` is the platform's, or one of ours below -9; ``retry`` is when it is tried (again).
    """

    state: str
    kind: Kind
    wanted: Mapping[str, Any] | None
    told: Mapping[str, Any] | None
    config_id: str | None = None
    qr_code: str = ""
    has_picture: bool = False
    tries: int = 0
    errcode: int | None = None
    reason: str = ""
    retry: int | None = None
    begun: int | None = None
    made: int | None = None
    updated: int | None = None
    updates: int = 0

    @property
    def failed(self) -> bool:
        """Whether the last attempt failed."""
        return self.errcode is not None


@dataclass(frozen=True)
class Outcome:
    """What became of one attempt; ``uncertain`` when nobody knows whether it was taken.

    ``chats`` are groups that the platform made behind the code by itself.
    """

    state: str
    told: Mapping[str, Any] | None
    config_id: str | None = None
    qr_code: str = ""
    chats: tuple[str, ...] = ()
    errcode: int | None = None
    reason: str = ""
    retry_after: int = 0
    uncertain: bool = False


@dataclass(frozen=True)
class Budget:
    """How many codes stand at the platform, of how many it allows."""

    used: int
    most: int

    @property
    def scarce(self) -> bool:
        """Whether somebody is to be told: four fifths are used."""
        return self.used * 5 >= self.most * 4
