"""Send text messages: a number that can be called, a way out, and no more segments than allowed."""

import re
from collections.abc import Sequence

from coterie.channels.sms.port import Provider, Text
from coterie.channels.sms.segments import measure
from coterie.channels.sms.settings import LINK, SmsSettings
from coterie.core.errors import ChannelError
from coterie.messaging.channel import Raw, Told
from coterie.messaging.model import Delivery, Receipt

_SPACING = re.compile(r"[\s().-]")
_NUMBER = re.compile(r"\+[1-9]\d{6,14}")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")
_OPT_OUT = {"zh": "退订 {link}", "en": "Stop: {link}"}
_ANY = "退订/Stop {link}"


class SmsChannel:
    """Text messages through one provider, who honours the key."""

    name = "sms"
    address_trait: str | None = "phone"
    honours_keys = True

    def __init__(self, provider: Provider, settings: SmsSettings) -> None:
        self._provider = provider
        self._settings = settings
        self.at_once = settings.at_once

    def deliver(self, delivery: Delivery) -> Receipt:
        """Send one text; raises ChannelError. A subject is no part of a text message."""
        number = number_of(delivery.address or "", self._settings.country)
        text = self._written(delivery)
        size = measure(text)
        if size.segments > self._settings.most_segments:
            raise ChannelError(
                f"it takes {size.segments} segments: write less than "
                f"{self._settings.most_segments}",
                permanent=True,
            )
        taken = self._provider.send(Text(delivery.key, number, text, size.segments, delivery.at))
        return Receipt(taken)

    def hear(self, raw: Raw) -> Sequence[Told]:
        """Read what the provider tells later; raises NotPermitted."""
        return self._provider.hear(raw)

    def close(self) -> None:
        """Hang up."""
        self._provider.close()

    def _written(self, delivery: Delivery) -> str:
        text = _CONTROL.sub(" ", delivery.text.replace("\r\n", "\n")).strip()
        if not text:
            raise ChannelError("it says nothing", permanent=True)
        link = delivery.unsubscribe
        if not link or link in text:
            return text
        line = self._settings.opt_out or _OPT_OUT.get(delivery.language.partition("-")[0], _ANY)
        return f"{text}\n{line.replace(LINK, link)}"


def number_of(address: str, country: str) -> str:
    """Write a number with its country; raises a permanent ChannelError when it is none.

    >>> number_of("138 0013-8000", "86"), number_of("0044 20 7946 0958", "86")
    ('+8613800138000', '+442079460958')
    """
    digits = _SPACING.sub("", address)
    if digits.startswith("00"):
        digits = f"+{digits[2:]}"
    elif digits and not digits.startswith("+"):
        digits = f"+{country}{digits.lstrip('0')}"
    if not _NUMBER.fullmatch(digits):
        raise ChannelError("the profile's phone is no number that can be called", permanent=True)
    return digits
