"""What journeys have other rooms, colleagues and programs do; told through a whole house."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from coterie.core.errors import Conflict, Invalid
from coterie.core.event import Event
from coterie.core.facts import fact
from coterie.journeys.ports import Ask
from coterie.storage.work import Work
from coterie.testing import House
from coterie.testing.asking import TESTER
from stories.conftest import OpenHouse
from stories.wire import at_work, fates, identify, on, say, tag, track, wait

CALL = {"do": "task", "to": "guide", "script": "Ask how the wine was", "due": "2d"}


class Gift:
    """An action of the tests: gives a corkscrew to whoever is asked for."""

    name = "gift"

    def __init__(self, *, benefit: bool = True, fails: bool = False) -> None:
        self.benefit = benefit
        self.fails = fails
        self.calls: list[list[str]] = []

    def check(self, _work: Work, arguments: Mapping[str, Any], path: str) -> None:
        if "what" not in arguments:
            raise Invalid("needs 'what'", path=path, hint="say what is given")

    def perform(self, work: Work, asks: Sequence[Ask]) -> list[Event]:
        if self.fails:
            raise Conflict("there are none left", code="no_stock")
        self.calls.append([ask.key for ask in asks])
        return [
            fact("gift.given", room="gifts", profile=ask.profile, at=work.now, cause=(ask.key,),
                 what=ask.arguments["what"])
            for ask in asks
        ]  # fmt: skip


def give(then: str = "end") -> dict[str, Any]:
    return {"do": "act", "action": "gift", "arguments": {"what": "corkscrew"}, "then": then}


def told(house: House, name: str) -> list[Mapping[str, Any]]:
    return [one.properties for one in house.facts() if one.event == name]


# --- act and invite


def test_an_action_is_done_once_for_all_and_seen_at_the_next_step() -> None:
    with at_work() as house:
        gift = Gift()
        house.register_action(gift)
        given = {"did": "coterie.gift.given", "since": "entry"}
        look = {"do": "split", "if": given, "yes": "hello", "no": "end"}
        house.define_journey("care", on("Go", "g", g=give("look"), look=look, hello=say()))
        house.receive([track(f"u{number}", "Go") for number in range(30)])
        [keys] = gift.calls
        assert len(set(keys)) == 30, "asked for all of them at once"
        assert len(told(house, "coterie.gift.given")) == 30
        assert fates(house, "u3") == [("hello", "sent", None)], "seen at the next step"


def test_what_cannot_be_done_is_told_and_ends_nothing() -> None:
    with at_work() as house:
        house.register_action(Gift(fails=True))
        house.define_journey("care", on("Go", "g", g=give("hello"), hello=say()))
        house.receive([track("u1", "Go")])
        [refusal] = told(house, "coterie.action.refused")
        assert (refusal["action"], refusal["reason"]) == ("gift", "no_stock")
        assert fates(house, "u1") == [("hello", "sent", None)]


def test_a_gift_is_never_held_out_a_word_is() -> None:
    with at_work() as house:
        gift, word = Gift(), Gift(benefit=False)
        word.name = "word"
        house.register_action(gift)
        house.register_action(word)
        journey = on(
            "Go", "g", g=give("w"), w={**give("call"), "action": "word"},
            call={**CALL, "then": "hook"},
            hook={"do": "webhook", "url": "https://example.com", "template": "news", "then": "t"},
            t=tag("on"),
        )  # fmt: skip
        house.define_template("news", text="News")
        house.define_journey("care", {**journey, "holdout": 100})
        house.receive([track("u1", "Go")])
        assert len(gift.calls) == 1
        assert word.calls == []
        assert told(house, "coterie.task.asked") == []
        assert house.sent("u1") == []
        assert house.tags("u1") == {"on"}, "she walks all the same"


@pytest.mark.parametrize(
    ("node", "path"),
    [
        ({"do": "act", "action": "give", "then": "end"}, "nodes.n.action"),
        ({"do": "act", "action": "gift", "then": "end"}, "nodes.n.arguments"),
        ({"do": "invite", "community": "opera", "then": "end"}, "nodes.n.community"),
        ({"do": "invite", "group": "opera", "then": "end"}, "nodes.n.group"),
    ],
)
def test_an_action_that_is_not_there_or_cannot_is_refused(node: Any, path: str) -> None:
    with at_work() as house:
        house.register_action(Gift())
        with pytest.raises(Invalid) as refused:
            house.define_journey("care", on("Go", "n", n=node))
        assert refused.value.path == path


def test_a_journey_invites_to_a_community() -> None:
    with at_work() as house:
        house.define_segment("fans", {"tag": "fan"})
        house.define_community("pasta", {
            "title": {"en": "Pasta"}, "promise": "A recipe", "segment": "fans",
            "invitation": {"channel": "email", "template": "hello", "touch": "service"},
        })  # fmt: skip
        ask = {"do": "invite", "community": "pasta", "then": "w"}
        came = {"when": {"in_community": "pasta"}, "then": "t"}
        house.define_journey("join", on(
            "Go", "i", i=ask, w={"do": "wait_for", "branches": [came]}, t=tag("joined"),
        ))  # fmt: skip
        house.receive([track("u1", "Go"), identify("u2")])
        assert fates(house, "u1") == [("invitation", "sent", None)]
        house.answer_invitation("u1", "pasta", accept=True)
        assert "joined" in house.tags("u1")
        assert house.sent("u2") == []


# --- task


def test_a_journey_waits_for_a_task_of_its_own_order() -> None:
    with at_work() as house:
        done = {"did": "coterie.task.done", "since": "entry", "same_key": True}
        late = {"did": "coterie.task.expired", "since": "entry", "same_key": True}
        ways = [{"when": done, "then": "thanks"}, {"when": late, "then": "sorry"}]
        journey = on(
            "Order Completed", "call", call={**CALL, "then": "w"},
            w={"do": "wait_for", "branches": ways}, thanks=say(), sorry=say(),
        )  # fmt: skip
        house.define_journey("after", {**journey, "key": "order_id", "reentry": "after_exit"})
        house.receive([track("u1", "Order Completed", order_id=number) for number in (1, 2)])
        assert len(told(house, "coterie.task.asked")) == 2
        assert fates(house, "u1") == []
        house.do_task("u1", "call")
        assert [one.node for one in house.sent("u1")] == ["thanks"]
        house.advance(days=2)
        assert [one.node for one in house.sent("u1")] == ["thanks", "sorry"], (
            "the other came too late"
        )
        assert {one.key for one in house.sent("u1")} == {"1", "2"}


def test_a_task_follows_its_person_and_goes_with_her(open_house: OpenHouse) -> None:
    house = open_house()
    house.define_journey("after", on("Go", "call", call={**CALL, "then": "end"}))
    house.receive([track("u1", "Go"), track("u2", "Go"), track("u3", "Go")])
    house.merge("u2", "u1")
    with house.app.db.read(TESTER, house.app.clock.now()) as work:
        assert len({one.profile for one in house.app.tasks.page(work, ["open"])}) == 2
    house.erase("u3")
    with house.app.db.read(TESTER, house.app.clock.now()) as work:
        [gone] = house.app.tasks.page(work, ["cancelled"])
        assert (gone.script, gone.about) == ("", {})
        with pytest.raises(Conflict):
            house.app.tasks.done(work, gone.id)
        assert house.app.tasks.counts(work) == {"open": 2, "cancelled": 1}


# --- random as an experiment, webhook


def test_arms_are_kept_and_told_once() -> None:
    with at_work() as house:
        ways = {"do": "random", "branches": [["a", 50], ["b", 50]], "as_experiment": True}
        back = {"do": "jump", "to": "r"}
        journey = on("Go", "r", r=ways, a=wait("1d", "j"), b=wait("1d", "j"), j=back)
        house.define_journey("trial", {**journey, "holdout": 20})
        house.receive([track(f"u{number}", "Go") for number in range(40)])
        house.advance(days=3)
        drawn = told(house, "coterie.journey.drawn")
        with house.app.db.read(TESTER, house.app.clock.now()) as work:
            kept = house.app.journeys.draws(work, "trial")
        arms = {one["run"]: one["arm"] for one in drawn}
        assert len(drawn) == len(kept) == 40, "once for a run, however often she comes by"
        assert {one.run: one.arm for one in kept} == arms
        assert 8 < sum(arm == "a" for arm in arms.values()) < 32
        assert drawn[0]["arms"] == {"a": 5_000, "b": 5_000}
        assert 1 <= sum(one["shadow"] for one in drawn) <= 20


def test_a_webhook_goes_through_the_outbox() -> None:
    with at_work() as house:
        house.define_template("order", text='{"order": "{{ event.properties.order_id }}"}')
        hook = {
            "do": "webhook", "url": "https://erp.example.com/hooks", "template": "order",
            "headers": {"Authorization": "erp_token"}, "then": "t",
        }  # fmt: skip
        house.define_journey("ship", on("Go", "hook", hook=hook, t=tag("told")))
        house.receive([track("u1", "Go", order_id="7")])
        [one] = house.channels["webhook"].delivered.values()
        assert one.text == '{"order": "7"}'
        assert one.post is not None
        assert (one.post.url, dict(one.post.headers)) == (
            "https://erp.example.com/hooks", {"Authorization": "erp_token"},
        )  # fmt: skip
        assert fates(house, "u1") == [("hook", "sent", None)]
        assert house.tags("u1") == {"told"}
