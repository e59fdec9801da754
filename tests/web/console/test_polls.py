"""Polls at the desk: ask, look at what came out, change, close; and the form's law."""

import pytest

from coterie.core.actor import CLOCK
from coterie.core.event import TRAIT_SET
from coterie.core.facts import fact
from coterie.web.console.polls.form import definition_of, fields_of
from web.console.conftest import Desk
from web.console.words import text_of

WINE = {
    "slug": "colour", "question.en": "Red or white?", "question.zh": "红还是白？", "kind": "single",
    "choice0.code": "red", "choice0.en": "Red", "choice0.zh": "红", "choice0.tag": "likes:red",
    "choice1.code": "white", "choice1.en": "White", "choice1.zh": "白", "trait": "colour",
}  # fmt: skip


def answer(desk: Desk, given: str, *profiles: int) -> None:
    app = desk.app
    with app.db.begin(CLOCK, app.clock.now()) as work:
        for profile in profiles:
            app.inbound.tell(work, app.polls.answer(work, "colour", profile, [given]))
    desk.settle()


def test_an_empty_room_teaches(desk: Desk) -> None:
    page = desk.get("/polls", lang="en")
    assert "No question asked yet" in text_of(page)
    assert "/polls/new" in page.text


def test_a_question_is_asked_answered_weighed_and_closed(wine: Desk) -> None:
    asked = {**WINE, "segment": "tasters", "weigh_by": "tier"}
    assert wine.form("/polls/new", **asked).headers["location"].startswith("/polls/colour")
    page = text_of(wine.get("/polls/colour", lang="en"))
    assert "Nobody has answered yet" in page
    assert "{{ polls.colour }}" in page
    app = wine.app
    with app.db.read(CLOCK, app.clock.now()) as work:
        people = sorted(app.segments.members(work, "tasters"))
    with app.db.begin(CLOCK, app.clock.now()) as work:
        said = [
            fact(TRAIT_SET, room="test", profile=one, at=work.now, cause=(one,),
                 trait="tier", value="gold")
            for one in people[2:8]
        ]  # fmt: skip
        app.inbound.tell(work, said)
    wine.settle()
    answer(wine, "red", *people[:3])
    answer(wine, "white", people[3])
    page = text_of(wine.get("/polls/colour", lang="en"))
    assert "75%" in page
    assert "Weighted by tier" in page
    assert "红" in text_of(wine.get("/polls/colour", lang="zh"))
    assert "Red or white?" in text_of(wine.get("/polls", lang="en"))
    assert wine.form("/polls/colour/close").status_code == 303
    assert "closed" in text_of(wine.get("/polls", lang="en"))
    refused = wine.form("/polls/colour/edit", **{**asked, "question.en": "Still?"})
    assert refused.status_code == 409 or refused.status_code == 400


def test_what_cannot_be_asked_is_told_and_kept_in_the_form(desk: Desk) -> None:
    for change in (
        {"slug": "Not A Slug"},
        {"slug": "new"},
        {"question.en": "", "question.zh": ""},
        {"choice1.code": "red"},
        {"trait": "email"},
        {"segment": "nobody"},
        {"kind": "number", "low": "a few"},
    ):
        answer = desk.form("/polls/new", **{**WINE, **change})
        assert answer.status_code == 400, change
        assert "likes:red" in answer.text, "what was typed is still there"
    assert desk.form("/polls/new", **WINE).status_code == 303
    assert desk.form("/polls/new", **WINE).status_code == 400, "the name is taken"


@pytest.mark.parametrize(
    "definition",
    [
        {"question": {"en": "A?"}, "kind": "multiple", "trait": "t", "segment": "s",
         "weigh_by": "class", "closes": "2026-01-02T00:00",
         "choices": [{"code": "a", "en": "A", "tag": "x"}, {"code": "b", "zh": "乙"}]},
        {"question": {"zh": "几分？"}, "kind": "number", "trait": "t", "low": 0.5, "high": 5.0},
    ],
)  # fmt: skip
def test_reading_back_what_was_laid_out_gives_the_same(definition: dict[str, object]) -> None:
    assert definition_of(fields_of(definition)) == definition
