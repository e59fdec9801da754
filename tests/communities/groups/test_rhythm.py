"""When plays are: by age, on the wall's clock, never on a skipped day; and how a rhythm is read."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from coterie.communities.groups.rhythm.model import stage_of
from coterie.communities.groups.rhythm.parse import parse
from coterie.communities.groups.rhythm.playbook import DOCUMENT
from coterie.communities.groups.rhythm.timing import coming, moment, plays_of
from coterie.core.clock import DAY, HOUR, MINUTE, format_time, local_date, midnight
from coterie.core.errors import Invalid

SHANGHAI, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")
OPENED = date(2026, 9, 11)


def rhythm(*plays: dict[str, object], **more: object) -> dict[str, object]:
    named = [{"name": f"p{n}", "kind": "topic", "text": "x", **one} for n, one in enumerate(plays)]
    return {"slug": "r", "titles": {"en": "R"}, "plays": named, "jitter": 0, **more}


def test_the_playbook_gives_small_things_early_and_asks_later() -> None:
    book = parse(DOCUMENT)
    start = midnight(OPENED, SHANGHAI)
    found = plays_of(book, OPENED, SHANGHAI, start - 1, start + 60 * DAY)
    on = {(one.day - OPENED).days: one.play.kind for one in found}
    assert (on[0], on[2], on[8]) == ("welcome", "benefit", "poll")
    early = [one.play.kind for one in found if stage_of((one.day - OPENED).days) == "early"]
    late = [one.play.kind for one in found if stage_of((one.day - OPENED).days) != "early"]
    assert "benefit" in early
    assert "fission" not in early
    assert {"poll", "topic", "fission"} <= set(late)
    assert "benefit" not in late


def test_the_next_ten_dates_come_in_order_and_leave_out_skipped_days() -> None:
    weekly = {"every": "FREQ=WEEKLY;BYDAY=TU", "at": "20:00"}
    read = parse(rhythm(weekly, skip=["2026-10-06"]))
    found = coming(read, OPENED, SHANGHAI, midnight(OPENED, SHANGHAI), 10)
    assert len(found) == 10
    assert [one.day.isoformat() for one in found][:4] == [
        "2026-09-15", "2026-09-22", "2026-09-29", "2026-10-13",
    ]  # fmt: skip
    assert all(one.day.weekday() == 1 for one in found)
    assert format_time(found[0].at) == "2026-09-15T12:00:00.000Z"


def test_the_clock_on_the_wall_holds_when_daylight_saving_changes() -> None:
    read = parse(rhythm({"every": "FREQ=DAILY", "at": "20:00"}, {"day": 2, "at": "02:30"}))
    found = plays_of(read, date(2026, 3, 6), NEW_YORK, 0, midnight(date(2026, 3, 10), NEW_YORK))
    at = {(one.day.day, one.play.name): format_time(one.at)[11:16] for one in found}
    assert (at[7, "p0"], at[8, "p0"]) == ("01:00", "00:00")  # 20:00 on the wall, both
    assert at[8, "p1"] == "07:30"  # 02:30 is skipped: 03:30


def test_all_groups_of_a_guide_wait_equally_long_and_guides_differ() -> None:
    read = parse(rhythm({"day": 0, "at": "10:00"}, {"day": 0, "at": "23:55"}, jitter=60))
    start, late = midnight(OPENED, SHANGHAI), set()
    for guide in range(40):
        found = plays_of(read, OPENED, SHANGHAI, start - 1, start + DAY, f"g{guide}")
        assert found == plays_of(read, OPENED, SHANGHAI, start - 1, start + DAY, f"g{guide}")
        assert {local_date(one.at, SHANGHAI) for one in found} == {OPENED}
        late.add(found[0].at - moment(OPENED, 600, SHANGHAI))
    assert len(late) > 15
    assert max(late) <= HOUR
    assert all(one % MINUTE == 0 for one in late)


@pytest.mark.parametrize(
    ("given", "path"),
    [
        (rhythm({"day": 0, "every": "FREQ=DAILY"}), "plays[0].day"),
        (rhythm({"every": "FREQ=HOURLY"}), "plays[0].every"),
        (rhythm({"every": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"}), "plays[0].every"),
        (rhythm({"day": 0, "text": ""}), "plays[0].text"),
        (rhythm({"day": 0, "name": "a"}, {"day": 1, "name": "a"}), "plays[1].name"),
        (rhythm({"day": 0, "at": "25:00"}), "plays[0].at"),
        (rhythm(skip=["tomorrow"]), "skip[0]"),
        (rhythm(stages={"middle": 30}), "stages"),
    ],
)
def test_what_is_wrong_is_refused_with_its_place(given: dict[str, object], path: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse(given)
    assert caught.value.path == path
