import pytest
from sqlalchemy import select

from coterie.core.actor import COMMAND
from coterie.core.errors import Invalid, NotFound
from coterie.events.keys import Keys
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
