"""The face: open doors for guides, let them in, ask who it is, hand a shared phone on."""

import hmac
from collections.abc import Collection
from hashlib import sha256

from coterie.accounts.names import fingerprint
from coterie.core.clock import MINUTE, SECOND
from coterie.core.errors import NotFound, NotPermitted, Unavailable
from coterie.guides.access import store
from coterie.guides.access.model import Door, Guard, How, Phone, Signed
from coterie.guides.access.rules import check_pin, new_state, new_token, page_to
from coterie.storage import audit
from coterie.storage.work import Work


class Access:
    """Who may open the guides' pages. ``secret`` (the master key) keeps PINs from being guessed.

    A session is the guide's only: nothing of the desk opens with it. Tokens are kept as their
    fingerprints; whoever reads the tables gets in nowhere.
    """

    def __init__(self, secret: bytes, guard: Guard | None = None) -> None:
        self.guard = guard or Guard()
        self._secret = secret

    # --- doors

    def link(self, work: Work, guide: str, *, shown: bool = False, to: str = "") -> str:
        """Return the token of a link that opens once: for a letter, or ``shown`` at the desk.

        Raises Unavailable when this guide was written to too often lately.
        """
        guard = self.guard
        since = work.now - guard.links_window
        if not shown and store.doors_since(work, guide, "mail", since) >= guard.links:
            raise Unavailable(
                "too many links were sent to her within an hour: use the last one, or wait",
                retry_after=guard.links_window // SECOND,
                code="too_many_sign_ins",
            )
        token = new_token()
        kind, lasts = ("shown", guard.shown_door) if shown else ("mail", guard.door)
        self._keep(work, token, kind, guide, "", to, lasts)
        audit.record(work, "guide.link", guide, by=kind)
        return token

    def knock(self, work: Work, address: str) -> None:
        """Count that somebody at this address wants in; raises Unavailable when it is too much."""
        self._brake(work, "", address)
        store.add_failure(work, "", address, keep=self.guard.window)

    def state(self, work: Work, browser: str, to: str, address: str) -> str:
        """Return the state of a trip to WeCom; only the browser that set out may come back.

        Raises Unavailable when too many set out from this address.
        """
        self.knock(work, address)
        state = new_state()
        self._keep(work, state, "wecom", None, fingerprint(browser), to, self.guard.state)
        return state

    def _keep(
        self,
        work: Work,
        token: str,
        kind: str,
        guide: str | None,
        browser: str,
        to: str,
        lasts: int,
    ) -> None:
        row = {
            "fingerprint": fingerprint(token),
            "kind": kind,
            "guide": guide,
            "browser": browser,
            "to": page_to(to),
            "until": work.now + lasts,
        }
        store.add_door(work, row, keep=self.guard.links_window)

    def open(self, work: Work, token: str, *, browser: str = "", address: str) -> Door | None:
        """Return what a link or a state leads to; it opens once. None, counted, when it is void.

        Raises Unavailable when this address has tried too often lately.
        """
        self._brake(work, "", address)
        row = store.open_door(work, fingerprint(token))
        if row is None or row.browser != (fingerprint(browser) if browser else ""):
            store.add_failure(work, "", address, keep=self.guard.window)
            return None
        return Door(row.kind, row.guide, row.to)

    # --- sessions

    def sign_in(self, work: Work, guide: str, how: How, device: str) -> str:
        """Return a new session's token; on a store's phone it ends with the day's work."""
        shared = store.phone(work, device) is not None
        if how != "handed":
            store.note_user(work, device, guide)
        token = new_token()
        lasts = self.guard.shared_session if shared else self.guard.session
        row = {
            "fingerprint": fingerprint(token),
            "guide": guide,
            "device": device,
            "how": how,
            "until": work.now + lasts,
        }
        store.add_session(work, row)
        audit.record(work, "guide.sign_in", guide, how=how)
        return token

    def who(self, work: Work, token: str) -> Signed | None:
        """Return whose session this is; None when it ended or never was."""
        row = store.session(work, fingerprint(token))
        if row is None:
            return None
        return Signed(row.guide, row.how, row.device, row.began, row.until)

    def sessions(self, work: Work, guide: str) -> list[Signed]:
        """Return a guide's sessions that last, the newest first."""
        return [
            Signed(row.guide, row.how, row.device, row.began, row.until)
            for row in store.sessions_of(work, guide)
        ]

    def sign_out(self, work: Work, token: str) -> None:
        """End a session at once."""
        store.end_session(work, fingerprint(token))

    def end_sessions(self, work: Work, guide: str) -> int:
        """End every session of a guide, and close what was opened to her; return how many."""
        ended = store.end_sessions_of(work, guide)
        audit.record(work, "guide.end_sessions", guide, sessions=ended)
        return ended

    # --- a store's phone

    def share(self, work: Work, device: str, place: str | None, guide: str) -> None:
        """Make a phone the store's, where its guides take turns; None: hers alone again."""
        store.share_phone(work, device, place)
        store.forget_users(work, device)
        store.note_user(work, device, guide)
        audit.record(work, "guide.phone", guide, store=place or "")

    def phone(self, work: Work, device: str) -> Phone | None:
        """Return the shared phone of a device, with who signed in on it lately; None: it is not."""
        row = store.phone(work, device)
        if row is None:
            return None
        users = store.users_of(work, device, work.now - self.guard.remembered)
        return Phone(row.device, row.store, row.since, tuple(users))

    def set_pin(self, work: Work, guide: str, pin: str) -> None:
        """Keep the PIN that a guide wants asked when she is switched to; empty: none."""
        store.set_pin(work, guide, self._kept(guide, check_pin(pin)) if pin else None)
        audit.record(work, "guide.pin", guide, has=bool(pin))

    def with_pin(self, work: Work, guides: Collection[str]) -> set[str]:
        """Return who of these has a PIN."""
        return store.with_pin(work, guides)

    def switch(self, work: Work, token: str, to: str, pin: str, address: str) -> str | None:
        """Hand a shared phone from its guide to another who signed in on it; return her session.

        None, counted, when the PIN is wrong. Raises NotPermitted unless the phone is shared and
        she has signed in on it lately, Unavailable after too many wrong PINs.
        """
        now = self.who(work, token)
        phone = None if now is None else self.phone(work, now.device)
        if now is None or phone is None or to not in phone.guides:
            raise NotPermitted("she has to sign in on this phone herself first", code="not_here")
        self._brake(work, to, address)
        kept = store.pin_of(work, to)
        if kept is not None and not hmac.compare_digest(kept, self._kept(to, pin)):
            store.add_failure(work, to, address, keep=self.guard.window)
            audit.record(work, "guide.pin_failed", to)
            return None
        store.forget_failures(work, to)
        store.end_session(work, fingerprint(token))
        audit.record(work, "guide.hand_over", now.guide, to=to, store=phone.store)
        return self.sign_in(work, to, "handed", now.device)

    def _kept(self, guide: str, pin: str) -> str:
        # a PIN is short: without the house's own secret nobody can try them all
        said = f"guide pin\x1f{guide}\x1f{pin}".encode()
        return hmac.new(self._secret, said, sha256).hexdigest()

    def _brake(self, work: Work, whom: str, address: str) -> None:
        guard = self.guard
        by_name, by_address, oldest = store.failures(work, whom, address, work.now - guard.window)
        if (whom and by_name >= guard.tries) or by_address >= guard.tries_here:
            wait = max(1, (oldest + guard.window - work.now) // SECOND)
            minutes = max(1, round(wait * SECOND / MINUTE))
            raise Unavailable(
                f"too many wrong tries: try again in {minutes} min",
                retry_after=wait,
                code="too_many_sign_ins",
            )


def not_a_guide() -> NotFound:
    """Say that nobody works here under what WeCom told of somebody."""
    return NotFound("you are not among this house's guides: ask whoever looks after them")
