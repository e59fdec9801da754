"""What the e-mail channel must be told, read and checked once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from coterie.channels.email.letter import check_address
from coterie.core.errors import Invalid

_YES = {"1", "true", "yes", "on"}
_NO = {"0", "false", "no", "off"}
_DEFAULT_PORT = 587


@dataclass(frozen=True)
class SmtpSettings:
    """One SMTP server. ``timeout`` is in seconds; ``sender`` may be ``Name <address>``."""

    host: str
    sender: str
    port: int = _DEFAULT_PORT
    starttls: bool = True
    username: str = ""
    password: str = field(default="", repr=False)
    timeout: float = 30.0


def read(settings: Mapping[str, Any]) -> SmtpSettings | None:
    """Read the settings ``smtp_*``; None when no host is set, Invalid when one is wrong."""
    host = str(settings.get("smtp_host") or "").strip()
    if not host:
        return None
    sender = str(settings.get("smtp_sender") or "").strip()
    check_address(sender, "smtp_sender")
    return SmtpSettings(
        host=host,
        sender=sender,
        port=_port(settings.get("smtp_port", _DEFAULT_PORT)),
        starttls=_switch(settings, "smtp_starttls", True),
        username=str(settings.get("smtp_username") or ""),
        password=str(settings.get("smtp_password") or ""),
    )


def _port(text: Any) -> int:
    if not str(text).isdecimal() or not 0 < int(text) < 65_536:
        raise Invalid(f"{text!r} is no port", path="smtp_port", hint="587 is the usual one")
    return int(text)


def _switch(settings: Mapping[str, Any], name: str, default: bool) -> bool:
    text = str(settings.get(name, default)).lower()
    if text not in _YES | _NO:
        raise Invalid(f"{text!r} is neither yes nor no", path=name, hint="use true or false")
    return text in _YES
