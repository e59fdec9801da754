"""A file that goes by columns gives the same log, and the same people, as one read row by row."""

import csv
import io
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from coterie.core.actor import COMMAND
from coterie.events.model import EventSpec
from coterie.roads.bulk import Imported, Importer, make_rows, read_rows, row_id
from coterie.roads.history.opening import opened
from coterie.roads.history.service import PORTION
from coterie.roads.mapping import parse_map
from coterie.testing import House

COLUMNS = ("id", "uid", "anon", "what", "when", "wine", "sum", "shop", "note")
MAP: dict[str, Any] = {
    "kind": "events",
    "event": "what",
    "user_id": "uid",
    "anonymous_id": "anon",
    "message_id": "id",
    "timestamp": "when",
    "properties": {
        "wine_id": "wine", "total": {"number": "sum"}, "store": "shop", "note": "note",
        "way": {"value": "import"},
    },
}  # fmt: skip
MAPS: dict[str, dict[str, Any]] = {
    "plain": MAP,
    "blanks skipped": {**MAP, "skip_blanks": True},
    "named by template": {**MAP, "message_id": "order-{id}/{wine}"},
    "named by content": {key: value for key, value in MAP.items() if key != "message_id"},
    "another zone": {**MAP, "zone": "America/New_York"},
    "times by format": {**MAP, "timestamp": {"time": "when", "format": "%Y-%m-%d"}},
    "two amounts": {
        **MAP, "event": {"value": "Bought"}, "properties": {"price": "sum", "total": "note"},
    },
}  # fmt: skip
USUAL: dict[str, list[str]] = {
    "id": ["1", "2", "3", "4", "a-b", "订单-9"],
    "uid": ["ada", "bob", "7", "", "ada"],
    "anon": ["", "", "", "phone-1"],
    "what": ["Bought", "Opened", "Bought"],
    "when": ["2025-12-01", "2025-12-02T10:00:00Z", "2025-12-02 10:00", "2025-07-01T00:00:00+05:30",
             "2025-11-02 01:30:00", "2025-12-01T10:00:00.1234Z", ""],
    "wine": ["w1", "w2", "7", "酒", ""],
    "sum": ["1", "2.50", "0.1", "-3", "12345.6789", ""],
    "shop": ["s1", "", "w1"],
    "note": ["", "fine", "好酒", "1"],
}  # fmt: skip
ODD = {
    "id": ["", " 5 ", "x" * 120, "é"],
    "uid": [" ada ", "x" * 300, "\u3000", "erased"],
    "anon": ["ada"],
    "what": ["", " Bought ", "coterie.x", "Consent Given", "Specified", "x" * 300],
    "when": ["2025-02-30", "2999-01-01", "yesterday", "2025-03-09 02:30", "1969-12-31",
             "2026-02-01", "2025-12-01T24:00", "20251201", "2025-12-01T10",
             "2025-12-01T10:00:00.1234567Z"],
    "wine": ['w"1', "w\\1", "x" * 300, "\ufdd0", "ada@example.com", "13800138000", "6901234567892"],
    "sum": ["many", "1e3", "0.00001", "99999999999999999999", "1,000", " 1"],
    "shop": ["line\nbreak", "it's", "\ufdd2"],
    "note": ['say "hi"', "ada@example.com", "call 13800138000", "\ufdd1", "a\tb", ':":5,', "1.50",
             "日本ﾃｽﾄ", "x" * 31_000],
}  # fmt: skip


def cells(name: str) -> st.SearchStrategy[str]:
    usual = st.sampled_from(USUAL[name])
    return st.integers(0, 14).flatmap(lambda n: st.sampled_from(ODD[name]) if n == 14 else usual)


rows = st.lists(st.tuples(*(cells(name) for name in COLUMNS)), min_size=1, max_size=12)


@pytest.fixture(scope="module")
def houses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[House]]:
    folder = tmp_path_factory.mktemp("history")
    with (
        House(at="2026-01-01T00:00:00Z", path=folder / "columns") as one,
        House(at="2026-01-01T00:00:00Z", path=folder / "rows") as two,
    ):
        for house in (one, two):
            with house.app.db.begin(COMMAND, house.app.clock.now()) as work:
                house.app.log.define_specs(work, [EventSpec("Specified", "note", None, "wine")])
            house.define_segment("drinkers", {"did": "Bought", "count": {">=": 2}})
        yield [one, two]


def importer(house: House, portion: int = PORTION) -> Importer:
    return Importer(house.app.inbound, house.app.catalog, house.app.zone, portion)


def by_columns(
    house: House, file: Path, document: dict[str, Any], source: str, portion: int = PORTION
) -> Imported:
    now = house.app.clock.now()
    return importer(house, portion).run(COMMAND, file, parse_map(document), source, now)


def by_rows(house: House, file: Path, document: dict[str, Any], source: str) -> Imported:
    """Read the same file one row after the other."""
    report = Imported("events")
    file_map, now = parse_map(document), house.app.clock.now()
    events = []
    for made in make_rows(read_rows(file, "utf-8-sig"), file_map, source, now, house.app.zone):
        report.read = made.row
        if made.refusal is None:
            events.append(made.thing)
        else:
            report.rejected.append(made)  # type: ignore[arg-type]
    report.accepted = len(events)
    report.fresh = house.app.inbound.bulk(COMMAND, now, events)  # type: ignore[arg-type]
    return report


def told(house: House, source: str) -> dict[str, Any]:
    """All that is known of what came from a source, without the numbers of profiles."""
    app = house.app
    with app.db.read(COMMAND, app.clock.now()) as work:
        with app.log.open_lake(work) as lake:
            found = lake.execute(
                "SELECT e.profile, e.time, e.seq, e.received, e.name, e.type, e.store, e.amount, "
                "e.properties, (SELECT list(item ORDER BY item) FROM event_items i "
                "WHERE i.seq = e.seq) FROM events e WHERE source = ?", [source],
            ).fetchall()  # fmt: skip
        everybody = app.profiles.everyone(work)
        names = app.profiles.user_ids(work, everybody)
        timelines = app.log.timelines(work, list(everybody))
        scores = {
            names[who]: dict(one.traits)
            for who, one in app.profiles.known(work, list(everybody)).items()
        }
        seen = {
            names[who]: sorted(
                (one.kind, one.value, one.first_seen, one.last_seen)
                for one in app.profiles.identities_of(work, who)
            )
            for who in everybody
        }
    return {
        "lake": sorted(
            repr((names[row[0]], row[1], row[3:8], json.loads(row[8]), row[9])) for row in found
        ),
        "timelines": {
            names[who]: sorted(
                repr((e.time, e.name, e.items, e.store, e.amount, e.properties)) for e in events
            )
            for who, events in timelines.items()
        },
        "scores": scores,
        "seen": seen,
        "members": house.members("drinkers"),
    }


def counts(report: Imported) -> tuple[Any, ...]:
    return report.read, report.accepted, report.fresh, [one.row for one in report.rejected]


@settings(
    max_examples=10,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # houses that grow can't be shrunk
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    table=rows,
    which=st.sampled_from(sorted(MAPS)),
    kind=st.sampled_from(["csv", "parquet"]),
    portion=st.sampled_from([4, PORTION]),
)
def test_columns_give_what_rows_give(
    houses: list[House],
    tmp_path: Path,
    table: list[tuple[str, ...]],
    which: str,
    kind: str,
    portion: int,
) -> None:
    file = tmp_path / f"rows.{kind}"
    write(file, table)
    source = f"s{random.random()}"
    one, two = houses
    columns = by_columns(one, file, MAPS[which], source, portion)
    assert counts(columns) == counts(by_rows(two, file, MAPS[which], source))
    assert told(one, source) == told(two, source)
    assert by_columns(one, file, MAPS[which], source, portion).fresh == 0


def test_a_list_of_words_that_grew_too_long_begins_anew(tmp_path: Path) -> None:
    file = tmp_path / "rows.parquet"
    write(file, orders(60))
    with House(at="2026-01-01T00:00:00Z") as house, House(at="2026-01-01T00:00:00Z") as whole:
        for one in (house, whole):
            one.define_segment("drinkers", {"did": "Bought", "count": {">=": 9}})
        app, now = house.app, house.app.clock.now()
        given = (parse_map(MAP), "s", now, app.zone, row_id, lambda _ids: False)
        with opened(app.inbound, file, *given) as history:
            assert history is not None
            history.most_kept = 10
            fresh = [history.carry(COMMAND, portion, {}) for portion in history.portions(7)]
            history.finish(COMMAND)
        assert fresh == [7] * 8 + [4]
        assert not app.inbound.settle_owed(now)
        by_rows(whole, file, MAP, "s")
        assert told(house, "s") == told(whole, "s")


def test_an_event_with_a_spec_of_its_own_tells_what_its_spec_says(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    row = ("1", "ada", "", "Specified", "2025-12-01", "w1", "9", "s1", "fine")
    write(file, [row, ("2", "ada", "", "Bought", *row[4:])])
    with House(at="2026-01-01T00:00:00Z") as house:
        with house.app.db.begin(COMMAND, house.app.clock.now()) as work:
            house.app.log.define_specs(work, [EventSpec("Specified", "note", None, "wine")])
        house.define_segment("drinkers", {"did": "Bought"})
        by_columns(house, file, MAP, "s")
        found = told(house, "s")["timelines"]["ada"]
    assert ["'Bought', ('w1',), 's1', 90000" in one for one in found] == [True, False]
    assert ["'Specified', ('fine',), None, 90000" in one for one in found] == [False, True]


def orders(number: int) -> list[tuple[str, ...]]:
    return [
        (
            f"o{n}",
            f"u{n % 7}",
            "",
            "Bought",
            f"2025-12-{1 + n % 28:02d}",
            f"w{n % 3}",
            str(n),
            "",
            "",
        )
        for n in range(number)
    ]


def test_a_file_that_breaks_off_goes_on_where_it_was(tmp_path: Path) -> None:
    """Portions commit one by one; what follows from them is owed, and never forgotten."""
    file = tmp_path / "rows.csv"
    write(file, orders(60))

    class Interrupted(Exception):
        pass

    def interrupt(rows: int) -> None:
        if rows == 40:
            raise Interrupted

    with House(at="2026-01-01T00:00:00Z") as house, House(at="2026-01-01T00:00:00Z") as whole:
        for one in (house, whole):
            one.define_segment("drinkers", {"did": "Bought", "count": {">=": 9}})
        now = house.app.clock.now()
        broken = Importer(house.app.inbound, house.app.catalog, house.app.zone, portion=20)
        with pytest.raises(Interrupted):
            broken.run(COMMAND, file, parse_map(MAP), "s", now, interrupt)
        assert len(house.events("u0")) == 6
        assert house.members("drinkers") == set()
        again = broken.run(COMMAND, file, parse_map(MAP), "s", now)
        assert counts(again) == (60, 60, 20, [])
        by_rows(whole, file, MAP, "s")
        assert told(house, "s") == told(whole, "s")
        assert house.members("drinkers") == {"u0", "u1", "u2", "u3"}


def test_what_a_left_import_owes_is_brought_by_the_road(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    write(file, orders(60))
    with House(at="2026-01-01T00:00:00Z") as house:
        house.define_segment("drinkers", {"did": "Bought", "count": {">=": 9}})
        house.define_segment("active", {"trait": "scores.activity", "op": ">", "value": 0})
        now = house.app.clock.now()
        before = len(house.facts())
        importer(house).take_in(COMMAND, file, parse_map(MAP), "s", now)
        house.settle()
        assert house.members("drinkers") == {"u0", "u1", "u2", "u3"}, "the log tells"
        assert house.members("active") == set(), "somebody may still be at it"
        house.advance(minutes=11)
        assert house.members("active") >= {"u0", "u1", "u2", "u3"}
        assert house.score("u0", "activity") > 0
        assert len(house.facts()) == before, "nothing is started, however late it is brought"


def test_history_starts_nothing_but_is_looked_at_by_who_waits(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    write(file, orders(20))
    with House(at="2026-01-01T00:00:00Z") as house:
        house.define_segment("drinkers", {"did": "Bought"})
        before = len(house.facts())
        by_columns(house, file, MAP, "s")
        house.settle()
        assert len(house.members("drinkers")) == 7
        assert len(house.facts()) == before


def write(file: Path, table: list[tuple[str, ...]]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([COLUMNS, *table])
    if file.suffix == ".csv":
        file.write_text(text.getvalue(), newline="")
        return
    with duckdb.connect() as engine:
        shape = ", ".join(f'"{name}" VARCHAR' for name in COLUMNS)
        engine.execute(f"CREATE TABLE given ({shape})")
        marks = ", ".join("nullif(?, '')" for _ in COLUMNS)
        engine.executemany(f"INSERT INTO given VALUES ({marks})", table)
        engine.execute(f"COPY given TO '{file}' (FORMAT parquet)")
