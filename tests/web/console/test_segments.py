"""The pages of segments over HTTP: list, one, the builder, and what saving does."""

import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from coterie.core.actor import COMMAND
from coterie.segments.language.parse import parse
from coterie.storage import audit
from coterie.web.console.segments.draft import from_rule, to_rule
from coterie.web.console.segments.form import from_fields, to_fields
from web.console.conftest import Desk

AJAX = {"hx-request": "true"}


class _Form(HTMLParser):
    """Reads the fields of the builder's form as a browser would send them."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self._inside = False
        self._select = self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self._inside = given.get("id") == "builder"
        if not self._inside:
            return
        name = given.get("name") or ""
        if tag == "input" and name:
            if given.get("type") != "checkbox":
                self.fields[name] = given.get("value") or ""
            elif "checked" in given:
                self.fields[name] = "on"
        elif tag == "select":
            self._select = name
        elif (
            tag == "option"
            and self._select
            and (self._select not in self.fields or "selected" in given)
        ):
            self.fields[self._select] = given.get("value") or ""
        elif tag == "textarea":
            self._area = name
            self.fields[name] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.fields[self._area] += data


def form_of(page: str) -> dict[str, str]:
    parser = _Form()
    parser.feed(page)
    return parser.fields


def define(desk: Desk, slug: str, rule: dict[str, Any], title: str) -> None:
    with desk.app.db.begin(COMMAND, desk.app.clock.now()) as work:
        desk.app.segments.define(work, slug, rule, title_en=title)


def rule_of(desk: Desk, slug: str) -> Any:
    with desk.app.db.read(COMMAND, desk.app.clock.now()) as work:
        return desk.app.segments.get(work, slug).rule


def meant(desk: Desk, rule: Any) -> Any:
    return parse(rule, desk.app.zone)


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


# Building

RULES: list[dict[str, Any]] = [
    {"all": [
        {"did": "Wine Rated", "topic": "wine/italy", "count": {">=": 4}, "within": "60d"},
        {"not": {"did": "*", "within": "14d"}},
    ]},
    {"not": {"not": {"any": [{"tag": "vip"}, {"everyone": True}, {"in_segment": "tasters"}]}}},
    {"did": "Never Seen*", "where": [
        {"property": "rating", "op": "between", "value": [1, 4.5]},
        {"property": "note", "op": "in", "value": ["a", "7", 7], "fold": True},
    ], "avg": "rating", "is": {">": 3, "!=": 4}, "since": "2025-01-01", "before": "2026-01-01"},
    {"share": "Wine Rated", "distinct": "x"},
    {"all": [
        {"did": "Wine Rated", "distinct": "@week", "is": {"between": [2, 9]}},
        {"share": "Wine Rated", "topic": "wine/italy", "is": {">=": 0.4}},
        {"trait": "scores.activity", "op": ">=", "value": 5},
        {"trait": "scores.interest.wine/italy", "op": "<", "value": 2},
        {"trait": "scores.other", "op": "exists"},
        {"trait": "email", "op": "in", "value": ["a@example.com"]},
        {"trait": "trial", "op": "within_next", "duration": "36h"},
        {"trait": "status", "op": "unchanged_for", "duration": "7d", "value": "007"},
        {"trait": "born", "op": "anniversary", "value": -7},
        {"trait": "born", "op": "after", "value": "last month"},
        {"trait": "sku", "op": "matches", "value": "^[A-Z]+<b>$"},
        {"bucket": {"salt": "spring", "from": 0, "to": 1000}},
    ]},
]  # fmt: skip


@pytest.mark.parametrize("number", [0, 1, 2, 4])
def test_the_page_of_a_rule_sends_the_same_rule_back(wine: Desk, number: int) -> None:
    rule = RULES[number]
    define(wine, "made", rule, "Made <b>")
    page = wine.get("/segments/made/edit", lang="zh").text
    sent = form_of(page)
    assert sent["title_en"] == "Made <b>"
    assert {name for name in sent if name.startswith("r")} >= set(to_fields(from_rule(rule)))
    answer = wine.browser.post("/segments/made/draft", data=sent, headers=AJAX)
    assert answer.status_code == 200
    assert "text-error" not in answer.text
    assert 'id="live-leave">0<' in answer.text
    reviewed = wine.browser.post("/segments/made/review", data=sent)
    assert reviewed.status_code == 200
    [kept] = re.findall(r'name="json"[^>]*>(.*?)</textarea>', reviewed.text, re.S)
    unescaped = kept.replace("&#34;", '"').replace("&lt;", "<").replace("&gt;", ">")
    assert meant(wine, json.loads(unescaped.replace("&#39;", "'"))) == meant(wine, rule)


def test_a_button_changes_the_form_and_the_topic_is_understood_by_its_title(wine: Desk) -> None:
    sent = form_of(wine.get("/segments/new", lang="zh").text)
    sent |= {"r.0/topic": "意大利", "r.0/is.0.value": "4", "act": "add:r:tag"}
    answer = wine.browser.post("/segments/draft", data=sent, headers=AJAX)
    assert "给酒评分(主题 意大利) 至少 4 次" in answer.text
    assert 'name="r.1/tag"' in answer.text
    assert "<html" not in answer.text
    assert "<html" in wine.browser.post("/segments/draft", data=sent).text


def test_a_fault_is_shown_at_its_field_and_nothing_is_saved(wine: Desk) -> None:
    sent = form_of(wine.get("/segments/new", lang="zh").text)
    sent |= {"r.0/is.0.value": "oft", "title_zh": "常客"}
    answer = wine.browser.post("/segments", data=sent)
    assert answer.status_code == 422
    assert 'id="r.0/is.0.value-fault"' in answer.text
    assert 'value="oft"' in answer.text
    sent |= {"r.0/is.0.value": "3", "title_zh": " "}
    answer = wine.browser.post("/segments", data=sent)
    assert (answer.status_code, "请填写名称" in answer.text) == (422, True)


def test_a_new_segment_is_saved_and_told_to_the_road(wine: Desk) -> None:
    sent = form_of(wine.get("/segments/new?start=loyal", lang="zh").text)
    answer = wine.browser.post("/segments", data={**sent, "title_zh": "忠实", "title_en": "Loyal!"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/segments/loyal")
    with wine.app.db.read(COMMAND, wine.app.clock.now()) as work:
        made = wine.app.segments.get(work, "loyal")
        assert (made.title_zh, made.title_en) == ("忠实", "Loyal!")
        assert made.defined_by == "person:this machine"
        assert made.size == len(wine.app.segments.population(work, made.rule)) > 0
        assert [row.verb for row in audit.latest(work, 1)] == ["segment.define"]
    again = wine.browser.post("/segments", data={**sent, "title_zh": "忠实", "title_en": "Loyal!"})
    assert again.headers["location"] == "/segments/loyal-2"
    assert "忠实" in wine.get("/segments/loyal").text


def test_a_change_is_reviewed_confirmed_and_can_be_taken_back(wine: Desk) -> None:
    twelve = {"did": "Wine Rated", "count": {">=": 12}}
    sent = form_of(wine.get("/segments/tasters/edit", lang="zh").text)
    with wine.app.db.read(COMMAND, wine.app.clock.now()) as work:
        effect = wine.app.segments.effect(work, "tasters", twelve)
        now = wine.app.segments.get(work, "tasters").size
    assert effect.leave
    sent["r/is.0.value"] = "12"
    live = wine.browser.post("/segments/tasters/draft", data=sent, headers=AJAX).text
    assert f'id="live-leave">{len(effect.leave):,}<' in live
    assert "将会离开的人" in live
    page = wine.browser.post("/segments/tasters/review", data=sent).text
    assert f">{effect.size:,}</p>" in page
    assert f">{len(effect.leave):,}</p>" in page
    assert page.count("data-row>") == min(50, len(effect.leave))
    assert rule_of(wine, "tasters")["count"] == {">=": 10}

    rule = json.dumps(twelve)
    answer = wine.form("/segments/tasters", json=rule, version=1)
    assert answer.status_code == 303
    assert rule_of(wine, "tasters")["count"] == {">=": 12}
    with wine.app.db.read(COMMAND, wine.app.clock.now()) as work:
        assert wine.app.segments.get(work, "tasters").title_zh == "品鉴者（评分满10次）"
        assert wine.app.segments.get(work, "tasters").size == effect.size

    late = wine.form("/segments/tasters", json=rule, version=1)
    assert late.status_code == 409
    assert "期间有人修改了这个分群" in late.text
    back = wine.form("/segments/tasters/restore/1")
    assert back.status_code == 303
    assert rule_of(wine, "tasters")["count"] == {">=": 10}
    with wine.app.db.read(COMMAND, wine.app.clock.now()) as work:
        assert wine.app.segments.get(work, "tasters").size == now
    assert "第 3 版" in wine.get("/segments/tasters", lang="zh").text


def test_json_is_edited_as_json_and_never_lost(wine: Desk) -> None:
    many = {"any": [{"tag": f"t{number}"} for number in range(80)]}
    define(wine, "many", many, "Many")
    page = wine.get("/segments/many/edit").text
    sent = form_of(page)
    assert sent["mode"] == "json"
    assert json.loads(sent["json"]) == many
    sent["json"] = '{"any": [}'
    answer = wine.browser.post("/segments/many/draft", data=sent, headers=AJAX)
    assert "{&#34;any&#34;: [}" in answer.text
    sent |= {"json": '{"tag": "vip"}', "act": "form"}
    answer = wine.browser.post("/segments/many/draft", data=sent, headers=AJAX)
    assert 'name="r/tag"' in answer.text


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


def test_every_starting_point_is_a_rule_that_can_be_saved(wine: Desk) -> None:
    page = wine.get("/segments").text
    starts = re.findall(r'href="/segments/new\?start=([a-z-]+)"', page)
    assert len(starts) == 7
    for start in starts:
        sent = form_of(wine.get(f"/segments/new?start={start}").text)
        meant(wine, to_rule(from_fields(sent))[0])


def test_the_properties_of_an_event_are_offered_where_they_are_asked(wine: Desk) -> None:
    sent = form_of(wine.get("/segments/new").text)
    sent["act"] = "test:r.0"
    answer = wine.browser.post("/segments/draft", data=sent, headers=AJAX).text
    assert 'list="properties-Wine_Rated"' in answer
    assert '<datalist id="properties-Wine_Rated"><option value="rating">' in answer
