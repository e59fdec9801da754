"""A mass send waits for the guides, is theirs to confirm, and never goes out twice or unasked."""

from channels.wecom.sends.world import World
from coterie.channels.wecom.client.parts import Text
from coterie.channels.wecom.client.sends import Created, MassSend
from coterie.messaging.channel import Uncertain


def test_what_a_guide_confirms_is_sent_and_told_with_its_moment() -> None:
    with World() as world:
        world.guide("anna", "bert")
        ada, eve = world.customer("ada", "anna"), world.customer("eve", "bert")
        world.write("ada", "eve")
        assert world.message("ada").status == "asked"
        assert world.message("ada").detail == "anna"
        world.later(minutes=5)
        assert (world.got(ada), world.got(eve)) == (0, 0)
        world.confirm("anna")
        at = world.house.app.clock.now()
        world.later(minutes=20)
        assert (world.got(ada), world.got(eve)) == (1, 0)
        sent = world.message("ada")
        assert sent.status == "sent"
        assert sent.at == at // 1000 * 1000
        assert world.message("eve").status == "asked"


def test_the_same_words_by_one_guide_are_one_task_and_other_words_another() -> None:
    with World() as world:
        world.guide("anna", "bert")
        for number in range(6):
            world.customer(f"c{number}", "anna" if number < 4 else "bert")
        world.write(*(f"c{number}" for number in range(6)))
        world.write("c0", "c1", template="dear", key="k2")
        world.later(minutes=3)
        assert sorted(len(each["receivers"]) for each in world.wecom.sends_of("anna")) == [1, 1, 4]
        assert [len(each["receivers"]) for each in world.wecom.sends_of("bert")] == [2]


def test_a_customer_of_several_guides_gets_it_once_from_who_spoke_last_else_owns_else_was_first():
    with World() as world:
        world.guide("anna", "bert", "cleo")
        spoke, owned, first = (
            world.customer(name, "anna", "bert", "cleo") for name in ("spoke", "owned", "first")
        )
        world.book.spoke = {("bert", spoke): 5, ("cleo", spoke): 9}
        world.book.owned = {world.profile("owned"): "bert", world.profile("spoke"): "anna"}
        world.write("spoke", "owned", "first")
        world.later(minutes=3)
        for guide in ("anna", "bert", "cleo"):
            world.confirm(guide)
        assert [world.got(each) for each in (spoke, owned, first)] == [1, 1, 1]
        senders = {
            entry.data["receiver"]: entry.data["userid"]
            for entry in world.wecom.journal
            if entry.kind == "send"
        }
        assert senders == {spoke: "cleo", owned: "bert", first: "anna"}


def test_who_never_confirms_is_reminded_three_times_then_another_of_her_guides_is_asked() -> None:
    with World() as world:
        world.guide("anna", "bert")
        ada = world.customer("ada", "anna", "bert")
        alone = world.customer("alone", "anna")
        world.write("ada", "alone")
        for hours, reminded in ((0.1, 0), (4.1, 1), (5, 2), (11, 2), (1.9, 3)):
            world.later(hours=hours)  # the third would be at six in the morning: it waits for eight
            assert world.wecom.count("reminded", userid="anna") == reminded
        world.later(hours=3)
        world.later(minutes=3)
        assert (world.got(ada), world.got(alone)) == (0, 0)
        assert world.message("ada").status == "asked"
        assert world.message("ada").detail == "bert"
        assert world.message("alone").status == "failed"
        assert world.message("alone").reason == "unconfirmed"
        assert world.wecom.sends_of("anna") == []
        world.confirm("bert")
        world.later(hours=1)
        assert world.got(ada) == 1
        assert world.message("ada").status == "sent"
        assert world.wecom.count("reminded", userid="anna") == 3


def test_the_quota_holds_at_the_gate_what_could_not_be_sent_and_says_so_if_the_platform_does():
    with World(rule="week") as world:
        world.guide("anna")
        ada = world.customer("ada", "anna")
        for number in range(8):
            world.write("ada", key=f"k{number}")
        held = world.message("ada")
        assert (held.status, held.reason, held.detail) == ("held", "quota", "7/week")
        eve = world.customer("eve", "anna")
        world.wecom.personal_send("anna", [eve] * 6)
        world.write("eve", key="e1")
        world.write("eve", template="dear", key="e2")
        world.later(minutes=3)
        world.confirm("anna")
        world.later(minutes=20)
        assert world.got(ada) == 7
        assert world.got(eve) == 1
        with world.look() as work:
            hers = world.house.app.messaging.of_person(work, world.profile("eve"))
        assert sorted((each.status, each.reason) for each in hers) == [
            ("held", "quota"), ("sent", None),
        ]  # fmt: skip


def test_who_left_her_guide_meanwhile_is_no_contact_and_who_never_had_one_has_no_address() -> None:
    with World() as world:
        world.guide("anna")
        ada = world.customer("ada", "anna")
        world.customer("nobody")
        world.write("ada", "nobody")
        world.later(minutes=3)
        world.wecom.delete_guide("anna", ada)
        world.confirm("anna")
        world.later(minutes=20)
        assert (world.message("ada").status, world.message("ada").reason) == (
            "failed", "not_contact",
        )  # fmt: skip
        assert world.message("nobody").reason == "no_address"


class Dying:
    """A connection that dies before its call, or right after it was taken."""

    def __init__(self, real, *, taken: bool) -> None:  # type: ignore[no-untyped-def]
        self._real, self._taken = real, taken

    def __getattr__(self, name: str):  # type: ignore[no-untyped-def]
        return getattr(self._real, name)

    def create(self, order: MassSend) -> Created:
        if self._taken:
            self._real.create(order)
        raise Uncertain("the connection broke")


def test_a_crash_around_the_call_neither_doubles_a_task_nor_loses_it() -> None:
    for taken in (True, False):
        with World() as world:
            world.guide("anna")
            ada = world.customer("ada", "anna")
            world.write("ada")
            real = world.client.sends
            world.client.sends = Dying(real, taken=taken)  # type: ignore[assignment]
            world.later(minutes=2, seconds=30)
            world.client.sends = real
            assert len(world.wecom.sends_of("anna")) == taken
            world.errand = world.new_errand()
            world.later(minutes=2)
            world.later(minutes=5)
            assert len(world.wecom.sends_of("anna")) == 1
            world.confirm("anna")
            world.later(minutes=20)
            assert world.got(ada) == 1
            assert world.message("ada").status == "sent"


def test_what_expires_or_is_called_off_is_stopped_at_the_platform() -> None:
    with World() as world:
        world.guide("anna")
        world.customer("ada", "anna"), world.customer("eve", "anna")
        until = world.house.app.clock.now() + 2 * 3_600_000
        world.write("ada", expires=until)
        world.write("eve")
        world.later(minutes=3)
        assert len(world.wecom.sends_of("anna")) == 2
        with world.edit() as work:
            ((send, progress),) = world.sends.page(work)
            assert progress.states == {"asked": 2}
        world.later(hours=3)
        assert (world.message("ada").status, world.message("ada").reason) == ("held", "expired")
        with world.edit() as work:  # as a broadcast does that is cancelled midway
            assert world.house.app.messaging.withdraw(work, send.origin, 10) == []
        world.later(minutes=1)
        assert world.message("eve").reason == "cancelled"
        assert world.wecom.sends_of("anna") == []


def test_41063_right_after_creation_and_a_refusal_for_now_are_waited_out() -> None:
    with World() as world:
        world.guide("anna")
        ada = world.customer("ada", "anna")
        world.write("ada")
        world.wecom.fault(45009, api="externalcontact/add_msg_template", times=9)
        world.later(minutes=2, seconds=1)
        assert world.wecom.sends_of("anna") == []
        world.wecom.gate.faults.clear()
        world.later(minutes=10)
        world.later(minutes=2)
        world.confirm("anna")
        world.wecom.fault(41063, api="externalcontact/get_groupmsg_task", times=1)
        world.later(minutes=20)
        assert world.message("ada").status == "asked"
        world.later(minutes=1)
        assert world.got(ada) == 1
        assert world.message("ada").status == "sent"


def test_while_all_is_stopped_nobody_is_asked() -> None:
    with World() as world:
        world.guide("anna")
        world.customer("ada", "anna")
        world.write("ada")
        with world.edit() as work:
            world.house.app.messaging.stop_all(work, on=True)
        world.later(minutes=5)
        assert world.wecom.sends_of("anna") == []
        with world.edit() as work:
            world.house.app.messaging.stop_all(work, on=False)
        world.later(minutes=2)
        assert len(world.wecom.sends_of("anna")) == 1


def test_what_others_send_takes_of_the_same_quota() -> None:
    with World(rule="day") as world:
        world.guide("anna")
        ada = world.customer("ada", "anna")
        world.client.sends.create(
            MassSend(external_userid=(ada,), sender="anna", text=Text("From another app"))
        )
        world.confirm("anna")
        world.later(minutes=1)
        world.write("ada")
        assert (world.message("ada").status, world.message("ada").reason) == ("held", "quota")
