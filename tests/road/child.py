"""Plays the fixed script in processes of its own, for the tests that kill them.

Started with ``sys.executable``. It reads one order a line (JSON) from its standard input, forks a
process that plays the script for it, or serves a house, and answers with how that process ended.
No house is opened before the fork, so each is a fresh process that needn't import everything and
migrate an empty database again.
"""

import gc
import json
import os
import signal
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from coterie.app import open_app
from coterie.core.errors import ChannelError
from coterie.messaging.model import Delivery, Receipt
from coterie.serving import serve
from coterie.settings import Settings
from coterie.testing import House
from coterie.testing.ready import make_ready
from road import script, sending
from road.state import state_of

MASTER_KEY = "5e" * 32


class FileChannel:
    """A provider that outlives the process: it appends to a file, and honours idempotency keys."""

    address_trait: str | None = None
    honours_keys = True

    def __init__(self, name: str, file: Path) -> None:
        self.name = name
        self._file = file

    def deliver(self, delivery: Delivery) -> Receipt:
        """Keep a message unless its key is in the file already; note every attempt."""
        if script.REFUSED in delivery.text:
            raise ChannelError("this provider knows no such person", permanent=True)
        known = self._file.read_text().splitlines() if self._file.exists() else []
        first = not any(json.loads(line)["key"] == delivery.key for line in known)
        line = {
            "key": delivery.key,
            "first": first,
            "profile": delivery.profile,
            "subject": delivery.subject,
            "text": delivery.text,
        }
        with self._file.open("a") as out:
            out.write(json.dumps(line) + "\n")
        return Receipt(f"{self.name}:{delivery.key}", "delivered")


class Killer:
    """Ends the process without a word when a station is left for the n-th time; keeps a trace."""

    def __init__(self, station: str | None, number: int, trace: Path | None) -> None:
        self._station = station
        self._left = number
        self._trace = trace

    def __call__(self, station: str) -> None:
        """Be told that a station was left."""
        if self._trace is not None:
            with self._trace.open("a") as out:
                out.write(station + "\n")
        if station == self._station:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


def play(order: Mapping[str, Any]) -> None:
    """Open the folder, go on with the script where it stood, and write the end state."""
    folder = Path(order["folder"])
    trace = folder / "trace" if order.get("trace") else None
    observe = Killer(order.get("station"), order.get("number", 0), trace)
    with House(
        None if (folder / "progress").exists() else script.START,
        path=folder / "house",
        store="postgresql" if order.get("database") else "sqlite",
        database=order.get("database"),
        observe=observe,
        channels={"email": FileChannel("email", folder / "delivered.jsonl")},
        master_key=MASTER_KEY,
    ) as house:
        script.go_on(house, folder / "progress", observe)
        state = state_of(house, folder / "delivered.jsonl")
    (folder / "state.json").write_text(json.dumps(state, sort_keys=True, indent=1))


def serve_house(folder: Path, more: Mapping[str, Any]) -> None:
    """Serve the house of a folder, road and all, until killed; say where, and which process."""
    chosen = {"port": 0, "requests_per_second": 10**6, "holdout": 0, **more}
    app = open_app(Settings(data=folder, **chosen))
    serve(app, lambda address: print(json.dumps([address, os.getpid()]), flush=True))


def main() -> None:
    """Serve orders until the input ends."""
    with TemporaryDirectory() as folder:
        make_ready(Path(folder))
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            status = 1
            try:
                order = json.loads(line)
                signal.alarm(order.get("seconds", 300))
                if order.get("serve"):
                    serve_house(Path(order["folder"]), order.get("settings", {}))
                elif order.get("sending"):
                    sending.play(order, Killer(order.get("station"), order.get("number", 0), None))
                else:
                    play(order)
                status = 0
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(status)
        _, ended = os.waitpid(child, 0)
        print(json.dumps({"status": os.waitstatus_to_exitcode(ended)}), flush=True)


if __name__ == "__main__":
    main()
