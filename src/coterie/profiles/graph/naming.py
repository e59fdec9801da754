"""Names that somebody brings, such as an uploaded list: to whom they lead, and who waits for one.

A name that leads nowhere is handed on as the digest that an identity of that value would have, so
that it can be recognised later without its value being kept.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from pyroaring import BitMap

from coterie.core.errors import Invalid
from coterie.profiles.graph import store
from coterie.profiles.graph.asking import People
from coterie.profiles.graph.kinds import Name, written
from coterie.profiles.graph.model import Node
from coterie.storage.work import Work, in_chunks

_AT_ONCE = 50_000


@dataclass(frozen=True)
class Named:
    """What some names lead to: ``profiles`` are those that the identities came with.

    ``given`` counts the different names, ``unknown`` are (kind, digest) of those that lead nowhere.
    """

    given: int
    profiles: BitMap
    unknown: frozenset[tuple[str, str]]


class Naming(People):
    """A part of ``Profiles``."""

    def named(self, work: Work, names: Sequence[Name]) -> Named:
        """Tell whom these names, each (kind, value), lead to; the same name counts once.

        Raises Invalid with the index of a name that no identity of its kind could have.
        """
        of_kinds: dict[str, dict[str, None]] = {}
        for index, (kind, value) in enumerate(names):
            text = written(kind, value)
            if text is None:
                raise Invalid(f"{value!r:.80} is no {kind}", path=f"identities[{index}]")
            of_kinds.setdefault(kind, {})[text] = None
        profiles, unknown, given = BitMap(), set[tuple[str, str]](), 0
        for kind, texts in of_kinds.items():
            given += len(texts)
            for chunk in in_chunks(texts, _AT_ONCE):
                digests = {self.blind(kind, text) for text in chunk}
                nodes = [
                    node
                    for node in store.by_digest(work, {kind: sorted(digests)})
                    if node.person is not None
                ]
                profiles.update(self._came_with(work, nodes))
                unknown.update((kind, one) for one in digests - {node.digest for node in nodes})
        return Named(given, profiles, frozenset(unknown))

    def names_of(self, work: Work, heads: Collection[int]) -> dict[tuple[str, str], int]:
        """Return the names that lead to people, as (kind, digest), and the profile each has."""
        nodes = store.of_people(work, heads)
        came_with = self._came_with(work, nodes)
        return {
            (node.kind, node.digest): profile
            for node, profile in zip(nodes, came_with, strict=True)
        }

    def _came_with(self, work: Work, nodes: Sequence[Node]) -> list[int]:
        """Return the profile of each identity: its own, unless that one is led by another."""
        heads = self.heads(work, {node.profile for node in nodes})
        found: list[Any] = [
            node.profile if heads[node.profile] == node.person else node.person for node in nodes
        ]
        return found
