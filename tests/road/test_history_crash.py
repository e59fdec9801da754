"""History by columns that is killed comes in whole when it is begun again, and each row once."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from road.conftest import HITS, TESTS
from road.history_child import PEOPLE, ROWS

pytestmark = pytest.mark.crash


def run(folder: Path, *kill: str) -> int:
    command = [sys.executable, "-m", "road.history_child", str(folder), *kill]
    return subprocess.run(command, cwd=TESTS, timeout=120, check=False).returncode


def state(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "state.json").read_text())
    return found


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("history")
    assert run(folder) == 0
    return state(folder)


def test_an_undisturbed_history_is_whole(undisturbed: dict[str, Any]) -> None:
    twice = sum(number % 40 == 9 for number in range(ROWS))
    assert undisturbed["read"] == ROWS
    assert undisturbed["counts"] == len(undisturbed["orders"]) == ROWS - twice
    assert (undisturbed["orphans"], undisturbed["missing"]) == (0, 0)
    assert undisturbed["people"] == PEOPLE
    assert min(undisturbed["scores"]) > 0
    assert 0 < len(undisturbed["members"]) < PEOPLE


@pytest.mark.parametrize(
    ("station", "number"),
    [
        ("history laid", "1"),  # people made, the files written, nothing committed
        ("history laid", "3"),
        ("history owed", "2"),  # all of a portion is written, nothing is committed
        ("history committed", "1"),  # a portion stands, owing its scores
        ("history committed", "4"),  # all rows stand
        ("owed scored", "1"),  # scores are made, not committed
    ],
)
def test_a_killed_history_ends_as_if_nothing_had_happened(
    station: str, number: str, undisturbed: dict[str, Any], tmp_path: Path
) -> None:
    assert run(tmp_path, station, number) == -signal.SIGKILL
    HITS[station] += 1
    assert run(tmp_path) == 0
    assert state(tmp_path) == undisturbed
