"""The names that are in use: traits, fading traits and tags."""

from dataclasses import dataclass

from coterie.profiles.names import store
from coterie.profiles.slices import store as slices
from coterie.storage.work import Work


@dataclass(frozen=True)
class Names:
    """Names in alphabetical order; ``fading`` are the scores that the house publishes."""

    traits: tuple[str, ...]
    fading: tuple[str, ...]
    tags: tuple[str, ...]


def names_in_use(work: Work) -> Names:
    """Return the names in use; values are never among them."""
    return Names(
        traits=tuple(store.traits(work)),
        fading=tuple(sorted(slices.fading_names(work))),
        tags=tuple(store.tags(work)),
    )
