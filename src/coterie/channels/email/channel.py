"""Hand letters to an SMTP server (RFC 5321), and say exactly what its answers mean.

A 5xx answer to the recipient or the letter is permanent, a 4xx is not; a server that cannot be
reached, or that refuses our login or sender, is tried again: that is for us to put right. When
the connection breaks after the text was handed over, nobody knows.
"""

import hmac
from collections.abc import Sequence
from email.utils import parseaddr

from coterie.channels.email import answers, letter
from coterie.channels.email.settings import SmtpSettings
from coterie.channels.email.wire import Wire, domain_of
from coterie.core.errors import NotPermitted
from coterie.messaging.channel import Raw, Told
from coterie.messaging.model import Delivery, Receipt


class EmailChannel:
    """E-mail through one SMTP server, over connections that are kept from letter to letter.

    SMTP knows no idempotency key: after a crash a letter may be sent once more, under the same
    Message-ID.
    """

    name = "email"
    address_trait: str | None = "email"
    honours_keys = False

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings
        self._wire = Wire(settings)
        self.at_once = settings.connections

    def deliver(self, delivery: Delivery) -> Receipt:
        """Send one letter; raises ChannelError."""
        chosen = self._settings
        recipient = letter.recipient(delivery)
        text = letter.write(delivery, chosen.sender, html=chosen.html).as_bytes()
        if chosen.signer is not None:
            text = chosen.signer.sign(text, delivery.at)
        sender = chosen.envelope(delivery.key) or parseaddr(chosen.sender)[1]
        self._wire.send(sender, recipient, text)
        return Receipt(letter.message_id(delivery, chosen.sender))

    def hear(self, raw: Raw) -> Sequence[Told]:
        """Read a bounce or a complaint that came by HTTP; raises NotPermitted.

        The request carries the secret named ``email`` as ``Authorization: Bearer``.
        """
        secret = self._settings.callback_secret
        given = raw.headers.get("authorization", "")
        if not secret or not hmac.compare_digest(given.encode(), f"Bearer {secret}".encode()):
            raise NotPermitted("send the secret named email as Authorization: Bearer")
        return self.read_answer(raw.body)

    def read_answer(self, mail: bytes) -> list[Told]:
        """Read what a bounce or a complaint says of letters of ours; of others, nothing."""
        chosen = self._settings
        return answers.read(mail, domain_of(chosen.sender), chosen.return_path)

    def close(self) -> None:
        """Hang up."""
        self._wire.close()
