"""The face: make an owner, sign in, ask who it is, sign out."""

import secrets
from functools import cached_property

from pwdlib import PasswordHash

from coterie.accounts import store
from coterie.accounts.model import LONGEST_PASSWORD, Account, Guard
from coterie.accounts.names import check_name, check_password, fingerprint, fold_name
from coterie.core.clock import SECOND
from coterie.core.errors import Conflict, NotFound, Unavailable
from coterie.storage import audit
from coterie.storage.work import Work


class Accounts:
    """Who may sit at the console."""

    def __init__(self, guard: Guard | None = None, hasher: PasswordHash | None = None) -> None:
        self.guard = guard or Guard()
        self._hasher = hasher or PasswordHash.recommended()

    @cached_property
    def _nobody(self) -> str:
        # checked when the name is unknown, so that the answer takes as long as for a known one
        return self._hasher.hash(secrets.token_urlsafe(16))

    def create_owner(self, work: Work, name: str, password: str) -> Account:
        """Make an owner account; raises Invalid for a bad name or password, Conflict if taken."""
        shown, folded = check_name(name), fold_name(name)
        hashed = self._hasher.hash(check_password(password))
        if store.account_named(work, folded) is not None:
            raise Conflict(
                f"there is an account {shown!r} already: choose another name, "
                "or set a new password for it"
            )
        account = Account(store.add_account(work, shown, folded, "owner", hashed), shown, "owner")
        audit.record(work, "account.create", shown, role="owner")
        return account

    def set_password(self, work: Work, name: str, password: str) -> None:
        """Give an account a new password and end all its sessions."""
        hashed = self._hasher.hash(check_password(password))
        row = store.account_named(work, fold_name(name))
        if row is None:
            raise NotFound(f"there is no account {name!r}: make it with coterie owner")
        store.set_password(work, row.id, hashed)
        store.end_sessions_of(work, row.id)
        store.forget_failures(work, row.folded)
        audit.record(work, "account.password", row.name)

    def exists(self, work: Work) -> bool:
        """Say whether any account exists; until one does, the console serves this machine only."""
        return store.any_account(work)

    def list(self, work: Work) -> list[Account]:
        """Return every account, by name."""
        return [Account(row.id, row.name, row.role) for row in store.all_accounts(work)]

    def sign_in(self, work: Work, name: str, password: str, address: str) -> str | None:
        """Return a new session's token, or None when name and password do not belong together.

        None is a value and no error, so that the failure is counted with the unit of work. Raises
        Unavailable when this account or this address has failed too often lately; then not even
        the right password opens, so that guessing gains nothing.
        """
        folded = fold_name(name)[:200]
        self._brake(work, folded, address)
        row = store.account_named(work, folded)
        hashed = self._nobody if row is None else row.password
        right = len(password) <= LONGEST_PASSWORD and self._hasher.verify(password, hashed)
        if row is None or not right:
            store.add_failure(work, folded, address, keep=self.guard.window)
            audit.record(work, "account.sign_in_failed", folded, address=address)
            return None
        store.forget_failures(work, folded)
        token = secrets.token_urlsafe(32)
        store.add_session(work, fingerprint(token), row.id, work.now + self.guard.session)
        audit.record(work, "account.sign_in", row.name, address=address)
        return token

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

    def who(self, work: Work, token: str) -> Account | None:
        """Return whose session this is; None when it ended or never was."""
        row = store.account_of_session(work, fingerprint(token))
        return None if row is None else Account(row.id, row.name, row.role)

    def sign_out(self, work: Work, token: str) -> None:
        """End a session at once."""
        store.end_session(work, fingerprint(token))
