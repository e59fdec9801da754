"""R-073: capacity 30 with 40 sign-ups puts 10 on the list; a cancellation promotes the first."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from activities.cellar import HOST, Cellar
from coterie.core.errors import Conflict


def test_forty_sign_ups_for_thirty_seats_and_a_cancellation_promotes_the_first(
    cellar: Cellar,
) -> None:
    cellar.define()
    people = cellar.people(40)
    for person in people:
        cellar.do("sign_up", "barolo-night", person)
    states = cellar.states()
    assert [states[person] for person in people] == ["registered"] * 30 + ["waiting"] * 10
    again = cellar.do("sign_up", "barolo-night", people[35])
    assert (again.registration.place, again.facts) == (6, []), "asking twice changes nothing"

    cellar.do("cancel", "barolo-night", people[4])
    assert cellar.states()[people[30]] == "registered"
    assert Counter(cellar.states().values()) == {"registered": 30, "waiting": 9, "cancelled": 1}
    assert cellar.told("registered")[-1] == people[30]
    assert cellar.do("cancel", "barolo-night", people[4]).facts == []
    cellar.do("cancel", "barolo-night", people[31])  # from the queue: nobody moves up
    assert Counter(cellar.states().values()) == {"registered": 30, "waiting": 8, "cancelled": 2}
    back = cellar.do("sign_up", "barolo-night", people[4])
    assert (back.registration.state, back.registration.place) == ("waiting", 11), "at the end"


@pytest.mark.usefixtures("database")
def test_forty_at_once_take_exactly_thirty_seats(cellar: Cellar) -> None:
    cellar.define()
    people = cellar.people(40)

    def sign_up(person: int) -> None:
        with cellar.database.begin(HOST, cellar.now) as work:
            cellar.activities.sign_up(work, "barolo-night", person)

    def cancel(person: int) -> None:
        with cellar.database.begin(HOST, cellar.now) as work:
            cellar.activities.cancel(work, "barolo-night", person)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(sign_up, people))
    queue = cellar.ask("roster", "barolo-night", ["waiting"])
    assert Counter(cellar.states().values()) == {"registered": 30, "waiting": 10}
    assert [one.place for one in queue] == list(range(1, 11))

    leaving = [person for person, state in cellar.states().items() if state == "registered"][:4]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(cancel, leaving))
    states = cellar.states()
    assert Counter(states.values()) == {"registered": 30, "waiting": 6, "cancelled": 4}
    assert [states[one.profile] for one in queue[:4]] == ["registered"] * 4, "the first, exactly"


def test_more_seats_let_the_first_in_and_fewer_take_nobodys(cellar: Cellar) -> None:
    cellar.define(capacity=2)
    people = cellar.people(5)
    cellar.do("register", "barolo-night", people)
    cellar.define(capacity=4)
    assert list(cellar.states().values()).count("registered") == 4
    cellar.define(capacity=1)
    assert list(cellar.states().values()).count("registered") == 4
    cellar.do("cancel", "barolo-night", people[0])
    assert cellar.states()[people[4]] == "waiting", "three are in, one seat is offered"


def test_what_is_refused(cellar: Cellar) -> None:
    cellar.define(capacity=1, waiting_list=False, register_by="2026-02-05T12:00")
    one, other, third = cellar.people(3)
    cellar.do("sign_up", "barolo-night", one)
    refused = {}
    for name, verb, person in (("full", "sign_up", other), ("not_registered", "cancel", third)):
        with pytest.raises(Conflict) as caught:
            cellar.do(verb, "barolo-night", person)
        refused[name] = caught.value.code
    cellar.now += 5 * 86_400_000
    cellar.do("cancel", "barolo-night", one)
    with pytest.raises(Conflict) as late:
        cellar.do("sign_up", "barolo-night", other)
    assert refused == {"full": "full", "not_registered": "not_registered"}
    assert late.value.code == "closed"
    cellar.do("register", "barolo-night", [other])  # the operator's hand still may
    assert cellar.states()[other] == "registered"


def test_a_level_is_asked_for(cellar: Cellar) -> None:
    cellar.define(slug="first", title="First", form="course", level="entry")
    cellar.define(slug="second", title="Second", level="intermediate", prerequisite="entry")
    passer, other = cellar.people(2)
    cellar.do("register", "first", [passer, other])
    for person in (passer, other):
        cellar.do("check_in_person", "first", person)
    cellar.do("pass_people", "first", [passer])
    assert cellar.do("sign_up", "second", passer).registration.state == "registered"
    with pytest.raises(Conflict) as caught:
        cellar.do("sign_up", "second", other)
    assert caught.value.code == "prerequisite"


def test_a_called_off_activity_tells_all_who_had_a_seat_or_waited(cellar: Cellar) -> None:
    cellar.template("note", "{{ notice.text }} {{ activity_url }}")
    words = {"channel": "paper", "notice": "note"}
    cellar.define(capacity=1, messages=words)
    seated, waiting, gone = cellar.people(3)
    for person in (seated, waiting, gone):
        cellar.do("sign_up", "barolo-night", person)
    cellar.do("cancel", "barolo-night", gone)
    assert cellar.messages(seated)[0].text.startswith(
        "You have a seat at Barolo night, 2026-02-10 19:00. https://x.cn/e/barolo-night/"
    )
    cellar.do("call_off", "barolo-night")
    assert sorted(cellar.told("called_off")) == sorted([seated, waiting])
    kinds = {who: [one.node for one in cellar.messages(who)] for who in (seated, waiting, gone)}
    assert kinds == {
        seated: ["registered", "called_off"],
        waiting: ["waiting", "called_off"],
        gone: ["waiting", "cancelled"],
    }
    with pytest.raises(Conflict) as caught:
        cellar.do("sign_up", "barolo-night", gone)
    assert caught.value.code == "called_off"
    cellar.wake_at("2026-02-11T00:00")
    assert cellar.told("no_show") == []
