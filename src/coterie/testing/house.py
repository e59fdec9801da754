"""A whole house in a temp folder: embedded stores, a fake clock, in-memory channels.

For the tests of a project that uses Coterie, and for our own::

    with House(at="2026-01-01T00:00:00Z", zone="Asia/Shanghai") as house:
        house.receive([{"type": "track", "userId": "u1", "event": "Article Read"}])
        house.define_segment("readers", {"did": "Article Read", "within": "30d"})
        assert house.members("readers") == {"u1"}
        house.advance(days=31)
        assert house.members("readers") == set()
"""

import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

import msgspec

from coterie.app import App, open_app
from coterie.catalog.model import Item
from coterie.core.clock import parse_time, to_datetime
from coterie.core.clock import zone as zone_named
from coterie.core.errors import Invalid, NotFound
from coterie.core.event import CONSENT_GIVEN, CONSENT_WITHDRAWN, TAGGED, UNTAGGED
from coterie.core.facts import fact
from coterie.core.ids import uuid7
from coterie.events.model import Accepted
from coterie.messaging.channel import Channel
from coterie.messaging.languages import wordings
from coterie.messaging.model import Template
from coterie.profiles.erasure.model import Erasure
from coterie.roads.inbound import Observer, nobody
from coterie.settings import Settings
from coterie.storage.instance import Instance
from coterie.storage.work import Work
from coterie.testing.asking import TESTER, Asking
from coterie.testing.channels import MemoryChannel
from coterie.testing.clock import FakeClock
from coterie.testing.journeying import Journeying
from coterie.testing.postgres import PostgresServer
from coterie.testing.ready import make_ready

START = "2026-01-01T00:00:00Z"
CHANNELS = ("email", "sandbox", "sms", "webhook", "wecom")
"""Each has a working in-memory stand-in that reaches every profile."""

_SOURCE = "house"
_ROUNDS_AT_ONE_MOMENT = 100


class House(Asking, Journeying):
    """One house for the length of a test. Times told are aware datetimes, people user ids.

    ``at`` is where the clock starts (a kept folder goes on where it stood). ``store`` is
    ``sqlite`` or ``postgresql`` (a server of its own, or the ``database`` URL given). ``path``
    keeps the folder, so that it can be opened again. ``holdout=0`` switches the default holdouts
    off. ``channels`` replace or join the in-memory ones. ``settings`` are any of
    ``coterie.settings.Settings``.
    """

    def __init__(
        self,
        at: str | None = None,
        zone: str = "Asia/Shanghai",
        *,
        store: Literal["sqlite", "postgresql"] = "sqlite",
        database: str | None = None,
        path: Path | str | None = None,
        holdout: int = 10,
        observe: Observer = nobody,
        channels: Mapping[str, Channel] | None = None,
        **settings: Any,
    ) -> None:
        self._stack = ExitStack()
        try:
            folder = Path(path) if path is not None else self._temp_folder()
            if store == "postgresql" and database is None:
                database = self._stack.enter_context(PostgresServer()).new_database()
            chosen = Settings(
                data=folder, database=database or "", zone=zone, holdout=holdout, **settings
            )
            if not chosen.database:
                make_ready(folder)
            start = parse_time(at or START, zone_named(zone))
            self._clock = FakeClock(start)
            self._numbers = count(1)
            others = channels or {}
            self.channels = {name: MemoryChannel(name) for name in CHANNELS if name not in others}
            self.app: App = open_app(
                chosen,
                founding=lambda _: Instance(zone, chosen.currency),
                clock=self._clock,
                channels={**self.channels, **others},
                observe=observe,
            )
        except BaseException:
            self._stack.close()
            raise
        self._stack.callback(self.app.close)
        with self.app.db.read(TESTER, start) as work:
            stood_at = self.app.inbound.stood_at(work)
        self._clock.set(max(start, stood_at or 0) if at is None else start)

    def _temp_folder(self) -> Path:
        folder = Path(tempfile.mkdtemp(prefix="coterie-house-"))
        self._stack.callback(shutil.rmtree, folder, ignore_errors=True)
        return folder

    def __enter__(self) -> "House":
        """Return the open house."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it, and remove its folder unless ``path`` was given."""
        self.close()

    def close(self) -> None:
        """Close the house, and remove its folder unless ``path`` was given."""
        self._stack.close()

    # --- time

    @property
    def now(self) -> datetime:
        """The moment that the clock stands at."""
        return to_datetime(self._clock.now())

    def advance(self, **delta: float) -> None:
        """Move the clock by what ``timedelta`` takes, doing all that time brings, in order."""
        self._advance(self._clock.now() + timedelta(**delta) // timedelta(milliseconds=1))

    def advance_to(self, moment: str) -> None:
        """Move the clock to an absolute time, doing all that time brings, in order."""
        target = parse_time(moment, self.app.zone)
        if target < self._clock.now():
            raise Invalid(f"{moment} is in the past of this house", hint=f"it is {self.now}")
        if target > self._clock.now():
            self._advance(target)

    def _advance(self, target: int) -> None:
        rounds = 0
        while (due := self.app.next_due(self._clock.now())) is not None and due <= target:
            rounds = rounds + 1 if due <= self._clock.now() else 0
            if rounds > _ROUNDS_AT_ONE_MOMENT:
                raise RuntimeError(f"time does not pass: something is due at {self.now} for ever")
            self._clock.set(max(due, self._clock.now()))
            self.settle()
        self._clock.set(target)
        self.settle()

    def settle(self) -> None:
        """Run the roads until all that was caused has happened; raises an errand's fault."""
        self.app.settle_all(self._clock.now())
        if self.app.contacts is not None:
            for error in self.app.contacts.stumbled.values():
                raise error

    # --- what comes in

    def receive(self, items: Sequence[Mapping[str, Any]], *, strict: bool = True) -> Accepted:
        """Send one batch through the real door and wait until what it caused has settled.

        An item that was refused raises Invalid with its reason, unless ``strict=False``. An item
        without a messageId gets a fresh one.
        """
        now = self._clock.now()
        named = [{"messageId": self._fresh_id(now), **item} for item in items]
        body = msgspec.json.encode({"batch": named})
        accepted = self.app.door.accept(_SOURCE, body, "batch", now)
        self.settle()
        if strict and accepted.refused:
            first = accepted.refused[0]
            raise Invalid(first.reason, path=f"[{first.index}]", code=first.code)
        return accepted

    def _fresh_id(self, now: int) -> str:
        """Make ids that grow: of two values said at one moment the one said last then stands."""
        return f"{now:015d}-{next(self._numbers):09d}-{uuid7(now)}"

    def alias(self, previous: str, user_id: str) -> None:
        """Say that two ids are one person."""
        self.receive([{"type": "alias", "previousId": previous, "userId": user_id}])

    def merge(self, user_id: str, other: str) -> None:
        """Say as an operator that two are one person."""
        with self._edit() as work:
            self.app.profiles.join(work, self._profile(work, user_id), self._profile(work, other))
            self.app.inbound.settle_shifts(work)
        self.settle()

    def unmerge(self, user_id: str, other: str) -> None:
        """Take an id out of a person as an operator: the merge that brought it is undone."""
        profiles = self.app.profiles
        with self._edit() as work:
            head = self._profile(work, user_id)
            own = {
                one.value: one.came_with
                for one in profiles.identities_of(work, head)
                if one.came_with is not None and one.value in (user_id, other)
            }
            if other not in own:
                raise NotFound(f"{other!r} has nothing of its own that could be taken out")
            (merge, *_) = [
                one
                for one in profiles.merges_of(work, head)
                if one.undone is None and one.profile in own.values()
            ]
            profiles.undo(work, merge.id)
            self.app.inbound.settle_shifts(work)
        self.settle()

    def decide(self, identity: str, *, together: bool) -> None:
        """Decide on the doubtful identity of a value, as an operator in the review queue."""
        with self._edit() as work:
            waiting = {one.value: one.id for one in self.app.profiles.reviews(work)}
            self.app.profiles.decide(work, waiting[identity], together=together)
            self.app.inbound.settle_shifts(work)
        self.settle()

    def erase(self, user_id: str) -> Erasure:
        """Erase a person from every store, and return the proof; raises NotFound for nobody."""
        now = self._clock.now()
        with self._edit() as work:
            profile = self._profile(work, user_id)
            asked = self.app.erasing.ask(work, profile, "command")
            self.app.erasing.begin(work, asked.id)
        while self.app.erasing.advance(now):
            pass
        with self.app.db.read(TESTER, now) as work:
            return self.app.profiles.erasures.get(work, asked.id)

    def consent(
        self,
        user_id: str,
        *,
        purpose: str = "marketing",
        channel: str = "*",
        given: bool = True,
    ) -> None:
        """Let a person give consent, or withdraw it."""
        name = CONSENT_GIVEN if given else CONSENT_WITHDRAWN
        said = {"purpose": purpose, "channel": channel}
        self.receive([{"type": "track", "userId": user_id, "event": name, "properties": said}])

    def tag(self, user_id: str, tag: str) -> None:
        """Put a tag on a person by hand."""
        self._say(user_id, TAGGED, tag=tag)

    def untag(self, user_id: str, tag: str) -> None:
        """Take a tag off a person by hand."""
        self._say(user_id, UNTAGGED, tag=tag)

    def _say(self, user_id: str, name: str, **properties: Any) -> None:
        now = self._clock.now()
        with self.app.db.begin(TESTER, now) as work:
            said = fact(
                name,
                room="testing",
                profile=self._profile(work, user_id),
                at=now,
                cause=(uuid7(now),),
                **properties,
            )
            self.app.inbound.tell(work, [said])
        self.settle()

    def define_item(
        self, key: str, kind: str = "item", topics: Sequence[str] = (), **parts: Any
    ) -> None:
        """Put an item into the catalog, or change it; ``parts`` as in ``catalog.model.Item``."""
        with self._edit() as work:
            item = Item(key=key, kind=kind, topics=tuple(topics), **parts)
            self.app.inbound.retagged(work, self.app.catalog.define_items(work, [item]))
        self.settle()

    def retag(self, item: str, topics: Sequence[str]) -> None:
        """Give an item other topics; what followed from the old ones is derived anew."""
        with self._edit() as work:
            present = self.app.catalog.item(work, item)
            if present is None:
                raise NotFound(f"there is no item {item!r}: define it first")
            changed = replace(present, topics=tuple(topics))
            self.app.inbound.retagged(work, self.app.catalog.define_items(work, [changed]))
        self.settle()

    # --- rules, journeys, communities

    def define_segment(self, name: str, rule: object) -> None:
        """Define a segment; who meets it now is in it at once."""
        with self._edit() as work:
            self.app.inbound.stir(work, self.app.segments.define(work, name, rule))
        self.settle()

    def redefine_segment(self, name: str, rule: object) -> None:
        """Give a segment another rule; raises NotFound when there is none of the name."""
        with self._edit() as work:
            self.app.segments.get(work, name)
        self.define_segment(name, rule)

    def delete_segment(self, name: str) -> None:
        """Delete a segment; raises Conflict while another rule asks for it."""
        with self._edit() as work:
            self.app.segments.delete(work, name)
        self.settle()

    def upload_list(self, name: str, user_ids: Iterable[str | tuple[str, str]]) -> None:
        """Upload a version of a list: user ids, or (kind, value); rules on it follow at once."""
        with self._edit() as work:
            uploaded = self.app.segments.upload_list(work, name, list(user_ids))
            self.app.inbound.relisted(work, uploaded.changed)
        self.settle()

    def snapshot(self, segment: str, name: str) -> None:
        """Make whoever is in a segment now a version of a list."""
        with self._edit() as work:
            made = self.app.segments.snapshot(work, segment, name)
            self.app.inbound.relisted(work, made.changed)
        self.settle()

    def delete_list(self, name: str) -> None:
        """Delete a list; raises Conflict while a rule asks for it."""
        with self._edit() as work:
            self.app.segments.delete_list(work, name)
        self.settle()

    def define_template(
        self,
        name: str,
        channel: str | None = None,
        subject: str = "",
        text: str = "",
        language: str = "",
        variants: Mapping[str, object] | None = None,
    ) -> None:
        """Define what a message says; ``variants`` by language: a text, or subject and text."""
        said = Template(name, text, subject, channel, language, wordings(variants or {}))
        with self._edit() as work:
            self.app.messaging.define_template(work, said)

    def define_community(self, name: str, definition: Mapping[str, Any]) -> None:
        """Define a community; who is eligible now is invited."""
        with self._edit() as work:
            facts = self.app.communities.define(work, {"slug": name, **definition})
            self.app.inbound.tell(work, facts)
        self.settle()

    def answer_invitation(self, user_id: str, community: str, *, accept: bool) -> None:
        """Accept or decline an invitation as the person."""
        with self._edit() as work:
            profile = self._profile(work, user_id)
            rooms = self.app.communities
            answer = rooms.accept if accept else rooms.decline
            self.app.inbound.tell(work, answer(work, community, profile))
        self.settle()

    def fail_channel(self, name: str, times: int, *, permanent: bool = False) -> None:
        """Make a channel's provider fail the next so many times."""
        self.channels[name].fail(times, permanent=permanent)

    def _edit(self) -> AbstractContextManager[Work]:
        return self.app.db.begin(TESTER, self._clock.now())
