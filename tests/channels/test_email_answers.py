"""What comes back by mail: delivery reports and complaints, as servers write them."""

from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.channels.email import build
from coterie.channels.email.answers import MAX_BYTES, read
from coterie.core.errors import NotPermitted
from coterie.messaging.channel import Raw, Told

DOMAIN = "vineyard.example"
KEY = "0b84226cd33cd790f39c90258b1c5ae5"


def report(kind: str, fields: str, *, back: str = "text/rfc822-headers", to: str = "") -> bytes:
    """Write a report as RFC 6522 has it: words, fields, and what came back."""
    returned = f"Message-ID: <{KEY}@{DOMAIN}>\nSubject: Hello\n\nDear Ada\n"
    parts = [("text/plain", "This is the mail system at host mx.example.\n"), (kind, fields)]
    parts += [(back, returned)] if back else []
    body = "".join(f"--=_b\nContent-Type: {name}\n\n{text}\n" for name, text in parts)
    head = (
        "From: MAILER-DAEMON@mx.example\n"
        f"To: {to or 'news@vineyard.example'}\n"
        "Message-ID: <report-1@mx.example>\nMIME-Version: 1.0\n"
        f"Content-Type: multipart/report; report-type={kind.partition('/')[2]};"
        ' boundary="=_b"\n'
    )
    return f"{head}\n{body}--=_b--\n".replace("\n", "\r\n").encode()


def failed(status: str, said: str = "smtp; 550 5.1.1 <ada@example.com> unknown") -> str:
    return (
        "Reporting-MTA: dns; mx.example\nArrival-Date: Thu, 1 Jan 2026 00:00:00 +0000\n\n"
        f"Final-Recipient: rfc822; ada@example.com\nAction: failed\nStatus: {status}\n"
        f"Diagnostic-Code: {said}\n"
    )


@pytest.mark.parametrize(
    ("status", "dead"),
    [
        ("5.1.1", True),
        ("5.0.0", True),
        ("5.2.1", True),
        ("5.4.4", True),
        ("5.2.2", False),
        ("5.7.1", False),
        ("4.2.2", False),
        ("4.4.7", False),
    ],
)
@pytest.mark.parametrize("back", ["text/rfc822-headers", "message/rfc822"])
def test_a_report_says_of_which_letter_and_whether_for_good(
    status: str, dead: bool, back: str
) -> None:
    [told] = read(report("message/delivery-status", failed(status), back=back), DOMAIN)
    assert (told.kind, told.key, told.permanent, told.code) == ("bounced", KEY, dead, status)
    assert told.detail == "smtp; 550 5.1.1 … unknown", "without her address"


def test_what_is_late_or_relayed_did_not_come_back() -> None:
    later = failed("4.4.1").replace("failed", "delayed")
    assert read(report("message/delivery-status", later), DOMAIN) == []
    arrived = failed("2.0.0").replace("failed", "delivered")
    assert read(report("message/delivery-status", arrived), DOMAIN) == [
        Told("delivered", KEY, code="2.0.0")
    ]


def test_where_nothing_was_returned_the_way_back_tells() -> None:
    path = "bounces+{key}@vineyard.example"
    mail = report(
        "message/delivery-status", failed("5.1.1"), back="", to=f"bounces+{KEY}@vineyard.example"
    )
    assert read(mail, DOMAIN) == []
    assert [one.key for one in read(mail, DOMAIN, path)] == [KEY]


@pytest.mark.parametrize("kind", ["abuse", "opt-out", "fraud"])
def test_a_complaint_is_told(kind: str) -> None:
    fields = f"Feedback-Type: {kind}\nUser-Agent: Mail/1.0\nVersion: 1\n"
    mail = report("message/feedback-report", fields, back="message/rfc822")
    assert read(mail, DOMAIN) == [Told("complained", KEY, code=kind)]


def test_who_takes_it_back_complains_of_nothing() -> None:
    mail = report("message/feedback-report", "Feedback-Type: not-spam\n", back="message/rfc822")
    assert read(mail, DOMAIN) == []


def test_what_is_no_report_or_not_of_ours_says_nothing() -> None:
    answer = EmailMessage()
    answer["To"], answer["In-Reply-To"] = "news@vineyard.example", f"<{KEY}@{DOMAIN}>"
    answer.set_content("Thank you! I am away until Monday.")
    strange = report("message/delivery-status", failed("5.1.1")).replace(DOMAIN.encode(), b"x.y")
    for mail in (answer.as_bytes(), strange, b"", b"\xff" * 100, b"x" * (MAX_BYTES + 1)):
        assert read(mail, DOMAIN) == []


@given(st.binary(max_size=400), st.integers(0, 900))
def test_whatever_comes_does_no_harm(noise: bytes, at: int) -> None:
    mail = report("message/delivery-status", failed("5.1.1"))
    read(mail[:at] + noise + mail[at:], DOMAIN, "b+{key}@vineyard.example")


def test_only_who_knows_the_secret_is_heard() -> None:
    given = {"smtp_host": "h", "smtp_sender": "News <news@vineyard.example>"}
    mail = report("message/delivery-status", failed("5.1.1"))
    channel = build({**given, "secrets": {"email": "hush"}})
    assert channel is not None
    assert len(channel.hear(Raw({"authorization": "Bearer hush"}, mail, 0))) == 1
    for headers in ({}, {"authorization": "Bearer other"}, {"authorization": "hush"}):
        with pytest.raises(NotPermitted):
            channel.hear(Raw(headers, mail, 0))
    closed = build(given)
    assert closed is not None
    with pytest.raises(NotPermitted):
        closed.hear(Raw({"authorization": "Bearer "}, mail, 0))
