"""The items' pages, over HTTP at a real house."""

import re
from html import unescape
from typing import Any

import pytest

from coterie.catalog.model import Item
from coterie.core.actor import COMMAND
from web.console.conftest import Desk


def text_of(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def keys_of(page: str) -> list[str]:
    return re.findall(r'class="prose-link" href="/items/([^"]+)"', page)


def ask(desk: Desk, room: str, verb: str, *args: Any, **kwargs: Any) -> Any:
    with desk.app.db.begin(COMMAND, desk.app.clock.now()) as work:
        return getattr(getattr(desk.app, room), verb)(work, *args, **kwargs)


def most_touched(desk: Desk) -> str:
    touches = ask(desk, "scores", "touches")
    return min(touches, key=lambda key: (-touches[key].month, key))


def test_items_come_in_the_order_of_their_touches(wine: Desk) -> None:
    touches = ask(wine, "scores", "touches")
    page = wine.get("/items", lang="en").text
    shown = keys_of(page)
    assert len(shown) == 50
    counts = [touches[key].month for key in shown if key in touches]
    assert counts == sorted(counts, reverse=True)
    assert shown[0] == most_touched(wine)
    second = keys_of(wine.get("/items?page=1").text)
    assert not set(second) & set(shown)
    titled = keys_of(wine.get("/items?sort=title").text)
    titles = {one.key: one.title.casefold() for one in ask(wine, "catalog", "search")}
    assert [titles[key] for key in titled] == sorted(titles.values())[:50]


def test_items_are_narrowed_by_words_kind_and_topic(wine: Desk) -> None:
    found = ask(wine, "catalog", "search", "barolo")
    assert set(keys_of(wine.get("/items", q="barolo").text)) == {one.key for one in found[:50]}
    assert "No item fits." in wine.get("/items", q="<nothing>", lang="en").text
    italian = wine.get("/items", topic="wine/italy", lang="en").text
    assert "Italy" in text_of(italian)
    assert set(keys_of(italian)) <= ask(wine, "catalog", "items_of", "wine/italy")
    for wrong in ("sort=price", "page=-1", "page=x"):
        assert wine.browser.get(f"/items?{wrong}").status_code == 400


def test_one_item_tells_what_it_is_who_touched_it_and_its_links(wine: Desk) -> None:
    key = most_touched(wine)
    profile = next(iter(ask(wine, "profiles", "everyone")))
    ask(wine, "codes", "link", key, "newsletter", profile, campaign="spring")
    ask(wine, "codes", "link", key, "newsletter", None, campaign="spring")
    item = ask(wine, "catalog", "item", key)
    page = text_of(wine.get(f"/items/{key}", lang="en").text)
    assert item.title in page
    assert str(item.properties["winery"]) in page
    assert f"{ask(wine, 'scores', 'touched_by', [key]):,}" in page
    assert "rated a wine" in page
    assert "newsletter spring 2 " in page
    assert wine.browser.get("/items/nowhere").status_code == 404


def test_new_topics_are_shown_first_then_everything_follows_at_once(wine: Desk) -> None:
    key = most_touched(wine)
    item = ask(wine, "catalog", "item", key)
    kept = {f"keep:{path}": "on" for path in item.topics[1:]}
    people = ask(wine, "scores", "touched_by", [key])
    looked = wine.form(f"/items/{key}", **kept, add="orange/skin, orange/new", do="look")
    assert looked.status_code == 200
    said = text_of(looked.text)
    assert f"{people:,} people's interests change." in said
    assert "+ orange/new" in said
    assert f"− {item.topics[0]}" in said or "−" in said
    assert ask(wine, "catalog", "item", key) == item
    assert ask(wine, "scores", "interested", 0.001).get("orange") is None
    wanted = {**{f"keep:{path}": "on" for path in ("orange/new", "orange/skin")}, **kept}
    saved = wine.form(f"/items/{key}", **wanted, do="save")
    assert (saved.status_code, saved.headers["location"]) == (303, f"/items/{key}")
    assert ask(wine, "catalog", "item", key).topics == tuple(
        sorted({*item.topics[1:], "orange/new", "orange/skin"})
    )
    assert ask(wine, "scores", "interested", 0.000002)["orange"] <= people
    assert ask(wine, "scores", "interested", 0.000002)["orange"] > 0


def test_a_segment_hears_of_new_topics_at_once(wine: Desk) -> None:
    rule = {"did": "Wine Rated", "topic": "orange", "count": {">=": 1}}
    ask(wine, "segments", "define", "orange", rule)
    key = most_touched(wine)
    assert len(ask(wine, "segments", "members", "orange")) == 0
    wine.form(f"/items/{key}", add="orange", do="save")
    assert len(ask(wine, "segments", "members", "orange")) == ask(
        wine, "scores", "touched_by", [key]
    )


def test_what_is_no_topic_is_refused_and_nothing_changes(wine: Desk) -> None:
    key = most_touched(wine)
    before = ask(wine, "catalog", "item", key)
    answer = wine.form(f"/items/{key}", add="wine//italy", do="save")
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert ask(wine, "catalog", "item", key) == before
    assert wine.form("/items/nowhere", add="wine", do="save").status_code == 404
    assert wine.browser.post(f"/items/{key}", data={"add": "wine"}).status_code == 403


@pytest.mark.parametrize(
    ("picture", "is_shown"),
    [("/static/mark.svg", True), ("https://x.cn/a.png", False), ("//x.cn/a.png", False)],
)
def test_a_picture_is_shown_only_from_this_house(desk: Desk, picture: str, is_shown: bool) -> None:
    item = Item("a/b c?d", kind="article", title="<i>Tea</i>", url="javascript:alert(1)",
                price=129_900, properties={"image": picture, "pages": 4})  # fmt: skip
    ask(desk, "catalog", "define_items", [item])
    listed = desk.get("/items").text
    assert (f'src="{picture}"' in listed) is is_shown
    [key] = keys_of(listed)
    page = desk.get(f"/items/{key}", lang="en").text
    assert "&lt;i&gt;Tea&lt;/i&gt;" in page
    assert "javascript:" not in page
    assert "12.99 CNY" in text_of(page)
    assert (f'src="{picture}"' in page) is is_shown


def test_an_empty_house_teaches_what_an_item_is(desk: Desk) -> None:
    assert "No item yet" in desk.get("/items").text
