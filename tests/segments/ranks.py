"""Who is first by rank among a crowd, reckoned person by person: the law for the query."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from pyroaring import BitMap

from coterie.core.numbers import as_decimal
from coterie.segments.model import Person, Top, World
from coterie.segments.person.evaluate import SEALED, Reader, trait_value


class Ranks(Mapping[Top, BitMap]):
    """The ranks of a crowd."""

    def __init__(self, people: Sequence[Person], world: World) -> None:
        self._people = people
        self._world = world

    def __getitem__(self, top: Top) -> BitMap:
        values = [(self._value(top, one), one) for one in self._people]
        have = [(value, one) for value, one in values if value is not None]
        have.sort(key=lambda each: (each[1].known.bucket_key, each[1].known.profile))
        have.sort(key=lambda each: each[0], reverse=not top.bottom)  # stable: ties stay in order
        many = top.count if top.share is None else -(-len(have) * top.share // 10_000)
        return BitMap(one.known.profile for _, one in have[:many])

    def _value(self, top: Top, one: Person) -> Fraction | None:
        if isinstance(top.of, str):
            value = trait_value(top.of, one, self._world)
            number = None if value is SEALED else as_decimal(value)
            return None if number is None else Fraction(number)
        reader = Reader(one, self._world)
        if not reader.matching(top.of.matching):
            return None
        measured = reader.measure(top.of).value()
        return None if measured is None else Fraction(measured)

    def __iter__(self) -> Iterator[Top]:
        return iter(())

    def __len__(self) -> int:
        return 0


def ranked(world: World, people: Sequence[Person]) -> World:
    """Return a world in which a crowd is compared."""
    return replace(world, tops=Ranks(people, world))
