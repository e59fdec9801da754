"""What is known of very many people, by columns."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Stated(NamedTuple):
    """A trait of very many people: who has it, and which value, each different one told once.

    ``texts`` are the values as JSON, None for a sealed one; ``which`` is each one's place there.
    """

    people: NDArray[np.int32]
    texts: Sequence[str | None]
    which: NDArray[np.int32]
