"""Which wording of a template whom it reaches."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coterie.core.actor import CLOCK
from coterie.core.errors import Invalid
from coterie.messaging import templates
from coterie.messaging.languages import choose, languages_of, spoken, tag_of, wanted_of, wordings
from coterie.messaging.model import Template, Wording
from messaging.conftest import Desk, request

LETTER = Template(
    "letter",
    "您好",
    "你好",
    variants={"en": Wording("Hi", "Hello"), "zh-hant": Wording("", "您好啊")},
)


@pytest.mark.parametrize(
    ("traits", "text"),
    [
        ({"language": "en"}, "Hello"),
        ({"locale": "en_GB.UTF-8"}, "Hello"),
        ({"language": "zh", "locale": "en"}, "您好"),
        ({"locale": "zh-Hant-TW"}, "您好啊"),
        ({"locale": "zh-CN"}, "您好"),
        ({"language": "fr"}, "您好"),
        ({"language": 7}, "您好"),
        ({}, "您好"),
    ],
)
def test_her_language_then_the_brands_then_the_main_one(
    traits: dict[str, object], text: str
) -> None:
    assert spoken(LETTER, wanted_of(traits, "zh"), "zh").text == text


def test_the_brands_language_serves_whoever_told_none() -> None:
    letter = Template("t", "Hello", language="en", variants={"zh": Wording("", "您好")})
    assert spoken(letter, wanted_of({}, "zh"), "zh").text == "您好"
    assert spoken(letter, wanted_of({"locale": "en-GB"}, "zh"), "zh").text == "Hello"
    assert spoken(letter, wanted_of({}, ""), "").text == "Hello"


@settings(max_examples=40)
@given(st.text(max_size=30), st.sampled_from(["zh", "en", ""]))
def test_whatever_her_language_is_she_gets_one_that_is_written(told: str, brand: str) -> None:
    wanted = wanted_of({"language": told}, brand)
    assert choose(LETTER, wanted, brand) in languages_of(LETTER, brand)
    assert all(tag == tag_of(tag) for tag in wanted)


def test_every_language_is_checked_at_its_own_place() -> None:
    for variants, path in [
        ({"en": Wording("", "{{ x")}, "variants.en.text"),
        ({"en": Wording("{% no %}", "x")}, "variants.en.subject"),
        ({"en": Wording("", " ")}, "variants.en.text"),
        ({"no language!": Wording("", "x")}, "variants.no language!"),
        ({"EN": Wording("", "x"), "en": Wording("", "y")}, "variants.en"),
    ]:
        with pytest.raises(Invalid) as refused:
            templates.check(Template("t", "x", variants=variants))
        assert refused.value.path == path
    with pytest.raises(Invalid) as refused:
        templates.check(Template("t", "x", language="en", variants={"en": Wording("", "y")}))
    assert refused.value.path == "variants.en"
    with pytest.raises(Invalid):
        wordings({"en": {"subject": "no text"}})


def test_names_are_kept_as_they_are_looked_for() -> None:
    kept = templates.check(Template("t", "x", language="ZH_CN", variants=wordings({"EN": "y"})))
    assert (kept.language, set(kept.variants)) == ("zh-cn", {"en"})


def test_what_any_language_names_is_named() -> None:
    letter = Template("t", "x", variants={"en": Wording("", "{{ traits.city }}")})
    assert templates.traits_named(letter) == {"city"}


def test_it_is_kept_and_everybody_is_written_to_in_her_own(desk: Desk) -> None:
    desk.define(Template("letter", "您好", "你好", "email", "zh", wordings({"en": "Hello"})))
    desk.people.people[2].traits = {"locale": "en-GB"}
    desk.send(request(1, "a", template="letter"), request(2, "b", template="letter"))
    said = {each.profile: (each.subject, each.text) for each in desk.lease().deliveries}
    assert said == {1: ("你好", "您好"), 2: ("", "Hello")}
    with desk.database.read(CLOCK, desk.now) as work:
        assert desk.room.template(work, "letter").variants == {"en": Wording("", "Hello")}
