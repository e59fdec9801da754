"""An import that is killed goes on at the row where it was, and every row counts once."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from road.conftest import HITS, TESTS
from road.import_child import ROWS


def run(folder: Path, *kill: str) -> int:
    command = [sys.executable, "-m", "road.import_child", str(folder), *kill]
    return subprocess.run(command, cwd=TESTS, timeout=120, check=False).returncode


def state(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "state.json").read_text())
    return found


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("import")
    assert run(folder) == 0
    return state(folder)


def test_an_undisturbed_import_takes_nine_rows_in_ten(undisturbed: dict[str, Any]) -> None:
    assert undisturbed["state"] == "done"
    assert undisturbed["counts"] == [ROWS, ROWS * 9 // 10, ROWS * 9 // 10, 36]
    assert undisturbed["rejected"] == list(range(10, ROWS + 1, 10))
    assert len(undisturbed["orders"]) == ROWS * 9 // 10


@pytest.mark.parametrize(
    ("station", "number"),
    [
        pytest.param("import carried", "5", marks=pytest.mark.crash),  # in the midst of the check
        pytest.param("scored", "3", marks=pytest.mark.crash),  # events written, none committed
        # all of a portion is written, nothing is committed
        pytest.param("import carried", "17", marks=pytest.mark.crash),
        pytest.param("import committed", "20", marks=pytest.mark.crash),
    ],
)
def test_a_killed_import_ends_as_if_nothing_had_happened(
    station: str, number: str, undisturbed: dict[str, Any], tmp_path: Path
) -> None:
    assert run(tmp_path, station, number) == -signal.SIGKILL
    HITS[station] += 1
    assert run(tmp_path) == 0
    assert state(tmp_path) == undisturbed
