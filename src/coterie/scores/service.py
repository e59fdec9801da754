"""The face of the scores: keep activity and interests up to date, and account for them."""

from collections.abc import Collection, Sequence
from zoneinfo import ZoneInfo

import msgspec

from coterie.catalog.service import Catalog
from coterie.core.event import Event
from coterie.events.log import Log
from coterie.events.model import Logged
from coterie.profiles.service import Profiles
from coterie.scores import store
from coterie.scores.activity import activity, activity_level
from coterie.scores.counting import next_future
from coterie.scores.interests import Spread, interest_levels, interests
from coterie.scores.model import ACTIVITY, INTEREST, Activity, Interest, Weights, check
from coterie.storage import audit
from coterie.storage.work import Work, in_chunks

_AT_ONCE = 20_000
"""Profiles whose timelines are held in memory together."""

FadeRow = tuple[int, str, float | None]
"""Profile, name of the fading trait, level; None takes the trait away."""


class Scores:
    """Activity and interests of everybody, derived from the log: recomputed, never adjusted.

    Because a touched person's levels are always made from her whole timeline, what was added in
    steps, late or out of order equals a computation from scratch, to the last bit.
    """

    def __init__(self, profiles: Profiles, catalog: Catalog, log: Log, zone: ZoneInfo) -> None:
        self._profiles = profiles
        self._catalog = catalog
        self._log = log
        self._zone = zone

    def add(self, work: Work, fresh: Sequence[Event]) -> None:
        """Bring the people of these events up to date; the log has the events already."""
        weights = store.newest_weights(work)
        self._compute(work, {e.profile for e in fresh if _may_count(e, weights)}, weights)

    def recompute(self, work: Work, profiles: Collection[int]) -> None:
        """Compute these people's scores from their timelines."""
        self._compute(work, set(profiles), store.newest_weights(work))

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

    def _compute(self, work: Work, profiles: set[int], weights: Weights) -> None:
        for chunk in in_chunks(sorted(profiles), _AT_ONCE):
            timelines = self._log.timelines(work, chunk)
            self._publish(work, timelines, weights)
            futures = {p: next_future(events, work.now) for p, events in timelines.items()}
            due = {profile: at for profile, at in futures.items() if at is not None}
            store.keep_due(work, chunk, due)

    def _publish(self, work: Work, timelines: dict[int, list[Logged]], weights: Weights) -> None:
        """Publish the levels of these people; take away those that no event speaks for."""
        spread = self._spread(work, timelines.values(), weights)
        known = self._profiles.known(work, timelines)
        activities: list[FadeRow] = []
        topics: list[FadeRow] = []
        for profile, events in timelines.items():
            if profile not in known:  # merged into another, or erased: nobody to publish it for
                continue
            had = known[profile].traits
            level = activity_level(events, weights, work.now, self._zone)
            if level is not None or ACTIVITY in had:
                activities.append((profile, ACTIVITY, level))
            levels = interest_levels(events, weights, spread, work.now, self._zone)
            named = {INTEREST + topic: found for topic, found in levels.items()}
            topics += [(profile, name, found) for name, found in named.items()]
            gone = [name for name in had if name.startswith(INTEREST) and name not in named]
            topics += [(profile, name, None) for name in gone]
        self._profiles.fade(work, activities, weights.activity.half_life)
        self._profiles.fade(work, topics, weights.interest.half_life)

    def _spread(
        self, work: Work, timelines: Collection[Sequence[Logged]], weights: Weights
    ) -> Spread:
        items = {item for events in timelines for event in events for item in event.items}
        return Spread(self._catalog.topics_of(work, items), weights.inherit)


def _may_count(event: Event, weights: Weights) -> bool:
    name = event.name
    return weights.activity.weight(name) > 0 or weights.interest.weight(name) > 0
