"""The dictionary of tags, and what facts come to under it."""

from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from coterie.core.actor import CLOCK
from coterie.core.clock import DAY
from coterie.core.errors import Conflict, Invalid, NotFound
from coterie.core.event import Event
from coterie.profiles.facts.store import tag_fact_rows, tag_rows
from coterie.profiles.service import Profiles
from coterie.profiles.tags.model import Carried, Group, Line, Origin, Tag
from coterie.storage.database import Database
from coterie.storage.work import Work
from profiles.people import NOW, event, room, tagged, tell, untagged

AGES = ("age-20-29", "age-30-39", "age-40-49")


@pytest.fixture
def work(work: Work, profiles: Profiles) -> Work:
    """The unit of work with two people in it, and one exclusive group."""
    tell(work, profiles, [event(user="u1", time=NOW - DAY), event(user="u2", time=NOW - DAY)])
    ages(work, profiles)
    return work


def ages(work: Work, profiles: Profiles, *, exclusive: bool = True) -> None:
    profiles.tags.define_group(work, Group("age", "Age", "年龄", exclusive))
    for name in AGES:
        profiles.tags.define(work, Tag(name, group="age"))


def tags(work: Work, profiles: Profiles, profile: int = 1) -> set[str]:
    return set(profiles.known(work, [profile])[profile].tags)


def story(work: Work, profiles: Profiles, profile: int = 1) -> list[tuple[str, str, int]]:
    return [(line.tag, line.deed, line.time) for line in profiles.tags.history(work, profile)]


def test_an_exclusive_group_keeps_the_tag_put_last_and_both_in_history(
    work: Work, profiles: Profiles
) -> None:
    tell(work, profiles, [tagged(1, AGES[0], 10, by="person:ada")])
    tell(work, profiles, [tagged(1, AGES[1], 20, by="person:bo"), tagged(1, "vip", 20)])
    assert tags(work, profiles) == {AGES[1], "vip"}
    lines = [line for line in profiles.tags.history(work, 1) if line.tag != "vip"]
    assert lines == [
        Line(AGES[1], "put", 20, "journeys", "person:bo", stands=True),
        Line(AGES[0], "replaced", 20, "journeys", "person:bo", successor=AGES[1]),
        Line(AGES[0], "put", 10, "journeys", "person:ada"),
    ]
    assert set(profiles.tags.holders(work, AGES[1])) == {1} and not profiles.tags.holders(
        work, AGES[0]
    )


def test_two_guides_at_one_moment_leave_one_tag_whoever_is_heard_first(
    work: Work, profiles: Profiles
) -> None:
    one, other = tagged(1, AGES[0], 10, "a"), tagged(1, AGES[1], 10, "b")
    tell(work, profiles, [one])
    tell(work, profiles, [other])
    here = tags(work, profiles)
    tell(work, profiles, [replaced_profile(other, 2)])
    tell(work, profiles, [replaced_profile(one, 2)])
    assert tags(work, profiles, 2) == here and len(here) == 1
    puts = {line.tag for line in profiles.tags.history(work, 2) if line.deed == "put"}
    assert puts == {AGES[0], AGES[1]}


def replaced_profile(given: Event, profile: int) -> Event:
    return Event(**{name: getattr(given, name) for name in given.__struct_fields__}
                 | {"profile": profile})  # fmt: skip


def test_taking_the_winner_off_brings_no_neighbour_back(work: Work, profiles: Profiles) -> None:
    tell(work, profiles, [tagged(1, AGES[0], 10), tagged(1, AGES[1], 20), untagged(1, AGES[1], 30)])
    assert tags(work, profiles) == set()
    tell(work, profiles, [tagged(1, AGES[2], 25)])  # late, between the two
    assert tags(work, profiles) == {AGES[2]}


FACTS = st.lists(
    st.tuples(
        st.sampled_from([1, 2]), st.sampled_from([*AGES, "old-age", "vip"]), st.booleans(),
        st.integers(10, 16), st.sampled_from([None, 2, 5]),
    ),
    min_size=1, max_size=10,
)  # fmt: skip


def _facts(said: Iterable[tuple[int, str, bool, int, int | None]]) -> list[Event]:
    return [
        tagged(who, tag, at, number, until=None if for_ is None else at + for_)
        if on
        else untagged(who, tag, at, number)
        for number, (who, tag, on, at, for_) in enumerate(said)
    ]


def _kept(work: Work) -> list[list[tuple[object, ...]]]:
    return [
        sorted((tuple(row) for row in work.connection.execute(select(table))), key=repr)
        for table in (tag_rows, tag_fact_rows)
    ]


@settings(max_examples=10,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(said=FACTS, data=st.data())
def test_facts_and_dictionary_settle_alike_in_whatever_order(
    database: Database, said: list[tuple[int, str, bool, int, int | None]], data: st.DataObject
) -> None:
    """Facts in any order and portions, entries written before, between or after: one outcome."""
    facts, profiles = _facts(said), room()

    def grouped(work: Work) -> None:
        ages(work, profiles)

    def merged(work: Work) -> None:
        ages(work, profiles, exclusive=True)
        profiles.tags.define(work, Tag("old-age"))
        profiles.tags.merge(work, "old-age", AGES[0])

    def outcome(steps: list[Event | Callable[[Work], None]]) -> list[list[tuple[object, ...]]]:
        with database.read(CLOCK, NOW) as work:  # nothing of it is kept
            tell(work, profiles, [event(user="u1", time=1), event(user="u2", time=1)])
            for step in steps:
                if isinstance(step, Event):
                    tell(work, profiles, [step])
                else:
                    step(work)
            return _kept(work)

    plain = outcome([grouped, merged, *facts])
    shuffled = data.draw(st.permutations(facts))
    at = data.draw(st.integers(0, len(facts)))
    assert outcome([*shuffled[:at], grouped, *shuffled[at:], merged]) == plain


def test_a_group_defined_after_the_fact_settles_what_people_carry_and_undoes_it(
    work: Work, profiles: Profiles
) -> None:
    profiles.tags.define_group(work, Group("stage", "Stage", "阶段"))
    for name in ("new", "regular"):
        profiles.tags.define(work, Tag(name, group="stage"))
    tell(work, profiles, [tagged(1, "new", 10), tagged(1, "regular", 20), tagged(2, "new", 5)])
    assert tags(work, profiles) == {"new", "regular"}
    assert set(profiles.tags.define_group(work, Group("stage", exclusive=True))) == {1}
    assert tags(work, profiles) == {"regular"} and tags(work, profiles, 2) == {"new"}
    profiles.tags.define_group(work, Group("stage", exclusive=False))
    assert tags(work, profiles) == {"new", "regular"}
    assert ("new", "replaced", 20) not in story(work, profiles)


def test_moving_a_tag_into_an_exclusive_group_counts_ever_before(
    work: Work, profiles: Profiles
) -> None:
    tell(work, profiles, [tagged(1, "fifty", 30), tagged(1, AGES[0], 20)])
    assert tags(work, profiles) == {"fifty", AGES[0]}
    profiles.tags.define(work, Tag("fifty", group="age"))
    assert tags(work, profiles) == {"fifty"}
    profiles.tags.define(work, Tag("fifty"))
    assert tags(work, profiles) == {"fifty", AGES[0]}


def test_a_tag_ends_after_the_days_of_its_entry_unless_the_fact_says_otherwise(
    database: Database,
) -> None:
    profiles = room()
    with database.begin(CLOCK, NOW) as work:
        profiles.tags.define(work, Tag("trial", validity=2))
        tell(work, profiles, [event(user="u1"), event(user="u2")])
        tell(work, profiles, [tagged(1, "trial", NOW), tagged(2, "trial", NOW, until=NOW + 5)])
        assert profiles.next_tag_end(work, "trial", NOW + 5) == NOW + 2 * DAY
    with database.read(CLOCK, NOW + 2 * DAY - 1) as work:
        assert tags(work, profiles) == {"trial"} and not tags(work, profiles, 2)
    with database.read(CLOCK, NOW + 2 * DAY) as work:
        assert not tags(work, profiles)
        assert story(work, profiles) == [
            ("trial", "ran_out", NOW + 2 * DAY), ("trial", "put", NOW)]  # fmt: skip
        assert story(work, profiles, 2)[0] == ("trial", "ran_out", NOW + 5)


def test_merged_tags_are_one_by_either_name_and_every_fact_stays(
    work: Work, profiles: Profiles
) -> None:
    profiles.tags.define(work, Tag("red-wine"))
    tell(work, profiles, [tagged(1, "redwine", 10, by="person:ada"), tagged(2, "red-wine", 20)])
    assert set(profiles.tags.merge(work, "redwine", "red-wine")) == {1, 2}
    assert tags(work, profiles) == {"red-wine"}
    known = profiles.known(work, [1])[1]
    assert known.holds("redwine") and known.holds("red-wine") and not known.holds("vip")
    exported = profiles.export(work).tags
    assert set(zip(exported["profile"], exported["tag"], strict=True)) == {
        (who, tag) for who in (1, 2) for tag in ("redwine", "red-wine")
    }
    assert set(profiles.directory.tagged(work, "redwine")) == {1, 2}
    tell(work, profiles, [untagged(1, "redwine", 30)])  # a journey that knows the old name only
    assert not tags(work, profiles)
    lines = profiles.tags.history(work, 1)
    assert [(line.tag, line.said, line.by) for line in lines] == [
        ("red-wine", "redwine", None), ("red-wine", "redwine", "person:ada")]  # fmt: skip


def test_a_merge_is_taken_back(work: Work, profiles: Profiles) -> None:
    profiles.tags.define(work, Tag("red-wine"))
    tell(work, profiles, [tagged(1, "redwine", 10), tagged(1, "red-wine", 5)])
    before = _kept(work)
    profiles.tags.merge(work, "redwine", "red-wine")
    profiles.tags.part(work, "redwine")
    assert _kept(work) == before and tags(work, profiles) == {"red-wine", "redwine"}
    with pytest.raises(Conflict, match="was not merged"):
        profiles.tags.part(work, "redwine")


@pytest.mark.parametrize(
    ("tag", "fault"),
    [
        (Tag("Red Wine"), "name: "),
        (Tag("community:pasta"), "belong to their communities"),
        (Tag("x", group="nowhere"), "group: "),
        (Tag("x", validity=0), "validity: "),
        (Tag("x", title_en="t" * 81), "title_en: "),
    ],
)
def test_a_faulty_entry_is_refused_at_its_place(
    work: Work, profiles: Profiles, tag: Tag, fault: str
) -> None:
    with pytest.raises(Invalid, match=fault):
        profiles.tags.define(work, tag)


def test_what_people_carry_already_is_adopted_by_any_name(work: Work, profiles: Profiles) -> None:
    tell(work, profiles, [tagged(1, "老客户 VIP", 10)])
    profiles.tags.define(work, Tag("老客户 VIP", title_zh="老客户"))
    assert profiles.tags.entry(work, "老客户 VIP").title_zh == "老客户"
    with pytest.raises(NotFound):
        profiles.tags.entry(work, "nobody-has-it")


def test_merges_that_would_go_wrong_are_refused(work: Work, profiles: Profiles) -> None:
    book = profiles.tags
    for name in ("a", "b", "c"):
        book.define(work, Tag(name))
    book.retire(work, "c")
    assert book.entry(work, "c").retired == NOW
    for name, into in (("a", "a"), ("a", "c")):
        with pytest.raises(Conflict):
            book.merge(work, name, into)
    with pytest.raises(NotFound, match="no tag 'ghost'"):
        book.merge(work, "ghost", "a")
    with pytest.raises(NotFound, match="not in the dictionary"):
        book.merge(work, "a", "ghost")
    book.merge(work, "a", "b")
    with pytest.raises(Conflict, match="part them first"):
        book.define(work, replace(book.entry(work, "a"), title_en="A"))
    with pytest.raises(Conflict, match="still holds age-20-29"):
        book.delete_group(work, "age")
    book.retire(work, "c", retired=False)
    assert book.entry(work, "c").retired is None


def test_a_tag_tells_who_carries_it_by_whose_doing_and_when_it_was_told(
    work: Work, profiles: Profiles
) -> None:
    hour = 3_600_000
    tell(work, profiles, [tagged(1, "vip", NOW, by="person:ada"), tagged(2, "vip", NOW - hour)])
    tell(work, profiles, [untagged(2, "vip", NOW), tagged(2, "gone", 5, until=9)])
    book = profiles.tags
    assert book.origins(work, "vip") == [Origin("journeys", "person:ada", 1)]
    assert book.by_hours(work, "vip", NOW - hour) == [(NOW - hour, 1, 0), (NOW, 1, 1)]
    assert book.by_hours(work, "vip", NOW + 1) == []
    assert book.last_told(work) == {"vip": NOW, "gone": 5}
    held = {name: list(people) for name, people in book.all_holders(work).items()}
    assert held == {"vip": [1], "gone": []}
    assert book.carried(work, ["vip", "gone"], [1, 2]) == {
        1: {"vip": Carried(None, NOW, "journeys")}
    }
