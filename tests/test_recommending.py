"""The commands of recommendations, and the playbooks that come with Coterie."""

from pathlib import Path

import pytest

from coterie.testing import House
from test_cli import Runner


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Runner:
    return Runner(capsys)


def test_it_learns_says_how_good_and_what_next(run: Runner, tmp_path: Path) -> None:
    with House(path=tmp_path) as house:
        for key in "abcdefgh":
            house.define_item(key, title=key.upper())
        house.receive(
            [
                {"type": "track", "userId": user, "event": "Item Viewed",
                 "properties": {"item": key}}
                for user, keys in (("ann", "abcdef"), ("bob", "abcdefg"), ("eve", "abc"))
                for key in keys
            ]
        )  # fmt: skip
    assert run("recommend", "show", "ann", "--data", tmp_path).out == "", "nothing is learnt yet"
    learnt = run("recommend", "learn", "--data", tmp_path, "--json").json
    assert (learnt["items"], learnt["people"], learnt["touches"]) == (8, 3, 16)
    assert "16 touches of 8 items by 3 people" in run("recommend", "learn", "--data", tmp_path).out
    shown = run("recommend", "show", "ann", "--data", tmp_path, "--json").json
    assert [one["item"] for one in shown] == ["g"]
    told = run("recommend", "evaluate", "--data", tmp_path).out
    assert "2 people with more than 5 items" in told
    found = run("recommend", "evaluate", "--at-least", "6", "--data", tmp_path, "--json").json
    assert found["people"] == 1
    assert set(found["qualities"]) == {"popular", "ease"}
    assert run("recommend", "evaluate", "--at-least", "9", "--data", tmp_path).code == 3
    assert run("recommend", "show", "nobody", "--data", tmp_path).code == 3
