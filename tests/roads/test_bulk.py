"""Importing somebody's file into a real house."""

import datetime
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

from coterie.core.actor import COMMAND
from coterie.core.errors import Invalid, NotFound
from coterie.events.model import EventSpec
from coterie.roads.bulk import Imported, Importer, read_rows
from coterie.roads.mapping import FileMap, parse_map
from coterie.testing import House

RATINGS: dict[str, Any] = {
    "kind": "events",
    "event": {"value": "Wine Rated"},
    "user_id": "uid",
    "timestamp": "when",
    "properties": {"wine_id": "wine", "rating": {"number": "rating"}},
}
CSV = """uid,when,wine,rating
ada,2025-12-01,w1,4
bob,2025-12-02 10:00:00,w2,3.5
ada,2025-12-01,w1,4
"""
EVENTS = Path(__file__).parents[3] / "shared" / "data" / "completejourney_events.parquet"


@pytest.fixture
def house() -> Iterator[House]:
    with House(at="2026-01-01T00:00:00Z") as made:
        yield made


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "rows.csv"
    path.write_text(CSV)
    return path


def importer(house: House) -> Importer:
    return Importer(house.app.inbound, house.app.catalog, house.app.zone)


def run(house: House, file: Path, document: dict[str, Any], **other: Any) -> Imported:
    now = house.app.clock.now()
    return importer(house).run(COMMAND, file, parse_map(document), "shop", now, **other)


def dry(house: House, file: Path, document: dict[str, Any]) -> Imported:
    now = house.app.clock.now()
    return importer(house).dry_run(file, parse_map(document), "shop", now)


def counts(report: Imported) -> tuple[int, int, int, int]:
    return report.read, report.accepted, report.fresh, len(report.rejected)


def parquet(path: Path, query: str, *given: Any) -> Path:
    with duckdb.connect() as engine:
        engine.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)", list(given))
    return path


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def told(house: House, *people: str) -> list[tuple[Any, ...]]:
    """All that came in about some people."""
    return [
        (person, one.event, one.at, one.items, sorted(one.properties.items()))
        for person in people
        for one in house.events(person)
    ]


# --- reading


def test_a_csv_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", "uid,名字\nada,艾达\n", "utf-8-sig")
    assert list(read_rows(file, "utf-8-sig")) == [{"uid": "ada", "名字": "艾达"}]


def test_a_tsv_is_cut_at_tabs_and_quotes_hold_line_breaks(tmp_path: Path) -> None:
    file = write(tmp_path / "a.tsv", 'uid\tnote\nada\t"a,b\nc"\n')
    assert list(read_rows(file, "utf-8")) == [{"uid": "ada", "note": "a,b\nc"}]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("rows.xls", b"x", "give a .csv, .tsv or .parquet file"),
        ("rows.parquet", b"uid\nada\n", "is no Parquet file"),
        ("rows.csv", b"uid\nJos\xe9\n", "name it in the map"),
        ("rows.csv", b'uid\n"' + b"x\n" * 100_000, "look for a quote left open"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(
    name: str, content: bytes, said: str, tmp_path: Path
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(Invalid, match=said) as caught:
        list(read_rows(file, "utf-8"))
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_is_not_found(tmp_path: Path) -> None:
    for name in ("no.csv", "no.parquet", "."):
        with pytest.raises(NotFound):
            list(read_rows(tmp_path / name, "utf-8"))


def test_the_map_names_the_encoding(house: House, tmp_path: Path) -> None:
    file = write(tmp_path / "gbk.csv", "uid,city\n艾达,上海\n", "gbk")
    document = {"kind": "profiles", "user_id": "uid", "traits": {"city": "city"}}
    assert counts(run(house, file, {**document, "encoding": "gbk"})) == (1, 1, 1, 0)
    assert house.traits("艾达") == {"city": "上海"}
    with pytest.raises(Invalid) as caught:
        run(house, file, document)
    assert caught.value.path == "encoding"


# --- events


def test_rows_become_events_of_the_past(house: House, file: Path) -> None:
    assert counts(run(house, file, RATINGS)) == (3, 3, 3, 0)
    one, two = house.events("ada")
    assert one.at == two.at == datetime.datetime(2025, 11, 30, 16, tzinfo=datetime.UTC)
    assert one.properties == {"wine_id": "w1", "rating": 4}
    assert house.events("bob")[0].properties["rating"] == 3.5


def test_importing_again_changes_nothing(house: House, file: Path) -> None:
    """Two equal rows of one file are two events; the same file again is none."""
    run(house, file, RATINGS)
    before = told(house, "ada", "bob")
    assert len(before) == 3
    house.advance(days=20)
    assert counts(run(house, file, RATINGS)) == (3, 3, 0, 0)
    assert told(house, "ada", "bob") == before


def test_rows_added_to_a_file_come_in_and_the_old_ones_do_not(house: House, file: Path) -> None:
    run(house, file, RATINGS)
    file.write_text(CSV + "ada,2025-12-01,w1,4\nbob,2025-12-09,w1,1\n")
    assert counts(run(house, file, RATINGS)) == (5, 5, 2, 0)
    assert counts(run(house, file, RATINGS)) == (5, 5, 0, 0)


def test_a_message_id_of_the_file_counts_once_whatever_else_the_row_says(
    house: House, tmp_path: Path
) -> None:
    document = {**RATINGS, "message_id": "rating-{id}"}
    file = write(tmp_path / "a.csv", "id,uid,when,wine,rating\n1,ada,2025-12-01,w1,4\n"
                 "1,ada,2025-12-01,w1,5\n2,ada,2025-12-02,w1,5\n")  # fmt: skip
    assert counts(run(house, file, document)) == (3, 3, 2, 0)
    assert [one.properties["rating"] for one in house.events("ada")] == [4, 5]


def test_rows_whose_message_id_is_blank_are_named_by_their_content(
    house: House, tmp_path: Path
) -> None:
    document = {**RATINGS, "message_id": "id"}
    file = write(tmp_path / "a.csv", "id,uid,when,wine,rating\n,ada,2025-12-01,w1,4\n"
                 " ,ada,2025-12-01,w1,5\nx,ada,2025-12-01,w1,5\n")  # fmt: skip
    assert counts(run(house, file, document)) == (3, 3, 3, 0)
    assert counts(run(house, file, document)) == (3, 3, 0, 0)


def test_what_came_from_another_source_is_something_else(house: House, file: Path) -> None:
    run(house, file, RATINGS)
    now = house.app.clock.now()
    report = importer(house).run(COMMAND, file, parse_map(RATINGS), "till", now)
    assert report.fresh == 3


def test_a_dry_run_shows_what_would_be_and_keeps_nothing(house: House, file: Path) -> None:
    report = dry(house, file, RATINGS)
    assert counts(report) == (3, 3, 0, 0)
    assert [row["userId"] for row in report.sample] == ["ada", "bob", "ada"]
    assert report.sample[1]["properties"] == {"wine_id": "w2", "rating": 3.5}
    with house.app.db.read(COMMAND, 0) as work:
        assert house.app.log.counts(work) == {}
        assert house.app.profiles.count(work) == 0
    assert run(house, file, RATINGS).fresh == 3, "nothing was remembered as seen either"


def test_a_sample_has_five_rows(house: House, tmp_path: Path) -> None:
    rows = "".join(f"u{number},2025-12-01,w,1\n" for number in range(9))
    file = write(tmp_path / "a.csv", "uid,when,wine,rating\n" + rows)
    assert [row["userId"] for row in dry(house, file, RATINGS).sample] == [
        f"u{number}" for number in range(5)
    ]


def test_bad_rows_stay_out_with_their_number_and_reason_and_the_rest_goes_in(
    house: House, tmp_path: Path
) -> None:
    file = write(
        tmp_path / "a.csv",
        "uid,when,wine,rating\n"
        "ada,2025-12-01,w1,4\n"
        "bob,2025-12-01,w1\n"
        "bob,2025-12-01,w1,4,more\n"
        ",2025-12-01,w1,4\n"
        "bob,yesterday,w1,4\n"
        "bob,2025-12-01,w1,four\n"
        "bob,1950-01-01,w1,4\n"
        f"{'x' * 300},2025-12-01,w1,4\n"
        "eve,2025-12-31,w1,\n",
    )
    report = run(house, file, RATINGS)
    assert counts(report) == (9, 2, 2, 7)
    assert [(one.row, one.path) for one in report.rejected] == [
        (2, ""), (3, ""), (4, ""), (5, "timestamp"), (6, "rating"), (7, "timestamp"), (8, "userId"),
    ]  # fmt: skip
    assert [one.reason for one in report.rejected[:2]] == [
        "the row has fewer values than the header has columns",
        "the row has more values than the header has columns",
    ]
    assert report.rejected[0].values == {"uid": "bob", "when": "2025-12-01", "wine": "w1"}
    assert report.rejected[1].values[""] == ["more"]
    assert house.events("eve")[0].properties["rating"] is None
    assert house.events("bob") == []
    assert dry(house, file, RATINGS).rejected == report.rejected


def test_an_event_of_our_own_name_is_refused(house: House, tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", "uid,name\nada,coterie.tagged\nada,Wine Rated\n")
    report = run(house, file, {"kind": "events", "event": "name", "user_id": "uid"})
    assert counts(report) == (2, 1, 1, 1)
    assert report.rejected[0].path == "event"


def test_history_starts_nothing_but_moves_people_and_scores(house: House, file: Path) -> None:
    house.define_segment("raters", {"did": "Wine Rated"})
    house.define_template("hello", text="Hello")
    node = {"do": "message", "channel": "sms", "template": "hello", "touch": "service"}
    entry = {"entry": {"segment": "raters"}, "start": "say", "nodes": {"say": {**node,
             "then": "end"}}, "holdout": 0}  # fmt: skip
    house.define_journey("welcome", entry)
    run(house, file, RATINGS)
    house.settle()
    assert house.members("raters") == {"ada", "bob"}
    assert house.runs("welcome") == []
    house.receive([{"type": "track", "userId": "new", "event": "Wine Rated"}])
    assert [one.person for one in house.runs("welcome")] == ["new"]


def test_profiles_come_in_with_their_traits(house: House, tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", "id,mail,city,when\nada,ada@example.com,Torino,2025-12-01\n"
                 "bob,,Roma,2025-12-01\n")  # fmt: skip
    document = {"kind": "profiles", "user_id": "id", "timestamp": "when",
                "traits": {"email": "mail", "city": "city"}}  # fmt: skip
    assert counts(run(house, file, document)) == (2, 2, 2, 0)
    assert house.traits("ada") == {"email": "ada@example.com", "city": "Torino"}
    before = house.traits("bob")
    assert counts(run(house, file, document)) == (2, 2, 0, 0)
    assert house.traits("bob") == before


def test_progress_is_told_after_each_chunk(house: House, file: Path) -> None:
    rows: list[int] = []
    run(house, file, RATINGS, progress=rows.append)
    assert rows == [3]


# --- items

WINES: dict[str, Any] = {
    "kind": "items", "key": "sku", "title": "name", "price": {"number": "price"},
    "topics": ["wine/{country}"],
}  # fmt: skip


def keys(house: House) -> list[str]:
    with house.app.db.read(COMMAND, 0) as work:
        return [one.key for one in house.app.catalog.items(work)]


def test_items_come_in_once_and_are_changed_by_a_later_file(house: House, tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", "sku,name,price,country\nw1,Barolo,12.5,Italy\nw2,X,,\n")
    assert counts(run(house, file, WINES)) == (2, 2, 2, 0)
    assert counts(run(house, file, WINES)) == (2, 2, 0, 0)
    file.write_text("sku,name,price,country\nw1,Barolo,13,France\nw3,Y,1,Italy\n")
    assert counts(run(house, file, WINES)) == (2, 2, 1, 0)
    with house.app.db.read(COMMAND, 0) as work:
        changed = house.app.catalog.item(work, "w1")
        assert changed is not None
        assert (changed.price, changed.topics) == (130_000, ("wine/france",))
        assert house.app.catalog.items_of(work, "wine") == {"w1", "w3"}


def test_items_of_other_topics_move_people_at_once(
    house: House, tmp_path: Path, file: Path
) -> None:
    items = write(tmp_path / "i.csv", "sku,name,price,country\nw1,Barolo,12.5,Italy\n")
    run(house, items, WINES)
    run(house, file, RATINGS)
    house.define_segment("italy", {"did": "Wine Rated", "topic": "wine/italy"})
    assert house.members("italy") == {"ada"}
    items.write_text("sku,name,price,country\nw1,Barolo,12.5,France\nw2,X,1,Italy\n")
    run(house, items, WINES)
    assert house.members("italy") == {"bob"}


def test_a_bad_item_stays_out_and_the_others_go_in(house: House, tmp_path: Path) -> None:
    file = write(
        tmp_path / "a.csv",
        "sku,name,price,country\nw1,A,1,Italy\n,B,1,Italy\nw3,C,dear,Italy\nw4,D,-1,Italy\n"
        f"w5,E,1,{'x' * 300}\nw6,{'F' * 3_000},1,Italy\nw7,G,1e15,Italy\nw8,H,2,Italy\n",
    )
    report = run(house, file, WINES)
    assert counts(report) == (8, 2, 2, 6)
    assert [(one.row, one.path) for one in report.rejected] == [
        (2, "item.key"), (3, "price"), (4, "item.price"), (5, "item.topics[0]"),
        (6, "item.title"), (7, "item.price"),
    ]  # fmt: skip
    assert keys(house) == ["w1", "w8"]
    again = dry(house, file, WINES)
    assert (again.accepted, again.rejected) == (2, report.rejected)


# --- Parquet

TYPED = """
SELECT * FROM (VALUES
  ('ada', TIMESTAMP '2025-12-01 10:00:00', 'w1', 4.5::DECIMAL(12,2)),
  ('bob', TIMESTAMP '2025-12-02 00:00:00', 'w2', 3.00::DECIMAL(12,2)),
  ('eve', TIMESTAMP '2025-12-03 00:00:00', NULL, NULL)
) AS rows(uid, "when", wine, rating)
"""


def test_parquet_and_csv_of_the_same_data_give_the_same(tmp_path: Path) -> None:
    found = []
    with duckdb.connect() as engine:
        engine.execute(f"COPY ({TYPED}) TO '{tmp_path / 'rows.csv'}' (HEADER)")
    parquet(tmp_path / "rows.parquet", TYPED)
    document = {**RATINGS, "properties": {"wine_id": "{wine}", "rating": {"number": "rating"}}}
    for name in ("rows.csv", "rows.parquet"):
        with House(at="2026-01-01T00:00:00Z") as house:
            assert counts(run(house, tmp_path / name, document)) == (3, 3, 3, 0)
            found.append(told(house, "ada", "bob", "eve"))
    assert found[0] == found[1]
    assert len(found[0]) == 3


def test_every_type_of_a_parquet_file_becomes_plain_json(house: House, tmp_path: Path) -> None:
    query = """SELECT 'ada' AS uid, TIMESTAMPTZ '2025-12-01 10:00:00+08' AS "when",
        'nan'::DOUBLE AS nothing, DECIMAL '1.50' AS amount, TIME '10:00' AS at,
        DATE '2025-12-01' AS day, INTERVAL 1 DAY AS span, 2::HUGEINT AS huge, true AS yes,
        uuid '172a6dcf-91cf-4d2a-b3b4-8e8dbd2a2b2f' AS id, 'x'::BLOB AS blob,
        [TIMESTAMP '2025-12-01 00:00:00'] AS days, {'a': 'nan'::FLOAT, 'b': [1]} AS inner_one,
        MAP {'a': 1} AS pairs"""
    file = parquet(tmp_path / "types.parquet", query)
    with duckdb.connect() as engine:
        names = [row[0] for row in engine.execute(f"DESCRIBE {query}").fetchall()][2:]
    fields = {"properties": {name: name for name in names}}
    event = {"kind": "events", "event": {"value": "X"}, "user_id": "uid", "timestamp": "when"}
    sample = dry(house, file, {**event, **fields}).sample[0]["properties"]
    assert counts(run(house, file, {**event, **fields})) == (1, 1, 1, 0)
    (one,) = house.events("ada")
    assert one.at == datetime.datetime(2025, 12, 1, 2, tzinfo=datetime.UTC)
    assert one.properties == sample
    assert sample["nothing"] is None
    assert (sample["amount"], sample["huge"], sample["yes"]) == (1.5, 2, True)
    assert (sample["day"], sample["inner_one"]) == ("2025-12-01", {"a": None, "b": [1]})
    item = {"kind": "items", "key": {"value": "k"}, **fields}
    assert counts(run(house, file, item)) == (1, 1, 1, 0)
    with house.app.db.read(COMMAND, 0) as work:
        kept = house.app.catalog.item(work, "k")
    assert kept is not None
    assert kept.properties["days"] == sample["days"]


def test_a_rejected_row_of_a_parquet_file_is_shown_as_plain_json(
    house: House, tmp_path: Path
) -> None:
    query = "SELECT NULL::VARCHAR AS uid, 'nan'::DOUBLE AS rating, DATE '2025-12-01' AS day"
    document = {"kind": "events", "event": {"value": "X"}, "user_id": "uid"}
    (one,) = dry(house, parquet(tmp_path / "a.parquet", query), document).rejected
    assert one.values == {"uid": None, "rating": None, "day": "2025-12-01"}


# --- somebody else's real data

JOURNEY: dict[str, Any] = {
    "kind": "events",
    "event": "event",
    "user_id": "{customer_id}",
    "message_id": "e-{event_id}",
    "timestamp": "ts",
    "zone": "UTC",
    "properties": {"total": "amount", "store_id": "{store_id}", "tags": "tags", "lines": "n_lines"},
}
SAMPLE = "SELECT * FROM read_parquet(?) WHERE event_id % 33 = 0 ORDER BY ts, event_id LIMIT 5000"


def expected(file: Path) -> Sequence[tuple[Any, ...]]:
    """Reckon with DuckDB, independently of the house, over the rows that were imported."""
    with duckdb.connect() as engine:
        return engine.execute(
            "SELECT event, count(*), count(DISTINCT customer_id),"
            " coalesce(sum(amount), 0)::DOUBLE, min(epoch_ms(ts)), max(epoch_ms(ts))"
            " FROM read_parquet(?) GROUP BY event ORDER BY event",
            [str(file)],
        ).fetchall()


def stored(house: House) -> Sequence[tuple[Any, ...]]:
    with house.app.db.read(COMMAND, 0) as work, house.app.log.open_lake(work) as lake:
        return lake.execute(
            "SELECT name, count(*), count(DISTINCT profile),"
            " coalesce(sum(amount), 0)::BIGINT / 10000, min(time), max(time)"
            " FROM events GROUP BY name ORDER BY name"
        ).fetchall()


@pytest.mark.skipif(not EVENTS.is_file(), reason=f"no retail data at {EVENTS}")
def test_a_retailers_year_adds_up_to_the_cent(tmp_path: Path) -> None:
    file = parquet(tmp_path / "journey.parquet", SAMPLE, str(EVENTS))
    document: FileMap = parse_map(JOURNEY)
    with House(at="2018-02-01T00:00:00Z") as house:
        now = house.app.clock.now()
        with house.app.db.begin(COMMAND, now) as work:
            house.app.log.define_specs(work, [EventSpec("order", None, "total", "store_id")])
        report = importer(house).run(COMMAND, file, document, "shop", now)
        assert report.accepted == report.fresh == report.read >= 4_900
        found = stored(house)
        assert [row[0] for row in found] == ["campaign_received", "coupon_redeemed", "order"]
        assert found == expected(file)
        house.define_segment("spenders", {"did": "order", "sum": "total", "is": {">=": 100}})
        with duckdb.connect() as engine:
            spenders = engine.execute(
                "SELECT DISTINCT customer_id FROM (SELECT customer_id, sum(amount) AS spent"
                f" FROM read_parquet('{file}') WHERE event = 'order' GROUP BY customer_id)"
                " WHERE spent >= 100"
            ).fetchall()
        assert house.members("spenders") == {str(row[0]) for row in spenders}
        assert importer(house).run(COMMAND, file, document, "shop", now).fresh == 0
        assert stored(house) == found
