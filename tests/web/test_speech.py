"""Both languages are complete, every text goes through the catalogues, and a page speaks hers."""

import importlib.util
import re
from datetime import date
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from babel.messages.pofile import read_po
from jinja2 import Environment

from coterie.messaging.model import TOUCHES, Reason
from coterie.web.speech import LANGUAGES, Speech, choose
from coterie.web.vocabulary import VOCABULARY
from web.conftest import NOW

ROOT = Path(__file__).parents[2]
WEB = ROOT / "src" / "coterie" / "web"
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
SHANGHAI = ZoneInfo("Asia/Shanghai")
UNTRANSLATED = {
    "PNG", "CSV", "XLSX", "JSON", "SQL", "NDJSON", "YAML", "Ctrl K", "Esc", "i", "id", "ID", "curl",
    "K", "M", "CI", "zh", "en", "EN", "Liquid",
}  # fmt: skip
"""What is the same in every language."""


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "update_catalogs", ROOT / "scripts" / "update_catalogs.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def collected() -> Any:
    """Return every text by its room; read when it is first asked for, since that takes a second."""
    return script().collect()


OTHERS = [language for language in LANGUAGES if language != "en"]
ROOMS = sorted(path.stem for path in (WEB / "locale" / OTHERS[0]).iterdir())


def places(text: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)s", text))


@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.parametrize("language", OTHERS)
def test_every_text_of_a_room_is_translated_with_the_same_places(room: str, language: str) -> None:
    with (WEB / "locale" / language / f"{room}.po").open("rb") as file:
        catalogue = {message.id: message for message in read_po(file) if message.id}
    assert set(catalogue) == set(collected()[room]), "run scripts/update_catalogs.py"
    for text, message in catalogue.items():
        assert not message.fuzzy, text
        said = message.string if isinstance(message.string, str) else "".join(message.string)
        assert said.strip(), f"not translated: {text}"
        wanted = places(text if isinstance(text, str) else text[-1])
        assert places(said) == wanted, text


@pytest.mark.parametrize("language", OTHERS)
def test_one_text_has_one_translation_and_no_catalogue_is_left_over(language: str) -> None:
    said: dict[object, tuple[str, object]] = {}
    catalogues = sorted((WEB / "locale" / language).iterdir())
    assert {path.stem for path in catalogues} == set(collected()), "one catalogue for each room"
    for path in catalogues:
        with path.open("rb") as file:
            for message in read_po(file):
                if message.id:
                    before = said.setdefault(message.id, (path.name, message.string))
                    assert before[1] == message.string, (message.id, before[0], path.name)


def html_of(template: Path) -> str:
    """Return what stands in a template itself, a NUL in place of all that is worked out."""
    source = re.sub(
        r"\{%-?\s*trans\b.*?endtrans\s*-?%\}", "", template.read_text(), flags=re.DOTALL
    )
    tokens = Environment(extensions=["jinja2.ext.do"]).lex(source)
    return "".join(text if kind == "data" else "\x00" for _, kind, text in tokens)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: "/".join(path.parts[-2:]))
def test_no_text_of_a_template_goes_past_the_catalogues(template: Path) -> None:
    source = re.sub(r"<(script|pre|code)\b.*?</\1>", "", html_of(template), flags=re.DOTALL)
    named = re.findall(r'\b(?:aria-label|title|placeholder|alt)="([^"]*)"', source)
    bare = re.sub(r"""<(?:[^<>"']|"[^"]*"|'[^']*')*>""", "\x00", source)
    bare = re.sub(r'[\w:-]+="[^"]*"', "\x00", bare)  # a macro may hold attributes alone
    for text in re.split("\x00+", "\x00".join([*named, bare])):
        text = re.sub(r"&\w+;", "", text).strip(" \n\t/·:,.;()[]—–-→←+×%#…")
        assert text in UNTRANSLATED or not re.search(r"[A-Za-z\u4e00-\u9fff]", text), text


def test_every_reason_and_touch_kind_has_words() -> None:
    assert set(Reason) <= set(VOCABULARY["reason"])
    assert set(TOUCHES) <= set(VOCABULARY["touch"])


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
    assert choose(asked, kept, accepted=accepted) == chosen


def test_each_language_writes_numbers_days_and_moments_its_own_way() -> None:
    en, zh = (Speech(language, SHANGHAI, NOW) for language in LANGUAGES)
    assert en.ngettext("%(n)s day", "%(n)s days", 1) == "1 day"
    assert en.ngettext("%(n)s day", "%(n)s days", 1_154) == "1,154 days"
    assert zh.ngettext("%(n)s day", "%(n)s days", 1) == "1 天"
    assert (en.day(date(2026, 1, 5)), zh.day(date(2026, 1, 5))) == ("5 Jan 2026", "2026年1月5日")
    # NOW is midnight UTC: eight in the morning in Shanghai
    assert ">1 Jan 08:00</time>" in en.moment(NOW)
    assert ">1月1日 08:00</time>" in zh.moment(NOW)
    assert 'title="2026-01-01 08:00:00 Asia/Shanghai"' in zh.moment(NOW)
    assert ">31 Dec 2025 08:00</time>" in en.moment(NOW - 86_400_000)
    assert ">2小时前</time>" in zh.ago(NOW - 2 * 3_600_000)
    assert (en.duration(7 * 86_400_000), zh.duration(90 * 60_000)) == ("7 days", "90 分钟")


def test_a_share_that_is_not_nothing_is_not_called_nothing() -> None:
    en = Speech("en", SHANGHAI, NOW)
    assert en.percent(22, 1_000) == "2.2%"
    assert en.percent(0, 0) == "0%"
    assert en.percent(3, 10_000) == "<0.1%"
    assert en.number(1154) == "1,154"


def test_an_unknown_code_of_a_plugin_is_shown_readably() -> None:
    zh = Speech("zh", SHANGHAI, NOW)
    assert zh.word("reason", "blocked_by_provider") == "blocked by provider"
    assert zh.word("event", "Wine_Tasted") == "Wine_Tasted"
    assert zh.word("reason", "no_consent") == "未获授权"


def test_titles_come_in_the_language_or_as_they_are() -> None:
    en, zh = (Speech(language, SHANGHAI, NOW) for language in LANGUAGES)
    assert zh.title({"en": "Italy", "zh": "意大利"}) == "意大利"
    assert zh.title({"en": "Italy", "zh": ""}) == "Italy"
    assert en.title("Italy") == "Italy"
    assert en.title(None) == ""
