"""Plays the wine demo and ends without a word in the middle, for the test that resumes it.

Started as ``python -m scenarios.child FOLDER RATINGS PLACE NUMBER``: the process kills itself at
the NUMBER-th ``slice`` (a day is over), ``accepted`` (a request is durable) or station of the road.
"""

import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

from coterie.app import open_app
from coterie.events.door import Door
from coterie.events.model import Accepted
from coterie.scenarios import wine
from coterie.settings import Settings


class Killer:
    """Counts how often a place is passed, and ends the process at one of these times."""

    def __init__(self, place: str, number: int) -> None:
        self._place = place
        self._left = number

    def passed(self, place: str) -> None:
        """Be told that a place was passed."""
        self._left -= place == self._place
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


class CountedDoor(Door):
    """The door, telling the killer of each request that is durable."""

    killer: Killer

    def accept(
        self, source: str, body: bytes, call: str, now: int, backfill: bool = False
    ) -> Accepted:
        """Take a request in as ever."""
        accepted = super().accept(source, body, call, now, backfill)
        self.killer.passed("accepted")
        return accepted


def main(folder: Path, ratings: Path, killer: Killer) -> None:
    """Play until killed."""
    app = open_app(Settings(data=folder), founding=wine.founding(ratings), observe=killer.passed)
    door = CountedDoor(app.inbox)
    door.killer = killer
    told = {"live": "slice"}
    wine.play(replace(app, door=door), ratings, lambda stage, _: killer.passed(told.get(stage, "")))
    app.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Killer(sys.argv[3], int(sys.argv[4])))
