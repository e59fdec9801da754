"""The topics' pages, over HTTP at a real house."""

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.catalog.model import Topic
from coterie.core.actor import COMMAND
from coterie.web.console.topics.asking import concerns
from coterie.web.console.topics.tree import lines, matching
from web.console.conftest import Desk


def text_of(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def rows_of(page: str) -> list[str]:
    """The topics that the tree shows, in order."""
    return [
        unescape(path)
        for path in re.findall(r'class="hover:underline" href="/topics/([^"]+)"', page)
    ]


def test_the_tree_opens_branch_by_branch_in_the_address(wine: Desk) -> None:
    closed = wine.get("/topics", lang="en").text
    assert set(rows_of(closed)) == {"wine", "type", "grape", "body"}
    assert 'aria-expanded="false"' in closed
    opened = wine.get("/topics", open="wine", lang="en").text
    shown = rows_of(opened)
    assert shown.index("wine") < shown.index("wine/italy")
    assert "wine/italy/chianti" not in shown
    assert any(path.startswith("wine/italy/") for path in rows_of(
        wine.get("/topics?open=wine&open=wine/italy").text))  # fmt: skip
    assert "意大利" in wine.get("/topics", open="wine", lang="zh").text


def test_people_are_counted_as_the_scores_say(wine: Desk) -> None:
    with wine.app.db.read(COMMAND, wine.app.clock.now()) as work:
        people = wine.app.scores.interested(work, 0.5)
        items = wine.app.catalog.item_counts(work)
    page = text_of(wine.get("/topics", at_least=0.5, lang="en").text)
    for root in ("wine", "type"):
        assert f" {people[root]:,} {items[root]:,} " in page
    assert wine.browser.get("/topics?at_least=7").status_code == 400


def test_a_topic_is_found_by_its_title_in_either_language(wine: Desk) -> None:
    for asked in ("ITALY", "意大利"):
        assert 'href="/topics/wine/italy"' in wine.get("/topics", q=asked).text
    assert "No topic is called so." in wine.get("/topics", q="<beer>", lang="en").text


def test_one_topic_tells_people_evidence_items_and_who_asks_for_it(wine: Desk) -> None:
    page = wine.get("/topics/wine/france", at_least=0.5, lang="en").text
    with wine.app.db.read(COMMAND, wine.app.clock.now()) as work:
        keenest = wine.app.scores.keenest(work, "wine/france", 0.5)
        uids = wine.app.profiles.uid(work, [profile for profile, _ in keenest])
    assert keenest
    for uid in uids.values():
        assert f'href="/people/{uid}#interests"' in page
    assert "/segments/france-lovers" in page
    assert "/segments/italy-lovers" not in page
    assert "/communities/france" in page
    assert 'href="/topics/wine"' in page  # what is above
    assert wine.browser.get("/topics/wine/nowhere").status_code == 404


def test_a_topic_gets_its_titles(wine: Desk) -> None:
    saved = wine.form("/topics", topic="wine/italy", title_en="Bella Italia", title_zh="美丽意大利")
    assert (saved.status_code, saved.headers["location"]) == (303, "/topics/wine/italy")
    assert "美丽意大利" in wine.get("/topics/wine/italy", lang="zh").text
    assert wine.form("/topics", topic="wine/nowhere", title_en="X").status_code == 404


def test_an_empty_house_teaches_what_a_topic_is(desk: Desk) -> None:
    assert "No topic yet" in desk.get("/topics").text


# Pure

PATHS = st.lists(st.sampled_from("ab"), min_size=1, max_size=4).map("/".join)


@given(st.sets(PATHS), st.sets(PATHS))
def test_the_tree_shows_each_topic_once_under_what_is_open(
    paths: set[str], opened: set[str]
) -> None:
    whole = {"/".join(p.split("/")[:n]) for p in paths for n in range(1, p.count("/") + 2)}
    topics = [Topic(path) for path in sorted(whole)]
    shown = [line.topic.path for line in lines(topics, opened, lambda _: 0)]
    assert len(shown) == len(set(shown))
    for path in whole:
        above = ["/".join(path.split("/")[:n]) for n in range(1, path.count("/") + 1)]
        assert (path in shown) == all(one in opened for one in above)


def test_toggling_a_branch_opens_it_with_what_is_above_or_closes_it() -> None:
    topics = [Topic("a"), Topic("a/b"), Topic("a/b/c"), Topic("d")]
    found = {line.topic.path: line for line in lines(topics, {"a"}, lambda _: 0)}
    assert found["a"].toggled == ()
    assert found["a/b"].toggled == ("a", "a/b")
    assert (found["a"].children, found["d"].children) == (1, 0)


def test_matching_looks_at_path_and_both_titles() -> None:
    topics = [Topic("wine/italy", "Italy", "意大利"), Topic("tea", "Tea", "茶")]
    assert [one.path for one in matching(topics, "ITAL")] == ["wine/italy"]
    assert [one.path for one in matching(topics, "茶")] == ["tea"]


@pytest.mark.parametrize(
    ("rule", "is_meant"),
    [
        ({"did": "Read", "topic": "wine/italy"}, True),
        ({"all": [{"not": {"did": "Read", "topic": "wine"}}]}, True),
        ({"trait": "scores.interest.wine/italy", "op": ">", "value": 1}, True),
        ({"did": "Read", "topic": "wine/italy/piedmont"}, False),
        ({"trait": "city", "op": "=", "value": "wine/italy"}, False),
    ],
)
def test_a_rule_concerns_a_topic_whose_items_it_counts(
    rule: dict[str, object], is_meant: bool
) -> None:
    assert concerns(rule, "wine/italy") is is_meant
