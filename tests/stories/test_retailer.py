"""Sixteen questions of a retailer, on a year of real orders: ours, and SQL over the raw files.

The rules and the numbers are read from the page that tells of them. A fifth of the households is
asked, and all of them with ``-m crash``; what the page tells is held against SQL over all of them.
The data are not shipped: without ``../shared/data`` this is left out, and says so.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest

from coterie.core.actor import COMMAND
from coterie.core.ids import bucket
from coterie.roads.bulk import Importer
from coterie.roads.shipped.library import shipped_one
from coterie.roads.shipped.preparing import prepare
from coterie.roads.shipped.recipe import Recipe, read_recipe
from coterie.testing import House
from coterie.testing.asking import TESTER
from docs.pages import DOCS, blocks, table
from stories.retailer import PRELUDE, QUERIES

DATA = Path(__file__).parents[3] / "shared" / "data"
PAGE = DOCS / "explanation" / "questions.md"
ALL, FIFTH = "true", "customer_id % 5 = 3"
FEW = 40
"""About so many households are asked by the reader of one person as well."""

pytestmark = pytest.mark.skipif(
    not (DATA / "completejourney_events.parquet").is_file(),
    reason=f"the data sets are not at {DATA}: see its README for where they come from",
)


@contextmanager
def year(folder: Path, households: str) -> Iterator[House]:
    """Import the year of some households by columns, which leaves scores and segments owed."""
    with House(
        at="2018-01-01T00:00:00", zone="America/New_York", holdout=0, currency="USD"
    ) as house:
        for name, file in (
            ("orders", "events"),
            ("campaigns", "events"),
            ("coupons", "events"),
            ("people", "demographics"),
        ):
            recipe = shipped_one(f"completejourney-{name}")
            some = folder / f"{name}.parquet"
            copy(DATA / f"completejourney_{file}.parquet", some, "*", households)
            prepared = prepare(some, recipe, folder)
            if name == "orders":
                prepared, recipe = without_lists(prepared, recipe)
            take_in(house, prepared, recipe)
        yield house


def without_lists(file: Path, recipe: Recipe) -> tuple[Path, Recipe]:
    """Write the departments as JSON and leave out the order's number: both go row by row."""
    whole = dict(recipe.document)
    asked = {key: whole["properties"][key] for key in ("total", "store_id", "coupon_discount")}
    properties = {**asked, "tags": {"json": "tags"}}
    plain = file.with_name("plain.parquet")
    copy(file, plain, "* REPLACE (to_json(tags)::VARCHAR AS tags)", ALL)
    return plain, read_recipe("orders", {**whole, "properties": properties})


def copy(source: Path, target: Path, columns: str, where: str) -> None:
    with duckdb.connect() as engine:
        query = f"SELECT {columns} FROM '{source}' WHERE {where}"
        engine.execute(f"COPY ({query}) TO '{target}' (FORMAT parquet)")


def take_in(house: House, file: Path, recipe: Recipe) -> None:
    app = house.app
    assert recipe.file_map is not None
    importer = Importer(app.inbound, app.catalog, app.zone)
    report = importer.take_in(COMMAND, file, recipe.file_map, "retailer", app.clock.now())
    assert report.fresh == report.read > 100


def questions() -> dict[int, Any]:
    return {n: json.loads(one.text) for n, one in enumerate(blocks("json", "question"), 1)}


@contextmanager
def raw(households: str) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as engine:
        views = PRELUDE.replace("DATA", str(DATA)).replace("HOUSEHOLDS", households)
        engine.execute(views)
        yield engine


def by_hand(households: str) -> dict[int, set[str]]:
    with raw(households) as engine:
        return {
            n: {str(who) for (who,) in engine.execute(query).fetchall()}
            for n, query in QUERIES.items()
        }


@pytest.mark.parametrize("households", [FIFTH, pytest.param(ALL, marks=pytest.mark.crash)])
def test_every_question_names_whom_sql_over_the_raw_files_names(
    households: str, tmp_path: Path
) -> None:
    expected, asked = by_hand(households), questions()
    assert asked.keys() == expected.keys()
    with year(tmp_path, households) as house:
        app = house.app
        with app.db.read(TESTER, app.clock.now()) as work:
            ours = {
                n: set(app.profiles.user_ids(work, app.segments.population(work, rule)).values())
                for n, rule in asked.items()
            }
            assert [
                (n, sorted(ours[n] ^ who)) for n, who in expected.items() if ours[n] != who
            ] == []
            everybody = app.profiles.user_ids(work, app.profiles.everyone(work))
            drawn = 10_000 * FEW // len(everybody)
            few = {p: user for p, user in everybody.items() if bucket("few", user) < drawn}
            rules = {n: app.segments.rule(work, rule) for n, rule in asked.items()}
            asker = app.segments.ask(work, list(few))
            assert [
                (n, user)
                for n, rule in rules.items()
                for profile, user in few.items()
                if asker.holds(rule, profile) != (user in expected[n])
            ] == []
    assert len(few) > FEW // 3


def test_the_page_tells_what_sql_over_the_raw_files_tells() -> None:
    told = {int(row[0]): int(row[2]) for row in table(PAGE, "#")}
    assert told == {n: len(who) for n, who in by_hand(ALL).items()}
    with raw(ALL) as engine:
        [(people, above, edge, tied)] = engine.execute("""
            WITH came AS (SELECT customer_id, count(*) AS n FROM orders WHERE ts >= ago(90)
                GROUP BY 1), edge AS (SELECT n FROM came ORDER BY n DESC LIMIT 1 OFFSET 232)
            SELECT count(*), count(*) FILTER (n > (FROM edge)), any_value((FROM edge)),
                count(*) FILTER (n = (FROM edge)) FROM came
        """).fetchall()
    flat = re.sub(r"\s+", " ", PAGE.read_text(encoding="utf-8"))
    assert f"{people:,} households came at all, so it is {told[11]} of them; {above} came" in flat
    assert f"more than {edge} times, {tied} came {edge} times" in flat
