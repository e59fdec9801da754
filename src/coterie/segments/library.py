"""The rules in force, parsed once: which there are, whom they refer to, what they may look at."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

from coterie.core.errors import Conflict, Invalid, NotFound
from coterie.segments.definition import Definition
from coterie.segments.language.asked import lists_of
from coterie.segments.language.calendar import FADING, Edge, edges, reach
from coterie.segments.language.parse import matchings, parse, segments_of, trait_roots
from coterie.segments.model import Rule
from coterie.segments.person.evaluate import is_named


@dataclass(frozen=True)
class Library:
    """Every segment at one moment: its definition and its rule; and what the lists are called."""

    definitions: Mapping[str, Definition]
    rules: Mapping[str, Rule]
    lists: frozenset[str] = frozenset()

    def definition(self, slug: str) -> Definition:
        """Return one definition; raises NotFound."""
        if slug not in self.definitions:
            raise NotFound(f"there is no segment {slug!r}; define it first")
        return self.definitions[slug]

    def versions(self) -> dict[str, int]:
        """Return the current version of every segment."""
        return {slug: definition.version for slug, definition in self.definitions.items()}

    def edges(self, rule: Rule) -> frozenset[Edge]:
        """Find what passing time can change of a rule."""
        return edges(rule, self.rules)

    def concerned(self, rule: Rule, names: Collection[str]) -> frozenset[str]:
        """Return which events, by name, can change a rule's answer for whom they happen to.

        A rule about scores is concerned by every event, since every event may be worth points.
        """
        parts = list(reach(rule, self.rules))
        if any(root.startswith(FADING) for part in parts for root in trait_roots(part)):
            return frozenset(names)
        patterns = {matching.name for part in parts for matching in matchings(part)}
        return frozenset(
            name for name in names if any(is_named(name, pattern) for pattern in patterns)
        )

    def users_of(self, slug: str) -> list[str]:
        """Name the segments whose rules refer to one, straight or through others."""
        users, waiting = set[str](), [slug]
        while waiting:
            asked = waiting.pop()
            fresh = {s for s, rule in self.rules.items() if asked in segments_of(rule)} - users
            users |= fresh
            waiting.extend(fresh)
        return sorted(users)

    def users_itself(self, slug: str) -> list[str]:
        """Name the segments whose rules themselves refer to one."""
        return sorted(s for s, rule in self.rules.items() if slug in segments_of(rule))

    def check_known(self, rule: Rule) -> None:
        """Refuse a rule that refers to a segment or a list that there is not."""
        for slug in sorted(segments_of(rule)):
            if slug not in self.rules:
                raise Invalid(
                    f"there is no segment {slug!r}", path="in_segment", hint="define it first"
                )

        for name in sorted(lists_of(rule) - self.lists):
            raise Invalid(f"there is no list {name!r}", path="list", hint="upload it first")

    def check_no_circle(self, slug: str, rule: Rule) -> None:
        """Refuse a rule for ``slug`` that would come back to itself; the message names the way."""
        ways: list[tuple[str, ...]] = [(slug, other) for other in sorted(segments_of(rule))]
        seen = set[str]()
        while ways:
            way = ways.pop()
            if way[-1] == slug:
                raise Invalid(
                    f"segments would go round in a circle: {' -> '.join(way)}",
                    path="in_segment",
                    hint="take the segment out of one of these rules",
                )
            if way[-1] in self.rules and way[-1] not in seen:
                seen.add(way[-1])
                further = segments_of(self.rules[way[-1]])
                ways.extend((*way, other) for other in sorted(further))

    def check_unused(self, slug: str) -> None:
        """Refuse to delete a segment that others refer to."""
        users = self.users_itself(slug)
        if users:
            raise Conflict(f"segment {slug!r} is used by {', '.join(users)}; change these first")


def open_library(
    definitions: Mapping[str, Definition], zone: ZoneInfo, lists: frozenset[str] = frozenset()
) -> Library:
    """Parse every rule; what was parsed before is not parsed again."""
    rules = {slug: _parsed(json.dumps(d.rule), zone) for slug, d in definitions.items()}
    return Library(definitions, rules, lists)


@lru_cache(maxsize=4_096)
def _parsed(text: str, zone: ZoneInfo) -> Rule:
    return parse(json.loads(text), zone, in_journey=False)
