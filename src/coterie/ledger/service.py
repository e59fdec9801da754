"""The face of the ledger: post, reserve, settle, void; ask what an account holds, and why."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from coterie.core.errors import Conflict, NotFound
from coterie.core.ids import derived_id
from coterie.ledger import store
from coterie.ledger.model import (
    Account,
    Ask,
    Balance,
    Difference,
    Entry,
    Line,
    Movement,
    Posted,
    Reservation,
    State,
)
from coterie.ledger.posting import check_floors, check_sums, digest, held_of, that_fit, totals
from coterie.storage.work import Work

_HELD = "ledger.held"
AT_ONCE = 10_000
"""How many reservations one ``sweep`` lets lapse."""


class Ledger:
    """Accounts of one house. Who changes some holds their rows until the work ends."""

    def hold(self, work: Work) -> None:
        """Let nobody else promise anything before this work ends.

        For rooms whose works lock rows of their own beside accounts: two that take both in another
        order would wait for each other for ever.
        """
        if not work.memo.get(_HELD):
            store.hold_all(work)
            work.memo[_HELD] = True

    def open(self, work: Work, accounts: Sequence[Account]) -> None:
        """Make accounts, each with one for what is reserved of it; or give them other floors.

        Raises Conflict for one that counts in another unit.
        """
        there = {row.name: row for row in store.named(work, [one.name for one in accounts])}
        for one in accounts:
            present = there.get(one.name)
            if present is not None and present.unit != one.unit:
                raise Conflict(f"{one.name!r} counts in {present.unit}, not in {one.unit}")
            if present is not None and present.floor != one.floor:
                store.set_floor(work, one)
        new = [one for one in accounts if one.name not in there]
        beside = [Account(held_of(one.name), one.unit, 0) for one in new]
        store.add_accounts(work, [*new, *beside])

    def post(self, work: Work, entry: Entry) -> Posted:
        """Write an entry; the same key and body again change nothing and answer the same.

        Raises Conflict for a key that had another body, Overdrawn (a Conflict) at a floor, NotFound
        for an account that there is not, Invalid when the lines do not sum to nothing.
        """
        held = store.Held(work, {line.account for line in entry.lines})
        present = store.known(work, entry.key)
        if present is not None:
            if present.digest != digest(entry):
                raise Conflict(f"the key {entry.key!r} was used for something else",
                               code="key_taken")  # fmt: skip
            return Posted(present.id, present.at, again=True)
        return Posted(self._write(work, held, entry), work.now, again=False)

    def _write(self, work: Work, held: store.Held, entry: Entry) -> int:
        check_sums(entry, held.accounts)
        check_floors(totals(entry.lines), held.balances, held.accounts)
        return store.write(work, held, entry)

    # --- reservations

    def reserve(self, work: Work, account: str, asks: Sequence[Ask], **about: Any) -> set[str]:
        """Set amounts of an account aside, first come first served; return whose keys got theirs.

        A key that was granted before is granted again, once only. What has lapsed is given back
        first where room is short. Raises NotFound for an account that there is not.
        """
        beside = held_of(account)
        held = store.Held(work, {account, beside})
        if account not in held.accounts:
            raise NotFound(f"there is no account {account!r}")
        known = store.reservations(work, [ask.key for ask in asks])
        new = list({ask.key: ask for ask in asks if ask.key not in known}.values())
        wanted = sum(ask.amount for ask in new)
        room = held.room(account)
        if room is not None and wanted > room:
            self._close(work, held, store.overdue(work, account, AT_ONCE), "lapsed")
        granted = that_fit(new, held.room(account))
        total = sum(ask.amount for ask in granted)
        if total:
            key = f"reserve:{derived_id(*(ask.key for ask in granted))}"
            lines = (Line(account, -total), Line(beside, total))
            self._write(work, held, Entry(key, "reserve", lines, {**about, "number": len(granted)}))
        store.add_reservations(
            work,
            [Reservation(ask.key, account, ask.amount, ask.expires, "pending") for ask in granted],
        )
        return {*known, *(ask.key for ask in granted)}

    def extend(self, work: Work, key: str, until: int) -> None:
        """Let a pending reservation last until a moment at least."""
        one = self._locked(work, key)[1]
        if one.state == "pending" and one.expires is not None and one.expires < until:
            store.save_reservations(work, [replace(one, expires=until)])

    def settle(self, work: Work, key: str, amount: int, to: str, **about: Any) -> None:
        """Post a reservation: ``amount`` goes ``to`` an account, what is left of it goes back.

        More than was set aside, or what has lapsed, is taken from the account itself. Raises
        Overdrawn at its floor, Conflict when it was posted before.
        """
        held, one = self._locked(work, key, to)
        if one.state == "posted":
            raise Conflict(f"the reservation {key!r} was posted before")
        set_aside = one.amount if one.state == "pending" else 0
        lines = _lines(
            (held_of(one.account), -set_aside), (to, amount), (one.account, set_aside - amount)
        )
        entry = None
        if lines:
            about = {**about, "of": key}
            entry = self._write(work, held, Entry(_key(one, "settle"), "settle", lines, about))
        done = replace(one, state="posted", posted=amount, entry=entry, to=to, turn=one.turn + 1)
        store.save_reservations(work, [done])

    def unsettle(self, work: Work, key: str, *, keep: bool, **about: Any) -> int:
        """Take a posting back, once; return the amount.

        With ``keep`` it is set aside again for the same reservation, else it goes back to where it
        came from. Raises Conflict for what was not posted.
        """
        held, one = self._locked(work, key)
        if one.state != "posted":
            raise Conflict(f"the reservation {key!r} was not posted")
        back = held_of(one.account) if keep else one.account
        if one.posted:
            lines = _lines((one.to, -one.posted), (back, one.posted))
            entry = Entry(_key(one, "back"), "back", lines, {**about, "of": key}, one.entry)
            self._write(work, held, entry)
        state: State = "pending" if keep else "voided"
        again = replace(one, state=state, amount=one.posted if keep else one.amount, posted=0,
                        entry=None, to="", turn=one.turn + 1)  # fmt: skip
        store.save_reservations(work, [again])
        return one.posted

    def void(self, work: Work, keys: Collection[str], **about: Any) -> None:
        """Give back what is set aside under these keys; what is not pending stays as it is."""
        accounts = {one.account for one in store.reservations(work, keys).values()}
        if not accounts:
            return
        held = store.Held(work, accounts | {held_of(name) for name in accounts})
        pending = [one for one in store.reservations(work, keys).values() if one.state == "pending"]
        self._close(work, held, pending, "voided", **about)

    def sweep(self, work: Work) -> int:
        """Give back what has lapsed by now, a portion at a time; return how many."""
        late = store.overdue(work, None, AT_ONCE)
        if not late:
            return 0
        accounts = {one.account for one in late}
        held = store.Held(work, accounts | {held_of(name) for name in accounts})
        still = store.reservations(work, [one.key for one in late])
        late = [one for one in still.values() if one.state == "pending" and _is_late(one, work.now)]
        self._close(work, held, late, "lapsed")
        return len(late)

    def next_due(self, work: Work) -> int | None:
        """Return when the next reservation lapses, or None."""
        return store.next_due(work)

    def _locked(self, work: Work, key: str, *others: str) -> tuple[store.Held, Reservation]:
        """Hold the accounts of a reservation, and return it as it is then."""
        found = store.reservations(work, [key]).get(key)
        if found is None:
            raise NotFound(f"there is no reservation {key!r}")
        names = {found.account, held_of(found.account), found.to, *others} - {""}
        held = store.Held(work, names)
        return held, store.reservations(work, [key])[key]

    def _close(
        self, work: Work, held: store.Held, some: Sequence[Reservation], state: State, **about: Any
    ) -> None:
        """Give reservations back to their accounts, with one entry for each account."""
        for account in sorted({one.account for one in some}):
            mine = sorted((o for o in some if o.account == account), key=lambda one: one.key)
            total = sum(one.amount for one in mine)
            if total:
                key = f"{state}:{derived_id(*(f'{one.key}:{one.turn}' for one in mine))}"
                lines = (Line(held_of(account), -total), Line(account, total))
                self._write(
                    work, held, Entry(key, state, lines, {**about, "number": len(mine)})
                )  # fmt: skip
            store.save_reservations(
                work, [replace(one, state=state, turn=one.turn + 1) for one in mine]
            )

    # --- looking

    def balances(self, work: Work, names: Collection[str]) -> dict[str, Balance]:
        """Return what accounts hold now; what has lapsed counts as given back."""
        lapsed = store.lapsed_of(work, names)
        rows = {row.name: row for row in store.named(work, {*names, *map(held_of, names)})}
        found = {}
        for name in rows.keys() & set(names):
            row, beside, late = rows[name], rows.get(held_of(name)), lapsed.get(name, 0)
            held = 0 if beside is None else beside.balance - late
            found[name] = Balance(name, row.unit, row.balance + late, held, row.floor)
        return found

    def movements(
        self, work: Work, account: str, *, limit: int = 100, before: int | None = None
    ) -> list[Movement]:
        """Return what happened to an account, the newest first, before an entry only.

        Raises NotFound.
        """
        if not store.named(work, [account]):
            raise NotFound(f"there is no account {account!r}")
        return store.movements(work, account, limit, before)

    def lines(self, work: Work, entry: int) -> list[Line]:
        """Return the lines of an entry."""
        return store.lines_of(work, entry)

    def verify(self, work: Work) -> list[Difference]:
        """Hold balances against lines, reservations against what is held, entries against nothing.

        An empty list says that all of it is true.
        """
        return store.differences(work)


def _lines(*given: tuple[str, int]) -> tuple[Line, ...]:
    return tuple(Line(account, amount) for account, amount in given if amount)


def _key(one: Reservation, verb: str) -> str:
    return f"{verb}:{one.key}:{one.turn}"


def _is_late(one: Reservation, now: int) -> bool:
    return one.expires is not None and one.expires <= now
