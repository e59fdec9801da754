"""The console's journeys over HTTP: read, edited into a draft, previewed, published, restored."""

import re
from html import unescape
from typing import Any

import pytest
from httpx2 import Response

from coterie.core.actor import CLOCK, Actor
from coterie.journeys.model import Run
from coterie.journeys.nodes import KEYS
from coterie.messaging.model import Template
from coterie.web.console.journeys.beginnings import BEGINNINGS
from web.console.conftest import Desk

EDIT = "/journeys/win-back/edit"


def text_of(answer: Response) -> str:
    """What a reader sees, in one line."""
    body = re.sub(r"<(script|style|textarea)\b.*?</\1>", " ", answer.text, flags=re.S)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body)))


def nodes(desk: Desk, slug: str = "win-back") -> dict[str, Any]:
    with desk.app.db.read(CLOCK, desk.app.clock.now()) as work:
        draft = desk.app.journeys.drafts.get(work, slug)
        assert draft is not None
        return dict(draft.definition["nodes"])


def has_draft(desk: Desk, slug: str = "win-back") -> bool:
    with desk.app.db.read(CLOCK, desk.app.clock.now()) as work:
        return desk.app.journeys.drafts.get(work, slug) is not None


def waiting(desk: Desk, slug: str = "win-back") -> dict[int, Run]:
    with desk.app.db.read(CLOCK, desk.app.clock.now()) as work:
        runs = desk.app.journeys.runs(work, slug, 10_000)
    return {run.id: run for run in runs if run.ended is None}


def wait_days(desk: Desk, days: str, **more: str) -> Response:
    fields = {"node": "pause", "how": "for", "for": days, "for-unit": "d", **more}
    return desk.form(f"{EDIT}/node", **fields)


def refuses(desk: Desk, slug: str = "win-back", version: int = 1) -> None:
    """Publishing leads back to what would happen, and nothing has."""
    answer = desk.form(f"/journeys/{slug}/publish")
    assert answer.headers["location"] == f"/journeys/{slug}/publish"
    with desk.app.db.read(CLOCK, desk.app.clock.now()) as work:
        assert desk.app.journeys.get(work, slug).version == version
    page = text_of(desk.get(f"/journeys/{slug}/publish"))
    assert "It is not live yet" in page or "尚未发布：" in page
    assert has_draft(desk, slug)


# --- reading


def test_the_list_tells_of_every_journey_in_both_languages(wine: Desk) -> None:
    english, chinese = (text_of(wine.get("/journeys", lang=lang)) for lang in ("en", "zh"))
    assert "Win back the sleeping" in english
    assert "On the way now" in english
    assert "唤醒沉睡客户" in chinese
    assert "此刻在途" in chinese
    assert "None" not in english


def test_a_journey_is_drawn_in_trade_words_with_its_people(wine: Desk) -> None:
    page = text_of(wine.get("/journeys/win-back", lang="en"))
    assert "Wait 7 days" in page
    assert "Send “How have you been?”" in page
    assert "since entering: rated a wine" in page
    assert f"{len(waiting(wine))} here" in page
    assert "10%" in page, "the held-out share is said plainly"
    assert "Wine Rated" not in page, "no event id"
    assert "等待 7 天" in text_of(wine.get("/journeys/win-back", lang="zh"))


def test_a_step_opens_who_stands_there_and_why(wine: Desk) -> None:
    page = wine.get("/journeys/win-back", lang="en", node="pause")
    said = text_of(page)
    assert f"{len(waiting(wine))} people are here now" in said
    assert re.search(r"Why: (entered|was in) “Sleeping", said)
    assert "→ Send “How have you been?”" in said
    assert re.search(r'href="/people/[^"]+"', page.text)


def test_a_message_shows_its_bubble_and_what_its_messages_came_to(wine: Desk) -> None:
    page = wine.get("/journeys/win-back", lang="en", node="hello")
    assert 'class="bubble"' in page.text
    assert "your notes are missed" in text_of(page)
    assert "has not agreed to be written to" in text_of(page)


def test_everyone_at_a_step_page_by_page(wine: Desk) -> None:
    page = wine.get("/journeys/win-back/people", node="pause", lang="en")
    assert text_of(page).count("held out") >= 0
    assert len(re.findall(r'<th scope="row">', page.text)) == min(50, len(waiting(wine)))
    assert wine.browser.get("/journeys/win-back/people?node=ghost").status_code == 404
    assert wine.browser.get("/journeys/nobody").status_code == 404
    assert wine.browser.get("/journeys/win-back?node=ghost").status_code == 404


def test_a_journey_is_paused_and_resumed(wine: Desk) -> None:
    answer = wine.form("/journeys/win-back/pause", next="/journeys")
    assert (answer.status_code, answer.headers["location"]) == (303, "/journeys")
    assert "nothing is sent or done" in text_of(wine.get("/journeys/win-back", lang="en"))
    answer = wine.form("/journeys/win-back/resume", next="https://elsewhere.example")
    assert answer.headers["location"] == "/journeys/win-back"
    assert "nothing is sent or done" not in text_of(wine.get("/journeys/win-back", lang="en"))


# --- editing


def test_looking_at_the_editor_begins_no_draft(wine: Desk) -> None:
    assert "nothing changed yet" in text_of(wine.get(EDIT, lang="en"))
    wine.get(EDIT, node="pause")
    assert wait_days(wine, "7").status_code == 303
    assert not has_draft(wine), "saving what stands there already changes nothing"


@pytest.mark.parametrize("kind", KEYS)
def test_every_kind_of_step_is_put_in_and_has_a_form(wine: Desk, kind: str) -> None:
    answer = wine.form(f"{EDIT}/insert", after="hello", way="then", kind=kind)
    assert answer.status_code == 303
    assert 'id="step"' in wine.get(answer.headers["location"]).text
    name = nodes(wine)["hello"]["then"]
    assert nodes(wine)[name]["do"] == kind
    for lang in ("en", "zh"):
        assert "None" not in text_of(wine.get(EDIT, node=name, lang=lang))


def test_a_changed_form_is_in_the_draft_at_once_and_live_is_untouched(wine: Desk) -> None:
    answer = wait_days(wine, "5")
    assert answer.headers["location"] == f"{EDIT}?node=pause"
    assert nodes(wine)["pause"] == {"do": "wait", "for": "5d", "then": "look"}
    page = text_of(wine.get(EDIT, lang="en"))
    assert "Wait 5 days" in page
    assert "changed" in page
    assert "Wait 7 days" in text_of(wine.get("/journeys/win-back", lang="en"))


def test_faults_are_said_where_they_are_mended_and_nothing_goes_live(wine: Desk) -> None:
    wait_days(wine, "soon")
    wine.form(f"{EDIT}/insert", after="pause", way="then", kind="tag")
    page = text_of(wine.get(EDIT, lang="en"))
    assert "2 things to mend" in page
    assert "how long to wait cannot be read" in page
    assert "the tag is missing" in page
    assert "等待时间无法识别" in text_of(wine.get(EDIT, lang="zh"))
    assert "disabled" in wine.get("/journeys/win-back/publish").text
    refuses(wine)


def test_a_split_asks_a_segment_or_what_was_done_or_any_rule(wine: Desk) -> None:
    wine.form(f"{EDIT}/node", node="look", **{"if-way": "segment", "if-was": "did"})
    assert set(nodes(wine)["look"]["if"]) == {"in_segment"}
    segment = {"if-way": "segment", "if-was": "segment", "if-name": "italy-lovers",
               "if-not": "yes"}  # fmt: skip
    wine.form(f"{EDIT}/node", node="look", **segment)
    assert nodes(wine)["look"]["if"] == {"not": {"in_segment": "italy-lovers"}}
    assert "is not in the segment “Italy lovers”" in text_of(wine.get(EDIT, lang="en"))
    rule = '{"did": "Wine Rated", "count": {">=": 2}, "since": "entry"}'
    wine.form(f"{EDIT}/node", node="look", **{"if-way": "json", "if-json": rule})
    assert nodes(wine)["look"]["if"]["count"] == {">=": 2}
    wine.form(f"{EDIT}/node", node="look", **{"if-way": "json", "if-json": '{"did": '})
    assert nodes(wine)["look"]["if"] == '{"did": ', "what was typed is kept, and told as a fault"
    assert "the condition cannot be read" in text_of(wine.get(EDIT, lang="en"))


def test_a_step_is_taken_out_with_what_only_it_led_to(wine: Desk) -> None:
    wine.form(f"{EDIT}/remove", node="look", keep="yes")
    assert list(nodes(wine)) == ["hello", "pause"]
    page = text_of(wine.get(EDIT))
    assert "2 steps were taken out" in page or "已从草稿中移除 2 个步骤" in page


def test_the_last_step_stays_and_that_is_said(wine: Desk) -> None:
    wine.form("/journeys/new", example="empty", slug="tiny")
    wine.form("/journeys/tiny/edit/remove", node="message")
    assert list(nodes(wine, "tiny")) == ["message"]
    page = text_of(wine.get("/journeys/tiny/edit"))
    assert "needs at least one step" in page or "旅程至少要有一个步骤" in page


def test_who_edits_beside_another_is_told_and_overwrites_nothing(wine: Desk) -> None:
    app = wine.app
    with app.db.begin(Actor("person", "bob"), app.clock.now()) as work:
        draft = app.journeys.drafts.open(work, "win-back")
        theirs = {**draft.definition, "holdout": 33}
        app.journeys.drafts.save(work, "win-back", theirs)
    answer = wait_days(wine, "5", seen="1")
    assert answer.headers["location"] == f"{EDIT}?late=1"
    assert "make your change again" in text_of(wine.browser.get(f"{EDIT}?late=1&lang=en"))
    assert nodes(wine)["pause"]["for"] == "7d"
    assert wait_days(wine, "5", seen="2").headers["location"] == f"{EDIT}?node=pause"
    assert nodes(wine)["pause"]["for"] == "5d"


def test_settings_are_saved_into_the_draft(wine: Desk) -> None:
    fields = {"title_en": "Wake them", "title_zh": "叫醒", "entry": "segment",
              "entry-name": "tasters", "reentry": "after", "after": "30", "after-unit": "d",
              "holdout": "25", "leaves": ""}  # fmt: skip
    assert wine.form(f"{EDIT}/settings", **fields).status_code == 303
    with wine.app.db.read(CLOCK, wine.app.clock.now()) as work:
        draft = wine.app.journeys.drafts.get(work, "win-back")
    assert draft is not None
    told = {key: value for key, value in draft.definition.items() if key != "nodes"}
    assert told == {
        "title": {"en": "Wake them", "zh": "叫醒"}, "entry": {"segment": "tasters"},
        "present": False, "reentry": {"after": "30d"}, "holdout": 25, "start": "hello",
    }  # fmt: skip


def test_an_analyst_writes_json(wine: Desk) -> None:
    wine.form(f"{EDIT}/json", node="pause", json='{"do": "wait", "for": "90m", "then": "look"}')
    assert nodes(wine)["pause"]["for"] == "90m"
    assert wine.form(f"{EDIT}/json", node="", json="[]").status_code == 400
    assert wine.form(f"{EDIT}/json", node="", json="{").status_code == 400


def test_a_form_of_another_site_changes_nothing(wine: Desk) -> None:
    answer = wine.browser.post(f"{EDIT}/node", data={"node": "pause", "how": "for", "for": "1"})
    assert answer.status_code == 403
    assert not has_draft(wine)


# --- publishing


def test_publish_says_what_happens_then_does_it_and_people_stay(wine: Desk) -> None:
    before = waiting(wine)
    answer = wait_days(wine, "5", go="publish")
    assert answer.headers["location"] == "/journeys/win-back/publish"
    page = text_of(wine.get("/journeys/win-back/publish", lang="en"))
    assert f"{len(before)} people wait here: “Wait 5 days”" in page
    assert "“Wait 7 days” becomes “Wait 5 days”" in page
    now, day = wine.app.clock.now(), 86_400_000
    at_once = sum(
        run.arrived is not None and run.arrived + 5 * day <= now for run in before.values()
    )
    if at_once:
        assert re.search(rf"\b{at_once} ha(s|ve) waited long enough", page)
    published = wine.form("/journeys/win-back/publish", seen="1")
    assert published.headers["location"] == "/journeys/win-back/publish", "changed since"
    assert has_draft(wine)
    published = wine.form("/journeys/win-back/publish", seen="2")
    assert published.headers["location"] == "/journeys/win-back"
    assert not has_draft(wine)
    page = text_of(wine.get("/journeys/win-back", lang="en"))
    assert "Wait 5 days" in page
    assert "Version 2, live" in page
    after = waiting(wine)
    assert len(before) - at_once == len(after)
    for run in after.values():
        old = before[run.id]
        assert (run.node, run.arrived) == ("pause", old.arrived)
        assert old.due is not None
        assert run.due == old.due - 2 * day
    wine.settle()


def test_people_of_a_step_that_is_taken_out_get_a_place_first(wine: Desk) -> None:
    wine.form(f"{EDIT}/remove", node="pause")
    page = text_of(wine.get("/journeys/win-back/publish", lang="en"))
    assert "These people need a place first" in page
    refuses(wine)
    places = {"place-pause": "look"}
    assert wine.form("/journeys/win-back/publish/places", **places).status_code == 303
    page = text_of(wine.get("/journeys/win-back/publish", lang="en"))
    assert f"{len(waiting(wine))} people move from “Wait 7 days” to" in page
    assert wine.form("/journeys/win-back/publish").status_code == 303
    assert waiting(wine) == {}


def test_a_draft_is_thrown_away_and_an_old_version_comes_back(wine: Desk) -> None:
    wait_days(wine, "5")
    assert wine.form(f"{EDIT}/discard").headers["location"] == "/journeys/win-back"
    assert not has_draft(wine)
    wait_days(wine, "5")
    wine.form("/journeys/win-back/publish")
    page = text_of(wine.get("/journeys/win-back/versions/1", lang="en"))
    assert "Wait 7 days" in page
    assert "“Wait 7 days” becomes “Wait 5 days”" in page
    answer = wine.form("/journeys/win-back/versions/1/restore")
    assert answer.headers["location"] == EDIT
    assert nodes(wine)["pause"]["for"] == "7d"
    assert wine.form("/journeys/win-back/versions/1/restore").status_code == 409


def test_a_stale_draft_says_so_and_is_carried_over(wine: Desk) -> None:
    wait_days(wine, "5")
    app = wine.app
    with app.db.begin(CLOCK, app.clock.now()) as work:
        source = app.journeys.get(work, "win-back").source
        app.journeys.redefine(work, "win-back", {**source, "holdout": 20})
    assert "Version 2 was published since" in text_of(wine.get(EDIT, lang="en"))
    refuses(wine, version=2)
    assert wine.form(f"{EDIT}/rebase").status_code == 303
    page = text_of(wine.get("/journeys/win-back/publish", lang="en"))
    assert "was published since" not in page
    assert wine.form("/journeys/win-back/publish").status_code == 303


# --- beginning


def test_an_empty_house_is_taught_with_one_example_and_one_button(desk: Desk) -> None:
    app = desk.app
    with app.db.begin(CLOCK, app.clock.now()) as work:
        app.messaging.define_template(work, Template("hello", "Hello!", "A greeting"))
        moves = app.segments.define(work, "everyone", {"everyone": True}, title_en="Everyone")
        app.inbound.stir(work, moves)
    page = desk.get("/journeys", lang="en")
    assert "No journey yet" in text_of(page)
    answer = desk.form("/journeys/new", example="win-back")
    assert answer.headers["location"] == EDIT
    assert "to mend" not in text_of(desk.get(EDIT, lang="en")), "the example can go live as it is"
    assert "0 people start at once" in text_of(desk.get("/journeys/win-back/publish", lang="en"))
    assert desk.browser.get("/journeys/win-back").headers["location"] == EDIT
    assert desk.form("/journeys/win-back/publish").status_code == 303
    desk.settle()
    assert "live" in text_of(desk.get("/journeys", lang="en"))


@pytest.mark.parametrize("example", [one.code for one in BEGINNINGS])
def test_every_beginning_is_a_draft_without_faults(wine: Desk, example: str) -> None:
    answer = wine.form("/journeys/new", example=example, title="试一试", slug=f"try-{example}")
    assert answer.status_code == 303
    page = text_of(wine.get(answer.headers["location"], lang="zh"))
    assert "试一试" in page
    assert "需要修正" not in page


def test_a_name_that_is_none_or_taken_is_told_at_its_field(wine: Desk) -> None:
    for slug, said in (("Not A Name", "small letters"), ("win-back", "already"), ("new", "small")):
        answer = wine.form("/journeys/new", example="empty", slug=slug)
        assert answer.status_code == 400
        page = wine.browser.post(
            "/journeys/new?lang=en",
            data={"form_token": wine.token(), "example": "empty", "slug": slug},
        )
        assert said in text_of(page)


def test_the_entry_opens_who_enters_and_how_often(wine: Desk) -> None:
    page = text_of(wine.browser.get("/journeys/win-back?node=&lang=en"))
    assert "Who is in “Sleeping" in page
    assert "Once only" in page
    assert "Ends early when since entering: rated a wine" in page


ODD: list[dict[str, Any]] = [
    {},
    {"nodes": [], "start": 3, "entry": "who", "title": "plain", "reentry": ["x"]},
    {"nodes": {"a": 5, "b": {"do": "dance"}, "c": {}}, "start": "a", "entry": {"segment": 7}},
    {"nodes": {"a": {"do": "wait_for", "branches": [{}, 3], "timeout": 5}}, "start": "a"},
    {"nodes": {"a": {"do": "random", "branches": [["a"], 7, ["b", "x"]]}}, "start": "a"},
    {"nodes": {"a": {"do": "random", "branches": 4}, "b": {"do": "split", "if": 3}}, "start": "b"},
    {"nodes": {"a": {"do": "message", "then": "a", "expires": 3, "value": "x"}}, "start": "a"},
    {"nodes": {"a": {"do": "wait", "until": 7, "days": "mon"}, "b": {"do": "set"}}, "start": "a"},
    {"nodes": {"a": {"do": "wait", "until_property": None, "offset": 4}}, "start": "a",
     "exit_when": 4, "holdout": {"percent": "x"}, "entry": {"event": "A", "where": 3}},
    {"nodes": {"a": {"do": "emit", "properties": [1]}, "b": {"do": "jump", "to": 4}}, "start": "a"},
]  # fmt: skip


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
def test_a_draft_with_any_faults_can_still_be_looked_at(wine: Desk, odd: dict[str, Any]) -> None:
    app = wine.app
    with app.db.begin(CLOCK, app.clock.now()) as work:
        app.journeys.drafts.open(work, "win-back")
        app.journeys.drafts.save(work, "win-back", odd)
    assert "to mend" in text_of(wine.get(EDIT, lang="en"))
    assert "需要修正" in text_of(wine.get("/journeys/win-back/publish", lang="zh"))
    wine.get(EDIT, node="")
    for name, body in nodes_in(odd).items():
        expected = 200 if isinstance(body, dict) else 404
        assert wine.browser.get(EDIT, params={"node": name}).status_code == expected, name
    refuses(wine)


def nodes_in(odd: dict[str, Any]) -> dict[str, Any]:
    found = odd.get("nodes")
    return found if isinstance(found, dict) else {}


def steps(desk: Desk) -> list[str]:
    return re.findall(r'data-step="([^"]+)"', desk.get("/journeys/win-back/edit").text)


def test_a_step_is_moved_copied_and_every_change_taken_back(wine: Desk) -> None:
    before = steps(wine)
    edit = "/journeys/win-back/edit"
    assert wine.form(f"{edit}/move", node="pause", to="up").status_code == 303
    assert steps(wine) != before and sorted(steps(wine)) == sorted(before)
    copied = wine.form(f"{edit}/move", node="pause", to="twice")
    assert "node=wait" in copied.headers["location"]
    place = wine.get(edit, node="pause", lang="en").text
    assert "after: " in place and "Undo" in place
    several = wine.form(f"{edit}/move", node="look", to="place", place="pause|then")
    assert several.status_code == 303, "what splits stays where it is, and says so"
    for _ in range(2):
        wine.form(f"{edit}/undo")
    assert steps(wine) == before
    assert "Undo" not in wine.get(edit, lang="en").text
    wine.form(f"{edit}/undo")
    assert steps(wine) == before
