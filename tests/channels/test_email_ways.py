"""Connections, signatures and pages of the e-mail channel; the letters are in ``test_email``."""

import email
import email.policy
from base64 import b64encode
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import dkim
import pytest
from aiosmtpd.controller import Controller
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.test_email import Mailbox, delivery, mailbox, make, server
from coterie.channels.email import build, pages
from coterie.channels.email.channel import EmailChannel
from coterie.channels.email.signing import Signer
from coterie.core.errors import ChannelError, Invalid
from coterie.messaging.channel import Undeliverable

__all__ = ["mailbox", "make", "server"]

Key = RSAPrivateKey | Ed25519PrivateKey
RSA = generate_private_key(65_537, 2_048)
KEYS: tuple[Key, ...] = (RSA, Ed25519PrivateKey.generate())


def in_dns(key: Key) -> bytes:
    if isinstance(key, RSAPrivateKey):
        public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return b"v=DKIM1; k=rsa; p=" + b64encode(public)
    raw = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return b"v=DKIM1; k=ed25519; p=" + b64encode(raw)


def holds(letter: bytes, key: Key) -> bool:
    """Ask another implementation whether the signature of a letter holds."""
    names: list[bytes] = []

    def look_up(name: bytes, timeout: int = 5) -> bytes:
        names.append(name)
        return in_dns(key)

    result: bool = dkim.verify(letter, dnsfunc=look_up)
    assert names == [b"news._domainkey.vineyard.example."]
    return result


@pytest.mark.parametrize("key", KEYS, ids=["rsa", "ed25519"])
def test_another_implementation_confirms_the_signature(
    make: Callable[..., EmailChannel], mailbox: Mailbox, key: Key
) -> None:
    channel = make(signer=Signer("vineyard.example", "news", key), html=True)
    channel.deliver(delivery(unsubscribe="https://vineyard.example/u/abc"))
    (raw,) = mailbox.raw
    assert holds(raw, key)
    signed = str(mailbox.letters[0]["DKIM-Signature"])
    assert "list-unsubscribe:list-unsubscribe-post:from:subject" in signed.replace(" ", "")
    for before, after in (
        ("熟了".encode(), "坏了".encode()),
        (b"List-Unsubscribe: <https://v", b"List-Unsubscribe: <https://x"),
        (b"From: ", b"From: eve@example.com\r\nFrom: "),
        (b"Subject: ", b"Subject: Bitcoin\r\nSubject: "),
        (b"To: ada", b"To: eve"),
    ):
        changed = raw.replace(before, after)
        assert changed == raw or not holds(changed, key), before


@settings(max_examples=60)
@given(st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=200), st.booleans())
def test_whatever_a_letter_says_its_signature_holds(text: str, html: bool) -> None:
    letter = EmailMessage(policy=email.policy.SMTP.clone(cte_type="7bit"))
    letter["From"] = "news@vineyard.example"
    letter["Subject"] = "A  subject\tof many words " * 8
    letter.set_content(text)
    if html:
        letter.add_alternative(pages.write(text), subtype="html")
    key = KEYS[1]
    assert holds(Signer("vineyard.example", "news", key).sign(letter.as_bytes(), 10**12), key)


def test_the_key_of_the_settings_signs(
    server: Controller, mailbox: Mailbox, tmp_path: Path
) -> None:
    pem = RSA.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "dkim.pem").write_bytes(pem)
    given = {
        "smtp_host": "127.0.0.1",
        "smtp_port": server.port,
        "smtp_sender": "news@vineyard.example",
        "smtp_starttls": False,
        "smtp_dkim_selector": "news",
    }
    for key in (pem.decode(), str(tmp_path / "dkim.pem")):
        channel = build({**given, "smtp_dkim_key": key})
        assert channel is not None
        channel.deliver(delivery())
        channel.close()
        assert holds(mailbox.raw.pop(), RSA)


def test_a_wrong_key_is_refused_by_name(tmp_path: Path) -> None:
    given = {"smtp_host": "h", "smtp_sender": "news@vineyard.example", "smtp_dkim_selector": "s"}
    weak = generate_private_key(65_537, 1_024)
    pem = weak.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    for wrong, path in (
        ({"smtp_dkim_key": "-----BEGIN nonsense"}, "smtp_dkim_key"),
        ({"smtp_dkim_key": str(tmp_path / "none")}, "smtp_dkim_key"),
        ({"smtp_dkim_key": pem, "smtp_dkim_selector": ""}, "smtp_dkim_selector"),
        ({"smtp_dkim_key": pem, "smtp_dkim_domain": "a b"}, "smtp_dkim_domain"),
        ({"smtp_return_path": "nobody"}, "smtp_return_path"),
    ):
        with pytest.raises(Invalid) as refusal:
            build({**given, **wrong})
        assert refusal.value.path == path
    assert "PrivateKey" not in repr(Signer("d", "s", RSA))


def test_many_letters_go_over_one_connection(
    make: Callable[..., EmailChannel], mailbox: Mailbox
) -> None:
    channel = make()
    for number in range(5):
        channel.deliver(delivery(key=f"m{number}"))
        mailbox.answers["RCPT"] = ["550 5.1.1 no"] if number == 2 else []
        if number == 2:
            with pytest.raises(Undeliverable):
                channel.deliver(delivery(key="refused"))
    assert len(mailbox.letters) == 5
    assert len(set(map(id, mailbox.greeted))) == 1


def test_a_connection_that_died_meanwhile_is_opened_anew(
    make: Callable[..., EmailChannel], mailbox: Mailbox
) -> None:
    channel = make()
    channel.deliver(delivery(key="m1"))
    mailbox.answers["MAIL"] = ["421 I am going down"]
    channel.deliver(delivery(key="m2"))
    assert [one["Message-ID"] for one in mailbox.letters] == [
        "<m1@vineyard.example>", "<m2@vineyard.example>",
    ]  # fmt: skip
    assert len(set(map(id, mailbox.greeted))) == 2
    channel.close()
    channel.deliver(delivery(key="m3"))
    assert len(mailbox.letters) == 3, "closed, it opens again"


def test_the_way_back_names_the_letter(make: Callable[..., EmailChannel], mailbox: Mailbox) -> None:
    make(return_path="bounces+{key}@vineyard.example").deliver(delivery(key="m7"))
    assert mailbox.senders == ["bounces+m7@vineyard.example"]
    assert mailbox.letters[0]["From"] == "Vineyard 葡萄 <news@vineyard.example>"


@pytest.mark.parametrize(
    ("answer", "dead"),
    [
        ("550 5.1.1 no such user", True),
        ("550 no such user", True),
        ("553 5.1.3 bad address", True),
        ("550 5.7.1 you are on a list", False),
        ("552 5.2.2 mailbox full", False),
        ("554 5.7.0 policy", False),
    ],
)
def test_a_dead_address_is_told_from_a_full_one(
    make: Callable[..., EmailChannel], mailbox: Mailbox, answer: str, dead: bool
) -> None:
    mailbox.answers["RCPT"] = [answer]
    with pytest.raises(ChannelError) as refusal:
        make().deliver(delivery())
    assert refusal.value.permanent
    assert isinstance(refusal.value, Undeliverable) is dead


def test_the_page_says_what_the_text_says(
    make: Callable[..., EmailChannel], mailbox: Mailbox
) -> None:
    text = "Dear Ada,\n<b>4 > 3</b> & see https://vineyard.example/a?b=1&c=2.\n\nYours 葡萄"
    link = "https://vineyard.example/u/abc"
    make(html=True).deliver(delivery(text=text, unsubscribe=link, language="en"))
    (letter,) = mailbox.letters
    assert letter.get_content_type() == "multipart/alternative"
    plain, page = (part.get_content() for part in letter.iter_parts())
    assert plain.replace("\r\n", "\n").startswith(text)
    assert link in plain
    assert "&lt;b&gt;4 &gt; 3&lt;/b&gt; &amp; see <a href=" in page
    assert '<a href="https://vineyard.example/a?b=1&amp;c=2">' in page
    assert f'<a href="{link}"' in page and "Unsubscribe" in page and '<html lang="en">' in page
    assert "<img" not in page and "<script" not in page, "nothing tells whether it was read"
