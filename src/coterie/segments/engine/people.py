"""Between arrays of people and roaring bitmaps of them."""

from array import array

import numpy as np
from pyroaring import BitMap

from coterie.segments.engine.postings import People


def bitmap(people: People) -> BitMap:
    """Put people, each named any number of times, into a bitmap."""
    return BitMap(array("I", np.ascontiguousarray(people, np.uint32).tobytes()))


def in_order(people: BitMap) -> People:
    """Return the people of a bitmap as an array, in order."""
    return np.frombuffer(people.to_array(), np.uint32).astype(np.int32)
