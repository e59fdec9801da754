"""Several workers at once: no slot is given away twice, no message is leased twice."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from coterie.core.actor import CLOCK
from coterie.messaging.alike.model import Alike
from coterie.messaging.limits.model import Limit
from coterie.messaging.model import Delivery, Leased, Outcome, Receipt
from coterie.messaging.store import MESSAGES, M
from coterie.storage.work import Work
from messaging.conftest import Desk, request

WORKERS = 8
PEOPLE = range(1, 21)


def in_turn(desk: Desk, do: Callable[[Work], Any]) -> Any:
    """Do something in a transaction, again where SQLite served the others for too long."""
    while True:
        try:
            with desk.database.begin(CLOCK, desk.now) as work:
                return do(work)
        except OperationalError as error:
            if "database is locked" not in str(error):
                raise


def take(desk: Desk, work: Work, portion: int) -> Leased:
    leased = desk.room.lease(work, portion)
    desk.room.begin(work, leased.deliveries)
    return leased


def five_journeys_ask(
    desk: Desk, people: int, portion: int, touch: str = "emotional"
) -> Counter[tuple[int, str]]:
    """Let eight workers send what five journeys ask for, and deliver it, all at once.

    Returns how many each person got, or will get, by what became of the messages.
    """

    def ask(part: tuple[int, int]) -> None:
        journey, first = part
        profiles = range(first, min(first + portion, people + 1))
        requests = [
            request(
                n, f"{journey}-{n}", origin=f"journey:{journey}", value=journey % 3, touch=touch
            )
            for n in profiles
        ]
        in_turn(desk, lambda work: desk.room.send(work, requests))
        leased = in_turn(desk, lambda work: take(desk, work, portion))
        outcomes = [Outcome.sent(each, Receipt(each.key)) for each in leased.deliveries]
        in_turn(desk, lambda work: desk.room.settle(work, outcomes))

    parts = [(journey, first) for first in range(1, people + 1, portion) for journey in range(5)]
    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(ask, parts))
    with desk.database.read(CLOCK, desk.now) as work:
        query = select(M.profile, M.status, func.count()).select_from(MESSAGES)
        rows = work.connection.execute(query.group_by(M.profile, M.status)).all()
    return Counter({(profile, status): number for profile, status, number in rows})


def nobody_has_more_than_two(found: Counter[tuple[int, str]], people: int) -> None:
    for profile in range(1, people + 1):
        got = found[profile, "sent"] + found[profile, "leased"] + found[profile, "queued"]
        assert got == 2, f"two slots of five that asked, for {profile}"
        assert found[profile, "held"] == 3


def test_five_journeys_by_eight_workers_give_each_person_two(
    make_desk: Callable[..., Desk],
) -> None:
    people = 300
    desk = make_desk(people=people)
    nobody_has_more_than_two(five_journeys_ask(desk, people, 60), people)


def test_eight_workers_keep_to_a_ceiling_and_to_the_rate_of_a_channel(
    make_desk: Callable[..., Desk],
) -> None:
    people, rate = 100, 40
    desk = make_desk(people=people)
    limit = Limit("email", "rate", rate, "hour", False, "sender", since=0)
    with desk.database.begin(CLOCK, desk.now) as work:
        desk.room.mixing.set_ceiling(work, "house", 30)
        desk.room.limits.keep(work, limit)
    found = five_journeys_ask(desk, people, 20, "commercial")
    for profile in range(1, people + 1):
        assert found[profile, "sent"] + found[profile, "queued"] == 1, "one offer of five"
    assert sum(found[profile, "sent"] for profile in range(1, people + 1)) == rate


@pytest.mark.crash
def test_five_journeys_by_eight_workers_give_each_of_100_000_people_two(
    make_desk: Callable[..., Desk],
) -> None:
    people = 100_000
    desk = make_desk(people=people)
    nobody_has_more_than_two(five_journeys_ask(desk, people, 1_000), people)


def test_the_same_key_from_two_workers_is_one_message(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(people=1)

    def ask(_worker: int) -> int:
        with desk.database.begin(CLOCK, desk.now) as work:
            return len(desk.room.send(work, [request(shadow=True)]).facts)

    with ThreadPoolExecutor(WORKERS) as pool:
        assert sum(pool.map(ask, range(WORKERS))) == 1
    assert len(desk.of(1)) == 1


def test_one_thing_asked_for_many_by_several_workers_is_one_message_each(
    make_desk: Callable[..., Desk],
) -> None:
    desk = make_desk(people=len(PEOPLE), per_day=1)
    people = np.array(PEOPLE, np.int32)

    def ask(worker: int) -> int:
        cause = ("journey", "j", "hello", worker % 2)
        alike = Alike("email", "hello", "emotional", "journey:j", cause)
        with desk.database.begin(CLOCK, desk.now) as work:
            return len(desk.room.send_alike(work, alike, people).held)

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(ask, range(WORKERS)))
    for profile in PEOPLE:
        assert sorted(one.status for one in desk.of(profile)) == ["held", "queued"]


def test_a_message_is_leased_by_one_worker(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(people=len(PEOPLE))
    desk.send(*(request(n, f"k{n}") for n in PEOPLE))

    def lease(_worker: int) -> list[Delivery]:
        with desk.database.begin(CLOCK, desk.now) as work:
            return desk.room.lease(work, 5).deliveries

    with ThreadPoolExecutor(WORKERS) as pool:
        taken = [each.message for leased in pool.map(lease, range(WORKERS)) for each in leased]
    assert len(taken) == len(set(taken)) == len(PEOPLE)
