"""Texts before they are sent: filled in for many, looked through for gaps, taken out."""

from collections.abc import Callable

import pytest

from coterie.core.actor import CLOCK
from coterie.core.errors import Conflict, NotFound
from coterie.messaging.model import Template, Wording
from coterie.messaging.texts.model import Filled
from coterie.messaging.texts.places import places_of
from messaging.conftest import Desk, request

LETTER = Template(
    "letter",
    "您好{{ profile.firstName | default: '朋友' }}，{{ traits.city }}",
    channel="email",
    variants={"en": Wording("", "Hello from {{ traits.city | default: 'here' }}{{ event.what }}")},
)


def fill_in(desk: Desk, template: Template, *profiles: int, **more: str) -> list[Filled]:
    with desk.database.read(CLOCK, desk.now) as work:
        return desk.room.fill_in(work, template, profiles, {}, "email", **more)


def test_each_is_filled_in_her_own_language_and_told_what_she_would_not_read(desk: Desk) -> None:
    desk.people.people[1].traits = {"city": "上海"}
    desk.people.people[2].traits = {"locale": "en-GB"}
    first, second = fill_in(desk, LETTER, 1, 2, 99)
    assert first.content is not None and second.content is not None
    assert (first.content.text, first.language, first.hers) == ("您好朋友，上海", "", "")
    assert (second.content.text, second.language, second.hers) == ("Hello from here", "en", "en-gb")
    assert [gap.name for gap in first.gaps] == []
    assert [(gap.name, gap.at) for gap in second.gaps] == [("event.what", "text")]


def test_any_language_can_be_tried_on_anybody(desk: Desk) -> None:
    (tried,) = fill_in(desk, LETTER, 1, language="en")
    assert tried.content is not None
    assert tried.content.text == "Hello from here"


def test_what_cannot_be_filled_in_says_where(desk: Desk) -> None:
    desk.people.people[1].traits = {"size": 10**9}
    (tried,) = fill_in(desk, Template("t", "\n{% for i in (1..traits.size) %}x{% endfor %}"), 1)
    assert tried.content is None and tried.fault is not None
    assert tried.fault.path == "text"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{{ traits.city }}", [("traits.city", 1, False)]),
        ("\n{{ traits['city'] | upcase | default: 'x' }}", [("traits.city", 2, True)]),
        ("{% if event.a %}{{ event.a.b }}{{ traits.c }}{% endif %}",
         [("event.a.b", 1, True), ("traits.c", 1, False)]),
        ("{% for one in recommend %}{{ one.title }}{% endfor %}", []),
        ("{% assign a = traits.x %}{{ a }}", []),
        ("{{ 'a' }}{{ now | date: '%Y' }}", [("now", 1, False)]),
    ],
)  # fmt: skip
def test_the_places_of_a_text(text: str, found: list[tuple[str, int, bool]]) -> None:
    places = places_of(Template("t", text))
    assert [(one.name, one.line, one.guarded) for one in places] == found


def test_a_template_goes_once_nothing_of_it_waits(desk: Desk) -> None:
    desk.define(LETTER)
    desk.send(request(1, template="letter"))
    with pytest.raises(Conflict), desk.database.begin(CLOCK, desk.now) as work:
        desk.room.delete_template(work, "letter")
    desk.deliver()
    with desk.database.begin(CLOCK, desk.now) as work:
        desk.room.delete_template(work, "letter")
        with pytest.raises(NotFound):
            desk.room.delete_template(work, "letter")


def test_a_thousand_previews_are_a_thousand_sends_to_the_byte(
    make_desk: Callable[..., Desk],
) -> None:
    desk = make_desk(1_000)
    cities = ("上海", "Torino\u2028", "{{ 7 | times: 6 }}", "", None, 12, 3.5, ["a", None])
    for number, person in desk.people.people.items():
        person.firstName = f"Nr {number}" if number % 3 else None
        person.traits = {"city": cities[number % len(cities)]}
        person.traits |= {"locale": "en"} if number % 2 else {}
    desk.define(LETTER)
    people = list(desk.people.people)
    previews = fill_in(desk, LETTER, *people)
    desk.send(*(request(n, f"k{n}", template="letter") for n in people))
    sent = {each.profile: (each.subject, each.text) for each in desk.lease(2_000).deliveries}
    assert len(sent) == 1_000
    assert sent == {
        each.profile: (each.content.subject, each.content.text)
        for each in previews
        if each.content is not None
    }
