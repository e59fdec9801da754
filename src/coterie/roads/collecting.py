"""While a batch is carried, Python does not look for cycles of garbage."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Let the collector of cycles rest until the block ends.

    A batch makes some hundred thousand objects that all live until it is over. To walk them again
    and again in search of cycles takes a sixth of the time, and finds none.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
