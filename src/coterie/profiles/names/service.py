"""The names that are in use: traits, fading traits and tags."""

import json
from collections import Counter
from dataclasses import dataclass

from coterie.profiles.names import store
from coterie.profiles.published import store as published
from coterie.profiles.slices import store as slices
from coterie.storage.work import Work

_LOOKED_AT, _OFFERED, _ENOUGH = 2_000, 30, 5


@dataclass(frozen=True)
class Names:
    """Names in alphabetical order, published traits among ``traits``; ``fading`` are scores.

    ``purposes`` are those of consent that somebody has spoken of.
    """

    traits: tuple[str, ...]
    fading: tuple[str, ...]
    tags: tuple[str, ...]
    purposes: tuple[str, ...] = ()


def names_in_use(work: Work) -> Names:
    """Return the names in use; values are never among them."""
    return Names(
        traits=tuple(sorted({*store.traits(work), *(row.name for row in published.heads(work))})),
        fading=tuple(sorted(slices.fading_names(work))),
        tags=tuple(store.tags(work)),
        purposes=tuple(store.purposes(work)),
    )


def common_values(work: Work, name: str) -> tuple[str | int | float | bool, ...]:
    """Return the values of a trait that several people have, the most common first.

    An editor offers them. Some thousand people are looked at, and a value that fewer than five of
    them share is not told: it might tell who has it.
    """
    texts = Counter(store.some_values(work, name, _LOOKED_AT))
    common = [text for text, people in texts.most_common(_OFFERED) if people >= _ENOUGH]
    values = (json.loads(text) for text in common)
    return tuple(value for value in values if isinstance(value, str | int | float | bool))
