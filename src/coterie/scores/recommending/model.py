"""The words of recommendations: what may be suggested, what is, why, and how good that is."""

from dataclasses import dataclass
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from coterie.catalog.model import Item
from coterie.core.errors import Invalid
from coterie.core.ids import check_slug, check_topic

Places = NDArray[np.int32]
Floats = NDArray[np.float32]
Method = Literal["ease", "co_occurrence"]

LIMIT = 10
"""How many items a person is offered, unless asked otherwise."""

NEIGHBOURS = 100
"""How many others an item speaks for, the strongest ties; the rest is forgotten."""


class Choices(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an operator chooses: which items may be suggested, and when one comes again.

    ``kinds`` and ``topics`` (with what lies below) are those that may be suggested, empty: all.
    Nobody is offered what she had, except items of the kinds ``again``, ``again_days`` after she
    last had them. What a message offered her rests for ``rest_days``.
    """

    kinds: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    again: tuple[str, ...] = ()
    again_days: int = 30
    rest_days: int = 14


def check(choices: Choices) -> Choices:
    """Return the choices; raises Invalid with the path of one that makes no sense."""
    for path in ("kinds", "again"):
        for place, kind in enumerate(getattr(choices, path)):
            check_slug(kind, f"{path}[{place}]")
    for place, topic in enumerate(choices.topics):
        check_topic(topic, f"topics[{place}]")
    for path in ("again_days", "rest_days"):
        days = getattr(choices, path)
        if not 0 <= days <= 3_650:
            raise Invalid(f"{days} days make no sense", path=path, hint="from 0 to 3650")
    return choices


@dataclass(frozen=True)
class Ties:
    """How much each item speaks for others: rows of an items x items matrix, the strongest kept.

    Row ``i`` holds ``other[starts[i]:starts[i + 1]]`` with as many weights.
    """

    starts: NDArray[np.int64]
    other: Places
    weight: Floats
    method: Method

    def __len__(self) -> int:
        return len(self.starts) - 1


@dataclass(frozen=True)
class Touches:
    """Who had what: people in order and items by place, each pair once, with the last time."""

    person: NDArray[np.int64]
    item: Places
    at: NDArray[np.int64]
    people: int
    items: int


@dataclass(frozen=True)
class Built:
    """What the model in force was built from, and when; moments in ms UTC."""

    at: int
    method: Method
    items: int
    people: int
    touches: int


@dataclass(frozen=True)
class Because:
    """A thing that she had and that speaks for the suggestion: what she did, and when last."""

    item: str
    event: str
    at: int


@dataclass(frozen=True)
class Suggestion:
    """One item for one person; without ``because`` it is there since many had it lately."""

    item: Item
    because: tuple[Because, ...] = ()

    @property
    def is_popular(self) -> bool:
        """Whether nothing that is known of her speaks for it."""
        return not self.because


@dataclass(frozen=True)
class Quality:
    """How well a way of choosing foresaw what people had next; see ``evaluating``."""

    hit_rate: float
    ndcg: float
    coverage: float


@dataclass(frozen=True)
class Evaluation:
    """The split, and what came out, by the way of choosing: ``popular`` and the methods tried."""

    people: int
    items: int
    at_least: int
    limit: int
    qualities: dict[str, Quality]
