"""R-004, R-005, R-022: what people read makes their interests, and interests bring invitations."""

from typing import Any

import pytest

from coterie.core.errors import Conflict
from coterie.testing import House
from stories.conftest import OpenHouse
from stories.wire import MONDAY, at_work, consent, fates, sent_at, track, utc

ITALIAN = ("barolo-101", "nebbiolo", "soave", "etna", "chianti")
FANS = {
    "any": [
        {"did": "Article Read", "topic": "wine/italy", "count": {">=": 5}, "within": "30d"},
        {"did": "Tasting Attended", "topic": "wine/italy"},
    ]
}
PASTA = {
    "title": {"en": "Zhiwei Pasta", "zh": "知味意面"},
    "promise": "A recipe and its wine, every week",
    "segment": "italy-fans",
    "topic": "wine/italy",
    "invitation": {"channel": "email", "template": "join", "touch": "informational"},
}


def lay_out(house: House) -> None:
    for item in ITALIAN:
        house.define_item(item, kind="article", topics=["wine/italy/piedmont"])
    house.define_item("medoc", kind="article", topics=["wine/france/bordeaux"])
    house.define_item("entry-evening", kind="tasting", topics=["wine/italy"])
    house.define_template("join", channel="email", subject="Join", text="{{ invitation.link }}")
    house.define_segment("italy-fans", FANS)


def reads(user: str, *items: str) -> list[dict[str, Any]]:
    return [track(user, "Article Read", item=item) for item in items]


def test_italian_wine_reader_is_invited_to_the_pasta_group(open_house: OpenHouse) -> None:
    house = open_house()
    lay_out(house)
    house.define_community("pasta", PASTA)
    house.receive([consent("reader"), consent("taster"), consent("other")])
    house.receive(reads("reader", *ITALIAN[:4]) + reads("other", *["medoc"] * 9))
    assert fates(house, "reader") == [], "four articles are too few"
    house.receive([track("taster", "Tasting Attended", item="entry-evening")])
    assert fates(house, "taster") == [("invitation", "sent", None)]
    house.receive(reads("reader", ITALIAN[4]))
    assert fates(house, "reader") == [("invitation", "sent", None)]
    assert fates(house, "other") == []
    assert house.participants("pasta") == set(), "never silently added"
    house.answer_invitation("reader", "pasta", accept=True)
    assert house.participants("pasta") == {"reader"}
    assert "community:pasta" in house.tags("reader")


def test_who_declines_is_not_asked_again_for_ninety_days() -> None:
    with at_work() as house:
        lay_out(house)
        house.define_community("pasta", PASTA)
        house.receive([consent("u1"), track("u1", "Tasting Attended", item="entry-evening")])
        house.answer_invitation("u1", "pasta", accept=False)
        house.advance(days=90, milliseconds=-1)
        assert len(house.sent("u1")) == 1
        house.advance(milliseconds=1)
        assert sent_at(house, "u1") == [utc(MONDAY), utc("2026-04-05T02:00:00Z")]


def test_an_offer_expires_and_comes_again_after_the_cool_down() -> None:
    with at_work() as house:
        lay_out(house)
        house.define_community("pasta", PASTA)
        house.receive([consent("u1"), track("u1", "Tasting Attended", item="entry-evening")])
        house.advance(days=14)
        with pytest.raises(Conflict, match="expired"):
            house.answer_invitation("u1", "pasta", accept=True)
        house.advance(days=89)
        assert len(house.sent("u1")) == 1
        house.advance(days=1)
        assert len(house.sent("u1")) == 2


def test_a_participant_is_never_invited() -> None:
    with at_work() as house:
        lay_out(house)
        house.define_community("pasta", PASTA)
        house.receive([consent("u1"), track("u1", "Tasting Attended", item="entry-evening")])
        house.answer_invitation("u1", "pasta", accept=True)
        house.receive(reads("u1", *ITALIAN))
        house.advance(days=200)
        assert len(house.sent("u1")) == 1


def test_a_tenth_is_left_out_on_purpose_and_the_same_people_every_time() -> None:
    people = [f"u{number}" for number in range(120)]

    def invited() -> set[str]:
        with at_work(holdout=10) as house:
            lay_out(house)
            house.define_community("pasta", PASTA)
            house.receive([consent(user) for user in people])
            house.receive([track(u, "Tasting Attended", item="entry-evening") for u in people])
            return {user for user in people if house.sent(user)}

    first = invited()
    assert 95 <= len(first) < len(people)
    assert invited() == first


def test_unknown_consent_holds_the_invitation_until_it_is_given() -> None:
    with at_work() as house:
        lay_out(house)
        house.define_community("pasta", PASTA)
        house.receive([track("u1", "Tasting Attended", item="entry-evening")])
        assert fates(house, "u1") == [("invitation", "held", "no_consent")]
        house.advance(days=3)
        house.consent("u1")
        assert [fate[1] for fate in fates(house, "u1")] == ["held", "sent"]


def test_four_of_five_events_are_not_enough_and_old_ones_do_not_count() -> None:
    with at_work() as house:
        lay_out(house)
        house.define_community("pasta", PASTA)
        house.receive([consent("u1"), *reads("u1", *ITALIAN[:4])])
        house.advance(days=30, milliseconds=1)
        house.receive(reads("u1", ITALIAN[4]))
        assert fates(house, "u1") == [], "the first four are older than the window"
        house.receive(reads("u1", *ITALIAN[:4]))
        assert len(house.sent("u1")) == 1


def test_five_italian_articles_raise_italy_and_wine_and_france_by_nothing() -> None:
    with at_work() as house:
        lay_out(house)
        house.receive(reads("u1", *ITALIAN))
        assert house.score("u1", "interest.wine/italy/piedmont") == 5.0
        assert house.score("u1", "interest.wine/italy") == 2.5
        assert house.score("u1", "interest.wine") == 1.25
        assert house.score("u1", "interest.wine/france") == 0.0


def test_retagging_derives_the_memberships_anew() -> None:
    with at_work() as house:
        lay_out(house)
        house.receive(reads("u1", *ITALIAN))
        assert house.members("italy-fans") == {"u1"}
        house.retag("etna", ["wine/greece"])
        assert house.members("italy-fans") == set()
        house.retag("etna", ["wine/italy/sicily"])
        assert house.members("italy-fans") == {"u1"}


def test_retagging_derives_the_interests_anew() -> None:
    with at_work() as house, at_work() as other:
        house.define_item("a", topics=["wine/italy"])
        house.receive(reads("u1", "a"))
        house.retag("a", ["wine/france/bordeaux"])
        other.define_item("a", topics=["wine/france/bordeaux"])
        other.receive(reads("u1", "a"))
        for topic in ("wine", "wine/italy", "wine/france", "wine/france/bordeaux"):
            name = f"interest.{topic}"
            assert house.score("u1", name) == other.score("u1", name), topic
