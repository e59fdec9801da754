"""Codes as they are kept: made once, changed in versions, counted once, never leading nowhere."""

import pytest

from codes.channel.town import NOW, SHANGHAI, Staff
from coterie.codes.channel.bulk import read
from coterie.codes.channel.model import Filter, Numbers
from coterie.codes.channel.parse import parse
from coterie.codes.channel.service import KEPT_AFTER_END, ChannelCodes
from coterie.core.actor import COMMAND
from coterie.core.clock import DAY, HOUR, MINUTE
from coterie.core.errors import Conflict, Invalid
from coterie.core.event import Event
from coterie.storage.database import Database
from coterie.storage.work import Work

TILL = {"title": "Till", "guide": "an", "store": "s1", "placement": "till", "tags": ["vip"],
        "spare": "store"}  # fmt: skip
STORE = {"title": "Door", "store": "s1", "guides": "store", "tags": ["door"]}


def came(state: str, profile: int, at: int, guide: str = "AN", **more: object) -> Event:
    return Event(
        id=f"{state}{profile}{at}{guide}", type="track", name="Contact Added", time=at, received=at,
        source="wecom", profile=profile, properties={"guide": guide, "state": state, **more},
    )  # fmt: skip


def joined(state: str, profile: int, at: int) -> Event:
    return Event(
        id=f"j{profile}{at}", type="track", name="Group Joined", time=at, received=at,
        source="wecom", profile=profile, properties={"group_id": "w1", "state": state},
    )  # fmt: skip


def hear(codes: ChannelCodes, work: Work, *events: Event) -> list[Event]:
    return codes.hear(work, events, ())


def wanted(codes: ChannelCodes, work: Work) -> dict[str, tuple[str, ...] | None]:
    found = codes.wanted(work, 100)
    codes.worked_out(work, found)
    return {one.state: one.userids for one in found}


def test_who_comes_is_counted_and_tagged_once(database: Database, codes: ChannelCodes) -> None:
    with database.begin(COMMAND, NOW) as work:
        state = codes.make(work, TILL).state
        assert len(state) <= 30
        half = came(state, 7, NOW, half=True)
        facts = hear(codes, work, half, came(state, 8, NOW), came("other", 9, NOW))
        assert [(one.profile, one.properties) for one in facts] == [
            (7, {"tag": "vip", "by": f"code:{state}"}), (8, {"tag": "vip", "by": f"code:{state}"}),
        ]  # fmt: skip
        assert hear(codes, work, came(state, 7, NOW + MINUTE, half=False), half) == []
        hear(codes, work, joined("g1", 7, NOW + HOUR), joined("", 8, NOW + HOUR))
        hear(codes, work, joined("g1", 7, NOW + 2 * HOUR))
        assert codes.numbers(work, [state]) == {state: Numbers(2, 1, 2)}
        assert codes.by_guide(work, state) == [("an", 2, 1)]
        assert codes.erase(work, [7]) == {"codes_channel_adds": 1}
        assert codes.numbers(work, [state])[state].added == 2
        assert codes.hand_out(work, 7) == {"channel_codes": []}
        hear(codes, work, came(state, 8, NOW + 8 * DAY))
        assert codes.numbers(work, [state])[state].added == 3


def test_what_a_state_stands_for(database: Database, codes: ChannelCodes) -> None:
    with database.begin(COMMAND, NOW) as work:
        door, till = codes.make(work, STORE).state, codes.make(work, TILL).state
        assert codes.resolve(work, [till, "none"])[till].effective == till
        codes.disable(work, till)
        source = codes.resolve(work, [till])[till]
        assert (source.effective, source.guide, source.tags) == (door, None, ("door",))
        assert wanted(codes, work)[till] == ("AN", "BO")  # those of the store's code
        fresh = codes.rotate(work, door)
        assert codes.resolve(work, [door])[door].effective == fresh.state
        assert codes.resolve(work, [till])[till].effective == fresh.state
        with pytest.raises(Invalid, match="leads back"):
            codes.disable(work, fresh.state, door)
        codes.enable(work, till)
        assert codes.resolve(work, [till])[till].tags == ("vip",)


def test_each_version_is_kept_and_what_it_is_of_stays(
    database: Database, codes: ChannelCodes
) -> None:
    with database.begin(COMMAND, NOW) as work:
        state = codes.make(work, TILL).state
        with pytest.raises(Conflict):
            codes.make(work, {**TILL, "title": "again"})
        with pytest.raises(Invalid, match="stays"):
            codes.change(work, state, {**TILL, "placement": "door"})
        code = codes.change(work, state, {**TILL, "title": "Second till"})
        assert (code.version, code.title) == (2, "Second till")
        assert [row.source["title"] for row in codes.versions(work, state)] == [
            "Second till", "Till",
        ]  # fmt: skip


def test_whom_a_code_shows_follows_caps_absence_and_the_clock(
    database: Database, codes: ChannelCodes, staff: Staff
) -> None:
    given = {"title": "Spring", "campaign": "spring", "way": "sequential",
             "guides": [{"guide": "an", "cap": 1}, "bo", "yu"], "spare": ["cai"]}  # fmt: skip
    with database.begin(COMMAND, NOW) as work:
        state = codes.make(work, given).state
        assert wanted(codes, work) == {state: ("AN",)}
        assert wanted(codes, work) == {}  # nothing is due
        hear(codes, work, came(state, 7, NOW))
        assert wanted(codes, work) == {state: ("BO",)}
        codes.away(work, "bo", NOW + HOUR)
        assert wanted(codes, work) == {state: ("YU",)}
        staff.gone.add("yu")
        codes.hasten_all(work)
        assert wanted(codes, work) == {state: ("CAI",)}
        due = codes.next_work(work)
        assert due == NOW + HOUR
    with database.begin(COMMAND, NOW + HOUR) as work:
        assert wanted(codes, work) == {state: ("BO",)}
        assert codes.shown(work, [state])[state].next == NOW + 16 * HOUR  # Shanghai's midnight
        assert codes.next_work(work) == NOW + 2 * HOUR  # looked at again within the hour
    with database.begin(COMMAND, NOW + 16 * HOUR) as work:
        assert wanted(codes, work) == {state: ("AN",)}


def test_turns_are_taken_by_what_came(database: Database, codes: ChannelCodes) -> None:
    given = {"title": "Spring", "way": "round_robin", "guides": ["an", "bo", "cai"]}
    with database.begin(COMMAND, NOW) as work:
        state = codes.make(work, given).state
        seen = []
        for turn in range(4):
            (who,) = wanted(codes, work)[state] or ()
            seen.append(who)
            hear(codes, work, came(state, turn + 1, NOW + turn, who))
        assert seen == ["AN", "BO", "CAI", "AN"]


def test_a_young_account_rests_on_all_its_codes(
    database: Database, codes: ChannelCodes, staff: Staff
) -> None:
    staff.opened["an"] = NOW - 3 * DAY
    with database.begin(COMMAND, NOW) as work:
        one, other = (
            codes.make(work, TILL).state,
            codes.make(work, {**TILL, "placement": "b"}).state,
        )
        assert wanted(codes, work) == {one: ("AN",), other: ("AN",)}
        hear(codes, work, *(came(one, number, NOW) for number in range(1, 41)))
        assert wanted(codes, work) == {one: ("BO",), other: ("BO",)}
        assert codes.next_work(work) == NOW + MINUTE


def test_an_end_hands_over_and_gives_back(database: Database, codes: ChannelCodes) -> None:
    with database.begin(COMMAND, NOW) as work:
        codes.make(work, STORE)
        state = codes.make(work, {**TILL, "ends": "2026-01-02T08:00:00"}).state
        assert wanted(codes, work)[state] == ("AN",)
    with database.begin(COMMAND, NOW + DAY) as work:
        assert wanted(codes, work)[state] == ("AN", "BO")
        assert codes.get(work, state).status == "over"
        assert codes.resolve(work, [state])[state].tags == ("door",)
    with database.begin(COMMAND, NOW + DAY + KEPT_AFTER_END) as work:
        assert wanted(codes, work)[state] is None


def test_thousands_are_made_once(database: Database, codes: ChannelCodes) -> None:
    table = "guide,store,tags\n" + "\n".join(f"g{n},s{n % 7},a|b" for n in range(210))
    plan = read(table, ["till", "door", "till"], {"campaign": "spring", "tags": ["c"]}, SHANGHAI)
    assert (len(plan.given), plan.faults) == (420, ())
    with database.begin(COMMAND, NOW) as work:
        made = codes.make_many(work, plan.given)
        assert len(set(made)) == 420
        assert codes.make_many(work, plan.given) == []
        page, count = codes.page(work, Filter(store="s3", text="door"), limit=5)
        assert (len(page), count) == (5, 30)
        assert page[0].definition.tags == ("c", "a", "b")


def test_a_table_says_which_lines_are_wrong() -> None:
    table = "guide,store\nan,s1\nno one,s1\n,\n,\nzhu,s1\n,s2"
    plan = read(table, [], {}, SHANGHAI, known={"an"})
    assert [one.guide for one in plan.keys] == ["an", None]
    assert [one.line for one in plan.faults] == [3, 6]
    with pytest.raises(Invalid, match="guide or store"):
        read("name\nx", [], {}, SHANGHAI)


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({"guides": "store", "store": None}, "guides"),
        ({"guides": [{"guide": "an", "cap": 0}]}, "guides[0].cap"),
        ({"guides": [{"guide": "an", "cap": 3}], "spare": []}, "spare"),
        ({"slots": [{"days": ["sun"], "from": "25:00", "to": "1:00"}]}, "slots[0].from"),
        ({"slots": [{"days": ["sun"], "from": "9:00", "to": "9:00"}]}, "slots[0].to"),
        ({"slots": [{"days": ["sun"], "from": "9:00", "to": "18:00", "guides": ["x"]}]},
         "slots[0].guides"),
        ({"specials": [{"from": "2026-02-01", "until": "2026-01-01"}]}, "specials[0].until"),
        ({"welcome": {"text": "Dear {nick}"}}, "welcome.text"),
        ({"welcome": {"text": "x", "attached": [{"kind": "link", "title": "t"}]}},
         "welcome.attached[0].url"),
        ({"way": "alphabetical"}, "way"),
        ({"unknown": 1}, "unknown"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(
    codes: ChannelCodes, more: dict[str, object], path: str
) -> None:
    with pytest.raises(Invalid) as refused:
        parse({**TILL, **more}, codes.zone)
    assert refused.value.path == path
