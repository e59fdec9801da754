"""What a brand means by its tags: entries, groups, and the lines of a person's history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

COMMUNITY = "community:"
"""Tags of this beginning say who takes part in a community; only the communities room puts them."""

Deed = Literal["put", "taken", "replaced", "ran_out"]


@dataclass(frozen=True)
class Group:
    """Tags that belong together; of an ``exclusive`` group a person carries one at most."""

    slug: str
    title_en: str = ""
    title_zh: str = ""
    exclusive: bool = False


@dataclass(frozen=True)
class Tag:
    """One entry of the dictionary.

    ``name`` is what rules and facts say, for ever. ``validity`` is how many days the tag holds
    where whoever puts it on says no end; None: until it is taken off. ``retired`` is since when
    nobody may put it on by hand. ``alias_of`` names the tag into which this one was merged.
    """

    name: str
    title_en: str = ""
    title_zh: str = ""
    description: str = ""
    group: str | None = None
    owner: str = ""
    validity: int | None = None
    retired: int | None = None
    alias_of: str | None = None
    defined_at: int = 0
    defined_by: str = ""


@dataclass(frozen=True)
class Dictionary:
    """All entries and groups at once, with what follows from them."""

    tags: Mapping[str, Tag] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)

    def canonical(self, name: str) -> str:
        """Return the tag that a name means: itself, or what it was merged into."""
        entry = self.tags.get(name)
        while entry is not None and entry.alias_of is not None:
            name = entry.alias_of
            entry = self.tags.get(name)
        return name

    def group_of(self, name: str) -> str | None:
        """Return the exclusive group of a tag, if it is in one."""
        return self._exclusive.get(name)

    def members(self, group: str) -> frozenset[str]:
        """Return the tags of a group; those merged away are none of it."""
        return frozenset(
            one.name for one in self.tags.values() if one.group == group and one.alias_of is None
        )

    @cached_property
    def other_names(self) -> Mapping[str, Sequence[str]]:
        """The names that mean a tag besides its own, by tag."""
        found: dict[str, list[str]] = {}
        for one in sorted(self.tags.values(), key=lambda tag: tag.name):
            if one.alias_of is not None:
                found.setdefault(self.canonical(one.name), []).append(one.name)
        return found

    @cached_property
    def _exclusive(self) -> Mapping[str, str]:
        return {
            one.name: one.group
            for one in self.tags.values()
            if one.group is not None and one.alias_of is None and self.groups[one.group].exclusive
        }


@dataclass(frozen=True)
class Line:
    """One line of the history of a person's tags.

    ``by`` says who did it (``person:ada``, ``segment:readers``, ``journey:welcome``), as far as
    the fact says; ``source`` where the fact came from. ``said`` is the name it was said with where
    that has since been merged into ``tag``. ``successor`` is the tag of the same exclusive group
    that took its place. ``stands``: this is why she carries it now.
    """

    tag: str
    deed: Deed
    time: int
    source: str
    by: str | None = None
    until: int | None = None
    said: str | None = None
    successor: str | None = None
    stands: bool = False


@dataclass(frozen=True)
class Origin:
    """How many carry a tag now by one provenance."""

    source: str
    by: str | None
    people: int


@dataclass(frozen=True)
class Carried:
    """A tag that somebody carries now: until when, and the moment and source of the fact."""

    until: int | None
    time: int
    source: str
