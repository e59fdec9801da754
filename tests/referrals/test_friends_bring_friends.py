"""Friends who bring friends, on the road of a house: rewarded once, for new people, reversibly."""

from collections.abc import Iterator
from random import Random

import pytest

from coterie.core.errors import Conflict, Invalid, NotFound
from coterie.referrals import store
from coterie.testing.house import House
from referrals.playing import PROGRAMME, Play, did


@pytest.fixture(scope="module")
def play() -> Iterator[Play]:
    with House(at="2025-12-20T00:00:00Z", holdout=0) as house:
        made = Play(house)
        house.receive([did("old", "Page Viewed")])  # known before the programme begins
        house.advance_to("2026-01-02T00:00:00Z")
        with made.work() as work:
            for slug, changes in {
                "by-hand": {"approval": {"by": "hand"}},
                "capped": {"caps": {"person": 1, "all": 2}, "approval": {"by": "auto", "after": "0s"}},
                "stay": {"qualifies": {"did": "stay", "days": 3},
                         "approval": {"by": "auto", "after": "0s"}},
            }.items():  # fmt: skip
                made.referrals.define(work, {**PROGRAMME, "slug": slug, **changes})
        made.seed("ann", "bea")
        yield made


def bring(play: Play, friend: str, by: str = "ann", programme: str = "friends") -> str:
    """Let somebody come by another's code, join and buy; return her order."""
    code = play.codes([by], programme)[by]
    play.open(friend, code)
    play.join(friend)
    return play.buy(friend)


def test_a_friend_comes_joins_buys_and_both_are_rewarded(play: Play) -> None:
    code = play.codes(["ann"])["ann"]
    play.open("cat", code)
    assert play.stands("cat") == ("touched", "")
    play.join("cat")
    assert play.stands("cat") == ("joined", "")
    play.buy("cat")
    assert play.stands("cat") == ("pending", "")
    assert play.told("approved") == []  # nothing is promised before its time
    play.house.advance(days=1)
    ann, cat = play.profile("ann"), play.profile("cat")
    told = [(who, said["side"], said["coupon"]) for who, said in play.told("approved")]
    assert told == [(ann, "referrer", "ten-off"), (cat, "friend", "welcome")]
    assert [who for who, _ in play.told("joined")] == [cat]
    with play.work() as work:
        progress = play.referrals.progress(work, "friends", ann)
    assert progress is not None
    assert (progress.touched, progress.joined, progress.qualified, progress.left) == (1, 1, 1, 20)


def test_the_coupons_make_it_rewarded_and_a_refund_takes_it_back(play: Play) -> None:
    number = bring(play, "dan")
    play.house.advance(days=1)
    assert play.stands("dan") == ("rewarded", "")
    dan, coupons = play.profile("dan"), play.app.growing.coupons
    with play.work() as work:
        assert [one.template for one in coupons.of_profile(work, dan)] == ["welcome"]
    play.give_back("dan", number, 50)
    assert play.stands("dan") == ("rewarded", "")  # a part was returned, it is still a sale
    play.give_back("dan", number, 149)
    assert play.stands("dan") == ("clawed_back", "refunded")
    told = {(said["side"], said["reason"]) for _, said in play.told("clawed_back")}
    assert told == {("referrer", "refunded"), ("friend", "refunded")}
    with play.work() as work:
        assert [one.state for one in coupons.of_profile(work, dan)] == ["revoked"]


def test_whom_a_code_does_not_make_a_friend(play: Play) -> None:
    codes = play.codes(["ann", "bea"])
    play.open("ann", codes["ann"])  # her own poster
    assert play.stands("ann") == ("", "")
    play.open("old", codes["ann"])
    play.join("old")
    assert play.stands("old") == ("rejected", "known")
    play.open("bea", codes["ann"])  # takes part already: nobody's friend any more
    assert play.stands("bea") == ("rejected", "takes_part")
    play.join("eve")
    play.open("eve", codes["ann"])
    assert play.stands("eve") == ("rejected", "here_already")


def test_a_descendant_cannot_have_brought_an_ancestor(play: Play) -> None:
    play.seed("top")
    bring(play, "mid", "top")
    bring(play, "low", "mid")
    play.open("top", play.codes(["low"])["low"])
    assert play.stands("top") == ("rejected", "takes_part")
    with play.work() as work:
        spread, forest = play.referrals.cascade(work, "friends")
    assert spread.shape.depth == 2
    assert (forest.parent < range(len(forest.parent))).all()


def test_leaving_and_coming_again_makes_nobody_new(play: Play) -> None:
    codes = play.codes(["ann", "bea"])
    play.open("fay", codes["bea"])
    play.join("fay")
    play.house.receive([did("fay", "Group Left", {"group_id": "g1"})])
    play.open("fay", codes["ann"])
    play.join("fay")
    assert play.referral("fay").code == codes["bea"]
    assert len([who for who, _ in play.told("joined") if who == play.profile("fay")]) == 1


def test_two_who_turn_out_to_be_one_bring_nobody(play: Play) -> None:
    play.seed("gil")
    bring(play, "gil-phone", "gil")
    assert play.stands("gil-phone") == ("pending", "")
    play.house.merge("gil", "gil-phone")
    play.house.advance(days=2)
    assert play.stands("gil") == ("rejected", "self")
    play.house.unmerge("gil", "gil-phone")
    assert play.stands("gil-phone")[0] in ("pending", "approved")


def test_a_friend_who_turns_out_to_be_an_old_customer_is_rejected(play: Play) -> None:
    play.house.receive([did("older", "Page Viewed", timestamp="2025-12-24T00:00:00Z")])
    bring(play, "older-phone")
    play.house.merge("older", "older-phone")
    assert play.stands("older") == ("rejected", "known")


def test_the_edge_stays_when_the_friend_is_erased(play: Play) -> None:
    bring(play, "hal")
    one = play.referral("hal")
    play.house.erase("hal")
    with play.work() as work:
        left = store.get(work, one.id)
        assert left is not None
        assert (left.profile, left.came_with, left.state, left.ref) == (0, None, "pending", "")
    play.house.advance(days=1)
    sides = [said["side"] for _, said in play.told("approved") if said["referral"] == one.id]
    assert sides == ["referrer"]  # who brought her gets hers, nobody is told of the erased one


def test_caps_bind_the_referrer_and_the_programme(play: Play) -> None:
    for friend, by in (("ida", "ann"), ("jan", "ann"), ("kim", "bea")):
        bring(play, friend, by, "capped")
    stands = [play.stands(one, "capped") for one in ("ida", "jan", "kim")]
    assert stands == [("approved", ""), ("approved", ""), ("rejected", "cap_all")]
    with play.work() as work:
        rewards = store.rewards_of(work, [play.referral("jan", "capped").id])
    assert [(one.side, one.state, one.reason) for rows in rewards.values() for one in rows][1:] == [
        ("referrer", "withheld", "cap_person")
    ]


def test_by_hand_with_a_reason_and_never_twice(play: Play) -> None:
    bring(play, "lea", "ann", "by-hand")
    bring(play, "mia", "ann", "by-hand")
    lea, mia = (play.referral(one, "by-hand").id for one in ("lea", "mia"))
    play.house.advance(days=3)
    assert play.stands("lea", "by-hand") == ("pending", "")
    with play.work() as work:
        assert len(play.referrals.approve(work, lea, "looked at")) == 2
        assert play.referrals.approve(work, lea, "again") == []
        assert [one.name for one in play.referrals.reject(work, mia, "a farm")] == [
            "coterie.referral.rejected"
        ]
        with pytest.raises(Conflict, match="refund"):
            play.referrals.reject(work, lea, "too late")
        with pytest.raises(NotFound):
            play.referrals.approve(work, "none", "")
    assert play.stands("mia", "by-hand") == ("rejected", "by_hand")


def test_who_stays_in_a_group_qualifies_by_time_alone(play: Play) -> None:
    play.open("ned", play.codes(["ann"], "stay")["ann"])
    play.join("ned", "g7")
    play.house.advance(days=2)
    assert play.stands("ned", "stay") == ("joined", "")
    play.house.advance(days=2)
    assert play.stands("ned", "stay") == ("approved", "")


def test_a_code_that_is_the_state_of_what_she_joined_by_is_touch_and_join_in_one(
    play: Play,
) -> None:
    code = play.codes(["bea"])["bea"]
    said = {"guide": "g", "state": code}
    play.house.receive([did("oda", "Contact Added", said)])
    assert play.stands("oda") == ("joined", "")
    oda = play.profile("oda")
    assert [said["code"] for who, said in play.told("touched") if who == oda] == [code]


def test_a_page_touches_by_the_face(play: Play) -> None:
    code = play.codes(["bea"])["bea"]
    play.house.receive([did("pam", "Page Viewed")])
    pam = play.profile("pam")
    with play.work() as work:
        assert play.referrals.stands(work, code, pam) == "new"
        assert play.referrals.landing(work, code).state == "on"
        assert play.referrals.touch(work, "rf_222222222222", pam) == []
        play.app.inbound.tell(work, play.referrals.touch(work, code, pam))
        play.app.inbound.tell(work, play.referrals.touch(work, code, pam))
    play.house.settle()
    assert play.stands("pam") == ("touched", "")
    assert len([who for who, _ in play.told("touched") if who == pam]) == 1


def test_disturbed_order_settles_to_the_same_edges(play: Play) -> None:
    codes = play.codes(["ann", "bea"])
    ends = set()
    now = play.house.now.isoformat()[:11]
    for number in range(6):
        who = f"quin{number}"
        events = [
            did(who, "Invitation Opened", {"code": codes["ann"]}, timestamp=f"{now}00:00:01Z"),
            did(who, "Invitation Opened", {"code": codes["bea"]}, timestamp=f"{now}00:00:02Z"),
            did(who, "Group Joined", {"group_id": "g1"}, timestamp=f"{now}00:00:03Z"),
            did(who, "Order Completed", {"order_id": who, "total": 99},
                timestamp=f"{now}00:00:04Z"),
        ]  # fmt: skip
        Random(number).shuffle(events)
        for event in events:
            play.house.receive([event])
        one = play.referral(who)
        ends.add((one.state, one.code, one.touched, one.joined, one.qualified))
    assert len(ends) == 1 and next(iter(ends))[1] == codes["ann"]


def test_hearing_the_whole_log_again_changes_nothing(play: Play) -> None:
    def rows() -> object:
        with play.work() as work:
            found = store.of_programme(work, "friends")
            return found, store.rewards_of(work, {one.id for one in found})

    before = rows()
    with play.work() as work:
        told = play.referrals.hear(work, play.listening.events, [])
    # what it tells again bears the ids of what was told: nothing of it is new
    assert {one.id for one in told} <= {one.id for one in play.listening.events}
    assert rows() == before


def test_a_guide_invites_and_sees_what_came_of_it(play: Play) -> None:
    play.house.receive([did("rosa", "Page Viewed"), did("rosa", "Store Visited")])
    rosa = play.profile("rosa")
    with play.work() as work:
        code = play.referrals.invite(work, "friends", "wang", rosa)
        assert play.referrals.invite(work, "friends", "li", rosa) == code
    play.open("sam", code)
    play.join("sam")
    with play.work() as work:
        [one] = play.referrals.results(work, "friends")
    assert (one.guide, one.invited, one.joined) == ("wang", 1, 1)


def test_a_design_of_high_risk_is_taken_only_with_a_reason(play: Play) -> None:
    risky = {**PROGRAMME, "slug": "risky", "carrier": "h5"}
    with play.work() as work:
        with pytest.raises(Invalid, match="h5_rewards_sharing"):
            play.referrals.define(work, risky)
        made = play.referrals.define(work, {**risky, "override": "counsel agreed on 1 March"})
        assert made.override
        with pytest.raises(Invalid, match="fixed"):
            play.referrals.define(work, {**PROGRAMME, "levels": 3})
        play.referrals.programmes.pause(work, "risky")
        with pytest.raises(Conflict):
            play.referrals.codes_of(work, "risky", [play.profile("ann")])
