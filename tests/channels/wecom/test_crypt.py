"""WXBizMsgCrypt against vectors of four independent authors, and everything it must refuse."""

import json
from base64 import b64encode
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from hypothesis import given
from hypothesis import strategies as st

from coterie.channels.wecom.crypt import Crypt, read_key
from coterie.core.errors import Invalid, NotPermitted

VECTORS = json.loads(
    (Path(__file__).parent / "data" / "wxbizmsgcrypt_vectors.json").read_text(encoding="utf-8")
)
ONE = next(each for each in VECTORS if each["id"] == "go-workwx-decryptmsg")


def of(vector: dict[str, str], **changed: str) -> Crypt:
    told = vector | changed
    return Crypt(told["token"], told["encoding_aes_key"], told["receive_id"])


def opened(crypt: Crypt, vector: dict[str, str], **changed: str) -> str:
    told = vector | changed
    parts = (told["msg_signature"], told["timestamp"], told["nonce"], told["encrypt"])
    return crypt.open(*parts).decode()


@pytest.mark.parametrize("vector", VECTORS, ids=lambda each: each["id"])
def test_every_published_vector_is_opened(vector: dict[str, str]) -> None:
    crypt = of(vector)
    assert opened(crypt, vector) == vector["plaintext"]
    told = crypt.signature(vector["timestamp"], vector["nonce"], vector["encrypt"])
    assert told == vector["msg_signature"]


def test_sealing_gives_the_published_text_to_the_letter() -> None:
    vector = next(each for each in VECTORS if "fixed-random" in each["id"])
    crypt = Crypt(
        vector["token"],
        vector["encoding_aes_key"],
        vector["receive_id"],
        salt=lambda size: b"1234567890123456"[:size],
    )
    sealed = crypt.seal(vector["plaintext"].encode(), vector["timestamp"], vector["nonce"])
    assert sealed == (vector["encrypt"], vector["msg_signature"])


@given(st.binary(max_size=200))
def test_what_is_sealed_opens_again(text: bytes) -> None:
    crypt = of(ONE)
    sealed, signature = crypt.seal(text, "1", "n")
    assert crypt.open(signature, "1", "n", sealed) == text


def test_a_plus_that_a_framework_made_a_space_is_read() -> None:
    vector = VECTORS[0]
    assert "+" in vector["encrypt"]
    spaced = vector["encrypt"].replace("+", " ")
    assert opened(of(vector), vector, encrypt=spaced) == vector["plaintext"]


@pytest.mark.parametrize(
    "changed",
    [
        {"msg_signature": ONE["msg_signature"][:-1] + "1"},
        {"msg_signature": ""},
        {"msg_signature": "é" * 40},
        {"timestamp": "1583995626"},
        {"nonce": ""},
        {"encrypt": ONE["encrypt"][:-4]},
    ],
)
def test_a_signature_that_does_not_fit_is_refused(changed: dict[str, str]) -> None:
    with pytest.raises(NotPermitted):
        opened(of(ONE), ONE, **changed)


def test_another_receiver_is_refused_though_the_signature_fits() -> None:
    with pytest.raises(NotPermitted):
        opened(of(ONE, receive_id="ww0000000000000000"), ONE)


@pytest.mark.parametrize(
    "key",
    [
        "a" * 42, "a" * 44, "a" * 42 + "=", "a" * 42 + "$", "$" + "a" * 42, "",
        "a" * 43 + "\n",
    ],
)  # fmt: skip
def test_a_key_of_another_shape_is_refused_before_anything_is_opened(key: str) -> None:
    with pytest.raises(Invalid, match="43 letters and digits"):
        of(ONE, encoding_aes_key=key)


@pytest.mark.parametrize("token", ["", "a" * 33, "a b", "a-b"])
def test_a_token_of_another_shape_is_refused(token: str) -> None:
    with pytest.raises(Invalid, match="token"):
        of(ONE, token=token)


def _raw(plain: bytes) -> str:
    key = read_key(ONE["encoding_aes_key"])
    cipher = Cipher(AES(key), CBC(key[:16])).encryptor()
    return b64encode(cipher.update(plain) + cipher.finalize()).decode()


def _filled(fill: int, last: bytes | None = None) -> str:
    """Seal a message of 64 bytes that says of itself it has ``fill`` bytes of padding."""
    receiver = ONE["receive_id"].encode()
    head = b"r" * 16 + (10).to_bytes(4, "big") + b"0123456789" + receiver
    return _raw(head + (last or bytes([fill]) * (64 - len(head))))


@pytest.mark.parametrize(
    "sealed",
    [
        _filled(0),
        _filled(33),
        _filled(255),
        _filled(16, b"\x01" * 15 + b"\x10"),
        _raw(b"\x20" * 32),
        _raw(b"r" * 16 + (2**32 - 1).to_bytes(4, "big") + b"\x0c" * 12),
        _raw(b"r" * 16 + (3).to_bytes(4, "big") + b"\x0c" * 12),
        "",
        "====",
        "AAAA",
        "QUJD" * 7 + "QQ",
        "你好",
    ],
)
def test_padding_lengths_and_base64_that_lie_are_refused_alike(sealed: str) -> None:
    crypt = of(ONE)
    with pytest.raises(NotPermitted) as refused:
        crypt.open(crypt.signature("1", "n", sealed), "1", "n", sealed)
    assert refused.value.message == "this was not sealed for us"


def test_padding_of_a_whole_block_is_understood() -> None:
    crypt = of(ONE)
    text = b"x" * (64 - 20 - len(ONE["receive_id"]))
    assert crypt.decrypt(crypt.encrypt(text)) == text
