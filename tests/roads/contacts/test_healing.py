"""Callbacks out of order, twice or never: the mirror and the story end the same."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from coterie.channels.wecom.inbox.model import Callback, ContactAdded
from coterie.core.actor import COMMAND
from coterie.roads.contacts.announcing import Announcing
from coterie.roads.contacts.reading import Reading
from coterie.roads.contacts.taking_in import TakingIn
from coterie.storage.work import Work
from roads.contacts.corp import Corp, connected


@pytest.fixture(scope="module")
def corp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corp]:
    """One for all of them: each has customers of its own."""
    with connected(tmp_path_factory.mktemp("corp")) as made:
        yield made


def story(corp: Corp, external: str) -> list[tuple[str, str, int]]:
    names = ("Contact Added", "Contact Deleted", "Group Joined", "Group Left")
    return sorted(
        (one.name, str(one.properties.get("guide") or one.properties.get("group_id")), one.time)
        for one in corp.story(external, *names)
    )


def play(corp: Corp) -> str:
    """One customer's history, nothing of it delivered yet."""
    corp.wecom.hold()
    sue = corp.wecom.new_customer("Sue")
    code = corp.way("anna")
    chat = corp.wecom.new_chat("bert", "Wine")
    corp.wecom.scan(code, sue, half=True)
    corp.wecom.invite(chat, sue, "bert")
    for step in ("leave", "again", "gone", "back"):
        corp.wecom.clock.set(corp.wecom.clock.now() + 90_000)  # type: ignore[attr-defined]
        if step == "leave":
            corp.wecom.leave(chat, sue)
        elif step == "again":
            corp.wecom.invite(chat, sue, "anna")
        elif step == "gone":
            corp.wecom.delete_guide("anna", sue)
        else:
            corp.wecom.scan(code, sue)
    corp.passes(minutes=10)
    corp.wecom.release()
    return sue


def test_disorder_and_repetition_change_nothing(corp: Corp) -> None:
    sue = play(corp)
    corp.settle(shuffle=True, duplicate=0.8)
    told = story(corp, sue)
    assert [name for name, _, _ in told] == [
        "Contact Added", "Contact Added", "Contact Added", "Contact Deleted",
        "Group Joined", "Group Joined", "Group Left",
    ]  # fmt: skip
    edge = corp.edges(sue)["anna"]
    assert (edge.status, edge.times) == ("normal", 2)
    report = corp.reconcile()
    assert dict(report.sync.healed) == {} and story(corp, sue) == told


def test_a_reconcile_heals_what_was_lost_and_doubles_nothing(corp: Corp) -> None:
    kept = corp.meet("Kept", "anna")
    gone = corp.meet("Gone", "anna", "bert")
    before = story(corp, kept)
    corp.passes(minutes=1)
    corp.wecom.drop(1_000)
    lost = corp.meet("Lost", "bert", state="c9")
    corp.wecom.delete_customer("anna", gone)
    chat = corp.wecom.new_chat("anna", "Cheese")
    corp.wecom.invite(chat, kept, "anna")
    corp.settle()
    corp.wecom.courier.dropping = 0
    assert corp.profile(lost) is None
    corp.passes(minutes=1)
    report = corp.reconcile()
    assert report.sync.healed["edges_begun"] == 1 and report.sync.healed["edges_ended"] == 1
    (added,) = corp.story(lost, "Contact Added")
    assert (added.properties["state"], added.properties["add_way"]) == ("c9", 1)
    assert {one.status for one in corp.edges(gone).values()} == {"by_guide", "normal"}
    joined = [one for one in story(corp, kept) if one not in before]
    assert [(name, group) for name, group, _ in joined] == [("Group Joined", chat)]
    assert dict(corp.reconcile().sync.healed) == {}


def test_a_callback_that_comes_after_the_healing_tells_nothing_new(corp: Corp) -> None:
    corp.wecom.hold()
    tia = corp.meet("Tia", "anna")
    corp.reconcile()
    told = story(corp, tia)
    assert len(told) == 1
    corp.wecom.release()
    corp.settle()
    assert story(corp, tia) == told


class Crash(Exception):
    """The process ends here."""


def test_a_crash_after_telling_tells_it_once(corp: Corp) -> None:
    """What is in the inbox is durable; what says so is not, when the process ends between."""
    others = corp.contacts.others
    (announcing,) = [one for one in others if isinstance(one, Announcing)]

    def crash() -> None:
        raise Crash

    crashing = Announcing(replace(announcing.ground, poke=crash))
    corp.contacts.others = [crashing]
    uma = corp.wecom.new_customer("Uma")
    corp.wecom.scan(corp.way("anna"), uma)
    corp.wecom.deliver()
    reading = Reading(announcing.ground)
    assert corp.contacts.run(corp.now) and reading.run(corp.now)
    with pytest.raises(Crash):
        crashing.run(corp.now)
    corp.contacts.others = others
    corp.house.settle()
    assert len(corp.story(uma, "Contact Added")) == 1


def test_a_callback_that_breaks_costs_the_others_nothing(corp: Corp) -> None:
    (announcing,) = [one for one in corp.contacts.others if isinstance(one, Announcing)]
    bad, good = corp.wecom.new_customer("Bad"), corp.wecom.new_customer("Good")

    def breaks(_work: Work, came: Sequence[tuple[Callback, ContactAdded]]) -> None:
        if any(added.external_userid == bad for _, added in came):
            raise Crash

    taking = TakingIn(announcing.ground, corp.app.wecom.callbacks, breaks)
    corp.wecom.scan(corp.way("anna"), bad)
    corp.wecom.scan(corp.way("anna"), good)
    corp.wecom.deliver()
    assert taking.run(corp.now) and not taking.run(corp.now)
    assert corp.edges(good)["anna"].lasts and corp.edges(bad) == {}
    corp.passes(minutes=1)
    assert corp.edges(bad)["anna"].lasts and len(corp.story(bad, "Contact Added")) == 1


def test_a_group_is_read_again_until_it_shows_what_was_told(corp: Corp) -> None:
    vera = corp.meet("Vera", "anna")
    chat = corp.wecom.new_chat("anna", "Tea")
    corp.settle()
    corp.passes(minutes=5)
    corp.wecom.lag(20)
    corp.wecom.invite(chat, vera, "anna")
    corp.settle()
    assert corp.story(vera, "Group Joined") == []
    for _ in range(4):
        corp.passes(seconds=10)
        corp.settle()
    (joined,) = corp.story(vera, "Group Joined")
    assert joined.properties == {
        "group_id": chat, "name": "Tea", "scene": "invited", "inviter": "anna",
    }  # fmt: skip
    with corp.app.db.read(COMMAND, corp.now) as work:
        size = corp.app.mirror.sizes(work, [chat])[chat]
    assert (size.members, size.alive) == (2, True)


def test_what_one_guide_costs_is_only_hers_and_is_told_with_its_reason(corp: Corp) -> None:
    wen = corp.meet("Wen", "anna", "bert")
    corp.passes(minutes=1)
    corp.wecom.drop(2)
    for guide in ("anna", "bert"):
        corp.wecom.delete_customer(guide, wen)
    corp.settle()
    corp.wecom.fault(40058, api="externalcontact/batch/get_by_user", times=2)
    report = corp.reconcile()
    (trouble,) = report.troubles
    assert (report.sync.state, trouble.stage, trouble.reason) == ("partly", "people", "40058")
    refused, *_ = trouble.subjects
    ended = {guide for guide, one in corp.edges(wen).items() if one.status == "by_guide"}
    assert ended == {"anna", "bert"} - {refused}
