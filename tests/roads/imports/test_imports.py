"""An import from its upload to its last corrected row, on a real house."""

import csv
import io
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from coterie.core.clock import DAY
from coterie.core.errors import Conflict, Invalid, NotFound
from coterie.roads.bulk import Importer
from coterie.roads.imports.carrying import Carrying, Reading
from coterie.roads.imports.corrections import guard, to_csv, unguard
from coterie.roads.imports.model import Checked, Group, Import
from coterie.roads.imports.plan import Choice, Plan, map_of
from coterie.roads.imports.rows import SOURCE
from coterie.roads.imports.service import Imports, Mended
from coterie.roads.inbound import Observer, nobody
from coterie.storage import leases
from coterie.storage.leases import Lease
from coterie.testing import House
from coterie.testing.postgres import PostgresServer
from roads.imports.conftest import ADA, HEADER, PLAN, Desk, order

GOOD = [order(n) for n in range(1, 11)]
BAD = [
    order(11, date="soon"), order(12, amount="many"), "o13,,2025/12/01,w1,3",
    order(14, date="2025/13/01", amount="x"),
]  # fmt: skip


def progress(one: Import) -> tuple[str, int, int, int, int]:
    return one.state, one.read, one.accepted, one.fresh, one.rejected


# --- check


def test_a_check_counts_and_keeps_nothing_but_what_stays_out(desk: Desk) -> None:
    one = desk.check(desk.upload(*GOOD, *BAD))
    assert progress(one) == ("checked", 14, 0, 0, 4)
    assert one.checked == Checked(good=10, rejected=4, new=7, known=0, repeats=0)
    assert desk.orders() == []
    with desk.read() as work:
        assert [
            (row.row, [(f.why, f.columns) for f in row.faults])
            for row in desk.imports.rejected(work, one.id)
        ] == [
            (11, [("not_a_time", ("date",))]),
            (12, [("not_a_number", ("sum",))]),
            (13, [("no_ids", ("uid",))]),
            (14, [("not_a_time", ("date",)), ("not_a_number", ("sum",))]),
        ]
        assert desk.imports.groups(work, one.id) == [
            Group("not_a_time", "date", 2), Group("no_ids", "uid", 1),
            Group("not_a_number", "sum", 1),
        ]  # fmt: skip
        found = desk.imports.rejected(work, one.id, Group("not_a_time", "date", 0), after=11)
        assert [row.row for row in found] == [14]


def test_a_check_knows_whom_the_house_knows(desk: Desk) -> None:
    desk.start(desk.check(desk.upload(*GOOD[:3])))
    one = desk.check(desk.upload(*GOOD))
    assert one.checked == Checked(good=10, rejected=0, new=4, known=3, repeats=0)


def test_rows_that_repeat_an_id_are_told_and_count_once(desk: Desk) -> None:
    one = desk.check(desk.upload(*GOOD, GOOD[0], GOOD[9]))
    assert one.checked is not None
    assert (one.checked.good, one.checked.repeats) == (12, 2)
    done = desk.start(one)
    assert (done.accepted, done.fresh) == (12, 10)


def test_rows_of_another_shape_stay_out(desk: Desk) -> None:
    one = desk.check(desk.upload("o1,u1,2025/12/01,w1,3,extra", "o2,u2"))
    with desk.read() as work:
        found = desk.imports.rejected(work, one.id)
    assert [row.faults[0].why for row in found] == ["too_many_values", "too_few_values"]
    with desk.work() as work:
        given = {"date": "2025/12/02", "sku": "w2", "sum": "4"}
        assert desk.imports.mend(work, one.id, 1, {}).faults == ()
        assert desk.imports.mend(work, one.id, 2, given).faults == ()
    assert desk.start(one).accepted == 2


# --- run


def test_good_rows_go_in_and_bad_ones_stay_out(desk: Desk) -> None:
    one = desk.start(desk.check(desk.upload(*GOOD, *BAD)))
    assert progress(one) == ("done", 14, 10, 10, 4)
    assert one.people == 7
    assert len(desk.orders()) == 10
    assert not list((desk.house.app.settings.data / "uploads").iterdir()), "the file is gone"


def test_a_run_goes_in_portions_and_the_road_goes_on_between(desk: Desk) -> None:
    one = desk.check(desk.upload(*GOOD))
    desk.do("start", one)
    now = desk.house.app.clock.now()
    seen = []
    while desk.imports.advance(now):
        seen.append(desk.get(one).read)
    assert seen == [4, 8, 10, 10]


def test_the_same_file_again_changes_nothing(desk: Desk) -> None:
    desk.start(desk.check(desk.upload(*GOOD)))
    again = desk.start(desk.check(desk.upload(*GOOD)))
    assert (again.accepted, again.fresh, again.people) == (10, 0, 0)
    assert len(desk.orders()) == 10


def test_rows_without_ids_count_once_with_the_command_line_too(desk: Desk) -> None:
    choices = tuple(one for one in PLAN.choices if one.role != "message_id")
    plan = msgspec.structs.replace(PLAN, choices=(*choices, Choice("order", "ignore")))
    rows = [GOOD[0], GOOD[0], GOOD[1]]
    done = desk.start(desk.check(desk.upload(*rows, plan=plan)))
    assert (done.accepted, done.fresh) == (3, 3), "two equal rows are two rows"
    app = desk.house.app
    file = desk.write("\n".join([HEADER, *rows]) + "\n")
    importer = Importer(app.inbound, app.catalog, app.zone)
    assert importer.run(ADA, file, map_of(plan), SOURCE, app.clock.now()).fresh == 0


def test_profiles_get_traits_and_a_blank_cell_takes_none_away(desk: Desk) -> None:
    desk.house.receive([{"type": "identify", "userId": "ada", "traits": {"city": "Rome"}}])
    plan = Plan("profiles", (
        Choice("id", "user_id"), Choice("city", "trait", "city"),
        Choice("born", "trait", "birthday", "%d.%m.%Y"), Choice("mail", "trait", "email"),
    ))  # fmt: skip
    rows = ["ada,,31.05.1990,ada@example.org", "bob,Oslo,,"]
    desk.house.advance(days=1)
    done = desk.start(desk.check(desk.upload(*rows, header="id,city,born,mail", plan=plan)))
    assert (done.accepted, done.people) == (2, 1)
    assert desk.house.traits("ada") == {
        "birthday": "1990-05-31", "city": "Rome", "email": "ada@example.org",
    }  # fmt: skip
    assert desk.house.traits("bob") == {"city": "Oslo"}


def test_items_are_defined_and_the_new_ones_counted(desk: Desk) -> None:
    plan = Plan("items", (
        Choice("sku", "key"), Choice("name", "title"), Choice("cat", "topic", "wine"),
        Choice("price", "price"),
    ))  # fmt: skip
    header = "sku,name,cat,price"
    desk.start(desk.check(desk.upload("w1,Barolo,Red,12.5", header=header, plan=plan)))
    one = desk.check(
        desk.upload("w1,Barolo,White,13", "w2,Soave,White,8", ",X,Red,1", header=header, plan=plan)
    )
    assert one.checked == Checked(good=2, rejected=1, new=1, known=1)
    done = desk.start(one)
    assert (done.accepted, done.people, done.rejected) == (2, 1, 1)
    with desk.read() as work:
        assert desk.house.app.catalog.items_of(work, "wine/white") == {"w1", "w2"}
        assert [one.faults[0].why for one in desk.imports.rejected(work, one.id)] == ["no_key"]


# --- stop, crash, go on


def test_a_stopped_run_keeps_what_is_in_and_goes_on_where_it_was(desk: Desk) -> None:
    one = desk.check(desk.upload(*GOOD))
    desk.do("start", one)
    assert desk.imports.advance(desk.house.app.clock.now())
    desk.do("cancel", one)
    assert not desk.imports.advance(desk.house.app.clock.now())
    stopped = desk.get(one)
    assert progress(stopped) == ("cancelled", 4, 4, 4, 0)
    assert desk.imports.can_resume(stopped)
    assert progress(desk.start(one)) == ("done", 10, 10, 10, 0)


def test_another_process_goes_on_at_the_row(desk: Desk) -> None:
    choices = tuple(one for one in PLAN.choices if one.role != "message_id")
    plan = msgspec.structs.replace(PLAN, choices=(*choices, Choice("order", "ignore")))
    one = desk.check(desk.upload(*[GOOD[0]] * 10, plan=plan))
    desk.do("start", one)
    assert desk.imports.advance(desk.house.app.clock.now())
    app = desk.house.app
    folder = app.settings.data / "uploads"
    other = replace(desk, imports=Imports(app.inbound, app.catalog, app.zone, folder, portion=3))
    other.carry()
    assert progress(desk.get(one)) == ("done", 10, 10, 10, 0), "equal rows were told apart"


def test_a_check_that_was_broken_off_begins_anew(desk: Desk) -> None:
    one = desk.upload(*GOOD, *BAD)
    desk.do("check", one)
    assert desk.imports.advance(desk.house.app.clock.now())
    app = desk.house.app
    folder = app.settings.data / "uploads"
    other = replace(desk, imports=Imports(app.inbound, app.catalog, app.zone, folder, portion=5))
    other.carry()
    assert desk.get(one).checked == Checked(good=10, rejected=4, new=7)


def test_a_portion_read_by_an_older_plan_is_not_kept(desk: Desk) -> None:
    one = desk.upload(*GOOD)
    desk.do("check", one)
    app = desk.house.app
    other = (*PLAN.choices[:-1], Choice("sum", "ignore"))

    def plan_anew(station: str) -> None:
        desk.do("plan", one, msgspec.structs.replace(PLAN, choices=other))
        desk.do("check", one)

    folder = app.settings.data / "uploads"
    late = Overtaken(app.inbound, app.catalog, app.zone, folder, 4)
    late.meanwhile = plan_anew
    late.advance(app.clock.now())
    assert (desk.get(one).state, desk.get(one).read) == ("checking", 0)
    late.meanwhile = nobody
    while late.advance(app.clock.now()):
        pass
    done = desk.start(one)
    assert done.accepted == 10
    assert all("amount" not in made.properties for made in desk.house.events("u1"))


class Overtaken(Carrying):
    """A road that somebody overtakes between its reading of a portion and its keeping of it."""

    meanwhile: Observer = staticmethod(nobody)

    def _open(self, job: Import) -> Reading:
        reading = super()._open(job)
        self.meanwhile("read")
        return reading


def test_who_lost_the_roads_lease_commits_nothing(desk: Desk) -> None:
    one = desk.check(desk.upload(*GOOD))
    desk.do("start", one)
    now = desk.house.app.clock.now()
    with desk.work() as work:
        mine = leases.take(work, "road", "me", now, DAY)
        assert mine is not None
    stale = Lease(mine.name, mine.owner, mine.token - 1, mine.until)
    with pytest.raises(Conflict):
        desk.imports.advance(now, stale)
    assert progress(desk.get(one)) == ("running", 0, 0, 0, 0)
    assert desk.imports.advance(now, mine)
    assert desk.get(one).read == 4


def test_an_import_whose_file_is_lost_fails_with_its_reason(desk: Desk) -> None:
    one = desk.check(desk.upload(*GOOD))
    desk.do("start", one)
    (file,) = (desk.house.app.settings.data / "uploads").iterdir()
    file.unlink()
    desk.carry()
    failed = desk.get(one)
    assert failed.state == "failed"
    assert "there is no file" in failed.failure
    assert not desk.imports.can_resume(failed)
    with pytest.raises(NotFound, match="upload the file again"):
        desk.do("start", one)


@pytest.mark.parametrize("verb", ["start", "check"])
def test_steps_have_an_order(desk: Desk, verb: str) -> None:
    one = desk.upload(*GOOD)
    if verb == "check":
        desk.start(desk.check(one))
    with pytest.raises(Conflict):
        desk.do(verb, one)


def test_a_map_that_rows_have_gone_in_by_stays(desk: Desk) -> None:
    one = desk.start(desk.check(desk.upload(*GOOD)))
    with pytest.raises(Conflict):
        desk.do("plan", one, PLAN)


def test_what_never_began_is_thrown_away_when_cancelled(desk: Desk) -> None:
    one = desk.check(desk.upload(*GOOD, *BAD))
    desk.do("cancel", one)
    assert not list((desk.house.app.settings.data / "uploads").iterdir())
    assert desk.get(one).rejected == 0
    assert not desk.imports.can_resume(desk.get(one))


# --- mend


def mend(desk: Desk, one: Import, row: int, **values: str) -> tuple[str, ...]:
    with desk.work() as work:
        found = desk.imports.mend(work, one.id, row, values)
    return tuple(fault.why for fault in found.faults)


def test_rows_mended_before_the_run_go_in_with_it(desk: Desk) -> None:
    one = desk.check(desk.upload(*GOOD, *BAD))
    assert mend(desk, one, 11, date="2025/12/05") == ()
    assert mend(desk, one, 14, date="2025/12/05") == ("not_a_number",)
    assert (desk.get(one).rejected, desk.get(one).mended) == (4, 1)
    done = desk.start(one)
    assert progress(done) == ("done", 14, 11, 11, 3)


def test_rows_mended_after_the_run_are_sent_once(desk: Desk) -> None:
    one = desk.start(desk.check(desk.upload(*GOOD, *BAD)))
    with pytest.raises(Conflict, match="correct one first"):
        desk.do("start", one)
    assert mend(desk, one, 13, uid="ada") == ()
    assert mend(desk, one, 12, sum="7") == ()
    done = desk.start(one)
    assert progress(done) == ("done", 14, 12, 12, 2)
    assert ("ada", "w1", 3) in desk.orders()
    with pytest.raises(Conflict, match="has gone in already"):
        mend(desk, one, 12, sum="8")
    assert mend(desk, one, 11, date="2025/12/05") == ()
    assert desk.start(one).accepted == 13
    assert len(desk.orders()) == 13


def test_the_file_of_rejected_rows_comes_back_mended(desk: Desk) -> None:
    one = desk.start(desk.check(desk.upload(*GOOD, *BAD)))
    assert mend(desk, one, 12, sum="7") == ()
    desk.start(one)
    with desk.read() as work:
        rows = desk.imports.rejected(work, one.id)
    text = "".join(to_csv(one.columns, rows, lambda fault: fault.reason))
    assert text.startswith("\ufeffcoterie_row,order,uid,date,sku,sum,coterie_reasons")
    lines = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert [line[0] for line in lines[1:]] == ["11", "13", "14"]
    assert "not a number" in lines[3][-1]
    fixed = text.replace("soon", "2025/12/05").replace("2025/13/01", "2025/12/06")
    fixed += "12,o12,u5,2025/12/01,w2,99,\n77,o77,u5,2025/12/01,w2,99,\n"
    file = desk.write(fixed, "mended.csv")
    given = desk.imports.read_mended(file, file.name, desk.house.app.clock.now())
    with desk.work() as work:
        assert desk.imports.mend_all(work, one.id, given) == Mended(
            mended=1, wrong=2, settled=1, unknown=1
        )
    done = desk.start(one)
    assert (done.accepted, done.rejected) == (12, 2)
    assert ("u5", "w2", 99) not in desk.orders(), "a row that went in stays as it was"


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("uid,order,date,sku,sum\nu,o,d,s,1\n", "coterie_row"),
        ("coterie_row,order,uid,date,sku\n1,o,u,d,s\n", "sum"),
        ("coterie_row,order,uid,date,sku,sum\nx,o,u,d,s,1\n", "coterie_row"),
    ],
)
def test_a_mended_file_that_is_another_is_refused(desk: Desk, text: str, path: str) -> None:
    one = desk.check(desk.upload(*BAD))
    file = desk.write(text, "mended.csv")
    given = desk.imports.read_mended(file, file.name, desk.house.app.clock.now())
    with pytest.raises(Invalid) as caught, desk.work() as work:
        desk.imports.mend_all(work, one.id, given)
    assert caught.value.path == path


@pytest.mark.parametrize("value", ["=1+1", "+8613800138000", "-5", "@x", "\tx", "plain", "'x", ""])
def test_the_guard_against_formulas_is_undone(value: str) -> None:
    assert unguard(guard(value)) == value
    assert not guard(value).startswith(("=", "+", "-", "@", "\t"))


# --- bounds and housekeeping


def test_a_file_that_is_too_large_is_refused(desk: Desk, tmp_path: Path) -> None:
    app = desk.house.app
    small = Imports(app.inbound, app.catalog, app.zone, tmp_path / "up", most_bytes=20)
    with pytest.raises(Invalid, match="at most 20 are taken"):
        small.prepare(desk.write("x" * 21), "a.csv", 0)


def test_old_rows_and_files_are_forgotten(desk: Desk) -> None:
    one = desk.check(desk.upload(*GOOD, *BAD))
    fresh = desk.upload(*GOOD)
    orphan = desk.imports.prepare(desk.write("a\n1\n"), "a.csv", desk.house.app.clock.now())
    folder = desk.house.app.settings.data / "uploads"
    desk.house.advance(days=3)
    desk.do("check", fresh)
    with desk.work() as work:
        desk.imports.tidy(work, work.now - 2 * DAY)
    assert {file.stem for file in folder.iterdir()} == {fresh.id}
    assert orphan.id != fresh.id
    assert desk.get(one).rejected == 0


def test_the_list_is_the_newest_first(house: House, desk: Desk) -> None:
    first = desk.upload(*GOOD)
    house.advance(minutes=1)
    second = desk.upload(*BAD)
    with desk.read() as work:
        assert [one.id for one in desk.imports.page(work, 5)] == [second.id, first.id]
        assert [one.id for one in desk.imports.page(work, 1, 1)] == [first.id]
        with pytest.raises(NotFound):
            desk.imports.get(work, "none")
    assert first.by == "person:Ada"


def test_first_rows_are_shown_as_they_would_become(desk: Desk) -> None:
    one = desk.upload(*GOOD[:2], BAD[0])
    made = desk.imports.preview(one, PLAN)
    assert made[0].shown["properties"] == {"item": "w1", "amount": 12.5}
    assert made[2].refusal is not None
    assert desk.imports.suggest(one).plan.kind == "events"
    columns = {column.name: column.values for column in desk.imports.columns(one)}
    assert columns["date"] == ("2025/12/01", "2025/12/01", "soon")


# --- in a whole house


def test_the_houses_own_road_carries_imports_and_forgets_them_in_time(
    house: House, desk: Desk
) -> None:
    own = replace(desk, imports=house.app.imports)
    one = own.upload(*GOOD, *BAD)
    own.do("check", one)
    house.settle()
    assert own.get(one).state == "checked"
    own.do("start", one)
    rounds = 0
    while own.get(one).is_busy:
        house.settle()
        rounds += 1
    assert rounds == 2, "its rows in one turn of the road, its end in the next"
    assert progress(own.get(one)) == ("done", 14, 10, 10, 4)
    house.advance(days=house.app.settings.retention_days + 1)
    house.app.tidy(house.app.clock.now())
    assert own.get(one).rejected == 0


def test_an_import_on_postgresql(postgres_server: PostgresServer, tmp_path: Path) -> None:
    url = postgres_server.new_database()
    with House(at="2026-01-01T00:00:00Z", store="postgresql", database=url) as house:
        app = house.app
        folder = app.settings.data / "uploads"
        imports = Imports(app.inbound, app.catalog, app.zone, folder, portion=4)
        desk = Desk(house, imports, tmp_path)
        one = desk.check(desk.upload(*GOOD, *BAD))
        assert one.checked == Checked(good=10, rejected=4, new=7)
        assert mend(desk, one, 13, uid="ada") == ()
        done = desk.start(one)
        assert progress(done) == ("done", 14, 11, 11, 3)
        assert done.people == 8
        assert len(desk.orders()) == 11
