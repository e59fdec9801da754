"""The end state of a house as plain JSON, in an order of its own, without ids that are random."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from coterie.testing import House
from road.script import PEOPLE

SEGMENTS = ("italy", "tasters", "quiet")
JOURNEYS = ("welcome", "win-back", "order")
SCORES = ("activity", "interest.wine", "interest.wine/italy", "interest.wine/italy/piedmont")
RANDOM = ("message", "run")


def state_of(house: House, delivered: Path) -> dict[str, Any]:
    """Return everything that a house knows of its people, and what the provider got."""
    deliveries = [json.loads(line) for line in delivered.read_text().splitlines()]
    return {
        "members": {name: sorted(house.members(name)) for name in SEGMENTS},
        "participants": sorted(house.participants("pasta")),
        "people": {user: _person(house, user) for user in PEOPLE},
        "facts": _sorted(
            [fact.person, fact.event, fact.at.isoformat(), _plain(fact.properties)]
            for fact in house.facts()
        ),
        "runs": {name: _sorted(_run(run) for run in house.runs(name)) for name in JOURNEYS},
        "provider": _sorted(
            [one["profile"], one["subject"], one["text"]] for one in deliveries if one["first"]
        ),
        "keys": sorted(one["key"] for one in deliveries if one["first"]),
    }


def _person(house: House, user: str) -> dict[str, Any]:
    return {
        "traits": house.traits(user),
        "tags": sorted(house.tags(user)),
        "scores": {name: house.score(user, name) for name in SCORES},
        "events": _sorted(
            [event.type, event.event, event.at.isoformat(), event.items, dict(event.properties)]
            for event in house.events(user)
        ),
        "messages": _sorted(
            [one.journey, one.node, one.key, one.status, one.reason, one.at.isoformat()]
            for one in house.sent(user)
        ),
    }


def _run(run: Any) -> list[Any]:
    entered = run.entered.isoformat()
    return [run.person, run.key, run.node, run.status, run.reason, entered, dict(run.visits)]


def _plain(properties: Any) -> dict[str, Any]:
    return {name: value for name, value in properties.items() if name not in RANDOM}


def _sorted(rows: Iterable[Any]) -> list[Any]:
    plain = [json.loads(json.dumps(row, sort_keys=True)) for row in rows]
    return sorted(plain, key=lambda row: json.dumps(row, sort_keys=True))
