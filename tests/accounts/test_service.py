from collections.abc import Iterator

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from coterie.accounts.model import Guard, Preferences
from coterie.accounts.names import check_password, first_password
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


def sign_in(
    desk: Accounts, work: Work, name: str, password: str, address: str = "127.0.0.1"
) -> str | None:
    """Sign in as the web does it, in its three steps."""
    attempt = desk.attempt(work, name, address)
    return desk.sign_in(work, attempt, proven=desk.proves(attempt, password))


def test_a_house_has_no_account_until_an_owner_is_made(work: Work, desk: Accounts) -> None:
    assert not desk.exists(work)
    desk.create_owner(work, "Ada", PASSWORD)
    assert desk.exists(work)
    assert [(a.name, a.role) for a in desk.list(work)] == [("Ada", "owner")]


def test_the_owner_signs_in_regardless_of_case_and_is_known_until_she_signs_out(
    work: Work, desk: Accounts
) -> None:
    ada = desk.create_owner(work, "Ada", PASSWORD)
    token = sign_in(desk, work, " ADA ", PASSWORD, "127.0.0.1")
    assert token is not None
    assert desk.who(work, token) == ada
    desk.sign_out(work, token)
    assert desk.who(work, token) is None


def test_neither_password_nor_token_is_stored(work: Work, desk: Accounts) -> None:
    desk.create_owner(work, "Ada", PASSWORD)
    token = sign_in(desk, work, "Ada", PASSWORD, "127.0.0.1")
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
    token = sign_in(desk, work, "Ada", PASSWORD, "127.0.0.1")
    assert token is not None
    work.now = NOW + 7 * DAY - 1
    assert desk.who(work, token) is not None
    work.now = NOW + 7 * DAY
    assert desk.who(work, token) is None


def test_wrong_name_wrong_password_and_nonsense_open_nothing(work: Work, desk: Accounts) -> None:
    desk.create_owner(work, "Ada", PASSWORD)
    assert sign_in(desk, work, "Ada", PASSWORD + "!", "127.0.0.1") is None
    assert sign_in(desk, work, "Eve", PASSWORD, "127.0.0.1") is None
    assert sign_in(desk, work, "Ada", "x" * 5_000, "127.0.0.1") is None
    assert desk.who(work, "") is None
    assert desk.who(work, "guess") is None


def test_after_three_failures_not_even_the_right_password_opens_for_a_quarter_hour(
    work: Work, desk: Accounts
) -> None:
    desk.create_owner(work, "Ada", PASSWORD)
    for n in range(3):
        assert sign_in(desk, work, "Ada", "wrong", f"10.0.0.{n}") is None
    with pytest.raises(Unavailable) as refused:
        desk.attempt(work, "ada", "10.0.0.9")
    assert refused.value.code == "too_many_sign_ins"
    assert refused.value.retry_after == 15 * 60
    work.now = NOW + 15 * MINUTE
    assert sign_in(desk, work, "ada", PASSWORD, "10.0.0.9") is not None


def test_an_address_that_tries_many_names_is_stopped_and_others_are_not(
    work: Work, desk: Accounts
) -> None:
    desk.create_owner(work, "Ada", PASSWORD)
    for n in range(5):
        assert sign_in(desk, work, f"name{n}", "wrong", "10.0.0.1") is None
    with pytest.raises(Unavailable):
        sign_in(desk, work, "Ada", PASSWORD, "10.0.0.1")
    assert sign_in(desk, work, "Ada", PASSWORD, "10.0.0.2") is not None


def test_signing_in_forgets_the_failures_before_it(work: Work, desk: Accounts) -> None:
    desk.create_owner(work, "Ada", PASSWORD)
    for _ in range(3):
        sign_in(desk, work, "Ada", "wrong", "10.0.0.1")
        sign_in(desk, work, "Ada", "wrong", "10.0.0.1")
        assert sign_in(desk, work, "Ada", PASSWORD, "10.0.0.1") is not None


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
    token = sign_in(desk, work, "Ada", PASSWORD, "127.0.0.1")
    assert token is not None
    desk.set_password(work, "ada", "another long password")
    assert desk.who(work, token) is None
    assert sign_in(desk, work, "Ada", PASSWORD, "127.0.0.1") is None
    assert sign_in(desk, work, "Ada", "another long password", "127.0.0.1") is not None
    with pytest.raises(NotFound):
        desk.set_password(work, "Eve", PASSWORD)


def test_who_did_it_is_in_the_audit(work: Work, desk: Accounts) -> None:
    desk.create_owner(work, "Ada", PASSWORD)
    sign_in(desk, work, "Ada", "wrong", "10.0.0.1")
    sign_in(desk, work, "Ada", PASSWORD, "10.0.0.1")
    verbs = [row.verb for row in audit.latest(work)]
    assert verbs == ["account.sign_in", "account.sign_in_failed", "account.create"]


# --- the three steps of signing in


def test_many_guesses_at_once_gain_nothing_over_one_after_the_other(
    work: Work, desk: Accounts
) -> None:
    desk.create_owner(work, "Ada", PASSWORD)
    at_once = [desk.attempt(work, "Ada", f"10.0.0.{n}") for n in range(4)]
    for attempt in at_once[:3]:
        assert desk.sign_in(work, attempt, proven=desk.proves(attempt, "wrong")) is None
    with pytest.raises(Unavailable):
        desk.sign_in(work, at_once[3], proven=desk.proves(at_once[3], PASSWORD))


def test_what_was_proven_before_the_password_changed_opens_nothing(
    work: Work, desk: Accounts
) -> None:
    ada = desk.create_owner(work, "Ada", PASSWORD)
    attempt = desk.attempt(work, "Ada", "127.0.0.1")
    assert desk.proves(attempt, PASSWORD)
    desk.reset_password(work, ada.id, desk.hashed("another long password"))
    assert desk.sign_in(work, attempt, proven=True) is None


def test_an_unknown_name_cannot_be_proven_whatever_is_claimed(work: Work, desk: Accounts) -> None:
    attempt = desk.attempt(work, "Eve", "127.0.0.1")
    assert desk.sign_in(work, attempt, proven=True) is None
    assert attempt.hashed not in repr(attempt)


# --- colleagues


def test_a_colleague_gets_a_first_password_that_she_must_change(work: Work, desk: Accounts) -> None:
    desk.create_owner(work, "Ada", PASSWORD)
    first = first_password()
    bob = desk.create_operator(work, "Bob", desk.hashed(first))
    assert (bob.role, bob.must_change, bob.is_owner) == ("operator", True, False)
    token, elsewhere = (sign_in(desk, work, "Bob", first) for _ in range(2))
    assert token is not None and elsewhere is not None
    known = desk.who(work, token)
    assert known is not None and known.must_change
    attempt = desk.attempt(work, "Bob", "127.0.0.1")
    hashed = desk.hashed("a password of my own")
    assert not desk.change_password(work, attempt, hashed, proven=False, keep=token)
    assert desk.change_password(work, attempt, hashed, proven=True, keep=token)
    known = desk.who(work, token)
    assert known is not None and not known.must_change
    assert desk.who(work, elsewhere) is None
    assert sign_in(desk, work, "Bob", first) is None


def test_first_passwords_are_good_ones_and_never_the_same() -> None:
    made = {first_password() for _ in range(100)}
    assert len(made) == 100
    assert {check_password(one) for one in made} == made


def test_a_disabled_account_is_out_at_once_until_it_is_enabled(work: Work, desk: Accounts) -> None:
    desk.create_owner(work, "Ada", PASSWORD)
    bob = desk.create_operator(work, "Bob", desk.hashed(PASSWORD), must_change=False)
    token = sign_in(desk, work, "Bob", PASSWORD)
    assert token is not None
    desk.disable(work, bob.id)
    assert desk.who(work, token) is None
    assert sign_in(desk, work, "Bob", PASSWORD) is None
    assert [one.disabled for one in desk.list(work)] == [None, NOW]
    desk.enable(work, bob.id)
    assert desk.who(work, token) is None, "an ended session stays ended"
    assert sign_in(desk, work, "Bob", PASSWORD) is not None


def test_the_last_owner_stays_one(work: Work, desk: Accounts) -> None:
    ada = desk.create_owner(work, "Ada", PASSWORD)
    bob = desk.create_operator(work, "Bob", desk.hashed(PASSWORD))
    for deed in (
        lambda: desk.disable(work, ada.id),
        lambda: desk.set_role(work, ada.id, "operator"),
    ):
        with pytest.raises(Conflict, match="last owner"):
            deed()
    desk.set_role(work, bob.id, "owner")
    desk.disable(work, ada.id)
    with pytest.raises(Conflict, match="last owner"):
        desk.set_role(work, bob.id, "operator")


def test_a_name_changes_and_is_still_given_once(work: Work, desk: Accounts) -> None:
    ada = desk.create_owner(work, "Ada", PASSWORD)
    desk.create_operator(work, "Bob", desk.hashed(PASSWORD))
    desk.rename(work, ada.id, "ADA")
    with pytest.raises(Conflict):
        desk.rename(work, ada.id, "bob")
    with pytest.raises(NotFound):
        desk.rename(work, 99, "Eve")
    desk.rename(work, ada.id, "Ada Lovelace")
    assert sign_in(desk, work, "ada lovelace", PASSWORD) is not None
    assert [one.name for one in desk.list(work)] == ["Ada Lovelace", "Bob"]


def test_a_role_that_does_not_exist_is_refused(work: Work, desk: Accounts) -> None:
    with pytest.raises(Invalid) as refused:
        desk.create_operator(work, "Bob", desk.hashed(PASSWORD), "king")
    assert refused.value.path == "role"


def test_the_team_tells_who_has_been_here(work: Work, desk: Accounts) -> None:
    ada = desk.create_owner(work, "Ada", PASSWORD)
    desk.create_operator(work, "Bob", desk.hashed(PASSWORD))
    work.now = NOW + 5
    sign_in(desk, work, "Ada", PASSWORD)
    told = [(one.account.name, one.created, one.signed_in) for one in desk.team(work)]
    assert told == [("Ada", NOW, NOW + 5), ("Bob", NOW, None)]
    assert desk.sessions(work, ada.id) == [(NOW + 5, NOW + 5 + 7 * DAY)]


def test_a_house_without_an_owner_takes_no_operator_who_would_lock_it(
    work: Work, desk: Accounts
) -> None:
    with pytest.raises(Conflict, match="no owner"):
        desk.create_operator(work, "Bob", desk.hashed(PASSWORD))
    assert not desk.exists(work)
    assert desk.create_operator(work, "Ada", desk.hashed(PASSWORD), "owner").is_owner


def test_other_sessions_end_and_this_one_stays(work: Work, desk: Accounts) -> None:
    ada = desk.create_owner(work, "Ada", PASSWORD)
    here, there = (sign_in(desk, work, "Ada", PASSWORD) for _ in range(2))
    assert here is not None and there is not None
    desk.end_others(work, ada.id, here)
    assert desk.who(work, here) == desk.get(work, ada.id)
    assert desk.who(work, there) is None


# --- preferences and views


def test_preferences_last_and_come_with_the_session(work: Work, desk: Accounts) -> None:
    ada = desk.create_owner(work, "Ada", PASSWORD)
    token = sign_in(desk, work, "Ada", PASSWORD)
    assert token is not None
    assert ada.preferences == Preferences("", "system", 50)
    desk.prefer(work, ada.id, Preferences("zh", "dark", 100))
    known = desk.who(work, token)
    assert known is not None and known.preferences == Preferences("zh", "dark", 100)


@pytest.mark.parametrize(
    ("wanted", "path"),
    [
        (Preferences(language="fr"), "language"),
        (Preferences(theme="pink"), "theme"),
        (Preferences(rows=7), "rows"),
    ],
)
def test_what_is_not_on_offer_cannot_be_preferred(
    work: Work, desk: Accounts, wanted: Preferences, path: str
) -> None:
    ada = desk.create_owner(work, "Ada", PASSWORD)
    with pytest.raises(Invalid) as refused:
        desk.prefer(work, ada.id, wanted)
    assert refused.value.path == path


def test_a_view_is_its_makers_and_one_of_the_same_name_is_replaced(
    work: Work, desk: Accounts
) -> None:
    first = desk.save_view(work, 1, "/people", " Italy ", "tag=italy")
    again = desk.save_view(work, 1, "/people", "Italy", "tag=italia")
    desk.save_view(work, 2, "/people", "Italy", "tag=hers")
    desk.save_view(work, 0, "/audit", "mine", "")
    assert first.id == again.id
    assert desk.views(work, 1, "/people") == [again]
    assert desk.views(work, 1, "/audit") == []
    with pytest.raises(NotFound):
        desk.delete_view(work, 2, again.id)
    desk.delete_view(work, 1, again.id)
    assert desk.views(work, 1, "/people") == []
    assert len(desk.views(work, 2, "/people")) == 1


@pytest.mark.parametrize(
    ("page", "name", "query", "path"),
    [
        ("https://evil.example", "x", "", "page"),
        ("/people", " ", "", "name"),
        ("/people", "x" * 61, "", "name"),
        ("/people", "x", "a=" + "x" * 4_000, "query"),
    ],
)
def test_a_view_that_is_none_is_refused(
    work: Work, desk: Accounts, page: str, name: str, query: str, path: str
) -> None:
    with pytest.raises(Invalid) as refused:
        desk.save_view(work, 1, page, name, query)
    assert refused.value.path == path
