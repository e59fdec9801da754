"""Which numbers of a portrait may be shown, so that no few people can be told from them. Pure.

A number below ``K`` is not shown, and neither is one from which such a number follows by
subtraction: from the segment's size, from the same number of everybody, or from the other cells of
a table that adds up (complementary suppression: L. Willenborg, T. de Waal, "Elements of Statistical
Disclosure Control", 2001, chapter 4). What remains hidden could be anything within a span of at
least ``K`` people, for whoever knows all that is shown.
"""

from collections.abc import Mapping

from coterie.analytics.portrait.model import K

Pair = tuple[int, int]
"""How many of the segment are in a cell, and how many of everybody."""

Shown = tuple[int | None, int | None]


def mark(cell: Pair, size: int, everybody: int, *, subtractable: bool = True) -> Shown:
    """Mask a cell that a person is in or not; ``size`` and ``everybody`` are the totals.

    ``subtractable`` is False where both were drawn by lot, so that their difference is nobody.

    >>> mark((40, 200), 90, 1_000), mark((40, 45), 90, 1_000), mark((9, 200), 90, 1_000)
    ((40, 200), (None, 45), (None, 200))
    """
    inside, whole = cell
    whole_fits = _is_enough(whole, everybody)
    outside, others = whole - inside, everybody - size
    fits = _is_enough(inside, size)
    if subtractable:
        fits = fits and whole_fits and (not others or _is_enough(outside, others))
    return inside if fits else None, whole if whole_fits else None


def _is_enough(count: int, total: int) -> bool:
    return count >= K and total - count >= K


def parts(cells: Mapping[str, Pair], *, subtractable: bool = True) -> dict[str, Shown]:
    """Mask the cells of a table of which everybody is in exactly one.

    >>> parts({"a": (50, 500), "b": (30, 400), "c": (3, 100)})
    {'a': (50, 500), 'b': (None, 400), 'c': (None, 100)}
    >>> parts({"a": (50, 500), "b": (30, 400)})
    {'a': (50, 500), 'b': (30, 400)}
    """
    wholes = {key: whole for key, (_, whole) in cells.items()}
    hidden_wholes = _hidden(wholes, {}, sum(wholes.values()), {}, sum(wholes.values()))
    insides = {key: inside for key, (inside, _) in cells.items()}
    outsides = {key: whole - inside for key, (inside, whole) in cells.items()}
    if not subtractable or not sum(outsides.values()):
        outsides = {}
    known = {key: whole for key, whole in wholes.items() if key not in hidden_wholes}
    unknown = sum(wholes[key] for key in hidden_wholes)
    size = sum(insides.values())
    hidden = _hidden(insides, outsides, size, known, unknown, hidden_wholes)
    if len(hidden) == len(cells) and not _is_safe(
        set(hidden), insides, outsides, size, known, unknown
    ):
        return dict.fromkeys(cells, (None, None))
    return {
        key: (
            None if key in hidden else inside,
            None if key in hidden_wholes else whole,
        )
        for key, (inside, whole) in cells.items()
    }


def _hidden(
    counts: Mapping[str, int],
    outsides: Mapping[str, int],
    total: int,
    known: Mapping[str, int],
    unknown: int,
    already: frozenset[str] = frozenset(),
) -> frozenset[str]:
    """Choose what to hide: what is too small, then the smallest until nothing can be told."""
    hidden = {key for key, count in counts.items() if count < K} | already
    hidden |= {key for key, outside in outsides.items() if outside < K}
    if not hidden:
        return frozenset()
    order = sorted(counts, key=lambda key: (counts[key], key))
    while len(hidden) < len(counts) and not _is_safe(
        hidden, counts, outsides, total, known, unknown
    ):
        hidden.add(next(key for key in order if key not in hidden))
    return frozenset(hidden)


def _is_safe(
    hidden: set[str],
    counts: Mapping[str, int],
    outsides: Mapping[str, int],
    total: int,
    known: Mapping[str, int],
    unknown: int,
) -> bool:
    """Say whether each hidden number could be anything within a span of ``K``.

    Together they are what the shown ones leave of ``total``. A cell has at most what is ``known``
    of it, and those of which nothing is known at most ``unknown`` together.
    """
    if len(hidden) < 2 or (outsides and sum(outsides[key] for key in hidden) < K):
        return False
    left = total - sum(count for key, count in counts.items() if key not in hidden)
    caps = {key: known[key] for key in hidden if key in known}
    loose = len(hidden) - len(caps)
    room = sum(caps.values())
    for key in hidden:
        if key in caps:
            others, highest = room - caps[key] + (unknown if loose else 0), caps[key]
        else:
            others, highest = room + (unknown if loose > 1 else 0), unknown
        if min(left, highest) - max(0, left - others) < K:
            return False
    return True
