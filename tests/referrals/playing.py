"""Friends for tests: a programme, and people who open invitations, join, buy and give back."""

from collections.abc import Sequence
from typing import Any

import msgspec

from coterie.core.event import Event, Move
from coterie.loyalty.coupons.model import Template
from coterie.referrals import store
from coterie.storage.work import Work
from coterie.testing.asking import TESTER
from coterie.testing.house import House

PROGRAMME: dict[str, Any] = {
    "slug": "friends",
    "title": {"en": "Bring a friend", "zh": "老友带新友"},
    "from": "2026-01-01",
    "until": "2026-01-31",
    "reward": {"referrer": "ten-off", "friend": "welcome"},
    "approval": {"by": "auto", "after": "1d"},
    "caps": {"person": 20},
    "carrier": "poster",
    "headline": {"en": "10 off for both of you", "zh": "你和好友各减10元"},
    "benefit": {"en": "10 off your first order", "zh": "首单立减10元"},
}


class Play:
    """A house with a programme, and the verbs of its people by user id."""

    def __init__(self, house: House, **changes: Any) -> None:
        self.house = house
        self.app = house.app
        self.referrals = house.app.growing.referrals
        self.hal: Any = None
        coupons = self.coupons = house.app.growing.coupons
        with self.work() as work:
            for slug in ("ten-off", "welcome"):
                titles = {"en": slug, "zh": slug}
                coupons.define(
                    work,
                    Template(slug=slug, titles=titles, kind="amount", amount=10_0000, days=30),
                )
            self.referrals.define(work, {**PROGRAMME, **changes})
        self.listening = Listening()
        listeners = house.app.inbound.listeners
        house.app.inbound.listeners = (*listeners, self.listening)

    def work(self) -> Any:
        return self.app.db.begin(TESTER, self.app.clock.now())

    def reading(self) -> Any:
        return self.app.db.read(TESTER, self.app.clock.now())

    def profile(self, user: str) -> int:
        with self.reading() as work:
            found = self.app.profiles.find(work, "user_id", user)
            assert found is not None, user
            return int(found)

    def seed(self, *users: str) -> dict[str, str]:
        """Make people known, and let them take part."""
        self.house.receive([did(user, "Page Viewed") for user in users])
        return self.codes(users)

    def codes(self, users: Sequence[str], programme: str = "friends") -> dict[str, str]:
        with self.work() as work:
            found = self.app.profiles.found(work, "user_id", users)
            codes = self.referrals.codes_of(work, programme, found.values())
        return {user: codes[profile] for user, profile in found.items()}

    def receive(self, *items: Any) -> None:
        self.house.receive(items)

    def stands(self, user: str, programme: str = "friends") -> tuple[str, str]:
        """Return how far somebody came, and why no further."""
        profile = self.profile(user)
        with self.reading() as work:
            rows = [one for one in store.of_people(work, [profile]) if one.programme == programme]
        return (rows[0].state, rows[0].reason) if rows else ("", "")

    def told(self, name: str) -> list[tuple[int, dict[str, Any]]]:
        """Return the facts of a name: of whom, and what they say."""
        with self.reading() as work, self.app.log.open_lake(work) as lake:
            query = "SELECT profile, properties FROM events WHERE name = ? ORDER BY seq"
            rows = lake.execute(query, [f"coterie.referral.{name}"]).fetchall()
        return [(profile, msgspec.json.decode(said)) for profile, said in rows]

    def referral(self, user: str, programme: str = "friends") -> store.Referral:
        """Return the row of a friend."""
        profile = self.profile(user)
        with self.reading() as work:
            rows = [one for one in store.of_people(work, [profile]) if one.programme == programme]
        return rows[0]


def did(user: str, event: str, properties: dict[str, Any] | None = None, **more: Any) -> Any:
    kind = "page" if event == "Page Viewed" else "track"
    named = {"name": "Home"} if kind == "page" else {"event": event}
    return {"type": kind, "userId": user, "properties": properties or {}, **named, **more}


def opened(user: str, code: str, **more: Any) -> Any:
    return did(user, "Invitation Opened", {"code": code}, **more)


def joined(user: str, chat: str = "g1", **more: Any) -> Any:
    return did(user, "Group Joined", {"group_id": chat}, **more)


def bought(user: str, total: float = 199, **more: Any) -> Any:
    """Buy something; the order's number is o- and her id."""
    return did(user, "Order Completed", {"order_id": f"o-{user}", "total": total}, **more)


def gave_back(user: str, total: float) -> Any:
    said = {"order_id": f"o-{user}", "total": total, "refund_id": f"r-{total}"}
    return did(user, "Order Refunded", said)


class Listening:
    """Hears all that the others hear, and keeps it."""

    name = "listening"

    def __init__(self) -> None:
        self.events: list[Event] = []

    def hear(self, _work: Work, events: Sequence[Event], _moves: Sequence[Move]) -> list[Event]:
        self.events += events
        return []

    def wake(self, _work: Work) -> list[Event]:
        return []

    def next_due(self, _work: Work) -> int | None:
        return None
