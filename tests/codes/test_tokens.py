import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.codes.service import Codes
from coterie.codes.tokens import Signer, pack_id, unpack_id
from coterie.core.errors import Invalid, NotFound

SECRET = bytes(range(32))
URL_SAFE = set(string.ascii_letters + string.digits + "-_")


@given(st.integers(min_value=0, max_value=2**62))
def test_a_number_comes_back_from_its_token(number: int) -> None:
    signer = Signer(SECRET)
    token = signer.token("link", pack_id(number))
    assert unpack_id(signer.body("link", token)) == number
    assert set(token) <= URL_SAFE
    assert len(token) <= 32


@given(st.integers(0, 10**6), st.data())
def test_a_token_changed_anywhere_leads_nowhere(number: int, data: st.DataObject) -> None:
    signer = Signer(SECRET)
    token = signer.token("link", pack_id(number))
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.sampled_from(sorted(URL_SAFE - {token[place]})))
    with pytest.raises(NotFound):
        signer.body("link", token[:place] + other + token[place + 1 :])


@given(st.text(max_size=60))
def test_any_other_text_leads_nowhere(text: str) -> None:
    with pytest.raises(NotFound):
        Signer(SECRET).body("link", text)


def test_a_token_is_good_for_its_kind_and_its_secret_only() -> None:
    token = Signer(SECRET).token("link", b"\x01")
    with pytest.raises(NotFound):
        Signer(SECRET).body("answer", token)
    with pytest.raises(NotFound):
        Signer(b"another secret").body("link", token)


def test_a_payload_is_good_until_its_moment() -> None:
    codes = Codes(SECRET)
    token = codes.sign("answer", {"invitation": "i1", "profile": 7}, expires=1_000)
    assert codes.unsign("answer", token, now=999) == {"invitation": "i1", "profile": 7}
    with pytest.raises(NotFound) as caught:
        codes.unsign("answer", token, now=1_000)
    assert caught.value.code == "expired"


def test_a_payload_without_end_stays_good() -> None:
    codes = Codes(SECRET)
    assert codes.unsign("page", codes.sign("page", {"a": "中文"}), now=2**60) == {"a": "中文"}


def test_signing_cannot_forge_a_link() -> None:
    with pytest.raises(Invalid):
        Codes(SECRET).sign("link", {})
