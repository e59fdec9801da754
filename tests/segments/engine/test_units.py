"""Units of the calendar, for many moments at once, as the standard library tells each."""

from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from coterie.core.clock import HOUR, MINUTE, to_datetime
from coterie.segments.engine.units import stretches, unit_numbers

ZONES = [
    "UTC", "Asia/Shanghai", "America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe",
    "Africa/Casablanca", "Pacific/Apia", "Asia/Kathmandu", "Europe/Dublin", "America/Havana",
]  # fmt: skip
TURNS = [
    1_540_695_600_000, 1_541_310_000_000, 1_710_054_000_000, 1_325_239_200_000, 1_730_023_200_000,
    1_046_000_000_000, 951_000_000_000, 1_041_379_200_000,
]  # fmt: skip
MOMENTS = st.one_of(
    st.integers(-2_000_000_000_000, 4_000_000_000_000),
    st.builds(lambda turn, by: turn + by * MINUTE, st.sampled_from(TURNS), st.integers(-300, 300)),
    st.builds(
        lambda day, hour: day * 24 * HOUR + hour * HOUR, st.integers(0, 20_000), st.integers(0, 23)
    ),
)


@given(st.sampled_from(ZONES), st.lists(MOMENTS, min_size=1, max_size=30))
def test_two_moments_share_a_unit_when_the_wall_clock_shows_the_same(
    name: str, moments: list[int]
) -> None:
    zone = ZoneInfo(name)
    walls = [to_datetime(moment).astimezone(zone) for moment in moments]
    shown = {
        "@day": [wall.date() for wall in walls],
        "@week": [date.fromordinal(w.toordinal() - w.weekday()) for w in walls],
        "@month": [(wall.year, wall.month) for wall in walls],
        "@hour": [(wall.date(), wall.hour) for wall in walls],
    }
    for unit, names in shown.items():
        numbers = unit_numbers(unit, np.array(moments, np.int64), zone).tolist()
        for first, one in zip(names, numbers, strict=True):
            for second, other in zip(names, numbers, strict=True):
                assert (first == second) == (one == other)
                assert (first < second) == (one < other)


@given(st.sampled_from(ZONES), st.sampled_from(["@hour", "@day", "@week", "@month"]), MOMENTS)
def test_a_units_stretches_are_its_moments_and_no_others(name: str, unit: str, moment: int) -> None:
    zone = ZoneInfo(name)

    def numbers(*moments: int) -> list[int]:
        return unit_numbers(unit, np.array(moments, np.int64), zone).tolist()

    [number] = numbers(moment)
    found = stretches(unit, number, zone)
    assert found == sorted(found) and any(start <= moment < end for start, end in found)
    for start, end in found:
        assert numbers(start, (start + end) // 2, end - 1) == [number] * 3
    edges = [found[0][0] - 1, found[-1][1], *(end for _, end in found[:-1])]
    assert number not in numbers(*edges) or len(found) > 1
    assert number not in numbers(found[0][0] - 1, found[-1][1])
