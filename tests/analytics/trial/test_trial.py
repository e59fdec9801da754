"""One experiment out of the log: what SQL says, said again by plain Python over the same facts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import pytest

from coterie.analytics.model import Lift
from coterie.analytics.trial.model import Trial
from coterie.core.actor import COMMAND
from coterie.core.clock import DAY, HOUR, parse_time
from coterie.core.event import Event
from coterie.testing import House

START = parse_time("2026-03-02T04:00:00Z", ZoneInfo("UTC"))
WINDOW = 14 * DAY
PEOPLE = 1_500


def event(name: str, profile: int, time: int, **properties: Any) -> Event:
    own = name.startswith("coterie.")
    return Event(
        id=f"{name}|{profile}|{time}",
        type="fact" if own else "track",
        name=name,
        time=time,
        received=time,
        source="test",
        profile=profile,
        properties=properties,
    )


@dataclass
class Played:
    """What was played: whom the draw put where and when, and every deed of hers."""

    moment: dict[int, int] = field(default_factory=dict)
    held_out: dict[int, bool] = field(default_factory=dict)
    arm: dict[int, str] = field(default_factory=dict)
    deeds: dict[int, list[int]] = field(default_factory=dict)
    opted_out: set[int] = field(default_factory=set)
    told: set[int] = field(default_factory=set)
    facts: list[Event] = field(default_factory=list)


def play(source: np.random.Generator, *, rise: float = 0.0, grouped: bool = False) -> Played:
    """Play a journey that a tenth is held out of: deeds before and after, some say stop."""
    played = Played()
    held_groups = {f"group:g{n:02}" for n in range(0, 40, 4)}
    for who in range(1, PEOPLE + 1):
        moment = START + int(source.integers(0, 20 * DAY))
        group = f"group:g{who % 40:02}"
        out = group in held_groups if grouped else bool(source.random() < 0.1)
        rate = 0.25 * (1.0 if out else 1 + rise)
        played.moment[who], played.held_out[who] = moment, out
        habit = source.random() < 0.5
        deeds = [moment - int(source.integers(0, 3 * WINDOW)) for _ in range(2) if habit]
        if source.random() < rate * (1.4 if habit else 0.6):
            deeds += [moment + int(source.integers(1, WINDOW + DAY)) for _ in range(2)]
        played.deeds[who] = sorted(set(deeds))
        unit = {"unit": group} if grouped else {}
        played.facts.append(
            event(
                "coterie.journey.entered", who, moment, journey="tea", run=who, shadow=out, **unit
            )
        )
        played.facts += [event("Article Read", who, at) for at in played.deeds[who]]
        status = "shadow" if out else "sent"
        if source.random() < 0.2:
            status = "held"
        else:
            played.told.add(who)
        later = {"asked": moment} if status == "sent" else {}
        played.facts.append(
            event(f"coterie.message.{status}", who, moment + HOUR, origin="journey:tea",
                  touch="informational", **later)
        )  # fmt: skip
        if not out:
            played.arm[who] = "long" if source.random() < 0.5 else "short"
            played.facts.append(
                event("coterie.journey.drawn", who, moment, journey="tea", run=who, node="ab",
                      arm=played.arm[who], arms={"short": 5_000, "long": 5_000}, shadow=False)
            )  # fmt: skip
        if source.random() < 0.03:
            played.opted_out.add(who)
            played.facts.append(event("Consent Withdrawn", who, moment + DAY))
    return played


@pytest.fixture
def house() -> Iterator[House]:
    with House(at="2026-05-01T04:00:00Z", holdout=0) as made:
        yield made


def tell(house: House, facts: Sequence[Event]) -> None:
    with house.app.db.begin(COMMAND, house.app.clock.now()) as work:
        assert len(house.app.log.append(work, facts)) == len(facts)


def trial(house: House, until: int | None = None, **asked: Any) -> Trial:
    with house._look() as work:
        now = house.app.clock.now() if until is None else until
        return house.app.analytics.trial(work, ["journey:tea"], now, share=0.1, **asked)


def table(house: House) -> Lift:
    with house._look() as work:
        now, shares = house.app.clock.now(), {"journey:tea": 0.1}
        return house.app.analytics.lifts(work, now, shares=shares)["journey:tea"]


def after(played: Played, who: int) -> int:
    moment = played.moment[who]
    return sum(moment < at <= moment + WINDOW for at in played.deeds[who])


def before(played: Played, who: int, back: int = 1) -> int:
    edge = played.moment[who] - (back - 1) * WINDOW
    return sum(edge - WINDOW < at <= edge for at in played.deeds[who])


def test_two_readers_of_one_log_say_the_same(house: House) -> None:
    played = play(np.random.default_rng(1))
    tell(house, played.facts)
    found = trial(house)
    for at, out in enumerate((False, True)):
        arm = [who for who in played.moment if played.held_out[who] is out]
        stage = found.stages[at]
        assert stage.drawn == stage.settled == len(arm)
        assert stage.reached == sum(who in played.told for who in arm)
        assert stage.sent == (0 if out else stage.reached)
        assert stage.held == len(arm) - stage.reached
        assert stage.did == sum(after(played, who) > 0 for who in arm)
        guard = found.guards[0]
        assert guard.name == "opted_out"
        assert (guard.held_out if out else guard.treated) == len(played.opted_out & set(arm))
    told = [who for who in played.moment if not played.held_out[who]]
    naive, lot = found.readings[0], found.readings[-1]
    assert (naive.how, lot.how) == ("naive", "randomised")
    total = sum(after(played, who) - before(played, who) for who in told)
    assert naive.difference == pytest.approx(total / len(told))
    for contender in found.races[0].contenders:
        drew = [who for who, arm in played.arm.items() if arm == contender.arm]
        assert contender.people == len(drew)
        assert contender.did == sum(after(played, who) > 0 for who in drew)
        assert contender.share == 5_000
    assert [one.arm for one in found.races[0].contenders] == ["short", "long"], "as written"
    assert found.steps[-1].difference == pytest.approx(found.lift.difference)
    whole = table(house)
    assert replace(whole, treated=found.lift.treated) == found.lift, "the table says the same"


def test_the_past_sharpens_and_does_not_move_the_answer(house: House) -> None:
    played = play(np.random.default_rng(2))
    tell(house, played.facts)
    found = trial(house)
    assert found.sharper is not None and found.lift.interval is not None
    assert found.sharper.kept < 0.97
    wide = found.lift.interval.high - found.lift.interval.low
    assert found.sharper.interval.high - found.sharper.interval.low < wide
    assert abs(found.sharper.difference - (found.lift.difference or 0)) < wide / 4
    assert 0 in found.sharper.interval


def test_a_planted_rise_is_found_and_stays_found(house: House) -> None:
    tell(house, play(np.random.default_rng(3), rise=1.4).facts)
    found = trial(house)
    assert found.lift.verdict == "works"
    assert found.rise is not None and found.rise[1].low > 0
    first = next(step for step in found.steps if step.interval.low > 0)
    assert all(0.35 in step.interval for step in found.steps)
    assert first.at < found.steps[-1].at, "found before the end"
    early = trial(house, until=START + 3 * DAY)
    assert early.lift.doubt == "nobody"
    assert (early.steps, early.sharper, early.readings) == ((), None, ())
    assert early.stages[0].drawn > 0


def test_worth_is_what_paid_orders_brought_with_refunds_taken_off(house: House) -> None:
    source = np.random.default_rng(9)
    played, bought, orders = play(source), dict[int, float](), dict[int, int]()
    for who, moment in played.moment.items():
        for number in range(int(source.poisson(0.5))):
            amount = int(source.integers(1, 300)) * 10_000
            order = event("Order Completed", who, moment + (number + 1) * DAY)
            played.facts.append(msgspec.structs.replace(order, amount=amount))
            bought[who] = bought.get(who, 0.0) + amount / 10_000
            orders[who] = orders.get(who, 0) + 1
            if source.random() < 0.1:
                back = event("Order Refunded", who, moment + (number + 1) * DAY + HOUR)
                played.facts.append(msgspec.structs.replace(back, amount=amount))
                bought[who] -= amount / 10_000
        late = event("Order Completed", who, moment + WINDOW + 1)
        played.facts.append(msgspec.structs.replace(late, amount=10_000_000))
    tell(house, played.facts)
    found = trial(house)
    top = np.quantile([worth for worth in bought.values() if worth > 0], 0.99)
    means = {}
    for out in (False, True):
        arm = [who for who, held in played.held_out.items() if held is out]
        worth = sum(min(bought.get(who, 0.0), top) for who in arm)
        means[out] = worth / len(arm), worth / sum(orders.get(who, 0) for who in arm)
    assert found.a_person is not None and found.an_order is not None
    assert (found.a_person.treated, found.an_order.treated) == pytest.approx(means[False])
    assert (found.a_person.held_out, found.an_order.held_out) == pytest.approx(means[True])
    assert 0 in found.a_person.interval
    assert 0 in found.an_order.interval


def test_groups_that_were_drawn_whole_are_what_is_counted(house: House) -> None:
    tell(house, play(np.random.default_rng(4), grouped=True).facts)
    found = trial(house)
    assert found.groups == (30, 10)
    assert found.lift.interval is not None
    assert found.lift.verdict == "unknown"
    assert (found.steps, found.guards, found.sharper) == ((), (), None), "these count people"
    whole = table(house).interval
    assert whole is not None
    assert [whole.low, whole.high] == pytest.approx(
        [found.lift.interval.low, found.lift.interval.high]
    )


def test_arms_of_the_wrong_size_block_everything(house: House) -> None:
    played = play(np.random.default_rng(5))
    lost = {who for who, out in played.held_out.items() if out and who % 2}
    tell(house, [fact for fact in played.facts if fact.profile not in lost])
    found = trial(house)
    assert (found.lift.verdict, found.lift.doubt) == ("blocked", "mismatch")
    assert found.lift.odds < 0.001
    assert (found.lift.difference, found.lift.interval) == (None, None)
    assert (found.steps, found.guards, found.readings) == ((), (), ())


def test_people_of_a_programme_are_one_experiment(house: House) -> None:
    played = play(np.random.default_rng(6))
    other = [
        replace_journey(fact) for fact in played.facts if fact.name == "coterie.journey.entered"
    ]
    tell(house, [*played.facts, *other])
    with house._look() as work:
        now = house.app.clock.now()
        both = house.app.analytics.trial(work, ["journey:tea", "journey:cake"], now, share=0.1)
        mixed = [("journey:tea", 7), ("journey:tea", 8)]
        fewer = house.app.analytics.trial(
            work, ["journey:tea", "journey:cake"], now, share=0.1, mixed=mixed
        )
    assert both.stages[0].drawn + both.stages[1].drawn == PEOPLE
    assert fewer.stages[0].drawn + fewer.stages[1].drawn == PEOPLE - 2, "in neither of the two"
    assert fewer.lift.contaminated == 2


def replace_journey(fact: Event) -> Event:
    more = {**fact.properties, "journey": "cake"}
    return event(fact.name, fact.profile, fact.time + DAY, **more)


def test_the_universal_holdout_is_everybody_the_gate_left_out(house: House) -> None:
    facts = []
    for who in range(1, 401):
        status, reason = ("held", {"reason": "holdout"}) if who % 10 == 0 else ("sent", {})
        if who % 7 == 0:
            status, reason = "held", {"reason": "no_consent"}
        facts.append(
            event(f"coterie.message.{status}", who, START, origin="broadcast:x",
                  touch="commercial", **reason)
        )  # fmt: skip
    tell(house, facts)
    with house._look() as work:
        found = house.app.analytics.trial(work, ["universal"], house.app.clock.now(), share=0.1)
    out = [who for who in range(10, 401, 10) if who % 7]
    assert found.stages[1].drawn == len(out)
    assert found.stages[0].drawn == sum(who % 7 != 0 and who % 10 != 0 for who in range(1, 401))
