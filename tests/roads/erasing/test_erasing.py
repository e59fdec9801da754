"""Erasing one of many: an independent search finds all before, nothing after, and sums stay."""

import csv
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from coterie.core.actor import CLOCK, COMMAND
from coterie.core.errors import Conflict, NotFound
from coterie.profiles.erasure.model import Erasure
from coterie.profiles.store import key_rows
from coterie.roads.bulk import Importer
from coterie.roads.erasing import copies
from coterie.roads.mapping import parse_map
from coterie.settings import master_key
from coterie.testing.house import House
from roads.erasing.seeking import seek

HERS = {
    "user id": "member-0007-lan",
    "anonymous id": "device-77aa-0007",
    "phone": "13800138007",
    "e-mail": "lan.zhou@example.com",
    "name": "周兰芝-Zhou",
    "order number": "SO-2026-000777",
}
MAP = {
    "kind": "events",
    "user_id": "member",
    "event": {"value": "Order Completed"},
    "timestamp": "time",
    "properties": {"order_id": "order"},
}


def populate(house: House, people: int) -> None:
    """Everybody buys twice; one of them is the person whom the test is about."""
    batch: list[dict[str, Any]] = []
    for number in range(people):
        user = HERS["user id"] if number == 7 else f"member-{number:04d}-any"
        bought = {"order_id": f"OT-2026-{number:06d}", "revenue": 10.25}
        batch.append(
            {"type": "track", "userId": user, "event": "Order Completed", "properties": bought}
        )
    for start in range(0, len(batch), 2_000):
        house.receive(batch[start : start + 2_000])
    house.receive([
        {"type": "identify", "userId": HERS["user id"], "anonymousId": HERS["anonymous id"],
         "traits": {"email": HERS["e-mail"], "phone": HERS["phone"], "name": HERS["name"],
                    "city": "Wuhan"}},
        {"type": "track", "userId": HERS["user id"], "event": "Order Completed",
         "properties": {"order_id": HERS["order number"], "revenue": 99.5}},
        {"type": "track", "userId": HERS["user id"], "event": "Note Left",
         "properties": {"text": f"call me: {HERS['phone']}"}},
        {"type": "track", "userId": HERS["user id"]},  # no event: refused, so kept in quarantine
    ], strict=False)  # fmt: skip


def sums(house: House) -> list[Any]:
    """What was sold by day, and how much happened: as the lake tells it."""
    query = """SELECT time // 86400000, name, count(*), sum(amount) FROM events
               GROUP BY ALL ORDER BY ALL"""
    app = house.app
    with app.db.read(CLOCK, app.clock.now()) as work, app.log.open_lake(work) as lake:
        return lake.execute(query).fetchall()


def hits(house: House) -> dict[str, set[str]]:
    return seek(house.app.settings.data, HERS, master_key(house.app.settings))


def wrapped_keys(house: House) -> list[bytes]:
    """Her keys as they are kept: whoever found one, and the master key, could open the rest."""
    app = house.app
    with app.db.read(CLOCK, app.clock.now()) as work:
        head = app.profiles.find(work, "user_id", HERS["user id"])
        assert head is not None
        query = select(key_rows.c.wrapped).where(
            key_rows.c.profile.in_(app.profiles.members(work, [head])[head])
        )
        return list(work.connection.execute(query).scalars())


def keys_left(house: House, keys: list[bytes]) -> int:
    files = [path for path in house.app.settings.data.rglob("*") if path.is_file()]
    return sum(key in path.read_bytes() for path in files for key in keys)


@pytest.fixture
def house(tmp_path: Path) -> Any:
    with House(path=tmp_path / "house", holdout=0) as opened:
        yield opened


def erase_one_of(people: int, house: House) -> Erasure:
    populate(house, people)
    app = house.app
    with app.db.begin(COMMAND, app.clock.now()) as work:
        app.log.flush(work)
    house.define_template("hello", text="Hello {{ traits.name }}")
    house.consent(HERS["user id"])
    copy = app.settings.data / "copies" / "monday"
    app.erasing.copy(copy, app.clock.now())
    before = hits(house)
    assert all(before.values()), before
    assert any("copies/" in place for place in before["e-mail"])
    told, keys = sums(house), wrapped_keys(house)
    assert keys_left(house, keys) > 0
    erasure = house.erase(HERS["user id"])
    assert (erasure.state, erasure.found) == ("proven", ()), erasure
    assert hits(house) == {name: set() for name in HERS}
    assert sums(house) == told
    assert keys_left(house, keys) == 0
    assert list(erasure.backups.values()) == ["erased"]
    assert copies.check(copy) == []
    return erasure


def stays_out(house: House, tmp_path: Path) -> None:
    """Neither the door nor an import lets her in again; others come in as before."""
    accepted = house.receive([
        {"type": "track", "userId": HERS["user id"], "event": "Article Read"},
        {"type": "identify", "userId": "somebody-new", "traits": {"phone": "138 0013 8007"}},
        {"type": "track", "userId": "member-0001-any", "event": "Article Read"},
    ])  # fmt: skip
    assert (accepted.accepted, accepted.suppressed) == (1, 2)
    file = tmp_path / "again.csv"
    with file.open("w", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(["member", "order", "time", "sum"])
        rows.writerow([HERS["user id"], HERS["order number"], "2026-01-01T00:00:00Z", "5"])
        rows.writerow(["member-0001-any", "SO-1", "2026-01-01T00:00:00Z", "5"])
    app = house.app
    importer = Importer(app.inbound, app.catalog, app.zone)
    report = importer.run(COMMAND, file, parse_map(MAP), "till", app.clock.now())
    house.settle()
    assert (report.accepted, report.fresh) == (1, 1)
    assert [(one.row, one.reason.partition(":")[0], one.values) for one in report.rejected] == [
        (1, "erased", {})
    ]
    assert hits(house) == {name: set() for name in HERS}


def test_one_of_many_is_erased_from_everything_and_sums_stay(house: House, tmp_path: Path) -> None:
    erasure = erase_one_of(120, house)
    proof = erasure.proof(str)
    assert proof["search"]["hits"] == 0
    assert proof["search"]["identifiers"] >= len(HERS)
    assert not any(value in str(proof) for value in HERS.values())
    stays_out(house, tmp_path)


@pytest.mark.crash
def test_one_of_ten_thousand(house: House) -> None:
    erase_one_of(10_000, house)


def test_what_waits_in_the_inbox_is_not_carried(house: House) -> None:
    """An event that came in before the request is in the inbox, and goes no further."""
    populate(house, 10)
    app = house.app
    body = b'{"batch":[{"type":"track","userId":"member-0007-lan","event":"Late One"}]}'
    app.door.accept("shop", body, "batch", app.clock.now())
    erasure = house.erase(HERS["user id"])
    house.settle()
    assert erasure.counts["inbox"] > 0
    with app.db.read(CLOCK, app.clock.now()) as work:
        assert "Late One" not in app.log.counts(work)
        assert app.profiles.find(work, "user_id", HERS["user id"]) is None
    assert hits(house) == {name: set() for name in HERS}


def test_killed_at_any_step_it_goes_on_where_it_stood(house: House) -> None:
    populate(house, 10)
    app = house.app
    now = app.clock.now()
    with app.db.begin(COMMAND, now) as work:
        profile = app.profiles.find(work, "user_id", HERS["user id"])
        assert profile is not None
        asked = app.erasing.ask(work, profile, "console")
        again = app.erasing.ask(work, profile, "console")
        assert again.id == asked.id, "asked twice is one request"
        app.erasing.begin(work, asked.id)
    steps = []
    while True:
        with app.db.read(CLOCK, now) as work:
            job = app.profiles.erasures.next_job(work)
        if job is None:
            break
        steps.append(job.step)
        _stumble(app, job, now)
        app.erasing.advance(now)
    assert steps == ["rows", "stores", "search", "shred", "scrub"]
    with app.db.read(CLOCK, now) as work:
        assert app.profiles.erasures.get(work, asked.id).state == "proven"
    assert hits(house) == {name: set() for name in HERS}


def _stumble(app: Any, job: Erasure, now: int) -> None:
    """Let the step fail where its commit would be: nothing of it may stay done."""

    class Killed(Exception):
        pass

    def kill(_work: Any, _job: Any, _lease: Any) -> None:
        raise Killed

    broken = type(app.erasing)(**vars(app.erasing))
    broken._next = kill
    with pytest.raises(Killed):
        getattr(broken, f"_{job.step}")(job, now, None)


def test_a_fault_stops_it_and_it_goes_on_where_it_stood(house: House) -> None:
    populate(house, 5)
    app = house.app
    now = app.clock.now()
    inbox = app.inbound.inbox
    app.inbound.inbox = None  # type: ignore[assignment]  # so that the second step fails
    stuck = house.erase(HERS["user id"])
    assert (stuck.state, stuck.step, stuck.found, stuck.note) == (
        "stuck",
        "stores",
        (),
        "AttributeError",
    )
    app.inbound.inbox = inbox
    with app.db.begin(COMMAND, now) as work:
        assert app.erasing.begin(work, stuck.id).step == "stores"
    while app.erasing.advance(now):
        pass
    assert hits(house) == {name: set() for name in HERS}


def test_consent_stays_as_a_proof_and_she_may_come_back_as_somebody_new(house: House) -> None:
    populate(house, 10)
    house.consent(HERS["user id"])
    erasure = house.erase(HERS["user id"])
    app = house.app
    with app.db.read(CLOCK, app.clock.now()) as work:
        [word] = app.profiles.consent_words(work, erasure.profile)
    assert (word.purpose, word.given, word.evidence) == ("marketing", True, None)
    assert word.message_id.startswith("erased:")
    with app.db.begin(COMMAND, app.clock.now()) as work:
        app.profiles.erasures.lift(work, erasure.id, "she wrote to us")
    house.receive([{"type": "track", "userId": HERS["user id"], "event": "Article Read"}])
    with app.db.read(CLOCK, app.clock.now()) as work:
        back = app.profiles.find(work, "user_id", HERS["user id"])
        assert back not in (None, erasure.profile)
        assert [one.name for one in app.log.timelines(work, [back])[back]] == ["Article Read"]
    with pytest.raises(Conflict), app.db.begin(COMMAND, app.clock.now()) as work:
        app.profiles.erasures.lift(work, erasure.id, "again")


def test_something_left_stops_it_before_her_keys_are_gone(house: House) -> None:
    """A rule that names her by her address: nobody but an operator can tell what to do with it."""
    populate(house, 10)
    house.define_segment("just-her", {"trait": "email", "op": "=", "value": HERS["e-mail"]})
    erasure = house.erase(HERS["user id"])
    assert erasure.state == "stuck"
    assert "segment_versions.rule" in erasure.found
    app = house.app
    house.delete_segment("just-her")
    with app.db.begin(COMMAND, app.clock.now()) as work:
        work.connection.exec_driver_sql("DELETE FROM segment_versions")
        app.erasing.begin(work, erasure.id)
    while app.erasing.advance(app.clock.now()):
        pass
    with app.db.read(CLOCK, app.clock.now()) as work:
        assert app.profiles.erasures.get(work, erasure.id).state == "proven"
    assert hits(house) == {name: set() for name in HERS}


def test_others_stay_as_they_were(house: House) -> None:
    populate(house, 10)
    house.define_segment("buyers", {"did": "Order Completed"})
    assert len(house.members("buyers")) == 10
    house.erase(HERS["user id"])
    assert house.members("buyers") == {f"member-{n:04d}-any" for n in range(10) if n != 7}
    with pytest.raises(NotFound):
        house.erase(HERS["user id"])
