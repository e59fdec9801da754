"""The pages of guides and stores over HTTP: who serves, whose customer, whose work, handed over."""

import json
import re

import pytest

from coterie.core.actor import COMMAND
from coterie.core.clock import format_time
from web.console.conftest import Desk


def sow(desk: Desk) -> None:
    """Open a store with two guides by the desk's own forms; one customer, one order."""
    desk.form("/stores/regions", id="east", title="East")
    desk.form("/stores", id="bund", title="The Bund", region="east", place="31.24, 121.49",
              hours="1-7=10:00-22:00")  # fmt: skip
    for name in ("Ann", "Bea"):
        desk.form("/guides", name=name, userid=name.lower(), store="bund")
    happen(desk, "Contact Added", guide="ann")
    happen(desk, "Order Completed", shop="till", order_id="7", total=80, currency="CNY")


def happen(desk: Desk, event: str, **properties: object) -> None:
    item = {
        "type": "track", "userId": "u1", "event": event, "properties": properties,
        "timestamp": format_time(desk.app.clock.now()), "messageId": event,
    }  # fmt: skip
    desk.app.door.accept("till", json.dumps(item).encode(), "track", desk.app.clock.now())
    desk.settle()


@pytest.fixture
def staffed(desk: Desk) -> Desk:
    sow(desk)
    return desk


def uid(desk: Desk) -> str:
    found = re.search(r'href="/bindings/([0-9a-f-]{36})"', desk.get("/bindings").text)
    assert found is not None
    return found.group(1)


def test_the_first_pages_teach(desk: Desk) -> None:
    for path in ("/guides", "/stores", "/bindings", "/credit", "/leaderboard", "/handovers"):
        assert "Guides and stores" in desk.get(path).text
    assert "coterie guides import" in desk.get("/guides").text


def test_what_the_forms_write_stands_on_the_pages(staffed: Desk) -> None:
    page = staffed.get("/guides", region="east").text
    assert "Ann" in page and "The Bund" in page
    assert "Ann" not in staffed.get("/guides", q="bea").text
    store = staffed.get("/stores/bund").text
    assert "10:00-22:00" in store and "Bea" in store
    assert staffed.form("/stores", id="BAD NAME", title="x").status_code == 400
    again = staffed.form("/guides/bea", name="Beatrix", userid="ann")
    assert again.status_code == 400 and "Beatrix" not in staffed.get("/guides").text
    item = None
    with staffed.app.db.read(COMMAND, staffed.app.clock.now()) as work:
        item = staffed.app.catalog.item(work, "bund")
    assert item is not None and (item.kind, item.properties["lat"]) == ("store", 31.24)


def test_any_order_says_whose_work_it_was_and_why_not_anothers(staffed: Desk) -> None:
    assert "Ann" in staffed.get("/credit", q="7").text
    page = staffed.get("/credit/till/7", guide="bea").text
    assert "100 %" in page and "The customer was hers when this was paid." in page
    assert "Nothing ever happened between her and this customer." in page
    assert staffed.browser.get("/credit/till/8").status_code == 404


def test_giving_her_to_another_is_seen_before_it_is_done(staffed: Desk) -> None:
    who = uid(staffed)
    preview = staffed.get(f"/bindings/{who}", to="bea").text
    assert "instead of" in preview
    staffed.form(f"/bindings/{who}", guide="bea", how="chosen")
    staffed.settle()
    assert "the customer&#39;s own choice" in staffed.get(f"/bindings/{who}").text
    assert "Bea" in staffed.get("/bindings", guide="bea").text
    rules = {"protection": "10", "validity": "5"}
    refused = staffed.form("/bindings/rules", **rules)
    assert refused.status_code == 400


def test_who_leaves_is_handed_over_by_a_wizard_that_says_what_it_will_do(staffed: Desk) -> None:
    answer = staffed.form("/guides/ann/leave")
    assert answer.headers.get("location", str(answer.url)).endswith("/handovers/new?giver=ann")
    staffed.settle()
    assert "in trust" in staffed.get("/bindings").text
    preview = staffed.get("/handovers/new", giver="ann", taker="bea").text
    assert "moved at once" in preview
    staffed.form("/handovers/new", giver="ann", taker="bea")
    staffed.settle()
    assert "Bea" in staffed.get("/bindings").text
    assert "finished" in staffed.get("/handovers").text
    assert "1" in staffed.get("/leaderboard", by="store").text


def test_codes_follow_a_guide_who_is_edited_at_the_desk(staffed: Desk) -> None:
    app = staffed.app
    channel = app.scanning.channel

    def due() -> list[str]:
        with app.db.begin(COMMAND, app.clock.now()) as work:
            found = channel.wanted(work, 10)
            channel.worked_out(work, found)
            return [one.state for one in found]

    with app.db.begin(COMMAND, app.clock.now()) as work:
        state = channel.make(work, {"title": "Till", "guides": ["ann"], "spare": ["bea"]}).state
    assert due() == [state] and due() == []
    staffed.form("/guides/ann", name="Ann Li", userid="ann", store="bund")
    assert due() == [state], "her store may be another one"
    staffed.form("/guides/bea", name="Bea", userid="bea", store="bund")
    assert due() == [state], "the spare one counts too"
    staffed.form("/guides/ann/leave")
    assert due() == [state] and due() == []
