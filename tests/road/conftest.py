"""The process that plays the script, and the hits that the kills scored."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

HITS: Counter[str] = Counter()
"""How often a process was killed at each station."""

TESTS = Path(__file__).parents[1]


@dataclass
class Player:
    """Plays the script in a folder, each time in a fresh process."""

    server: subprocess.Popen[str]

    def play(self, folder: Path, **order: Any) -> int:
        """Play on in a folder until the end or the kill; return how the process ended."""
        assert self.server.stdin is not None and self.server.stdout is not None
        self.server.stdin.write(json.dumps({"folder": str(folder), **order}) + "\n")
        self.server.stdin.flush()
        return self.ended()

    def serve(self, folder: Path, seconds: int = 300, **settings: Any) -> tuple[str, int]:
        """Serve a house in a fresh process; return its address and the process's id."""
        assert self.server.stdin is not None and self.server.stdout is not None
        order = {"folder": str(folder), "serve": True, "seconds": seconds, "settings": settings}
        self.server.stdin.write(json.dumps(order) + "\n")
        self.server.stdin.flush()
        address, process = json.loads(self.server.stdout.readline())
        return address, process

    def ended(self) -> int:
        """Wait for the process to end; return how."""
        assert self.server.stdout is not None
        status: int = json.loads(self.server.stdout.readline())["status"]
        return status


@dataclass(frozen=True)
class Undisturbed:
    """A run that nobody disturbed: its end state, and the stations in the order they were left."""

    state: dict[str, Any]
    trace: list[str]


@pytest.fixture(scope="session")
def player() -> Iterator[Player]:
    """The process that forks players."""
    command = [sys.executable, "-m", "road.child"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=TESTS
    ) as server:
        yield Player(server)
        assert server.stdin is not None
        server.stdin.close()


@pytest.fixture(scope="session")
def undisturbed(player: Player, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """The script played from end to end by a process of its own, in a folder of its own."""
    folder = tmp_path_factory.mktemp("undisturbed")
    assert player.play(folder, trace=True) == 0
    trace = (folder / "trace").read_text().splitlines()
    return Undisturbed(json.loads((folder / "state.json").read_text()), trace)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell how often the process was killed at each station."""
    if HITS:
        terminalreporter.section("kills by station")
        for station, hits in sorted(HITS.items()):
            terminalreporter.write_line(f"{hits:4}  {station}")
