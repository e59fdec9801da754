"""Who is held out: by herself or with her group, and alike in all journeys of a programme."""

from dataclasses import replace

from coterie.journeys.holding import draw_holdout
from coterie.journeys.model import Defined, Journey, SegmentEntry
from coterie.profiles.model import Known


def journey(slug: str, **more: object) -> Defined:
    written = Journey(slug, SegmentEntry("s"), "a", {}, **more)  # type: ignore[arg-type]
    return Defined(written, 1, "active", {}, 5_000, 0, 0, "")


def somebody(number: int, *tags: str) -> Known:
    return Known(number, f"user_id:u{number}", {}, {}, {}, frozenset(tags))


PEOPLE = [somebody(number) for number in range(200)]


def test_those_of_one_group_are_held_out_together() -> None:
    by_group = journey("care", unit="group")
    for group in range(40):
        tags = (f"group:g{group}", "group:z-other", "vip")
        draws = {draw_holdout(by_group, somebody(number, *tags)) for number in range(8)}
        [draw] = draws
        assert draw.unit == f"group:g{group}"
    alone = [draw_holdout(by_group, one) for one in PEOPLE]
    assert {draw.unit for draw in alone} == {None}
    assert [draw.shadow for draw in alone] == [
        draw_holdout(journey("care"), one).shadow for one in PEOPLE
    ]


def test_a_programme_holds_out_the_same_people_everywhere() -> None:
    def shadows(defined: Defined) -> list[bool]:
        return [draw_holdout(defined, one).shadow for one in PEOPLE]

    spring = [shadows(journey(slug, programme="spring")) for slug in ("a", "b")]
    assert spring[0] == spring[1]
    assert shadows(journey("a")) != shadows(journey("b"))
    assert not any(shadows(replace(journey("a"), holdout=0)))
