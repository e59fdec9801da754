"""The inbox of callbacks: each once, in order, and nothing lost."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from channels.wecom.test_reading import CAPTURED, CHAT, CONTACT, xml
from coterie.channels.wecom.inbox.box.service import Box
from coterie.channels.wecom.inbox.model import ContactAdded, ContactDeleted, Wanted
from coterie.channels.wecom.inbox.service import PAUSES, Callbacks
from coterie.channels.wecom.inbox.store import callback_rows
from coterie.core.actor import CLOCK
from coterie.core.clock import DAY, SECOND
from coterie.core.errors import NotFound
from coterie.storage.audit import audit_rows
from coterie.storage.database import Database

NOW = 1_767_225_601_500


def edge(name: str, change: str = "add_external_contact", at: int = 1_767_225_600) -> bytes:
    return xml(CONTACT, change, at, UserID="anna", ExternalUserID=name)


@pytest.fixture
def callbacks(database: Database, tmp_path: Path) -> Iterator[Callbacks]:
    with closing(Callbacks(Box.beside(database, tmp_path))) as made:
        yield made


def applied(callbacks: Callbacks, database: Database, now: int = NOW) -> list[str]:
    """Take what is pending, say that it is done, and return whom it was about."""
    with database.begin(CLOCK, now) as work:
        found = callbacks.pending(work)
        callbacks.done(work, [one.id for one in found])
    return [one.of for one in found]


def test_what_comes_twice_is_one_and_comes_in_order_of_arrival(
    callbacks: Callbacks, database: Database
) -> None:
    for each in (edge("wm2"), edge("wm1"), edge("wm2"), CAPTURED.encode()):
        callbacks.take(each, NOW)
    with database.begin(CLOCK, NOW) as work:
        assert callbacks.counts(work) == {"waiting": 4}  # in the box nothing is judged yet
        found = callbacks.pending(work)
    assert [one.of for one in found] == ["customer:wm2", "customer:wm1", "group:wr1"]
    assert found[0].happening == ContactAdded("anna", "wm2")
    assert (found[0].at, found[0].came) == (1_767_225_600_000, NOW)
    assert applied(callbacks, database) == ["customer:wm2", "customer:wm1", "group:wr1"]
    callbacks.take(edge("wm2"), NOW + 5 * SECOND)
    assert applied(callbacks, database) == []
    with database.begin(CLOCK, NOW) as work:
        assert callbacks.counts(work) == {"done": 3}
        assert callbacks.next_due(work) is None


def test_two_events_of_one_second_are_two(callbacks: Callbacks, database: Database) -> None:
    callbacks.take(edge("wm1"), NOW)
    callbacks.take(edge("wm1", "add_half_external_contact"), NOW)
    assert len(applied(callbacks, database)) == 2


def test_one_that_fails_keeps_back_its_own_customer_and_nobody_else(
    callbacks: Callbacks, database: Database
) -> None:
    for each in (edge("wm1"), edge("wm2"), edge("wm1", "del_follow_user")):
        callbacks.take(each, NOW)
    with database.begin(CLOCK, NOW) as work:
        first, second, third = callbacks.pending(work)
        assert callbacks.failed(work, first.id, "WeCom is busy")
        callbacks.done(work, [second.id])
    with database.begin(CLOCK, NOW) as work:
        assert callbacks.pending(work) == []
        assert callbacks.next_due(work) == NOW
    with database.begin(CLOCK, NOW + PAUSES[0]) as work:
        again = callbacks.pending(work)
    assert [(one.id, one.tries) for one in again] == [(first.id, 1), (third.id, 0)]
    assert again[1].happening == ContactDeleted("anna", "wm1", "customer")


def test_after_its_last_try_one_is_laid_aside_and_played_again_on_demand(
    callbacks: Callbacks, database: Database
) -> None:
    callbacks.take(edge("wm1"), NOW)
    callbacks.take(edge("wm1", "del_follow_user"), NOW)
    now = NOW
    for number in range(len(PAUSES) + 1):
        with database.begin(CLOCK, now) as work:
            first = callbacks.pending(work)[0]
            assert callbacks.failed(work, first.id, "no") is (number < len(PAUSES))
        now += PAUSES[min(number, len(PAUSES) - 1)]
    with database.begin(CLOCK, now) as work:
        assert [one.of for one in callbacks.pending(work)] == ["customer:wm1"]
        kept = callbacks.find(work, Wanted(state="failed"))
        assert [(one.id, one.reason, one.tries) for one in kept] == [(first.id, "no", 6)]
        assert callbacks.replay_failed(work) == 1
        verbs = work.connection.execute(select(audit_rows.c.verb)).scalars().all()
        assert verbs == ["wecom.callbacks.replayed"]
        assert callbacks.pending(work)[0].id == first.id
        assert callbacks.replay(work, [first.id]) == 0  # it waits already


def test_one_in_vain_is_laid_aside_at_once(callbacks: Callbacks, database: Database) -> None:
    callbacks.take(edge("wm1"), NOW)
    with database.begin(CLOCK, NOW) as work:
        (one,) = callbacks.pending(work)
        assert not callbacks.failed(work, one.id, "never", retry=False)
        assert callbacks.pending(work) == []
        with pytest.raises(NotFound):
            callbacks.failed(work, 999, "who")
        with pytest.raises(NotFound):
            callbacks.one(work, 999)


def test_what_is_not_known_is_kept_and_marked(callbacks: Callbacks, database: Database) -> None:
    callbacks.take(xml("sys_approval_change", ""), NOW)
    callbacks.take(b"no xml at all \x00 \xff", NOW)
    with database.begin(CLOCK, NOW) as work:
        assert callbacks.pending(work) == []
        assert callbacks.counts(work) == {"unknown": 1, "failed": 1}
        assert callbacks.replay_failed(work) == 1
        assert callbacks.pending(work) == []  # it is still no XML
        assert callbacks.counts(work) == {"unknown": 1, "failed": 1}
        assert callbacks.events(work) == ["", "sys_approval_change"]


def test_what_is_found_is_filtered(callbacks: Callbacks, database: Database) -> None:
    for each in (edge("wm1"), edge("wm%"), CAPTURED.encode()):
        callbacks.take(each, NOW)
    with database.begin(CLOCK, NOW) as work:
        callbacks.pending(work)
        assert len(callbacks.find(work, Wanted(text="%"))) == 1
        assert len(callbacks.find(work, Wanted(event=CHAT, state="waiting"))) == 1
        newest = callbacks.find(work, Wanted(), limit=1)
        assert newest[0].of == "group:wr1"
        assert len(callbacks.find(work, Wanted(), before=newest[0].id)) == 2
        assert callbacks.one(work, newest[0].id).xml == CAPTURED


def test_how_late_callbacks_come_is_told(callbacks: Callbacks, database: Database) -> None:
    with database.begin(CLOCK, NOW) as work:
        assert callbacks.latency(work) is None
    for number in range(10):
        came = 1_767_225_600_000 + (20_000 if number == 9 else 500)
        callbacks.take(edge(f"wm{number}"), came)
    with database.begin(CLOCK, NOW) as work:
        callbacks.pending(work)
        told = callbacks.latency(work)
    assert told is not None
    assert (told.number, told.median, told.most, told.late) == (10, 500, 20_000, 1)


def test_a_customer_is_written_out_of_everything(callbacks: Callbacks, database: Database) -> None:
    callbacks.take(edge("wm1"), NOW)
    callbacks.take(CAPTURED.replace("wmABC", "wm1").encode(), NOW)
    callbacks.take(edge("wm2"), NOW)
    with database.begin(CLOCK, NOW) as work:
        callbacks.pending(work)
    callbacks.take(edge("wm1", "del_follow_user"), NOW)
    with database.begin(CLOCK, NOW) as work:
        assert callbacks.erase(work, ["wm1"]) == 3
        assert callbacks.erase(work, ["wm1"]) == 0
        text = "".join(one.xml + one.of for one in callbacks.find(work, Wanted()))
        assert "wm1" not in text
        assert [one.of for one in callbacks.pending(work)] == ["group:wr1", "customer:wm2"]
    callbacks.take(edge("wm1"), NOW)  # WeCom tries again: it is known
    with database.begin(CLOCK, NOW) as work:
        callbacks.pending(work)
        assert len(callbacks.find(work, Wanted())) == 4


def test_what_has_had_its_time_is_forgotten_but_not_what_waits(
    callbacks: Callbacks, database: Database
) -> None:
    callbacks.take(edge("wm1"), NOW)
    assert applied(callbacks, database) == ["customer:wm1"]
    callbacks.take(edge("wm2"), NOW)
    with database.begin(CLOCK, NOW + DAY) as work:
        callbacks.pending(work)
        assert callbacks.tidy(work, NOW + 1) == 1
        assert callbacks.oldest_waiting(work) == NOW


def test_a_crash_between_table_and_box_loses_and_doubles_nothing(
    callbacks: Callbacks, database: Database
) -> None:
    callbacks.take(edge("wm1"), NOW)
    with pytest.raises(ZeroDivisionError), database.begin(CLOCK, NOW) as work:
        callbacks.pending(work)
        raise ZeroDivisionError
    with database.begin(CLOCK, NOW) as work:
        (one,) = callbacks.pending(work)
        callbacks.done(work, [one.id])
        work.callbacks.clear()  # killed after the commit, before the box let go
    assert applied(callbacks, database) == []
    with database.begin(CLOCK, NOW) as work:
        assert callbacks.counts(work) == {"done": 1}


KINDS = [edge(f"wm{n}", change) for n in range(3)
         for change in ("add_external_contact", "del_follow_user")]  # fmt: skip


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_order_with_any_duplicates_keeps_each_once(
    one_database: Database, tmp_path: Path, data: st.DataObject
) -> None:
    with one_database.begin(CLOCK, NOW) as work:
        work.connection.execute(callback_rows.delete())
    shuffled = data.draw(st.permutations([*KINDS, *data.draw(st.lists(st.sampled_from(KINDS)))]))
    portion = data.draw(st.integers(1, 4))
    seen: list[str] = []
    with closing(Callbacks(Box.beside(one_database, tmp_path))) as callbacks:
        for number, each in enumerate(shuffled):
            callbacks.take(each, NOW)
            if number % portion == 0:
                with one_database.begin(CLOCK, NOW) as work:
                    found = callbacks.pending(work, portion)
                    callbacks.done(work, [one.id for one in found])
                    seen += [one.hash for one in found]
        with one_database.begin(CLOCK, NOW) as work:
            seen += [one.hash for one in callbacks.pending(work)]
    assert len(seen) == len(set(seen)) == len(KINDS)
