"""The order of very many rows by columns of whole numbers. Pure."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

_BITS = 63
"""So many bits of a whole number tell by their size which is less."""


def ordered(*keys: NDArray[Any]) -> NDArray[np.intp]:
    """Return the places of the rows in the order of the first key, then of the next, and so on.

    Rows that are equal in all of them stay as they stood. From the last key to the first, as many
    as fit are packed into one whole number together with the row's place: sorting such numbers is
    ten times as fast as sorting places by what stands there.

    >>> ordered(np.array([2, 1, 2]), np.array([5, 5, 4])).tolist()
    [1, 2, 0]
    """
    number, left = len(keys[0]), list(keys)
    order = np.arange(number)
    room = _BITS - number.bit_length()
    while left and number:
        packed, width = np.zeros(number, np.int64), 0
        while left and width + _reach(left[-1]) <= room:
            key = left.pop()
            packed |= (key.astype(np.int64) - int(key.min())) << width
            width += _reach(key)
        if width:
            packed = packed[order]
            if (packed[1:] < packed[:-1]).any():
                packed = np.sort(packed << (_BITS - room) | np.arange(number))
                order = order[packed & ((1 << (_BITS - room)) - 1)]
        elif left:  # a key that fits into no number with the place
            order = order[np.argsort(left.pop()[order], kind="stable")]
    return order


def _reach(key: NDArray[Any]) -> int:
    """Return how many bits tell the values of a key apart."""
    return (int(key.max()) - int(key.min())).bit_length()
