"""What is known of people, put together from what was read of them."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import msgspec
import numpy as np

from coterie.profiles.fading import value_at
from coterie.profiles.model import (
    Columns,
    Export,
    Fact,
    Known,
    Standing,
)

Standings = Mapping[tuple[int, str], Standing]
Level = tuple[int, str, float, int]
"""A fading trait as (profile, name, level, half-life)."""

_decode = msgspec.json.Decoder().decode


def is_present(standing: Standing, standings: Standings) -> bool:
    """Say whether a trait has a value.

    A value that was taken out of another trait's inside counts as long as that one stands.
    """
    fact = standing.fact
    if fact.value is None and fact.sealed is None:
        return False
    if fact.root is None:
        return True
    root = standings.get((fact.profile, fact.root))
    return root is not None and root.fact.order == fact.order


def is_held(fact: Fact, now: int) -> bool:
    """Say whether a tag is on a person now."""
    return fact.value is not None and (fact.until is None or now < fact.until)


def portray(
    people: Mapping[int, str],
    traits: Standings,
    tags: Standings,
    levels: Iterable[Level],
    now: int,
    other_names: Mapping[str, Sequence[str]] = MappingProxyType({}),
    published: Iterable[tuple[int, str, Any, int | None]] = (),
) -> dict[int, Known]:
    """Put together what rules may ask of people, given as {profile: bucket key}.

    ``other_names`` are those by which a tag may be asked for besides its own; ``published`` are
    traits as (profile, name, value, since), where it is known since when.
    """
    plain: dict[int, dict[str, Any]] = {profile: {} for profile in people}
    since: dict[int, dict[str, int]] = {profile: {} for profile in people}
    digests: dict[int, dict[str, str]] = {profile: {} for profile in people}
    held: dict[int, set[str]] = {profile: set() for profile in people}
    for (profile, name), standing in traits.items():
        if not is_present(standing, traits):
            continue
        since[profile][name] = standing.since
        if standing.fact.value is not None:
            plain[profile][name] = _decode(standing.fact.value)
        elif standing.fact.digest is not None:
            digests[profile][name] = standing.fact.digest
    for profile, name, level, half_life in levels:
        plain[profile][name] = value_at(level, half_life, now)
    for profile, name, value, at in published:
        plain[profile][name] = value
        since[profile].pop(name, None)
        if at is not None:
            since[profile][name] = at
    for (profile, name), standing in tags.items():
        if is_held(standing.fact, now):
            held[profile].add(name)
    return {
        profile: Known(
            profile=profile,
            bucket_key=key,
            traits=plain[profile],
            since=since[profile],
            digests=digests[profile],
            tags=frozenset(held[profile]),
            other_names=frozenset(
                other for tag in held[profile] & other_names.keys() for other in other_names[tag]
            ),
        )
        for profile, key in people.items()
    }


def export(
    people: Columns,
    traits: Columns,
    digests: Columns,
    tags: Iterable[tuple[int, str]],
    levels: Iterable[Level],
    now: int,
    published: Sequence[Mapping[str, Any]] = (),
) -> Export:
    """Turn what is known of everyone into columns; the ``since`` of fading traits is masked.

    ``published`` are more traits, as columns already; they stand beside the others.
    """
    worth = [
        (profile, name, repr(value_at(level, half_life, now)), now)
        for profile, name, level, half_life in levels
    ]
    fades = columns(worth, profile=np.int32, name=object, value=object, since=np.int64)
    by_column = {name: np.concatenate([traits[name], fades[name]]) for name in fades}
    is_fading = np.arange(len(by_column["profile"])) >= len(traits["profile"])
    by_column["since"] = np.ma.masked_array(by_column["since"], mask=is_fading)
    for name in by_column if published else ():
        parts = [by_column[name], *(one[name] for one in published)]
        by_column[name] = np.concatenate(parts)
    if published:
        masks = [is_fading, *(np.ma.getmaskarray(one["since"]) for one in published)]
        by_column["since"] = np.ma.masked_array(by_column["since"], mask=np.concatenate(masks))
    return Export(
        profiles=people,
        traits=by_column,
        digests=digests,
        tags=columns(tags, profile=np.int32, tag=object),
    )


def columns(rows: Iterable[Any], **types: Any) -> Columns:
    """Turn rows into columns, given as name and numpy type in their order."""
    values = list(zip(*rows, strict=True)) or [()] * len(types)
    return {
        name: np.array(column, dtype=kind)
        for (name, kind), column in zip(types.items(), values, strict=True)
    }
