"""What is a person's: her identities, and the texts by which a copy of her data would be known."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from coterie.events.log import Log
from coterie.events.named import LONG, Names
from coterie.profiles.erasure.model import Identity
from coterie.profiles.graph.kinds import EMAIL, PHONE, written
from coterie.profiles.pii import IDENTIFYING
from coterie.profiles.service import Profiles
from coterie.storage.work import Work

_NUMBERS = frozenset(
    {"order", "order_id", "orderId", "order_no", "order_number", "checkout_id", "tid"}
)
"""Properties of events that hold the number of an order: with it a shop would find her."""


@dataclass(frozen=True)
class Hers:
    """One person as she is to be looked for.

    ``identities`` are known to lead to her. ``texts`` are hers alone, long enough to be told from
    other words: found after an erasure, one of them stops it. ``words`` are names and the like,
    which others may share: found, they are told. ``short`` is how many identifiers are too short
    to be looked for within other texts; only their digests are.
    """

    members: tuple[int, ...]
    identities: tuple[Identity, ...]
    texts: tuple[str, ...]
    words: tuple[str, ...]
    short: int

    @property
    def values(self) -> tuple[str, ...]:
        """Return her texts and those of her identities that are shorter but no mere number.

        Such a value counts where it stands alone, as in a cell of a row.
        """
        short = (value for _, value in self.identities if not value.isdigit())
        return tuple(sorted({*self.texts, *short}))

    @property
    def names(self) -> Names:
        """Return what finds her identities and her texts in events, in JSON and in bytes."""
        return Names([*self.identities, *(("", text) for text in self.texts)])


def gather(work: Work, profiles: Profiles, log: Log, head: int, members: Collection[int]) -> Hers:
    """Put together what is known to be hers, opened with her own key.

    What a household shares with her, such as a telephone, is not hers alone: no tombstone keeps
    the others out.
    """
    identities: set[Identity] = set()
    unique: set[str] = set()
    words: set[str] = set()
    shared: set[Identity] = set()
    for one in profiles.identities_of(work, head, near=True):
        (identities if one.shared is None else shared).add((one.kind, one.value))
    unique |= {text for one in profiles.moved(work, head) for text in _texts(one.value)}
    for name, value in profiles.traits(work, head).items():
        if name in (EMAIL, PHONE):
            plain = written(name, value)
            is_others = (name, plain) in shared
            (words if is_others else unique).update(_texts(value))
            if plain is not None and not is_others:
                identities.add((name, plain))
        elif name in IDENTIFYING or name.split(".")[-1] in IDENTIFYING:
            words |= set(_texts(value))
    timelines = log.timelines(work, [head])
    for event in timelines[head]:
        unique |= {
            text
            for key in _NUMBERS.intersection(event.properties)
            for text in _texts(event.properties[key])
        }
    unique |= {value for _, value in identities}
    return Hers(
        members=tuple(sorted(members)),
        identities=tuple(sorted(identities)),
        texts=tuple(sorted(text for text in unique if len(text) >= LONG)),
        words=tuple(sorted(word for word in words - unique if len(word) >= LONG)),
        short=sum(len(text) < LONG for text in unique),
    )


def _texts(value: Any) -> Iterator[str]:
    """Yield every text and number within a value."""
    if isinstance(value, str) and value.strip():
        yield value.strip()
    elif isinstance(value, int) and not isinstance(value, bool):
        yield str(value)
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
