"""The words of performance. Amounts are scaled by 10,000; rates are between 0 and 1."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from coterie.guides.performance.shrinking import Prior


@dataclass(frozen=True)
class Answers:
    """How a guide answered what she was asked to confirm; ``median`` in ms, None of no answer."""

    asked: int = 0
    confirmed: int = 0
    median: int | None = None


@dataclass(frozen=True)
class Figures:
    """What one guide, or one store, did in a time.

    ``added`` counts customers who added her, ``served`` those she talked to, scanned or sold to.
    ``customers`` are those who were hers at any moment of it, or bought through her; ``buyers``
    those of them who bought. ``revenue`` is what she was credited for, ``refunds`` what of it was
    given back, both above zero. ``rate`` is what part bought, ``expected`` what is to be believed
    of it after what luck may have done, between ``low`` and ``high`` with 90 %.
    """

    name: str
    added: int = 0
    served: int = 0
    customers: int = 0
    buyers: int = 0
    revenue: int = 0
    refunds: int = 0
    answers: Answers = field(default_factory=Answers)
    expected: float = 0.0
    low: float = 0.0
    high: float = 0.0

    @property
    def net(self) -> int:
        """What is left of it after refunds."""
        return self.revenue - self.refunds

    @property
    def rate(self) -> float | None:
        """What part of her customers bought; None where she had none."""
        return self.buyers / self.customers if self.customers else None


@dataclass(frozen=True)
class Board:
    """A leaderboard: who is to be believed to sell best, first.

    ``prior`` is what is known of all of them together. ``unowned`` is what nobody was credited for.
    """

    rows: tuple[Figures, ...]
    prior: Prior
    unowned: int = 0
    ways: Mapping[str, int] = field(default_factory=dict)

    def above(self, one: Figures) -> bool:
        """Say whether somebody sells better than the middle beyond what luck may do."""
        return one.customers > 0 and one.low > self.prior.mean

    def below(self, one: Figures) -> bool:
        """Say whether somebody sells worse than the middle beyond what luck may do."""
        return one.customers > 0 and one.high < self.prior.mean
