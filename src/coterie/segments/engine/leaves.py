"""The leaves of all rules in force, each once, kept as long as a rule has them."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from pyroaring import BitMap

from coterie.segments.engine.asked import Asked
from coterie.segments.engine.atoms import Atom, atom_of
from coterie.segments.engine.counters import Counter
from coterie.segments.engine.faded import Faded, Levels, faded_of
from coterie.segments.engine.listing import Listing
from coterie.segments.engine.postings import Flags
from coterie.segments.engine.ranks import Measured, Ranked, measure_of
from coterie.segments.engine.shelf import Shelf
from coterie.segments.engine.tree import Tree, leaves_of, plant
from coterie.segments.engine.valued import Valued, Values, by_name, can_be_valued
from coterie.segments.language.calendar import FADING, edges, reach
from coterie.segments.model import Did, Rule, Top, Trait


@dataclass
class Told:
    """A leaf that the log's lists tell, and who meets it."""

    atom: Atom[Flags]
    holds: BitMap = field(default_factory=BitMap)
    is_new: bool = True


@dataclass
class First:
    """A rank, by what the log's lists measure, or (``atom`` None) by a trait."""

    atom: Atom[Measured] | None
    ranked: Ranked
    holds: BitMap = field(default_factory=BitMap)
    is_new: bool = True


Leaf = Told | First | Faded | Valued | Asked


class Leaves:
    """What the rules in force hang on, and their trees by segment."""

    def __init__(
        self, too_large: Collection[str], left_alone: Collection[str], zone: ZoneInfo
    ) -> None:
        self.shelf = Shelf(too_large, zone)
        self.values: dict[str, Values] = {}
        self._left_alone = left_alone
        self.all: dict[str, Leaf] = {}
        self.trees: dict[str, Tree] = {}
        self.levels: dict[str, Levels] = {}
        self._rules: dict[str, Rule] = {}

    def renew(self, rules: Mapping[str, Rule]) -> set[str]:
        """Take in the rules in force; name the segments that mean something else than before.

        What no rule needs any more is put away.
        """
        if _are_same(self._rules, rules):
            return set()
        wanted: dict[str, Rule] = {}
        for rule in rules.values():
            wanted |= leaves_of(rule, rules)
        self.all = {
            key: self.all[key] if key in self.all else self._made(leaf, rules)
            for key, leaf in wanted.items()
        }
        self._put_away()
        anew = {slug for slug, rule in rules.items() if not self._stood(slug, rule, rules)}
        self.trees = {
            slug: plant(rule, rules, self.all.__getitem__) for slug, rule in rules.items()
        }
        self._rules = dict(rules)
        return anew

    def mark_new(self, listings: Collection[Listing]) -> None:
        """Have the leaves that are made of some lists asked of everybody."""
        anew = set(map(id, listings))
        for leaf in self.all.values():
            if isinstance(leaf, Told | First) and leaf.atom is not None:
                leaf.is_new |= not anew.isdisjoint(map(id, leaf.atom.listings))

    def faded(self) -> dict[str, Faded]:
        """Return the leaves that ask of a score."""
        return {key: leaf for key, leaf in self.all.items() if isinstance(leaf, Faded)}

    def valued(self) -> dict[str, Valued]:
        """Return the leaves that ask of a plain trait."""
        return {key: leaf for key, leaf in self.all.items() if isinstance(leaf, Valued)}

    def asked(self) -> dict[str, Asked]:
        """Return the leaves that readers answer."""
        return {key: leaf for key, leaf in self.all.items() if isinstance(leaf, Asked)}

    def atoms(self) -> Iterator[Atom[Flags] | Atom[Measured]]:
        """Yield all that is made of lists."""
        for leaf in self.all.values():
            if isinstance(leaf, Told | First) and leaf.atom is not None:
                yield leaf.atom

    def _stood(self, slug: str, rule: Rule, rules: Mapping[str, Rule]) -> bool:
        """Say whether a segment's rule, and all that it refers to, is what it was."""
        if slug not in self._rules:
            return False
        before, after = reach(self._rules[slug], self._rules), reach(rule, rules)
        return len(before) == len(after) and all(map(_is, before, after))

    def _made(self, rule: Rule, rules: Mapping[str, Rule]) -> Leaf:
        if isinstance(rule, Top):
            atom = measure_of(rule.of, self.shelf) if isinstance(rule.of, Did) else None
            if atom is not None or isinstance(rule.of, str):
                return First(atom, Ranked(rule))
        if isinstance(rule, Trait):
            condition = rule.condition
            if condition.path.startswith(FADING):
                faded = faded_of(condition, self._levels_of)
                if faded is not None:
                    return faded
            elif can_be_valued(condition, self._left_alone):
                values = self.values.setdefault(condition.path, Values())
                return Valued(condition, values, edges(rule, rules))
        told = atom_of(rule, self.shelf)
        return Asked(rule, edges(rule, rules)) if told is None else Told(told)

    def _put_away(self) -> None:
        listings: list[Listing] = []
        counters: list[Counter] = []
        for atom in self.atoms():
            listings += atom.listings
            counters += atom.counters
        self.shelf.keep(listings, counters)
        for listing in self.shelf.listings.values():
            listing.spans = []
        for atom in self.atoms():
            for listing, span in atom.reaches():
                listing.spans.append(span)
        self.values = by_name(self.valued().values())
        names = {leaf.name for leaf in self.faded().values()}
        self.levels = {name: levels for name, levels in self.levels.items() if name in names}

    def _levels_of(self, name: str) -> Levels:
        return self.levels.setdefault(name, Levels())


def _are_same(before: Mapping[str, Rule], after: Mapping[str, Rule]) -> bool:
    return before.keys() == after.keys() and all(
        map(_is, before.values(), (after[slug] for slug in before))
    )


def _is(one: Rule, other: Rule) -> bool:
    return one is other
