"""The mirror on both databases: what callbacks and reads leave in its tables."""

from itertools import permutations

import pytest

from coterie.channels.wecom.inbox.model import (
    Callback,
    ContactAdded,
    ContactDeleted,
    GroupChanged,
    GroupCreated,
    Happening,
    MemberChanged,
)
from coterie.channels.wecom.mirror.applying import hear
from coterie.channels.wecom.mirror.edges.service import TagChange
from coterie.channels.wecom.mirror.model import (
    ChatRead,
    CorpTag,
    Followed,
    Member,
    Participant,
    Person,
    Read,
)
from coterie.channels.wecom.mirror.service import Mirror
from coterie.channels.wecom.mirror.syncs import store as syncs
from coterie.channels.wecom.mirror.syncs.model import Sync
from coterie.channels.wecom.mirror.tags import store as tags
from coterie.core.actor import COMMAND
from coterie.core.clock import zone
from coterie.profiles.service import Profiles
from coterie.storage.database import Database

NOW = 1_772_413_200_000
MINUTE = 60_000
MASTER = bytes(range(32))


@pytest.fixture
def mirror() -> Mirror:
    return Mirror(Profiles(MASTER, zone("Asia/Shanghai")), MASTER)


def called(at: int, happening: Happening) -> Callback:
    return Callback(at, str(at), NOW, NOW + at * MINUTE, "", happening, 0)


def history(customer: str, chat: str) -> list[Callback]:
    return [
        called(0, ContactAdded("anna", customer, "c1", half=True)),
        called(0, ContactAdded("anna", customer, "c1")),
        called(1, GroupCreated(chat)),
        called(2, GroupChanged(chat, "add_member", 3, None, 1, (customer,), "v0", "v1")),
        called(3, ContactDeleted("anna", customer, "customer")),
        called(4, GroupChanged(chat, "del_member", None, 1, 1, (customer,), "v1", "v2")),
    ]


def test_any_order_leaves_the_same_rows(database: Database, mirror: Mirror) -> None:
    ends = []
    for number, order in enumerate([*permutations(range(6))][::103]):
        customer, chat = f"wm{number}", f"wr{number}"
        told = history(customer, chat)
        for start in (0, 3):
            with database.begin(COMMAND, NOW + 5 * MINUTE) as work:
                some = [told[place] for place in order[start : start + 3]]
                mirror.take_in(work, hear([*some, some[0]]))
        with database.read(COMMAND, NOW + 5 * MINUTE) as work:
            (edge,) = mirror.edges_of(work, [customer])[customer]
            (person,) = mirror.participants(work, chat)
        ends.append((edge.status, edge.since, edge.ended, edge.times, edge.state,
                     person.joined, person.left, person.times))  # fmt: skip
    at = [NOW + minute * MINUTE for minute in range(5)]
    assert set(ends) == {("by_customer", at[0], at[3], 1, "c1", at[2], at[4], 1)}


def test_a_read_of_another_version_is_not_believed(database: Database, mirror: Mirror) -> None:
    def read(version: str, *members: str) -> ChatRead:
        there = tuple(Participant("wr1", one, True, NOW + 2 * MINUTE, scene="scanned", state="g7")
                      for one in members)  # fmt: skip
        return ChatRead("wr1", NOW + 5 * MINUTE, "Wine", "anna", NOW, version, there)

    with database.begin(COMMAND, NOW + 5 * MINUTE) as work:
        mirror.take_in(work, hear(history("wm1", "wr1")[:4]))
        mirror.groups.learn(work, [read("v0")])
        assert mirror.groups.ready(work, 9) == [] and mirror.groups.tries(work, ["wr1"]) == {
            "wr1": 1
        }
        assert mirror.sizes(work, ["wr1"])["wr1"].members == 1
        mirror.groups.learn(work, [read("v1", "wm1", "wm2")])
        ready = [(row.member, row.kind, row.state) for row in mirror.groups.ready(work, 9)]
    assert ready == [("wm1", "begun", "g7"), ("wm2", "begun", "g7")]


def test_what_we_marked_is_no_news_when_a_read_shows_the_old(
    database: Database, mirror: Mirror
) -> None:
    def read(at: int, *tags: str) -> Read:
        edge = Followed("anna", "wm1", NOW, "c1", 1, "", frozenset(tags))
        return Read(Person("wm1", "Li"), (edge,), at)

    with database.begin(COMMAND, NOW) as work:
        mirror.tagging.learn(work, [CorpTag("t1", "g", "Taste", "dry", None)])
        mirror.people.learn(work, [read(NOW)], infer=True)
        assert mirror.mark(work, "anna", "wm1", add=["dry", "unheard"]) == 1
        assert mirror.mark(work, "anna", "wm1", add=["dry"]) == 0
    with database.begin(COMMAND, NOW + 2 * MINUTE) as work:
        rows = tags.due(work, 9)
        mirror.people.write_tags(work, [TagChange("anna", "wm1", "t1", True)], ours=True)
        tags.settle(work, rows)
        assert mirror.people.learn(work, [read(NOW + MINUTE)]).tags == ()
        (moved,) = mirror.people.learn(work, [read(NOW + 3 * MINUTE)]).tags
        assert tags.next_due(work) is None and not moved.lies


def test_a_member_with_another_id_keeps_her_customers(database: Database, mirror: Mirror) -> None:
    with database.begin(COMMAND, NOW) as work:
        mirror.staff.learn(work, [Member("anna", "Anna", (1,), True, NOW)], [])
        mirror.take_in(work, hear(history("wm1", "wr1")[:2]))
        mirror.take_in(work, hear([called(6, MemberChanged("updated", "anna", "anna.li"))]))
        assert [one.userid for one in mirror.members(work)] == ["anna.li"]
        assert [one.guide for one in mirror.followers(work, ["wm1"])["wm1"]] == ["anna.li"]


def test_portions_are_taken_up_in_the_order_of_stages(database: Database) -> None:
    sync = Sync(1, "asked", "person:ada", "running", NOW)
    with database.begin(COMMAND, NOW) as work:
        syncs.begin(work, sync)
        syncs.add(work, 1, "chats", [["wr1"]])
        syncs.add(work, 1, "people", [["anna"], ["bert"]])
        first, second = syncs.due(work, 1, 4)
        assert (first.subject, second.subject) == (["anna"], ["bert"])
        syncs.write(work, first, state="done", items=7)
        syncs.write(work, second, state="failed", error="60011")
        assert [one.stage for one in syncs.due(work, 1, 4)] == ["chats"]
        report = syncs.report(work, sync)
        assert not syncs.is_over(work, 1) and syncs.failed(work, 1) == {"people": 1}
    assert [(one.stage, one.portions, one.over, one.items) for one in report.progress] == [
        ("people", 2, 2, 7),
        ("chats", 1, 0, 0),
    ]
    assert [(one.reason, one.subjects) for one in report.troubles] == [("60011", ("bert",))]
