"""The doctor: numbers in, findings out; and the numbers of a real house."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.app import App, open_app
from coterie.core.actor import COMMAND
from coterie.core.clock import DAY, HOUR, MINUTE, SECOND
from coterie.roads.doctor.examination import as_json, examine, in_english, worst
from coterie.roads.doctor.measures import measure
from coterie.roads.doctor.model import GB, GROUPS, LEVELS, MB, Finding, Measured, Quantity
from coterie.settings import Settings
from coterie.storage import health
from coterie.storage.database import Database
from coterie.testing.clock import FakeClock

NOW = 1_767_225_600_000
WELL = Measured(packages={"coterie": "0.1.0"}, public_url="http://127.0.0.1:8000")


def found(code: str, **changes: Any) -> Finding | None:
    findings = {one.code: one for one in examine(replace(WELL, **changes))}
    return findings.get(code)


def test_a_house_in_order_is_told_so_and_only_reminded_of_its_backup() -> None:
    findings = examine(WELL)
    assert [one.code for one in findings if one.level != "ok"] == ["database.backup"]
    assert worst(findings) == "notice"


@pytest.mark.parametrize(
    ("code", "level", "changes"),
    [
        ("road.backlog", "ok", {"backlog_age": MINUTE, "backlog_events": 9}),
        ("road.backlog", "warning", {"backlog_age": 5 * MINUTE, "backlog_events": 9}),
        ("road.backlog", "error", {"backlog_age": HOUR, "backlog_events": 9}),
        ("road.running", "warning", {"road_until": None}),
        ("road.running", "warning", {"road_until": -1}),
        ("road.running", "warning", {"batch_age": MINUTE}),
        ("road.running", "error", {"batch_age": 10 * MINUTE}),
        ("road.quarantine", "notice", {"refused": 3}),
        ("messages.stopped", "warning", {"stopped": True}),
        ("messages.due", "ok", {"overdue": MINUTE}),
        ("messages.due", "warning", {"overdue": 10 * MINUTE}),
        ("messages.due", "error", {"overdue": HOUR}),
        ("messages.failed", "notice", {"failed_today": 9}),
        ("messages.failed", "warning", {"failed_today": 10}),
        ("messages.channels", "notice", {"channels": ["sandbox"]}),
        ("messages.encryption", "warning", {"smtp_starttls": False}),
        ("safety.erasures", "warning", {"erasures_late": 2}),
        ("safety.erasures", "error", {"erasures_stuck": 1}),
        ("messages.links", "warning", {"public_url": ""}),
        ("database.latency", "notice", {"latency": 20.0}),
        ("database.latency", "warning", {"latency": 200.0}),
        ("database.version", "warning", {"dialect": "postgresql", "database_version": "13.9"}),
        ("database.wal", "notice", {"wal": 256 * MB}),
        ("database.wal", "warning", {"wal": GB}),
        ("database.integrity", "error", {"faults": ["row 1 missing from index x"]}),
        ("database.integrity", "notice", {"faults": None}),
        ("database.disk", "error", {"disk_free": 499 * MB}),
        ("database.disk", "warning", {"disk_free": GB, "disk_total": 100 * GB}),
        ("database.disk", "ok", {"disk_free": GB, "disk_total": 2 * GB}),
        ("log.missing", "error", {"missing": 1}),
        ("log.files", "notice", {"to_compact": 500, "files": 900}),
        ("log.orphans", "ok", {"orphans": 2}),
        ("log.orphans", "notice", {"orphans": 100}),
        ("safety.owner", "notice", {"owners": 0, "public_url": ""}),
        ("safety.owner", "error", {"owners": 0, "host": "0.0.0.0"}),
        ("safety.owner", "error", {"owners": 0, "public_url": "https://club.example"}),
        ("safety.hosts", "error", {"public_url": "https://club.example"}),
        ("safety.cookies", "warning", {"public_url": "https://club.example"}),
        ("safety.https", "warning", {"public_url": "http://club.example"}),
        ("safety.address", "notice", {"public_url": "", "host": "0.0.0.0"}),
        ("safety.key", "error", {"key_in_environment": False, "key_mode": 0o644}),
        ("safety.key", "error", {"key_in_environment": False, "key_mode": None}),
        ("safety.key", "warning", {"key_in_environment": False, "key_mode": 0o600}),
        (
            "safety.key",
            "notice",
            {"key_in_environment": False, "key_mode": 0o600, "public_url": ""},
        ),
        ("machine.clock", "notice", {"clock_offset": -DAY}),
    ],
)
def test_each_number_is_judged(code: str, level: str, changes: dict[str, Any]) -> None:
    finding = found(code, **changes)
    assert finding is not None
    assert finding.level == level
    assert finding.says
    if level != "ok":
        assert finding.do, "what is not in order says what to do"


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("messages.due", {"stopped": True, "overdue": HOUR}),
        ("messages.links", {"public_url": "", "channels": ["sandbox"]}),
        ("messages.encryption", {"smtp_starttls": False, "channels": ["wecom"]}),
        ("database.integrity", {"checked": False}),
        ("database.integrity", {"dialect": "postgresql"}),
        ("database.version", {"dialect": "postgresql", "database_version": "16.2"}),
        ("database.version", {"dialect": "postgresql", "database_version": "devel"}),
        ("safety.hosts", {"public_url": "https://A.example:8", "allowed_hosts": ["a.EXAMPLE"]}),
        ("safety.hosts", {"public_url": "http://[::1]:8000", "allowed_hosts": ["[::1]"]}),
        ("safety.cookies", {"public_url": "https://club.example", "secure_cookies": True}),
    ],
)  # fmt: skip
def test_and_nothing_is_said_where_nothing_is_wrong(code: str, changes: dict[str, Any]) -> None:
    assert found(code, **changes) is None


def test_the_worst_is_said_first() -> None:
    levels = [one.level for one in examine(replace(WELL, missing=1, stopped=True, refused=2))]
    assert levels == sorted(levels, key=LEVELS.index)
    assert levels[0] == "error"


@given(
    st.builds(
        Measured,
        backlog_age=st.none() | st.integers(0, 10 * DAY),
        road_until=st.none() | st.integers(-DAY, 15 * SECOND),
        batch_age=st.none() | st.integers(0, DAY),
        stopped=st.booleans(),
        overdue=st.none() | st.integers(0, DAY),
        failed_today=st.integers(0, 50),
        channels=st.sampled_from([[], ["sandbox"], ["email"], ["email", "wecom"]]),
        refused=st.integers(0, 5),
        dialect=st.sampled_from(["sqlite", "postgresql"]),
        faults=st.none() | st.just([]) | st.just(["100 % lost"]),
        wal=st.none() | st.integers(0, 2 * GB),
        disk_free=st.integers(0, 9 * GB),
        to_compact=st.integers(0, 900),
        orphans=st.integers(0, 300),
        missing=st.integers(0, 2),
        owners=st.integers(0, 2),
        host=st.sampled_from(["127.0.0.1", "0.0.0.0"]),
        public_url=st.sampled_from(["", "https://a.example", "http://a.example", "no address"]),
        key_in_environment=st.booleans(),
        key_mode=st.none() | st.sampled_from([0o600, 0o644]),
        clock_offset=st.sampled_from([0, 5, -5]),
    )
)
def test_whatever_is_measured_can_be_said_with_its_values(measured: Measured) -> None:
    findings = examine(measured)
    assert len({one.code for one in findings}) == len(findings)
    for one in findings:
        assert one.group in GROUPS
        text = in_english(one, one.says) + in_english(one, one.do)
        assert not re.search(r"%\(\w+\)", text)
    assert as_json(findings)["level"] == worst(findings)


def test_json_carries_value_and_unit() -> None:
    told = as_json(examine(replace(WELL, database_size=57 * MB)))
    size = next(one for one in told["findings"] if one["code"] == "database.size")
    assert size["measured"] == "The database holds 57.0 MB."
    assert size["values"] == {"size": {"value": 57 * MB, "unit": "bytes"}}


# --- a real house


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    opened = open_app(Settings(data=tmp_path), clock=FakeClock(NOW))
    yield opened
    opened.close()


def test_a_new_house_is_measured(app: App) -> None:
    app.settle(NOW)
    measured = measure(app, thorough=True)
    assert (measured.owners, measured.backlog_events, measured.refused) == (0, 0, 0)
    assert (measured.batch_age, measured.road_until) == (0, None)
    assert (measured.key_mode, measured.key_in_environment) == (0o600, False)
    assert (measured.faults, measured.checked) == ([], True)
    assert measured.database_size > 0 and measured.disk_free > 0
    assert measured.packages["coterie"]
    assert not measure(app).checked
    assert {"error"}.isdisjoint(one.level for one in examine(measured))


def test_what_waits_is_counted_with_its_age(app: App) -> None:
    item = b'{"batch":[{"type":"track","userId":"u1","event":"Seen"},{"type":"track"}]}'
    app.door.accept("shop", item, "batch", NOW)
    app.clock.set(NOW + HOUR)  # type: ignore[attr-defined]
    measured = measure(app)
    assert (measured.backlog_events, measured.backlog_age) == (1, HOUR)
    assert measured.refused == 1
    app.settle(NOW + HOUR)
    assert measure(app).backlog_age is None
    assert (measure(app).hot, measure(app).files) == (1, 0)
    with app.db.begin(COMMAND, NOW + HOUR) as work:
        app.log.flush(work)
    assert (measure(app).hot, measure(app).files, measure(app).missing) == (0, 1, 0)
    for file in (app.settings.data / "lake" / "person").glob("*.parquet"):
        file.rename(file.with_stem("stray"))
    for file in (app.settings.data / "lake" / "topic").glob("*.parquet"):
        file.unlink()
    measured = measure(app)
    assert (measured.missing, measured.orphans) == (1, 1)


def test_a_key_that_others_may_read_is_an_error(app: App) -> None:
    (app.settings.data / "master.key").chmod(0o644)
    assert worst(examine(measure(app))) == "error"


def test_a_damaged_database_is_found_and_a_slow_check_is_cut_off(tmp_path: Path) -> None:
    file = tmp_path / "coterie.db"
    db = Database(f"sqlite:///{file}")
    with db.begin(COMMAND, NOW) as work:
        work.connection.exec_driver_sql("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)")
        work.connection.exec_driver_sql("CREATE INDEX i ON t (b)")
        work.connection.exec_driver_sql(
            "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 20000) "
            "INSERT INTO t SELECT x, hex(randomblob(20)) FROM n"
        )
    assert health.faults(db, NOW, seconds=60) == []
    assert health.faults(db, NOW, seconds=0) is None
    with db.read(COMMAND, NOW) as work:  # the connection serves on after the cut
        assert work.connection.exec_driver_sql("SELECT count(*) FROM t").scalar() == 20_000
    db.close()
    whole = bytearray(file.read_bytes())
    whole[-4096 * 20 : -4096 * 19] = b"\xff" * 4096
    file.write_bytes(whole)
    damaged = Database(f"sqlite:///{file}")
    assert health.faults(damaged, NOW, seconds=60)
    damaged.close()


def test_postgresql_is_measured_too(database: Database) -> None:
    told = health.look(database, NOW)
    assert told.dialect == database.dialect
    assert told.size > 0
    assert re.match(r"\d+\.\d", told.version)
    assert (told.wal is None) == (database.dialect == "postgresql")
    assert health.faults(database, NOW, 60) == []


def test_a_quantity_of_no_unit_is_a_count() -> None:
    assert in_english(Finding("x", "ok", "", "", {"n": Quantity(3)}), "%(n)s") == "3"
