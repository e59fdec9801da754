"""Room: the limit by code and the cap, overflow into the next group, none over its limit."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from coterie.codes.groups.filling import fill
from coterie.codes.groups.model import Pool, Size
from coterie.core.actor import COMMAND
from coterie.testing.clock import FakeClock
from coterie.testing.wecom import Limits, Wecom
from coterie.testing.wecom.model import JoinWay
from roads.contacts.corp import Corp


def groups_after(arrivals: int, limit: int) -> dict[str, int]:
    """Let people scan one code for ever; where all that is shown is full, the next is made."""
    sizes: dict[str, Size] = {"g1": Size("g1", 0)}
    pool = Pool("All", chats=("g1",), limit=limit, auto_create=True, base_name="g")
    for _ in range(arrivals):
        shown = fill(pool, sizes).shown
        chat = next((one for one in shown if sizes[one].members < limit), None)
        if chat is None:
            chat = f"g{len(sizes) + 1}"
            pool = Pool("All", chats=(*pool.chats, chat), limit=limit, auto_create=True)
        before = sizes.get(chat, Size(chat, 0))
        sizes[chat] = Size(chat, before.members + 1)
    return {chat: one.members for chat, one in sizes.items()}


@pytest.mark.parametrize(("limit", "wanted"), [(500, 9), (200, 23)])
def test_4500_arrivals_fill_as_few_groups_as_their_limit_allows(limit: int, wanted: int) -> None:
    found = groups_after(4_500, limit)
    assert len(found) == wanted
    assert sum(found.values()) == 4_500
    assert max(found.values()) <= limit


@pytest.fixture
def small() -> Iterator[Wecom]:
    """A platform where a code lets in up to 6 of a group's 10."""
    with Wecom(clock=FakeClock(0), limits=Limits(chat_by_code=6, chat_members=10)) as made:
        made.add_member("anna", "Anna")
        yield made


def test_of_200_who_scan_at_199_of_200_exactly_one_comes_in() -> None:
    platform = Wecom(clock=FakeClock(0))
    platform.add_member("anna", "Anna")
    first = platform.new_chat("anna", "Shoes 1")
    people = [platform.new_customer(f"c{n}") for n in range(398)]
    for one in people[:198]:
        platform.invite(first, one, "anna")
    assert len(platform.corp.chats[first].members) == 199  # with Anna herself
    way = {"auto_create_room": 1, "room_base_name": "Shoes ", "state": "g-1"}
    platform.corp.join_ways["w"] = JoinWay("w", "qr", 0, way, [first], 2)
    with ThreadPoolExecutor(20) as pool:
        found = list(pool.map(lambda one: platform.join("w", one), people[198:]))
    assert [one.status for one in found].count("joined") == 200
    assert sum(one.chat_id == first for one in found) == 1
    sizes = sorted(len(one.members) for one in platform.corp.chats.values())
    assert sizes == [200, 200]  # the next is full now as well, with its owner
    assert {one.name for one in platform.corp.chats.values()} == {"Shoes 1", "Shoes 2"}


def test_groups_that_the_platform_makes_take_after_the_first_and_nobody_is_lost(
    small: Wecom, tmp_path_factory: pytest.TempPathFactory
) -> None:
    corp = Corp(small, tmp_path_factory.mktemp("house"))
    try:
        corp.house.settle()
        chat = small.new_chat("anna", "Shoes 1")
        corp.settle()
        pool = {"title": "Shoes", "store": "s01", "chats": [chat], "limit": 6,
                "auto_create": True, "base_name": "Shoes ", "base_id": 2}  # fmt: skip
        with corp.app.db.begin(COMMAND, corp.now) as work:
            state = corp.app.scanning.groups.make(work, pool).state
            corp.app.growing.groups.define(
                work, {"chat": chat, "name": "Shoes 1", "rhythm": "playbook", "campaign": "sale"}
            )
        corp.settle()
        with corp.app.db.read(COMMAND, corp.now) as work:
            config = corp.app.scanning.ways.of(work, [state])[state].config_id
        assert config is not None
        for n in range(20):
            joined = small.join(config, small.new_customer(f"c{n}", unionid=f"u{n}"))
            assert joined.status == "joined"
            if n % 4 == 3:
                corp.settle(shuffle=True, duplicate=0.5)
                corp.passes(minutes=6)
        with corp.app.db.read(COMMAND, corp.now) as work:
            found = corp.app.growing.groups.all(work)
            came = sum(corp.app.growing.groups.counts(work).values())
            ways = corp.app.growing.groups.ways(work, found[0].slug)
        assert came == 20
        assert ways == {f"code:{state}": 5}
        assert len(found) == 4  # five by code and the owner in each
        assert all(one.members <= 6 for one in found)
        assert {(one.store, one.rhythm, one.campaign, one.code) for one in found} == {
            ("s01", "playbook", "sale", state)
        }
    finally:
        corp.house.close()
