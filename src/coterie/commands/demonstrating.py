"""``coterie demo wecom``: two stores on a simulated WeCom, played in an hour of its own time."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import typer

from coterie.commands.printing import print_json
from coterie.commands.towns import ZONE, PlayedTown
from coterie.core.clock import SECOND, parse_time
from coterie.core.clock import zone as zone_named
from coterie.scenarios.wecom.judging import Figures
from coterie.scenarios.wecom.plan import Plan
from coterie.scenarios.wecom.playing import NAME, Progress, play
from coterie.testing.wecom import Limits

FOLDER = Path("coterie-demo-wecom")
START = "2026-01-10T10:00:00+08:00"
"""A Saturday morning, when people come."""


class Town(PlayedTown):
    """A new house in a folder, connected to a simulated WeCom, for a story of so many customers."""

    def __init__(self, folder: Path, plan: Plan) -> None:
        limits = Limits(transfer_wait=plan.wait // SECOND)
        start = parse_time(START, zone_named(ZONE))
        super().__init__(folder, plan.seed, limits, start, NAME)


def play_wecom(town: Town, plan: Plan, progress: Progress) -> Figures:
    """Play the story, and leave the house's clock where the story ended."""
    figures = play(town.app, town.stage, town.player, plan, progress)
    town.keep_clock()
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
            town.go_on(folder, port)
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


def _print(told: dict[str, Any]) -> None:
    for name, value in told.items():
        if isinstance(value, dict):
            parts = (f"{number:,} {part.replace('_', ' ')}" for part, number in value.items())
            value = ", ".join(parts)
        if name != "troubles":
            typer.echo(f"{name.replace('_', ' '):18} {value}")
    for one in told["troubles"]:
        typer.echo(f"{'trouble':18} {one}")
