"""Data protection at the desk and on her own page: requests, proofs, consent by one tap."""

import re
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest

from coterie.core.actor import CLOCK, COMMAND
from coterie.core.clock import DAY
from coterie.messaging.channel import Channel
from coterie.messaging.model import Request, Template, Touch
from coterie.testing.channels import MemoryChannel
from web.console.conftest import Desk
from web.test_reader_pages import press

LAN = "member-0007-lan"
PHONE = "13800138007"


@pytest.fixture
def lan(desk: Desk) -> Desk:
    """A house where one person is known, reachable and agrees."""
    body = {
        "batch": [
            {"type": "identify", "userId": LAN, "traits": {"phone": PHONE, "name": "Lan Zhou"}},
            {"type": "track", "userId": LAN, "event": "Consent Given"},
        ]
    }
    desk.app.door.accept("shop", msgspec.json.encode(body), "batch", desk.app.clock.now())
    channels: dict[str, Channel] = {name: MemoryChannel(name) for name in ("email", "sandbox")}
    desk.app.messaging.channels = channels
    desk.settle()
    return desk


def profile(desk: Desk) -> int:
    with desk.app.db.read(CLOCK, desk.app.clock.now()) as work:
        found = desk.app.profiles.find(work, "user_id", LAN)
    assert found is not None
    return found


def uid(desk: Desk) -> str:
    with desk.app.db.read(CLOCK, desk.app.clock.now()) as work:
        return desk.app.profiles.uid(work, [profile(desk)])[profile(desk)]


def page(desk: Desk, channel: str = "sandbox", **more: Any) -> str:
    said = {"profile": profile(desk), "purpose": "marketing", "channel": channel, **more}
    return f"/u/{desk.app.codes.sign('preferences', said)}"


def allows(desk: Desk, channel: str) -> bool:
    with desk.app.db.read(CLOCK, desk.app.clock.now()) as work:
        return bool(desk.app.profiles.consenting(work, [profile(desk)], "marketing", channel))


# Her own page


def test_one_tap_withdraws_and_one_tap_gives_again(lan: Desk) -> None:
    first = lan.get(page(lan), lang="en")
    assert "No more by sandbox" in first.text
    assert allows(lan, "sandbox") and allows(lan, "email")
    done = press(lan.browser, first, "withdraw")
    assert done.status_code == 200
    assert "It holds from now on" in done.text
    assert not allows(lan, "sandbox") and allows(lan, "email")
    again = press(lan.browser, done, "give")
    assert "Thank you" in again.text
    assert allows(lan, "sandbox")
    with lan.app.db.read(CLOCK, lan.app.clock.now()) as work:
        word = lan.app.profiles.consent_words(work, profile(lan))[0]
    assert (word.source, word.version) == ("preferences", "2026-11")
    assert word.wording == "You may write to me with news and offers."
    assert word.evidence is not None and word.evidence.startswith("link ")


def test_looking_changes_nothing_and_a_mail_program_needs_no_page(lan: Desk) -> None:
    lan.browser.head(page(lan))
    lan.get(page(lan))
    assert allows(lan, "sandbox")
    stranger = lan.browser.post(page(lan), content="List-Unsubscribe=One-Click",
                                headers={"content-type": "application/x-www-form-urlencoded",
                                         "sec-fetch-site": "cross-site"})  # fmt: skip
    assert (stranger.status_code, stranger.text) == (200, "")
    assert not allows(lan, "sandbox") and allows(lan, "email")
    parts = lan.browser.post(page(lan, "email"), files={"List-Unsubscribe": (None, "One-Click")})
    assert parts.status_code == 200
    assert not allows(lan, "email")
    assert lan.browser.post(page(lan), content="x=1").status_code == 400


def test_a_link_that_was_changed_leads_nowhere(lan: Desk) -> None:
    assert lan.browser.get(f"{page(lan)[:-2]}AA").status_code == 404
    other = f"/u/{lan.app.codes.sign('invitation', {'profile': 1})}"
    assert lan.browser.get(other).status_code == 404


def test_a_withdrawal_holds_for_what_waits_already(lan: Desk) -> None:
    """Withdrawn at 10:00:00; what was queued for 10:00:01 does not go out."""
    app, now = lan.app, lan.app.clock.now()
    with app.db.begin(COMMAND, now) as work:
        app.messaging.define_template(work, Template("hello", "Hello"))
        ask = Request(profile(lan), "sandbox", "hello", "commercial", "k1", "test")
        [message] = app.messaging.send(work, [ask]).messages
    assert message.status == "queued"
    press(lan.browser, lan.get(page(lan)), "withdraw")
    with app.db.begin(CLOCK, message.due + 1_000) as work:
        leased = app.messaging.lease(work, 10)
        assert leased.deliveries == []
        assert app.messaging.find(work, message.id).reason == "no_consent"


def test_she_may_want_nothing_chosen_for_her(lan: Desk) -> None:
    app, now = lan.app, lan.app.clock.now()
    first = lan.get(page(lan), lang="en")
    assert "Choose nothing for me" in first.text
    form = re.findall(r"<form.*?</form>", first.text, re.DOTALL)
    about = next(one for one in form if "personalisation" in one)
    token = re.search(r'name="form_token" value="([^"]+)"', about)
    assert token is not None
    fields = {"form_token": token[1], "about": "personalisation/*", "answer": "withdraw"}
    done = lan.browser.post(f"{page(lan)}/choose", data=fields)
    assert "Choose for me again" in done.text
    asked: list[tuple[str, Touch, bool]] = [
        ("plain", "commercial", True),
        ("plain", "commercial", False),
        ("named", "commercial", False),
        ("city", "commercial", False),
        ("plain", "service", True),
    ]
    requests = [
        Request(profile(lan), "sandbox", template, touch, f"{n}", "test", personalised=chosen)
        for n, (template, touch, chosen) in enumerate(asked)
    ]
    with app.db.begin(COMMAND, now) as work:
        app.messaging.define_template(work, Template("plain", "Hello"))
        app.messaging.define_template(work, Template("named", "Hello {{ traits.name }}"))
        app.messaging.define_template(work, Template("city", "In {{ traits.city }}"))
        told = [(m.status, m.reason) for m in app.messaging.send(work, requests).messages]
    held = ("held", "non_personalised")
    assert told == [held, ("queued", None), ("queued", None), held, ("queued", None)]


def test_her_data_goes_out_by_a_link_of_her_own_only(lan: Desk) -> None:
    passed_on = lan.get(page(lan), lang="en")
    assert "Download my data" not in passed_on.text
    refused = lan.browser.post(f"{page(lan)}/data", data={"form_token": lan.token()})
    assert refused.status_code == 403
    made = lan.form(f"/protection/people/{uid(lan)}/link")
    address = re.search(r"http[^<]+/u/[^<]+", made.text)
    assert address is not None
    hers = lan.browser.get(urlsplit(address[0]).path, params={"lang": "en"})
    token = re.search(r'name="form_token" value="([^"]+)"', hers.text)
    assert token is not None
    data = lan.browser.post(f"{urlsplit(address[0]).path}/data", data={"form_token": token[1]})
    document = msgspec.json.decode(data.content)
    assert document["format"] == "coterie.person/1"
    assert document["traits"]["name"] == "Lan Zhou"
    assert {one["kind"]: one["value"] for one in document["identities"]}["user_id"] == LAN
    assert [word["given"] for word in document["consent"]] == [True]
    assert [one["name"] for one in document["events"]] == ["coterie.identified", "Consent Given"]
    assert "messaging" in document["rooms"]
    lan.app.clock.set(lan.app.clock.now() + 8 * DAY)  # type: ignore[attr-defined]
    assert lan.browser.get(urlsplit(address[0]).path).status_code == 404


# At the desk


def test_a_request_is_asked_for_answered_and_proven(lan: Desk) -> None:
    found = lan.get("/protection", q=PHONE, lang="en")
    assert "Lan Zhou" in found.text or "She asks to be erased" in found.text
    asked = lan.form("/protection", person=uid(lan))
    place = asked.headers["location"]
    assert "waits for an answer" in lan.get(place, lang="en").text
    assert lan.browser.get(f"{place}/proof.json").status_code == 409
    assert lan.form(f"{place}/begin").status_code == 400, "the box has to be ticked"
    assert lan.form(f"{place}/begin", sure="yes").status_code == 303
    for _ in range(6):
        lan.settle()
    told = lan.get(place, lang="en").text
    assert "erased and proven" in told
    assert "Lan" not in told
    proof = lan.get(f"{place}/proof.json").json()
    assert proof["search"]["hits"] == 0
    assert proof["asked"]["way"] == "console"
    assert lan.browser.get(f"/people/{uid_of(proof)}").status_code == 404
    assert lan.form(f"{place}/lift", reason="").status_code == 400
    assert lan.form(f"{place}/lift", reason="she called").status_code == 303
    assert "may come in again" in lan.get(place, lang="en").text
    assert "erased; may come in again" in lan.get("/protection", lang="en").text


def uid_of(proof: dict[str, Any]) -> str:
    return str(proof["person"])


def test_a_request_of_hers_waits_for_an_owner_and_may_be_declined(lan: Desk) -> None:
    first = lan.get(page(lan), lang="en")
    token = re.search(r'name="form_token" value="([^"]+)"', first.text)
    assert token is not None
    refused = lan.browser.post(f"{page(lan)}/erase", data={"form_token": token[1]})
    assert refused.status_code == 400
    sent = lan.browser.post(f"{page(lan)}/erase", data={"form_token": token[1], "sure": "yes"})
    assert "We answer" in sent.text
    listed = lan.get("/protection", lang="en").text
    place = re.search(r"/protection/[0-9a-f-]{36}", listed)
    assert place is not None
    assert lan.form(f"{place[0]}/decline").status_code == 400
    assert lan.form(f"{place[0]}/decline", reason="a bill is open").status_code == 303
    assert "a bill is open" in lan.get(place[0], lang="en").text
    assert lan.form(f"{place[0]}/begin", sure="yes").status_code == 409


def test_the_api_hands_a_person_out(lan: Desk) -> None:
    by_user = lan.get(f"/api/people/{LAN}/export").json()
    by_uid = lan.get(f"/api/people/{uid(lan)}/export").json()
    assert by_user["traits"] == by_uid["traits"] == {"name": "Lan Zhou", "phone": PHONE}
    assert lan.browser.get("/api/people/nobody/export").status_code == 404
    assert "took all data of a person" in lan.get("/audit", lang="en").text
