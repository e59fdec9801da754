import pytest
from sqlalchemy import select

from coterie.core.actor import COMMAND
from coterie.core.errors import Invalid, NotFound
from coterie.events.keys import HOLD, Keys
from coterie.events.store import key_rows
from coterie.storage.audit import latest
from coterie.storage.database import Database

NOW = 1_767_225_600_000


def test_a_key_stands_for_its_source_until_it_is_disabled(database: Database):
    keys = Keys()
    with database.begin(COMMAND, NOW) as work:
        shop, other = keys.new(work, "shop"), keys.new(work, "shop")
    with database.begin(COMMAND, NOW + 1) as work:
        assert keys.source_of(work, shop) == keys.source_of(work, other) == "shop"
        assert keys.source_of(work, shop + "x") is None
        assert keys.source_of(work, "") is None
        assert keys.source_of(work, "\ud800") is None
        [first, _] = keys.all(work)
        keys.disable(work, first.id)
        assert {keys.source_of(work, shop), keys.source_of(work, other)} == {"shop", None}
        assert [key.disabled for key in keys.all(work)] == [NOW + 1, None]
        assert [key.created for key in keys.all(work)] == [NOW, NOW]
        assert {row.verb for row in latest(work)} == {"write_key.new", "write_key.disable"}


def test_the_key_itself_is_kept_nowhere(database: Database):
    with database.begin(COMMAND, NOW) as work:
        key = Keys().new(work, "shop")
        stored = work.connection.execute(select(key_rows)).all()
        assert key not in str(stored)
        assert key not in str(latest(work))


def test_bad_sources_and_unknown_keys_are_refused(database: Database):
    keys = Keys()
    with database.begin(COMMAND, NOW) as work:
        with pytest.raises(Invalid):
            keys.new(work, "My Shop")
        keys.new(work, "shop")
        for unknown in ("", "0", "no such key"):
            with pytest.raises(NotFound):
                keys.disable(work, unknown)
        assert all(key.disabled is None for key in keys.all(work))


def test_when_a_key_was_used_is_noted_at_once_and_kept_later(database: Database):
    keys = Keys()
    with database.begin(COMMAND, NOW) as work:
        shop = keys.new(work, "shop")
        keys.new(work, "other")
    with database.read(COMMAND, NOW + 7) as work:
        keys.source_of(work, shop)
        assert sorted(str(key.used) for key in keys.all(work)) == sorted(["None", str(NOW + 7)])
        assert [key.used for key in Keys().all(work)] == [None, None]
    with database.begin(COMMAND, NOW + 9) as work:
        keys.keep_uses(work)
    with database.begin(COMMAND, NOW + 9) as work:
        keys.keep_uses(work)
        assert {key.used for key in Keys().all(work)} == {None, NOW + 7}


def test_a_use_that_was_kept_is_never_put_back(database: Database):
    late, early = Keys(), Keys()
    with database.begin(COMMAND, NOW) as work:
        shop = late.new(work, "shop")
    for keys, moment in ((early, NOW + 1), (late, NOW + 2)):
        with database.read(COMMAND, moment) as work:
            keys.source_of(work, shop)
    for keys in (late, early):
        with database.begin(COMMAND, NOW + 3) as work:
            keys.keep_uses(work)
    with database.read(COMMAND, NOW + 3) as work:
        assert [key.used for key in Keys().all(work)] == [NOW + 2]


def test_a_key_that_was_looked_up_is_believed_for_a_second_unless_it_was_disabled_here(
    database: Database,
):
    keys, elsewhere = Keys(), Keys()
    with database.begin(COMMAND, NOW) as work:
        shop, other = keys.new(work, "shop"), keys.new(work, "other")
    assert keys.held(shop, NOW) is None
    with database.read(COMMAND, NOW) as work:
        assert [keys.source_of(work, key) for key in (shop, other)] == ["shop", "other"]
    assert keys.held(shop, NOW + HOLD - 1) == "shop"
    assert keys.held(shop, NOW + HOLD) is None
    assert keys.held(shop, NOW - 1) is None
    with database.begin(COMMAND, NOW) as work:
        [first, second] = elsewhere.all(work)
        elsewhere.disable(work, first.id)
    assert keys.held(shop, NOW + 1) == "shop"  # nobody told this process
    with database.begin(COMMAND, NOW) as work:
        keys.disable(work, second.id)
        assert keys.held(other, NOW + 1) is None
    assert keys.held(other, NOW + 1) is None
