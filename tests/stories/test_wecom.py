"""Two stores on WeCom, over HTTP both ways: nothing is lost and nothing happens twice.

What became of it is counted in the simulator's journal, not in our own books: ``judging`` holds
the two against each other and names every place where they differ.
"""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from coterie.cli import cli
from coterie.commands.demonstrating import Town, of_size, play_wecom
from coterie.core.clock import MINUTE, SECOND
from coterie.scenarios.wecom.judging import Figures
from coterie.scenarios.wecom.plan import Plan


def played(folder: Path, plan: Plan) -> Figures:
    with Town(folder, plan) as town:
        figures = play_wecom(town, plan, lambda _stage, _share: None)
        tokens = town.wecom.count("token")
        served = {one.data["api"] for one in town.wecom.entries("api", errcode=42001)}
    assert figures.tokens == tokens > 1 and served, "the token died midway, and somebody noticed"
    return figures


def check(figures: Figures, plan: Plan) -> None:
    assert figures.troubles == []
    people = plan.customers
    assert (figures.profiles, figures.tagged) == (people, people)
    assert figures.bound + figures.parted == people and figures.parted <= people // 50
    assert figures.joined == plan.joining
    assert figures.welcomes["sent"] + figures.welcomes.get("expired", 0) == people
    assert figures.welcomes["sent"] >= people * 0.7, "all but those who came during the outage"
    assert figures.welcome_seconds["max"] <= 20
    assert figures.callbacks_twice > 0 and figures.callbacks_lost == 0
    assert figures.handed_over > 0
    assert figures.sends["sent"] >= people * 0.8
    assert sum(figures.sends.values()) == people


def test_a_few_customers(tmp_path: Path) -> None:
    plan = Plan(
        customers=10, guides=6, joining=4, leaving=1, full=1, length=2 * MINUTE,
        outage=30 * SECOND, wait=10 * MINUTE,
    )  # fmt: skip
    check(played(tmp_path / "house", plan), plan)


@pytest.mark.crash
def test_a_thousand_customers_of_twenty_guides(tmp_path: Path) -> None:
    command = ["demo", "wecom", "--once", "--json", "--data", str(tmp_path / "house")]
    made = CliRunner().invoke(cli, command)
    assert made.exit_code == 0, made.output
    told = json.loads(made.stdout)
    seconds = told.pop("seconds")
    plan = of_size(1_000)
    assert (plan.customers, plan.guides, plan.stores, plan.joining) == (1_000, 20, 2, 300)
    check(Figures(**told), plan)
    print(f"{seconds} s: {told}")
