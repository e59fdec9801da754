"""The search of the tables, on both databases: it finds her in text, JSON and blobs alone."""

from pathlib import Path

import pytest

from coterie.core.actor import COMMAND
from coterie.events.named import Names
from coterie.profiles.erasure.store import erasure_rows
from coterie.roads.erasing import store
from coterie.roads.imports.store import imports, rejections
from coterie.roads.store import pending_facts
from coterie.storage import audit
from coterie.storage.audit import audit_rows
from coterie.storage.database import Database
from coterie.storage.schema import metadata

NOW = 1_767_225_600_000
TEXTS = ["周兰芝 Zhou", "lan.zhou@example.com", 'SO-"77"-001']


def places(database: Database, texts: list[str]) -> list[str]:
    names = Names([("", text) for text in texts])
    with database.read(COMMAND, NOW) as work:
        found = [store.places(work, table, names, texts) for table in store.tables()]
    return [each for some in found for each in some]


def test_a_text_is_found_however_it_is_written(database: Database) -> None:
    with database.begin(COMMAND, NOW) as work:
        audit.record(work, "export", "周兰芝 Zhou", filter={"q": [TEXTS[1]], "order": TEXTS[2]})
        work.insert(
            pending_facts, [{"count": 1, "body": b"\x00\xff" + TEXTS[1].encode() + b"\x00"}]
        )
    assert places(database, TEXTS) == ["audit.detail", "audit.object", "road_facts.body"]
    assert places(database, TEXTS[:1]) == ["audit.object"]
    assert places(database, TEXTS[2:]) == ["audit.detail"]
    assert places(database, ["somebody else"]) == []


def test_a_longer_word_is_somebody_elses(database: Database) -> None:
    with database.begin(COMMAND, NOW) as work:
        audit.record(work, "export", "SO-77-0012", note="mylan.zhou@example.com.cn")
    assert places(database, ["SO-77-001"]) == []


def test_what_operators_wrote_is_blanked(database: Database) -> None:
    names = Names([("email", TEXTS[1])])
    with database.begin(COMMAND, NOW) as work:
        audit.record(work, "export", "people", filter=f"q={TEXTS[1]}", count=3)
        audit.record(work, "export", "items", count=9)
        assert store.blank_ours(work, names, [TEXTS[1]])["audit"] == 1
        rows = work.connection.execute(audit_rows.select().order_by(audit_rows.c.id)).all()
        assert [row.detail for row in rows] == [{"filter": "[erased]", "count": 3}, {"count": 9}]
    assert places(database, [TEXTS[1]]) == []


def test_very_many_texts_are_looked_for(database: Database) -> None:
    with database.begin(COMMAND, NOW) as work:
        audit.record(work, "export", "order-0499")
    assert places(database, [f"order-{number:04d}" for number in range(500)]) == ["audit.object"]


def test_every_table_with_a_word_in_it_is_looked_through() -> None:
    left_out = {table.name for table in metadata.sorted_tables} - {
        table.name for table in store.tables()
    }
    wordless = {
        table.name
        for table in metadata.sorted_tables
        if not any(str(column.type).split("(")[0] in _WORDS for column in table.c)
    }
    assert left_out - wordless == {"accounts", "failed_sign_ins", "erasures", "tombstones"}
    assert erasure_rows.name in left_out


_WORDS = ("VARCHAR", "TEXT", "JSON", "BLOB")


def test_staff_of_the_same_name_are_other_people(database: Database) -> None:
    from_ada = COMMAND.__class__("person", "ada.lovelace")
    with database.begin(from_ada, NOW) as work:
        audit.record(work, "go_on", "messaging")
    assert places(database, ["ada.lovelace"]) == []


def test_bytes_are_found_in_the_files_wherever_a_piece_ends(tmp_path: Path) -> None:
    database = Database.in_folder(tmp_path)
    (tmp_path / "coterie.db").write_bytes(b"." * ((1 << 24) - 3) + b"needle" + b"." * 9)
    assert store.is_left(database, [b"other", b"needle"])
    assert not store.is_left(database, [b"noodle"])
    (tmp_path / "coterie.db-wal").write_bytes(b"a noodle")
    assert store.is_left(database, [b"noodle"])
    database.close()


@pytest.mark.parametrize("text", ["\\", "%", "_", "'; DROP TABLE audit; --"])
def test_odd_texts_do_no_harm(database: Database, text: str) -> None:
    assert places(database, [f"odd {text} text"]) == []


def test_a_short_id_counts_where_it_stands_alone(database: Database) -> None:
    names = Names([("user_id", "ada")])
    rows = [
        {"import_id": "i1", "row": number, "why": "no_ids", "place": "", "faults": [],
         "values": {"member": member, "note": "adagio"}}
        for number, member in ((1, "ada"), (2, "adam"))
    ]  # fmt: skip
    with database.begin(COMMAND, NOW) as work:
        work.connection.execute(imports.insert().values(**_IMPORT))
        work.insert(rejections, rows)
        assert store.drop_rejections(work, names, ["ada"]) == 1
        found = work.connection.execute(rejections.select().order_by(rejections.c.row)).all()
    assert [(row.why, row.values) for row in found] == [
        ("erased", {}),
        ("no_ids", {"member": "adam", "note": "adagio"}),
    ]


_IMPORT = {
    "id": "i1", "name": "a.csv", "state": "checked", "size": 1, "columns": [], "encoding": "utf-8",
    "delimiter": ",", "total": 2, "by": "person:ada", "created": NOW, "changed": NOW, "read": 2,
    "accepted": 0, "fresh": 0, "people": 0, "failure": "",
}  # fmt: skip
