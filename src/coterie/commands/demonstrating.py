"""``coterie demo wecom``: two stores on a simulated WeCom, played in an hour of its own time."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from threading import Thread
from typing import Any

import typer

from coterie import settings as configuration
from coterie.app import open_app
from coterie.channels.wecom.settings import CALLBACKS
from coterie.commands.opening import house
from coterie.commands.printing import err, print_json
from coterie.commands.simulating import reach, settings_of
from coterie.core.actor import COMMAND
from coterie.core.clock import SECOND, SystemClock, parse_time
from coterie.core.clock import zone as zone_named
from coterie.core.errors import Conflict
from coterie.scenarios.wecom.judging import Figures
from coterie.scenarios.wecom.plan import Plan
from coterie.scenarios.wecom.player import Player
from coterie.scenarios.wecom.playing import NAME, Progress, play
from coterie.serving import serve
from coterie.storage import instance as instances
from coterie.storage.instance import Instance
from coterie.testing.clock import FakeClock
from coterie.testing.wecom import Limits, Wecom
from coterie.testing.wecom.serving import Serving
from coterie.testing.wecom.stage import Stage
from coterie.web.server import create_app

FOLDER = Path("coterie-demo-wecom")
START = "2026-01-10T10:00:00+08:00"
"""A Saturday morning, when people come."""


class Town:
    """A new house in a folder, connected to a simulated WeCom over HTTP both ways."""

    def __init__(self, folder: Path, plan: Plan) -> None:
        if (folder / "coterie.db").exists():
            raise Conflict(f"{folder} holds a house already: choose another --data, or remove it")
        start = parse_time(START, zone_named("Asia/Shanghai"))
        clock = FakeClock(start)
        self._stack = ExitStack()
        try:
            limits = Limits(transfer_wait=plan.wait // SECOND)
            wecom = Wecom(plan.seed, clock=FakeClock(start), limits=limits)
            self.wecom = self._stack.enter_context(wecom)
            self.settings = {
                name.removeprefix("COTERIE_").lower(): value
                for name, value in settings_of(self.wecom).items()
            }
            settings = configuration.read(data=folder, **self.settings)
            self.app = open_app(settings, founding=_founding(start), clock=clock)
            self._stack.callback(self.app.close)
            self._web = Serving(create_app(self.app))
            self._stack.callback(self._web.close)
            self.player = Player(self.wecom.base_url)
            self._stack.callback(self.player.close)
            self.player.act("connect", target=f"{self._web.address}{CALLBACKS}")
        except BaseException:
            self._stack.close()
            raise
        self.stage = Stage(self.app, clock, self.player)

    @property
    def address(self) -> str:
        """Where the house answers."""
        return self._web.address

    def __enter__(self) -> "Town":
        """Return it open."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the house and its WeCom."""
        self._stack.close()


def play_wecom(town: Town, plan: Plan, progress: Progress) -> Figures:
    """Play the story, and leave the house's clock where the story ended."""
    figures = play(town.app, town.stage, town.player, plan, progress)
    with town.app.db.begin(COMMAND, town.stage.now) as work:
        instances.set_clock_offset(work, town.stage.now - SystemClock().now())
    return figures


def demo_wecom(
    data: Path | None,
    port: int | None,
    customers: int,
    showing: Callable[[str], AbstractContextManager[Progress]],
    *,
    once: bool,
    as_json: bool,
) -> None:
    """Play the story, print its figures, and go on serving both unless ``once``."""
    folder, plan = data or FOLDER, of_size(customers)
    with Town(folder, plan) as town:
        began = time.perf_counter()
        with showing("Playing two stores on WeCom") as progress:
            figures = play_wecom(town, plan, progress)
        told = {**figures.told(), "seconds": round(time.perf_counter() - began, 1)}
        if as_json:
            print_json(told)
        else:
            _print(told)
        if not once:
            _go_on(town, folder, port)
    if figures.troubles:
        raise typer.Exit(1)


def of_size(customers: int) -> Plan:
    """Return the story with so many customers, and of everything else its share."""
    whole = Plan()
    return Plan(
        customers=customers,
        guides=max(6, min(whole.guides, customers // 10)),
        joining=customers * whole.joining // whole.customers,
        full=max(1, customers * whole.full // whole.customers),
    )


def _go_on(town: Town, folder: Path, port: int | None) -> None:
    """Serve the house that was played, on the machine's clock from where the story ended."""
    offset = town.stage.now - SystemClock().now()
    town.wecom.use_clock(SystemClock(offset))
    with house(data=folder, port=port, **town.settings) as app:

        def ready(address: str) -> None:
            err.print(f"The house is at {address}, everybody at {town.wecom.base_url}/play",
                      markup=False)  # fmt: skip
            target = f"{address}{CALLBACKS}"
            Thread(target=reach, args=(town.wecom, target), daemon=True).start()

        serve(app, ready)


def _print(told: dict[str, Any]) -> None:
    for name, value in told.items():
        if isinstance(value, dict):
            parts = (f"{number:,} {part.replace('_', ' ')}" for part, number in value.items())
            value = ", ".join(parts)
        if name != "troubles":
            typer.echo(f"{name.replace('_', ' '):18} {value}")
    for one in told["troubles"]:
        typer.echo(f"{'trouble':18} {one}")


def _founding(start: int) -> Callable[[Instance], Instance]:
    def found(asked: Instance) -> Instance:
        offset = start - SystemClock().now()
        return Instance(asked.zone, asked.currency, clock_offset=offset, simulated=NAME)

    return found
