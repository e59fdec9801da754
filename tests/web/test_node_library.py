"""An unmodified @segment/analytics-node against a served house."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from web.conftest import House

PROGRAM = Path(__file__).parent / "node"


@pytest.fixture(scope="session")
def node() -> str:
    """Node, with the library installed beside the program as its lock file says."""
    program, npm = shutil.which("node"), shutil.which("npm")
    if program is None:
        pytest.skip("Node is not installed: @segment/analytics-node is not tried")
    if not (PROGRAM / "node_modules").exists():
        if npm is None:
            pytest.skip("npm is not installed: @segment/analytics-node cannot be fetched")
        command = [npm, "install", "--no-save", "--silent", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=PROGRAM, timeout=300, capture_output=True, check=False)
        if done.returncode != 0:
            pytest.skip(f"npm could not fetch @segment/analytics-node: {done.stderr[-300:]!r}")
    return program


def say(node: str, address: str, key: str) -> list[str]:
    command = [node, "send.mjs", address, key]
    done = subprocess.run(
        command, cwd=PROGRAM, timeout=60, capture_output=True, text=True, check=True
    )
    errors: list[str] = json.loads(done.stdout)
    return errors


def test_every_call_of_the_library_arrives(house: House, address: str, node: str) -> None:
    assert say(node, address, house.new_key()) == []
    events = {event.name: event for event in house.events()}
    assert set(events) == {
        "coterie.identified", "Article Read", "Page Viewed", "Screen Viewed", "coterie.grouped",
        "coterie.aliased",
    }  # fmt: skip
    identified = events["coterie.identified"]
    assert identified.traits == {"city": "Turin", "born": "1981-02-02T00:00:00.000Z"}
    assert events["Article Read"].context["library"]["name"] == "@segment/analytics-node"
    assert events["Page Viewed"].properties == {"name": "Barolo", "category": "Magazine"}
    assert events["coterie.aliased"].previous_id == "a1"


def test_a_wrong_key_reaches_the_program(house: House, address: str, node: str) -> None:
    assert "delivery_failure" in say(node, address, "wk_wrong")
    assert house.events() == []
