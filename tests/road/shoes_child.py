"""A house in a process of its own, on a clock that it is told: for the anniversary that kills it.

``python -m road.shoes_child FOLDER PORT MOMENT SETTINGS``: opens the house, serves it, and does
what it reads, a line each: ``move MOMENT``, or ``settle MOMENT [STATIONS]``, after so many stations
of which it kills itself. It answers with a line when it is done.
"""

import json
import os
import signal
import sys
from pathlib import Path

from coterie.app import open_app
from coterie.settings import Settings
from coterie.testing.clock import FakeClock
from coterie.testing.wecom.serving import Serving
from coterie.web.server import create_app


class Doomed:
    """Counts stations; at the last one it kills the process."""

    def __init__(self) -> None:
        self.left = 0

    def __call__(self, _station: str) -> None:
        if self.left:
            self.left -= 1
            if not self.left:
                os.kill(os.getpid(), signal.SIGKILL)


def main(folder: Path, port: int, moment: int, chosen: str) -> None:
    clock, doomed = FakeClock(moment), Doomed()
    app = open_app(Settings(data=folder, **json.loads(chosen)), clock=clock, observe=doomed)
    web = Serving(create_app(app), port)
    print("up", flush=True)
    for line in sys.stdin:
        verb, when, *stations = line.split()
        clock.set(max(clock.now(), int(when)))
        if verb == "settle":
            doomed.left = int(stations[0]) if stations else 0
            app.settle_all(clock.now())
        print("done", flush=True)
    web.close()
    app.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
