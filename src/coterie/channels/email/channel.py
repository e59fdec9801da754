"""Hand letters to an SMTP server (RFC 5321), and say exactly what its answers mean.

A 5xx answer to the recipient or the letter is permanent, a 4xx is not; a server that cannot be
reached, or that refuses our login or sender, is tried again: that is for us to put right. When
the connection breaks after the text was handed over, nobody knows.
"""

import smtplib
import ssl
from contextlib import suppress
from email.utils import parseaddr

from coterie.channels.email import letter
from coterie.channels.email.settings import SmtpSettings
from coterie.core.errors import ChannelError
from coterie.messaging.channel import Uncertain
from coterie.messaging.model import Delivery, Receipt

_PERMANENT = 500
_ACCEPTED = (250, 251)


class EmailChannel:
    """Plain-text e-mail through one SMTP server, one connection a letter.

    SMTP knows no idempotency key: after a crash a letter may be sent once more, under the same
    Message-ID.
    """

    name = "email"
    address_trait: str | None = "email"

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings

    def deliver(self, delivery: Delivery) -> Receipt:
        """Send one letter; raises ChannelError."""
        text = letter.write(delivery, self._settings.sender).as_bytes()
        try:
            server = self._connect()
            try:
                self._address(server, letter.recipient(delivery))
                self._hand_over(server, text)
            finally:
                _hang_up(server)
        except (smtplib.SMTPException, OSError) as error:
            raise ChannelError(
                f"cannot send through {self._settings.host}:{self._settings.port}: {error}; check "
                "that the server runs and the smtp settings are right",
                permanent=False,
            ) from error
        return Receipt(letter.message_id(delivery, self._settings.sender))

    def _connect(self) -> smtplib.SMTP:
        chosen = self._settings
        server = smtplib.SMTP(chosen.host, chosen.port, timeout=chosen.timeout)
        try:
            if chosen.starttls:
                server.starttls(context=ssl.create_default_context())
            if chosen.username:
                self._log_in(server)
            server.ehlo_or_helo_if_needed()
        except BaseException:
            server.close()
            raise
        return server

    def _log_in(self, server: smtplib.SMTP) -> None:
        try:
            server.login(self._settings.username, self._settings.password)
        except smtplib.SMTPAuthenticationError as error:
            raise ChannelError(
                f"the server refuses our login ({error.smtp_code}): check smtp_username and "
                "smtp_password",
                permanent=False,
            ) from error

    def _address(self, server: smtplib.SMTP, recipient: str) -> None:
        code, answer = server.mail(parseaddr(self._settings.sender)[1])
        if code not in _ACCEPTED:
            raise _refused("our sender", code, answer, permanent=False)  # our fault, not hers
        code, answer = server.rcpt(recipient)
        if code not in _ACCEPTED:
            raise _refused("the recipient", code, answer, permanent=code >= _PERMANENT)

    def _hand_over(self, server: smtplib.SMTP, text: bytes) -> None:
        try:
            code, answer = server.data(text)
        except smtplib.SMTPDataError as error:
            code, answer = error.smtp_code, _bytes(error.smtp_error)
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            raise Uncertain(f"the connection broke while the letter was sent: {error}") from error
        if code not in _ACCEPTED:
            raise _refused("the letter", code, answer, permanent=code >= _PERMANENT)


def _refused(what: str, code: int, answer: bytes, *, permanent: bool) -> ChannelError:
    said = answer.decode("utf-8", "replace")
    return ChannelError(f"{what} was refused: {code} {said}", permanent=permanent)


def _bytes(answer: bytes | str) -> bytes:
    return answer if isinstance(answer, bytes) else answer.encode()


def _hang_up(server: smtplib.SMTP) -> None:
    """Say good-bye; what was accepted stays accepted, however the server takes it."""
    with suppress(smtplib.SMTPException, OSError):
        server.quit()
    server.close()
