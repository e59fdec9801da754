from collections.abc import Iterator

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from coterie.accounts.model import Guard
from coterie.accounts.service import Accounts
from coterie.accounts.store import account_sessions, accounts
from coterie.core.actor import COMMAND
from coterie.core.clock import DAY, MINUTE
from coterie.core.errors import Conflict, Invalid, NotFound, Unavailable
from coterie.storage import audit
from coterie.storage.database import Database
from coterie.storage.work import Work

NOW = 1_767_225_600_000
QUICK = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1),))
"""Argon2 with the least work, for tests only."""
PASSWORD = "a vineyard in Piedmont"


@pytest.fixture
def work(database: Database) -> Iterator[Work]:
    with database.begin(COMMAND, NOW) as opened:
        yield opened


@pytest.fixture
def desk() -> Accounts:
    return Accounts(Guard(per_account=3, per_address=5), QUICK)


def test_a_house_has_no_account_until_an_owner_is_made(work: Work, desk: Accounts) -> None:
    assert not desk.exists(work)
    desk.create_owner(work, "Ada", PASSWORD)
    assert desk.exists(work)
    assert [(a.name, a.role) for a in desk.list(work)] == [("Ada", "owner")]


def test_the_owner_signs_in_regardless_of_case_and_is_known_until_she_signs_out(
    work: Work, desk: Accounts
) -> None:
    ada = desk.create_owner(work, "Ada", PASSWORD)
    token = desk.sign_in(work, " ADA ", PASSWORD, "127.0.0.1")
    assert token is not None
    assert desk.who(work, token) == ada
    desk.sign_out(work, token)
    assert desk.who(work, token) is None


def test_neither_password_nor_token_is_stored(work: Work, desk: Accounts) -> None:
    desk.create_owner(work, "Ada", PASSWORD)
    token = desk.sign_in(work, "Ada", PASSWORD, "127.0.0.1")
    assert token is not None
    kept = str(
        [
            work.connection.execute(table.select()).all()
            for table in (accounts, account_sessions, audit.audit_rows)
        ]
    )
    assert "$argon2id$" in kept
    assert PASSWORD not in kept
    assert token not in kept


def test_a_session_ends_by_itself(work: Work, desk: Accounts) -> None:
    desk.create_owner(work, "Ada", PASSWORD)
    token = desk.sign_in(work, "Ada", PASSWORD, "127.0.0.1")
    assert token is not None
    work.now = NOW + 7 * DAY - 1
    assert desk.who(work, token) is not None
    work.now = NOW + 7 * DAY
    assert desk.who(work, token) is None


def test_wrong_name_wrong_password_and_nonsense_open_nothing(work: Work, desk: Accounts) -> None:
    desk.create_owner(work, "Ada", PASSWORD)
    assert desk.sign_in(work, "Ada", PASSWORD + "!", "127.0.0.1") is None
    assert desk.sign_in(work, "Eve", PASSWORD, "127.0.0.1") is None
    assert desk.sign_in(work, "Ada", "x" * 5_000, "127.0.0.1") is None
    assert desk.who(work, "") is None
    assert desk.who(work, "guess") is None


def test_after_three_failures_not_even_the_right_password_opens_for_a_quarter_hour(
    work: Work, desk: Accounts
) -> None:
    desk.create_owner(work, "Ada", PASSWORD)
    for n in range(3):
        assert desk.sign_in(work, "Ada", "wrong", f"10.0.0.{n}") is None
    with pytest.raises(Unavailable) as refused:
        desk.sign_in(work, "ada", PASSWORD, "10.0.0.9")
    assert refused.value.code == "too_many_sign_ins"
    assert refused.value.retry_after == 15 * 60
    work.now = NOW + 15 * MINUTE
    assert desk.sign_in(work, "ada", PASSWORD, "10.0.0.9") is not None


def test_an_address_that_tries_many_names_is_stopped_and_others_are_not(
    work: Work, desk: Accounts
) -> None:
    desk.create_owner(work, "Ada", PASSWORD)
    for n in range(5):
        assert desk.sign_in(work, f"name{n}", "wrong", "10.0.0.1") is None
    with pytest.raises(Unavailable):
        desk.sign_in(work, "Ada", PASSWORD, "10.0.0.1")
    assert desk.sign_in(work, "Ada", PASSWORD, "10.0.0.2") is not None


def test_signing_in_forgets_the_failures_before_it(work: Work, desk: Accounts) -> None:
    desk.create_owner(work, "Ada", PASSWORD)
    for _ in range(3):
        desk.sign_in(work, "Ada", "wrong", "10.0.0.1")
        desk.sign_in(work, "Ada", "wrong", "10.0.0.1")
        assert desk.sign_in(work, "Ada", PASSWORD, "10.0.0.1") is not None


def test_a_name_is_given_once(work: Work, desk: Accounts) -> None:
    desk.create_owner(work, "Ada", PASSWORD)
    with pytest.raises(Conflict):
        desk.create_owner(work, "ADA", PASSWORD)


@pytest.mark.parametrize(
    ("name", "password", "path"),
    [
        ("", PASSWORD, "name"),
        ("a\x00b", PASSWORD, "name"),
        ("x" * 101, PASSWORD, "name"),
        ("Ada", "short", "password"),
        ("Ada", "x" * 1_025, "password"),
    ],
)
def test_bad_names_and_passwords_are_refused(
    work: Work, desk: Accounts, name: str, password: str, path: str
) -> None:
    with pytest.raises(Invalid) as refused:
        desk.create_owner(work, name, password)
    assert refused.value.path == path
    assert not desk.exists(work)


def test_a_new_password_ends_all_sessions(work: Work, desk: Accounts) -> None:
    desk.create_owner(work, "Ada", PASSWORD)
    token = desk.sign_in(work, "Ada", PASSWORD, "127.0.0.1")
    assert token is not None
    desk.set_password(work, "ada", "another long password")
    assert desk.who(work, token) is None
    assert desk.sign_in(work, "Ada", PASSWORD, "127.0.0.1") is None
    assert desk.sign_in(work, "Ada", "another long password", "127.0.0.1") is not None
    with pytest.raises(NotFound):
        desk.set_password(work, "Eve", PASSWORD)


def test_who_did_it_is_in_the_audit(work: Work, desk: Accounts) -> None:
    desk.create_owner(work, "Ada", PASSWORD)
    desk.sign_in(work, "Ada", "wrong", "10.0.0.1")
    desk.sign_in(work, "Ada", PASSWORD, "10.0.0.1")
    verbs = [row.verb for row in audit.latest(work)]
    assert verbs == ["account.sign_in", "account.sign_in_failed", "account.create"]
