"""The face of the values: keep them up to date, and answer for any past moment."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
from duckdb import DuckDBPyConnection
from pyroaring import BitMap

from coterie.core.clock import DAY, local_date, midnight, next_midnight
from coterie.core.event import Event
from coterie.core.people import Shift
from coterie.events.log import Log
from coterie.profiles.service import Profiles
from coterie.scores.values import few, fitting, people, store
from coterie.scores.values.hours import best_hours
from coterie.scores.values.model import (
    SHAPES,
    STEPS,
    Model,
    Refusal,
    Report,
    Settings,
    check,
)
from coterie.scores.values.orders import People
from coterie.scores.values.people import (
    Classes,
    Counts,
    Floats,
    Living,
    Sources,
    Values,
)
from coterie.scores.values.reporting import reported
from coterie.scores.values.rhythm import offsets
from coterie.storage import audit
from coterie.storage.work import Work

MANY = 5_000
"""Of so many people at once everybody's values are worked out, instead of theirs one by one."""

MONTH = 30 * DAY
_WEEKLY = 7 * DAY
_VALUES, _HOURS = "values", "hours"
_PAST = "scores.values.past"
"""Under this name a unit of work keeps what it worked out of past moments."""

Changed = dict[str, BitMap]
"""Whose value changed, by the trait's name."""


@dataclass(frozen=True)
class OnePerson:
    """What is published of one person, and what it rests on; for her page."""

    traits: Mapping[str, Any]
    since: Mapping[str, int]
    model: Model | None
    report: Report | None
    settings: Settings


class Worth:
    """What orders and rhythms tell of everybody, derived from the log and published as traits.

    Who orders, or gives back, is brought up to date with the batch; everybody once a day at the
    brand's midnight (best hours and models once a week). A value that stays the same is not
    written, and its clock runs on.
    """

    name = "values"

    def __init__(self, profiles: Profiles, log: Log, zone: ZoneInfo) -> None:
        self._profiles = profiles
        self._log = log
        self._zone = zone

    # The road

    def add(self, work: Work, fresh: Sequence[Event]) -> BitMap:
        """Bring the people of orders and refunds up to date; return whose values changed.

        What needs everybody (ranks, models, rhythms) waits for midnight.
        """
        if not fresh:
            return BitMap()
        settings = store.settings_at(work, work.now)
        self._expect(work, {one.name for one in fresh}, settings)
        touched = {one.profile for one in fresh if one.name in STEPS}
        if len(touched) > MANY:
            self.owe(work)
            return BitMap()
        return self._bring(work, touched, settings)

    def owe(self, work: Work) -> None:
        """Have everybody's values worked out with the next batch."""
        store.set_due(work, _VALUES, work.now)
        store.set_due(work, _HOURS, work.now)

    def wake(self, work: Work) -> BitMap:
        """Count orders whose time has come, and everybody when it is due; return whose changed."""
        dues = store.dues(work)
        come = self._alive(work, store.come_due(work))
        changed: Changed = {"": self._bring(work, come, store.settings_at(work, work.now))}
        if dues.get(_HOURS, work.now + 1) <= work.now:
            changed |= self.find_hours(work)
            store.set_due(work, _HOURS, self._next_monday(work.now))
        if dues.get(_VALUES, work.now + 1) <= work.now:
            changed |= self.work_out(work)
            store.set_due(work, _VALUES, next_midnight(work.now, self._zone))
        return BitMap().union(*changed.values())

    def history_came(self, work: Work) -> BitMap:
        """Work everybody's values out since history came in by columns; return whose changed."""
        self._expect(work, self._log.counts(work), store.settings_at(work, work.now))
        for task in store.dues(work):
            store.set_due(work, task, work.now)
        return self.wake(work)

    def next_due(self, work: Work) -> int | None:
        """Return when time alone changes a value next; None before anything happened."""
        future = store.next_future(work)
        return min(
            [*store.dues(work).values(), *([] if future is None else [future])], default=None
        )

    # Everybody

    def work_out(self, work: Work) -> Changed:
        """Work everybody's values out now, publish them, and keep a report."""
        settings = store.settings_at(work, work.now)
        with self._log.open_lake(work) as lake:
            living = self._living(work)
            sources = self._sources(lake, living, work.now, settings)
            then = work.now - MONTH
            earlier = store.last_of(
                lake, settings.intent, then - settings.intent_days * DAY, then
            )  # fmt: skip
        model = self._model(work, sources, settings)
        values = people.worked_out(sources, work.now, settings, model, self._zone)
        before = self._classes(sources, _alive(earlier, living), then, settings)
        told = [(SHAPES[name], *columns) for name, columns in values.columns.items()]
        changed = self._profiles.published.publish(work, told)
        store.keep_report(work, self._report(work, values, before, settings))
        return changed

    def find_hours(self, work: Work) -> Changed:
        """Find everybody's best hours now and publish them; nothing while events are too few."""
        settings = store.settings_at(work, work.now)
        since = work.now - settings.hour_days * DAY
        if sum(self._log.counts(work).values()) < settings.gate_hour_events:
            return {}
        with self._log.open_lake(work) as lake:
            zones = offsets(since, work.now, self._zone)
            profile, hour, count = store.hours(lake, zones, since, work.now)
        alive = np.isin(profile, self._living(work).profile)
        profile, hour, count = profile[alive], hour[alive], count[alive]
        if count.sum() < settings.gate_hour_events:
            return {}
        best = best_hours(
            profile, hour, count, enough=settings.hour_events, weight=settings.hour_weight
        )
        told = [
            (SHAPES[name], best.profile, values.astype(np.float64))
            for name, values in zip(people.HOURS, (best.hour, best.basis), strict=True)
        ]
        return self._profiles.published.publish(work, told)

    def values_at(
        self, work: Work, at: int, profiles: Collection[int] | None = None
    ) -> Mapping[int, Mapping[str, Any]]:
        """Return what people's values were at a past moment, of all or of some.

        By the settings and the model in force then, and all that is known today of what had
        happened by then. Best hours are not among them.
        """
        values = self._values_at(work, at)
        asked = None if profiles is None else np.array(sorted(profiles), np.int32)
        found: dict[int, dict[str, Any]] = {}
        for name, (who, told) in values.columns.items():
            chosen = ~np.isnan(told) if asked is None else ~np.isnan(told) & np.isin(who, asked)
            for profile, raw in zip(who[chosen].tolist(), told[chosen].tolist(), strict=True):
                found.setdefault(profile, {})[name] = SHAPES[name].value(raw)
        return found

    def traits_at(
        self, work: Work, profiles: Collection[int], names: Collection[str]
    ) -> Iterator[tuple[int, str, Any, int | None]]:
        """Return these traits of people as they were at ``work.now``, from the log."""
        asked = SHAPES.keys() & set(names)
        if not asked:
            return
        for profile, found in self.values_at(work, work.now, profiles).items():
            for name in asked & found.keys():
                yield profile, name, found[name], None

    # Settings, and what was learnt

    def settings(self, work: Work) -> Settings:
        """Return the settings in force."""
        return store.settings_at(work, work.now)

    def versions(self, work: Work) -> list[tuple[int, int, str, Settings]]:
        """Return (version, at, actor, settings) of every version, newest first."""
        return store.settings_versions(work)

    def configure(self, work: Work, settings: Settings) -> Settings:
        """Put new settings in force as the next version; the road works everything out anew.

        Raises Invalid with the path of a setting that makes no sense.
        """
        version = store.settings_at(work, work.now).version + 1
        kept = msgspec.structs.replace(check(settings), version=version)
        store.keep_settings(work, kept)
        audit.record(work, "values.configured", f"version {version}")
        self.owe(work)
        return kept

    def model(self, work: Work) -> Model | None:
        """Return what the models last learnt of everybody; None before they were asked."""
        return store.model_at(work, work.now)

    def reports(self, work: Work, since: int = 0) -> list[Report]:
        """Return what was told of everybody day by day from a moment on, the oldest first."""
        return store.reports(work, since)

    def of_person(self, work: Work, profile: int) -> OnePerson:
        """Return what is published of one person, and what it rests on."""
        rows = list(self._profiles.published.of(work, [profile], list(SHAPES)))
        return OnePerson(
            traits={name: value for _, name, value, _ in rows},
            since={name: since for _, name, _, since in rows if since is not None},
            model=store.model_at(work, work.now),
            report=next(iter(store.reports(work, work.now - 2 * DAY)[::-1]), None),
            settings=store.settings_at(work, work.now),
        )

    # Whom they are kept of

    def follow(self, work: Work, shifts: Sequence[Shift]) -> None:
        """Bring the heads on both sides of these shifts up to date; who leads no more has none."""
        now = {shift.profile: shift.head for shift in shifts}
        led = {profile for profile, head in now.items() if head != profile}
        heads = {head for shift in shifts for head in (shift.before, shift.head)} - led
        if not self._profiles.published.names(work):
            return
        self._profiles.published.withdraw(work, led)
        store.forget_future(work, led)
        self._bring(work, self._alive(work, heads), store.settings_at(work, work.now))

    def hand_out(self, work: Work, profile: int) -> dict[str, Any]:
        """Return what was worked out of a person, as plain JSON."""
        found = self._profiles.published.of(work, [profile], list(SHAPES))
        return {name: value for _, name, value, _ in found}

    def erase(self, work: Work, profiles: Collection[int]) -> dict[str, int]:
        """Take these people's values away; they are worked out of the log alone."""
        return {
            "published": self._profiles.published.erase(work, profiles),
            "value_future": store.forget_future(work, profiles),
        }

    # Within

    def _values_at(self, work: Work, at: int) -> Values:
        """Work everybody's values out of what had happened by a moment; once a unit of work."""
        memo = work.memo.setdefault(_PAST, {})
        key = at, self._log.watermark(work)
        if key not in memo:
            settings = store.settings_at(work, at)
            with self._log.open_lake(work) as lake:
                sources = self._sources(lake, self._living(work), at, settings)
            model = store.model_at(work, at)
            if model is None:
                refused = Refusal("not_yet")
                model = Model(at=at, customers=0, repeaters=0, days=0, refused=refused)
            memo[key] = people.worked_out(sources, at, settings, model, self._zone)
        found: Values = memo[key]
        return found

    def _expect(self, work: Work, names: Collection[str], settings: Settings) -> None:
        """Have the first values worked out at the coming midnights, once there is a reason to."""
        dues = store.dues(work)
        if _HOURS not in dues:
            store.set_due(work, _HOURS, self._next_monday(work.now))
        if _VALUES not in dues and not set(names).isdisjoint((*STEPS, *settings.intent)):
            store.set_due(work, _VALUES, next_midnight(work.now, self._zone))

    def _bring(self, work: Work, touched: Collection[int], settings: Settings) -> BitMap:
        """Work out what one person's timeline alone tells, of these people."""
        asked = np.array(sorted(touched), np.int32)
        if not len(asked):
            return BitMap()
        timelines = self._log.timelines(work, asked.tolist())
        store.keep_future(work, asked.tolist(), few.futures(timelines, work.now))
        told = few.told_of(timelines, work.now)
        orders, buyers, _ = people.gather(told, work.now, settings, self._zone)
        intents = few.last_of(timelines, settings.intent, work.now)
        nobody = np.zeros(len(buyers), np.int64)
        found = people.lifecycle(orders, buyers, intents, nobody, work.now, settings)
        high = {
            profile
            for profile, _, value, _ in self._profiles.published.of(
                work, asked.tolist(), ["lifecycle.high_value"]
            )
            if value
        }
        bought = found.flags["purchased"]
        kept = np.isin(found.profile, np.array(sorted(high), np.int32)) & bought
        found = replace(found, flags={**found.flags, "high_value": kept})
        columns = {**people.class_columns(found), **people.order_columns(buyers)}
        return self._profiles.published.tell(
            work,
            [(SHAPES[name], asked, _spread(asked, *column)) for name, column in columns.items()],
        )

    def _alive(self, work: Work, profiles: Collection[int]) -> Collection[int]:
        return list(self._profiles.known(work, profiles, ())) if profiles else []

    def _living(self, work: Work) -> Living:
        return store.living(*self._profiles.bucket_keys(work))

    def _sources(
        self, lake: DuckDBPyConnection, living: Living, at: int, settings: Settings
    ) -> Sources:
        told = store.told(lake, at)
        year = at - settings.spend_days * DAY
        intents = store.last_of(lake, settings.intent, at - settings.intent_days * DAY, at)
        return Sources(
            told=told.where(np.isin(told.profile, living.profile)),
            intents=_alive(intents, living),
            living=living,
            advocacy=_alive(store.count_of(lake, settings.advocacy, year, at), living),
            reviews=_alive(store.count_of(lake, settings.reviews, year, at), living),
        )

    def _classes(self, sources: Sources, intents: Counts, at: int, settings: Settings) -> Classes:
        told = sources.told.until(at)
        orders, buyers, _ = people.gather(told, at, settings, self._zone)
        tie = sources.living.ties(buyers.profile)
        return people.lifecycle(orders, buyers, intents, tie, at, settings)

    def _model(self, work: Work, sources: Sources, settings: Settings) -> Model:
        """Return the model in force; learn anew after a week, a refusal or a change of settings."""
        known = store.model_at(work, work.now)
        changed = next((at for _, at, _, _ in store.settings_versions(work)), 0)
        oldest = max(changed, work.now - _WEEKLY + 1)
        if known is not None and known.orders is not None and known.at >= oldest:
            return known
        _, buyers, came = people.gather(sources.told, work.now, settings, self._zone)
        today = people.day_of(work.now, self._zone)
        learnt = fitting.learn(work.now, today, buyers, came, settings)
        store.keep_model(work, learnt)
        return learnt

    def _report(self, work: Work, values: Values, before: Classes, settings: Settings) -> Report:
        hours = self._profiles.published.column(work, people.HOURS[0])
        have = sum(self._log.counts(work).values())
        return reported(
            values,
            before,
            settings,
            hour=int(np.bincount(hours.values.astype(np.int64)).argmax()) if hours else None,
            refused=None if hours else Refusal("few_events", have, settings.gate_hour_events),
        )

    def _next_monday(self, now: int) -> int:
        today = local_date(now, self._zone)
        return midnight(today + timedelta(days=7 - today.weekday()), self._zone)


def _alive(counts: Counts, living: Living) -> Counts:
    there = np.isin(counts.profile, living.profile)
    return Counts(counts.profile[there], counts.number[there])


def _spread(asked: People, who: People, values: Floats) -> Floats:
    """Lay values of some people out for all who are asked for; NaN for the others."""
    found = np.full(len(asked), np.nan)
    found[np.searchsorted(asked, who)] = values
    return found
