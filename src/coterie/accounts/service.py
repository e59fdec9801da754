"""The face: make accounts, sign in, ask who it is, change what may be changed, sign out."""

import secrets
from collections.abc import Sequence, Set
from functools import cached_property

from pwdlib import PasswordHash

from coterie.accounts import store
from coterie.accounts.model import (
    LONGEST_PASSWORD,
    OPERATOR,
    OWNER,
    Account,
    Attempt,
    Colleague,
    Guard,
    Preferences,
    SavedView,
)
from coterie.accounts.names import (
    check_name,
    check_password,
    check_preferences,
    check_role,
    check_view,
    fingerprint,
    fold_name,
)
from coterie.core.clock import SECOND
from coterie.core.errors import Conflict, NotFound, Unavailable
from coterie.storage import audit
from coterie.storage.work import Work


class Accounts:
    """Who may sit at the console.

    Hashing a password takes a tenth of a second on purpose. So ``proves`` and ``hashed`` touch no
    database: call them between transactions, where nobody waits for the writer's lock.
    """

    def __init__(self, guard: Guard | None = None, hasher: PasswordHash | None = None) -> None:
        self.guard = guard or Guard()
        self._hasher = hasher or PasswordHash.recommended()

    @cached_property
    def _nobody(self) -> str:
        # checked when the name is unknown, so that the answer takes as long as for a known one
        return self._hasher.hash(secrets.token_urlsafe(16))

    def hashed(self, password: str) -> str:
        """Return what is kept of a password; raises Invalid for a bad one. Slow: see the class."""
        return self._hasher.hash(check_password(password))

    # --- who there is

    def create_owner(self, work: Work, name: str, password: str) -> Account:
        """Make an owner account; raises Invalid for a bad name or password, Conflict if taken."""
        return self._create(work, name, OWNER, self.hashed(password), must_change=False)

    def create_operator(
        self, work: Work, name: str, hashed: str, role: str = OPERATOR, *, must_change: bool = True
    ) -> Account:
        """Make an account for a colleague; its first password must be changed at first sign-in.

        ``hashed`` comes from ``hashed(names.first_password())``. Raises Invalid for a bad name or
        role, Conflict when the name is taken or the house has no owner yet: it would be locked.
        """
        if check_role(role) != OWNER and not store.hold_owners(work):
            raise Conflict(
                "the house has no owner yet: make one first with coterie owner NAME",
                code="no_owner",
            )
        return self._create(work, name, role, hashed, must_change=must_change)

    def _create(
        self, work: Work, name: str, role: str, hashed: str, *, must_change: bool
    ) -> Account:
        shown, folded = check_name(name), fold_name(name)
        if store.account_named(work, folded) is not None:
            raise Conflict(
                f"there is an account {shown!r} already: choose another name, "
                "or set a new password for it"
            )
        key = store.add_account(work, shown, folded, role, hashed, must_change=must_change)
        audit.record(work, "account.create", shown, role=role)
        return Account(key, shown, role, must_change=must_change)

    def exists(self, work: Work) -> bool:
        """Say whether any account exists; until one does, the console serves this machine only."""
        return store.any_account(work)

    def list(self, work: Work) -> list[Account]:
        """Return every account, by name, the disabled ones among them."""
        return [colleague.account for colleague in store.team(work)]

    def team(self, work: Work) -> Sequence[Colleague]:
        """Return every account, by name, with when it was made and last signed in."""
        return store.team(work)

    def rename(self, work: Work, account: int, name: str) -> None:
        """Give an account another name; raises Invalid for a bad one, Conflict if it is taken."""
        shown, folded = check_name(name), fold_name(name)
        before = self._held(work, account)
        other = store.account_named(work, folded)
        if other is not None and other.id != account:
            raise Conflict(f"there is an account {shown!r} already: choose another name")
        if shown != before.name:
            store.change_account(work, account, name=shown, folded=folded)
            audit.record(work, "account.rename", shown, before=before.name)

    def set_role(self, work: Work, account: int, role: str) -> None:
        """Make an operator an owner, or the other way round; the last owner stays one."""
        owners = store.hold_owners(work)
        before = self._held(work, account)
        if check_role(role) != before.role:
            if role != OWNER:
                _keep_one(owners - {account})
            store.change_account(work, account, role=role)
            audit.record(work, "account.role", before.name, role=role, before=before.role)

    def disable(self, work: Work, account: int) -> None:
        """Let an account sign in no more, and end its sessions; the last owner's can't be."""
        owners = store.hold_owners(work)
        before = self._held(work, account)
        if before.disabled is None:
            _keep_one(owners - {account})
            store.change_account(work, account, disabled=work.now)
            audit.record(work, "account.disable", before.name)
        store.end_sessions_of(work, account)

    def enable(self, work: Work, account: int) -> None:
        """Let a disabled account sign in again."""
        before = self._held(work, account)
        if before.disabled is not None:
            store.change_account(work, account, disabled=None)
            audit.record(work, "account.enable", before.name)

    def get(self, work: Work, account: int) -> Account:
        """Return one account; raises NotFound."""
        return self._held(work, account)

    def _held(self, work: Work, account: int) -> Account:
        row = store.hold_account(work, account)
        if row is None:
            raise NotFound("there is no such account")
        return store.to_account(row)

    # --- passwords and sessions

    def attempt(self, work: Work, name: str, address: str) -> Attempt:
        """Look up who somebody says she is: the first step of signing in; ``work`` may be reading.

        Raises Unavailable when this account or this address has failed too often lately; then not
        even the right password opens, so that guessing gains nothing.
        """
        folded = fold_name(name)[:200]
        self._brake(work, folded, address)
        row = store.account_named(work, folded)
        if row is None or row.disabled is not None:
            return Attempt(folded, address, None, "", self._nobody)
        return Attempt(folded, address, row.id, row.name, row.password)

    def proves(self, attempt: Attempt, password: str) -> bool:
        """Say whether a password proves an attempt: the second step. Slow: see the class."""
        fits = len(password) <= LONGEST_PASSWORD
        fits = fits and self._hasher.verify(password, attempt.hashed)
        return fits and attempt.account is not None

    def sign_in(self, work: Work, attempt: Attempt, *, proven: bool) -> str | None:
        """Return a new session's token, or None when name and password do not belong together.

        None is a value and no error, so that the failure is counted with the unit of work. The
        brake is asked again: many attempts at once gain nothing either.
        """
        account = self._proven(work, attempt, proven)
        if account is None:
            return None
        store.forget_failures(work, attempt.folded)
        token = secrets.token_urlsafe(32)
        store.add_session(work, fingerprint(token), account.id, work.now + self.guard.session)
        store.change_account(work, account.id, signed_in=work.now)
        audit.record(work, "account.sign_in", account.name, address=attempt.address)
        return token

    def _proven(self, work: Work, attempt: Attempt, proven: bool) -> Account | None:
        """Return whose attempt it is; count a failure unless all is still as it was proven."""
        self._brake(work, attempt.folded, attempt.address)
        row = None
        if proven and attempt.account is not None:
            row = store.hold_account(work, attempt.account)
        if row is not None and row.password == attempt.hashed and row.disabled is None:
            return store.to_account(row)
        store.add_failure(work, attempt.folded, attempt.address, keep=self.guard.window)
        audit.record(work, "account.sign_in_failed", attempt.folded, address=attempt.address)
        return None

    def _brake(self, work: Work, folded: str, address: str) -> None:
        guard = self.guard
        since = work.now - guard.window
        by_account, by_address, oldest = store.failures(work, folded, address, since)
        if by_account >= guard.per_account or by_address >= guard.per_address:
            wait = max(1, (oldest + guard.window - work.now) // SECOND)
            raise Unavailable(
                f"too many wrong passwords: try again in {max(1, round(wait / 60))} min",
                retry_after=wait,
                code="too_many_sign_ins",
            )

    def change_password(
        self, work: Work, attempt: Attempt, hashed: str, *, proven: bool, keep: str
    ) -> bool:
        """Give her own account a new password; False when the old one was not proven.

        Ends all her sessions but that of the token ``keep``.
        """
        account = self._proven(work, attempt, proven)
        if account is None:
            return False
        self._new_password(work, account, hashed, must_change=False, keep=fingerprint(keep))
        return True

    def reset_password(self, work: Work, account: int, hashed: str) -> None:
        """Give a colleague a new first password, to be changed at her next sign-in."""
        self._new_password(work, self._held(work, account), hashed, must_change=True)

    def set_password(self, work: Work, name: str, password: str) -> None:
        """Give an account a new password and end all its sessions."""
        hashed = self.hashed(password)
        row = store.account_named(work, fold_name(name))
        if row is None:
            raise NotFound(f"there is no account {name!r}: make it with coterie owner")
        self._new_password(work, store.to_account(row), hashed, must_change=False)

    def _new_password(
        self, work: Work, account: Account, hashed: str, *, must_change: bool, keep: str = ""
    ) -> None:
        store.change_account(work, account.id, password=hashed, must_change=must_change)
        store.end_sessions_of(work, account.id, but=keep)
        store.forget_failures(work, fold_name(account.name))
        audit.record(work, "account.password", account.name)

    def who(self, work: Work, token: str) -> Account | None:
        """Return whose session this is; None when it ended or never was."""
        row = store.account_of_session(work, fingerprint(token))
        return None if row is None else store.to_account(row)

    def sessions(self, work: Work, account: int) -> Sequence[tuple[int, int]]:
        """Return (begun, ends) of the sessions of an account, the newest first."""
        return store.sessions_of(work, account)

    def end_others(self, work: Work, account: int, token: str) -> None:
        """End an account's sessions everywhere but in the browser that has this token."""
        store.end_sessions_of(work, account, but=fingerprint(token))
        audit.record(work, "account.end_sessions", self._held(work, account).name)

    def sign_out(self, work: Work, token: str) -> None:
        """End a session at once."""
        store.end_session(work, fingerprint(token))

    # --- how she likes the desk

    def prefer(self, work: Work, account: int, wanted: Preferences) -> None:
        """Keep how an account likes the desk; raises Invalid for what is not on offer."""
        check_preferences(wanted)
        before = self._held(work, account)
        if wanted != before.preferences:
            store.change_account(
                work, account, language=wanted.language, theme=wanted.theme, page_rows=wanted.rows
            )
            audit.record(work, "account.preferences", before.name)

    def save_view(self, work: Work, account: int, page: str, name: str, query: str) -> SavedView:
        """Keep a list as it is filtered now; one of the same name on the page is replaced.

        ``account`` 0 is the desk that nobody owns yet. Raises Invalid for a bad name.
        """
        shown = check_view(page, name, query)
        key = store.save_view(work, account, page, shown, query)
        audit.record(work, "view.save", shown, page=page)
        return SavedView(key, page, shown, query)

    def views(self, work: Work, account: int, page: str) -> Sequence[SavedView]:
        """Return an account's views of one page, by name."""
        return store.views(work, account, page)

    def delete_view(self, work: Work, account: int, view: int) -> None:
        """Forget one of the account's own views; raises NotFound when it has none of the id."""
        name = store.delete_view(work, account, view)
        if name is None:
            raise NotFound("there is no such view")
        audit.record(work, "view.delete", name)


def _keep_one(left: Set[int]) -> None:
    """Raise Conflict when no owner would be left; all of them are held before, in one order."""
    if not left:
        raise Conflict(
            "this is the last owner: make somebody else an owner first", code="last_owner"
        )
