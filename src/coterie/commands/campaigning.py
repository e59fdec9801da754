"""``coterie demo shoes``: an anniversary on a simulated WeCom, from first group to review."""

import time
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import typer

from coterie.commands.printing import print_json
from coterie.commands.towns import ZONE, PlayedTown
from coterie.core.clock import DAY, HOUR, parse_time
from coterie.core.clock import zone as zone_named
from coterie.core.numbers import SCALE
from coterie.scenarios.shoes.doors import Doors, Keys
from coterie.scenarios.shoes.judging import judge
from coterie.scenarios.shoes.plan import MEMBERS, Plan, of_size
from coterie.scenarios.shoes.playing import NAME, Progress, play
from coterie.scenarios.shoes.story import Story
from coterie.testing.wecom import Limits

FOLDER = Path("coterie-demo-shoes")
SALE = "2026-09-18T00:00:00+08:00"
"""A Friday: the first day of the sale."""
_MONEY = frozenset(
    {"revenue", "refunded", "spent", "cost", "cost_per_buyer", "amount", "assisted_revenue"}
)
OFTEN = 1_000_000
"""Requests a second: the story's clock stands still while many are made."""


class Fair(PlayedTown):
    """The brand's house in a folder, and its WeCom, on the day before the first group is built."""

    def __init__(self, folder: Path, plan: Plan) -> None:
        start = plan.day(plan.FIRST - 1) + 10 * HOUR
        limits = Limits(transfer_wait=DAY // 1_000, chat_by_code=plan.capacity)
        super().__init__(
            folder, plan.seed, limits, start, NAME, brand="一双", requests_per_second=OFTEN
        )
        self.plan = plan

    def play(self, progress: Progress) -> Story:
        """Play the story."""

        def enter(keys: Keys) -> Doors:
            doors = Doors(self.address, keys, lambda: self.stage.now)
            self.on_close(doors.close)
            return doors

        story = play(self.app, self.stage, self.player, self.plan, enter, progress)
        self.keep_clock()
        return story


def planned(members: int = MEMBERS, *, seed: str = "shoes", tick: int = 2 * HOUR) -> Plan:
    """Return the story with about so many members, its sale on the day that it is."""
    return of_size(members, seed=seed, start=parse_time(SALE, zone_named(ZONE)), tick=tick)


def demo_shoes(
    data: Path | None,
    port: int | None,
    members: int,
    showing: Callable[[str], AbstractContextManager[Progress]],
    *,
    once: bool,
    as_json: bool,
) -> None:
    """Play the story, print its figures, and go on serving the house unless ``once``."""
    folder = data or FOLDER
    with Fair(folder, planned(members)) as fair:
        began = time.perf_counter()
        with showing("Playing an anniversary") as progress:
            story = fair.play(progress)
            figures = judge(story)
        told = {**figures.told(), "seconds": round(time.perf_counter() - began, 1)}
        if as_json:
            print_json(told)
        else:
            _print(told)
        if not once:
            fair.go_on(folder, port)
    if figures.troubles:
        raise typer.Exit(1)


def _print(told: Mapping[str, Any]) -> None:
    for part, value in told.items():
        if part == "troubles":
            continue
        typer.echo(f"{part}:" if isinstance(value, Mapping) else f"{part}: {value}")
        if isinstance(value, Mapping):
            for name, one in value.items():
                if name != "definitions":
                    money = _MONEY if part == "review" else frozenset()
                    typer.echo(f"  {name.replace('_', ' '):24} {_plain(name, one, money)}")
    for one in told["troubles"]:
        typer.echo(f"trouble: {one}")


def _plain(name: str, value: Any, money: Collection[str]) -> str:
    """Write a figure; amounts, which are scaled, as they are paid."""
    if isinstance(value, Mapping):
        inner = ((key, _plain(key, one, money)) for key, one in value.items())
        return ", ".join(f"{key.replace('_', ' ')} {one}" for key, one in inner)
    if isinstance(value, list):
        return f"{len(value)} rows"
    if isinstance(value, bool) or not isinstance(value, int):
        return str(value)
    return f"{value / SCALE:,.2f}" if name in money else f"{value:,}"
