"""What the SMS channel must be told, read and checked once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from coterie.channels.http import read_secret
from coterie.core.errors import Invalid
from coterie.messaging.model import Post
from coterie.messaging.posting import check_post

LINK = "{link}"
_COUNTRY = re.compile(r"[1-9]\d{0,3}")
_SENDER = re.compile(r"[0-9A-Za-z+ ._一-鿿-]{0,20}")


@dataclass(frozen=True)
class SmsSettings:
    """One provider. ``country`` is the code of numbers written without one.

    ``opt_out`` is the line under every touch that is not service; ``{link}`` is her own page.
    """

    url: str
    secret: bytes = field(repr=False)
    sender: str = ""
    country: str = "86"
    opt_out: str = ""
    most_segments: int = 10
    private: bool = False
    timeout: float = 10.0
    at_once: int = 8


def read(settings: Mapping[str, Any]) -> SmsSettings | None:
    """Read the settings ``sms_*``; None when no provider is set, Invalid when one is wrong."""
    url = str(settings.get("sms_url") or "").strip()
    if not url:
        return None
    check_post(Post(url), "sms_url")
    secret = str((settings.get("secrets") or {}).get("sms") or "")
    country = str(settings.get("sms_country") or "86").lstrip("+")
    if not _COUNTRY.fullmatch(country):
        raise Invalid(f"{country!r} is no country code", path="sms_country", hint="such as 86")
    sender = str(settings.get("sms_sender") or "").strip()
    if not _SENDER.fullmatch(sender):
        raise Invalid(f"{sender!r} is no sender", path="sms_sender", hint="a number or a name")
    return SmsSettings(
        url=url,
        secret=read_secret(secret, "secrets.sms"),
        sender=sender,
        country=country,
        opt_out=str(settings.get("sms_opt_out") or ""),
        private=bool(settings.get("http_private")),
        timeout=float(settings.get("http_timeout") or 10),
        at_once=int(settings.get("http_connections") or 8),
    )
