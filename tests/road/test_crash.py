"""Crash safety: killed at any station and started again, the house ends as if nothing had happened.

The process is killed with SIGKILL when it leaves a named station for the n-th time; a fresh one
opens the folder, sends again the batch that was not acknowledged, and plays on. Its end state must
be that of a run that nobody disturbed, made by another process in another folder.
"""

import json
import signal
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from coterie.testing.postgres import PostgresServer
from road.conftest import HITS, Player, Undisturbed

STATIONS = (
    "sealed", "recognised", "followed", "logged", "learned", "scored", "reconsidered",
    "heard by wecom", "heard by channel_codes", "heard by group_codes",
    "heard by journeys", "heard by communities", "heard by campaigns", "heard by activities",
    "heard by tagging", "heard by guides.bindings", "heard by guides.credit",
    "heard by guides.handover", "heard by guides", "heard by scripts", "heard by polls",
    "heard by coupons", "heard by groups", "heard by loyalty.benefits", "heard by guides.visits",
    "heard by campaigns.plans", "heard by referrals", "heard by lists", "woken",
    "facts kept", "carried", "committed",
    "leased", "delivered", "settled",
    "flushing", "flushed", "compacting",
)  # fmt: skip
"""Every station of the two roads, and those of the log's housekeeping that the script names."""

LOSING = ("leased", "delivered")
"""Killed here, nobody knows what became of a message until its lease runs out."""
LEASE = timedelta(minutes=15)
KILLS = 5
AT_ONCE = 3
"""Kills of the default suite; ``-m crash`` kills at every station, ``KILLS`` times."""


def counts_to_try(station: str, trace: Sequence[str]) -> list[int]:
    """Return at which counts a kill at a station finds something under way."""
    if station != "leased":
        return list(range(1, Counter(trace)[station] + 1))
    places = [place for place, name in enumerate(trace) if name == station]
    return [
        number
        for number, place in enumerate(places, 1)
        if trace[place + 1 : place + 2] == ["delivered"]  # others lease nothing
    ]


def first_of_a_lease(trace: Sequence[str]) -> int:
    """Return the count of the last delivery that was the first of its lease."""
    last = max(place for place, name in enumerate(trace) if trace[place - 1 : place] == ["leased"]
               and name == "delivered")  # fmt: skip
    return Counter(trace[: last + 1])["delivered"]


def kills(undisturbed: Undisturbed, station: str, number: int) -> list[int]:
    """Choose counts spread over the whole run: the first, the last and some in between."""
    counts = counts_to_try(station, undisturbed.trace)
    if len(counts) <= number:
        return counts
    return sorted(counts[index * (len(counts) - 1) // (number - 1)] for index in range(number))


def killed_and_resumed(
    player: Player, folder: Path, station: str, number: int, database: str | None = None
) -> dict[str, Any]:
    """Play until the kill, then on in a fresh process; return the end state."""
    assert player.play(folder, station=station, number=number, database=database) == -signal.SIGKILL
    HITS[station] += 1
    assert player.play(folder, database=database) == 0
    state: dict[str, Any] = json.loads((folder / "state.json").read_text())
    return without_the_lost_lease(state) if station in LOSING else state


def without_the_lost_lease(state: dict[str, Any]) -> dict[str, Any]:
    """Take back the one difference that is allowed: lost messages went out a lease later, and say
    that they may have arrived twice.
    """
    for fact in state["facts"]:
        person, _, at, properties = fact
        if not properties.pop("ambiguous", False):
            continue
        fact[2] = (datetime.fromisoformat(at) - LEASE).isoformat()
        said = [properties["node"], properties.get("run_key")]
        user = person if person in state["people"] else "u7"
        messages = state["people"][user]["messages"]
        [lost] = [one for one in messages if [one[1], one[2], one[5]] == [*said, at]]
        lost[5] = fact[2]
    for rows in (state["facts"], *(one["messages"] for one in state["people"].values())):
        rows.sort(key=lambda row: json.dumps(row, sort_keys=True))
    return state


def assert_same(state: dict[str, Any], expected: dict[str, Any]) -> None:
    """Compare two end states part by part, so that a failure shows the part that differs."""
    assert state.keys() == expected.keys()
    for part, value in expected.items():
        assert state[part] == value, part


def test_the_script_passes_every_station(undisturbed: Undisturbed) -> None:
    assert set(undisturbed.trace) == set(STATIONS)


def test_the_script_leaves_something_of_everything(undisturbed: Undisturbed) -> None:
    people = undisturbed.state["people"].values()
    messages = [message for person in people for message in person["messages"]]
    assert {message[3] for message in messages} == {"sent", "held", "shadow", "failed"}
    runs = [run for runs in undisturbed.state["runs"].values() for run in runs]
    assert {run[4] for run in runs} == {"end", "exit_when"}
    assert undisturbed.state["participants"] == ["u3"]


@pytest.mark.parametrize("place", range(AT_ONCE))
def test_a_killed_process_is_resumed(
    place: int, player: Player, undisturbed: Undisturbed, tmp_path: Path
) -> None:
    chance = Random(20_260)
    station = chance.sample(STATIONS, AT_ONCE)[place]
    number = Random(place).choice(counts_to_try(station, undisturbed.trace))
    assert_same(killed_and_resumed(player, tmp_path, station, number), undisturbed.state)


@pytest.mark.crash
@pytest.mark.parametrize("station", STATIONS)
def test_every_station_five_times(
    station: str, player: Player, undisturbed: Undisturbed, tmp_path: Path
) -> None:
    for number in kills(undisturbed, station, KILLS):
        folder = tmp_path / str(number)
        folder.mkdir()
        state = killed_and_resumed(player, folder, station, number)
        assert_same(state, undisturbed.state)


@pytest.mark.crash
@pytest.mark.parametrize("station", ["logged", "facts kept", "carried", "delivered", "flushing"])
def test_stations_on_postgresql(
    station: str,
    player: Player,
    undisturbed: Undisturbed,
    tmp_path: Path,
    postgres_server: PostgresServer,
) -> None:
    for number in kills(undisturbed, station, 2):
        folder = tmp_path / str(number)
        folder.mkdir()
        url = postgres_server.new_database()
        state = killed_and_resumed(player, folder, station, number, url)
        assert_same(state, undisturbed.state)


def test_the_provider_got_nothing_twice_though_it_was_asked_again(
    player: Player, undisturbed: Undisturbed, tmp_path: Path
) -> None:
    number = first_of_a_lease(undisturbed.trace)
    assert player.play(tmp_path, station="delivered", number=number) == -signal.SIGKILL
    HITS["delivered"] += 1
    assert player.play(tmp_path) == 0
    asked = [json.loads(line) for line in (tmp_path / "delivered.jsonl").read_text().splitlines()]
    keys = Counter(one["key"] for one in asked)
    assert keys.most_common(1)[0][1] == 2, "the message in doubt was handed over again"
    assert len(asked) == len(keys) + 1, "and no other"
    got = [one["key"] for one in asked if one["first"]]
    assert sorted(got) == undisturbed.state["keys"]
