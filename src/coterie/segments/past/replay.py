"""Some people with all that is known of them, of whom rules can be asked at any moment of the past.

What was: events, traits, tags and consent, to the millisecond. Scores, ranks and lists are those
of the beginning of the day (UTC); rules, items and who is one person are those of today.
"""

from bisect import bisect_right
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from coterie.core.clock import DAY
from coterie.events.model import Logged
from coterie.profiles.model import Known
from coterie.profiles.past.stories import Stories
from coterie.segments.model import Consents, Person, Rule, World
from coterie.segments.person.evaluate import matches
from coterie.segments.person.people import Words

Rows = Sequence[tuple[int, str, Any, int | None]]


class Replay:
    """Made by ``Segments.replay``; ``events`` holds each person's whole timeline."""

    def __init__(
        self,
        stories: Stories,
        events: Mapping[int, Sequence[Logged]],
        words: Words,
        worked_out: Callable[[int], Mapping[int, Rows]],
        world: Callable[[int], World],
    ) -> None:
        self.events = events
        self._stories = stories
        self._words = words
        self._worked_out = worked_out
        self._world = world
        self._days: dict[int, tuple[World, Mapping[int, Rows]]] = {}
        self._times: dict[int, list[int]] = {}

    def known(self, profile: int, at: int) -> Known | None:
        """Return what was known of a person; None before she was known."""
        events = self.events.get(profile, ())
        if profile not in self._stories or not events or events[0].time > at:
            return None
        rows = self._day(at)[1].get(profile, ())
        return self._stories.at(profile, at, rows, of=at // DAY if rows else None)

    def holds(
        self,
        rule: Rule,
        known: Known,
        at: int,
        *,
        since: Mapping[str, int] | None = None,
        key: tuple[str, str] | None = None,
        more: Sequence[Logged] = (),
    ) -> bool:
        """Say whether a rule held for somebody of whom so much was known at a moment.

        ``since`` and ``key`` are a journey run's; ``more`` are events besides those of the log.
        """
        person = Person(
            known, self._until(known.profile, at, more), partial(self._words.of, known.profile)
        )
        world = replace(self._day(at)[0], now=at, since=since or {}, key=key)
        return matches(rule, person, world)

    def consents(self, known: Known, purpose: str, channel: str, at: int) -> bool:
        """Say whether somebody might have been reached for a purpose through a channel."""
        return self.holds(Consents(purpose, channel), known, at)

    def _until(self, profile: int, at: int, more: Sequence[Logged]) -> Sequence[Logged]:
        events = self.events.get(profile, ())
        if profile not in self._times:
            self._times[profile] = [event.time for event in events]
        past = events[: bisect_right(self._times[profile], at)]
        if not more:
            return past
        return sorted([*past, *more], key=lambda event: (event.time, event.seq))

    def _day(self, at: int) -> tuple[World, Mapping[int, Rows]]:
        day = at // DAY * DAY
        if day not in self._days:
            self._days[day] = self._world(day), self._worked_out(day)
        return self._days[day]


def by_person(rows: Collection[tuple[int, str, Any, int | None]]) -> dict[int, Rows]:
    """Sort worked-out traits by person."""
    found: dict[int, list[tuple[int, str, Any, int | None]]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(row)
    return {profile: tuple(several) for profile, several in found.items()}
