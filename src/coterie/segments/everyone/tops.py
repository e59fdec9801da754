"""Who is first by each rank, asked of everyone when it is first wanted."""

from collections.abc import Callable, Iterator, Mapping

from pyroaring import BitMap

from coterie.segments.model import Top


class Tops(Mapping[Top, BitMap]):
    """The ranks of one moment; each is asked once, however many people are read."""

    def __init__(self, ask: Callable[[Top], BitMap]) -> None:
        self._ask = ask
        self._found: dict[str, tuple[Top, BitMap]] = {}

    def __getitem__(self, top: Top) -> BitMap:
        """Return who is first by a rank."""
        key = repr(top)  # not the rank: 1 and True are equal, and mean different things
        if key not in self._found:
            self._found[key] = top, self._ask(top)
        return self._found[key][1]

    def __iter__(self) -> Iterator[Top]:
        """Name the ranks asked for so far."""
        return (top for top, _ in self._found.values())

    def __len__(self) -> int:
        """Count the ranks asked for so far."""
        return len(self._found)
