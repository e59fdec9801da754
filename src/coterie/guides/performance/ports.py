"""What performance asks of those who ask guides to confirm something."""

from collections.abc import Mapping
from typing import Protocol

from coterie.storage.work import Work


class Answered(Protocol):
    """How a guide answered."""

    @property
    def asked(self) -> int:
        """How often she was asked."""
        ...

    @property
    def confirmed(self) -> int:
        """How often she did as asked."""
        ...

    @property
    def median_ms(self) -> int | None:
        """How long it took her in the middle."""
        ...


class Confirmations(Protocol):
    """Who knows how guides answered what they were asked to confirm."""

    def answers(self, work: Work, since: int, until: int) -> Mapping[str, Answered]:
        """Return the answers of a time, by the guide's userid."""
        ...


class NoConfirmations:
    """A house that asks guides nothing."""

    def answers(self, _work: Work, _since: int, _until: int) -> dict[str, Answered]:
        """Know of none."""
        return {}
