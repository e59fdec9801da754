"""The face of the scores: keep activity and interests up to date, and account for them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from coterie.catalog.service import Catalog
from coterie.core.event import Event
from coterie.core.people import Shift
from coterie.events.log import Log
from coterie.events.model import Logged
from coterie.profiles.model import Known
from coterie.profiles.service import Profiles
from coterie.scores import store
from coterie.scores.activity import activity, activity_level
from coterie.scores.counting import next_future
from coterie.scores.interests import Spread, interest_levels, interests
from coterie.scores.model import ACTIVITY, INTEREST, Activity, Interest, Weights, check
from coterie.scores.touches.service import Touches
from coterie.storage import audit
from coterie.storage.work import Work, in_chunks

_AT_ONCE = 20_000
"""Profiles whose timelines are held in memory together."""

Items = tuple[str, ...]

FadeRow = tuple[int, str, float | None]
"""Profile, name of the fading trait, level; None takes the trait away."""


class Scores(Touches):
    """Activity and interests of everybody, derived from the log: recomputed, never adjusted.

    Because a touched person's levels are always made from her whole timeline, what was added in
    steps, late or out of order equals a computation from scratch, to the last bit.
    """

    name = "scores"

    def __init__(self, profiles: Profiles, catalog: Catalog, log: Log, zone: ZoneInfo) -> None:
        super().__init__()
        self._profiles = profiles
        self._catalog = catalog
        self._log = log
        self._zone = zone

    def add(self, work: Work, fresh: Sequence[Event]) -> None:
        """Bring the people of these events up to date; the log has the events already.

        A level does not change while time passes, so only those of topics that the events touch
        are written.
        """
        weights = store.newest_weights(work)
        touched: defaultdict[int, set[Items]] = defaultdict(set)
        for event in fresh:
            if _may_count(event, weights):
                touched[event.profile].add(event.items)
        for chunk in in_chunks(sorted(touched), _AT_ONCE):
            timelines = self._log.timelines(work, chunk)
            spread = self._spread(work, timelines.values(), weights)
            topics = {
                profile: {share.topic for items in touched[profile] for share in spread.of(items)}
                for profile in chunk
            }
            self._write(work, weights, self._levels(work, timelines, weights, spread, topics))
            store.keep_due(work, chunk, _futures(timelines, work.now))

    def recompute(self, work: Work, profiles: Collection[int]) -> None:
        """Compute these people's scores from their timelines."""
        weights = store.newest_weights(work)
        for chunk in in_chunks(sorted(set(profiles)), _AT_ONCE):
            known = self._profiles.known(work, chunk)  # without those merged away, or erased
            timelines = self._log.timelines(work, list(known))
            spread = self._spread(work, timelines.values(), weights)
            levels = self._levels(work, timelines, weights, spread, None)
            gone = _gone(known, levels)
            self._write(work, weights, [*levels, *gone])
            store.keep_due(work, chunk, _futures(timelines, work.now))

    def recompute_all(self, work: Work) -> None:
        """Compute everybody's scores from scratch."""
        self.recompute(work, set(self._profiles.everyone(work)))

    def retagged(self, work: Work, items: Collection[str]) -> set[int]:
        """Compute anew all who ever touched items whose topics changed; return who they are."""
        touched = self._log.profiles_of_items(work, items)
        self.recompute(work, touched)
        return touched

    def wake(self, work: Work) -> set[int]:
        """Count events from the future whose time has come; return whose scores changed."""
        due = store.due_profiles(work)
        self.recompute(work, due)
        return due

    def next_due(self, work: Work) -> int | None:
        """Return when the next event from the future is due, None when there is none."""
        return store.next_due(work)

    # Whom they are kept of

    def follow(self, work: Work, shifts: Sequence[Shift]) -> None:
        """Compute the heads on both sides of these shifts anew; who leads no more has no scores."""
        now = {shift.profile: shift.head for shift in shifts}
        led = {profile for profile, head in now.items() if head != profile}
        heads = {head for shift in shifts for head in (shift.before, shift.head)} - led
        self._profiles.unfade(work, led)
        store.forget_due(work, led)
        self.recompute(work, heads)

    def hand_out(self, work: Work, profile: int) -> dict[str, Any]:
        """Return a person's scores with what they come from, as plain JSON."""
        return {
            "activity": msgspec.to_builtins(self.activity(work, profile)),
            "interests": msgspec.to_builtins(self.interests(work, profile)),
        }

    def erase(self, work: Work, profiles: Collection[int]) -> dict[str, int]:
        """Take these people's scores away; they are computed from the log alone."""
        return {
            "fading": self._profiles.unfade(work, profiles),
            "score_due": store.forget_due(work, profiles),
        }

    def weights(self, work: Work) -> Weights:
        """Return the weights in force."""
        return store.newest_weights(work)

    def versions(self, work: Work) -> list[tuple[int, int, str, Weights]]:
        """Return (version, at, actor, weights) of every version configured, newest first."""
        return store.weight_versions(work)

    def configure(self, work: Work, weights: Weights) -> Weights:
        """Put new weights in force as the next version, and recompute everybody by them.

        Raises Invalid with the path of a weight that makes no sense.
        """
        version = store.newest_weights(work).version + 1
        kept = msgspec.structs.replace(check(weights), version=version)
        store.keep_weights(work, kept)
        audit.record(work, "scores.configured", f"version {version}")
        self.recompute_all(work)
        return kept

    def activity(self, work: Work, profile: int) -> Activity:
        """Tell a person's activity now, where it comes from and what would lift it."""
        timeline = self._log.timelines(work, [profile])[profile]
        return activity(timeline, store.newest_weights(work), work.now, self._zone)

    def interests(self, work: Work, profile: int) -> list[Interest]:
        """Tell a person's interests, strongest first, each with its evidence."""
        timeline = self._log.timelines(work, [profile])[profile]
        weights = store.newest_weights(work)
        spread = self._spread(work, [timeline], weights)
        return interests(timeline, weights, spread, work.now, self._zone)

    def _levels(
        self,
        work: Work,
        timelines: Mapping[int, Sequence[Logged]],
        weights: Weights,
        spread: Spread,
        topics: Mapping[int, Collection[str]] | None,
    ) -> list[FadeRow]:
        """Compute people's activity and interests; with ``topics``, only these of each."""
        rows: list[FadeRow] = []
        for profile, events in timelines.items():
            level = activity_level(events, weights, work.now, self._zone)
            if level is not None:
                rows.append((profile, ACTIVITY, level))
            wanted = None if topics is None else topics[profile]
            found = interest_levels(events, weights, spread, work.now, self._zone, wanted)
            rows += [(profile, INTEREST + topic, one) for topic, one in found.items()]
        return rows

    def _write(self, work: Work, weights: Weights, rows: Sequence[FadeRow]) -> None:
        activities = [row for row in rows if row[1] == ACTIVITY]
        topics = [row for row in rows if row[1] != ACTIVITY]
        self._profiles.fade(work, activities, weights.activity.half_life)
        self._profiles.fade(work, topics, weights.interest.half_life)

    def _spread(
        self, work: Work, timelines: Iterable[Sequence[Logged]], weights: Weights
    ) -> Spread:
        items = {item for events in timelines for event in events for item in event.items}
        return Spread(self._catalog.topics_of(work, items), weights.inherit)


def _may_count(event: Event, weights: Weights) -> bool:
    name = event.name
    return weights.activity.weight(name) > 0 or weights.interest.weight(name) > 0


def _gone(known: Mapping[int, Known], levels: Sequence[FadeRow]) -> list[FadeRow]:
    """Name the published scores that no event speaks for any more."""
    stand = {(profile, name) for profile, name, _ in levels}
    return [
        (profile, name, None)
        for profile, one in known.items()
        for name in one.traits
        if (name == ACTIVITY or name.startswith(INTEREST)) and (profile, name) not in stand
    ]


def _futures(timelines: Mapping[int, Sequence[Logged]], now: int) -> dict[int, int]:
    futures = {profile: next_future(events, now) for profile, events in timelines.items()}
    return {profile: at for profile, at in futures.items() if at is not None}
