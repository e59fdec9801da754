"""R-001: one customer, many touchpoints; no household merged silently; a wrong merge split."""

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coterie.testing import House
from coterie.testing.asking import TESTER
from stories.conftest import OpenHouse
from stories.wire import consent, identify, track

READERS = {"did": "Article Read", "count": {">=": 2}}


def by(kind: str, value: str, event: str, user: str | None = None, **properties: Any) -> Any:
    """Say what somebody did who was known by another id than the brand's own."""
    ids = {"context": {"externalIds": [{"type": kind, "id": value}]}}
    whom = {"anonymousId": f"device of {value}"} if user is None else {"userId": user}
    return {"type": "track", "event": event, "properties": properties, **whom, **ids}


def did(house: House, person: str) -> list[str]:
    return [one.event for one in house.events(person)]


def observed(house: House, people: Sequence[str]) -> Mapping[str, Any]:
    """Gather all that can be observed of people: what a merge and its undoing must keep."""
    profiles, log = house.app.profiles, house.app.log
    found: dict[str, Any] = {"people": house.people(), "readers": house.members("readers")}
    with house.app.db.read(TESTER, house.app.clock.now()) as work:
        for person in people:
            profile = profiles.find(work, "user_id", person)
            assert profile is not None
            found[person] = (
                profiles.known(work, [profile]),
                profiles.traits(work, profile),
                profiles.consents(work, profile),
                profiles.identities_of(work, profile),
                [one for one in log.timelines(work, [profile])[profile] if one.type != "fact"],
                profiles.moved(work, profile),
                profiles.tags.history(work, profile),
                house.app.segments.memberships(work, [profile]),
            )
    return found


def test_one_customer_across_every_channel(open_house: OpenHouse) -> None:
    house = open_house()
    house.receive([
        by("wecom.external_userid", "wmAda", "Article Read"),
        by("phone", "138 0013 8000", "Order Paid"),
        {"type": "track", "anonymousId": "browser", "event": "Page Opened"},
    ])  # fmt: skip
    assert len(house.people()) == 3
    member = {"context": {"externalIds": [{"type": "wecom.external_userid", "id": "wmAda"}]}}
    house.receive([{**identify("ada", phone="+86 13800138000"), **member}])
    house.receive([{**track("ada", "Logged In"), "anonymousId": "browser"}])
    assert house.people() == {"ada"}
    assert did(house, "ada") == [
        "Article Read", "Order Paid", "Page Opened", "coterie.identified", "Logged In",
    ]  # fmt: skip


def test_a_familys_phone_merges_nobody_silently(open_house: OpenHouse) -> None:
    house = open_house()
    house.receive([identify("mother", phone="13800138000", city="Suzhou")])
    house.receive([by("phone", "13800138000", "Wine Bought")])
    assert did(house, "mother") == ["coterie.identified", "Wine Bought"]
    house.receive([identify("son", phone="13800138000", city="Shanghai")])
    assert {"mother", "son"} <= house.people()
    assert did(house, "mother") == ["coterie.identified"]  # nobody knows whose wine it was
    assert did(house, "son") == ["coterie.identified"]
    assert (house.traits("mother")["city"], house.traits("son")["city"]) == ("Suzhou", "Shanghai")
    house.receive([track("son", "Article Read")])
    assert did(house, "mother") == ["coterie.identified"]
    house.decide("+8613800138000", together=True)  # an operator asked: one account too many
    assert did(house, "mother") == [
        "coterie.identified", "Wine Bought", "coterie.identified", "Article Read",
    ]  # fmt: skip
    assert house.traits("mother")["city"] == "Shanghai"


def test_who_logs_in_late_brings_what_she_did_before(open_house: OpenHouse) -> None:
    house = open_house()
    house.define_item("barolo", kind="article", topics=["wine/italy"])
    house.define_segment("readers", READERS)
    read = {"type": "track", "event": "Article Read", "properties": {"item": "barolo"}}
    house.receive([{**read, "anonymousId": "browser"}, track("ada", "Article Read", item="barolo")])
    assert house.members("readers") == set()
    alone = house.score("ada", "interest.wine/italy")
    house.receive([{**track("ada", "Logged In"), "anonymousId": "browser"}])
    assert house.members("readers") == {"ada"}
    assert house.score("ada", "interest.wine/italy") > 1.5 * alone
    assert [one.event for one in house.facts() if one.event == "coterie.merged"]


def test_a_wrong_merge_is_split_again(open_house: OpenHouse) -> None:
    house = open_house()
    house.define_segment("readers", READERS)
    house.receive([identify("ada", city="Turin", email="ada@example.com"), consent("ada")])
    house.receive([identify("bob", city="Lyon", email="bob@example.com")])
    house.receive([track("bob", "Article Read"), track("bob", "Article Read")])
    house.tag("ada", "vip")
    house.tag("bob", "press")
    before = observed(house, ["ada", "bob"])
    house.advance(hours=1)
    house.merge("ada", "bob")
    assert house.people() <= {"ada", "bob"} and len(house.people()) == 1
    assert house.tags("ada") == house.tags("bob") == {"vip", "press"}
    assert house.traits("ada") == {"city": "Lyon", "email": "bob@example.com"}
    assert house.traits("bob") == house.traits("ada")
    assert len(house.events("ada")) == 5 and len(house.members("readers")) == 1
    # what happens in between follows the id that carried it
    house.receive([track("ada", "Article Read"), identify("bob", city="Nice")])
    house.untag("bob", "vip")
    house.unmerge("ada", "bob")
    assert did(house, "ada") == [*before_events(before, "ada"), "Article Read"]
    assert did(house, "bob") == [*before_events(before, "bob"), "coterie.identified"]
    assert house.traits("ada") == {"city": "Turin", "email": "ada@example.com"}
    assert house.traits("bob") == {"city": "Nice", "email": "bob@example.com"}
    assert house.tags("bob") == {"press"}
    assert house.members("readers") == {"bob"}


def before_events(before: Mapping[str, Any], person: str) -> list[str]:
    return [one.name for one in before[person][4]]


def says(**traits: Any) -> dict[str, Any]:
    return {"type": "identify", "traits": traits}


words = st.one_of(
    st.builds(lambda city: says(city=city), st.sampled_from("xyz")),
    st.builds(lambda x: says(email=f"{x}@example.com", o={"n": 1}), st.sampled_from("xyz")),
    st.just({"type": "track", "event": "Article Read", "properties": {"note": "a@example.com"}}),
    st.just({"type": "track", "event": "Consent Given", "properties": {}}),
    st.just({"type": "track", "event": "Consent Withdrawn", "properties": {}}),
)
lives = st.lists(st.tuples(st.booleans(), words, st.integers(0, 3)), min_size=1, max_size=6)


@given(st.lists(lives, min_size=6, max_size=6), st.data())
@settings(max_examples=1, suppress_health_check=list(HealthCheck))
def test_merged_and_parted_with_nothing_between_is_as_if_it_had_not_been(
    stories: list[list[tuple[bool, dict[str, Any], int]]], data: st.DataObject
) -> None:
    with House() as house:
        house.define_segment("readers", READERS)
        for number, story in enumerate(stories):
            pair = [f"one-{number}", f"other-{number}"]
            house.receive([track(one, "Seen") for one in data.draw(st.permutations(pair))])
            for which, word, minute in story:
                at = f"2025-12-31T00:0{minute}:00Z"
                house.receive([{**word, "userId": pair[which], "timestamp": at}])
            house.tag(pair[0], "vip")
            house.untag(pair[story[0][0]], "vip")
            before = observed(house, pair)
            house.merge(*pair)
            assert observed(house, pair) != before
            house.unmerge(*pair)
            assert observed(house, pair) == before
