"""What the collectors, the JSON API and the forms answer to bad input: a check for each row."""

import gzip
from typing import Any

from coterie.events.calls import MAX_EVENT_BYTES
from coterie.events.wire import MAX_BODY_BYTES, MAX_EVENTS
from docs.town import JSON, PASSWORD, Answer, Check, Town

TRACK: dict[str, Any] = {"userId": "ada", "event": "Wine Rated"}
ITEM: dict[str, Any] = {"type": "track", **TRACK}


def deep(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = {"a": value}
    return value


def disabled_key(town: Town) -> Answer:
    with town.work() as work:
        key = town.house.app.keys.new(work, "old")
        [made] = [one for one in town.house.app.keys.all(work) if one.source == "old"]
        town.house.app.keys.disable(work, made.id)
    return town.collect("track", TRACK, auth=(key, ""))


def seen_before(town: Town) -> Answer:
    town.collect("track", {**TRACK, "messageId": "m-1"})
    return town.collect("track", {**TRACK, "messageId": "m-1"})


def an_address_in_a_property(town: Town) -> Answer:
    sent = {**TRACK, "userId": "eve", "properties": {"note": "ask eve@example.com", "rating": 4}}
    answer = town.collect("track", sent)
    [event] = town.house.events("eve")
    assert event.properties == {"rating": 4}
    return Answer(answer.said, "all of it, the value sealed")


def flood(town: Town) -> Answer:
    answer = town.collect("track", TRACK)
    while answer.said == "200":
        response = town.visitor.post("/v1/track", json=TRACK, auth=(town.key, ""))
        if response.status_code != 200:
            assert int(response.headers["Retry-After"]) >= 1
            answer = town.collect("track", TRACK)
    town.house.advance(minutes=1)
    return answer


def posthog(query: str = "", **body: Any) -> Check:
    def check(town: Town) -> Answer:
        given = {"api_key": town.key, "event": "Wine Rated", "distinct_id": "ada", **body}
        sent = {name: value for name, value in given.items() if value is not None}
        return town.ask("POST", f"/capture/{query}", sent)

    return check


COLLECTORS: dict[str, Check] = {
    "key-missing": lambda town: town.collect("track", TRACK, auth=None),
    "key-wrong": lambda town: town.collect("track", TRACK, auth=("wk_no", "")),
    "key-disabled": disabled_key,
    "key-flood": flood,
    "body-empty": lambda town: town.collect("track", ""),
    "body-not-json": lambda town: town.collect("track", "{"),
    "body-not-object": lambda town: town.collect("track", []),
    "body-large": lambda town: town.collect("track", b"x" * (MAX_BODY_BYTES + 1)),
    "body-bomb": lambda town: town.collect(
        "track",
        gzip.compress(b" " * (MAX_BODY_BYTES + 1)),
        headers={"content-encoding": "gzip"},
    ),
    "body-gzip": lambda town: town.collect(
        "track", gzip.compress(b"{}")[:-4], headers={"content-encoding": "gzip"}
    ),
    "body-encoding": lambda town: town.collect("track", TRACK, headers={"content-encoding": "br"}),
    "call-unknown": lambda town: town.collect("follow", TRACK),
    "call-method": lambda town: town.ask("GET", "/v1/track"),
    "batch-empty": lambda town: town.collect("batch", {"batch": []}),
    "batch-many": lambda town: town.collect("batch", {"batch": [ITEM] * (MAX_EVENTS + 1)}),
    "batch-sent-at": lambda town: town.collect("batch", {"batch": [ITEM], "sentAt": "soon"}),
    "batch-context": lambda town: town.collect(
        "batch", {"batch": [ITEM] * 1_000, "context": {"page": "x" * 20_000}}
    ),
    "batch-some-bad": lambda town: town.collect("batch", {"batch": [ITEM, {"type": "track"}]}),
    "batch-all-bad": lambda town: town.collect("batch", {"batch": [{"type": "track"}]}),
    "type-missing": lambda town: town.collect("batch", {"batch": [TRACK]}),
    "type-unknown": lambda town: town.collect("batch", {"batch": [{**TRACK, "type": "buy"}]}),
    "ids-missing": lambda town: town.collect("track", {"event": "Wine Rated"}),
    "event-missing": lambda town: town.collect("track", {"userId": "ada"}),
    "event-reserved": lambda town: town.collect("track", {**TRACK, "event": "coterie.tagged"}),
    "event-long": lambda town: town.collect("track", {**TRACK, "event": "e" * 256}),
    "event-large": lambda town: town.collect(
        "track", {**TRACK, "properties": {"x": "y" * MAX_EVENT_BYTES}}
    ),
    "event-deep": lambda town: town.collect("track", {**TRACK, "properties": deep(65)}),
    "properties-type": lambda town: town.collect("track", {**TRACK, "properties": [1]}),
    "time-unreadable": lambda town: town.collect("track", {**TRACK, "timestamp": "noon"}),
    "time-digits": lambda town: town.collect("track", {**TRACK, "timestamp": "20260131"}),
    "time-week": lambda town: town.collect("track", {**TRACK, "timestamp": "2026-W05"}),
    "time-too-old": lambda town: town.collect("track", {**TRACK, "timestamp": "1969-12-31"}),
    "id-long": lambda town: town.collect("track", {**TRACK, "userId": "u" * 256}),
    "message-id-long": lambda town: town.collect("track", {**TRACK, "messageId": "m" * 100}),
    "message-id-again": seen_before,
    "group-id-missing": lambda town: town.collect("group", {"userId": "ada"}),
    "previous-id-missing": lambda town: town.collect("alias", {"userId": "ada"}),
    "alias-user-missing": lambda town: town.collect(
        "alias", {"previousId": "a1", "anonymousId": "a2"}
    ),
    "posthog-key": posthog(api_key=None),
    "posthog-ids": posthog(distinct_id=None),
    "posthog-event": posthog(event=None),
    "posthog-packing": posthog("?compression=lz64"),
    "personal-data": an_address_in_a_property,
    "host-unknown": lambda town: town.ask("GET", "/health", headers={"host": "evil.example"}),
}


def no_session(town: Town) -> Answer:
    return town.ask("GET", "/api/report", headers={"x-forwarded-for": "192.0.2.1"})


def item(**parts: Any) -> Check:
    return lambda town: town.api("items", {"items": [{"key": "barolo", **parts}]})


API: dict[str, Check] = {
    "api-no-session": no_session,
    "api-content-type": lambda town: town.api("segments/x", {"rule": {}}, headers={}),
    "api-other-site": lambda town: town.api(
        "segments/x", {"rule": {}}, headers={**JSON, "origin": "https://evil.example"}
    ),
    "api-body-empty": lambda town: town.api("segments/x", ""),
    "api-body-not-json": lambda town: town.api("segments/x", "{"),
    "api-body-large": lambda town: town.api("segments/x", " " * 1_000_001),
    "api-key-unknown": lambda town: town.api("segments/x", {"rul": {"everyone": True}}),
    "api-address": lambda town: town.ask("GET", "/api/nothing"),
    "api-method": lambda town: town.ask("DELETE", "/api/items"),
    "api-slug": lambda town: town.api("segments/Big Spenders", {"rule": {"everyone": True}}),
    "api-segment-unknown": lambda town: town.ask("GET", "/api/segments/nosuch/members"),
    "api-person-unknown": lambda town: town.ask("GET", "/api/people/nobody"),
    "api-recommendations": lambda town: town.ask(
        "GET", "/api/people/nobody/recommendations?limit=1000"
    ),
    "api-item-unknown": lambda town: town.ask("GET", "/api/items/nosuch"),
    "api-page": lambda town: town.ask("GET", "/api/segments/everybody/members?limit=0"),
    "api-at": lambda town: town.ask("GET", "/api/segments/everybody/members?at=2199-01-01"),
    "api-list-name": lambda town: town.api("lists/My List", {"identities": ["ada"]}),
    "api-list-both": lambda town: town.api("lists/vip", {}),
    "api-list-identity": lambda town: town.api("lists/vip", {"identities": ["a", ["email", "b"]]}),
    "api-list-unknown": lambda town: town.ask("GET", "/api/lists/nosuch"),
    "api-page-type": lambda town: town.ask("GET", "/api/segments/everybody/members?limit=all"),
    "items-none": lambda town: town.api("items", {"items": []}),
    "items-many": lambda town: town.api("items", {"items": [{"key": "a"}] * 1_001}),
    "item-key-missing": item(key=" "),
    "item-key-long": item(key="k" * 201),
    "item-key-unknown": item(colour="red"),
    "item-kind": item(kind="Red Wine"),
    "item-topic": item(topics=["wine//italy"]),
    "item-price": item(price="dear"),
    "item-price-negative": item(price=-1),
    "item-url-long": item(url="https://example.com/" + "x" * 2_000),
    "items-one-bad": lambda town: town.api(
        "items", {"items": [{"key": "good"}, {"key": "bad", "price": "dear"}]}
    ),
}


def stale_form(town: Town) -> Answer:
    return town.ask("POST", "/consent", "choice=allow", headers={
        "content-type": "application/x-www-form-urlencoded"
    })  # fmt: skip


def form_elsewhere(town: Town) -> Answer:
    return town.form("/consent", {"choice": "allow"}, headers={"origin": "https://evil.example"})


def form_long(town: Town) -> Answer:
    return town.form("/consent", {"choice": "allow", "token": "x" * 17_000})


def form_many_fields(town: Town) -> Answer:
    return town.form("/consent", {"choice": "allow", **{f"f{n}": "" for n in range(40)}})


def no_owner(town: Town) -> Answer:
    return town.form("/sign-in", {"name": "ada", "password": "guess"})


def owned(town: Town) -> None:
    with town.work() as work:
        if not town.house.app.accounts.exists(work):
            town.house.app.accounts.create_owner(work, "ada", PASSWORD)


def wrong_password(town: Town) -> Answer:
    owned(town)
    return town.form("/sign-in", {"name": "ada", "password": "guess"})


def many_passwords(town: Town) -> Answer:
    owned(town)
    guard = town.house.app.accounts.guard
    for _ in range(guard.per_account):
        town.form("/sign-in", {"name": "ada", "password": "guess"})
    answer = town.form("/sign-in", {"name": "ada", "password": PASSWORD})
    town.house.advance(minutes=16)
    return answer


def desk_page(town: Town) -> Answer:
    owned(town)
    return town.ask("GET", "/messages")


def api_of_a_house_with_an_owner(town: Town) -> Answer:
    owned(town)
    return town.ask("GET", "/api/report")


FORMS: dict[str, Check] = {
    "form-token": stale_form,
    "form-elsewhere": form_elsewhere,
    "form-long": form_long,
    "form-fields": form_many_fields,
    "consent-choice": lambda town: town.form("/consent", {"choice": "maybe"}),
    "invitation-answer": lambda town: town.form("/i/nosuch", {"answer": "maybe"}),
    "invitation-token": lambda town: town.form("/i/nosuch", {"answer": "accept"}),
    "poll-token": lambda town: town.form("/q/nosuch", {"answer": "red"}),
    "link-token": lambda town: town.ask("GET", "/t/nosuch"),
    "article-unknown": lambda town: town.ask("GET", "/a/nosuch"),
    "messages-status": lambda town: town.ask("GET", "/messages?status=lost"),
    "sign-in-no-owner": no_owner,
}

SIGN_IN: dict[str, Check] = {
    "api-owner": api_of_a_house_with_an_owner,
    "sign-in-wrong": wrong_password,
    "sign-in-often": many_passwords,
    "desk-stranger": desk_page,
}
