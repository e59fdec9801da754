"""WeCom keeps to what every channel keeps to; what somebody confirms is taken with the lease."""

from channels.wecom.sends.world import Follow
from coterie.channels.wecom.channel import WecomChannel, build
from coterie.channels.wecom.sends.ports import NoStaff
from coterie.channels.wecom.sends.service import Sends
from coterie.core.errors import ChannelError
from coterie.messaging.channel import Channel, Reach
from coterie.messaging.model import Answer, Asked, Delivery, Reason, Refusal
from coterie.storage.work import Work
from coterie.testing.asking import TESTER
from coterie.testing.contracts import AskingContract
from coterie.testing.house import House

ADA = "wm-ada"


class OneGuide:
    """Anna follows whoever is asked for."""

    def externals_of(self, _work: Work, profiles):  # type: ignore[no-untyped-def]
        return {profile: [ADA] for profile in profiles}

    def profiles_of(self, _work: Work, externals):  # type: ignore[no-untyped-def]
        return dict.fromkeys(externals, 1)

    def followers(self, _work: Work, externals):  # type: ignore[no-untyped-def]
        return {external: [Follow("anna", 0)] for external in externals}

    def chats(self, _work: Work):  # type: ignore[no-untyped-def]
        return []


class TestWecom(AskingContract):
    entry_point = "wecom"
    address = None

    def make_channel(self) -> Channel:
        return WecomChannel(Sends(OneGuide(), NoStaff(), lambda _work, _names: {}))


def test_it_is_built_where_a_corporation_is_set_and_reaches_nobody_until_it_is_open() -> None:
    assert build({}) is None
    channel = build({"wecom_corp_id": "ww1"})
    assert channel is not None
    assert channel.reach(None, [1, 2]) == dict.fromkeys((1, 2), Reach(there=False))  # type: ignore[arg-type]


class Doorkeeper:
    """A channel of somebody else's that asks, and breaks when it is told to."""

    name = "wecom"
    address_trait: str | None = None
    asks_sender = True

    def __init__(self) -> None:
        self.asked: list[Delivery] = []
        self.breaks = False

    def ask(self, work: Work, deliveries: list[Delivery]) -> dict[str, Answer]:
        work.connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS doors (name TEXT)")
        if self.breaks:
            raise ChannelError("the door is shut", permanent=False)
        self.asked += deliveries
        first, *others = deliveries
        said: dict[str, Answer] = {each.message: Asked("anna") for each in others}
        return {first.message: Refusal(Reason.QUOTA, "1/day"), **said}

    def deliver(self, _delivery: Delivery):  # type: ignore[no-untyped-def]
        raise AssertionError("the road never delivers by hand")


def test_leased_messages_are_asked_in_bulk_and_a_broken_channel_took_nothing() -> None:
    door = Doorkeeper()
    with House(holdout=0, at="2026-01-05T04:00:00Z", channels={"wecom": door}) as house:
        house.define_template("news", "wecom", text="Hello")
        node = {"do": "message", "channel": "wecom", "template": "news", "touch": "service"}
        say = {"say": {**node, "then": "end"}}
        house.define_journey("hello", {"entry": {"event": "Joined"}, "start": "say", "nodes": say})
        door.breaks = True
        house.receive([{"type": "track", "userId": user, "event": "Joined"} for user in "ab"])
        with house.app.db.read(TESTER, house.app.clock.now()) as work:
            assert {each.status for each in house.app.messaging.page(work)} == {"queued"}
        door.breaks = False
        house.advance(hours=1)
        with house.app.db.read(TESTER, house.app.clock.now()) as work:
            stood = [(m.status, m.reason, m.detail) for m in house.app.messaging.page(work)]
        assert sorted(stood, key=str) == [("asked", None, "anna"), ("held", "quota", "1/day")]
        assert len(door.asked) == 2
