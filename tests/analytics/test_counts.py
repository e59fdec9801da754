"""What is counted from the log is what happened, counted by hand from people's own records."""

from collections import Counter
from collections.abc import Iterator

import pytest

from coterie.analytics import store as analytics
from coterie.analytics.counts import SIMULATION, by_name, journey_counts, message_counts
from coterie.analytics.store import Tally
from coterie.testing import House

PEOPLE = [f"u{number}" for number in range(40)]


def journey(event: str) -> dict[str, object]:
    return {
        "entry": {"event": event},
        "start": "say",
        "nodes": {
            "say": {
                "do": "message", "channel": "sms", "template": "hello", "touch": "emotional",
                "then": "pause",
            },
            "pause": {"do": "wait", "for": "7d", "then": "end"},
        },
        "holdout": 20,
    }  # fmt: skip


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    """A house of forty people, two journeys, and every way that a message can end."""
    with House(at="2026-01-01T04:00:00Z") as made:
        made.define_template("hello", text="Hello")
        made.define_journey("welcome", journey("Signed Up"))
        made.define_journey("thanks", journey("Order Completed"))
        for person in PEOPLE[:30]:
            made.consent(person)
        made.fail_channel("sms", 3, permanent=True)
        made.receive([{"type": "track", "userId": one, "event": "Signed Up"} for one in PEOPLE])
        made.advance(days=8)
        made.receive(
            [{"type": "track", "userId": one, "event": "Order Completed"} for one in PEOPLE[::2]]
        )
        yield made


def tallies(house: House) -> list[Tally]:
    with house._look() as work:
        return analytics.facts(work, house.app.log)


def test_what_people_did_is_counted_by_source_and_name(house: House) -> None:
    with house._look() as work:
        did = analytics.behaviours(work, house.app.log)
    expected = Counter(one.event for person in PEOPLE for one in house.events(person))
    assert by_name(did) == expected == {
        "Consent Given": 30, "Order Completed": 20, "Signed Up": 40,
    }  # fmt: skip
    assert {source for source, _ in did} == {"house"}


def test_facts_are_counted_by_name_origin_and_reason(house: House) -> None:
    expected: Counter[tuple[str, str, str]] = Counter()
    people: dict[tuple[str, str, str], set[str]] = {}
    for fact in house.facts():
        said = fact.properties
        origin = said.get("origin") or said.get("journey") or said.get("community") or ""
        key = (fact.event, origin, said.get("reason") or "")
        expected[key] += 1
        people.setdefault(key, set()).add(fact.person)
    found = tallies(house)
    assert {(one.name, one.origin, one.reason): one.count for one in found} == expected
    assert {(one.name, one.origin, one.reason): one.people for one in found} == {
        key: len(those) for key, those in people.items()
    }


def test_messages_are_counted_by_what_became_of_them(house: House) -> None:
    records = [one for person in PEOPLE for one in house.sent(person)]
    status = Counter(one.status for one in records)
    counts = message_counts(tallies(house))
    assert counts["by_status"] == {
        name: status[name] for name in ("sent", "failed", "held", "shadow")
    }
    assert status["failed"] == 3
    assert all(counts["by_status"].values()), "every ending happened"
    reasons = Counter(one.reason for one in records if one.status == "held")
    assert counts["held_by_reason"] == reasons
    assert reasons["no_consent"] > 0


@pytest.mark.parametrize("slug", ["welcome", "thanks"])
def test_a_journey_is_counted_by_its_runs_and_messages(house: House, slug: str) -> None:
    runs = house.runs(slug)
    status = Counter(
        one.status for person in PEOPLE for one in house.sent(person) if one.journey == slug
    )
    found = journey_counts(tallies(house), slug, {"en": slug})
    assert found == {
        "title": {"en": slug},
        "entered": len(runs),
        "waiting": sum(run.status == "waiting" for run in runs),
        **{name: status[name] for name in ("sent", "failed", "held", "shadow")},
    }
    assert found["entered"] == {"welcome": 40, "thanks": 20}[slug]


def test_the_report_leaves_out_what_a_simulation_did(house: House) -> None:
    body = b'{"batch": [{"type": "track", "event": "Consent Given", "userId": "sim"}]}'
    with house._look() as work:
        before = house.app.report(work)
    house.app.door.accept(SIMULATION, body, "batch", house.app.clock.now())
    house.settle()
    with house._look() as work:
        after = house.app.report(work)
    assert after["events"] == before["events"] == 90
    assert after["events_by_name"]["Consent Given"] == 31
    assert after["profiles"] == before["profiles"] + 1


def test_nothing_counts_to_nothing() -> None:
    assert by_name({}) == {}
    assert message_counts([])["by_status"] == {"sent": 0, "failed": 0, "held": 0, "shadow": 0}
    assert journey_counts([], "welcome", {})["entered"] == 0


def test_a_journey_does_not_count_a_namesakes_messages() -> None:
    facts = [
        Tally("coterie.message.sent", "journey:a", "", 2, 2),
        Tally("coterie.message.sent", "community:a", "", 3, 3),
        Tally("coterie.message.sent", "journey:ab", "", 5, 5),
        Tally("coterie.community.joined", "a", "", 7, 7),
        Tally("coterie.journey.entered", "a", "", 11, 11),
        Tally("coterie.journey.exited", "a", "done", 4, 4),
        Tally("coterie.journey.exited", "a", "exit_when", 1, 1),
    ]
    found = journey_counts(facts, "a", {})
    assert (found["sent"], found["entered"], found["waiting"]) == (2, 11, 6)
    assert message_counts(facts)["by_status"]["sent"] == 10
