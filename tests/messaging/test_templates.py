from datetime import datetime
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.core.errors import Invalid
from coterie.messaging.model import Template, Wording
from coterie.messaging.reading import traits_read
from coterie.messaging.templates import MAX_OUTPUT, MAX_SOURCE, check, render

NOW = datetime(2026, 3, 1, 20, 30, tzinfo=ZoneInfo("Asia/Shanghai"))


def fill(text: str, **variables: Any) -> str:
    return render(Template("t", text), variables, NOW).text


@pytest.mark.parametrize(
    ("text", "variables", "written"),
    [
        ("Dear {{ profile.name }},", {"profile": {"name": "Ada"}}, "Dear Ada,"),
        ("Dear {{ profile.name }},", {}, "Dear ,"),
        ("Dear {{ profile.name }},", {"profile": {"name": None}}, "Dear ,"),
        ("Dear {{ profile.name.first }},", {"profile": {"name": "Ada"}}, "Dear ,"),
        ("Dear {{ name | default: 'friend' }}", {"name": None}, "Dear friend"),
        ("Dear {{ name | default: 'friend' }}", {"name": ""}, "Dear friend"),
        ("Dear {{ name | default: 'friend' }}", {}, "Dear friend"),
        ("{{ n | append: nil }}{{ n | append: missing }}", {"n": "x"}, "xx"),
        ("{{ l }}|{{ l | join: '-' }}|{{ l | last }}", {"l": ["a", None, "b"]}, "ab|a--b|b"),
        ("{{ l | map: 'x' }}", {"l": [{"x": None}, {"x": 2}]}, "2"),
        ("{{ l | first }}{{ l[7] }}", {"l": [None]}, ""),
        ("{{ o }}{{ o.a }}{{ o.b }}", {"o": {"a": 1, "b": None}}, "1"),
        ("{% for p in o %}{{ p[0] }}{% endfor %}", {"o": {"a": 1, "b": None}}, "a"),
        (
            "{{ price }} {{ whole }} {{ yes }}",
            {"price": 9.5, "whole": 9.0, "yes": True},
            "9.5 9 true",
        ),
        ("{{ name }}", {"name": "{{ profile.phone }}"}, "{{ profile.phone }}"),
        (
            "{{ 'now' | date: '%H:%M' }} {{ now | date: '%d' }} {{ today }}",
            {},
            "20:30 01 2026-03-01",
        ),
        ("{{ at | date: '%H:%M' }}", {"at": "2026-01-01T00:00:00Z"}, "08:00"),
        ("{{ at | date: '%H:%M' }}", {"at": 1_767_225_600_000}, "08:00"),
        ("{{ at | date }}{{ gone | date: '%Y' }}", {"at": "2026-01-01T23:00:00Z"}, "2026-01-02"),
        ("{{ at | date: '%Y' }}", {"at": "soon"}, "soon"),
        ("{{ name | escape }} <b>", {"name": "<i>"}, "&lt;i&gt; <b>"),
        ("{{ v }}", {"v": "a\ud800b"}, "a?b"),
    ],
)
def test_what_is_missing_is_nothing_and_values_are_only_values(
    text: str, variables: dict[str, Any], written: str
) -> None:
    assert fill(text, **variables) == written


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab"), inner),
    max_leaves=6,
)


@given(values)
def test_nothing_ever_reads_none(value: Any) -> None:
    source = (
        "{{ v }}{{ v.a }}{{ v.a.b }}{{ v[0] }}{{ v | append: v.b }}{{ v.a | default: '-' }}"
        "{{ v | join }}{{ v | first }}{{ v | compact | last }}{{ v | reverse }}"
    )
    written = fill(source, v=value)
    assert "None" not in written
    assert "Undefined" not in written
    assert "{{" not in written


ENDLESS = [
    "{% for a in (1..1000000000000) %}x{% endfor %}",
    "{% for a in (1..1000000000000) reversed %}x{% endfor %}",
    "{% for a in (1..999) %}{% for b in (1..999) %}{% for c in (1..999) %}{% endfor %}"
    "{% endfor %}{% endfor %}",
    "{% for a in (1..300) %}" + "{% for b in (1..300) %}{{''}}{% endfor %}" * 20 + "{% endfor %}",
    "{% assign s = 'abcdefghij' %}{% for a in (1..50) %}{% assign s = s | append: s %}{% endfor %}",
    "{% assign l = 'a,b' | split: ',' %}{% for a in (1..50) %}{% assign l = l | concat: l %}"
    "{% endfor %}",
    "{{ 'a' " + "| replace: '', 'aaaaaaaaaa' " * 15 + "}}",
    "{{ (1..1000000000) | reverse | size }}",
    "{{ (1..100000000) | join: 'xxxxxxxxxx' }}",
    "{% assign l = (1..5000) | reverse %}{{ l | uniq }}",
    "{% assign n = 99999 %}{% for a in (1..60) %}{% assign n = n | times: n %}{% endfor %}",
]


@pytest.mark.parametrize("text", ENDLESS)
def test_a_template_that_would_never_end_is_refused_at_once(text: str) -> None:
    started = perf_counter()
    with pytest.raises(Invalid, match="write less, or loop over less") as refusal:
        check(Template("t", text))
    assert refusal.value.path == "text"
    assert perf_counter() - started < 3


@pytest.mark.parametrize(
    "text",
    [
        "{% for a in l %}{% for b in l %}{% for c in l %}x{% endfor %}{% endfor %}{% endfor %}",
        "{% for a in l %}{{ s }}{% endfor %}",
    ],
)
def test_a_template_that_is_too_much_for_one_person_is_stopped_for_her(text: str) -> None:
    check(Template("t", text))
    with pytest.raises(Invalid, match="write less, or loop over less"):
        fill(text, l=list(range(500)), s="x" * (MAX_OUTPUT // 400))
    assert fill(text, l=[1], s="x")


def test_an_ordinary_loop_is_ordinary() -> None:
    text = "{% for i in l %}{{ forloop.index }}. {{ i.title }}\n{% endfor %}"
    written = fill(text, l=[{"title": f"Wine {n}"} for n in range(100)])
    assert written.endswith("100. Wine 99\n")


@pytest.mark.parametrize(
    ("subject", "text", "path", "message"),
    [
        ("", "Dear {{ name", "text", "line 1: expected '}}'"),
        ("", "a\n{% if x %}", "text", "endif"),
        ("", "a\nb {{ x | defalt: 'y' }}", "text", "line 2: there is no filter 'defalt'"),
        ("", "{% if x %}{{ x | zzzzz }}{% endif %}", "text", "there is no filter 'zzzzz'"),
        ("{{ }}", "a", "subject", "expected a primitive expression"),
        ("", "a\ud800b", "text", "half a character"),
        ("", "{% include 'other' %}", "text", "unexpected tag 'include'"),
        ("", "x" * (MAX_SOURCE + 1), "text", "characters"),
        ("", " \n", "text", "says nothing"),
        ("", 7, "text", "is not a text"),
    ],
)
def test_mistakes_are_refused_with_their_place(
    subject: str, text: str, path: str, message: str
) -> None:
    with pytest.raises(Invalid, match=message) as refusal:
        check(Template("t", text, subject))
    assert refusal.value.path == path


def test_a_misspelt_filter_names_the_right_one() -> None:
    with pytest.raises(Invalid, match="did you mean 'default'"):
        check(Template("t", "{{ x | defalt: 'y' }}"))


def test_a_name_must_be_a_slug() -> None:
    with pytest.raises(Invalid, match="is not a name"):
        check(Template("Hello World", "hi"))


def test_a_template_that_needs_a_value_is_good_and_fails_only_for_those_without() -> None:
    text = "{{ 10 | divided_by: n }}"
    check(Template("t", text))
    assert fill(text, n=5) == "2"
    with pytest.raises(Invalid, match="default"):
        fill(text)


def test_a_subject_is_one_line() -> None:
    template = Template("t", "x", "Dear {{ name }}")
    content = render(template, {"name": "Ada\r\nBcc: eve@example.com\x00\u2028"}, NOW)
    assert content.subject == "Dear Ada Bcc: eve@example.com"
    assert len(render(template, {"name": "x" * 9_000}, NOW).subject) == 500


def test_the_unsubscribe_link_comes_from_the_links() -> None:
    links = {"links": {"unsubscribe": "https://example.com/u/1"}}
    assert render(Template("t", "x"), links, NOW).unsubscribe == "https://example.com/u/1"
    assert render(Template("t", "x"), {"links": "none"}, NOW).unsubscribe == ""


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Hello", set()),
        ("{{ traits.city }}{{ profile['a.b'].c }}{{ brand.name }}", {"city", "a.b"}),
        ("{% if traits.vip %}{{ profile.name }}{% endif %}", {"vip", "name"}),
        ("{{ brand | where: 'city', traits.city }}", {"city"}),
        ("{{ traits[brand.what] }}", None),
        ("{{ [brand.what].city }}", None),
        ("{{ traits.size }}", None),
        ("{% for one in profile %}{{ one[0] }}{% endfor %}", None),
        ("{% assign her = profile %}{{ her.city }}", None),
    ],
)
def test_what_a_text_may_see_of_a_person_is_known_before(text: str, read: set[str] | None) -> None:
    assert traits_read(Template("t", "Hello", variants={"en": Wording("", text)})) == read


def test_a_text_is_kept_for_all_only_where_it_says_the_same_to_all() -> None:
    kept: dict[str, str] = {}
    berlin = NOW.astimezone(ZoneInfo("Europe/Berlin"))
    text = "{{ brand.name }} {{ 'now' | date: '%H' }}"
    template = Template("t", text, "{{ brand.name }}{% if now %}, {{ city }}{% endif %}")
    for now, city in ((NOW, "Alba"), (berlin, "Turin")):
        variables = {"brand": {"name": "Nord"}, "city": city}
        content = render(template, variables, now, kept=kept)
        assert content == render(template, variables, now)
    same = Template("t", "{{ brand.name }}", "News")
    contents = [render(same, {"brand": {"name": "Nord"}}, now, kept=kept) for now in (NOW, berlin)]
    assert contents[0] == contents[1] == render(same, {"brand": {"name": "Nord"}}, NOW)
    assert kept == {"News": "News", "{{ brand.name }}": "Nord"}
