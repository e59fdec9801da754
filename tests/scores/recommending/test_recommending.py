"""Suggestions of a whole house: from its log, with its gates, for everybody and for each."""

from collections.abc import Iterator

import pytest

from coterie.analytics.recommended.model import Asked
from coterie.core.actor import CLOCK
from coterie.core.clock import DAY
from coterie.core.errors import NotFound
from coterie.core.event import CONSENT_WITHDRAWN
from coterie.roads.learning import learn
from coterie.scores.recommending.model import Choices, Suggestion
from coterie.testing.house import House

ITALIAN = ("barolo", "chianti", "soave", "nebbiolo")
FRENCH = ("chablis", "cahors", "cidre", "sancerre")
EVENT = "Wine Rated"


@pytest.fixture(scope="module")
def world() -> Iterator[House]:
    """Twelve drink Italian and twelve French wine; everybody had the house wine.

    ``ann`` had all Italian wines but the last; nobody yet had the new wine; the old one is gone.
    """
    with House() as house:
        for key in (*ITALIAN, *FRENCH, "house", "new"):
            house.define_item(key, "wine", ["wine"], title=key.title(), price=1_234_500)
        house.define_item("gone", "wine", title="Gone", properties={"stock": 0})
        house.define_item("strong", "wine", title="Strong", properties={"min_age": 18})
        house.define_item("book", "book", title="A book")
        had = [
            (f"u{number}", wine)
            for number in range(24)
            for wine in (*(ITALIAN if number % 2 else FRENCH), "house", "gone", "strong")
        ]
        rate(house, *had, *(("ann", wine) for wine in ITALIAN[:-1]), ("u0", "book"))
        relearn(house)
        yield house


def rate(house: House, *rated: tuple[str, str]) -> None:
    house.receive(
        [
            {"type": "track", "event": EVENT, "userId": user_id, "properties": {"item": wine}}
            for user_id, wine in rated
        ]
    )


def relearn(house: House) -> None:
    learn(house.app.db, house.app.scores.recommending, house.app.clock.now(), again=True)


def choose(house: House, choices: Choices) -> None:
    with house._edit() as work:
        house.app.scores.recommending.choose(work, choices)


def suggested(house: House, user_id: str, limit: int = 3) -> list[Suggestion]:
    with house._edit() as work:
        profile = house._profile(work, user_id)
        return house.app.scores.recommending.suggest(work, [profile], limit)[profile]


def keys(found: list[Suggestion]) -> list[str]:
    return [one.item.key for one in found]


def test_she_is_offered_what_people_like_her_had_and_told_why(world: House) -> None:
    first, *_ = suggested(world, "ann")
    assert first.item.key == "nebbiolo"
    assert not first.is_popular
    assert {one.item for one in first.because} < set(ITALIAN[:-1])
    assert {one.event for one in first.because} == {EVENT}


def test_nothing_twice_nothing_she_had_nothing_sold_out_nothing_beyond_her_age(
    world: House,
) -> None:
    found = keys(suggested(world, "ann", 20))
    assert len(found) == len(set(found))
    assert not {*ITALIAN[:-1], "gone", "strong"} & set(found)
    assert "house" in found
    assert "new" not in found, "what nobody had is neither alike nor popular"


def test_an_age_that_she_confirmed_opens_what_asks_for_one(world: House) -> None:
    world.receive([{"type": "identify", "userId": "old", "traits": {"birthday": "1980-05-01"}}])
    world.receive([{"type": "identify", "userId": "young", "traits": {"birthday": "2010-05-01"}}])
    assert "strong" in keys(suggested(world, "old"))
    assert "strong" not in keys(suggested(world, "young", 20))


def test_who_is_new_gets_what_many_had_lately(world: House) -> None:
    world.receive([{"type": "identify", "userId": "new", "traits": {"city": "Jinan"}}])
    first, *others = suggested(world, "new")
    assert first.item.key == "house"
    assert all(one.is_popular for one in (first, *others))


def test_who_wants_nothing_chosen_for_her_gets_only_what_is_popular(world: House) -> None:
    rate(world, ("plain", "barolo"))
    rate(world, ("plain", "house"))
    said = {"purpose": "personalisation", "channel": "*"}
    world.receive(
        [{"type": "track", "userId": "plain", "event": CONSENT_WITHDRAWN, "properties": said}]
    )
    found = suggested(world, "plain", 20)
    assert all(one.is_popular for one in found)
    assert keys(found)[0] == "house", "what she had is not looked at either"


def test_two_who_are_one_are_offered_what_neither_had(world: House) -> None:
    rate(world, ("web", "barolo"))
    rate(world, ("phone", "nebbiolo"))
    assert "nebbiolo" in keys(suggested(world, "web", 20))
    world.merge("web", "phone")
    assert not {"barolo", "nebbiolo"} & set(keys(suggested(world, "web", 20)))


def test_the_templates_see_it_and_its_price(world: House) -> None:
    with world._edit() as work:
        profile = world._profile(work, "ann")
        variable = world.app.messaging.variables["recommend"]
        first, *_ = variable.of(work, [profile])[profile]
    assert first == {
        "key": "nebbiolo", "title": "Nebbiolo", "url": "", "price": 123.45, "kind": "wine",
        "topics": ["wine"],
    }  # fmt: skip


def test_only_kinds_and_topics_that_were_chosen_are_offered() -> None:
    with House() as house:
        for key, kind, topics in (
            ("barolo", "wine", ["wine/italy"]), ("chablis", "wine", ["wine/france"]),
            ("book", "book", ["wine/italy"]), ("shop", "store", []),
        ):  # fmt: skip
            house.define_item(key, kind, topics, title=key)
            rate(house, ("someone", key))
        house.receive([{"type": "identify", "userId": "ann", "traits": {"city": "Jinan"}}])
        assert all_of(house) == set(), "nothing is learnt yet"
        relearn(house)
        assert all_of(house) == {"barolo", "chablis", "book"}, "a store is nothing to suggest"
        choose(house, Choices(kinds=("wine",), topics=("wine/italy",)))
        relearn(house)
        assert all_of(house) == {"barolo"}
        with pytest.raises(NotFound, match="nothing to evaluate"), house._edit() as work:
            house.app.scores.recommending.evaluate(work)


def all_of(house: House) -> set[str]:
    with house._edit() as work:
        profile = house._profile(work, "ann")
        found = house.app.scores.recommending.suggest(work, [profile], 20)
        return set(keys(found.get(profile, [])))


def test_what_is_used_up_comes_again_and_what_a_message_offered_rests() -> None:
    with House(at="2026-03-01T12:00:00+08:00", holdout=0, universal_holdout=0) as house:
        for key, kind in (("coffee", "consumable"), ("mug", "item")):
            house.define_item(key, kind, ["drink"] if key == "coffee" else [], title=key.title())
            rate(house, ("ann", key), ("bob", key))
        choose(house, Choices(again=("consumable",), again_days=30, rest_days=14))
        relearn(house)
        assert keys(suggested(house, "ann")) == []
        house.advance(days=31)
        assert keys(suggested(house, "ann")) == ["coffee"]
        house.consent("ann")
        house.define_template("next", text="Again: {{ recommend[0].title }}")
        house.define_journey("again", {
            "entry": {"event": "Go"}, "start": "say",
            "nodes": {"say": {"do": "message", "channel": "email", "template": "next",
                              "touch": "informational", "then": "end"}},
        })  # fmt: skip
        house.receive([{"type": "track", "userId": "ann", "event": "Go"}])
        house.advance(hours=24)
        assert house.sent("ann")[0].text == "Again: Coffee"
        house.define_segment("offered", {"did": "coterie.message.sent", "topic": "drink"})
        assert house.members("offered") == {"ann"}
        assert keys(suggested(house, "ann")) == []
        house.advance(days=15)
        assert keys(suggested(house, "ann")) == ["coffee"]
        bought = {"order_id": "o1", "total": 9, "products": [{"product_id": "coffee"}]}
        house.receive(
            [{"type": "track", "userId": "ann", "event": "Order Completed", "properties": bought}]
        )
        assert bought_after(house, days=20) == [("coffee", "message", "next")]
        assert bought_after(house, days=7) == []


def bought_after(house: House, days: int) -> list[tuple[str, str, str]]:
    """Say what was bought so soon after it was recommended, and by what template."""
    now = house.app.clock.now()
    asked = Asked(since=now - DAY, until=now + DAY, window=days * DAY)
    with house._edit() as work:
        found = house.app.analytics.recommended(work, asked)
    return [(one.item, one.how, one.by) for one in found.orders]


def test_it_is_learnt_once_a_day_and_by_asking(world: House) -> None:
    app, now = world.app, world.app.clock.now()
    recommending = app.scores.recommending
    assert learn(app.db, recommending, now) is None
    built = learn(app.db, recommending, now, again=True)
    assert built is not None
    assert (built.method, built.items) == ("ease", 13)
    tomorrow = now + 24 * 3_600_000
    assert learn(app.db, recommending, tomorrow) is not None
    with app.db.read(CLOCK, tomorrow) as work:
        assert not recommending.is_due(work)
