"""Several workers at once: no slot is given away twice, no message is leased twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from coterie.core.actor import CLOCK
from coterie.messaging.model import Delivery
from messaging.conftest import Desk, request

WORKERS = 8
PEOPLE = range(1, 21)


def test_five_campaigns_by_eight_workers_give_each_person_two(
    make_desk: Callable[..., Desk],
) -> None:
    desk = make_desk(people=len(PEOPLE))

    def campaign(name: int) -> None:
        requests = [request(n, f"{name}-{n}", origin=f"campaign:{name % 5}") for n in PEOPLE]
        with desk.database.begin(CLOCK, desk.now) as work:
            desk.room.send(work, requests)

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(campaign, range(WORKERS)))
    for profile in PEOPLE:
        messages = desk.of(profile)
        assert len(messages) == WORKERS
        assert sum(message.status == "queued" for message in messages) == 2
        assert {message.reason for message in messages} == {None, "cap_day"}


def test_the_same_key_from_two_workers_is_one_message(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(people=1)

    def ask(_worker: int) -> int:
        with desk.database.begin(CLOCK, desk.now) as work:
            return len(desk.room.send(work, [request()]).facts)

    with ThreadPoolExecutor(WORKERS) as pool:
        assert sum(pool.map(ask, range(WORKERS))) == 1
    assert len(desk.of(1)) == 1


def test_a_message_is_leased_by_one_worker(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(people=len(PEOPLE))
    desk.send(*(request(n, f"k{n}") for n in PEOPLE))

    def lease(_worker: int) -> list[Delivery]:
        with desk.database.begin(CLOCK, desk.now) as work:
            return desk.room.lease(work, 5).deliveries

    with ThreadPoolExecutor(WORKERS) as pool:
        taken = [each.message for leased in pool.map(lease, range(WORKERS)) for each in leased]
    assert len(taken) == len(set(taken)) == len(PEOPLE)
