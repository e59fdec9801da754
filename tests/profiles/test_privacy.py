"""Nothing that identifies lies in the clear: not in an event, not in any column of any table."""

import msgspec
from sqlalchemy import select

from coterie.profiles.model import Flag
from coterie.profiles.service import Profiles
from coterie.storage.schema import metadata
from coterie.storage.work import Work
from profiles.people import NOW, alias, event, identify, tell, trait_set

SECRETS = [
    "ada@example.com",
    "Lovelace",
    "13800138000",
    "11010519491231002X",
    "Nanjing Road",
    "user-ada",
    "device-ada",
    "former-ada",
    "bo@example.com",
    "13900139000",
]


def secret_events() -> list[object]:
    return [
        identify(
            "user-ada",
            email="ada@example.com",
            lastName="Lovelace",
            address={"street": "Nanjing Road 1"},
            contact={"wechat": "13800138000"},
            notes=["11010519491231002X", "fine"],
        ),
        event(
            user="user-ada",
            anonymous="device-ada",
            properties={"note": "ask ada@example.com", "buyer": {"lastName": "Lovelace"}},
            context={
                "traits": {"phone": "13800138000"},
                "campaign": {"term": "ada@example.com"},
                "page": {"url": "https://example.com/?ada@example.com", "title": "13800138000"},
            },
        ),
        event("group", "user-ada", traits={"email": "bo@example.com"}),
        alias("former-ada", "user-ada"),
        event(
            user="user-ada",
            name="Consent Given",
            properties={"proof": {"by": "13900139000"}},
        ),
    ]


def dump(work: Work) -> str:
    """Write every row of every table as text; sealed bytes as they lie there."""
    text: list[str] = []
    for table in metadata.sorted_tables:
        for row in work.connection.execute(select(table)):
            for value in row:
                is_bytes = isinstance(value, bytes | memoryview)
                text.append(bytes(value).decode("latin-1") if is_bytes else repr(value))
    return "\n".join(text)


def test_no_table_holds_it_and_no_event_carries_it_on(work: Work, profiles: Profiles) -> None:
    seen = profiles.recognise(work, secret_events())  # type: ignore[arg-type]
    seen += profiles.recognise(work, [trait_set(1, "username", "Lovelace", NOW)])
    carried = msgspec.json.encode(seen).decode()
    profiles.learn(work, seen)
    written = dump(work)
    for secret in SECRETS:
        assert secret not in carried, secret
        assert secret not in written, secret
    assert "fine" in written  # what does not identify is there, so the dump sees values at all


def test_what_was_moved_is_kept_sealed_and_flagged(work: Work, profiles: Profiles) -> None:
    said = {"note": "ask ada@example.com", "total": 5}
    tell(work, profiles, [event(user="u1", id="m1", time=NOW - 1, properties=said)])
    tell(work, profiles, [event(user="u1", properties=said), event(user="u2", properties=said)])
    tell(work, profiles, [identify("u1", wechat="13800138000", email="ada@example.com")])
    first = profiles.moved(work, 1)[0]
    assert (first.message_id, first.time, first.path) == ("m1", NOW - 1, "note")
    assert first.value == "ask ada@example.com"
    assert profiles.flags(work) == [
        Flag(1, "Article Read", "note", "email", 2),
        Flag(1, "coterie.identified", "wechat", "phone", 1),
        Flag(2, "Article Read", "note", "email", 1),
    ]


def test_a_repeated_message_is_not_counted_again(work: Work, profiles: Profiles) -> None:
    said = event(user="u1", id="m1", properties={"note": "ask ada@example.com"})
    (seen,) = profiles.recognise(work, [said])
    profiles.learn(work, [seen])
    profiles.recognise(work, [said])  # the log drops it: nothing is learnt
    assert [flag.count for flag in profiles.flags(work)] == [1]


def test_the_house_can_seal_more_of_hers(work: Work, profiles: Profiles) -> None:
    tell(work, profiles, [event(user="u1"), event(user="u2")])
    sealer = profiles.sealer(work, [1, 2])
    sealed = sealer.seal(1, b"letter to Ada")
    assert profiles.sealer(work, [1]).open(1, sealed) == b"letter to Ada"
    assert 1 in sealer and 3 not in sealer
