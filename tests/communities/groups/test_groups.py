"""Groups at a simulated platform: known by themselves, joined, left, asked for, over HTTP."""

from collections.abc import Iterator

import pytest

from coterie.communities.groups.model import Group
from coterie.communities.groups.service import Groups
from coterie.core.actor import COMMAND
from coterie.core.clock import MINUTE
from coterie.core.errors import Invalid
from coterie.core.event import Event
from roads.contacts.corp import Corp, connected

JOINED, LEFT = "coterie.group.joined", "coterie.group.left"


@pytest.fixture(scope="module")
def corp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corp]:
    """One corporation for the module; each test has its own groups and people."""
    with connected(tmp_path_factory.mktemp("groups")) as made:
        yield made


def groups(corp: Corp) -> Groups:
    return corp.app.growing.groups


def open_code(corp: Corp, title: str, chats: list[str], **more: object) -> str:
    given = {"title": title, "chats": chats, **more}
    with corp.app.db.begin(COMMAND, corp.now) as work:
        state = corp.app.scanning.groups.make(work, given).state
    corp.settle()
    return state


def config(corp: Corp, state: str) -> str:
    with corp.app.db.read(COMMAND, corp.now) as work:
        way = corp.app.scanning.ways.of(work, [state])[state]
    assert way.config_id is not None
    return way.config_id


def get(corp: Corp, chat: str) -> Group:
    with corp.app.db.read(COMMAND, corp.now) as work:
        return groups(corp).of_chats(work, [chat])[chat]


def comes(corp: Corp, name: str) -> str:
    return corp.wecom.new_customer(name, unionid=f"u-{name}")


def test_a_group_becomes_known_by_its_first_member_and_she_wears_its_tag(corp: Corp) -> None:
    chat = corp.wecom.new_chat("anna", "Nanjing Road 1")
    corp.settle()
    state = open_code(corp, "Nanjing Road", [chat], store="s01", limit=150)
    ada = comes(corp, "ada")
    assert corp.wecom.join(config(corp, state), ada).status == "joined"
    corp.settle()
    corp.passes(minutes=2)
    group = get(corp, chat)
    assert (group.slug, group.name, group.guide) == ("s01-1", "Nanjing Road 1", "anna")
    assert (group.store, group.kind, group.code) == ("s01", "store", state)
    assert (group.members, group.customers, group.cap, group.qr_limit) == (2, 1, 500, 150)
    (joined,) = corp.story(ada, JOINED)
    assert joined.properties["code"] == state
    assert joined.properties["group"] == "s01-1"
    assert joined.properties["first"] is True
    assert "group:s01-1" in corp.tags(ada)


def test_who_leaves_and_comes_again_has_two_stays_and_both_are_counted_as_of(corp: Corp) -> None:
    chat = corp.wecom.new_chat("anna", "Tea")
    corp.settle()
    eva, begin = comes(corp, "eva"), corp.now
    for step in (corp.wecom.invite, corp.wecom.leave, corp.wecom.invite):
        corp.passes(minutes=20)
        step(chat, eva, *(["anna"] if step == corp.wecom.invite else []))
        corp.settle(shuffle=True, duplicate=1.0)
        corp.passes(minutes=2)
    group = get(corp, chat)
    with corp.app.db.read(COMMAND, corp.now) as work:
        now, first = groups(corp).stays(work, [group.slug])
        there = [
            groups(corp).counts(work, begin + minutes * MINUTE)[group.slug]
            for minutes in (10, 30, 50)
        ]
        days = groups(corp).by_day(work, [group.slug], begin, corp.now + 1)[group.slug]
        handed = groups(corp).hand_out(work, now.profile)["groups"]
    assert there == [0, 1, 0]
    assert (now.left, first.left is not None, first.scene) == (None, True, "invited")
    assert first.left is not None
    assert 20 * MINUTE <= first.left - first.joined < 30 * MINUTE
    assert [(joins, leaves) for _, joins, leaves in days] == [(2, 1)]
    assert [one.properties["first"] for one in corp.story(eva, JOINED)] == [True, False]
    assert len(corp.story(eva, LEFT)) == 1
    assert group.tag in corp.tags(eva)
    assert len(handed) == 2


def wire(name: str, profile: int, at: int, chat: str = "wr-late") -> Event:
    return Event(
        id=f"{name}-{profile}-{at}", type="track", name=name, time=at, received=at, source="wecom",
        profile=profile, came_with=profile, properties={"group_id": chat, "name": "Late"},
    )  # fmt: skip


def test_what_is_told_late_and_twice_changes_nothing_that_was_stated(corp: Corp) -> None:
    at = corp.now
    told = [wire("Group Joined", 901, at), wire("Group Joined", 901, at + 9)]
    left = wire("Group Left", 901, at + 5)
    with corp.app.db.begin(COMMAND, corp.now) as work:
        said = groups(corp).hear(work, told, [])
        late = groups(corp).hear(work, [left, *told], [])
        again = groups(corp).hear(work, [left], [])
        (now, before) = groups(corp).stays(work, [groups(corp).of_chats(work, ["wr-late"])[
            "wr-late"].slug])  # fmt: skip
        erased = groups(corp).erase(work, [901])
    assert [one.name for one in said] == [JOINED, JOINED, "coterie.tagged"]
    assert [one.name for one in late] == [LEFT]
    assert again == []
    assert (before.left, now.left, now.joined) == (at + 5, None, at + 9)
    assert erased == {"community_group_stays": 1}


def test_whoever_joins_a_group_takes_part_in_its_community_until_her_last_group(
    corp: Corp,
) -> None:
    chats = [corp.wecom.new_chat("bert", f"Pasta {n}") for n in (1, 2)]
    corp.settle()
    zoe = comes(corp, "zoe")
    with corp.app.db.begin(COMMAND, corp.now) as work:
        corp.app.communities.define(
            work, {"slug": "pasta", "title": {"en": "Pasta"}, "promise": {"en": "Good"},
                   "kind": "interest"},
        )  # fmt: skip
        for chat in chats:
            groups(corp).define(work, {"chat": chat, "topic": "food/pasta", "community": "pasta"})
        with pytest.raises(Invalid, match="nobody"):
            groups(corp).define(work, {"chat": chats[0], "community": "nobody"})
    for chat in chats:
        corp.wecom.invite(chat, zoe, "bert")
    corp.settle()
    corp.passes(minutes=2)
    assert {"community:pasta", "group:pasta-1", "group:pasta-2"} <= corp.tags(zoe)
    corp.wecom.leave(chats[0], zoe)
    corp.settle()
    corp.passes(minutes=2)
    assert {"community:pasta", "group:pasta-2"} <= corp.tags(zoe)
    assert "group:pasta-1" not in corp.tags(zoe)
    corp.wecom.leave(chats[1], zoe)
    corp.settle()
    corp.passes(minutes=2)
    assert not {"community:pasta", "group:pasta-2"} & corp.tags(zoe)
