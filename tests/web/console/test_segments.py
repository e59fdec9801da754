"""The pages of segments over HTTP: list, one, and what is done to one."""

import re
from typing import Any

import pytest

from coterie.core.actor import COMMAND
from web.console.conftest import Desk


def define(desk: Desk, slug: str, rule: dict[str, Any], title: str) -> None:
    with desk.app.db.begin(COMMAND, desk.app.clock.now()) as work:
        desk.app.segments.define(work, slug, rule, title_en=title)


def rule_of(desk: Desk, slug: str) -> Any:
    with desk.app.db.read(COMMAND, desk.app.clock.now()) as work:
        return desk.app.segments.get(work, slug).rule


# Looking


def test_an_empty_list_teaches_with_an_example(desk: Desk) -> None:
    page = desk.get("/segments", lang="zh").text
    assert "还没有分群" in page
    assert 'href="/segments/new?start=win-back"' in page


def test_the_list_says_how_many_and_what_they_mean_and_is_filtered(wine: Desk) -> None:
    page = wine.get("/segments", lang="zh").text
    assert "意大利酒爱好者" in page
    assert "给酒评分(主题 意大利)" in page
    assert "1 处使用" in page
    found = wine.get("/segments", lang="zh", q="意大利").text
    assert "意大利酒爱好者" in found
    assert "法国酒爱好者" not in found
    assert "没有符合的分群" in wine.get("/segments", lang="zh", q="火星").text


def test_one_segment_shows_its_size_sentences_people_and_uses(wine: Desk) -> None:
    with wine.app.db.read(COMMAND, wine.app.clock.now()) as work:
        size = wine.app.segments.get(work, "tasters").size
    page = wine.get("/segments/tasters", lang="en").text
    assert f">{size:,}</p>" in page
    assert "rated a wine at least 10 times" in page
    assert "给酒评分 至少 10 次" in page
    assert '<a class="hover:underline" href="/journeys/next-level"' in page
    assert re.search(r'href="/people/[0-9a-f-]{36}" data-row>\w+', page)
    assert "WITH people AS (" in page
    assert "&#34;did&#34;: &#34;Wine Rated&#34;" in page
    assert 'action="/segments/tasters/delete"' not in page


def test_what_there_is_not_is_not_found(desk: Desk) -> None:
    assert desk.browser.get("/segments/nobody").status_code == 404
    assert desk.browser.get("/segments/nobody/edit").status_code == 404


# Doing


def test_a_segment_in_use_stays_and_another_goes(wine: Desk) -> None:
    define(wine, "spare", {"everyone": True}, "Spare")
    assert wine.form("/segments/tasters/delete").headers["location"] == "/segments/tasters"
    assert rule_of(wine, "tasters")
    assert 'action="/segments/spare/delete"' in wine.get("/segments/spare").text
    assert wine.form("/segments/spare/delete").headers["location"] == "/segments"
    assert wine.browser.get("/segments/spare").status_code == 404


@pytest.mark.parametrize(
    "path",
    ["/segments", "/segments/draft", "/segments/tasters", "/segments/tasters/draft",
     "/segments/tasters/review", "/segments/tasters/delete", "/segments/tasters/restore/1"],
)  # fmt: skip
def test_a_form_from_elsewhere_is_refused(wine: Desk, path: str) -> None:
    answer = wine.browser.post(path, data={"r/kind": "everyone"})
    assert answer.status_code == 403
    assert rule_of(wine, "tasters")["count"] == {">=": 10}
