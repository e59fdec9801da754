"""Who brought whom, by itself: first valid touch, new people only, no self, no circle."""

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coterie.core.clock import DAY, HOUR, SECOND, WEEK
from coterie.core.event import Event
from coterie.referrals.model import ALL, Friend, Referral, Sign, Touch
from coterie.referrals.programmes.model import Programme
from coterie.referrals.reading import signs_of, states_of
from coterie.referrals.settling import first_rows, left_of, settle

START = 1_767_225_600_000
FRIENDS = Programme("friends", {"en": "Friends"}, START, START + 30 * DAY, {"referrer": "ten-off"})
ANN, BEA, CAT = 1, 2, 3


def touch(referrer: int, at: int, name: str = "t") -> Touch:
    return Touch(START + at, f"{name}{referrer}", f"code-{referrer}", referrer, START)


def sign(kind: str, at: int, ref: str = "g:1", amount: int = 0) -> Sign:
    return Sign(f"{kind}{at}{ref}", kind, CAT, CAT, START + at, ref, amount)  # type: ignore[arg-type]


def settled(
    *touches: Touch, signs: tuple[Sign, ...] = (), known: int = 0, since: int | None = None,
    now: int = 20 * DAY, programme: Programme = FRIENDS, held: Referral | None = None,
) -> Referral | None:  # fmt: skip
    own = None if since is None else START + since
    friend = Friend(CAT, START + known, own, touches, signs, held)
    return settle(programme, friend, START + now)


def test_the_first_valid_touch_within_the_window_wins() -> None:
    joined = (sign("join", 9 * DAY),)
    one = settled(touch(ANN, 1 * DAY), touch(BEA, 5 * DAY), touch(BEA, 8 * DAY, "u"), signs=joined)
    assert one is not None
    assert (one.state, one.code, one.touched) == ("joined", "code-2", START + 5 * DAY)


def test_of_two_touches_at_one_moment_the_lowest_id_wins() -> None:
    for both in permutations([touch(BEA, DAY, "a"), touch(ANN, DAY, "b")]):
        one = settled(*both, signs=(sign("join", 2 * DAY),))
        assert one is not None and one.code == "code-2"


@pytest.mark.parametrize(
    ("touches", "known", "since", "joined", "reason"),
    [
        ((touch(ANN, DAY),), -DAY, None, 2 * DAY, "known"),
        ((touch(ANN, DAY),), 0, HOUR, 2 * DAY, "takes_part"),
        ((touch(ANN, DAY),), 0, None, HOUR, "here_already"),
        ((touch(ANN, DAY),), 0, None, 9 * DAY, "too_late"),
        ((touch(ANN, 31 * DAY),), 0, None, 32 * DAY, "out_of_time"),
    ],
)
def test_why_a_touch_does_not_count(
    touches: tuple[Touch, ...], known: int, since: int | None, joined: int, reason: str
) -> None:
    one = settled(*touches, known=known, since=since, signs=(sign("join", joined),))
    assert one is not None
    assert (one.state, one.reason) == ("rejected", reason)


def test_no_code_is_touched_before_there_is_one() -> None:
    early = replace(touch(ANN, DAY), opened=START + 3 * DAY)
    one = settled(early, signs=(sign("join", 2 * DAY),))
    assert one is not None and (one.state, one.reason) == ("rejected", "before_code")
    one = settled(early, signs=(sign("join", 4 * DAY),))
    assert one is not None and (one.state, one.touched) == ("joined", START + 3 * DAY)


def test_a_channel_code_made_of_a_personal_code_is_a_touch_as_well() -> None:
    code = "rf_" + "a" * 12
    added = Event(
        id="e", type="track", name="Contact Added", time=START, received=START, source="wecom",
        profile=CAT, properties={"guide": "wang", "state": "c7"},
    )  # fmt: skip
    assert states_of([added]) == {"c7"}
    assert [one.kind for one in signs_of([added])] == ["join"]
    both = signs_of([added], {"c7": code})
    assert [(one.kind, one.ref) for one in both] == [("touch", code), ("join", "c:wang")]


def test_nobody_brings_herself() -> None:
    assert settled(touch(CAT, DAY), signs=(sign("join", 2 * DAY),)) is None
    one = settled(touch(CAT, DAY), touch(ANN, 2 * DAY), signs=(sign("join", 3 * DAY),))
    assert one is not None and one.code == "code-1"


def test_a_touch_by_the_code_she_joins_with_counts_within_one_second() -> None:
    one = settled(touch(ANN, 5 * SECOND + 700), signs=(sign("join", 5 * SECOND),), since=6 * SECOND)
    assert one is not None and one.state == "joined"


def test_she_qualifies_by_the_first_order_of_which_enough_is_left() -> None:
    paid = (
        sign("join", DAY), sign("paid", 2 * DAY, "o1", 100), sign("paid", 3 * DAY, "o2", 200),
    )  # fmt: skip
    before = settled(touch(ANN, HOUR), signs=paid)
    back = settled(touch(ANN, HOUR), signs=(*paid, sign("back", 4 * DAY, "o1", 100)))
    partly = settled(touch(ANN, HOUR), signs=(*paid, sign("back", 4 * DAY, "o1", 40)))
    none = settled(
        touch(ANN, HOUR),
        signs=(*paid, sign("back", 4 * DAY, "o1", 100), sign("back", 4 * DAY, "o2", ALL)),
    )
    assert [one and (one.state, one.ref) for one in (before, back, partly)] == [
        ("pending", "o1"), ("pending", "o2"), ("pending", "o1"),
    ]  # fmt: skip
    assert none is not None and (none.state, none.reason) == ("joined", "refunded")
    least = settled(touch(ANN, HOUR), signs=paid, programme=replace(FRIENDS, least=150))
    assert least is not None and least.ref == "o2"
    assert left_of(paid, "o1") == 100 and left_of(paid, "none") == 0


def test_a_stay_counts_in_one_group_and_not_over_a_leaving() -> None:
    staying = replace(FRIENDS, qualifies="stay", stay=WEEK)
    left = (sign("join", DAY), sign("left", 4 * DAY), sign("join", 5 * DAY))
    one = settled(touch(ANN, HOUR), signs=left, programme=staying, now=11 * DAY)
    assert one is not None and (one.state, one.due) == ("joined", START + 12 * DAY)
    one = settled(touch(ANN, HOUR), signs=left, programme=staying, now=12 * DAY)
    assert one is not None and (one.state, one.qualified) == ("pending", START + 12 * DAY)


def test_she_is_lost_once_she_has_left_all_that_she_joined() -> None:
    moves = (
        sign("join", DAY, "g:1"), sign("join", DAY, "c:ann"), sign("left", 2 * DAY, "g:1"),
        sign("left", 3 * DAY, "c:ann"),
    )  # fmt: skip
    one, still = (settled(touch(ANN, HOUR), signs=some) for some in (moves, moves[:3]))
    assert one is not None and one.lost == START + 3 * DAY
    assert still is not None and still.lost is None


def test_what_was_approved_stands_until_it_is_given_back() -> None:
    signs = (sign("join", DAY), sign("paid", 2 * DAY, "o1", 100))
    one = settled(touch(ANN, HOUR), signs=signs)
    assert one is not None
    held = replace(one, state="rewarded", decision="approved", due=None)
    # an earlier touch, of which nobody knew, comes too late to change what was given
    again = settled(touch(ANN, HOUR), touch(BEA, 1), signs=signs, held=held)
    assert again is not None and (again.state, again.code) == ("rewarded", "code-1")
    back = settled(touch(ANN, HOUR), signs=(*signs, sign("back", 5 * DAY, "o1", ALL)), held=held)
    assert back is not None and (back.state, back.reason) == ("clawed_back", "refunded")


def test_of_two_rows_of_one_person_the_approved_one_stands() -> None:
    rows = [
        Referral("b", "friends", CAT, 3, "x", "pending", touched=1),
        Referral("a", "friends", CAT, 4, "y", "approved", touched=2, decision="approved"),
    ]
    assert first_rows(rows) == {"a"} and first_rows(rows[:1]) == {"b"} and first_rows([]) == set()


hours = st.integers(0, 12 * 24)


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.sampled_from([ANN, BEA, CAT, 9]), hours), min_size=1, max_size=5),
    st.lists(st.tuples(st.sampled_from(["join", "left", "paid"]), hours), max_size=5),
    st.randoms(use_true_random=False),
)
def test_the_end_is_the_same_in_whatever_order_things_become_known(
    touches: list[tuple[int, int]], deeds: list[tuple[str, int]], dice: object
) -> None:
    known = [touch(who, at * HOUR, f"t{place}") for place, (who, at) in enumerate(touches)]
    signs = [
        sign(kind, at * HOUR, f"o{at}" if kind == "paid" else "g:1", 100) for kind, at in deeds
    ]
    at_once = settled(*known, signs=tuple(signs))
    told: list[Touch | Sign] = [*known, *signs]
    dice.shuffle(told)  # type: ignore[attr-defined]
    held: Referral | None = None
    for number in range(1, len(told) + 1):
        some = told[:number]
        held = settled(
            *(one for one in some if isinstance(one, Touch)),
            signs=tuple(one for one in some if isinstance(one, Sign)), held=held,
        )  # fmt: skip
    assert _edge(held) == _edge(at_once)


def _edge(one: Referral | None) -> object:
    return one and (one.state, one.reason, one.joined, one.qualified, one.ref,
                    one.code if one.state != "rejected" else "")  # fmt: skip
