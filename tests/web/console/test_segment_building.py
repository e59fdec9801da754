"""The builder over HTTP: what its forms send, what comes back, what saving does."""

import json
import re
from html import unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote

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


# Every node, from the page and back

EVERYTHING: list[dict[str, Any]] = [
    {"all": [
        {"did": "Wine Rated", "topic": "wine/italy", "count": {">=": 4}, "within": "60d"},
        {"not": {"did": "*", "within": "14d"}},
    ]},
    {"not": {"not": {"any": [{"tag": "vip"}, {"everyone": True}, {"in_segment": "tasters"}]}}},
    {"did": "Never Seen*", "where": [
        {"property": "rating", "op": "between", "value": [1, 4.5]},
        {"property": "note", "op": "in", "value": ["a", "7", 7], "fold": True},
    ], "avg": "rating", "is": {">": 3, "!=": 4}, "since": "2025-01-01", "before": "2026-01-01"},
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
    {"any": [
        {"last": "Wine Rated", "has": [{"property": "rating", "op": "<=", "value": 3}]},
        {"did": "Wine Rated", "then": "Wine Rated", "within": "7d", "after": "1d",
         "during": "90d", "topic": "wine/italy", "then_topic": "wine/france",
         "where": [{"property": "rating", "op": ">=", "value": 4}],
         "then_where": [{"property": "rating", "op": "<", "value": 4}]},
        {"not": {"did": "Wine Rated", "then_not": "Wine Rated", "within": "30d"}},
        {"trend": "Wine Rated", "window": "90d", "is": {"<": 0.5}, "at_least_before": 3},
        {"top": {"did": "Wine Rated", "avg": "rating", "within": "365d", "percent": 12.5}},
        {"bottom": {"trait": "scores.activity", "count": 100}},
    ]},
    {"not": {"all": [
        {"in_community": "italy"}, {"in_group": "pasta"},
        {"consents": {"purpose": "marketing", "channel": "email"}},
        {"not": {"any": [{"near": {"lat": 31.23, "lon": 121.47, "km": 3}}]}},
    ]}},
]  # fmt: skip


def test_the_page_of_every_rule_sends_the_same_rule_back(wine: Desk) -> None:
    for number, rule in enumerate(EVERYTHING):
        define(wine, f"made-{number}", rule, "Made <b>")
        page = wine.get(f"/segments/made-{number}/edit", lang="zh").text
        sent = form_of(page)
        assert sent["title_en"] == "Made <b>"
        assert {name for name in sent if name.startswith("r")} >= set(to_fields(from_rule(rule)))
        address = f"/segments/made-{number}"
        drafted = wine.browser.post(f"{address}/draft", data=sent, headers=AJAX)
        assert (drafted.status_code, "text-error" in drafted.text) == (200, False)
        [kept] = re.findall(r'name="rule" id="builder-rule" value="(.*?)"', drafted.text, re.S)
        assert meant(wine, json.loads(unescape(kept))) == meant(wine, rule)
        counted = wine.browser.post(f"{address}/count", data=sent, headers=AJAX).text
        assert 'id="live-leave">0<' in counted


def test_each_condition_is_counted_alone_and_groups_of_them(wine: Desk) -> None:
    four = {"did": "Wine Rated", "topic": "wine/italy", "count": {">=": 4}}
    lately = {"did": "Wine Rated", "within": "30d"}
    parts = {"r.0": four, "r.1": {"not": lately}, "r.2": {"not": {"any": [four, lately]}}}
    rule = {"any": list(parts.values())}
    define(wine, "made", rule, "Made")
    sent = form_of(wine.get("/segments/made/edit").text)
    counted = wine.browser.post("/segments/made/count", data=sent, headers=AJAX).text
    with wine.app.db.read(COMMAND, wine.app.clock.now()) as work:
        for place, part in {"r": rule, **parts, "r.2.1": lately}.items():
            size = len(wine.app.segments.population(work, part))
            target = f'#count-{place.replace(".", "-")}" hx-swap="innerHTML">{size:,}<'
            assert target in counted, place


def test_what_is_not_complete_is_not_counted_and_the_rest_is(wine: Desk) -> None:
    sent = form_of(wine.get("/segments/new?start=leaving").text)
    sent["r.1/amount"] = ""
    counted = wine.browser.post("/segments/count", data=sent, headers=AJAX).text
    assert re.search(r'#count-r-0" hx-swap="innerHTML">[0-9]', counted)
    assert '#count-r-1" hx-swap="innerHTML">–<' in counted
    assert 'id="live-count">…<' in counted
    assert "live-sample" not in counted


def test_examples_are_named_with_why(wine: Desk) -> None:
    sent = form_of(wine.get("/segments/new", start="loyal", lang="zh").text)
    counted = wine.browser.post("/segments/count", data=sent, headers=AJAX).text
    assert "举例与原因" in counted
    assert counted.count('<summary class="cursor-pointer py-1">') == 8
    assert "给酒评分 至少 10 次" in counted
    assert "≥ 10" in counted


def test_a_button_changes_the_form_and_the_topic_is_understood_by_its_title(wine: Desk) -> None:
    sent = form_of(wine.get("/segments/new", lang="zh").text)
    sent |= {"r.0/topic": "意大利", "r.0/is.0.value": "4", "act": "add:r:tag"}
    answer = wine.browser.post("/segments/draft", data=sent, headers=AJAX)
    assert "给酒评分(主题 意大利) 至少 4 次" in answer.text
    assert "on the topic Italy at least 4 times" in answer.text
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
    sent = form_of(wine.get("/segments/new", start="loyal", lang="zh").text)
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
    live = wine.browser.post("/segments/tasters/count", data=sent, headers=AJAX).text
    assert f'id="live-leave">{len(effect.leave):,}<' in live
    assert "将会离开的人与原因" in live
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
    sent |= {"json": '{"tag": "vip"}', "act": "read"}
    answer = wine.browser.post("/segments/many/draft", data=sent, headers=AJAX)
    assert 'name="r/tag"' in answer.text


def test_every_starting_point_is_a_rule_that_can_be_saved(wine: Desk) -> None:
    page = wine.get("/segments").text
    starts = re.findall(r'href="/segments/new\?start=([a-z-]+)"', page)
    assert len(starts) == 12
    for start in starts:
        sent = form_of(wine.get(f"/segments/new?start={start}").text)
        rule = to_rule(from_fields(sent))[0]
        with wine.app.db.read(COMMAND, wine.app.clock.now()) as work:
            assert meant(wine, rule)
            assert wine.app.segments.say(work, rule, "zh")


def test_the_properties_of_an_event_are_offered_where_they_are_asked(wine: Desk) -> None:
    sent = form_of(wine.get("/segments/new").text)
    sent["act"] = "test:r.0"
    answer = wine.browser.post("/segments/draft", data=sent, headers=AJAX).text
    assert 'list="properties-Wine_Rated"' in answer
    assert '<datalist id="properties-Wine_Rated"><option value="rating">' in answer
    sent |= {"r.0/where.0.path": "rating", "r.0/where.0.op": ">=", "act": ""}
    answer = wine.browser.post("/segments/draft", data=sent, headers=AJAX).text
    assert 'list="values-Wine_Rated-rating"' in answer
    [offered] = re.findall(r'<datalist id="values-Wine_Rated-rating">(.*?)</datalist>', answer)
    assert '<option value="4">' in offered


def test_what_was_taken_away_comes_back(wine: Desk) -> None:
    sent = form_of(wine.get("/segments/new", start="leaving", lang="zh").text)
    sent["r.1/amount"] = ""
    gone = wine.browser.post(
        "/segments/draft", data={**sent, "act": "remove:r.0"}, headers=AJAX
    ).text
    assert "已移除" in gone
    assert 'name="r.1/kind"' not in gone
    [before] = re.findall(r'name="before" value="(.*?)"', gone, re.S)
    left = {name: text for name, text in sent.items() if not name.startswith("r.1/")}
    back = wine.browser.post(
        "/segments/draft", data={**left, "before": unescape(before), "act": "undo"}, headers=AJAX
    ).text
    kept = form_of(f'<form id="builder">{back}</form>')
    assert {name: kept[name] for name in sent if "/" in name} == {
        name: text for name, text in sent.items() if "/" in name
    }


def test_json_beside_the_form_changes_it_and_what_is_no_rule_is_told(wine: Desk) -> None:
    sent = form_of(wine.get("/segments/new", lang="zh").text)
    rule = {"not": {"any": [{"tag": "vip"}, {"trend": "X", "window": "9d", "is": {"<": 0.5}}]}}
    read = {**sent, "json": json.dumps(rule), "act": "read"}
    answer = wine.browser.post("/segments/draft", data=read, headers=AJAX).text
    kept = form_of(f'<form id="builder">{answer}</form>')
    assert meant(wine, to_rule(from_fields(kept))[0]) == meant(wine, rule)
    assert kept["r/kind"] == "none"
    assert kept["r.1/is.0.value"] == "50%"
    for text in ("[", "7", '{"did": 7}', '{"all": {}}', '{"top": {}}', '{"not": 1}'):
        told = wine.browser.post("/segments/draft", data={**read, "json": text}, headers=AJAX)
        assert told.status_code == 200
        assert 'name="r.0/event"' in told.text, "the form stays as it was"
        assert "json-fault" in told.text
        assert "text-error" in told.text, text


def test_a_page_that_asked_for_a_rule_gets_it(wine: Desk) -> None:
    sent = form_of(wine.get("/segments/new", lang="zh").text) | {"back": "/people?sort=name"}
    answer = wine.browser.post("/segments/apply", data=sent)
    assert answer.status_code == 303
    page, _, rule = answer.headers["location"].partition("&rule=")
    assert page == "/people?sort=name"
    assert meant(wine, json.loads(unquote(rule))) == meant(wine, to_rule(from_fields(sent))[0])
    wrong = wine.browser.post("/segments/apply", data=sent | {"r.0/is.0.value": "oft"})
    assert (wrong.status_code, "/segments/apply" in wrong.text) == (422, True)
    away = wine.browser.post("/segments/apply", data=sent | {"back": "https://example.com"})
    assert away.status_code == 400
