"""The house is killed again and again while customers scan: nothing is lost and nothing twice.

Everything is real but the platform: the house is a process of its own that is killed with -9 and
started anew, callbacks come over HTTP by the machine's clock and are tried again as WeCom does.
What is right is counted in the simulator's journal.
"""

import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from threading import Event as Flag
from typing import Any

import pytest

from coterie.app import App, open_app
from coterie.commands.simulating import settings_of
from coterie.core.clock import HOUR, SystemClock
from coterie.core.errors import Conflict
from coterie.guides.handover.model import Wanted
from coterie.messaging.model import Request
from coterie.scenarios.wecom.judging import Figures, judge
from coterie.scenarios.wecom.laying import ACTOR, TEMPLATE, Laid, hire, lay
from coterie.scenarios.wecom.plan import Plan, guide_name
from coterie.scenarios.wecom.player import Player as Hand
from coterie.scenarios.wecom.playing import CHANNEL, ORIGIN
from coterie.settings import Settings
from coterie.testing.wecom import Limits, Wecom
from road.conftest import Player

pytestmark = pytest.mark.crash

PLAN = Plan(seed="crash", customers=400, guides=8, joining=120, full=0)
KILLS_IN_SCANS, KILLS_AFTER = 14, 3
PACE = 0.1
"""Real seconds between two scans."""


class Now:
    """A stage on the machine's clock."""

    def __init__(self, app: App) -> None:
        self._app = app

    @property
    def now(self) -> int:
        return self._app.clock.now()

    def advance_to(self, _moment: int) -> None:
        self.settle()

    def move_to(self, _moment: int) -> None:
        return None

    def settle(self) -> None:
        self._app.settle_all(self.now)


class Town:
    """A house that can be killed, and its WeCom."""

    def __init__(self, player: Player, folder: Path, wecom: Wecom) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.player, self.folder, self.wecom = player, folder, wecom
        self.settings: dict[str, Any] = {
            name.removeprefix("COTERIE_").lower(): value
            for name, value in settings_of(wecom).items()
        } | {"port": port, "holdout": 0}
        self.hand = Hand(wecom.base_url)
        self.pid = 0
        self.kills = 0

    @contextmanager
    def opened(self, offset: int = 0) -> Iterator[App]:
        """Open the house beside the process that serves it, as a command does."""
        app = open_app(Settings(data=self.folder, **self.settings), clock=SystemClock(offset))
        yield app
        app.close()

    def start(self) -> None:
        address, self.pid = self.player.serve(self.folder, 900, **self.settings)
        assert address.endswith(str(self.settings["port"]))

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        assert self.player.ended() == -signal.SIGKILL
        self.kills += 1
        self.start()

    def kill_now_and_then(self, times: int, chance: Random) -> None:
        for _ in range(times):
            wait(chance.uniform(0.3, 2.5))
            self.kill()


def wait(seconds: float) -> None:
    Flag().wait(seconds)


def scan_and_join(town: Town, laid: Laid, people: list[str], chance: Random) -> None:
    """Let everybody scan, some join a group soon after, and the house be killed meanwhile."""
    plan, act = PLAN, town.hand.act
    codes, joins = act("codes"), set(plan.joins())
    deadly = set(chance.sample(range(5, len(people)), KILLS_IN_SCANS))
    for number, person in enumerate(people):
        guide = plan.guide_of(number)
        state = laid.common[plan.store_of(number)] if guide is None else laid.own[guide]
        act("scan", code=codes[state], external_userid=person, half=plan.is_half(number))
        earlier = number - 10
        if earlier in joins:
            group = laid.groups[plan.store_of(earlier)]
            act("join", code=codes[group], external_userid=people[earlier])
        if number in deadly:
            town.kill()
        wait(PACE)
    for late in joins & set(range(len(people) - 10, len(people))):
        act("join", code=codes[laid.groups[plan.store_of(late)]], external_userid=people[late])


def hand_over(town: Town) -> None:
    for guide in PLAN.leavers():
        town.hand.act("member_leaves", userid=guide_name(guide))
    until_quiet(town)
    until_they_are_gone(town)
    with town.opened() as app, app.db.begin(ACTOR, app.clock.now()) as work:
        slugs = app.guides.organisation.of_userids(
            work, [guide_name(guide) for guide in range(PLAN.guides)]
        )
        for guide in PLAN.leavers():
            wanted = Wanted(slugs[guide_name(guide)], slugs[guide_name(PLAN.heir(guide))])
            _, facts = app.guides.handovers.ask(work, wanted)
            app.inbound.tell(work, facts)


def until_they_are_gone(town: Town) -> None:
    """Wait until the house knows that they left: those on the job are handed over otherwise."""
    with town.opened() as app:
        for _ in range(150):
            with app.db.read(ACTOR, app.clock.now()) as work:
                known = [
                    app.guides.organisation.by_userid(work, guide_name(guide))
                    for guide in PLAN.leavers()
                ]
            if all(one is not None and one.left is not None for one in known):
                return
            wait(0.2)
    raise AssertionError("the house never heard that guides left")


def until_all_are_bound(town: Town, people: list[str]) -> None:
    """Wait until the house has taken in whatever was brought."""
    with town.opened() as app:
        for _ in range(300):
            with app.db.read(ACTOR, app.clock.now()) as work:
                profiles = app.mirror.profiles_of(work, people)
                owners = app.guides.bindings.owners(work, set(profiles.values()))
            if len(owners) == len(people):
                return
            wait(0.2)
    raise AssertionError(f"{len(people) - len(owners)} of all never became a guide's customer")


def send(town: Town, people: list[str]) -> None:
    with town.opened() as app, app.db.begin(ACTOR, app.clock.now()) as work:
        profiles = app.mirror.profiles_of(work, people)
        requests = [
            Request(one, CHANNEL, TEMPLATE, "service", f"{ORIGIN} {one}", ORIGIN)
            for one in sorted(set(profiles.values()))
        ]
        app.inbound.tell(work, app.messaging.send(work, requests).facts)


def until_quiet(town: Town, seconds: float = 60) -> None:
    """Wait until every callback is brought, or lost for good."""
    for _ in range(int(seconds / 0.2)):
        if not town.wecom.pending:
            break
        wait(0.2)
    wait(2)


def finish(town: Town, people: list[str]) -> Figures:
    """Stop the house, let the rest of its work be done an hour at a time, and judge."""
    os.kill(town.pid, signal.SIGTERM)
    town.player.ended()
    for hours in range(1, 6):
        town.wecom.use_clock(SystemClock(hours * HOUR))
        with town.opened(hours * HOUR) as app:
            for guide in range(PLAN.guides):
                for task in town.hand.act("sends_of", userid=guide_name(guide)):
                    town.hand.act("confirm_send", msgid=task["msgid"], userid=guide_name(guide))
            try:
                with app.db.begin(ACTOR, app.clock.now()) as work:
                    app.mirror.syncs.start(work)
            except Conflict:
                pass
            for _ in range(3):
                app.settle_all(app.clock.now())
                wait(2)
            now = app.clock.now()
            figures = judge(app, town.hand, PLAN, people, ORIGIN, now, killed=True)
    return figures


def test_twenty_kills_lose_nothing(player: Player, tmp_path: Path) -> None:
    chance = Random(20)
    with Wecom("crash", auto=True, limits=Limits(transfer_wait=5)) as wecom:
        town = Town(player, tmp_path / "house", wecom)
        hire(town.hand, PLAN)
        with town.opened() as app:
            laid = lay(app, Now(app), town.hand, PLAN)
        town.start()
        wecom.connect(f"http://127.0.0.1:{town.settings['port']}/callbacks/wecom")
        people = town.hand.people([f"Customer {number}" for number in range(PLAN.customers)])
        scan_and_join(town, laid, people, chance)
        until_quiet(town)
        until_all_are_bound(town, people)
        hand_over(town)
        town.kill_now_and_then(KILLS_AFTER, chance)
        send(town, people)
        town.kill_now_and_then(KILLS_AFTER, chance)
        until_quiet(town)
        figures = finish(town, people)
        town.hand.close()
    print(f"{town.kills} kills: {figures.told()}")
    assert town.kills == KILLS_IN_SCANS + 2 * KILLS_AFTER == 20
    assert figures.troubles == []
    assert (figures.profiles, figures.tagged) == (PLAN.customers, PLAN.customers)
    assert figures.joined == PLAN.joining and figures.handed_over > 0
    assert figures.welcomes["sent"] >= PLAN.customers * 0.9, "and hardly one came too late"
    assert sum(figures.sends.values()) == PLAN.customers
