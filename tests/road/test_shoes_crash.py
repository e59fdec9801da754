"""The house is killed twenty times in the weeks of an anniversary; it ends as if it had not been.

The platform lives on, as do the tills: they try again as real ones do. The house is a process of
its own on a clock that it is told, killed with -9 in the middle of its work: at a station of the
road, or at any moment while callbacks, orders and coupons come in.
"""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random
from threading import Timer
from typing import Any

import pytest

from coterie.app import App, open_app
from coterie.commands.campaigning import Fair, planned
from coterie.commands.simulating import settings_of
from coterie.core.clock import DAY, HOUR, SECOND
from coterie.core.errors import Unavailable
from coterie.scenarios.shoes.doors import Doors
from coterie.scenarios.shoes.judging import Figures, judge
from coterie.scenarios.shoes.plan import Plan
from coterie.scenarios.shoes.playing import NAME, play, ticks
from coterie.scenarios.wecom.player import Player
from coterie.settings import Settings
from coterie.storage.instance import Instance
from coterie.testing.clock import FakeClock
from coterie.testing.wecom import Limits, Wecom
from road.conftest import TESTS

pytestmark = pytest.mark.crash

MEMBERS = 60
AT_STATIONS, AT_ANY_TIME = 12, 8
TRIES = 5
RETRY = 5 * SECOND
"""How soon the platform brings again what was not taken."""


class Killed:
    """A stage whose house is a process that dies now and then, and is started anew."""

    def __init__(
        self, folder: Path, plan: Plan, wecom: Wecom, hand: Player, settings: Mapping[str, Any]
    ) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._folder, self._settings = folder, settings
        self._wecom, self._hand = wecom, hand
        self._clock = FakeClock(plan.day(plan.FIRST - 1) + 10 * HOUR)
        self.app = self._open()
        self.kills = self._moment = 0
        self._chance = Random(20)
        later = [moment for moment in ticks(plan) if moment > plan.day(plan.FIRST)]
        chosen = self._chance.sample(later, AT_STATIONS + AT_ANY_TIME)
        self._at_stations, self._at_any_time = set(chosen[:AT_STATIONS]), set(chosen[AT_STATIONS:])
        self._start()

    def _open(self) -> App:
        def found(asked: Instance) -> Instance:
            return Instance(asked.zone, asked.currency, simulated=NAME)

        settings = Settings(data=self._folder, **self._settings)
        return open_app(settings, founding=found, clock=self._clock)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def now(self) -> int:
        return self._clock.now()

    def move_to(self, moment: int) -> None:
        self._clock.set(moment)
        self._moment = moment
        self._hand.act("set_clock", moment=moment)
        self._order(f"move {moment}")
        if moment in self._at_any_time:  # while callbacks come, doors open, tills ring, roads run
            self._at_any_time.discard(moment)
            Timer(self._chance.uniform(0.05, 1.5), self._strike).start()

    def settle(self) -> None:
        self.up()
        for _ in range(TRIES):  # what the dead house did not take is brought again soon
            if not self._wecom.pending:
                break
            self._clock.set(self.now + RETRY)
            self._hand.act("set_clock", moment=self.now)
            self._order(f"move {self.now}")
            self._hand.act("deliver")
        stations = ""
        if self._moment in self._at_stations:
            self._at_stations.discard(self._moment)
            stations = f" {self._chance.randint(1, 40)}"
        self._order(f"settle {self.now}{stations}")

    def advance_to(self, moment: int) -> None:
        self.move_to(moment)
        self.settle()

    def end(self) -> None:
        """Let the house be dead before anybody knocks again."""
        self._house.wait(60)

    def up(self) -> None:
        """Start the house anew if it was killed."""
        if self._house.poll() is not None:
            self._bury()
            self._start()

    def close(self) -> None:
        self._house.stdin.close()
        assert self._house.wait(60) == 0
        self._house.stdout.close()
        self.app.close()

    def until_enough(self) -> None:
        """Strike again where two blows fell on one house, or one on none."""
        while self.kills < AT_STATIONS + AT_ANY_TIME:
            self._strike()
            self._house.wait(60)
            self.settle()

    def _order(self, line: str) -> None:
        for _ in range(TRIES):
            try:
                self._house.stdin.write(f"{line}\n")
                self._house.stdin.flush()
                if self._house.stdout.readline():
                    return
            except BrokenPipeError:
                pass
            self._house.wait(60)
            self.up()
            line = " ".join(line.split()[:2])
        raise AssertionError("the house does not stay alive")

    def _strike(self) -> None:
        """Kill the house that there is; whoever knocks next finds it dead."""
        self._house.kill()

    def _start(self) -> None:
        command = [
            sys.executable, "-m", "road.shoes_child", str(self._folder), str(self.port),
            str(self.now), json.dumps(self._settings),
        ]  # fmt: skip
        for _ in range(TRIES):  # it may be killed while it starts
            self._house: Any = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=TESTS
            )
            if self._house.stdout.readline() == "up\n":
                return
            self._bury()
        raise AssertionError("the house does not start")

    def _bury(self) -> None:
        assert self._house.wait(60) == -signal.SIGKILL, "nobody else ends it"
        self._house.stdin.close()
        self._house.stdout.close()
        self.kills += 1


class Stubborn(Doors):
    """Tills and programs that try again until they have an answer."""

    def __init__(self, stage: Killed, *given: Any) -> None:
        super().__init__(stage.address, *given)
        self._stage = stage

    def post(self, *given: Any, **more: Any) -> dict[str, Any]:
        return self._until_answered(lambda: super(Stubborn, self).post(*given, **more))

    def open_invitation(self, code: str) -> str:
        return self._until_answered(lambda: super(Stubborn, self).open_invitation(code))

    def _until_answered(self, ask: Callable[[], Any]) -> Any:
        for _ in range(TRIES):
            try:
                return ask()
            except Unavailable:
                self._stage.end()
                self._stage.up()
        raise AssertionError("the house does not stay alive")


def undisturbed(folder: Path, plan: Plan) -> Figures:
    with Fair(folder, plan) as fair:
        return judge(fair.play(nobody))


def nobody(_stage: str, _share: float) -> None:
    return None


def end_of(figures: Figures) -> dict[str, Any]:
    """What must be the same: what people have, what they got, what became of everything."""
    review = {
        name: figures.review[name]
        for name in (
            "total", "joined_by", "funnel", "days", "groups", "stores", "places", "coupons",
            "cost", "owed", "spread", "effect", "guides",
        )
    }  # fmt: skip
    kept = {name: getattr(figures, name) for name in ("coupons", "budgets", "friends", "groups")}
    return {"review": review, **kept}


def test_twenty_kills_change_nothing(tmp_path: Path) -> None:
    plan = planned(MEMBERS, tick=12 * HOUR)
    limits = Limits(transfer_wait=DAY // 1_000, chat_by_code=plan.capacity)
    start = FakeClock(plan.day(plan.FIRST - 1) + 10 * HOUR)
    with Wecom(plan.seed, clock=start, limits=limits) as wecom:
        hand = Player(wecom.base_url)
        settings = {
            name.removeprefix("COTERIE_").lower(): value
            for name, value in settings_of(wecom).items()
        } | {"brand": "一双", "requests_per_second": 1_000_000}
        stage = Killed(tmp_path / "killed", plan, wecom, hand, settings)
        hand.act("connect", target=f"{stage.address}/callbacks/wecom")
        enter: Callable[..., Doors] = lambda keys: Stubborn(stage, keys, lambda: stage.now)  # noqa: E731
        story = play(stage.app, stage, hand, plan, enter, nobody)
        stage.until_enough()
        figures = judge(story)
        story.doors.close()
        stage.close()
        hand.close()
    print(f"{stage.kills} kills: {figures.told()}")
    assert stage.kills == AT_STATIONS + AT_ANY_TIME == 20
    assert figures.troubles == []
    assert end_of(figures) == end_of(undisturbed(tmp_path / "undisturbed", plan))
