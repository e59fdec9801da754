"""Both languages are complete, and a page speaks the visitor's."""

import re
import string
from pathlib import Path

import pytest

from coterie.messaging.model import TOUCHES, Reason
from coterie.web.words import WORDS, choose, in_language, named
from web.conftest import House, open_browser

WEB = Path(__file__).parents[2] / "src" / "coterie" / "web"


def places(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text)} - {None}


@pytest.mark.parametrize("key", WORDS)
def test_each_key_is_said_in_both_languages_with_the_same_places(key: str) -> None:
    english, chinese = WORDS[key]
    assert english.strip()
    assert chinese.strip()
    assert places(english) == places(chinese)


def test_every_key_that_a_template_uses_exists_and_every_key_is_used() -> None:
    sources = [*WEB.rglob("*.html"), *(p for p in WEB.rglob("*.py") if p.name != "words.py")]
    text = "\n".join(path.read_text() for path in sources)
    asked = set(re.findall(r'\bt\(["\']([a-z_.]+)["\']\s*[,)]', text))
    assert asked
    assert asked <= set(WORDS)
    stems = tuple(re.findall(r'\(?["\']([a-z_.]+\.)["\'] ~', text))
    groups = ("status.", "reason.", "touch.")
    mentioned = {key for key in WORDS if f'"{key}"' in text or f"'{key}'" in text}
    unused = {key for key in set(WORDS) - mentioned if not key.startswith(stems + groups)}
    assert not unused


def test_every_reason_and_touch_kind_has_words() -> None:
    assert {f"reason.{reason}" for reason in Reason} <= set(WORDS)
    assert {f"touch.{touch}" for touch in TOUCHES} <= set(WORDS)


@pytest.mark.parametrize(
    ("asked", "kept", "accepted", "chosen"),
    [
        (None, None, None, "en"),
        (None, None, "zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        (None, None, "en-GB,zh;q=0.9", "en"),
        (None, None, "fr,de;q=0.5", "en"),
        (None, None, "zh;q=nonsense,,;;=", "en"),
        (None, "zh", "en", "zh"),
        ("en", "zh", "zh", "en"),
        ("xx", "zh", "en", "zh"),
    ],
)
def test_the_language_asked_for_wins_then_the_kept_then_the_browsers(
    asked: str | None, kept: str | None, accepted: str | None, chosen: str
) -> None:
    assert choose(asked, kept, accepted) == chosen


def test_a_language_once_chosen_stays(house: House) -> None:
    browser = open_browser(house)
    assert "Today" in browser.get("/").text
    chosen = browser.get("/?lang=zh")
    assert '<html lang="zh-CN">' in chosen.text
    assert chosen.headers["content-language"] == "zh-CN"
    assert "发件箱" in browser.get("/mailbox").text
    assert "Mailbox" in browser.get("/mailbox?lang=en").text


def test_an_unknown_reason_of_a_plugin_is_shown_readably() -> None:
    assert named("zh", "reason", "blocked_by_provider") == "blocked by provider"


def test_titles_come_in_the_language_or_as_they_are() -> None:
    assert in_language("zh", {"en": "Italy", "zh": "意大利"}) == "意大利"
    assert in_language("zh", {"en": "Italy"}) == "Italy"
    assert in_language("en", "Italy") == "Italy"
    assert in_language("en", None) == ""
