"""Items, topics and which belong together, on both databases."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import event

from coterie.catalog.model import Item, Topic
from coterie.catalog.service import Catalog
from coterie.core.actor import COMMAND
from coterie.core.errors import Invalid, NotFound
from coterie.storage.database import Database
from coterie.storage.work import Work

NOW = 1_767_225_600_000


@pytest.fixture
def work(database: Database) -> Iterator[Work]:
    with database.begin(COMMAND, NOW) as begun:
        yield begun


@pytest.fixture
def catalog() -> Catalog:
    return Catalog()


BAROLO = Item(
    "barolo-101",
    kind="article",
    topics=("wine/italy/piedmont", "food"),
    title="巴罗洛入门",
    url="https://example.com/barolo",
    price=299_900,
    properties={"author": "Zhiwei", "minutes": 7, "grapes": ["nebbiolo"]},
    body="Tar and roses.",
)


def test_an_item_comes_back_as_it_was_defined(work: Work, catalog: Catalog) -> None:
    assert catalog.define_items(work, [BAROLO]) == {"barolo-101"}
    assert catalog.item(work, "barolo-101") == replace(
        BAROLO, topics=("food", "wine/italy/piedmont")
    )
    assert catalog.item(work, "nothing") is None


def test_a_topic_has_the_items_of_its_descendants(work: Work, catalog: Catalog) -> None:
    catalog.define_items(
        work,
        [
            BAROLO,
            Item("rioja", topics=("wine/spain",)),
            Item("corks", topics=("wine-tools",)),
            Item("shout", topics=("Wine",)),
            Item("plain"),
        ],
    )
    assert catalog.items_of(work, "wine") == {"barolo-101", "rioja"}
    assert catalog.items_of(work, "wine/italy") == {"barolo-101"}
    assert catalog.items_of(work, "wine/italy/piedmont") == {"barolo-101"}
    assert catalog.items_of(work, "wine-tools") == {"corks"}
    assert catalog.items_of(work, "unheard") == frozenset()
    assert catalog.topics_of(work, ["barolo-101", "plain", "unheard"]) == {
        "barolo-101": ("food", "wine/italy/piedmont"),
        "plain": (),
        "unheard": (),
    }
    assert catalog.pairs(work)[:4] == [
        ("barolo-101", "food"),
        ("barolo-101", "wine"),
        ("barolo-101", "wine/italy"),
        ("barolo-101", "wine/italy/piedmont"),
    ]


def test_tagging_anew_replaces_and_tells_which_changed(work: Work, catalog: Catalog) -> None:
    rioja = Item("rioja", topics=("wine/spain",))
    catalog.define_items(work, [BAROLO, rioja])
    moved = replace(BAROLO, topics=("wine/france",))
    assert catalog.define_items(work, [moved, replace(rioja, title="Rioja")]) == {"barolo-101"}
    assert catalog.items_of(work, "wine/italy") == frozenset()
    assert catalog.items_of(work, "wine") == {"barolo-101", "rioja"}
    assert catalog.item(work, "rioja") == Item("rioja", topics=("wine/spain",), title="Rioja")
    assert catalog.define_items(work, [replace(moved, topics=())]) == {"barolo-101"}
    assert catalog.items_of(work, "wine") == {"rioja"}
    same = replace(rioja, topics=("wine/spain", "wine/spain"))
    assert catalog.define_items(work, [same]) == frozenset()


def test_a_topic_and_its_ancestor_may_both_be_direct(work: Work, catalog: Catalog) -> None:
    both = Item("tasting", topics=("wine", "wine/italy"))
    assert catalog.define_items(work, [both]) == {"tasting"}
    assert catalog.topics_of(work, ["tasting"]) == {"tasting": ("wine", "wine/italy")}
    assert catalog.define_items(work, [replace(both, topics=("wine/italy",))]) == {"tasting"}
    assert catalog.topics_of(work, ["tasting"]) == {"tasting": ("wine/italy",)}
    assert catalog.items_of(work, "wine") == {"tasting"}


def test_topics_are_created_with_their_ancestors_and_keep_their_titles(
    work: Work, catalog: Catalog
) -> None:
    catalog.define_topics(work, [Topic("wine/italy", "Italy", "意大利"), Topic("wine", "Wine")])
    catalog.define_items(work, [BAROLO])
    assert catalog.topics(work) == [
        Topic("food", "food", "food"),
        Topic("wine", "Wine", "wine"),
        Topic("wine/italy", "Italy", "意大利"),
        Topic("wine/italy/piedmont", "piedmont", "piedmont"),
    ]
    assert [topic.path for topic in catalog.roots(work)] == ["food", "wine"]
    assert catalog.ancestors("wine/italy/piedmont") == ("wine", "wine/italy")
    assert Topic("wine/italy").parent == "wine" and Topic("wine").parent is None


def test_items_can_be_chosen_by_key_kind_and_topic(work: Work, catalog: Catalog) -> None:
    catalog.define_items(work, [BAROLO, Item("rioja", kind="product", topics=("wine/spain",))])
    assert [item.key for item in catalog.items(work)] == ["barolo-101", "rioja"]
    assert [item.key for item in catalog.items(work, kind="product")] == ["rioja"]
    assert [item.key for item in catalog.items(work, topic="wine")] == ["barolo-101", "rioja"]
    assert catalog.items(work, ["barolo-101"], kind="product") == []
    assert [item.key for item in catalog.items(work, ["rioja", "none"])] == ["rioja"]


@pytest.mark.parametrize(
    ("item", "path"),
    [
        (Item(""), "items[1].key"),
        (Item("k" * 201), "items[1].key"),
        (Item("a", kind="Two Words"), "items[1].kind"),
        (Item("a", topics=("ok", "not ok")), "items[1].topics[1]"),
        (Item("a", topics="wine"), "items[1].topics"),  # type: ignore[arg-type]
        (Item("a", price=1.5), "items[1].price"),  # type: ignore[arg-type]
        (Item("a", price=-1), "items[1].price"),
        (Item("a", price=True), "items[1].price"),
        (Item("a", title=None), "items[1].title"),  # type: ignore[arg-type]
        (Item("a", url=7), "items[1].url"),  # type: ignore[arg-type]
        (Item("a", body="nul\x00"), "items[1].body"),
        (Item("a", properties={"x": object()}), "items[1].properties"),
    ],
)
def test_a_faulty_item_is_refused_with_its_place(
    work: Work, catalog: Catalog, item: Item, path: str
) -> None:
    with pytest.raises(Invalid) as refused:
        catalog.define_items(work, [BAROLO, item])
    assert refused.value.path == path
    assert catalog.items(work) == []


def test_a_faulty_topic_is_refused_with_its_place(work: Work, catalog: Catalog) -> None:
    with pytest.raises(Invalid) as refused:
        catalog.define_topics(work, [Topic("wine"), Topic("wine//italy")])
    assert refused.value.path == "topics[1].path"


def test_a_thousand_items_take_few_statements(work: Work, catalog: Catalog) -> None:
    wines = [
        Item(f"wine-{n}", topics=tuple(f"wine/region-{n * k % 60}/kind-{k}" for k in range(8)))
        for n in range(1_007)
    ]
    statements: list[str] = []
    event.listen(
        work.connection, "before_cursor_execute", lambda *given: statements.append(given[2])
    )
    assert len(catalog.define_items(work, wines)) == 1_007
    assert len(statements) < 20
    assert len(catalog.items_of(work, "wine")) == 1_007


def test_items_are_found_by_key_title_and_topic(work: Work, catalog: Catalog) -> None:
    catalog.define_items(work, [BAROLO, Item("100%", title="Prosecco", topics=("wine/veneto",))])
    catalog.define_topics(work, [Topic("wine/italy/piedmont", "Piedmont", "皮埃蒙特")])

    def found(text: str = "", **narrowed: str) -> list[str]:
        return [one.key for one in catalog.search(work, text, **narrowed)]

    assert found() == found("  ") == ["100%", "barolo-101"]
    assert (
        found("BAROLO") == found("巴罗洛") == found("皮埃蒙特") == found("piedm") == ["barolo-101"]
    )
    assert found("%") == ["100%"]  # not anything
    assert found("_") == []
    assert found(kind="article") == found(topic="wine/italy") == ["barolo-101"]
    assert found("prosecco", topic="wine/italy") == []
    assert found(topic="wine") == ["100%", "barolo-101"]
    one = catalog.search(work, "barolo")[0]
    assert (one.kind, one.title, one.price) == ("article", "巴罗洛入门", 299_900)


def test_items_are_counted_by_kind_and_under_every_topic(work: Work, catalog: Catalog) -> None:
    catalog.define_items(work, [BAROLO, Item("chianti", topics=("wine/italy",)), Item("plain")])
    assert catalog.kinds(work) == {"article": 1, "item": 2}
    assert catalog.item_counts(work) == {
        "wine": 2, "wine/italy": 2, "wine/italy/piedmont": 1, "food": 1
    }  # fmt: skip


def test_retagging_one_item_keeps_the_rest_of_it(work: Work, catalog: Catalog) -> None:
    catalog.define_items(work, [BAROLO])
    assert catalog.retag(work, BAROLO.key, ["wine/austria"]) == {BAROLO.key}
    assert catalog.retag(work, BAROLO.key, ["wine/austria"]) == frozenset()
    assert catalog.item(work, BAROLO.key) == replace(BAROLO, topics=("wine/austria",))
    assert catalog.items_of(work, "wine/italy") == frozenset()
    with pytest.raises(Invalid):
        catalog.retag(work, BAROLO.key, ["wine austria"])
    with pytest.raises(NotFound):
        catalog.retag(work, "nothing", ["wine"])


def test_one_topic_is_asked_by_its_path(work: Work, catalog: Catalog) -> None:
    catalog.define_topics(work, [Topic("wine/italy", "Italy", "意大利")])
    assert catalog.topic(work, "wine/italy").title_zh == "意大利"
    with pytest.raises(NotFound, match="beer"):
        catalog.topic(work, "beer")
