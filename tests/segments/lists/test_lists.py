"""Uploaded lists: versions, who is waited for, merges, erasure, snapshots."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from coterie.core.clock import DAY
from coterie.core.errors import Conflict, Invalid, NotFound
from coterie.segments.lists.store import list_name_rows
from coterie.storage.audit import latest
from coterie.storage.database import Database
from coterie.storage.schema import metadata
from segments.house import SmallHouse

NOW = 1_767_225_600_000
ON_VIP = {"list": "vip"}


def furnish(database: Database, folder: Path) -> SmallHouse:
    """Ada, Bob and Cleo are known; Ada is on the list, Dora is waited for."""
    made = SmallHouse(database, folder, NOW)
    made.receive([made.identify(user) for user in ("ada", "bob", "cleo")])
    made.upload("vip", "ada", "dora")
    made.define("vips", ON_VIP)
    return made


@pytest.fixture
def either(database: Database, tmp_path: Path) -> Iterator[SmallHouse]:
    """On either database."""
    made = furnish(database, tmp_path)
    yield made
    made.log.close()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[SmallHouse]:
    """On SQLite, where the database does not matter."""
    database = Database.in_folder(tmp_path)
    metadata.create_all(database.engine)
    made = furnish(database, tmp_path)
    yield made
    made.log.close()
    database.close()


def person(house: SmallHouse, user: str) -> int:
    found: Any = house.do(lambda work: house.profiles.find(work, "user_id", user))
    assert isinstance(found, int)
    return found


def people(house: SmallHouse, *users: str) -> set[int]:
    return {person(house, user) for user in users}


def listed(house: SmallHouse, version: int | None = None) -> set[int]:
    return set(house.do(lambda work: house.segments.listed(work, "vip", version)))


def test_a_new_version_moves_who_stands_otherwise_and_the_old_one_stays(either: SmallHouse) -> None:
    house = either
    assert house.members("vips") == people(house, "ada")
    moves = house.upload("vip", "bob", "cleo", "bob")
    assert {(move.profile, move.entered) for move in moves} == {
        (person(house, "ada"), False), (person(house, "bob"), True), (person(house, "cleo"), True),
    }  # fmt: skip
    assert house.members("vips") == people(house, "bob", "cleo")
    assert listed(house, 1) == people(house, "ada")
    versions = house.do(lambda work: house.segments.list_versions(work, "vip"))
    assert [(one.version, one.given, one.matched, one.unmatched) for one in versions] == [
        (2, 2, 2, 0), (1, 2, 1, 1),
    ]  # fmt: skip
    assert versions[0].uploaded_by == "command:coterie"
    deeds = [row.verb for row in house.do(latest) if row.object == "vip"]
    assert deeds == ["list.upload", "list.upload"]


def test_who_turns_up_later_is_on_the_list_that_waited_for_her(either: SmallHouse) -> None:
    house = either
    house.receive([house.track("dora", "Article Read")])
    assert house.members("vips") == people(house, "ada", "dora")
    (version,) = house.do(lambda work: house.segments.list_versions(work, "vip"))
    assert (version.matched, version.unmatched) == (2, 0)
    dora = person(house, "dora")
    facts = house.do(lambda work: house.log.timelines(work, [dora]))[dora]
    assert [one.name for one in facts] == ["Article Read", "coterie.listed"]
    assert facts[1].properties == {"list": "vip", "version": 1}


def test_who_is_waited_for_by_an_old_version_moves_nobody(house: SmallHouse) -> None:
    house.upload("vip", "ada")
    house.receive([house.track("dora", "Article Read")])
    assert house.members("vips") == people(house, "ada")
    assert listed(house, 1) == people(house, "ada", "dora")


def test_nothing_that_identifies_is_kept_of_who_is_not_known(house: SmallHouse) -> None:
    house.do(
        lambda work: house.segments.upload_list(work, "calls", [("phone", "138 0013 8000"), "eve"])
    )
    rows = house.do(lambda work: work.connection.execute(list_name_rows.select()).all())
    assert {(row.name, row.kind) for row in rows} == {
        ("vip", "user_id"), ("calls", "phone"), ("calls", "user_id"),
    }  # fmt: skip
    assert all(len(row.digest) == 64 for row in rows)
    assert not any(word in str(row) for row in rows for word in ("dora", "eve", "13800138000"))


def test_a_phone_number_however_written_leads_to_her_later(house: SmallHouse) -> None:
    upload = house.segments.upload_list
    house.do(lambda work: upload(work, "vip", [("phone", "138-0013-8000")]))
    house.receive([house.identify("bob", phone="+86 138 0013 8000")])
    assert house.members("vips") == people(house, "bob")


def test_a_list_follows_merges_and_their_undoing(house: SmallHouse) -> None:
    ada, bob = person(house, "ada"), person(house, "bob")
    house.upload("vip", "bob")
    house.join(ada, bob)
    assert house.members("vips") == {person(house, "bob")} == {ada}
    known = house.do(lambda work: house.profiles.identities_of(work, ada))
    house.take_apart(ada, [one.id for one in known if one.came_with == bob])
    assert house.members("vips") == {bob}
    assert listed(house) == {bob}


def test_the_erased_stand_on_no_version(either: SmallHouse) -> None:
    house = either
    ada = person(house, "ada")
    told = house.do(lambda work: house.segments.hand_out(work, ada))
    assert told["lists"] == [{"list": "vip", "version": 1}]
    house.upload("vip", "ada", "bob")
    counts = house.do(lambda work: house.segments.erase(work, [ada]))
    assert counts["list_versions"] == 2
    assert listed(house) == people(house, "bob")
    assert listed(house, 1) == set()
    assert house.do(lambda work: house.segments.erase(work, [ada]))["list_versions"] == 0


def test_a_segment_becomes_a_list_that_stays_as_it_was(house: SmallHouse) -> None:
    house.define("all", {"everyone": True})
    house.do(lambda work: house.segments.snapshot(work, "all", "january", title_zh="一月"))
    house.receive([house.identify("fay")])
    house.define("then", {"list": "january"})
    assert house.members("then") == people(house, "ada", "bob", "cleo")
    found = house.do(house.segments.lists)
    january = next(one for one in found if one.name == "january")
    assert (january.title_zh, january.version.origin) == ("一月", "segment:all@1")
    assert january.used_by == ("then",)


def test_a_list_that_a_rule_asks_stays(house: SmallHouse) -> None:
    with pytest.raises(Conflict, match="used by vips"):
        house.do(lambda work: house.segments.delete_list(work, "vip"))
    house.do(lambda work: house.segments.delete(work, "vips"))
    house.do(lambda work: house.segments.delete_list(work, "vip"))
    assert house.do(house.segments.lists) == []
    with pytest.raises(NotFound, match="upload it first"):
        house.do(lambda work: house.segments.list_versions(work, "vip"))
    with pytest.raises(Invalid, match="there is no list 'vip'"):
        house.define("vips", ON_VIP)


def test_what_is_no_name_is_refused_and_says_which(house: SmallHouse) -> None:
    with pytest.raises(Invalid) as refused:
        house.do(lambda work: house.segments.upload_list(work, "vip", ["ada", ("email", "ada")]))
    assert refused.value.path == "identities[1]"
    with pytest.raises(Invalid):
        house.do(lambda work: house.segments.upload_list(work, "No Slug", []))


def test_as_of_asks_the_version_that_was_current_then(either: SmallHouse) -> None:
    house = either
    at = house.now
    house.now += DAY
    house.upload("vip", "bob")
    ask = house.segments.population_at
    assert set(house.do(lambda work: ask(work, "vips", at))) == people(house, "ada")
    assert set(house.do(lambda work: ask(work, "vips", house.now))) == people(house, "bob")
    assert set(house.do(lambda work: ask(work, "vips", at - 1))) == set()
    with pytest.raises(Invalid, match="yet to come"):
        house.do(lambda work: ask(work, "vips", house.now + 1))
