from collections.abc import Callable
from dataclasses import replace

import pytest

from coterie.core.actor import CLOCK
from coterie.core.errors import Invalid, NotFound
from coterie.messaging.looking.model import Wanted
from coterie.messaging.model import Template
from coterie.messaging.store import message_rows
from coterie.storage.work import Work
from messaging.conftest import Desk, at, request, statuses


def test_a_message_is_queued_sealed_and_written_when_it_goes(desk: Desk) -> None:
    sent = desk.send(request(variables={"profile": {"name": "Ada"}}, run_key="o-1"))
    (message,) = desk.of(1)
    assert sent.messages == [replace(message, subject="", text="")]
    assert sent.facts == []
    with desk.database.read(CLOCK, desk.now) as work:
        assert "Ada" not in repr(tuple(work.connection.execute(message_rows.select()).one()))
    assert (message.status, message.due, message.at) == ("queued", desk.now, desk.now)
    assert (message.subject, message.text) == ("Vineyard", "Dear Ada")
    desk.now += 1
    desk.deliver()
    (fact,) = desk.facts
    assert fact.name == "coterie.message.sent"
    assert fact.profile == 1
    assert fact.properties == {
        "message": message.id,
        "origin": "journey:win-back",
        "node": "hello",
        "channel": "email",
        "template": "hello",
        "touch": "emotional",
        "run_key": "o-1",
        "asked": desk.now - 1,
        "receipt": "accepted",
    }
    with desk.database.read(CLOCK, desk.now) as work:
        row = work.connection.execute(message_rows.select()).one()
    assert "Ada" not in repr(tuple(row))


def test_the_same_key_is_the_same_message(desk: Desk) -> None:
    first = desk.send(request(), request())
    assert first.messages[0] == first.messages[1]
    desk.deliver()
    again = desk.send(request(template="missing"), request(key="k2", shadow=True))
    assert again.messages[0].id == first.messages[0].id
    assert again.messages[0].status == "sent"
    assert [fact.properties["message"] for fact in again.facts] == [again.messages[1].id]
    assert len(desk.of(1)) == 2


def test_held_with_the_reason_and_told(desk: Desk) -> None:
    desk.people.people[2].email = None
    desk.people.people[3].consents = set()
    sent = desk.send(
        request(2, "a"),
        request(3, "b"),
        request(1, "c", template="missing"),
        request(1, "d", template="only-sms"),
        request(1, "e", channel="pigeon"),
        request(99, "g"),
        request(99, "h", channel="sms", touch="service"),
    )
    assert statuses(sent.messages) == [
        ("held", "no_address"),
        ("held", "no_consent"),
        ("held", "no_template"),
        ("held", "no_template"),
        ("held", "no_channel"),
        ("held", "no_address"),
        ("held", "no_address"),
    ]
    assert {fact.name for fact in sent.facts} == {"coterie.message.held"}
    assert {fact.properties["message"]: fact.properties["reason"] for fact in sent.facts} == {
        message.id: message.reason for message in sent.messages
    }
    assert [message.text for message in desk.of(2)] == [""]
    assert desk.next_due() is None


def test_consent_is_asked_for_the_purpose_and_the_channel(desk: Desk) -> None:
    desk.people.people[1].consents = {("newsletter", "email")}
    sent = desk.send(
        request(1, "a"),
        request(1, "b", purpose="newsletter"),
        request(1, "c", purpose="newsletter", channel="sms"),
        request(1, "d", touch="service"),
    )
    assert statuses(sent.messages) == [
        ("held", "no_consent"),
        ("queued", None),
        ("held", "no_consent"),
        ("queued", None),
    ]


def test_the_night_moves_a_touch_to_the_morning_of_her_own_zone(desk: Desk) -> None:
    desk.now = at(10, 23)
    desk.people.people[2].traits["timezone"] = "Europe/Berlin"
    desk.people.people[3].traits["timezone"] = "Nowhere/Land"
    sent = desk.send(
        request(1, "a"), request(2, "b"), request(3, "c"), request(1, "d", touch="service")
    )
    assert [message.due for message in sent.messages] == [at(11, 8), desk.now, at(11, 8), desk.now]


def test_caps_hold_the_third_of_a_day_across_origins_and_calls(desk: Desk) -> None:
    for number in range(3):
        desk.send(request(1, f"k{number}", origin=f"journey:{number}"))
    assert statuses(desk.of(1)) == [("queued", None), ("queued", None), ("held", "cap_day")]
    desk.now = at(11, 12)
    desk.send(request(1, "tomorrow"))
    assert desk.of(1)[-1].status == "queued"


def test_caps_do_not_count_service_shadows_held_and_failed(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(per_day=1)
    desk.send(
        request(1, "a", touch="service"),
        request(1, "b", shadow=True),
        request(1, "c", template="missing"),
    )
    desk.send(request(1, "d"))
    assert desk.of(1)[-1].status == "queued"
    desk.send(request(1, "e", shadow=True))
    assert desk.of(1)[-1].reason == "cap_day"


def test_ten_a_week(desk: Desk) -> None:
    for day in range(1, 7):
        for hour in (9, 18):
            desk.now = at(day, hour)
            desk.send(request(1, f"{day}-{hour}"))
            desk.deliver()
    assert [message.reason for message in desk.of(1)] == [None] * 10 + ["cap_week"] * 2
    desk.now = at(8, 9)
    desk.send(request(1, "next week"))
    assert desk.of(1)[-1].status == "queued"


def test_the_last_slots_go_by_kind_then_value_then_key(desk: Desk) -> None:
    sent = desk.send(
        request(1, "a", touch="commercial", value=100),
        request(1, "b", touch="informational", value=1),
        request(1, "d", touch="informational", value=2),
        request(1, "c", touch="informational", value=2),
        request(1, "e", touch="emotional", template="missing", value=9),
        request(1, "f", touch="service"),
        request(2, "g", touch="commercial"),
    )
    queued = [desk.key(message) for message in sent.messages if message.status == "queued"]
    assert queued == ["d", "c", "f", "g"]


def test_a_template_that_fails_for_her_gives_its_slot_back_when_it_is_written(
    make_desk: Callable[..., Desk],
) -> None:
    desk = make_desk(per_day=1)
    asked = request(1, "a", template="breaks", value=5)
    with desk.database.read(CLOCK, desk.now) as work:
        (shown,) = desk.room.preview(work, [asked])
    assert (shown.status, shown.reason) == ("held", "template_failed")
    desk.send(asked, request(2, "b"))
    asking, desk.now = desk.now, desk.now + 1
    assert len(desk.lease().deliveries) == 1
    assert statuses(desk.of(1)) == [("held", "template_failed")]
    (fact,) = desk.facts
    assert (fact.properties["reason"], fact.properties["asked"]) == ("template_failed", asking)
    desk.send(request(1, "c"))
    assert desk.of(1)[-1].status == "queued"


def test_a_shadow_is_counted_told_and_never_sent(desk: Desk) -> None:
    sent = desk.send(request(1, "a", shadow=True), request(1, "b", shadow=True, touch="service"))
    assert statuses(sent.messages) == [("shadow", None), ("queued", None)]
    assert desk.told() == ["shadow"]
    assert [delivery.message for delivery in desk.lease().deliveries] == [sent.messages[1].id]
    assert sent.messages[0].text == ""


def test_the_universal_holdout_gets_nothing_but_service(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(holdout=100)
    sent = desk.send(request(1, "a"), request(1, "b", touch="service"))
    assert statuses(sent.messages) == [("held", "holdout"), ("queued", None)]


def test_expired_before_the_morning(desk: Desk) -> None:
    desk.now = at(10, 22, 30)
    sent = desk.send(request(expires_at=at(10, 23, 30)))
    assert statuses(sent.messages) == [("held", "expired")]


def test_a_preview_is_the_send_to_the_byte_and_changes_nothing(
    make_desk: Callable[..., Desk],
) -> None:
    desk = make_desk(people=50)
    desk.people.people[7].consents = set()
    requests = [
        request(n, f"k{n}", variables={"profile": {"name": f"P{n}" if n % 3 else None}})
        for n in range(1, 51)
    ]
    with desk.database.begin(CLOCK, desk.now) as work:
        shown = desk.room.preview(work, requests)
        assert desk.room.preview(work, []) == []
    assert desk.of(1) == []
    desk.send(*requests)
    said = {each.message: (each.subject, each.text) for each in desk.lease().deliveries}
    assert said == {each.id: (each.subject, each.text) for each in shown if each.status == "queued"}
    assert statuses([desk.of(n)[0] for n in (6, 7)]) == [("leased", None), ("held", "no_consent")]


def test_people_are_looked_up_at_once_however_many(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(people=40)
    desk.people.calls = 0
    desk.send(request(1, "one"))
    few = desk.people.calls
    desk.people.calls = 0
    desk.send(*(request(n, f"k{n}") for n in range(1, 41)))
    assert desk.people.calls == few
    assert desk.room.send(_no_work(desk), []).messages == []


def _no_work(desk: Desk) -> Work:
    with desk.database.read(CLOCK, desk.now) as work:
        return work


def test_traits_known_of_her_are_there_unless_the_request_brings_its_own(desk: Desk) -> None:
    desk.define(Template("city", "{{ traits.city }}"))
    desk.people.people[1].traits["city"] = "Turin"
    desk.send(
        request(1, "a", template="city"),
        request(1, "b", template="city", variables={"traits": {"city": "Alba"}}),
    )
    assert [message.text for message in desk.of(1)] == ["Turin", "Alba"]


def test_names_are_revealed_to_the_template_that_asks_and_sealed_again(desk: Desk) -> None:
    desk.define(
        Template("name", "Dear {{ traits.firstName | default: 'friend' }}", "{{ profile.email }}")
    )
    desk.people.people[1].firstName = "Ada"
    desk.send(request(1, "a", template="name"), request(2, "b", template="name"))
    desk.deliver()
    assert [(message.subject, message.text) for n in (1, 2) for message in desk.of(n)] == [
        ("p1@example.com", "Dear Ada"),
        ("p2@example.com", "Dear friend"),
    ]
    with desk.database.read(CLOCK, desk.now) as work:
        rows = work.connection.execute(message_rows.select()).all()
    assert "Ada" not in repr(rows)
    assert "example.com" not in repr(rows)


def test_templates_are_kept_replaced_and_refused(desk: Desk) -> None:
    desk.send(request())
    desk.define(Template("hello", "Changed", channel="email"))
    with desk.database.begin(CLOCK, desk.now) as work:
        assert desk.room.template(work, "hello") == Template("hello", "Changed", "", "email")
        assert [each.name for each in desk.room.templates(work)] == ["breaks", "hello", "only-sms"]
        with pytest.raises(NotFound, match="no template 'nope'"):
            desk.room.template(work, "nope")
        with pytest.raises(Invalid):
            desk.room.define_template(work, Template("bad", "{{"))
    desk.send(request(2, "k2"))
    assert [delivery.text for delivery in desk.lease().deliveries] == ["Dear friend", "Changed"]
    desk.define(Template("hello", "Changed", channel="email"))
    with desk.database.read(CLOCK, desk.now) as work:
        told = desk.room.template_versions(work, "hello")
    assert [each.template.text.split()[0] for each in told] == ["Changed", "Dear"]
    assert [(each.version, each.at, each.by) for each in told] == [
        (number, desk.now, "clock:road") for number in (2, 1)
    ]


@pytest.mark.parametrize("wrong", [{"touch": "spam"}, {"delivery": "maybe"}, {"key": ""}])
def test_a_request_that_makes_no_sense_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        replace(request(), **wrong)  # type: ignore[arg-type]


def test_pages_and_counts(desk: Desk) -> None:
    desk.send(
        *(
            request(n, f"{n}{m}", channel=c)
            for n in (1, 2)
            for m, c in enumerate(["email", "email", "email", "sms"])
        )
    )
    with desk.database.read(CLOCK, desk.now) as work:
        assert len(desk.room.page(work)) == 8
        assert len(desk.room.page(work, Wanted(channel="sms"))) == 2
        assert {m.status for m in desk.room.page(work, Wanted(status="held"))} == {"held"}
        newest = desk.room.page(work, limit=3)
        assert desk.room.page(work, limit=2, offset=1) == newest[1:]
        assert [(c.status, c.reason, c.number) for c in desk.room.counts(work)] == [
            ("held", "cap_day", 2),
            ("held", "no_consent", 2),
            ("queued", None, 4),
        ]
