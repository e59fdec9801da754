import pickle

import pytest

from coterie.core.errors import (
    ChannelError,
    Conflict,
    CoterieError,
    Invalid,
    NotFound,
    NotPermitted,
    Unavailable,
)


def test_invalid_says_where_what_and_what_to_do() -> None:
    error = Invalid("'soon' is not a duration", path="all[1].did.within", hint="write 30d")
    assert str(error) == "all[1].did.within: 'soon' is not a duration (write 30d)"
    assert (error.path, error.hint, error.reason) == (
        "all[1].did.within", "write 30d", "'soon' is not a duration",
    )  # fmt: skip
    assert str(Invalid("wrong")) == "wrong"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (CoterieError("x"), "error"),
        (Invalid("x"), "invalid"),
        (NotFound("x"), "not_found"),
        (Conflict("x"), "conflict"),
        (NotPermitted("x"), "not_permitted"),
        (Unavailable("x"), "unavailable"),
        (ChannelError("x", permanent=True), "channel_failed"),
        (Invalid("x", code="no_ids"), "no_ids"),
        (Unavailable("x", code="busy"), "busy"),
    ],
)
def test_every_refusal_has_a_stable_code(error: CoterieError, code: str) -> None:
    assert error.code == code
    assert error.message == str(error) == "x"


def test_a_code_given_to_one_error_stays_with_it() -> None:
    Invalid("x", code="no_ids")
    assert Invalid("x").code == "invalid"


def test_who_waits_is_told_how_long() -> None:
    assert Unavailable("later", retry_after=2.5).retry_after == 2.5
    assert Unavailable("later").retry_after is None
    failed = ChannelError("full", permanent=False, retry_after=60)
    assert isinstance(failed, Unavailable)
    assert (failed.permanent, failed.retry_after) == (False, 60)


def test_a_refusal_can_be_caught_as_one() -> None:
    for kind in (Invalid, NotFound, Conflict, NotPermitted, Unavailable):
        assert issubclass(kind, CoterieError)
    assert str(pickle.loads(pickle.dumps(NotFound("gone")))) == "gone"
