"""Law 4: the sentence names every node, in both languages."""

from typing import Any

import pytest
from hypothesis import given, settings

from coterie.core.errors import Invalid
from coterie.segments.language.conditions_parse import OPERATORS
from coterie.segments.language.parse import matchings_of, parse, walk
from coterie.segments.model import (
    All,
    Any_,
    Bucket,
    Condition,
    Consents,
    InSegment,
    Last,
    Listed,
    Matching,
    Near,
    Not,
    Participant,
    Rule,
    Tag,
    Top,
    Trait,
)
from coterie.segments.words.explain import explain
from coterie.segments.words.phrases import LANGUAGES
from segments.strategies import ZONE, rules

SENTENCES: list[tuple[dict[str, Any], str, str]] = [
    ({"did": "Article Read", "topic": "wine/italy", "count": {">=": 5}, "within": "30d"},
     "did “Article Read” on the topic wine/italy in the last 30 days at least 5 times",
     "行为 最近 30 天内 “Article Read”(主题 wine/italy) 至少 5 次"),
    ({"did": "Order Completed", "sum": "total", "is": {">=": 500}, "within": "90d",
      "where": [{"property": "shop", "op": "in", "value": ["a", 2], "fold": True}]},
     "the sum of total over “Order Completed” where shop is one of [“a”, 2], upper or lower case "
     "in the last 90 days is at least 500",
     "行为 最近 90 天内 “Order Completed”(条件:shop 属于 [“a”、2](不区分大小写)) 的total 之和"
     "不小于 500"),
    ({"all": [{"tag": "vip"}, {"any": [{"in_segment": "loyal"}, {"not": {"everyone": True}}]}]},
     "has the tag “vip” and (is in the segment “loyal” or not (everyone known))",
     "有标签“vip” 且 (属于分群“loyal” 或 并非(所有已知客户))"),
    ({"trait": "ends", "op": "on_day", "value": "-3 months"},
     "trait ends is on 3 months before today", "属性 ends 在 3 个月前"),
    ({"trait": "ends", "op": "between", "value": ["today", "+1 week"]},
     "trait ends is from today to 1 week after today", "属性 ends 介于 今天 与 1 周后 之间"),
    ({"trait": "word", "op": "in", "value": ["today"]},
     "trait word is one of [“today”]", "属性 word 属于 [“today”]"),
    ({"trait": "s", "op": "unchanged_for", "duration": "36h", "value": "on"},
     "trait s is “on” and has not changed for 36 hours", "属性 s 为 “on” 且已有 36 小时未变"),
    ({"did": "*", "distinct": "@week", "is": {"between": [2, 4]}, "since": "entry"},
     "the number of different weeks of anything at all since entering the journey "
     "is at least 2 and is at most 4",
     "行为 自进入旅程起 任意行为 的不同周的个数不小于 2 且 不大于 4"),
    ({"in_community": "italy"}, "takes part in the community “italy”", "参加社群“italy”"),
    ({"in_group": "pasta"}, "is in the group “pasta”", "在群“pasta”中"),
    ({"consents": {"purpose": "marketing"}}, "agrees to “marketing” on all channels",
     "同意全部渠道的“marketing”"),
    ({"consents": {"purpose": "marketing", "channel": "sms"}}, "agrees to “marketing” by “sms”",
     "同意“marketing”(渠道“sms”)"),
    ({"near": {"lat": 31.23, "lon": 121.47, "km": 3}}, "is within 3 km of 31.23, 121.47",
     "距离 31.23, 121.47 不超过 3 公里"),
    ({"list": "vip"}, "is on the list “vip”", "在名单“vip”中"),
    ({"last": "Plan Changed", "within": "1d", "has": [
        {"property": "plan", "op": "=", "value": "pro"}]},
     "the newest “Plan Changed” in the last 1 day is one where plan is “pro”",
     "行为 最近 1 天内 “Plan Changed” 中最近一次满足:plan 等于 “pro”"),
    ({"did": "Cart Viewed", "then": "Order Completed", "within": "7d", "during": "90d",
      "then_topic": "wine"},
     "did “Cart Viewed” in the last 90 days, followed within 7 days by “Order Completed” on the "
     "topic wine",
     "行为 最近 90 天内 “Cart Viewed”,其后 7 天内有 “Order Completed”(主题 wine)"),
    ({"did": "Cart Viewed", "then_not": "Order Completed", "within": "7d", "after": "1d"},
     "did “Cart Viewed”, not followed after 1 day or more and within 7 days by “Order Completed”",
     "行为 “Cart Viewed”,1 天以后、7 天以内没有 “Order Completed”"),
    ({"did": "A", "then": "B"}, "did “A”, followed at any later time by “B”",
     "行为 “A”,之后有 “B”"),
    ({"trend": "Order Completed", "window": "90d", "is": {"<=": 0.5}, "at_least_before": 10},
     "the number of “Order Completed” in the last 90 days, divided by that in the 90 days before "
     "(at least 10), is at most 0.5",
     "行为 “Order Completed” 最近 90 天的次数除以之前 90 天的次数(至少 10 次)不大于 0.5"),
    ({"top": {"trait": "spend", "percent": 12.5}}, "ranks among the highest 12.5 % by trait spend",
     "按属性 spend 排名最高的 12.5%"),
    ({"bottom": {"did": "Order Completed", "sum": "total", "within": "90d", "count": 100}},
     "ranks among the lowest 100 people by the sum of total over “Order Completed” in the last "
     "90 days",
     "按行为 最近 90 天内 “Order Completed” 的total 之和排名最低的 100 人"),
    ({"top": {"did": "Read", "percent": 10}}, "ranks among the highest 10 % by how often they did "
     "“Read”", "按行为 “Read” 的次数排名最高的 10%"),
    ({"trait": "ends", "op": "before", "value": "2026-01-02T00:00:00Z"},
     "trait ends is before 2026-01-02Z", "属性 ends 早于 2026-01-02Z"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "english", "chinese"), SENTENCES, ids=lambda v: str(v)[:60])
def test_a_rule_reads_as_a_sentence(rule: dict[str, Any], english: str, chinese: str) -> None:
    tree = parse(rule, ZONE)
    assert explain(tree, "en") == english
    assert explain(tree, "zh") == chinese


def test_another_language_is_refused() -> None:
    with pytest.raises(Invalid, match="en or zh"):
        explain(Tag("vip"), "it")


def test_every_operator_has_words_of_its_own() -> None:
    for words in LANGUAGES.values():
        assert set(words.operators) == set(OPERATORS)
        assert len(set(words.operators.values())) == len(OPERATORS)


def names(condition: Condition) -> list[str]:
    return [condition.path]


def events(matching: Matching, lang: str) -> list[str]:
    any_event = LANGUAGES[lang].any_event
    name = any_event if matching.name == "*" else matching.name.rstrip("*")
    paths = [path for test in matching.where for path in names(test)]
    return [name, *paths, *([matching.topic] if matching.topic else [])]


def named(node: Rule, lang: str) -> list[str]:
    """What the sentence must hold for a node."""
    words = LANGUAGES[lang]
    if isinstance(node, Trait):
        return names(node.condition)
    if isinstance(node, Top) and isinstance(node.of, str):
        return [node.of]
    if isinstance(node, Last):
        return [*(path for test in node.has for path in names(test)), *events(node.matching, lang)]
    if found := matchings_of(node):
        return [name for matching in found for name in events(matching, lang)]
    if isinstance(node, Tag):
        return [node.tag]
    if isinstance(node, InSegment):
        return [node.segment]
    if isinstance(node, Bucket):
        return [node.salt, str(node.start), str(node.end)]
    if isinstance(node, Participant):
        return [node.slug]
    if isinstance(node, Listed):
        return [node.name]
    if isinstance(node, Consents):
        return [node.purpose, *([node.channel] if node.channel != "*" else [])]
    if isinstance(node, Near):
        return [f"{node.km:g}", str(node.lat), str(node.lon)]
    if isinstance(node, Not):
        return [words.not_[:3]]
    if isinstance(node, All | Any_) and len(node.parts) > 1:
        return [words.and_ if isinstance(node, All) else words.or_]
    return [] if isinstance(node, All | Any_) else [words.everyone]


@given(rules(segments=("loyal",)))
@settings(max_examples=100)
def test_every_node_is_named(rule: dict[str, Any]) -> None:
    tree = parse(rule, ZONE)
    for lang in LANGUAGES:
        sentence = explain(tree, lang)
        for node in walk(tree):
            for name in named(node, lang):
                assert name in sentence
