"""Messages though the process is killed: none lost, and none twice that is not said to be.

A journey of five nodes sends to many people while the process is killed at the stations of both
roads. Its end state is that of a run that nobody disturbed. A provider that honours keys gets
each message once. One that does not, and plain SMTP, get one message at the most twice for each
kill, and each of those is reported as ambiguous.
"""

import json
import signal
import socket
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from aiosmtpd import smtp
from aiosmtpd.controller import Controller

from road.conftest import HITS, Player
from road.sending import ARRIVING
from road.test_crash import STATIONS

LEAN, FEW = 60, 3
FULL, MANY = 20_000, 100
PASSED = tuple(one for one in STATIONS if one not in ("flushing", "flushed", "compacting"))
KINDS = ("keyed", "keyless", "smtp")


class Postbox:
    """A plain SMTP server: it keeps what it took by Message-ID, as often as it came."""

    def __init__(self) -> None:
        self.taken: Counter[str] = Counter()

    async def handle_DATA(  # noqa: N802 - the server's name
        self, _server: smtp.SMTP, _session: smtp.Session, envelope: smtp.Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        head = envelope.content.partition(b"\r\n\r\n")[0].decode()
        [line] = [each for each in head.splitlines() if each.startswith("Message-ID:")]
        self.taken[line.partition("<")[2].partition("@")[0]] += 1
        return "250 OK"


@pytest.fixture
def postbox() -> Iterator[tuple[Postbox, int]]:
    box = Postbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, port
    controller.stop()


def play(
    player: Player, folder: Path, kind: str, people: int, kills: int, port: int, box: Postbox
) -> tuple[dict[str, Any], int]:
    """Play to the end with so many kills; return the end state and how many there were.

    Each kill comes before its share of the messages that are left is used up, so that there is
    something under way at every one.
    """
    folder.mkdir()
    chance = Random(people + kills)
    order = {"sending": kind, "people": people, "port": port, "seconds": 1_500}
    done = 0
    while done < kills:
        left = people * 3 // 2 - len(box.taken if kind == "smtp" else taken_by(folder))
        station, number = "delivered", chance.randint(1, max(1, left // (kills - done)))
        if kind != "keyed" and chance.random() < 0.3:
            station = "settled"
        if _arriving(folder, people) and chance.random() < 0.3:
            station, number = chance.choice(PASSED), 1
        status = player.play(folder, station=station, number=number, **order)
        if status == 0:
            break
        assert status == -signal.SIGKILL
        HITS[station] += 1
        done += 1
    else:
        assert player.play(folder, **order) == 0
    return json.loads((folder / "state.json").read_text()), done


def _arriving(folder: Path, people: int) -> bool:
    """Say whether people still come: then both roads pass all their stations again and again."""
    progress = folder / "progress"
    done = int(progress.read_text()) if progress.exists() else 0
    return done <= people // ARRIVING


def taken_by(folder: Path) -> Counter[str]:
    if not (folder / "provider").exists():
        return Counter()
    lines = (line.split() for line in (folder / "provider").read_text().splitlines())
    return Counter(key for key, what in lines if what == "taken")


def without_doubt(state: dict[str, Any]) -> dict[str, Any]:
    return {name: part for name, part in state.items() if name != "keys"}


def check(
    player: Player, folder: Path, postbox: tuple[Postbox, int], kind: str, people: int, kills: int
) -> None:
    """Hold a disturbed run against one that nobody disturbed."""
    calm, _ = play(player, folder / "calm", "keyed", people, 0, postbox[1], postbox[0])
    hold(player, folder, postbox, calm, kind, people, kills)


def hold(
    player: Player,
    folder: Path,
    postbox: tuple[Postbox, int],
    calm: dict[str, Any],
    kind: str,
    people: int,
    kills: int,
) -> None:
    box, port = postbox
    assert len(calm["messages"]) == people + people // 2
    assert {status for _, _, status, _ in calm["messages"]} == {"sent"}
    assert not any(calm["keys"].values())
    state, done = play(player, folder / kind, kind, people, kills, port, box)
    for part, value in without_doubt(calm).items():
        assert state[part] == value, part
    taken = box.taken if kind == "smtp" else taken_by(folder / kind)
    lost = state["keys"].keys() - taken.keys()
    twice = {key: number - 1 for key, number in taken.items() if number > 1}
    doubtful = {key for key, in_doubt in state["keys"].items() if in_doubt}
    report = f"{kind}: {people} people, {len(taken)} messages, {done} kills, {len(lost)} lost, "
    print(f"{report}{sum(twice.values())} came twice, {len(doubtful)} reported ambiguous")
    assert done == kills
    assert not lost and taken.keys() == state["keys"].keys()
    assert twice.keys() <= doubtful, "what came twice says so"
    if kind == "keyed":
        assert not twice, "what it was asked again, it knew by its key"
        return
    assert sum(twice.values()) <= done
    assert len(doubtful) <= done, "a kill puts one message in doubt, not a whole lease"


@pytest.fixture(scope="module")
def calm(player: Player, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The end state of a small run that nobody disturbed."""
    return play(player, tmp_path_factory.mktemp("calm") / "calm", "keyed", LEAN, 0, 0, Postbox())[0]


@pytest.mark.parametrize("kind", ["keyless", "smtp"])
def test_killed_a_few_times(
    kind: str,
    player: Player,
    tmp_path: Path,
    postbox: tuple[Postbox, int],
    calm: dict[str, Any],
) -> None:
    hold(player, tmp_path, postbox, calm, kind, LEAN, FEW)


@pytest.mark.crash
@pytest.mark.parametrize("kind", KINDS)
def test_twenty_thousand_people_and_a_hundred_kills(
    kind: str, player: Player, tmp_path: Path, postbox: tuple[Postbox, int]
) -> None:
    check(player, tmp_path, postbox, kind, FULL, MANY)
