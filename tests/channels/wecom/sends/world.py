"""A house connected to the simulated platform, with its own small knowledge of who follows whom."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from types import TracebackType

from coterie.channels.wecom import settings as connection
from coterie.channels.wecom.channel import WecomChannel
from coterie.channels.wecom.client.service import Wecom as Client
from coterie.channels.wecom.sends.attaching import Attaching
from coterie.channels.wecom.sends.errand import SendErrand
from coterie.channels.wecom.sends.ports import Piece
from coterie.channels.wecom.sends.quota.rules import DAYS_OF_THE_MONTH, Rule, Span
from coterie.channels.wecom.sends.quota.service import Quotas
from coterie.channels.wecom.sends.service import Sends
from coterie.messaging.model import Message, Request
from coterie.storage.work import Work
from coterie.testing.asking import TESTER
from coterie.testing.house import House
from coterie.testing.wecom import Limits, Wecom
from coterie.testing.wecom.model import Edge

START = "2026-03-02T02:00:00Z"  # Monday, ten in the morning in Shanghai


@dataclass(frozen=True)
class Follow:
    guide: str
    since: int
    spoke: int | None = None


@dataclass(frozen=True)
class Chat:
    chat_id: str
    name: str
    owner: str
    members: int = 2
    status: str = "alive"


@dataclass
class Book:
    """Who follows whom, read from the platform as the mirror would; who owns whom, as told."""

    wecom: Wecom
    hers: dict[int, list[str]] = field(default_factory=dict)
    owned: dict[int, str] = field(default_factory=dict)
    spoke: dict[tuple[str, str], int] = field(default_factory=dict)

    def externals_of(self, _work: Work, profiles: Collection[int]) -> dict[int, list[str]]:
        return {one: self.hers[one] for one in profiles if one in self.hers}

    def profiles_of(self, _work: Work, externals: Collection[str]) -> dict[str, int]:
        known = {external: one for one, mine in self.hers.items() for external in mine}
        return {external: known[external] for external in externals if external in known}

    def followers(self, _work: Work, externals: Collection[str]) -> dict[str, list[Follow]]:
        found: dict[str, list[Follow]] = {}
        for (guide, external), edge in self.wecom.corp.edges.items():
            if external in externals and not edge.deleted:
                spoke = self.spoke.get((guide, external))
                follow = Follow(guide, edge.createtime * 1000, spoke)
                found.setdefault(external, []).append(follow)
        return found

    def chats(self, _work: Work) -> list[Chat]:
        return [Chat(one.chat_id, one.name, one.owner) for one in self.wecom.corp.chats.values()]

    def owners(self, _work: Work, profiles: Collection[int]) -> Mapping[int, str]:
        return {one: self.owned[one] for one in profiles if one in self.owned}

    def guide_names(self, _work: Work, _userids: Collection[str]) -> Mapping[str, str]:
        return {}


class World:
    """Some customers and their guides; ``errand`` runs as the road of contacts would."""

    def __init__(self, *, rule: Span = "month", pieces: Sequence[Piece] = ()) -> None:
        self.channel = WecomChannel()
        self.house = House(
            at=START, holdout=0, channels={"wecom": self.channel}, cap_day=100, cap_week=100
        )
        app = self.house.app
        self.wecom = Wecom(clock=app.clock, limits=Limits(send_rule=rule))
        self.wecom.serve()
        told = connection.read(
            {
                "wecom_corp_id": self.wecom.corp_id,
                "wecom_agent_id": str(self.wecom.agent_id),
                "wecom_secret": self.wecom.secret,
                "wecom_base_url": self.wecom.base_url,
                "wecom_timeout": 5,
            }
        )
        assert told is not None
        self.client = Client(app.db, told, b"k" * 32, app.clock, lambda _: None)
        self.book = Book(self.wecom)
        self.sends = Sends(self.book, self.book, app.messaging.said, Quotas())
        self.channel.senders = self.sends
        self.pieces = list(pieces)
        self.errand = self.new_errand()
        with self.edit() as work:
            number = DAYS_OF_THE_MONTH if rule == "month" else {"week": 7, "day": 1}[rule]
            for per in ("customer", "group"):
                self.sends.quotas.choose(work, Rule(per, number, rule, 0))  # type: ignore[arg-type]
        self.house.define_template("news", "wecom", text="The cellar is open")
        self.house.define_template("dear", "wecom", text="Dear {{ traits.nick }}, come in")

    def new_errand(self, client: Client | None = None) -> SendErrand:
        app = self.house.app
        client = client or self.client
        return SendErrand(
            app.db,
            client,
            self.sends,
            lambda work, told: app.answering.tell(work, "wecom", told),
            Attaching(app.db, client, lambda _work, _slugs: self.pieces),
            lambda _work, _origin: False,
            lambda work, origin: (
                app.messaging.is_stopped(work) or origin in app.messaging.paused(work)
            ),
        )

    def __enter__(self) -> "World":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.client.close()
        self.wecom.close()
        self.house.close()

    # --- who is there

    def guide(self, *userids: str) -> None:
        for userid in userids:
            self.wecom.add_member(userid)

    def customer(self, user: str, *guides: str) -> str:
        """Let a customer be known by a name, follow guides, and agree to be written to."""
        external = self.wecom.new_customer(user)
        for guide in guides:
            self.wecom.corp.link(Edge(guide, external, self._second(), 1))
        self.house.receive([{"type": "identify", "userId": user, "traits": {"nick": user}}])
        self.house.consent(user)
        self.book.hers[self.profile(user)] = [external]
        return external

    def _second(self) -> int:
        clock = self.house.app.clock
        clock.set(clock.now() + 1000)  # type: ignore[attr-defined]  # a FakeClock
        return clock.now() // 1000

    def profile(self, user: str) -> int:
        with self.look() as work:
            found = self.house.app.profiles.find(work, "user_id", user)
        assert found is not None
        return found

    # --- what is done

    def edit(self):  # type: ignore[no-untyped-def]
        return self.house.app.db.begin(TESTER, self.house.app.clock.now())

    def look(self):  # type: ignore[no-untyped-def]
        return self.house.app.db.read(TESTER, self.house.app.clock.now())

    def write(
        self, *users: str, template: str = "news", key: str = "k", expires: int | None = None
    ) -> None:
        """Say something to people; the outbound road hands it to their guides."""
        requests = [
            Request(
                self.profile(user), "wecom", template, "informational", f"{key}/{user}",
                "broadcast:spring", expires_at=expires,
            )
            for user in users
        ]  # fmt: skip
        with self.edit() as work:
            self.house.app.inbound.tell(work, self.house.app.messaging.send(work, requests).facts)
        self.house.settle()

    def later(self, **delta: float) -> None:
        """Let so much time pass at one stroke, then do what has become due meanwhile."""
        clock = self.house.app.clock
        clock.set(clock.now() + timedelta(**delta) // timedelta(milliseconds=1))  # type: ignore[attr-defined]
        self.run()

    def run(self) -> None:
        """Run the errand and the roads until nothing is left to do."""
        now, rounds = self.house.app.clock.now(), 0
        while self.errand.run(now):
            rounds += 1
            assert rounds < 20, "it never ends"
        self.house.settle()

    # --- what is seen

    def message(self, user: str) -> Message:
        with self.look() as work:
            found = self.house.app.messaging.of_person(work, self.profile(user))
        return next(each for each in reversed(found))

    def got(self, external: str) -> int:
        """Count what really reached a customer at the platform."""
        return self.wecom.count("send", receiver=external)

    def confirm(self, userid: str) -> None:
        """Let a guide send all that she is asked to."""
        for each in self.wecom.sends_of(userid):
            self.wecom.confirm_send(each["msgid"], userid)


Make = Callable[[], World]
