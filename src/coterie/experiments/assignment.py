"""Who is left out, who gets which variant: stable draws by bucket. Pure.

A draw is SHA-256 of a salt and the key of a unit (``core.ids.bucket``): the same in every process
and for ever. A unit is a person, by the bucket key that she keeps through merges, or a group. A
share that grows leaves out whom it left out before and some more: ranges are only extended.
"""

from collections.abc import Sequence

from coterie.core.ids import bucket


def holdout_salt(origin: str, programme: str | None = None) -> str:
    """Name the draw of an origin's holdout; those of one programme share one.

    >>> holdout_salt("journey:win-back"), holdout_salt("journey:win-back", "spring")
    ('journey:win-back', 'programme:spring')
    """
    return origin if programme is None else f"programme:{programme}"


def is_held_out(salt: str, unit: str, hundredths: int) -> bool:
    """Say whether a unit is left out, at so many hundredths of a percent.

    >>> is_held_out("journey:win-back", "user_id:u1", 10_000)
    True
    """
    return bucket(salt, unit) < hundredths


def arm_of(salt: str, unit: str, shares: Sequence[tuple[str, int]]) -> str:
    """Draw a unit's variant; ``shares`` are (name, hundredths of a percent) that make 10,000.

    >>> arm_of("journey:a:ab", "user_id:u1", [("a", 10_000)])
    'a'
    """
    drawn, edge = bucket(salt, unit), 0
    for name, share in shares:
        edge += share
        if drawn < edge:
            return name
    return shares[-1][0]


def in_layer(layer: str, unit: str, low: int, high: int) -> bool:
    """Say whether a unit falls in the range [low, high) of 10,000 of a layer.

    Experiments of one layer with ranges apart never share anybody; those of two layers are drawn
    independently.

    >>> in_layer("spring", "user_id:u1", 0, 10_000)
    True
    """
    return low <= bucket(f"layer:{layer}", unit) < high
