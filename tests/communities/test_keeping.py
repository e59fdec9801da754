"""Parts and invitations of people who turn out to be one, part again, or are erased."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from communities.street import Street
from coterie.communities.keeping.meeting import (
    Asked,
    Part,
    settle_invitations,
    settle_parts,
)
from coterie.core.clock import DAY
from coterie.core.people import Shift
from coterie.storage.database import Database

PARTS = st.lists(st.integers(1, 4), min_size=4, max_size=4)
ALONE = {profile: profile for profile in range(1, 5)}


def heads_of(groups: list[int]) -> dict[int, int]:
    """Read a partition of profiles 1..4: of those with one number the lowest leads."""
    return {p: 1 + groups.index(group) for p, group in enumerate(groups, 1)}


@st.composite
def parts(draw: st.DrawFn) -> list[Part]:
    found: list[Part] = []
    for number in range(1, draw(st.integers(1, 8))):
        profile, community = draw(st.integers(1, 4)), draw(st.sampled_from(["tea", "zen"]))
        going = draw(st.booleans()) and not any(
            p.profile == profile and p.community == community and p.left is None for p in found
        )
        joined = draw(st.integers(1, 9))
        left = None if going else 10
        found.append(Part(number, community, profile, profile, joined, left, None, None))
    return found


def after(before: Iterable[Part], heads: dict[int, int], now: int) -> list[Part]:
    kept = {each.id: each for each in before}
    kept.update((each.id, each) for each in settle_parts(kept.values(), heads, now))
    return list(kept.values())


@given(parts(), st.lists(PARTS, min_size=1, max_size=4))
def test_nobody_takes_part_twice_and_the_parted_get_theirs_back(
    before: list[Part], partitions: list[list[int]]
) -> None:
    now = before
    for moment, groups in enumerate(partitions, 100):
        now = after(now, heads_of(groups), moment)
        going = Counter((p.community, p.profile) for p in now if p.left is None)
        assert set(going.values()) <= {1}
        inside = {(p.community, heads_of(groups)[p.came_with]) for p in before if p.left is None}
        assert set(going) == inside, "who took part as one takes part as both"
        assert after(now, heads_of(groups), moment + 50) == now
    assert after(now, ALONE, 200) == before


def test_of_two_parts_the_elder_goes_on() -> None:
    one, two = (
        Part(1, "tea", 1, 1, 5, None, None, None),
        Part(2, "tea", 2, 2, 3, None, None, None),
    )
    (closed, moved) = after([one, two], {2: 1}, 100)
    assert (closed.left, closed.reason, closed.gave_way) == (100, "merged", 2)
    assert (moved.profile, moved.left) == (1, None)


def test_who_left_as_both_does_not_come_back_by_turning_out_to_be_a_third() -> None:
    one = Part(1, "tea", 1, 1, 3, None, None, None)
    two = Part(2, "tea", 2, 2, 5, None, None, None)
    third = Part(3, "zen", 3, 3, 1, None, None, None)
    elder, closed, _ = after([one, two, third], {2: 1}, 100)
    left = Part(**{**vars(elder), "left": 150})
    now = after([left, closed, third], {1: 3, 2: 3}, 200)
    assert [part.left is None for part in now] == [False, False, True]


@given(
    st.lists(st.tuples(st.integers(1, 4), st.integers(1, 9)), max_size=8),
    st.lists(PARTS, min_size=1, max_size=3),
)
def test_invitations_are_counted_by_person_in_the_order_of_time(
    made: list[tuple[int, int]], partitions: list[list[int]]
) -> None:
    numbers: Counter[int] = Counter()
    before = []
    for index, (profile, since) in enumerate(sorted(made, key=lambda each: each[1])):
        numbers[profile] += 1
        before.append(Asked(f"i{index}", "tea", profile, profile, since, numbers[profile]))
    now = {one.id: one for one in before}
    for groups in [*partitions, [1, 2, 3, 4]]:
        now.update((one.id, one) for one in settle_invitations(now.values(), heads_of(groups)))
        by_person: dict[int, list[Asked]] = {}
        for one in sorted(now.values(), key=lambda one: (one.since, one.attempt)):
            by_person.setdefault(one.profile, []).append(one)
        for theirs in by_person.values():
            assert [one.attempt for one in theirs] == list(range(1, len(theirs) + 1))
    assert list(now.values()) == before


# --- on the real rooms


@pytest.fixture
def street(database: Database, tmp_path: Path) -> Street:
    return Street(database, tmp_path)


def consent_and_read(street: Street, user: str) -> int:
    street.receive(user, "Consent Given", purpose="marketing", channel="*")
    street.receive(user, "Tasting Attended", "barolo")
    return street.person(user)


def states(street: Street, profile: int) -> list[tuple[str, int]]:
    found = street.do("invitations", profile=profile)
    return [(one.state, one.attempt) for one in found]


def members(street: Street) -> set[int]:
    found: Any = street.do("members", "pasta")
    return set(found)


def test_two_participants_become_one_and_are_two_again(street: Street) -> None:
    street.open()
    ada, bob = consent_and_read(street, "ada"), consent_and_read(street, "bob")
    street.act("accept", "pasta", ada)
    street.now += DAY
    street.act("accept", "pasta", bob)
    before = street.do("participations", "pasta"), states(street, ada), states(street, bob)
    street.do("follow", [Shift(bob, bob, ada)])
    street.do("follow", [Shift(bob, bob, ada)])
    assert members(street) == {ada}
    assert states(street, ada) == [("accepted", 1), ("accepted", 2)]
    assert street.do("funnel", "pasta").joined == 1
    street.do("follow", [Shift(bob, ada, bob)])
    after = street.do("participations", "pasta"), states(street, ada), states(street, bob)
    assert after == before


def test_an_invitation_written_to_one_is_answered_as_the_other(street: Street) -> None:
    street.open()
    ada = consent_and_read(street, "ada")
    street.now += DAY
    bob = consent_and_read(street, "bob")
    (offer,) = street.do("invitations", profile=bob)
    street.do("follow", [Shift(bob, bob, ada)])
    found = street.do("invitation", offer.id)
    assert found.profile == ada
    street.act("accept", "pasta", found.profile)
    assert members(street) == {ada}


def test_who_left_when_she_was_two_rests_as_one(street: Street) -> None:
    street.open()
    ada, bob = consent_and_read(street, "ada"), consent_and_read(street, "bob")
    for one in (ada, bob):
        street.act("accept", "pasta", one)
    street.do("follow", [Shift(bob, bob, ada)])
    street.advance(days=1)
    street.act("leave", "pasta", [ada], "moved away")
    assert members(street) == set()
    assert len(street.messages("ada")) == 1, "she is not asked again before the cool-down is over"


def test_who_is_erased_takes_no_part_and_is_counted(street: Street) -> None:
    street.open()
    ada, bob = consent_and_read(street, "ada"), consent_and_read(street, "bob")
    street.act("accept", "pasta", ada)
    handed = street.do("hand_out", ada)
    assert handed["communities"][0]["title"] == "Zhiwei Pasta"
    before = street.do("funnel", "pasta")
    assert street.do("erase", [ada, bob]) == {
        "community_participations": 1,
        "community_invitations": 2,
    }
    assert set(street.do("erase", [ada, bob]).values()) == {0}
    after = street.do("funnel", "pasta")
    assert (after.members, after.waiting) == (0, 0)
    assert (after.joined, after.invited) == (before.joined, before.invited)
    street.advance(days=200)
    assert street.do("invitations", profile=bob)[-1].attempt == 1
