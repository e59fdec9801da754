"""What the organisation asks of those who know the platform's members, and of the catalog."""

from collections.abc import Sequence
from typing import Any, Protocol

from coterie.storage.work import Work


class Member(Protocol):
    """A member of the company, as the platform tells of her."""

    @property
    def userid(self) -> str:
        """Her name at the platform."""
        ...

    @property
    def name(self) -> str:
        """What people call her."""
        ...

    @property
    def departments(self) -> Sequence[int]:
        """The departments that she is in, the main one first."""
        ...

    @property
    def has_right(self) -> bool:
        """Whether she may have customers there."""
        ...

    @property
    def left(self) -> int | None:
        """Since when she is no member any more."""
        ...


class Items(Protocol):
    """Where stores are items as well, so that rules can ask of them."""

    def items(self, work: Work, keys: Any = None) -> list[Any]:
        """Return the items of these keys."""
        ...

    def define_items(self, work: Work, items: Any) -> Any:
        """Write items; return the keys of those whose topics changed, or that are elsewhere now."""
        ...
