"""The demo tells the truth about real ratings, twice the same, whatever happens in between."""

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import duckdb
import pytest

from coterie.app import open_app
from coterie.core.actor import COMMAND
from coterie.core.errors import Conflict, NotFound
from coterie.scenarios import wine
from coterie.settings import Settings

COTERIE = Path(sys.executable).with_name("coterie")
TESTS = Path(__file__).parents[1]
DATA = Path(wine.__file__).parent / "data"
RATINGS, WINES = DATA / "xwines_ratings.parquet", DATA / "xwines_wines.parquet"


def demo(folder: Path, *options: str) -> dict[str, Any]:
    """Run the command as a user does; it says nothing but its one JSON object."""
    command = [str(COTERIE), "demo", "--once", "--json", "--data", str(folder), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2_000:]
    assert done.stderr == ""
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def without_seconds(report: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in report.items() if name != "seconds"}


def log_counts(folder: Path) -> dict[str, int]:
    app = open_app(Settings(data=folder))
    with app.db.read(COMMAND, 0) as work:
        counts = app.log.counts(work)
    app.close()
    return counts


def query(sql: str, *files: Path) -> list[tuple[Any, ...]]:
    with duckdb.connect() as engine:
        return engine.execute(sql, [str(file) for file in files]).fetchall()


# --- the whole of it, by the real command


@pytest.mark.crash
def test_the_command_plays_every_rating(tmp_path: Path) -> None:
    started = time.monotonic()
    first = demo(tmp_path / "demo")
    print(f"the demo took {time.monotonic() - started:.0f} s, by stage: {first['seconds']}")
    assert (first["profiles"], first["events"], first["items"]) == (10_561, 150_000, 1_007)
    assert first["events_by_name"]["Wine Rated"] == 150_000
    assert first["communities"]["italy"]["eligible"] == 74


def test_the_command_tells_the_wine_community_and_tells_it_again(tmp_path: Path) -> None:
    options = ("--ratings", str(sample(tmp_path, 300)))
    first = demo(tmp_path / "demo", *options)
    assert (first["profiles"], first["items"]) == (300, 1_007)
    assert first["events_by_name"]["Wine Rated"] == first["events"] > 4_000
    assert first["simulated"] == "wine"
    assert first["now"] == "2022-01-01T00:00:00.000Z"
    assert set(first["seconds"]) == {"read", "items", "history", "playbook", "live"}

    journeys = first["journeys"]
    assert set(journeys) == {"next-level", "win-back"}
    assert all(journey["entered"] > 0 for journey in journeys.values())
    for outcome in ("entered", "held", "shadow", "sent"):
        assert sum(journey[outcome] for journey in journeys.values()) > 0, outcome

    for name, community in first["communities"].items():
        assert community["eligible"] > 0, name
        assert community["invited"] > 0, name
        assert community["invited"] >= community["joined"] + community["declined"], name
    assert sum(community["joined"] for community in first["communities"].values()) > 0
    assert sum(community["declined"] for community in first["communities"].values()) > 0

    messages = first["messages"]
    assert messages["by_status"]["sent"] >= sum(one["sent"] for one in journeys.values()) > 0
    assert sum(messages["held_by_reason"].values()) == messages["by_status"]["held"] > 0
    assert messages["by_status"]["failed"] == 0

    counts = log_counts(tmp_path / "demo")
    second = demo(tmp_path / "demo", *options)
    assert without_seconds(second) == without_seconds(first)
    assert log_counts(tmp_path / "demo") == counts


# --- a sample, against SQL over the input


def sample(folder: Path, people: int, leave_out: int = 0) -> Path:
    """Write all ratings of some people, drawn by a stable hash; leave some ratings out."""
    file = folder / f"ratings-{people}-{leave_out}.parquet"
    query(
        f"""COPY (
          WITH drawn AS (
            SELECT user_id FROM (SELECT DISTINCT user_id FROM read_parquet($1))
            ORDER BY md5('sample' || user_id) LIMIT {people}),
          chosen AS (SELECT * FROM read_parquet($1) WHERE user_id IN (FROM drawn)),
          dropped AS (
            SELECT rating_id FROM chosen
            WHERE rating_id <> (SELECT arg_max(rating_id, ts) FROM chosen)
            ORDER BY md5('leave out' || rating_id) LIMIT {leave_out})
          SELECT * FROM chosen WHERE rating_id NOT IN (FROM dropped)
        ) TO '{file}' (FORMAT parquet)""",
        RATINGS,
    )
    return file


def play(folder: Path, ratings: Path) -> dict[str, Any]:
    """Play the demo in this process, and report."""
    app = open_app(Settings(data=folder), founding=wine.founding(ratings))
    try:
        wine.play(app, ratings, lambda _stage, _share: None)
    finally:
        app.close()
    return reported(folder)


def reported(folder: Path) -> dict[str, Any]:
    app = open_app(Settings(data=folder))
    try:
        with app.db.read(COMMAND, app.clock.now()) as work:
            return app.report(work)
    finally:
        app.close()


FACTS = """
WITH rated AS (SELECT * FROM read_parquet($1) r JOIN read_parquet($2) w USING (wine_id)),
ending AS (SELECT date_trunc('day', max(ts)) + INTERVAL 1 DAY AS moment FROM read_parquet($1)),
people AS (
  SELECT user_id,
         count(*) AS ratings,
         count(*) FILTER (country = 'Italy') AS italy,
         count(*) FILTER (country = 'France') AS france,
         count(*) FILTER (country = 'Portugal') AS portugal,
         count(*) FILTER (country = 'Argentina') AS argentina,
         count(*) FILTER (type = 'Sparkling') AS sparkling,
         max(ts) AS latest
  FROM rated GROUP BY user_id)
"""
"""What the playbook's rules ask, written anew by hand: as of the midnight after the last rating."""


def lovers(column: str) -> str:
    return f"{column} >= 5 AND {column} >= 0.4 * ratings"


RULES = {
    "italy-lovers": lovers("italy"),
    "france-lovers": lovers("france"),
    "portugal-lovers": lovers("portugal"),
    "argentina-lovers": lovers("argentina"),
    "sparkling-lovers": lovers("sparkling"),
    "tasters": "ratings >= 10",
    "active": "latest > moment - INTERVAL 30 DAY",
    "sleeping": "latest > moment - INTERVAL 180 DAY AND latest <= moment - INTERVAL 60 DAY",
}
COMMUNITIES = {
    "italy": "italy-lovers",
    "france": "france-lovers",
    "portugal": "portugal-lovers",
    "sparkling": "sparkling-lovers",
}


def predicted(ratings: Path) -> dict[str, Any]:
    columns = ", ".join(f'count(*) FILTER ({rule}) AS "{slug}"' for slug, rule in RULES.items())
    (row,) = query(
        f"{FACTS} SELECT sum(ratings)::BIGINT, count(*), {columns} FROM people, ending",
        ratings, WINES,
    )  # fmt: skip
    segments = dict(zip(RULES, row[2:], strict=True))
    eligible = {slug: segments[segment] for slug, segment in COMMUNITIES.items()}
    return {"events": row[0], "profiles": row[1], "segments": segments, "eligible": eligible}


def told(report: dict[str, Any]) -> dict[str, Any]:
    """The same numbers, as the house tells them; activity fades and is left to its own tests."""
    segments = {slug: one["population"] for slug, one in report["segments"].items()}
    assert segments.pop("lively") > 0
    return {
        "events": report["events"],
        "profiles": report["profiles"],
        "segments": segments,
        "eligible": {slug: one["eligible"] for slug, one in report["communities"].items()},
    }


def test_the_numbers_are_those_that_sql_over_the_input_predicts(
    wine_template: Path, tmp_path: Path
) -> None:
    whole, fewer = sample(tmp_path, 850), sample(tmp_path, 850, leave_out=100)
    expected, changed = predicted(whole), predicted(fewer)
    assert 11_000 < expected["events"] < 13_000
    assert changed["events"] == expected["events"] - 100
    assert changed["segments"] != expected["segments"], "what was taken out is seen"
    assert all(expected["segments"].values()), "every segment has somebody to count"
    shutil.copytree(wine_template, tmp_path / "whole")  # the same 850 people, played once for all
    assert told(reported(tmp_path / "whole")) == expected
    assert told(play(tmp_path / "fewer", fewer)) == changed


# --- interrupted


def killed(folder: Path, ratings: Path, place: str, number: int) -> None:
    command = [sys.executable, "-m", "scenarios.child", str(folder), str(ratings), place]
    done = subprocess.run([*command, str(number)], cwd=TESTS, check=False)
    assert done.returncode == -signal.SIGKILL


@pytest.mark.crash
def test_a_demo_killed_again_and_again_ends_like_an_undisturbed_one(tmp_path: Path) -> None:
    ratings = sample(tmp_path, 60)
    undisturbed = demo(tmp_path / "undisturbed", "--ratings", str(ratings))
    assert undisturbed["journeys"]["next-level"]["sent"] > 0
    folder = tmp_path / "killed"
    killed(folder, ratings, "facts kept", 1)  # in the bulk load of the history
    killed(folder, ratings, "carried", 25)  # in the middle of a batch
    killed(folder, ratings, "slice", 20)  # a day is over
    killed(folder, ratings, "accepted", 5)  # a day has begun: it is durable and not carried
    killed(folder, ratings, "delivered", 2)  # a message is out, its receipt is not kept
    resumed = demo(folder, "--ratings", str(ratings))
    assert without_seconds(resumed) == without_seconds(undisturbed)
    assert log_counts(folder) == log_counts(tmp_path / "undisturbed")


# --- what it will not do


def test_no_demo_touches_a_real_house(tmp_path: Path) -> None:
    open_app(Settings(data=tmp_path)).close()
    with pytest.raises(Conflict, match="choose another with --data"):
        play(tmp_path, RATINGS)
    assert log_counts(tmp_path) == {}


def test_ratings_that_are_not_there_found_no_house(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        wine.founding(tmp_path / "no.parquet")
    shutil.copy(RATINGS, tmp_path / "ratings.parquet")
    assert wine.founding(tmp_path / "ratings.parquet") is not None
