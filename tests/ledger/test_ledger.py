"""Every entry sums to nothing, no floor is passed, and what is kept is what the lines say."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coterie.core.actor import COMMAND
from coterie.core.errors import Conflict, Invalid, NotFound
from coterie.ledger.model import Account, Ask, Entry, Line
from coterie.ledger.posting import Overdrawn, held_of
from coterie.ledger.service import Ledger
from coterie.storage.database import Database
from coterie.storage.work import Work

NOW = 1_000_000
LEDGER = Ledger()


@contextmanager
def open_books(database: Database, now: int = NOW) -> Iterator[Work]:
    with database.begin(COMMAND, now) as work:
        LEDGER.open(
            work,
            [Account("funds", "CNY"), Account("b", "CNY", 0), Account("spent", "CNY", 0),
             Account("points", "P")],
        )  # fmt: skip
        yield work


def fund(work: Work, amount: int, key: str = "f") -> None:
    lines = (Line("funds", -amount), Line("b", amount))
    LEDGER.post(work, Entry(key, "fund", lines))


def test_a_key_means_one_entry(database: Database) -> None:
    with open_books(database) as work:
        entry = Entry("f", "fund", (Line("funds", -5), Line("b", 5)), {"why": "test"})
        first, again = LEDGER.post(work, entry), LEDGER.post(work, entry)
        assert (first.again, again.again, first.id) == (False, True, again.id)
        with pytest.raises(Conflict, match="something else"):
            LEDGER.post(work, Entry("f", "fund", (Line("funds", -6), Line("b", 6))))
        [moved] = LEDGER.movements(work, "b")
        assert (moved.amount, moved.after, moved.about) == (5, 5, {"why": "test"})
        assert LEDGER.lines(work, first.id) == list(entry.lines)


def test_what_does_not_sum_to_nothing_is_refused(database: Database) -> None:
    with open_books(database) as work:
        for lines in ((Line("b", 5),), (Line("b", -5), Line("points", 5)), ()):
            with pytest.raises(Invalid):
                LEDGER.post(work, Entry("x", "x", lines))
        with pytest.raises(NotFound):
            LEDGER.post(work, Entry("x", "x", (Line("nowhere", 0),)))
        with pytest.raises(Overdrawn):
            LEDGER.post(work, Entry("x", "x", (Line("b", -1), Line("spent", 1))))
        with pytest.raises(Conflict, match="counts in"):
            LEDGER.open(work, [Account("b", "USD", 0)])
        assert LEDGER.movements(work, "b") == [] and LEDGER.verify(work) == []


def test_a_reservation_is_posted_voided_or_lapses(database: Database) -> None:
    with open_books(database) as work:
        fund(work, 100)
        asks = [Ask("a", 30, NOW + 10), Ask("b", 30, NOW + 20), Ask("c", 30), Ask("d", 30)]
        assert LEDGER.reserve(work, "b", asks) == {"a", "b", "c"}
        assert LEDGER.reserve(work, "b", asks[:1]) == {"a"}
        LEDGER.settle(work, "b", 20, "spent")
        LEDGER.void(work, ["c", "b"])
        one = LEDGER.balances(work, ["b"])["b"]
        assert (one.balance, one.held) == (50, 30)
        with pytest.raises(Conflict, match="before"):
            LEDGER.settle(work, "b", 20, "spent")
    with open_books(database, NOW + 10) as work:
        late = LEDGER.balances(work, ["b"])["b"]
        assert (late.balance, late.held, LEDGER.next_due(work)) == (80, 0, NOW + 10)
        assert LEDGER.reserve(work, "b", [Ask("e", 80)]) == {"e"}  # what lapsed is there already
        assert LEDGER.sweep(work) == 0
        assert LEDGER.unsettle(work, "b", keep=False) == 20
        assert next(iter(LEDGER.movements(work, "b"))).kind == "back"
        assert LEDGER.verify(work) == []


def test_more_than_was_set_aside_is_taken_only_where_there_is_more(database: Database) -> None:
    with open_books(database) as work:
        fund(work, 100)
        LEDGER.reserve(work, "b", [Ask("a", 30), Ask("x", 60)])
        with pytest.raises(Overdrawn):
            LEDGER.settle(work, "a", 41, "spent")
        LEDGER.settle(work, "a", 40, "spent")
        assert LEDGER.balances(work, ["b", "spent"])["b"].balance == 0
        assert LEDGER.unsettle(work, "a", keep=True) == 40
        assert LEDGER.balances(work, ["b"])["b"].held == 100
        assert LEDGER.verify(work) == []


def test_parallel_debits_never_overdraw(database: Database) -> None:
    with open_books(database) as work:
        fund(work, 100)
    told: Counter[str] = Counter()

    def spend(thread: int) -> None:
        for at in range(6):
            try:
                with database.begin(COMMAND, NOW) as work:
                    lines = (Line("b", -7), Line("spent", 7))
                    LEDGER.post(work, Entry(f"{thread}:{at}", "spend", lines))
                told["served"] += 1
            except Overdrawn:
                told["refused"] += 1

    threads = [threading.Thread(target=spend, args=(at,)) for at in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert told == {"served": 14, "refused": 10}
    with open_books(database) as work:
        assert LEDGER.balances(work, ["b"])["b"].balance == 2
        assert LEDGER.verify(work) == []


VERBS = st.sampled_from(["fund", "reserve", "settle", "void", "unsettle", "keep", "sweep"])


@given(st.lists(st.tuples(VERBS, st.integers(0, 5), st.integers(0, 40)), max_size=25))
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_done_the_balances_replay_from_the_lines(
    database: Database, deeds: list[tuple[str, int, int]]
) -> None:
    now = NOW
    with open_books(database, now) as work:
        for at, (verb, which, amount) in enumerate(deeds):
            work.now = now = now + which
            key = f"r{which}"
            try:
                if verb == "fund":
                    fund(work, amount + 1, f"f{at}")
                elif verb == "reserve":
                    LEDGER.reserve(work, "b", [Ask(key, amount, now + 10)])
                elif verb == "settle":
                    LEDGER.settle(work, key, amount, "spent")
                elif verb == "void":
                    LEDGER.void(work, [key])
                elif verb == "sweep":
                    LEDGER.sweep(work)
                else:
                    LEDGER.unsettle(work, key, keep=verb == "keep")
            except (Conflict, NotFound):
                pass
            assert LEDGER.verify(work) == []
        names = ["b", held_of("b"), "spent", "funds"]
        LEDGER.sweep(work)
        found = LEDGER.balances(work, names)
        assert sum(one.balance for one in found.values()) == 0
        assert all(found[name].balance >= 0 for name in names[:3])
        for name in names:
            assert sum(one.amount for one in LEDGER.movements(work, name, limit=1_000)) == (
                found[name].balance
            )
        work.connection.rollback()
