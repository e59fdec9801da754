# ruff: noqa: ARG002 - the server hands every handler the same arguments
import email
import email.policy
import socket
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd import smtp
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session

from coterie.channels.email import build
from coterie.channels.email.channel import EmailChannel
from coterie.channels.email.settings import SmtpSettings
from coterie.core.errors import ChannelError, Invalid
from coterie.messaging.channel import Uncertain, check_channel
from coterie.messaging.model import Delivery
from coterie.testing.contracts import ChannelContract


class Mailbox:
    """What a real SMTP server got; ``answers`` are given instead of 250, first come first."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.senders: list[str] = []
        self.recipients: list[str] = []
        self.answers: dict[str, list[str]] = {"MAIL": [], "RCPT": [], "DATA": []}
        self.hangs_up = False
        self.greeted: list[Session] = []
        self.seen: list[str] = []
        self.server: Controller | None = None

    def keys(self) -> list[str]:
        return self.seen

    def refuse(self, *, permanent: bool) -> None:
        said = "5.1.1 <ada@example.com> unknown" if permanent else "4.2.0 <ada@example.com> later"
        self.answers["RCPT"].append(f"{550 if permanent else 451} {said}")

    def fall_silent(self) -> None:
        self.hangs_up = True

    def leave(self) -> None:
        assert self.server is not None
        self.server.stop()

    async def handle_EHLO(  # noqa: N802
        self,
        server: smtp.SMTP,
        session: Session,
        envelope: Envelope,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        session.host_name = hostname
        self.greeted.append(session)
        return responses

    def _answer(self, verb: str) -> str:
        return self.answers[verb].pop(0) if self.answers[verb] else "250 OK"

    async def handle_MAIL(  # noqa: N802
        self,
        server: smtp.SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        options: Any,
    ) -> str:
        answer = self._answer("MAIL")
        if answer.startswith("250"):
            envelope.mail_from = address
            self.senders.append(address)
        return answer

    async def handle_RCPT(  # noqa: N802
        self,
        server: smtp.SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        options: Any,
    ) -> str:
        answer = self._answer("RCPT")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(  # noqa: N802
        self, server: smtp.SMTP, session: Session, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(letter, EmailMessage)
        self.seen.append(str(letter["Message-ID"])[1:].partition("@")[0])
        if self.hangs_up:
            self.hangs_up = False
            assert server.transport is not None
            server.transport.close()
        answer = self._answer("DATA")
        if answer.startswith("250"):
            self.letters.append(letter)
            self.raw.append(envelope.content)
            self.recipients += envelope.rcpt_tos
        return answer


def log_in(
    server: smtp.SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword
) -> AuthResult:
    return AuthResult(success=data.password == b"right", handled=False)


def serve(mailbox: Mailbox) -> Controller:
    controller = Controller(
        mailbox,
        hostname="127.0.0.1",
        port=_free_port(),
        authenticator=log_in,
        auth_require_tls=False,
        auth_exclude_mechanism=["CRAM-MD5"],
    )
    mailbox.server = controller
    controller.start()
    return controller


@pytest.fixture(scope="module")
def server() -> Iterator[Controller]:
    controller = serve(Mailbox())
    yield controller
    controller.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def mailbox(server: Controller) -> Mailbox:
    mailbox = Mailbox()
    server.handler = mailbox
    return mailbox


@pytest.fixture
def make(server: Controller, mailbox: Mailbox) -> Iterator[Callable[..., EmailChannel]]:
    made: list[EmailChannel] = []

    def make(**chosen: Any) -> EmailChannel:
        given = {
            "host": "127.0.0.1",
            "port": server.port,
            "sender": "Vineyard 葡萄 <news@vineyard.example>",
            "starttls": False,
            "timeout": 5.0,
            "html": False,
        }
        made.append(EmailChannel(SmtpSettings(**{**given, **chosen})))
        return made[-1]

    yield make
    for channel in made:
        channel.close()


def delivery(**chosen: Any) -> Delivery:
    given: dict[str, Any] = {
        "message": "m1",
        "key": "m1",
        "attempt": 1,
        "profile": 1,
        "channel": "email",
        "address": "ada@example.com",
        "subject": "Harvest 收获",
        "text": "Dear Ada,\n.\nthe grapes are 熟了.\n",
        "at": 1_767_225_600_000,
    }
    return Delivery(**{**given, **chosen})


class TestEmailKeepsTheContract(ChannelContract):
    entry_point = "email"
    loggers_of_provider = ("mail.log",)

    @pytest.fixture(autouse=True)
    def _served(self, make: Callable[..., EmailChannel]) -> Iterator[None]:
        mailbox = Mailbox()
        controller = serve(mailbox)
        self.provider = mailbox
        self._make, self._port = make, controller.port
        yield
        if controller.server is not None:
            controller.stop()

    def make_channel(self) -> EmailChannel:
        return self._make(port=self._port, html=True)


def test_a_letter_arrives_as_it_was_written(
    make: Callable[..., EmailChannel], mailbox: Mailbox
) -> None:
    receipt = make().deliver(delivery())
    (letter,) = mailbox.letters
    assert mailbox.recipients == ["ada@example.com"]
    assert letter["To"] == "ada@example.com"
    assert letter["From"] == "Vineyard 葡萄 <news@vineyard.example>"
    assert letter["Subject"] == "Harvest 收获"
    assert letter.get_content().replace("\r\n", "\n") == "Dear Ada,\n.\nthe grapes are 熟了.\n"
    assert letter.get_content_type() == "text/plain"
    assert letter["Message-ID"] == receipt.provider_id == "<m1@vineyard.example>"
    assert letter["Date"].datetime.isoformat() == "2026-01-01T00:00:00+00:00"
    assert letter["List-Unsubscribe"] is None


def test_a_way_out_is_offered_where_a_link_is_given(
    make: Callable[..., EmailChannel], mailbox: Mailbox
) -> None:
    make().deliver(delivery(unsubscribe="https://vineyard.example/u/abc"))
    letter = mailbox.letters[0]
    assert letter["List-Unsubscribe"] == "<https://vineyard.example/u/abc>"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click", "RFC 8058"
    assert letter.get_content().rstrip().endswith("https://vineyard.example/u/abc")


def test_one_click_needs_https_and_a_text_with_the_link_gets_no_second_one(
    make: Callable[..., EmailChannel], mailbox: Mailbox
) -> None:
    url = "http://vineyard.example/u/abc"
    make().deliver(delivery(text=f"Stop: {url}", unsubscribe=url))
    letter = mailbox.letters[0]
    assert letter["List-Unsubscribe"] == f"<{url}>"
    assert letter["List-Unsubscribe-Post"] is None
    assert letter.get_content().rstrip() == f"Stop: {url}"


@pytest.mark.parametrize("verb", ["RCPT", "DATA"])
@pytest.mark.parametrize(
    ("answer", "permanent"),
    [("550 no such user", True), ("451 try later", False), ("421 closing", False)],
)
def test_what_the_servers_answers_mean(
    make: Callable[..., EmailChannel], mailbox: Mailbox, verb: str, answer: str, permanent: bool
) -> None:
    mailbox.answers[verb] = [answer]
    with pytest.raises(ChannelError, match=answer.split()[0]) as refusal:
        make().deliver(delivery())
    assert refusal.value.permanent is permanent
    assert not isinstance(refusal.value, Uncertain)
    assert make().deliver(delivery()).provider_id
    assert len(mailbox.letters) == 1


def test_a_refused_sender_is_ours_to_put_right(
    make: Callable[..., EmailChannel], mailbox: Mailbox
) -> None:
    mailbox.answers["MAIL"] = ["550 not you"]
    with pytest.raises(ChannelError, match="our sender was refused: 550") as refusal:
        make().deliver(delivery())
    assert not refusal.value.permanent


def test_nobody_there_is_tried_again(make: Callable[..., EmailChannel]) -> None:
    with pytest.raises(ChannelError, match="check that the server runs") as refusal:
        make(port=_free_port()).deliver(delivery())
    assert not refusal.value.permanent


def test_no_encryption_where_it_is_asked_for_sends_nothing(
    make: Callable[..., EmailChannel], mailbox: Mailbox
) -> None:
    with pytest.raises(ChannelError, match="STARTTLS") as refusal:
        make(starttls=True).deliver(delivery())
    assert not refusal.value.permanent
    assert mailbox.letters == []


def test_a_connection_that_breaks_midway_is_uncertain(
    make: Callable[..., EmailChannel], mailbox: Mailbox
) -> None:
    mailbox.hangs_up = True
    with pytest.raises(Uncertain, match="broke while the letter was sent"):
        make().deliver(delivery())


def test_a_login(make: Callable[..., EmailChannel], mailbox: Mailbox) -> None:
    make(username="vineyard", password="right").deliver(delivery())
    assert len(mailbox.letters) == 1
    with pytest.raises(ChannelError, match="refuses our login") as refusal:
        make(username="vineyard", password="wrong").deliver(delivery())
    assert not refusal.value.permanent


@pytest.mark.parametrize(
    "hostile",
    [
        {"subject": "Hello\r\nBcc: eve@example.com"},
        {"subject": "Hello\nBcc: eve@example.com"},
        {"address": "ada@example.com\r\nBcc: eve@example.com"},
        {"address": "ada@example.com, eve@example.com"},
        {"address": "Ada <ada@example.com>"},
        {"address": "ada@example.com> NOTIFY=SUCCESS"},
        {"address": "ada"},
        {"address": "@example.com"},
        {"address": ""},
        {"address": None},
        {"address": "ädä@example.com"},
        {"address": f"ada@{'x' * 80}.example"},
        {"unsubscribe": "https://x.example/>\r\nBcc: eve@example.com"},
        {"unsubscribe": "https://x.example/>, <mailto:eve@example.com"},
    ],
)
def test_no_value_smuggles_in_a_header_or_a_recipient(
    make: Callable[..., EmailChannel], mailbox: Mailbox, hostile: dict[str, Any]
) -> None:
    with pytest.raises(ChannelError) as refusal:
        make().deliver(delivery(**hostile))
    assert refusal.value.permanent
    assert mailbox.letters == []
    assert mailbox.recipients == []


def test_a_text_cannot_end_itself_or_become_a_header(
    make: Callable[..., EmailChannel], mailbox: Mailbox
) -> None:
    text = "Bcc: eve@example.com\r\n\r\nhi\r\n.\r\nMAIL FROM:<eve@example.com>\r\n"
    make().deliver(delivery(text=text))
    (letter,) = mailbox.letters
    assert letter["Bcc"] is None
    assert letter.get_content().split() == text.split()


def test_a_domain_in_other_letters_is_reached(
    make: Callable[..., EmailChannel], mailbox: Mailbox
) -> None:
    make().deliver(delivery(address="ada@münchen.example"))
    assert mailbox.recipients == ["ada@xn--mnchen-3ya.example"]


def test_without_a_server_there_is_no_channel() -> None:
    assert build({}) is None
    assert build({"smtp_host": ""}) is None


def test_built_from_the_settings_it_sends(server: Controller, mailbox: Mailbox) -> None:
    channel = build(
        {
            "smtp_host": "127.0.0.1",
            "smtp_port": str(server.port),
            "smtp_sender": "news@vineyard.example",
            "smtp_starttls": "false",
        }
    )
    assert channel is not None
    check_channel("email", channel).deliver(delivery())
    assert len(mailbox.letters) == 1
    assert mailbox.letters[0]["From"] == "news@vineyard.example"


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"smtp_sender": ""}, "smtp_sender"),
        ({"smtp_sender": "news"}, "smtp_sender"),
        ({"smtp_sender": "a@b.example\nBcc: eve@example.com"}, "smtp_sender"),
        ({"smtp_port": "0"}, "smtp_port"),
        ({"smtp_port": "many"}, "smtp_port"),
        ({"smtp_starttls": "maybe"}, "smtp_starttls"),
    ],
)
def test_wrong_settings_are_refused_by_name(wrong: dict[str, str], path: str) -> None:
    given = {"smtp_host": "mail.example", "smtp_sender": "news@vineyard.example"}
    with pytest.raises(Invalid) as refusal:
        build({**given, **wrong})
    assert refusal.value.path == path


def test_the_password_is_not_shown() -> None:
    assert "secret" not in repr(SmtpSettings("h", "a@b.example", password="secret"))
