"""The face of the scores: keep activity and interests up to date, and account for them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from pyroaring import BitMap

from coterie.catalog.service import Catalog
from coterie.core.clock import local_date, midnight, next_midnight
from coterie.core.event import Event
from coterie.core.people import Shift
from coterie.events.log import Log
from coterie.events.model import Traces
from coterie.profiles.fading import value_at
from coterie.profiles.service import Profiles
from coterie.scores import store
from coterie.scores.activity import activity
from coterie.scores.book import Book
from coterie.scores.columns import spread_out, sum_up, weigh
from coterie.scores.interests import Spread, interests
from coterie.scores.model import (
    ACTIVITY,
    INTEREST,
    Activity,
    Interest,
    Together,
    Weights,
    check,
)
from coterie.scores.recommending.service import Recommending
from coterie.scores.standing import Day, Scale, Standings
from coterie.scores.together import together
from coterie.scores.touches.service import STEP, Touches
from coterie.storage import audit
from coterie.storage.work import Work, in_chunks

_AT_ONCE = 50_000
"""People whose traces are held in memory together."""

_READ = 10_000
"""People who are read into the book together."""

FadeRow = tuple[int, str, float | None]
"""Profile, name of the fading trait, level; None takes the trait away."""


class Scores(Touches):
    """Activity and interests of everybody, derived from the log alone.

    Points add up exactly and in any order (``decay``), so what was added in steps, late or out of
    order equals a computation from scratch, to the last bit. ``recommending`` suggests what comes
    next, from the same log.
    """

    name = "scores"

    def __init__(self, profiles: Profiles, catalog: Catalog, log: Log, zone: ZoneInfo) -> None:
        super().__init__()
        self._profiles = profiles
        self._catalog = catalog
        self._log = log
        self._zone = zone
        self._book = Book()
        self.recommending = Recommending(profiles, catalog, log, zone)

    def add(self, work: Work, fresh: Sequence[Event]) -> None:
        """Bring the people of these events up to date; the log has the events already.

        A level does not change while time passes, so only those of topics that the events touch
        are written. Who is in the book, and did it all on one day that is not over, is not read of.
        """
        if not fresh:
            return
        scale = Scale(store.newest_weights(work))
        counted = [event for event in fresh if scale.may_count(event.name)]
        after = self._log.next_seq(work)
        book = self._book.open_at(work, after - len(fresh), after)
        spread = self._spread(work, (event.items for event in counted), scale.weights)
        weights, today = scale.weights, self._day(work.now)
        active, keen, unread = book.take(counted, today, work.now, scale, spread)
        self._profiles.fade(work, active, weights.activity.half_life)
        self._profiles.fade(work, keen, weights.interest.half_life)
        touched: defaultdict[int, list[Event]] = defaultdict(list)
        for event in counted if unread else ():
            if event.profile in unread:
                touched[event.profile].append(event)
        for some in in_chunks(sorted(unread), _READ):
            self._read(work, weights, book, {one: touched[one] for one in some})

    def _read(
        self, work: Work, weights: Weights, book: Standings, touched: Mapping[int, list[Event]]
    ) -> None:
        """Read how people stand from all that they did, and put it down in the book."""
        traces = self._log.traces(work, touched)
        spread = self._spread(work, traces.touched, weights)
        futures = _futures(traces, work.now)
        due = store.due_profiles(work)  # what she did ahead of time counts from now on, too
        store.keep_due(work, touched, futures)
        day = self._day(work.now)
        levels = book.learn(traces, weights, spread, work.now, self._zone, day, futures)
        wanted: dict[int, set[str]] = {
            profile: {
                INTEREST + share.topic for event in events for share in spread.of(event.items)
            }
            for profile, events in touched.items()
        }
        rows = [
            (profile, name, level)
            for profile, name, level in levels
            if name == ACTIVITY or profile in due or name in wanted[profile]
        ]
        self._write(work, weights, rows)

    def recompute(self, work: Work, profiles: Collection[int]) -> None:
        """Compute these people's scores from all that they did, by columns."""
        wanted = BitMap(profiles)
        if not wanted:
            return
        weights = store.newest_weights(work)
        living = self._profiles.everyone(work) & wanted  # without those merged away, or erased
        self._book.open(work).forget(wanted)
        for chunk in in_chunks(wanted, _AT_ONCE):
            people = list(living & BitMap(chunk))
            traces = self._log.traces(work, people)
            levels = self._levels(work, traces, weights)
            self._replace(work, weights, people, levels)
            store.keep_due(work, chunk, _futures(traces, work.now))

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
        self._book.open(work).forget(led)
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
        gone = frozenset(profiles)
        work.after_commit(lambda: self._book.drop(gone))
        return {
            "fading": self._profiles.unfade(work, profiles),
            "score_due": store.forget_due(work, profiles),
        }

    def traits_at(
        self, work: Work, profiles: Collection[int], names: Collection[str]
    ) -> Iterator[tuple[int, str, float, None]]:
        """Return people's scores as they were at ``work.now``, by the weights of today.

        As (profile, name, value, None); only those of these names.
        """
        if not any(name == ACTIVITY or name.startswith(INTEREST) for name in names):
            return
        weights = store.newest_weights(work)
        for chunk in in_chunks(sorted(profiles), _AT_ONCE):
            traces = self._log.traces(work, chunk)
            for name, found in self._levels(work, traces, weights).items():
                if name in names:
                    half_life = _half_life(weights, name)
                    for profile, level in found:
                        yield profile, name, value_at(level, half_life, work.now), None

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

    def together(self, work: Work, people: BitMap) -> Together:
        """Tell how active some people are together: a community, a group, a guide's customers."""
        weights = store.newest_weights(work)
        about = ("together", people.serialize(), weights.version)

        def make() -> Together:
            return together(
                self._log.traces(work, list(people)), len(people), weights, work.now, zone
            )

        zone = self._zone
        return self._kept.get((about, self._log.watermark(work), work.now // STEP), make)

    def interests(self, work: Work, profile: int) -> list[Interest]:
        """Tell a person's interests, strongest first, each with its evidence."""
        timeline = self._log.timelines(work, [profile])[profile]
        weights = store.newest_weights(work)
        spread = self._spread(work, (event.items for event in timeline), weights)
        return interests(timeline, weights, spread, work.now, self._zone)

    def _levels(
        self, work: Work, traces: Traces, weights: Weights
    ) -> dict[str, list[tuple[int, float]]]:
        """Compute the activity and interests of everybody in the traces, by the score's name."""
        found: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
        weighed = weigh(traces, weights.activity, work.now, self._zone)
        profiles, _, levels = sum_up(traces, weighed, weights.activity.half_life).levels()
        found[ACTIVITY] = list(zip(profiles, levels, strict=True))
        spread = self._spread(work, traces.touched, weights)
        weighed = weigh(traces, weights.interest, work.now, self._zone, per_items=True)
        sums, topics = spread_out(traces, weighed, weights.interest.half_life, spread)
        for profile, topic, level in zip(*sums.levels(), strict=True):
            found[INTEREST + topics[topic]].append((profile, level))
        return found

    def _replace(
        self,
        work: Work,
        weights: Weights,
        people: Collection[int],
        levels: Mapping[str, list[tuple[int, float]]],
    ) -> None:
        """Publish these levels in the place of all that these people's scores were."""
        stood = {
            (profile, name): (level, half_life)
            for profile, name, level, half_life in self._profiles.faded(work, people)
            if name == ACTIVITY or name.startswith(INTEREST)
        }
        rows: list[FadeRow] = []
        for name, found in levels.items():
            half_life = _half_life(weights, name)
            rows += [
                (profile, name, level)
                for profile, level in found
                if stood.pop((profile, name), None) != (level, half_life)
            ]
        self._write(work, weights, [*rows, *((who, name, None) for who, name in stood)])

    def _write(self, work: Work, weights: Weights, rows: Sequence[FadeRow]) -> None:
        activities = [row for row in rows if row[1] == ACTIVITY]
        topics = [row for row in rows if row[1] != ACTIVITY]
        self._profiles.fade(work, activities, weights.activity.half_life)
        self._profiles.fade(work, topics, weights.interest.half_life)

    def _spread(self, work: Work, touched: Iterable[tuple[str, ...]], weights: Weights) -> Spread:
        items = {item for items in touched for item in items}
        return Spread(self._catalog.topics_of(work, items), weights.inherit)

    def _day(self, now: int) -> Day:
        zone = self._zone
        return Day(midnight(local_date(now, zone), zone), next_midnight(now, zone))


def _half_life(weights: Weights, name: str) -> int:
    return (weights.activity if name == ACTIVITY else weights.interest).half_life


def _futures(traces: Traces, now: int) -> dict[int, int]:
    """Return when each person's next event from the future is due."""
    late = traces.time > now
    futures: dict[int, int] = {}
    found = traces.profile[late].tolist(), traces.time[late].tolist()
    for profile, time in zip(*found, strict=True):
        futures[profile] = min(time, futures.get(profile, time))
    return futures
