from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.core.clock import DAY, HOUR, MINUTE, from_datetime, local_date
from coterie.messaging.caps import Slot
from coterie.messaging.gate import (
    Asked,
    GateSettings,
    Standing,
    decide,
    is_held_out,
)
from coterie.messaging.model import Reason
from coterie.profiles.age import age_of

ZONE = ZoneInfo("Asia/Shanghai")
SETTINGS = GateSettings()


def at(day: int, hour: int, minute: int = 0) -> int:
    return from_datetime(datetime(2026, 1, day, hour, minute, tzinfo=ZONE))


NOON = at(10, 12)
NIGHT = at(10, 23)
MORNING = at(11, 8)
TOUCH = Asked(service=False, expires=None)
SERVICE = Asked(service=True, expires=None)
ALLOWED = Standing(zone=ZONE)
TWO_TODAY = [Slot(at(10, 9)), Slot(at(10, 10))]
TEN_THIS_WEEK = [Slot(at(day, hour)) for day in (5, 6, 7, 8, 9) for hour in (9, 10)]


@pytest.mark.parametrize(
    ("standing", "now", "status", "due", "reason"),
    [
        (ALLOWED, NOON, "queued", NOON, None),
        (replace(ALLOWED, stopped=True), NOON, "held", NOON, Reason.STOPPED),
        (replace(ALLOWED, has_channel=False), NOON, "held", NOON, Reason.NO_CHANNEL),
        (replace(ALLOWED, has_template=False), NOON, "held", NOON, Reason.NO_TEMPLATE),
        (replace(ALLOWED, has_address=False), NOON, "held", NOON, Reason.NO_ADDRESS),
        (replace(ALLOWED, consents=False), NOON, "held", NOON, Reason.NO_CONSENT),
        (replace(ALLOWED, held_out=True), NOON, "held", NOON, Reason.HOLDOUT),
        (ALLOWED, NIGHT, "queued", MORNING, None),
        (replace(ALLOWED, planned=TWO_TODAY), NOON, "held", NOON, Reason.CAP_DAY),
        (replace(ALLOWED, planned=TWO_TODAY[:1]), NOON, "queued", NOON, None),
        # what the night moves to the morning takes a slot of the morning
        (replace(ALLOWED, planned=TWO_TODAY), NIGHT, "queued", MORNING, None),
        (
            replace(ALLOWED, planned=[Slot(MORNING), Slot(MORNING)]),
            NIGHT,
            "held",
            NIGHT,
            Reason.CAP_DAY,
        ),
        (replace(ALLOWED, planned=TEN_THIS_WEEK), NOON, "held", NOON, Reason.CAP_WEEK),
        (replace(ALLOWED, planned=TEN_THIS_WEEK[1:]), NOON, "queued", NOON, None),
        (
            replace(ALLOWED, planned=[Slot(at(3, 12)), *TEN_THIS_WEEK[1:]]),
            NOON,
            "queued",
            NOON,
            None,
        ),
        (
            replace(ALLOWED, planned=[Slot(at(3, 12, 1)), *TEN_THIS_WEEK[1:]]),
            NOON,
            "held",
            NOON,
            Reason.CAP_WEEK,
        ),
        # the first reason in order wins
        (replace(ALLOWED, consents=False, held_out=True), NOON, "held", NOON, Reason.NO_CONSENT),
        (replace(ALLOWED, has_address=False, consents=False), NOON, "held", NOON, "no_address"),
    ],
)
def test_a_touch_that_nobody_asked_for(
    standing: Standing, now: int, status: str, due: int, reason: Reason | None
) -> None:
    decision = decide(TOUCH, standing, SETTINGS, now)
    assert (decision.status, decision.due, decision.reason) == (status, due, reason)


@pytest.mark.parametrize("now", [NOON, NIGHT])
def test_service_ignores_consent_holdout_caps_and_the_night(now: int) -> None:
    standing = Standing(
        zone=ZONE, consents=False, held_out=True, planned=[*TWO_TODAY, *TEN_THIS_WEEK]
    )
    assert decide(SERVICE, standing, SETTINGS, now).status == "queued"
    assert decide(SERVICE, standing, SETTINGS, now).due == now


@pytest.mark.parametrize(
    "standing",
    [
        replace(ALLOWED, stopped=True),
        replace(ALLOWED, has_address=False),
        replace(ALLOWED, has_template=False),
        replace(ALLOWED, has_channel=False),
    ],
)
def test_service_needs_a_way_and_stops_with_everything(standing: Standing) -> None:
    assert decide(SERVICE, standing, SETTINGS, NOON).status == "held"


@pytest.mark.parametrize(
    ("asked", "now", "status"),
    [
        (replace(TOUCH, expires=NOON + 1), NOON, "queued"),
        (replace(TOUCH, expires=NOON), NOON, "held"),
        (replace(SERVICE, expires=NOON), NOON, "held"),
        # at half past eleven the lunch offer of the night is over before the morning
        (replace(TOUCH, expires=at(10, 23, 30)), NIGHT, "held"),
        (replace(TOUCH, expires=MORNING), NIGHT, "held"),
        (replace(TOUCH, expires=MORNING + MINUTE), NIGHT, "queued"),
        (replace(SERVICE, expires=at(10, 23, 30)), NIGHT, "queued"),
    ],
)
def test_what_expires_before_it_may_go_is_held(asked: Asked, now: int, status: str) -> None:
    decision = decide(asked, ALLOWED, SETTINGS, now)
    assert decision.status == status
    assert decision.reason == (Reason.EXPIRED if status == "held" else None)


def test_a_shadow_is_what_would_have_been_queued() -> None:
    shadow = replace(TOUCH, shadow=True)
    assert decide(shadow, ALLOWED, SETTINGS, NOON).status == "shadow"
    held = decide(shadow, replace(ALLOWED, consents=False), SETTINGS, NOON)
    assert (held.status, held.reason) == ("held", Reason.NO_CONSENT)
    assert decide(replace(SERVICE, shadow=True), ALLOWED, SETTINGS, NOON).status == "queued"


def test_the_day_is_the_persons() -> None:
    late, early = at(10, 23), at(11, 0)
    settings = GateSettings(quiet=None, per_day=1)
    here = Standing(zone=ZONE, planned=[Slot(late)])
    assert decide(TOUCH, here, settings, early).status == "queued"
    in_berlin = replace(here, zone=ZoneInfo("Europe/Berlin"))
    assert decide(TOUCH, in_berlin, settings, early).reason == Reason.CAP_DAY


def test_caps_and_the_night_can_be_switched_off() -> None:
    settings = GateSettings(quiet=None, per_day=None, per_week=None)
    standing = replace(ALLOWED, planned=[Slot(NIGHT)] * 50)
    assert decide(TOUCH, standing, settings, NIGHT).due == NIGHT
    assert decide(TOUCH, ALLOWED, GateSettings(per_day=0), NOON).reason == Reason.CAP_DAY


@given(
    st.lists(st.integers(0, 30 * 24 * 60).map(lambda m: at(1, 0) + m * MINUTE), max_size=80),
    st.sampled_from(
        [GateSettings(), GateSettings(quiet=None), GateSettings(per_day=3, per_week=4)]
    ),
)
def test_no_day_and_no_seven_days_ever_hold_more_than_the_caps(
    moments: list[int], settings: GateSettings
) -> None:
    planned: list[int] = []
    for moment in sorted(moments):
        decision = decide(
            TOUCH, replace(ALLOWED, planned=tuple(map(Slot, planned))), settings, moment
        )
        if decision.status == "queued":
            planned.append(decision.due)
    assert settings.per_day is not None and settings.per_week is not None
    days = [local_date(each, ZONE) for each in planned]
    assert all(days.count(day) <= settings.per_day for day in days)
    for start in planned:
        assert sum(start <= each < start + 7 * DAY for each in planned) <= settings.per_week


def test_what_is_planned_later_counts_for_the_week() -> None:
    settings = GateSettings(per_day=None, per_week=1)
    later = replace(ALLOWED, planned=[Slot(NOON + HOUR)])
    assert decide(TOUCH, later, settings, NOON).reason == Reason.CAP_WEEK


def test_the_universal_holdout_is_stable_and_about_as_large_as_asked() -> None:
    settings = GateSettings(holdout=5)
    held = [key for key in map(str, range(10_000)) if is_held_out(key, settings)]
    assert 400 < len(held) < 600
    larger = GateSettings(holdout=20)
    assert all(is_held_out(key, larger) for key in held)


# What is known of her, and her age


def test_who_wants_nothing_chosen_gets_what_goes_to_everybody() -> None:
    plain = Standing(ZONE, plain=True)
    chosen = decide(TOUCH, plain, GateSettings(), NOON)
    assert (chosen.status, chosen.reason) == ("held", Reason.NON_PERSONALISED)
    everybody = replace(TOUCH, personalised=False)
    assert decide(everybody, plain, GateSettings(), NOON).status == "queued"
    assert decide(SERVICE, plain, GateSettings(), NOON).status == "queued"
    assert decide(TOUCH, Standing(ZONE), GateSettings(), NOON).status == "queued"


@pytest.mark.parametrize(
    ("age", "reason"), [(None, Reason.AGE_UNKNOWN), (17, Reason.UNDER_AGE), (18, None), (90, None)]
)
def test_what_asks_for_an_age_waits_for_it(age: int | None, reason: Reason | None) -> None:
    wine = replace(TOUCH, min_age=18)
    assert decide(wine, Standing(ZONE, age=age), GateSettings(), NOON).reason == reason
    assert decide(TOUCH, Standing(ZONE, age=age), GateSettings(), NOON).reason is None
    assert decide(replace(SERVICE, min_age=18), Standing(ZONE), GateSettings(), NOON).reason is None


@pytest.mark.parametrize(
    ("traits", "age"),
    [
        ({"birthday": "2008-01-01"}, 18),
        ({"birthday": "2008-01-02"}, 17),
        ({"birthday": "2008-01-01T00:00:00+08:00"}, 18),
        ({"birthday": "no date"}, None),
        ({"birthday": "no date", "age_confirmed": True}, 18),
        ({"birthday": "2015-01-01", "age_confirmed": 21}, 11),
        ({"age_confirmed": 21}, 21),
        ({"age_confirmed": False}, None),
        ({"age_confirmed": "yes"}, None),
    ],
)
def test_the_age_is_that_of_the_brands_day(traits: dict[str, Any], age: int | None) -> None:
    new_year = 1_767_196_800_000  # 2026-01-01T00:00 in Shanghai
    assert age_of(traits, new_year, ZoneInfo("Asia/Shanghai")) == age
