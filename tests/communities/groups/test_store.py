"""Stays and plays on each database."""

from coterie.communities.groups import store
from coterie.communities.groups.intervals import Mark, settle
from coterie.communities.groups.rhythm import store as played
from coterie.core.actor import COMMAND
from coterie.storage.database import Database

JOIN, LATER = Mark(10, came=True, code="g-1", scene="scanned"), Mark(30, came=True, scene="invited")


def test_stays_are_written_changed_and_counted(database: Database) -> None:
    first = {("wr1", 7): settle([], [JOIN]), ("wr1", 8): settle([], [LATER])}
    again = {("wr1", 7): settle(first["wr1", 7], [LATER, Mark(20, came=False)])}
    heads = {7: 5, 8: 8}
    with database.begin(COMMAND, 100) as work:
        store.write_spans(work, {}, first, heads)
        before = store.spans(work, ["wr1"], [7])
        assert before == {("wr1", 7): first["wr1", 7]}
        store.write_spans(work, before, again, heads)
        assert store.spans(work, ["wr1"], [7, 8])["wr1", 7] == again["wr1", 7]
        assert [store.counts(work, at).get("wr1", 0) for at in (5, 15, 25, 35, None)] == [
            0, 1, 0, 2, 2,
        ]  # fmt: skip
        assert store.inside(work, ["wr1"], [5, 8]) == {("wr1", 5), ("wr1", 8)}
        assert sorted(store.members(work, ["wr1"], 15)) == [5]
        assert sorted(store.moves(work, ["wr1"], 0, 40)) == [
            ("wr1", "joined", 10), ("wr1", "joined", 30), ("wr1", "joined", 30),
            ("wr1", "left", 20),
        ]  # fmt: skip
        assert store.ways(work, ["wr1"])["wr1"] == {"code:g-1": 1, "invited": 2}
        assert [one.left for one in store.stays(work, profile=5)] == [None, 20]
        assert store.erase(work, [7]) == 1
        assert store.counts(work, None) == {"wr1": 1}


def test_a_play_is_kept_once(database: Database) -> None:
    row = {"id": "p1", "chat": "wr1", "rhythm": "r", "play": "hello", "kind": "topic",
           "title": {"en": "Hello"}, "at": 10, "made": 11, "send": "s1",
           "reason": None}  # fmt: skip
    with database.begin(COMMAND, 100) as work:
        played.add(work, [row])
        played.add(work, [{**row, "send": None, "reason": "late"}])
        assert played.known(work, ["p1", "p2"]) == {"p1"}
        assert [one.send for one in played.played(work, ["wr1"], 0, 20)] == ["s1"]
        played.keep(work, "r", {"slug": "r"})
        played.keep(work, "r", {"slug": "r", "plays": []})
        assert played.definitions(work) == [{"slug": "r", "plays": []}]
