"""The unit of work: all of it or nothing, on both databases."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError, OperationalError

from coterie.core.actor import Actor
from coterie.core.errors import Unavailable
from coterie.storage.database import Database
from coterie.storage.instance import instance_values
from coterie.storage.leases import lease_rows
from coterie.storage.work import Work, in_chunks

ADA = Actor("person", "ada")
NOW = 1_767_225_600_000


class Stumbled(Exception):
    pass


def keep(work: Work, **values: str) -> None:
    work.insert(instance_values, [{"name": k, "value": v} for k, v in values.items()])


def kept(database: Database) -> dict[str, str]:
    with database.read(ADA, NOW) as work:
        return {row.name: row.value for row in work.connection.execute(select(instance_values))}


def test_what_a_work_wrote_stands_when_it_ends(database: Database) -> None:
    with database.begin(ADA, NOW) as work:
        keep(work, zone="Asia/Shanghai")
        assert (work.actor, work.now, work.dialect) == (ADA, NOW, database.dialect)
    assert kept(database) == {"zone": "Asia/Shanghai"}


def test_a_work_that_stumbles_leaves_nothing(database: Database) -> None:
    with pytest.raises(Stumbled), database.begin(ADA, NOW) as work:
        keep(work, zone="Asia/Shanghai")
        keep(work, currency="CNY")
        raise Stumbled
    assert kept(database) == {}


def test_a_statement_that_fails_takes_the_ones_before_it_along(database: Database) -> None:
    with pytest.raises(IntegrityError), database.begin(ADA, NOW) as work:
        keep(work, zone="Asia/Shanghai")
        keep(work, zone="Europe/Rome")
    assert kept(database) == {}


def test_callbacks_run_in_order_once_the_commit_stands(database: Database) -> None:
    seen: list[object] = []
    with database.begin(ADA, NOW) as work:
        work.after_commit(lambda: seen.append(kept(database)))
        work.after_commit(lambda: seen.append("second"))
        keep(work, zone="Asia/Shanghai")
        assert seen == []
    assert seen == [{"zone": "Asia/Shanghai"}, "second"]


def test_callbacks_of_a_work_that_stumbles_never_run(database: Database) -> None:
    seen: list[int] = []
    with pytest.raises(Stumbled), database.begin(ADA, NOW) as work:
        work.after_commit(lambda: seen.append(1))
        raise Stumbled
    assert seen == []


def test_a_reading_work_keeps_nothing(database: Database) -> None:
    with database.read(ADA, NOW) as work:
        keep(work, zone="Asia/Shanghai")
    assert kept(database) == {}


def test_a_reading_work_does_not_see_what_is_not_committed(database: Database) -> None:
    with database.begin(ADA, NOW) as work:
        keep(work, zone="Asia/Shanghai")
        assert kept(database) == {}
    assert kept(database) == {"zone": "Asia/Shanghai"}


def test_insert_new_leaves_what_is_there(database: Database) -> None:
    with database.begin(ADA, NOW) as work:
        keep(work, zone="Asia/Shanghai")
    rows = [{"name": "zone", "value": "Europe/Rome"}, {"name": "currency", "value": "EUR"}]
    with database.begin(ADA, NOW) as work:
        work.insert_new(instance_values, rows)
    assert kept(database) == {"zone": "Asia/Shanghai", "currency": "EUR"}


def test_upsert_changes_only_the_named_columns(database: Database) -> None:
    first = {"name": "road", "owner": "a", "token": 1, "until": 10}
    second = {"name": "road", "owner": "b", "token": 2, "until": 20}
    other = {"name": "other", "owner": "c", "token": 7, "until": 70}
    with database.begin(ADA, NOW) as work:
        work.insert(lease_rows, [first])
        work.upsert(lease_rows, [second, other], key=["name"], change=["token", "until"])
    with database.read(ADA, NOW) as work:
        rows = {row.name: tuple(row) for row in work.connection.execute(select(lease_rows))}
    assert rows == {"road": ("road", "a", 2, 20), "other": ("other", "c", 7, 70)}


def test_no_rows_are_no_statement(database: Database) -> None:
    with database.begin(ADA, NOW) as work:
        work.insert(lease_rows, [])
        work.insert_new(lease_rows, [])
        work.upsert(lease_rows, [], key=["name"], change=["until"])
        assert work.connection.execute(select(func.count()).select_from(lease_rows)).scalar() == 0


def test_many_rows_go_in_by_chunks_of_a_query(database: Database) -> None:
    names = [f"n{number:05d}" for number in range(12_001)]
    with database.begin(ADA, NOW) as work:
        work.insert(instance_values, [{"name": name, "value": ""} for name in names])
        found = [
            row.name
            for part in in_chunks(names)
            for row in work.connection.execute(
                select(instance_values.c.name).where(instance_values.c.name.in_(part))
            )
        ]
    assert sorted(found) == names
    assert [len(part) for part in in_chunks(names)] == [5_000, 5_000, 2_001]
    assert list(in_chunks([])) == []


def test_two_writers_wait_for_one_another(database: Database) -> None:
    """Both add one to the same number at the same time, a hundred times each: none gets lost."""
    with database.begin(ADA, NOW) as work:
        keep(work, count="0")
    together = threading.Barrier(2)
    faults: list[BaseException] = []

    def add_often() -> None:
        try:
            together.wait(10)
            for _ in range(100):
                with database.begin(ADA, NOW) as work:
                    query = select(instance_values.c.value).with_for_update()
                    number = work.connection.execute(query).scalar_one()
                    work.upsert(
                        instance_values, [{"name": "count", "value": str(int(number) + 1)}],
                        key=["name"], change=["value"],
                    )  # fmt: skip
        except BaseException as error:
            faults.append(error)

    writers = [threading.Thread(target=add_often) for _ in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert faults == []
    assert kept(database) == {"count": "200"}


def test_on_sqlite_a_second_writer_is_let_in_when_the_first_is_done(tmp_path: Path) -> None:
    database = Database.in_folder(tmp_path)
    instance_values.create(database.engine)
    order: list[str] = []
    inside, started = threading.Event(), threading.Event()

    def second() -> None:
        inside.wait(10)
        started.set()
        with database.begin(ADA, NOW):
            order.append("second")

    other = threading.Thread(target=second)
    other.start()
    with database.begin(ADA, NOW) as work:
        inside.set()
        assert started.wait(10)
        keep(work, zone="Asia/Shanghai")
        assert other.is_alive()
        order.append("first")
    other.join(30)
    assert order == ["first", "second"]
    database.close()


def test_a_sqlite_folder_is_safe_against_a_crash(tmp_path: Path) -> None:
    database = Database.in_folder(tmp_path)
    with database.read(ADA, NOW) as work:
        pragma = work.connection.exec_driver_sql
        assert pragma("PRAGMA journal_mode").scalar() == "wal"
        assert pragma("PRAGMA foreign_keys").scalar() == 1
    assert (tmp_path / "coterie.db").is_file()
    database.close()


def test_a_database_that_cannot_be_reached_is_named_without_its_password() -> None:
    database = Database("postgresql+psycopg://ada:secret@127.0.0.1:1/coterie")
    with pytest.raises(Unavailable) as caught, database.begin(ADA, NOW):
        pass
    assert "127.0.0.1:1/coterie" in str(caught.value)
    assert "check that it runs" in str(caught.value)
    assert "secret" not in str(caught.value)
    assert isinstance(caught.value.__cause__, OperationalError)
    database.close()


def test_a_durable_commit_waits_for_the_disk_and_the_next_does_not(tmp_path: Path) -> None:
    database = Database.in_folder(tmp_path)

    def is_full(*, durable: bool) -> bool:
        with database.begin(ADA, NOW, durable=durable) as work:
            return bool(work.connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2)

    assert [is_full(durable=durable) for durable in (True, False, True)] == [True, False, True]
    with pytest.raises(Stumbled), database.begin(ADA, NOW, durable=True):
        raise Stumbled
    assert not is_full(durable=False)
    database.close()
