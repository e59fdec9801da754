"""A guide gets in by a way that is hers, once; her session ends when it should."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from conftest import NOW
from coterie.core.actor import Actor
from coterie.core.clock import DAY, HOUR, MINUTE
from coterie.core.errors import Invalid, NotPermitted, Unavailable
from coterie.guides.access.model import Guard
from coterie.guides.access.service import Access
from coterie.storage import audit
from coterie.storage.database import Database
from coterie.storage.work import Work

SOMEBODY = Actor("person", "guide li-na")
HERE = "10.0.0.7"


@pytest.fixture
def access() -> Access:
    return Access(b"k" * 32, Guard(tries=3, tries_here=5))


@contextmanager
def at(database: Database, later: int = 0) -> Iterator[Work]:
    with database.begin(SOMEBODY, NOW + later) as work:
        yield work


def test_a_link_opens_once_and_for_its_time(database: Database, access: Access) -> None:
    with at(database) as work:
        token = access.link(work, "li-na", to="/g/codes")
        late = access.link(work, "li-na")
    with at(database, MINUTE) as work:
        door = access.open(work, token, address=HERE)
        assert door is not None
        assert (door.guide, door.to, door.kind) == ("li-na", "/g/codes", "mail")
    with at(database, 2 * MINUTE) as work:
        assert access.open(work, token, address=HERE) is None
    with at(database, 15 * MINUTE) as work:
        assert access.open(work, late, address=HERE) is None


def test_a_trip_to_wecom_comes_back_to_the_browser_that_set_out(
    database: Database, access: Access
) -> None:
    with at(database) as work:
        state, other = (access.state(work, "browser", "/g/", HERE) for _ in range(2))
        assert state.isalnum()
        assert len(state) <= 128
    with at(database, MINUTE) as work:
        assert access.open(work, state, browser="thief", address=HERE) is None
        assert access.open(work, state, browser="browser", address=HERE) is None  # it opened once
        assert access.open(work, other, browser="browser", address=HERE) is not None


def test_links_and_guesses_are_bounded(database: Database, access: Access) -> None:
    with at(database) as work:
        for _ in range(access.guard.links):
            access.link(work, "li-na")
        with pytest.raises(Unavailable, match="too many links"):
            access.link(work, "li-na")
        access.link(work, "li-na", shown=True)  # the desk may
        for _ in range(access.guard.tries_here):
            assert access.open(work, "guess", address=HERE) is None
        with pytest.raises(Unavailable) as refused:
            access.open(work, "guess", address=HERE)
        assert refused.value.code == "too_many_sign_ins"
        assert access.open(work, "guess", address="10.0.0.8") is None
    with at(database, HOUR) as work:
        assert access.open(work, "guess", address=HERE) is None
        access.link(work, "li-na")


def test_a_session_lasts_its_time_and_not_longer(database: Database, access: Access) -> None:
    with at(database) as work:
        token = access.sign_in(work, "li-na", "wecom", "phone")
    with at(database, 7 * DAY - 1) as work:
        signed = access.who(work, token)
        assert signed is not None
        assert (signed.guide, signed.how) == ("li-na", "wecom")
    with at(database, 7 * DAY) as work:
        assert access.who(work, token) is None
    with at(database, DAY) as work:
        assert [one.device for one in access.sessions(work, "li-na")] == ["phone"]
        assert access.end_sessions(work, "li-na") == 1
        assert access.who(work, token) is None


def test_a_store_phone_goes_round_among_those_who_signed_in_on_it(
    database: Database, access: Access
) -> None:
    with at(database) as work:
        access.sign_in(work, "li-na", "mail", "phone")
        hers = access.sign_in(work, "wang-wei", "wecom", "phone")
        with pytest.raises(NotPermitted):
            access.switch(work, hers, "li-na", "", HERE)  # nobody shared it yet
        access.share(work, "phone", "bund", "wang-wei")
        phone = access.phone(work, "phone")
        assert phone is not None
        assert phone.guides == ("wang-wei",)  # who used it before it was shared signs in again
        with pytest.raises(NotPermitted):
            access.switch(work, hers, "li-na", "", HERE)
        access.sign_in(work, "li-na", "mail", "phone")
        now = access.switch(work, hers, "li-na", "", HERE)
        assert now is not None
        assert access.who(work, hers) is None
        signed = access.who(work, now)
        assert signed is not None
        assert (signed.guide, signed.how) == ("li-na", "handed")
        assert signed.until == NOW + 14 * HOUR
        [over] = [row for row in audit.latest(work) if row.verb == "guide.hand_over"]
        assert (over.object, over.detail["to"]) == ("wang-wei", "li-na")


def test_a_pin_keeps_a_colleague_out(database: Database, access: Access) -> None:
    with at(database) as work:
        access.sign_in(work, "li-na", "mail", "phone")
        hers = access.sign_in(work, "wang-wei", "mail", "phone")
        access.share(work, "phone", "bund", "wang-wei")
        access.sign_in(work, "li-na", "mail", "phone")
        for easy in ("1111", "1234", "12", "abcd", "1234567"):
            with pytest.raises(Invalid):
                access.set_pin(work, "li-na", easy)
        access.set_pin(work, "li-na", "4071")
        assert access.with_pin(work, ["li-na", "wang-wei"]) == {"li-na"}
        for _ in range(access.guard.tries):
            assert access.switch(work, hers, "li-na", "4072", HERE) is None
        with pytest.raises(Unavailable):
            access.switch(work, hers, "li-na", "4071", HERE)
    with at(database, HOUR) as work:
        assert access.who(work, hers) is not None
        assert access.switch(work, hers, "li-na", "4071", HERE) is not None
    other = Access(b"x" * 32)
    with at(database, HOUR) as work:  # what is kept of a PIN is worth nothing without the secret
        hers = other.sign_in(work, "wang-wei", "mail", "phone")
        assert other.switch(work, hers, "li-na", "4071", HERE) is None
