"""A house connected to a simulated WeCom: both stand at one moment and move together."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from conftest import NOW
from coterie.channels.wecom.client.service import Wecom as Client
from coterie.channels.wecom.client.ways import Way
from coterie.channels.wecom.connection import Signed
from coterie.channels.wecom.mirror.model import Edge
from coterie.channels.wecom.mirror.syncs.model import Report
from coterie.core.actor import COMMAND
from coterie.core.facts import fact
from coterie.events.model import Logged
from coterie.profiles.erasure.model import Erasure
from coterie.testing import House
from coterie.testing.clock import FakeClock
from coterie.testing.wecom import Wecom

MASTER = bytes(range(32)).hex()


class Corp:
    """The corporation, its house, and what happens when both are left to themselves."""

    def __init__(self, wecom: Wecom, path: Path, database: str | None = None) -> None:
        self.wecom = wecom
        self.house = House(
            at="2026-03-02T09:00:00+08:00",
            store="sqlite" if database is None else "postgresql",
            database=database,
            path=path,
            master_key=MASTER,
            wecom_base_url=wecom.base_url,
            wecom_corp_id=wecom.corp_id,
            wecom_agent_id=str(wecom.agent_id),
            wecom_secret=wecom.secret,
            wecom_token=wecom.token,
            wecom_aes_key=wecom.aes_key,
        )
        wecom.clock.set(self.now)  # type: ignore[attr-defined]
        wecom.connect(self.called)
        self.app = self.house.app
        assert self.app.contacts is not None
        self.contacts = self.app.contacts

    @property
    def now(self) -> int:
        return int(self.house.now.timestamp() * 1_000)

    def called(self, method: str, query: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        """Answer a callback as the web's door does."""
        signed = Signed(query["msg_signature"], query["timestamp"], query["nonce"])
        wecom = self.house.app.wecom
        if method == "GET":
            return 200, wecom.echo(signed, query["echostr"])
        wecom.take(signed, body, self.now)
        return 200, b""

    def settle(self, **how: Any) -> None:
        """Deliver what waits, and let the house do all that follows."""
        self.wecom.deliver(**how)
        self.house.settle()

    def passes(self, **delta: float) -> None:
        """Let time pass in both."""
        self.house.advance(**delta)
        self.wecom.clock.set(self.now)  # type: ignore[attr-defined]

    @property
    def client(self) -> Client:
        assert self.app.wecom.client is not None
        return self.app.wecom.client

    def way(self, *users: str, state: str = "") -> str:
        """Make a code that adds one of these members."""
        way = Way(type=1 if len(users) == 1 else 2, scene=2, state=state, user=users)
        return self.client.ways.add(way).config_id

    def meet(self, name: str, *guides: str, state: str = "") -> str:
        """Let a customer add guides, one after the other; return her id."""
        external = self.wecom.new_customer(name, unionid=f"u-{name}")
        for guide in guides:
            self.wecom.scan(self.way(guide, state=state), external)
            self.settle()
        return external

    def reconcile(self) -> Report:
        """Look at all of WeCom, whole."""
        with self.app.db.begin(COMMAND, self.now) as work:
            self.app.mirror.syncs.start(work)
        self.house.settle()
        with self.app.db.read(COMMAND, self.now) as work:
            report = self.app.mirror.syncs.report(work)
        assert report is not None
        return report

    def edges(self, external: str) -> dict[str, Edge]:
        with self.app.db.read(COMMAND, self.now) as work:
            some = self.app.mirror.edges_of(work, [external]).get(external, ())
        return {one.guide: one for one in some}

    def profile(self, external: str) -> int | None:
        with self.app.db.read(COMMAND, self.now) as work:
            return self.app.profiles.find(work, "wecom.external_userid", external)

    def story(self, external: str, *names: str) -> list[Logged]:
        """Return what the log holds of a customer, of these names."""
        profile = self.profile(external)
        if profile is None:
            return []
        with self.app.db.read(COMMAND, self.now) as work:
            lines = self.app.log.timelines(work, [profile])[profile]
        return [one for one in lines if not names or one.name in names]

    def tags(self, external: str) -> set[str]:
        profile = self.profile(external)
        assert profile is not None
        with self.app.db.read(COMMAND, self.now) as work:
            return set(self.app.profiles.known(work, [profile])[profile].tags)

    def tag(self, external: str, name: str, tag: str) -> None:
        """State that somebody of ours put a tag on a customer, or took it off."""
        profile = self.profile(external)
        assert profile is not None
        said = fact(name, room="testing", profile=profile, at=self.now, cause=(self.now,), tag=tag)
        with self.app.db.begin(COMMAND, self.now) as work:
            self.app.inbound.tell(work, [said])
        self.house.settle()

    def erase(self, external: str) -> Erasure:
        """Erase a customer everywhere, and return the proof."""
        profile = self.profile(external)
        assert profile is not None
        with self.app.db.begin(COMMAND, self.now) as work:
            asked = self.app.erasing.ask(work, profile, "command")
            self.app.erasing.begin(work, asked.id)
        while self.app.erasing.advance(self.now):
            pass
        with self.app.db.read(COMMAND, self.now) as work:
            return self.app.profiles.erasures.get(work, asked.id)


@contextmanager
def connected(path: Path) -> Iterator[Corp]:
    """Open a corporation with two guides, and a house that has looked at it once."""
    with Wecom(clock=FakeClock(NOW)) as wecom:
        wecom.add_department(2, "Shop")
        wecom.add_member("anna", "Anna", (2,))
        wecom.add_member("bert", "Bert", (2,))
        wecom.add_member("clerk", "Clerk", (1,), contact_right=False)
        made = Corp(wecom, path)
        try:
            made.house.settle()
            yield made
        finally:
            made.house.close()
