"""The pages on who is one person: the queue, one person's identities, merges and their reverse."""

import re

from coterie.core.actor import COMMAND
from coterie.messaging.model import Request, Template
from web.console.conftest import Desk
from web.console.test_people import receive, uid_of

PHONE = "13800138000"


def people(desk: Desk) -> int:
    with desk.app.db.read(COMMAND, desk.app.clock.now()) as work:
        return desk.app.profiles.count(work)


def events_of(desk: Desk, user_id: str) -> int:
    with desk.app.db.read(COMMAND, desk.app.clock.now()) as work:
        profile = desk.app.profiles.find(work, "user_id", user_id)
        assert profile is not None
        timeline = desk.app.log.timelines(work, [profile])[profile]
        return sum(event.name == "Article Read" for event in timeline)


def household(desk: Desk) -> None:
    """A mother and a son give the same phone number; each read something."""
    for user in ("mother", "son"):
        receive(
            desk,
            {"type": "identify", "userId": user, "traits": {"name": user, "phone": PHONE}},
            {"userId": user, "event": "Article Read", "properties": {"item_id": "a1"}},
        )


def test_an_empty_queue_teaches(desk: Desk) -> None:
    assert "Nothing is in doubt" in desk.get("/identities").text


def test_a_shared_phone_waits_masked_and_becomes_one_person_by_decision(desk: Desk) -> None:
    household(desk)
    page = desk.get("/identities").text
    assert "mother" in page and "son" in page
    assert "+86****8000" in page and PHONE not in page
    [review] = re.findall(r'action="/identities/(\d+)"', page)[:1]
    assert people(desk) == 2
    assert desk.form(f"/identities/{review}", answer="together").status_code == 303
    desk.settle()
    assert people(desk) == 1 and events_of(desk, "son") == 2
    assert "Decided last" in desk.get("/identities").text
    assert desk.form(f"/identities/{review}", answer="apart").status_code == 303
    desk.settle()
    assert people(desk) == 2 and events_of(desk, "son") == 1


def test_a_decision_that_is_none_is_refused(desk: Desk) -> None:
    household(desk)
    [review] = re.findall(r'action="/identities/(\d+)"', desk.get("/identities").text)[:1]
    assert desk.form(f"/identities/{review}", answer="perhaps").status_code == 400
    assert desk.form("/identities/999", answer="apart").status_code == 404
    assert people(desk) == 2


def test_joined_by_hand_and_taken_back(desk: Desk) -> None:
    for user in ("u1", "u2"):
        receive(desk, {"userId": user, "event": "Article Read", "properties": {"item_id": "a1"}})
    uid = uid_of(desk, "u1")
    answer = desk.form(f"/people/{uid}/identities/join", other="u2")
    assert answer.status_code == 303, answer.text
    desk.settle()
    assert people(desk) == 1 and events_of(desk, "u2") == 2
    page = desk.get(f"/people/{uid}/identities").text
    assert "joined by hand" in page and "u2" in page
    [merge] = re.findall(r'/merges/(\d+)"', page)
    assert "no message went out" in desk.get(f"/people/{uid}/merges/{merge}").text
    assert desk.form(f"/people/{uid}/merges/{merge}/undo").status_code == 303
    desk.settle()
    assert people(desk) == 2 and events_of(desk, "u2") == 1
    assert "taken back" in desk.get(f"/people/{uid}/identities").text
    assert desk.form(f"/people/{uid}/merges/{merge}/undo").status_code == 409


def test_what_cannot_be_undone_is_listed(desk: Desk) -> None:
    receive(desk, {"userId": "u1", "event": "Consent Given"}, {"userId": "u2", "event": "Seen"})
    uid = uid_of(desk, "u1")
    assert desk.form(f"/people/{uid}/identities/join", other="u2").status_code == 303
    desk.settle()
    house, now = desk.app, desk.app.clock.now()
    with house.db.begin(COMMAND, now) as work:
        profile = house.profiles.by_uid(work, uid)
        assert profile is not None
        template = Template(name="hello", channel="sandbox", subject="Good evening", text="Hello")
        house.messaging.define_template(work, template)
        asked = Request(profile=profile, key="k1", origin="tests", channel="sandbox",
                        template="hello", touch="service", purpose="marketing")  # fmt: skip
        house.messaging.send(work, [asked])
    desk.settle()
    [merge] = re.findall(r'/merges/(\d+)"', desk.get(f"/people/{uid}/identities").text)
    assert "Good evening" in desk.get(f"/people/{uid}/merges/{merge}").text


def test_identities_are_taken_out_by_ticking(desk: Desk) -> None:
    receive(desk, {"userId": "u1", "anonymousId": "d1", "event": "Seen"})
    receive(desk, {"type": "alias", "userId": "u1", "previousId": "u2"})
    receive(desk, {"userId": "u2", "event": "Article Read", "properties": {"item_id": "a1"}})
    uid = uid_of(desk, "u1")
    assert people(desk) == 1
    page = desk.get(f"/people/{uid}/identities").text
    row = next(row for row in page.split("<tr>") if "u2" in row and "identity-" in row)
    [name] = re.findall(r'name="(identity-\d+)"', row)
    assert desk.form(f"/people/{uid}/identities/apart").status_code == 400
    assert desk.form(f"/people/{uid}/identities/apart", **{name: "1"}).status_code == 303
    desk.settle()
    assert people(desk) == 2 and events_of(desk, "u1") == 0 and events_of(desk, "u2") == 1


def test_nobody_is_joined_with_a_stranger_or_herself(desk: Desk) -> None:
    receive(desk, {"userId": "u1", "event": "Seen"})
    uid = uid_of(desk, "u1")
    assert desk.form(f"/people/{uid}/identities/join", other="nobody").status_code == 404
    assert desk.form(f"/people/{uid}/identities/join", other="").status_code == 404
    assert desk.form(f"/people/{uid}/identities/join", other="u1").status_code == 400
    assert desk.get(f"/people/{uid}/identities").text.count("no merge was needed") == 1
