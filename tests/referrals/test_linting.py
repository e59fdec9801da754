"""The linter: what is said, where it is carried, whom it pays. It never says that all is well."""

from dataclasses import replace

import pytest

from coterie.referrals.linting.judging import Risk, lint, lint_texts
from coterie.referrals.programmes.model import CARRIERS, Caps, Programme

USUAL = Programme(
    "friends", {"en": "Bring a friend", "zh": "老友带新友"}, 0, 1,
    {"referrer": "ten-off", "friend": "welcome"}, carrier="store", caps=Caps(person=20),
    headline={"en": "10 off for both of you", "zh": "你和好友各减10元"},
    benefit={"en": "10 off your first order", "zh": "首单立减10元"},
)  # fmt: skip

CORPUS = [
    ("Share this page to get 20 off", "share_to_get"),
    ("Get a free bag by sharing with 3 groups", "share_to_get"),
    ("转发朋友圈即可领取礼品", "share_to_get"),
    ("分享到3个群,免费得一双鞋", "share_to_get"),
    ("集赞30个送小样", "share_to_get"),
    ("Please help me cut the price", "help_me"),
    ("帮我砍一刀", "help_me"),
    ("好友助力,冲榜赢大奖", "help_me"),
    ("Group buy from two people", "unclear_group_buy"),
    ("三人成团更便宜,马上拼团", "unclear_group_buy"),
    ("Your friends' avatars on top", "avatars"),
    ("看看哪些好友在领", "avatars"),
    ("Win a red envelope", "money"),
    ("现金红包秒到账", "money"),
    ("Earn from your down-line", "levels"),
    ("二级分销,躺着赚", "levels"),
    ("5 yuan per recruit", "reward_per_recruit"),
    ("For every friend you invite you get a coupon", "reward_per_recruit"),
    ("每拉一个新人奖5元", "reward_per_recruit"),
    ("每邀请一位好友送10元券", "reward_per_recruit"),
]
HARMLESS = [
    "10 off your first order", "Bring a friend: both of you get a coupon after her first order",
    "首单立减10元", "好友首次下单后,你和好友各得一张券", "到店试穿,专属导购为你服务",
    "Share your thoughts with us",
]  # fmt: skip


@pytest.mark.parametrize(("text", "code"), CORPUS)
def test_what_may_not_be_said_is_found(text: str, code: str) -> None:
    assert code in [one.code for one in lint_texts([text])]


def test_what_may_be_said_is_left_alone() -> None:
    assert [one for text in HARMLESS for one in lint_texts([text])] == []


def test_the_usual_design_has_low_risk_and_is_still_never_cleared() -> None:
    found = lint(USUAL)
    assert [(one.code, one.risk) for one in found] == [("carried_in_store", Risk.LOW)]
    for carrier in CARRIERS:
        assert lint(replace(USUAL, carrier=carrier)), "every carrier has its risk"


def test_a_link_that_pays_for_spreading_it_is_grave() -> None:
    codes = {one.code: one.risk for one in lint(replace(USUAL, carrier="h5"))}
    assert codes["h5_rewards_sharing"] is Risk.HIGH
    friend_only = replace(USUAL, carrier="h5", rewards={"friend": "welcome"})
    assert "h5_rewards_sharing" not in {one.code for one in lint(friend_only)}


def test_other_choices_that_deserve_a_look() -> None:
    odd = replace(
        USUAL, rewards={"referrer": "ten-off"}, caps=Caps(), qualifies="stay", delay=0,
        headline={"zh": "转发领红包"},
    )  # fmt: skip
    found = lint(odd)
    assert found[0].risk is Risk.HIGH and found[0].words
    assert {one.code for one in found} == {
        "share_to_get", "money", "one_sided", "no_cap_per_person", "pays_for_heads",
        "no_time_to_look", "carried_in_store",
    }  # fmt: skip
