"""The face of analytics: what happened, counted; what it brought, held against the held-out.

Answers are kept in memory as long as the log has taken in nothing new, and for a minute where it
has, so that a page that many look at costs one reading of the log.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from threading import Lock
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from pyroaring import BitMap

from coterie.analytics import store
from coterie.analytics.book.service import Doers
from coterie.analytics.lift import Units, judge
from coterie.analytics.model import ANY, WINDOW_DAYS, Arm, Lift
from coterie.analytics.recommended import store as recommendations
from coterie.analytics.recommended.model import Asked, Report
from coterie.analytics.series import by_hour, day_starts, heat, per_day, tally
from coterie.analytics.store import DayCount, Drawn, Outcome, Tally
from coterie.analytics.trial import store as trials
from coterie.analytics.trial.model import Question, Trial, UnitSum
from coterie.analytics.trial.reading import read, units_of
from coterie.core.clock import DAY, HOUR, MINUTE, local_date, midnight
from coterie.core.people import Alone, Heads
from coterie.events.log import Log
from coterie.storage.work import Work

_KEPT = 64
"""So many answers are kept; beyond, the oldest gives way."""

T = TypeVar("T")


@dataclass(frozen=True)
class Days:
    """What happened on some days of the brand's zone, the last of them ``last``."""

    last: date
    starts: tuple[int, ...]
    counts: tuple[DayCount, ...]

    @property
    def dates(self) -> list[date]:
        """The days, oldest first."""
        first = self.last - timedelta(days=len(self.starts) - 1)
        return [first + timedelta(days=number) for number in range(len(self.starts))]

    def of(self, name: str, origin: str | None = None, *, people: bool = False) -> list[int]:
        """Return how often a name happened by day (``*``: what people did), of one origin or all.

        With ``people`` how many people; over several origins one person may count twice.
        """
        found = (
            (one.day, one.people if people else one.count)
            for one in self.counts
            if one.name == name and origin in (None, one.origin)
        )
        return per_day(tally(found), len(self.starts))

    def names(self) -> list[str]:
        """Return what people did on these days, the most frequent name first."""
        behaviours = [one for one in self.counts if one.name != ANY and not _is_own(one.name)]
        total: dict[str, int] = {}
        for one in behaviours:
            total[one.name] = total.get(one.name, 0) + one.count
        return sorted(total, key=lambda name: (-total[name], name))


class Analytics:
    """Counts, series and lift over one log; ``zone`` is the brand's, for what speaks of days."""

    def __init__(self, log: Log, zone: ZoneInfo, heads: Heads[Work] | None = None) -> None:
        self._log = log
        self._doers = Doers(log, Alone() if heads is None else heads)
        self._zone = zone
        self._lock = Lock()
        self._answers: dict[Any, tuple[Any, int, Any]] = {}

    def behaviours(self, work: Work) -> dict[tuple[str, str], int]:
        """Count what people did, by (source, event name)."""
        return self.kept(work, ("behaviours",), lambda: store.behaviours(work, self._log))

    def facts(self, work: Work) -> list[Tally]:
        """Count our own facts by name, origin and reason."""
        return self.kept(work, ("facts",), lambda: store.facts(work, self._log))

    def lifts(
        self,
        work: Work,
        until: int,
        *,
        left_out: Iterable[Drawn] = (),
        mixed: Collection[tuple[str, int]] = (),
        shares: Mapping[str, float] | None = None,
        event: str = ANY,
        window_days: int = WINDOW_DAYS,
    ) -> dict[str, Lift]:
        """Hold each origin's treated against its held-out, by origin.

        ``until`` is up to when the log is complete (cut to the whole hour). ``left_out`` are those
        whom a community drew for its control group; ``mixed`` (origin, profile) turned out to be
        one with somebody of the other arm, so they are left out and counted; ``shares`` says by
        origin how large the holdout was meant to be, 0..1. The outcome is ``event`` (``*``:
        anything but consent and clicks on our own links) within ``window_days`` after the first
        draw.
        """
        whole = until // HOUR * HOUR
        drawn, both = tuple(left_out), tuple(sorted(set(mixed)))
        contaminated = Counter(origin for origin, _ in both)
        found = self.kept(
            work,
            ("outcomes", drawn, both, event, window_days, whole),
            lambda: store.outcomes(work, self._log, drawn, both, event, window_days * DAY, whole),
        )
        arms, groups = arms_of(found, window_days), groups_of(found)
        meant = shares or {}
        return {
            origin: replace(
                judge(origin, treated, held_out, meant.get(origin), groups.get(origin)),
                contaminated=contaminated[origin],
            )
            for origin, (treated, held_out) in sorted(arms.items())
        }

    def trial(
        self,
        work: Work,
        origins: Sequence[str],
        until: int,
        *,
        left_out: Iterable[Drawn] = (),
        mixed: Collection[tuple[str, int]] = (),
        share: float | None = None,
        event: str = ANY,
        window_days: int = WINDOW_DAYS,
    ) -> Trial:
        """Read one experiment in full: an origin's, or that of several which share one draw.

        Arguments as of ``lifts``; the origin ``universal`` stands for everything that goes out.
        """
        asked = Question(tuple(origins), event, window_days * DAY, until // HOUR * HOUR)
        drawn = tuple(one for one in left_out if one.origin in asked.origins)
        both = tuple(sorted(one for one in set(mixed) if one[0] in asked.origins))
        found = self.kept(
            work,
            ("trial", asked, drawn, both),
            lambda: trials.measure(work, self._log, asked, drawn, both),
        )
        return read(origins[0], found, share, len({profile for _, profile in both}))

    def days(self, work: Work, last: date, days: int, patience: int = MINUTE) -> Days:
        """Count everything by day, name and origin, on ``days`` days up to ``last``.

        In a busy house the counts may be ``patience`` ms old.
        """
        starts = day_starts(last, days, self._zone)
        end = midnight(last + timedelta(days=1), self._zone)
        counts = self.kept(
            work,
            ("days", last, days),
            lambda: store.days(work, self._log, starts, end),
            patience,
        )
        return Days(last, tuple(starts), tuple(counts))

    def heat(self, work: Work, last: date, days: int, name: str = ANY) -> list[list[int]]:
        """Count what people did by weekday and hour, on ``days`` days up to ``last``."""
        slots = self._slots(work, last, days)
        return heat(
            ((moment, count) for moment, of, count in slots if name in (ANY, of)), self._zone
        )

    def hours(self, work: Work, day: date) -> dict[str, list[int]]:
        """Count what people did on a day by name and hour."""
        return by_hour(self._slots(work, day, 1), day, self._zone)

    def today(self, moment: int) -> date:
        """Name the day of the brand's zone that a moment falls on."""
        return local_date(moment, self._zone)

    def doers(self, work: Work) -> BitMap:
        """Return everybody of whom any behaviour was told; the others are address-book only.

        A bitmap kept in memory, asked anew once a minute at most. Consent and what providers tell
        are no behaviour. Among them may be people who are known no more.
        """
        return self.kept(work, ("doers",), lambda: self._doers.read(work))

    def recommended(self, work: Work, asked: Asked) -> Report:
        """Find the paid orders that followed a recommendation of what was bought."""
        return self.kept(
            work,
            ("recommended", asked.question),
            lambda: recommendations.report(work, self._log, asked),
        )

    def _slots(self, work: Work, last: date, days: int) -> list[tuple[int, str, int]]:
        since = day_starts(last, days, self._zone)[0]
        end = midnight(last + timedelta(days=1), self._zone)
        found = self.kept(
            work, ("slots", last, days), lambda: store.slots(work, self._log, since, end)
        )
        return [(since + slot * store.SLOT, name, count) for slot, name, count in found]

    def kept(self, work: Work, question: Any, ask: Callable[[], T], patience: int = MINUTE) -> T:
        """Answer from memory where the log stands where it stood, else ask and keep the answer.

        In a house where something happens all the time an answer may be ``patience`` ms old.
        ``question`` must name everything else that the answer hangs on, a day for example.
        """
        mark = self._log.watermark(work)
        with self._lock:
            before = self._answers.get(question)
        if before is not None:
            kept_mark, at, kept = before
            if kept_mark == mark or 0 <= work.now - at < patience:
                found: T = kept
                return found
        answer = ask()
        with self._lock:
            self._answers.pop(question, None)
            self._answers[question] = mark, work.now, answer
            while len(self._answers) > _KEPT:
                self._answers.pop(next(iter(self._answers)))
        return answer


def arms_of(outcomes: Sequence[Outcome], days: int) -> dict[str, tuple[Arm, Arm]]:
    """Put outcomes together into (treated, held out) by origin."""
    first: dict[tuple[str, bool], list[int]] = {}
    people: dict[tuple[str, bool], int] = {}
    waiting: dict[tuple[str, bool], int] = {}
    for one in outcomes:
        key = one.origin, one.held_out
        if one.waiting:
            waiting[key] = waiting.get(key, 0) + one.people
            continue
        people[key] = people.get(key, 0) + one.people
        if one.day is not None:
            first.setdefault(key, [0] * days)[one.day] += one.people

    def arm(origin: str, held_out: bool) -> Arm:
        key = origin, held_out
        by_day = tuple(first.get(key, [0] * days))
        return Arm(people.get(key, 0), sum(by_day), waiting.get(key, 0), by_day)

    origins = {one.origin for one in outcomes}
    return {origin: (arm(origin, False), arm(origin, True)) for origin in origins}


def groups_of(outcomes: Sequence[Outcome]) -> dict[str, Units]:
    """Sum outcomes by drawn group, of the origins that draw groups, as (treated, held out)."""
    sums: dict[tuple[str, bool, str | None], list[int]] = {}
    for one in outcomes:
        if not one.waiting:
            counted = sums.setdefault((one.origin, one.held_out, one.unit), [0, 0])
            counted[0] += one.people
            counted[1] += one.people if one.day is not None else 0
    by_origin: dict[str, list[UnitSum]] = {}
    for (origin, held_out, unit), (people, did) in sums.items():
        by_origin.setdefault(origin, []).append(UnitSum(held_out, unit, people, did))
    found = {origin: units_of(sums) for origin, sums in by_origin.items()}
    return {origin: units for origin, units in found.items() if units is not None}


def _is_own(name: str) -> bool:
    return name.startswith("coterie.")
