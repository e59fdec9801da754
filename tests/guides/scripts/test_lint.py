"""What the linter finds in a script, and what it lets stand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.guides.scripts import slots
from coterie.guides.scripts.claims import CARRIERS
from coterie.guides.scripts.lint import blocking, fold, lint

BLOCKED = {
    "这是最好的酒": ("最好", "superlative"),
    "全网最低价": ("最低", "superlative"),
    "全国第一的口碑": ("全国第一", "first"),
    "第一品牌": ("第一品牌", "first"),
    "国家级酒庄": ("国家级", "level"),
    "顶级庄园": ("顶级", "level"),
    "独一无二的风味": ("独一无二", "only"),
    "100%正品": ("100%", "promise"),
    "最 · 好的酒": ("最 · 好", "superlative"),
    "最\u200b佳选择": ("最\u200b佳", "superlative"),  # a space that nobody sees
    "ＮＯ.１ 的酒": ("ＮＯ.１", "first"),
    "今晚不醉不归": ("不醉不归", "urges_to_drink"),
    "下班开车来喝一杯": ("开车", "drives"),
    "一杯消除疲劳": ("消除疲劳", "soothes"),
    "孩子也能喝": ("孩子也能喝", "minors"),
    "红酒软化血管": ("软化血管", "health_effect"),
    "The best wine in town": ("The best", "superlative"),
    "It lowers your blood pressure": ("lowers your blood", "health_effect"),
    "你好 {nmae}": ("{nmae}", "unknown_slot"),
}
FINE = (
    "最近到店的新酒",
    "每人最多两瓶",
    "最好提前半小时醒酒",
    "您最喜欢哪一款？",
    "最高可减50元",
    "第一次来店有礼遇",
    "我第一时间回复您",
    "请勿酒后驾车。未成年人请勿饮酒。",
    "酒后不开车",
    "100%赤霞珠",
    "满100元减10元",
    "勃艮第特级园",
    "绝对伏特加",
    "这款酒您觉得怎么样？值得一试",
    "分享您的品酒心得",
    "Best wishes, Ada",
    "Please don't drink and drive",
    "{name}，您好！{product} {price}",
)


@pytest.mark.parametrize("text", BLOCKED)
def test_what_is_held_back(text: str) -> None:
    found = [(one.words, one.reason) for one in blocking(lint(text))]
    assert found == [BLOCKED[text]]


@pytest.mark.parametrize("text", FINE)
def test_what_may_stand(text: str) -> None:
    assert lint(text) == []


def test_rewards_for_spreading_weigh_by_where_they_are_said() -> None:
    text = "转发朋友圈即可领取优惠券"
    grades = {one: [each.grade for each in lint(text, carrier=one)] for one in CARRIERS}
    assert grades["h5"] == grades["moments"] == ["block"]
    assert grades["chat"] == grades["poster"] == grades["mini_program"] == ["warn"]
    assert grades["store"] == []
    assert {one.reason for one in lint(text, carrier="somewhere new")} == {"rewarded_spread"}


def test_an_author_bans_phrases_of_her_own() -> None:
    [found] = lint("比 A 牌好喝", banned=["ａ 牌", " "])
    assert (found.words, found.kind, found.grade) == ("A 牌", "banned", "block")


@given(st.text(alphabet="最好第一 ·的酒{name}100%\u200bＡ级顶国家转发领券。\n", max_size=40))
def test_a_finding_names_its_place(text: str) -> None:
    folded, places = fold(text)
    assert len(folded) == len(places)
    for one in lint(text, carrier="h5", banned=["酒的"]):
        assert text[one.start : one.end] == one.words != ""


@given(st.dictionaries(st.sampled_from(slots.SLOTS), st.text(max_size=20), max_size=4))
def test_filling_slots_is_no_edit(values: dict[str, str]) -> None:
    text = "{name}，您好！{product} 现价 {price}，{name}。"
    filled = slots.fill(text, values)
    assert not slots.is_edited(text, filled)
    assert slots.is_edited(text, filled + "全网最低")
    assert set(slots.gaps(text, values)) == {
        name for name in slots.names(text) if not values.get(name)
    }
