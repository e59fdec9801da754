"""Whom passing time stirs, and when it next will: each edge asked of the room that keeps it."""

from collections.abc import Collection
from zoneinfo import ZoneInfo

from coterie.core.clock import next_midnight
from coterie.events.log import Log
from coterie.profiles.service import Profiles
from coterie.segments.everyone.reader import Reader
from coterie.segments.language.calendar import (
    Edge,
    EventEdge,
    EventMidnight,
    FadeEdge,
    PlainEdge,
    PropertyEdge,
    RankEdge,
    SinceEdge,
    TagEdge,
    TraitEdge,
    TraitMidnight,
)
from coterie.storage.work import Work

_EVER = -(2**53)
"""Before every moment there is."""


class Stirring:
    """Answers for edges; every interval is after ``after``, up to and with ``until``."""

    def __init__(self, profiles: Profiles, log: Log, reader: Reader, zone: ZoneInfo) -> None:
        self.profiles = profiles
        self.log = log
        self.reader = reader
        self.zone = zone

    def people(
        self, work: Work, edges: Collection[Edge], after: int, until: int
    ) -> dict[Edge, set[int]]:
        """Return, for each edge, the people for whom it passed in the interval."""
        found: dict[Edge, set[int]] = {edge: set() for edge in edges}
        if until <= after:
            if RankEdge() in found:  # whoever changed at this very moment has changed ranks
                found[RankEdge()] = self._people(work, RankEdge(), after, until)
            return found
        for plain in _plain(edges):
            found[plain] = self._people(work, plain, after, until)
        if in_events := _in_events(edges):
            with self.reader.moments(work) as moments:
                for edge in in_events:
                    span = after - edge.shift, until - edge.shift
                    found[edge] = moments.between(edge.name, edge.path, *span)
        return found

    def next(self, work: Work, edges: Collection[Edge], after: int) -> int | None:
        """Return the earliest moment after ``after`` at which one of the edges passes."""
        found = [self._next(work, edge, after) for edge in _plain(edges)]
        if in_events := _in_events(edges):
            with self.reader.moments(work) as moments:
                for edge in in_events:
                    following = moments.next(edge.name, edge.path, after - edge.shift)
                    found.append(_shifted(following, edge.shift))
        return min((moment for moment in found if moment is not None), default=None)

    def _people(self, work: Work, edge: PlainEdge, after: int, until: int) -> set[int]:
        match edge:
            case EventEdge(name, shift):
                return self.log.profiles_between(work, [name], after - shift, until - shift)
            case TraitEdge(path, shift):
                return self.profiles.moments_between(work, path, after - shift, until - shift)
            case SinceEdge(path, shift):
                return self.profiles.since_between(work, path, after - shift, until - shift)
            case TagEdge(tag):
                return self.profiles.tag_ends_between(work, tag, after, until)
            case FadeEdge(name, threshold):
                return self.profiles.fading_between(work, name, threshold, after, until)
            case TraitMidnight() | EventMidnight() if next_midnight(after, self.zone) > until:
                return set()
            case TraitMidnight(path):
                return self.profiles.holders(work, path)
            case EventMidnight(name):
                return self.log.profiles_between(work, [name], _EVER, until)
            case RankEdge():
                return set(self.profiles.everyone(work))

    def _next(self, work: Work, edge: PlainEdge, after: int) -> int | None:
        match edge:
            case EventEdge(name, shift):
                return _shifted(self.log.next_time(work, [name], after - shift), shift)
            case TraitEdge(path, shift):
                return _shifted(self.profiles.next_moment(work, path, after - shift), shift)
            case SinceEdge(path, shift):
                return _shifted(self.profiles.next_since(work, path, after - shift), shift)
            case TagEdge(tag):
                return self.profiles.next_tag_end(work, tag, after)
            case FadeEdge(name, threshold):
                return self.profiles.next_fading(work, name, threshold, after)
            case TraitMidnight() | EventMidnight():
                return next_midnight(after, self.zone)
            case RankEdge():
                return None


def _shifted(moment: int | None, shift: int) -> int | None:
    return None if moment is None else moment + shift


def _plain(edges: Collection[Edge]) -> list[PlainEdge]:
    return [edge for edge in edges if not isinstance(edge, PropertyEdge)]


def _in_events(edges: Collection[Edge]) -> list[PropertyEdge]:
    return [edge for edge in edges if isinstance(edge, PropertyEdge)]
