"""The commands of orders: feeds, figures, the balance of a file, rates, the shipped maps."""

import json
from pathlib import Path

import pytest

from test_cli import Runner

SAMPLES = Path(__file__).parent / "roads" / "shipped" / "samples"


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Runner:
    return Runner(capsys)


def test_from_a_shops_export_to_the_balance(run: Runner, tmp_path: Path) -> None:
    data = tmp_path / "house"
    file = SAMPLES / "youzan-orders.csv"
    assert "shopify-orders" in run("import", "--maps").out
    taken = run("import", file, "--map", "youzan-orders", "--data", data, "--json")
    assert json.loads(taken.out)["accepted"] == 7
    figures = run("orders", "figures", "--data", data, "--json").json
    assert (figures["paid_orders"], figures["gross"]) == (2, 1428.5)
    assert figures["refunded_of_these_orders"] == 30.5
    balance = run("orders", "reconcile", "--data", data)
    assert balance.code == 0
    assert "youzan-orders: 2 orders on 2 days" in balance.out
    # the file is changed: what it tells now is not what the log holds
    other = tmp_path / "other.csv"
    other.write_text(file.read_text(encoding="utf-8").replace("30.50,30.50", "31.50,30.50"))
    differs = run(
        "orders", "reconcile", "--file", other, "--map", "youzan-orders", "--data", data, "--json"
    )
    assert differs.code == 1
    (one,) = differs.json["differences"]
    assert (one["why"], one["told"], one["logged"]) == ("amount", 31.5, 30.5)


def test_feeds_and_rates(run: Runner, tmp_path: Path) -> None:
    data = tmp_path / "house"
    made = run("feed", "new", "till", "--shop", "vino", "--data", data)
    assert made.out.startswith("whsec_")
    assert run("feed", "list", "--data", data).out == "till  vino  standard\n"
    assert run("feed", "new", "till", "--data", data).code == 4
    assert run("feed", "new", "eu", "--dialect", "shopify", "--data", data).code == 2
    assert run("orders", "rate", "USD=7.1", "--data", data).code == 0
    assert run("orders", "rate", "USD", "--data", data).code == 2
    assert run("import", SAMPLES / "youzan-orders.csv", "--map", "none", "--data", data).code == 3
