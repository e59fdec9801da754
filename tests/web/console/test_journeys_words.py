"""Journeys in trade words: every kind of step, in both languages; what changed, and for whom."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from coterie.journeys.drafts.compare import compare
from coterie.journeys.drafts.model import Shift
from coterie.web.console.journeys.changes import said_differences, said_shift
from coterie.web.console.journeys.words import Words
from coterie.web.speech import Language, Speech

SHANGHAI = ZoneInfo("Asia/Shanghai")
RATED = {"did": "Wine Rated", "since": "entry"}
SAID: list[tuple[dict[str, Any], str, str]] = [
    ({"do": "message", "template": "hello"}, "Send “How are you?”", "发送“How are you?”"),
    ({"do": "message", "template": ""}, "Send a message: none chosen yet", "发消息：尚未选择"),
    ({"do": "wait", "for": "36h"}, "Wait 36 hours", "等待 36 小时"),
    ({"do": "wait", "for": "soon"}, "Wait soon", "等待 soon"),
    ({"do": "wait", "until": "20:00"}, "Wait until 20:00", "等到 20:00"),
    ({"do": "wait", "until": "20:00", "days": ["fri", "thu"]}, "Wait until 20:00 on Thu, Fri",
     "等到周四、周五 20:00"),
    ({"do": "wait", "until_property": "due", "offset": "-2d"}, "Wait until 2 days before “due”",
     "等到“due”之前 2 天"),
    ({"do": "wait", "until_property": "due", "offset": "1h"}, "Wait until 1 hour after “due”",
     "等到“due”之后 1 小时"),
    ({"do": "wait", "until_property": "due"}, "Wait until “due”", "等到“due”"),
    ({"do": "wait_for", "branches": [{"when": RATED}], "timeout": "3d"},
     "Wait at most 3 days until: since entering: rated a wine",
     "最多等 3 天，直到：进入旅程后：给酒评分"),
    ({"do": "split", "if": {"not": {"in_segment": "vips"}}},
     "If: is not in the segment “Regulars”", "判断：不属于分群“Regulars”"),
    ({"do": "split", "if": {"tag": "vip"}}, "If: has the tag “vip”", "判断：有标签“vip”"),
    ({"do": "split", "if": {"nonsense": 1}}, "If: a condition that cannot be read yet",
     "判断：尚无法识别的条件"),
    ({"do": "random", "branches": [["a", 60], ["b", 40]]}, "Split at random: 60% / 40%",
     "随机分流：60% / 40%"),
    ({"do": "tag", "tag": "vip"}, "Put the tag “vip” on", "打上标签“vip”"),
    ({"do": "untag", "tag": "vip"}, "Take the tag “vip” off", "去掉标签“vip”"),
    ({"do": "set", "trait": "level", "value": 2}, "Set “level” to 2", "把“level”设为 2"),
    ({"do": "emit", "event": "Told"}, "Record “Told”", "记录行为“Told”"),
    ({"do": "jump", "to": "a"}, "Jump", "跳转"),
    ({"do": "dance"}, "An unknown step", "未知步骤"),
]  # fmt: skip


def words(language: Language) -> Words:
    return Words(
        Speech(language, SHANGHAI, 0), SHANGHAI, {"hello": "How are you?"}, {"vips": "Regulars"}
    )


@pytest.mark.parametrize(("body", "english", "chinese"), SAID)
def test_a_step_in_both_languages(body: dict[str, Any], english: str, chinese: str) -> None:
    assert words("en").node(body) == english
    assert words("zh").node(body) == chinese


def test_a_jump_says_where_to() -> None:
    definition = {"nodes": {"a": {"do": "wait", "for": "1d"}, "j": {"do": "jump", "to": "a"}}}
    assert words("en").step(definition, "j") == "Jump to: Wait 1 day"
    assert (
        words("en").step({"nodes": {"j": {"do": "jump", "to": "end"}}}, "j") == "Jump to: the end"
    )


def test_what_changed_is_said_in_lines() -> None:
    wait = {"do": "wait", "for": "7d", "then": "b"}
    old = {"nodes": {"a": wait, "b": {"do": "tag", "tag": "x", "then": "end"}}, "holdout": 10}
    new = {"nodes": {"a": {**wait, "for": "5d"}, "c": {"do": "tag", "tag": "y"}}, "holdout": 20}
    lines = said_differences(words("en"), old, new, compare(old, new, {}))
    assert [(line["sign"], line["text"]) for line in lines] == [
        ("+", "New step: Put the tag “y” on"),
        ("-", "Taken out: Put the tag “x” on"),
        ("~", "“Wait 7 days” becomes “Wait 5 days”"),
        ("~", "The share held out becomes 20%"),
    ]
    led = {"nodes": {**old["nodes"], "a": {**wait, "then": "end"}}, "holdout": 10}
    (line,) = said_differences(words("en"), old, led, compare(old, led, {}))
    assert line["text"] == "“Wait 7 days” leads on to: the end"


def test_a_shift_counts_everyone_once() -> None:
    definition = {"nodes": {"a": {"do": "wait", "for": "5d"}}}
    told = said_shift(words("en"), definition, Shift("a", 110, shorter=110, at_once=38))
    assert told == [
        "110 people wait here: “Wait 5 days”",
        "38 have waited long enough already and go on at once",
        "For 72 more people the wait gets shorter",
    ]
    assert said_shift(words("zh"), definition, Shift("a", 3))[1] == "没有人的等待时间因此变长或变短"
