"""Ceilings of the mix on the way: whose they are, when they bind, and that they hold to the end."""

import random
from collections import Counter
from collections.abc import Callable

import pytest

from coterie.core.actor import CLOCK
from coterie.core.clock import DAY, HOUR, MINUTE
from coterie.core.errors import ChannelError, Invalid
from coterie.messaging.caps import Slot, parse
from coterie.messaging.mix import Ceiling, Mix
from coterie.messaging.mixing.model import Reach
from coterie.messaging.model import Outcome, Receipt, Request
from messaging.conftest import Desk, at, request, statuses
from messaging.test_mix import holds

CIRCLES = {"community:pasta": "interest", "community:shop": "customer", "community:news": "brand"}


def in_circles(desk: Desk, *tags: str, profile: int = 1) -> None:
    desk.room.mixing.circles = lambda _work: CIRCLES
    desk.people.people[profile].tags = frozenset(f"community:{tag}" for tag in tags)


def set_ceilings(desk: Desk, **percents: int) -> None:
    with desk.database.begin(CLOCK, desk.now) as work:
        for scope, percent in percents.items():
            desk.room.mixing.set_ceiling(work, scope.replace("__", ":"), percent)


def ceilings_of(desk: Desk, profile: int = 1) -> tuple[Ceiling, ...]:
    with desk.database.read(CLOCK, desk.now) as work:
        known = desk.people.known(work, [profile])
        return desk.room.mixing.of_people(work, known).get(profile, ())


def offer(key: str, profile: int = 1, **chosen: object) -> Request:
    return request(profile, key, touch="commercial", **chosen)


def test_a_person_has_the_ceilings_of_the_house_and_of_her_communities(desk: Desk) -> None:
    in_circles(desk, "pasta", "shop")
    assert ceilings_of(desk) == ()
    set_ceilings(desk, house=80, kind__interest=30, kind__customer=70, community__shop=50)
    assert ceilings_of(desk) == (
        Ceiling(30, "kind:interest"), Ceiling(50, "community:shop"), Ceiling(80, "house"),
    )  # fmt: skip
    assert ceilings_of(desk, profile=2) == (Ceiling(80, "house"),), "she takes part in nothing"
    in_circles(desk, "news")
    assert ceilings_of(desk) == (Ceiling(80, "house"),)
    with desk.database.begin(CLOCK, desk.now) as work:
        desk.room.mixing.set_ceiling(work, "house", None)
    assert ceilings_of(desk) == ()


def test_a_campaign_lifts_what_it_names(desk: Desk) -> None:
    in_circles(desk, "pasta", "shop")
    set_ceilings(desk, house=80, kind__interest=30, kind__customer=70)
    with desk.database.begin(CLOCK, desk.now) as work:
        mixing = desk.room.mixing
        mixing.begin_campaign(work, "kind:interest", " Spring  fair ", at(10, 0), at(20, 0))
        mixing.begin_campaign(work, "community:shop", "Opening", at(12, 0), at(13, 0))
        mixing.begin_campaign(work, "house", "Birthday of the house", at(11, 0), at(12, 0))
        everybody = (at(11, 0), at(12, 0))
        (newest, *_) = mixing.campaigns(work)
        assert newest.title == "Opening"
        mixing.end_campaign(work, newest.id)
        assert [one.title for one in mixing.campaigns(work)] == [
            "Birthday of the house", "Spring fair",
        ]  # fmt: skip
    assert ceilings_of(desk) == (
        Ceiling(30, "kind:interest", ((at(10, 0), at(20, 0)), everybody)),
        Ceiling(70, "kind:customer", (everybody,)),
        Ceiling(80, "house", (everybody,)),
    )


@pytest.mark.parametrize(
    ("scope", "percent"), [("kind", 30), ("kind:", 30), ("x:y", 30), ("house", 101), ("house", -1)]
)
def test_what_has_no_ceiling(desk: Desk, scope: str, percent: int) -> None:
    with desk.database.begin(CLOCK, desk.now) as work, pytest.raises(Invalid):
        desk.room.mixing.set_ceiling(work, scope, percent)


def test_one_offer_is_allowed_and_the_second_says_whose_ceiling_it_broke(desk: Desk) -> None:
    in_circles(desk, "pasta")
    set_ceilings(desk, kind__interest=30)
    sent = desk.send(offer("a"), offer("b"))
    assert statuses(sent.messages) == [("queued", None), ("held", "mix")]
    assert sent.messages[1].detail == "kind:interest 30 %"
    assert statuses(desk.send(request(1, "c")).messages) == [("queued", None)]


def test_a_ceiling_that_is_set_later_binds_what_waits(desk: Desk) -> None:
    """Both were queued when there was no ceiling; the first goes, the second is held."""
    in_circles(desk, "pasta")
    desk.send(offer("a"), offer("b"))
    set_ceilings(desk, kind__interest=30)
    assert desk.deliver() == 1
    found = Counter((one.status, one.reason) for one in desk.of(1))
    assert found == {("sent", None): 1, ("held", "mix"): 1}


def test_of_two_offers_of_one_minute_the_better_goes(desk: Desk) -> None:
    set_ceilings(desk, house=30)
    desk.send(offer("low", value=1))
    sent = desk.send(offer("high", value=9))
    assert statuses(sent.messages) == [("queued", None)]
    (low,) = [one for one in desk.of(1) if desk.key(one) == "low"]
    assert (low.status, low.reason, low.detail) == (
        "held", "mix", f"outdone by {sent.messages[0].id}",
    )  # fmt: skip


def test_who_yields_is_who_holds_what_is_scarce(make_desk: Callable[..., Desk]) -> None:
    """The e-mail's slot helps a better e-mail; the worse text message keeps its own."""
    desk = make_desk(per_day=None, per_week=None, caps=(parse("email 1/day"),))
    desk.people.people[1].consents = {("marketing", "email"), ("marketing", "sms")}
    desk.send(
        request(1, "mail", touch="informational"),
        request(1, "text", touch="commercial", channel="sms"),
    )
    sent = desk.send(request(1, "wish", touch="emotional"))
    assert statuses(sent.messages) == [("queued", None)]
    found = {desk.key(one): (one.status, one.reason) for one in desk.of(1)}
    assert found == {
        "mail": ("held", "cap_channel"), "text": ("queued", None), "wish": ("queued", None),
    }  # fmt: skip


def test_a_shadow_takes_nobodys_place(desk: Desk) -> None:
    set_ceilings(desk, house=30)
    desk.send(offer("low", value=1))
    sent = desk.send(offer("high", value=9, shadow=True))
    assert statuses(sent.messages) == [("shadow", None)]
    assert desk.deliver() == 1


def test_what_fails_gives_its_place_back(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(caps=(parse("commercial 1/7d"),))
    set_ceilings(desk, house=30)
    desk.send(offer("a"))
    (leased,) = desk.lease().deliveries
    assert statuses(desk.send(offer("b")).messages) == [("held", "cap_touch")]
    desk.settle(Outcome.failed(leased, ChannelError("gone", permanent=True)))
    assert statuses(desk.send(offer("c")).messages) == [("queued", None)]


def test_what_people_got(desk: Desk) -> None:
    desk.send(offer("a"), request(1, "b"), request(2, "c", touch="informational"))
    desk.send(request(3, "d", touch="service", channel="sms", origin="order:7"))
    desk.deliver()
    desk.send(offer("waits", profile=3))
    with desk.database.read(CLOCK, desk.now) as work:
        mixing, span = desk.room.mixing, (desk.now - DAY, desk.now + 1)
        assert mixing.mix(work, *span) == Mix(1, 1, 1, 1)
        assert mixing.mix(work, *span, profiles=[1]) == Mix(emotional=1, commercial=1)
        assert mixing.mix(work, *span, origin="order:7") == Mix(service=1)
        assert mixing.mix(work, desk.now - DAY, desk.now) == Mix()
        assert mixing.by_origin(work, *span) == {
            "journey:win-back": Mix(1, 1, 0, 1), "order:7": Mix(service=1),
        }  # fmt: skip
        assert mixing.reach(work, *span) == [Reach("email", 2, 2, 3), Reach("sms", 1, 1, 1)]


KINDS = ["emotional", "informational", "service", "commercial", "commercial"]


def simulate(desk: Desk, people: int, days: int, *, seed: int, most: int = 3) -> Counter[str]:
    """Let a quarter pass: five senders ask, providers fail, the desk pauses and forgets to work.

    Every hour is drawn, and who asks; what waits for the night goes in the morning or is held.
    ``most`` is how often a day somebody is asked at most.
    """
    chance = random.Random(seed)
    for profile in range(1, people + 1):
        in_circles(
            desk, *chance.choice([("pasta",), ("shop",), ("pasta", "shop"), ()]), profile=profile
        )
    set_ceilings(desk, kind__interest=30, kind__customer=70)
    seen: Counter[str] = Counter()
    start = desk.now
    for day in range(days):
        desk.now = start + day * DAY + chance.randrange(24) * HOUR
        asked = [
            request(
                profile,
                f"{day}-{profile}-{n}",
                touch=chance.choice(KINDS),
                value=chance.random(),
                origin=f"journey:{n}",
                expires_at=chance.choice([None, desk.now + 6 * HOUR]),
            )
            for profile in range(1, people + 1)
            for n in range(chance.randrange(most + 1))
        ]
        seen.update(str(one.reason) for one in desk.send(*asked).messages)
        for _ in range(chance.randrange(1, 3)):
            desk.now += chance.randrange(40) * MINUTE
            work_a_little(desk, chance, seen)
    return seen


def work_a_little(desk: Desk, chance: random.Random, seen: Counter[str]) -> None:
    leased = desk.lease(10_000)
    seen.update(str(fact.properties.get("reason")) for fact in leased.facts)
    desk.now += chance.randrange(3) * MINUTE
    outcomes = []
    for each in leased.deliveries:
        fate = chance.random()
        if fate < 0.8:
            outcomes.append(Outcome.sent(each, Receipt(each.key)))
        elif fate < 0.95:
            outcomes.append(Outcome.failed(each, ChannelError("no", permanent=fate < 0.9)))
    desk.settle(*outcomes)


def check_all(desk: Desk, people: int) -> None:
    for profile in range(1, people + 1):
        mine = [one for one in desk.of(profile) if one.status == "sent" and one.touch != "service"]
        slots = [Slot(one.due, one.channel, one.touch, "sent", one.at) for one in mine]
        percents = {"community:pasta": 30, "community:shop": 70}
        bound = [percents[tag] for tag in desk.people.people[profile].tags]
        holds(slots, min(bound, default=100))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_no_thirty_days_of_anybody_hold_too_much(make_desk: Callable[..., Desk]) -> None:
    people = 10
    desk = make_desk(people=people)
    seen = simulate(desk, people, 30, seed=6)
    check_all(desk, people)
    assert seen["mix"] > 10 and seen["None"] > 100, "the ceiling bound, and much went out"


@pytest.mark.crash
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_no_thirty_days_of_a_quarter_of_ten_thousand_people(
    make_desk: Callable[..., Desk],
) -> None:
    people = 10_000
    desk = make_desk(people=people)
    simulate(desk, people, 91, seed=1, most=1)
    check_all(desk, people)
