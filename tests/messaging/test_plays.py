"""Emotional plays carry no discount: what the linter finds, where, and what it lets pass."""

import pytest

from coterie.core.errors import Invalid
from coterie.messaging.model import Template, Wording
from coterie.messaging.plays import lint, refusals


@pytest.mark.parametrize(
    "text",
    [
        "Happy birthday! Here is a discount.", "Your coupon waits", "A VOUCHER for you",
        "20% off today", "save 20 on red", "Save up to 30", "now ¥99", "99 元", "１９９元", "$5",
        "use promo code ANNA", "half-price", "buy one get one", "8.5折", "全场八折", "打折",
        "优惠多多", "立减20", "满300减50", "满300元送好礼", "送您一张券", "优惠券", "代金券",
        "红包", "新品特价", "半价", "{{ event.properties.coupon }}", "{{ traits.discount_rate }}",
        "{% if traits.voucher %}x{% endif %}", "{{ item.price }}", "https://shop.cn/coupon/7",
        "https://shop.cn/?promo_code=x", "便宜 30",
    ],
)  # fmt: skip
def test_what_speaks_of_money_is_found(text: str) -> None:
    assert lint(Template("t", text))


@pytest.mark.parametrize(
    "text",
    [
        "Happy birthday, {{ profile.firstName }}!", "生日快乐，愿您今年更上一层楼", "谢谢您的来信",
        "You are 100% welcome", "It is ten years today that you came to us", "第 3 次品鉴会",
        "a priceless evening", "折叠椅已备好", "曲折的小路", "证券", "入场券",
        "Take 5 minutes for yourself", "2015 年的那瓶酒", "See https://shop.cn/thanks",
        "no offence", "我们 5 月 3 日见", "{{ traits.city }} {{ event.properties.title }}",
    ],
)  # fmt: skip
def test_what_does_not_passes(text: str) -> None:
    assert lint(Template("t", text)) == []


def test_the_place_is_named_in_every_language() -> None:
    template = Template(
        "birthday",
        "Happy birthday!\nEnjoy {{ traits.coupon_code }}",
        "A day for you",
        language="en",
        variants={"zh": Wording("生日优惠", "生日快乐\n\n满100减20")},
    )
    found = [(each.path, each.line, each.says, each.sort) for each in lint(template)]
    assert found == [
        ("text", 2, "traits.coupon_code", "variable"),
        ("variants.zh.subject", 1, "优惠", "word"),
        ("variants.zh.text", 3, "满100减20", "word"),
    ]


def test_a_refusal_says_where_it_was_chosen_and_what_to_do() -> None:
    (first, *_) = refusals(Template("wish", "A coupon"), "nodes.hello.template")
    assert isinstance(first, Invalid)
    assert first.path == "nodes.hello.template"
    assert "'coupon'" in first.message and "line 1" in first.message
    assert first.hint is not None and "commercial" in first.hint
