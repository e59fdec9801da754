"""A rule said with a house's own words for events, topics, scores and segments."""

from functools import partial

import pytest

from coterie.segments.language.parse import parse
from coterie.segments.words.explain import explain
from coterie.segments.words.phrases import Naming
from segments.strategies import ZONE

EVENTS = {"en": {"Wine Rated": "rated a wine", "*": "did anything"},
          "zh": {"Wine Rated": "给酒评分", "*": "有任意行为"}}  # fmt: skip
TOPICS = {"en": {"wine/italy": "Italy"}, "zh": {"wine/italy": "意大利"}}


def _called(words: dict[str, str], name: str) -> str:
    return words.get(name, name)


@pytest.mark.parametrize(
    ("rule", "en", "zh"),
    [
        (
            {"did": "Wine Rated", "topic": "wine/italy", "count": {">=": 4}, "within": "60d"},
            "rated a wine on the topic Italy in the last 60 days at least 4 times",
            "最近 60 天内 给酒评分(主题 意大利) 至少 4 次",
        ),
        (
            {"not": {"did": "*", "within": "14d"}},
            "not (did anything in the last 14 days)",
            "并非(最近 14 天内 有任意行为)",
        ),
        (
            {"did": "Bottle Opened"},
            "did “Bottle Opened” at least 1 times",
            "行为 “Bottle Opened” 至少 1 次",
        ),
        (
            {"trait": "scores.activity", "op": ">=", "value": 5},
            "{score} is at least 5",
            "{score} 不小于 5",
        ),
        ({"in_segment": "vip"}, "is in the segment “Our best”", "属于分群“Our best”"),
    ],
)
def test_the_houses_words_stand_in_the_sentence(rule: object, en: str, zh: str) -> None:
    for language, sentence in (("en", en), ("zh", zh)):
        naming = Naming(
            event=partial(_called, EVENTS[language]),
            topic=partial(_called, TOPICS[language]),
            trait=partial(_called, {"scores.activity": "{score}"}),
            segment={"vip": "Our best"}.__getitem__,
        )
        assert explain(parse(rule, ZONE), language, naming) == sentence
