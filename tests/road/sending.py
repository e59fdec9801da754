"""A journey of five nodes over many people, played in a process of its own that may be killed.

The house ends in the same state however often that happens. What its provider got is in a file,
or with an SMTP server, both of which outlive the process.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import select

from coterie.channels.email.channel import EmailChannel
from coterie.channels.email.settings import SmtpSettings
from coterie.core.errors import ChannelError, NotFound
from coterie.messaging.channel import Channel
from coterie.messaging.model import Delivery, Receipt
from coterie.messaging.store import MESSAGES, M
from coterie.testing import House
from coterie.testing.asking import TESTER

MASTER_KEY = "5e" * 32
START = "2026-01-05T01:00:00Z"
JOURNEY = {
    "entry": {"event": "Joined"},
    "holdout": 0,
    "start": "hello",
    "nodes": {
        "hello": {"do": "message", "channel": "email", "template": "hello",
                  "touch": "informational", "then": "rest"},
        "rest": {"do": "wait", "for": "1h", "then": "look"},
        "look": {"do": "split", "if": {"trait": "city", "op": "=", "value": "Turin"},
                 "yes": "offer", "no": "mark"},
        "offer": {"do": "message", "channel": "email", "template": "offer",
                  "touch": "commercial", "then": "mark"},
        "mark": {"do": "tag", "tag": "marked", "then": "end"},
    },
}  # fmt: skip
ARRIVING = 500
"""People who join in one batch."""
Step = Callable[[House], None]


class Flaky:
    """A provider that fails now and then, and keeps every message it took in a file.

    With ``honours_keys`` it takes a key once; without, as often as it is asked.
    """

    name = "email"
    address_trait: str | None = None

    def __init__(self, file: Path, *, honours_keys: bool) -> None:
        self.honours_keys = honours_keys
        self._out = file.open("a+")
        self._out.seek(0)
        noted = [line.split() for line in self._out]
        self._asked = Counter(key for key, _ in noted)
        self._taken = {key for key, what in noted if what == "taken"}

    def deliver(self, delivery: Delivery) -> Receipt:
        """Take a message; every seventh is refused for now at the first attempt."""
        self._asked[delivery.key] += 1
        chance = int(sha256(delivery.key.encode()).hexdigest()[:8], 16)
        first = self._asked[delivery.key] == 1
        if chance % 7 == 0 and first:
            self._note(delivery, "refused")
            raise ChannelError("not now", permanent=False)
        known = self.honours_keys and delivery.key in self._taken
        self._taken.add(delivery.key)
        self._note(delivery, "known" if known else "taken")
        return Receipt(f"p-{delivery.key}")

    def _note(self, delivery: Delivery, what: str) -> None:
        self._out.write(f"{delivery.key} {what}\n")
        self._out.flush()


def channel_of(order: Mapping[str, Any]) -> Channel:
    """Build the channel that an order names."""
    if order["sending"] == "smtp":
        sender = "news@vineyard.example"
        return EmailChannel(
            SmtpSettings("127.0.0.1", sender, port=order["port"], starttls=False, html=False)
        )
    file = Path(order["folder"]) / "provider"
    return Flaky(file, honours_keys=order["sending"] == "keyed")


def play(order: Mapping[str, Any], observe: Callable[[str], None]) -> None:
    """Open the folder, go on where it stood, and write the end state."""
    folder = Path(order["folder"])
    progress = folder / "progress"
    with House(
        None if progress.exists() else START,
        path=folder / "house",
        observe=observe,
        channels={"email": channel_of(order)},
        master_key=MASTER_KEY,
        quiet_start="00:00",
        quiet_end="00:00",
        cap_day=100,
        cap_week=100,
    ) as house:
        house.settle()
        done = int(progress.read_text()) if progress.exists() else 0
        for number, step in enumerate(_steps(order["people"]), 1):
            if number > done:
                step(house)
                progress.write_text(str(number))
        (folder / "state.json").write_text(json.dumps(state_of(house)))


def _steps(people: int) -> Iterator[Step]:
    yield _lay_out
    for start in range(0, people, ARRIVING):
        yield _arrive(range(start, min(people, start + ARRIVING)))
    yield lambda house: house.advance_to("2026-01-05T04:00:00Z")
    yield lambda house: house.advance_to("2026-01-12T00:00:00Z")


def _lay_out(house: House) -> None:
    house.define_template("hello", channel="email", subject="Hello", text="Hello {{ traits.city }}")
    house.define_template("offer", channel="email", subject="Offer", text="An offer")
    with house.app.db.read(TESTER, 0) as work:
        try:
            house.app.journeys.get(work, "welcome")
        except NotFound:
            there = False
        else:
            there = True
    if not there:
        house.define_journey("welcome", JOURNEY)
    house.settle()


def _arrive(numbers: range) -> Step:
    items: list[dict[str, Any]] = []
    for number in numbers:
        user = f"u{number}"
        city = "Turin" if number % 2 else "Rome"
        traits = {"city": city, "email": f"{user}@people.example"}
        consent = {"purpose": "marketing", "channel": "*"}
        items += [
            {"type": "identify", "traits": traits},
            {"type": "track", "event": "Consent Given", "properties": consent},
            {"type": "track", "event": "Joined", "properties": {}},
        ]
        for place, item in enumerate(items[-3:]):
            item |= {"userId": user, "messageId": f"{user} {place}"}
    return lambda house: _receive(house, items)


def _receive(house: House, items: list[dict[str, Any]]) -> None:
    house.receive(items)


def state_of(house: House) -> dict[str, Any]:
    """Return what became of everybody, without times; and which messages say they are in doubt."""
    columns = (M.id, M.profile, M.node, M.status, M.reason, M.lost)
    with house.app.db.read(TESTER, 0) as work:
        query = select(*columns).select_from(MESSAGES).order_by(M.profile, M.node)
        messages = work.connection.execute(query).all()
        names = house.app.profiles.user_ids(work, {row.profile for row in messages})
        told = house.app.log.counts(work)
    runs = house.runs("welcome")
    return {
        "messages": [[names[row.profile], row.node, row.status, row.reason] for row in messages],
        "runs": sorted([run.person, run.node, run.status, dict(run.visits)] for run in runs),
        "facts": dict(sorted(told.items())),
        "tagged": sorted(run.person for run in runs if "marked" in run.visits),
        "keys": {row.id.hex(): bool(row.lost) for row in messages},
    }
