"""What exact combinations of communities say of each two of them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import combinations

from coterie.communities.model import Combination


def sizes(found: Iterable[Combination]) -> Counter[str]:
    """Count the participants of each community.

    >>> dict(sizes([Combination(("tea",), 3), Combination(("tea", "zen"), 2)]))
    {'tea': 5, 'zen': 2}
    """
    counted: Counter[str] = Counter()
    for one in found:
        for community in one.communities:
            counted[community] += one.people
    return counted


def pairs(found: Sequence[Combination]) -> Counter[tuple[str, str]]:
    """Count the people in each two communities, whatever else they are in; both ways round.

    >>> both = pairs([Combination(("a", "b"), 3), Combination(("a", "b", "c"), 2)])
    >>> both["a", "b"], both["b", "a"], both["c", "b"], both["a", "x"]
    (5, 5, 2, 0)
    """
    counted: Counter[tuple[str, str]] = Counter()
    for one in found:
        for first, second in combinations(one.communities, 2):
            counted[first, second] += one.people
            counted[second, first] += one.people
    return counted
