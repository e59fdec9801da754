"""The tables of imports, on both databases."""

import msgspec

from coterie.core.actor import COMMAND
from coterie.roads.imports import store
from coterie.roads.imports.model import Checked, Group, Import, Rejection
from coterie.roads.imports.plan import Choice, Plan
from coterie.roads.mapping import Fault
from coterie.storage.database import Database

NOW = 1_767_225_600_000
PLAN = Plan("profiles", (Choice("编号", "user_id"), Choice("by", "trait", "by")))


def an_import(name: str, created: int = NOW) -> Import:
    return Import(
        id=name, name=f"{name}.csv", state="uploaded", size=5_000_000_000, columns=("编号", "by"),
        encoding="utf-8", delimiter=",", total=3, by="person:Ada", created=created, changed=created,
    )  # fmt: skip


def a_rejection(row: int, why: str = "no_ids", *columns: str) -> Rejection:
    faults = (Fault("user_id", columns, why, "because"),) if why else ()
    return Rejection(row, {"编号": "", "by": "x"}, faults)


def test_what_is_written_is_read(database: Database) -> None:
    one = an_import("a")
    with database.begin(COMMAND, NOW) as work:
        store.add(work, one)
        assert store.get(work, "a", lock=True) == one
        assert store.get(work, "b") is None
        changed = msgspec.structs.replace(
            one, state="running", plan=PLAN, checked=Checked(1, 2, 3, 4, 5), started=NOW, read=2
        )
        store.save(work, changed)
        assert store.get(work, "a") == changed


def test_the_road_takes_the_oldest_that_waits(database: Database) -> None:
    with database.begin(COMMAND, NOW) as work:
        for name, created, state in (("a", 3, "checking"), ("b", 2, "running"), ("c", 1, "done")):
            one = an_import(name, created)
            store.add(work, msgspec.structs.replace(one, state=state))
        assert store.next_job(work) == "b"
        assert [one.id for one in store.page(work, 2, 1)] == ["b", "c"]
        assert store.untouched_since(work, 3) == ["c"]
        assert store.ids(work) == {"a", "b", "c"}


def test_rows_that_stay_out_are_kept_grouped_mended_and_forgotten(database: Database) -> None:
    with database.begin(COMMAND, NOW) as work:
        store.add(work, an_import("a"))
        store.add(work, an_import("b"))
        rows = [a_rejection(3, "no_ids", "编号"), a_rejection(1, "x"), a_rejection(2, "x")]
        store.reject(work, "a", rows)
        store.reject(work, "a", [a_rejection(1, "other")])
        store.reject(work, "b", [a_rejection(1, "x")])
        assert store.counts(work, ["a", "b", "c"]) == {"a": (3, 0), "b": (1, 0), "c": (0, 0)}
        assert store.groups(work, "a") == [Group("x", "", 2), Group("no_ids", "编号", 1)]
        assert [one.row for one in store.rejected(work, "a", after=1, limit=1)] == [2]
        assert store.rejected(work, "a", group=Group("no_ids", "编号", 0)) == [rows[0]]
        store.mend(work, "a", [Rejection(1, {"by": "y"}, ()), Rejection(2, {}, (), NOW)])
        assert store.counts(work, ["a"]) == {"a": (2, 1)}
        assert store.mended(work, "a", 9) == [Rejection(1, {"by": "y"}, ())]
        assert store.rows_of(work, "a", [2, 9]) == {2: Rejection(2, {}, (), NOW)}
        assert store.kept(work, "a") == 3
        store.drop_rejections(work, "a")
        assert (store.kept(work, "a"), store.kept(work, "b")) == (0, 1)
