"""Events over HTTP: the tail, one event, the quarantine and all that is done in it."""

import json
import re
from typing import Any

import pytest

from coterie.core.actor import COMMAND
from coterie.storage import audit
from coterie.web.console.events.payload import lines, masked, readable
from web.console.conftest import Desk


def send(desk: Desk, *items: dict[str, Any], source: str = "shop") -> None:
    body = json.dumps({"batch": [{"type": "track", **item} for item in items]}).encode()
    desk.app.door.accept(source, body, "batch", desk.app.clock.now())
    desk.settle()


def seqs(page: str) -> list[int]:
    return [int(seq) for seq in re.findall(r'id="event-(\d+)"', page)]


def test_an_empty_house_teaches_to_send_the_first_event(desk: Desk) -> None:
    page = desk.get("/events", lang="en").text
    assert "curl -u YOUR_WRITE_KEY: http://127.0.0.1:8000/v1/track" in page
    assert "make one under Keys" in page
    assert page.count('id="curl"') == page.count('id="curl-again"') == 1
    with desk.app.db.begin(COMMAND, desk.app.clock.now()) as work:
        desk.app.keys.new(work, "shop")
    assert "Take a write key from Keys" in desk.get("/events", lang="en").text
    send(desk, {"userId": "ada", "event": "Article Read"})
    assert "Send the first event" not in desk.get("/events", lang="en").text


def test_the_tail_shows_the_newest_first_and_turns_its_pages(desk: Desk) -> None:
    send(desk, *({"userId": "ada", "event": f"E{number}"} for number in range(60)))
    page = desk.get("/events", lang="en").text
    found = seqs(page)
    assert len(found) == 25
    assert found == sorted(found, reverse=True)
    assert "hx-sse:connect" in page
    older = re.search(r'href="(/events\?[^"]*before=\d+)"', page)
    assert older is not None
    second = desk.get(older.group(1)).text
    assert seqs(second)[0] < found[-1]
    assert "hx-sse:connect" not in second, "what is past does not move"


def test_the_tail_is_filtered_by_name_person_and_source(desk: Desk) -> None:
    send(desk, {"userId": "ada", "event": "Read"}, {"userId": "bo", "event": "Read"})
    send(desk, {"userId": "ada", "event": "Bought"}, source="till")

    def names(**asked: str) -> list[str]:
        return re.findall(r"data-row>([^<]+)</a> <a[^>]*>(\w+)", desk.get("/events", **asked).text)

    assert names() == [("Bought", "ada"), ("Read", "bo"), ("Read", "ada")]
    assert names(name="Read", person="ada") == [("Read", "ada")]
    assert names(source="till") == [("Bought", "ada")]
    assert names(person="nobody") == []
    assert len(names(own="1")) >= 3


def test_pausing_stops_the_stream_without_a_script(desk: Desk) -> None:
    send(desk, {"userId": "ada", "event": "Read"})
    page = desk.get("/events", pause="1", name="Read", lang="en").text
    assert "hx-sse:connect" not in page
    assert 'href="/events?name=Read"' in page


def test_one_event_is_opened_with_its_payload_and_secrets_masked(desk: Desk) -> None:
    send(desk, {"userId": "ada", "event": "Called",
                "properties": {"minutes": 3, "contact": {"phone": "13800138000"}}})  # fmt: skip
    [seq] = seqs(desk.get("/events").text)
    page = desk.get(f"/events/{seq}", lang="en").text
    assert "13800138000" not in page
    assert "&#34;phone&#34;: &#34;••••••&#34;" in page
    assert "sealed with her own key" in page
    assert "&#34;minutes&#34;: 3" in page
    assert desk.browser.get("/events/999").status_code == 404


def test_counts_and_the_heat_map_are_those_of_four_weeks(desk: Desk) -> None:
    send(desk, *({"userId": "ada", "event": "Read"} for _ in range(3)))
    page = desk.get("/events", lang="en").text
    assert re.search(r'truncate hover:underline" href="/events\?name=Read">Read</a>'
                     r'<span class="number">3</span>', page)  # fmt: skip
    assert "Most happens on Thursday at 8 o&#39;clock" in page


WRONG = {"userId": "ada", "properties": {"price": 12}}


@pytest.fixture
def refused(desk: Desk) -> Desk:
    """Three events without a name, one with a strange time."""
    send(desk, WRONG, WRONG, WRONG, {"userId": "bo", "event": "Read", "timestamp": "tomorrow"})
    return desk


def test_the_quarantine_groups_by_reason(refused: Desk) -> None:
    page = refused.get("/events/quarantine", lang="en").text
    assert "4 events wait" in page
    assert "No event named" in page
    assert "A time that is none" in page
    assert "(4)" in refused.get("/events", lang="en").text


def test_one_is_opened_with_its_reason_at_its_place(refused: Desk) -> None:
    page = refused.get("/events/quarantine/4", lang="en").text
    assert re.search(r"At fault: </span>  &#34;timestamp&#34;: &#34;tomorrow&#34;", page)
    assert "Write it as 2026-01-31" in page
    missing = refused.get("/events/quarantine/1", lang="en").text
    assert re.search(r"At fault: </span>{", missing), "what is missing is marked where it would be"


def test_a_mended_event_comes_in(refused: Desk) -> None:
    wrong = json.dumps({**WRONG, "type": "track", "event": ""})
    again = refused.form("/events/quarantine/1/replay", payload=wrong)
    assert again.status_code == 400
    assert "Still wrong" in refused.browser.post(
        "/events/quarantine/1/replay?lang=en",
        data={"form_token": refused.token(), "payload": wrong},
    ).text  # fmt: skip
    mended = json.dumps({**WRONG, "type": "track", "event": "Bought"})
    done = refused.form("/events/quarantine/1/replay", payload=mended)
    assert done.status_code == 303
    assert done.headers["location"] == "/events/quarantine/reason?code=no_event&path=event"
    refused.settle()
    with refused.app.db.read(COMMAND, refused.app.clock.now()) as work:
        assert refused.app.log.counts(work)["Bought"] == 1
        newest = audit.latest(work, 1)[0]
    assert (newest.verb, newest.object) == ("quarantine.replay", "1")
    assert "let in" in refused.get("/events/quarantine/1", lang="en").text
    assert refused.form("/events/quarantine/1/replay", payload=mended).status_code == 409


def test_all_of_a_reason_are_read_anew_at_once(refused: Desk) -> None:
    done = refused.form("/events/quarantine/replay", code="no_event", field="event")
    assert done.status_code == 303
    page = refused.get(done.headers["location"] + "&lang=en").text
    assert "3 events" in page, "they are still wrong and stay"


def test_giving_up_takes_a_reason(refused: Desk) -> None:
    assert refused.form("/events/quarantine/4/discard", why=" ").status_code == 400
    assert refused.form("/events/quarantine/4/discard", why="a test of ours").status_code == 303
    page = refused.get("/events/quarantine", lang="en").text
    assert "a test of ours" in page
    fields = {"code": "no_event", "field": "event", "why": "old app"}
    assert refused.form("/events/quarantine/discard", **fields).status_code == 303
    assert "Nothing is in quarantine" in refused.get("/events/quarantine", lang="en").text
    assert refused.app.inbox.count_refused() == 0


def test_a_reason_is_handed_out_line_by_line(refused: Desk) -> None:
    answer = refused.get("/events/quarantine/download?code=no_event&path=event")
    told = [json.loads(line) for line in answer.text.splitlines()]
    assert [one["id"] for one in told] == [1, 2, 3]
    assert told[0]["payload"]["properties"] == {"price": 12}
    assert told[0]["source"] == "shop"


def test_what_came_is_escaped_everywhere(desk: Desk) -> None:
    evil = "<script>alert(1)</script>"
    send(desk, {"userId": evil, "event": evil, "properties": {evil: evil}})
    send(desk, {"userId": evil, "timestamp": evil, "event": evil}, {"event": evil})
    for path in ("/events", "/events/1", "/events/quarantine", "/events/quarantine/1",
                 "/events/quarantine/reason?code=invalid_time&path=timestamp"):  # fmt: skip
        assert evil not in desk.get(path).text, path


def test_another_site_can_send_no_form(refused: Desk) -> None:
    answer = refused.browser.post("/events/quarantine/replay", data={"code": "no_event"})
    assert answer.status_code == 403
    assert len(refused.app.inbox.quarantine.items(code="no_event", only_open=True)) == 3


@pytest.mark.parametrize(
    "path",
    ["/events?before=-1", "/events?name=" + "x" * 300, "/events/quarantine/reason?code=a&page=-1"],
)
def test_what_is_no_page_is_said_so(desk: Desk, path: str) -> None:
    assert desk.browser.get(path).status_code == 400


def test_a_payload_that_is_no_json_is_shown_as_it_came() -> None:
    assert readable(b'{"a":') == '{"a":'
    assert readable(b'{"a":"\\u5c0f"}') == '{\n  "a": "小"\n}', "escaped letters can be read"
    assert [(line.text, line.marked) for line in lines(b"{x", "event")] == [("{x", True)]


def test_the_marked_lines_are_the_whole_value() -> None:
    raw = b'{"a": {"b": [1, {"c": 2}]}, "d": 3}'
    marked = [line.text.strip() for line in lines(raw, "a.b[1]") if line.marked]
    assert marked == ["{", '"c": 2', "}"]
    assert not [line for line in lines(raw) if line.marked]
    assert [line.text for line in lines(raw, "a.zzz") if line.marked] == ['  "a": {']


def test_a_mask_never_covers_what_is_there() -> None:
    assert masked({"a": [1]}, ["a[0].b"]) == {"a": [1]}
    assert masked({"a": 1}, ["a"]) == {"a": 1}
