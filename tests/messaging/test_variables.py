"""Variables of other rooms: asked only where a template names them; what a text used is noted."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from coterie.core.errors import Invalid
from coterie.messaging.model import Template, Wording
from coterie.messaging.templates import render
from coterie.messaging.variables import asked_for, by_name
from coterie.storage.work import Work

NOW = datetime(2026, 1, 1, tzinfo=UTC).astimezone(ZoneInfo("Asia/Shanghai"))
ITEMS = [
    {"key": "a", "title": "A", "kind": "wine"},
    {"key": "b", "title": "B", "kind": "book"},
    {"key": "c", "title": "C", "kind": "wine"},
]


class Named:
    def __init__(self, name: str) -> None:
        self.name = name

    def of(self, _work: Work, _profiles: Collection[int]) -> Mapping[int, Any]:
        return {}


def test_a_template_asks_for_what_it_names_in_any_language() -> None:
    known = by_name([Named("recommend"), Named("polls")])
    english = {"en": Wording("", "{% for one in recommend %}{{ one.title }}{% endfor %}")}
    assert asked_for(Template("t", "你好", variants=english), known) == ("recommend",)
    assert asked_for(Template("t", "{{ polls.wine }}", "{{ recommend[0].title }}"), known) == (
        "polls", "recommend",
    )  # fmt: skip
    assert asked_for(Template("t", "{{ traits.recommend }}"), known) == ()


@pytest.mark.parametrize("names", [("recommend", "recommend"), ("traits",), ("brand",)])
def test_a_name_that_is_taken_is_refused(names: tuple[str, ...]) -> None:
    with pytest.raises(Invalid):
        by_name([Named(name) for name in names])


@pytest.mark.parametrize(
    ("text", "said", "used"),
    [
        ("{{ recommend[0].title }}", "A", ("a",)),
        ("{{ recommend.first.title }}", "A", ("a",)),
        ("{% for one in recommend limit: 2 %}{{ one.title }}{% endfor %}", "AB", ("a", "b")),
        ("{{ recommend | where: 'kind', 'book' | map: 'title' | join }}", "B", ("b",)),
        ("{% assign w = recommend | where: 'kind', 'wine' %}{{ w[1].title }}", "C", ("c",)),
        ("{{ recommend.size }} things", "3 things", ()),
        ("{{ nothing[0].title }}-", "-", ()),
    ],
)
def test_a_text_notes_the_items_that_it_speaks_of(
    text: str, said: str, used: tuple[str, ...]
) -> None:
    content = render(Template("t", text), {"recommend": ITEMS}, NOW)
    assert (content.text, content.items) == (said, used)
