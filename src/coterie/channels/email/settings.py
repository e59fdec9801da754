"""What the e-mail channel must be told, read and checked once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from pathlib import Path
from typing import Any

from coterie.channels.email.letter import check_address
from coterie.channels.email.signing import Signer, read_signer
from coterie.core.errors import Invalid

_YES = {"1", "true", "yes", "on"}
_NO = {"0", "false", "no", "off"}
_DEFAULT_PORT = 587
KEY = "{key}"
"""In the return path: the message that a bounce comes back for."""


@dataclass(frozen=True)
class SmtpSettings:
    """One SMTP server. ``timeout`` is in seconds; ``sender`` may be ``Name <address>``.

    ``return_path`` is where bounces go, with ``{key}`` for the message's own; empty: the sender.
    ``connections`` are how many letters may be under way at once.
    """

    host: str
    sender: str
    port: int = _DEFAULT_PORT
    starttls: bool = True
    username: str = ""
    password: str = field(default="", repr=False)
    timeout: float = 30.0
    return_path: str = ""
    connections: int = 1
    html: bool = True
    signer: Signer | None = None
    callback_secret: str = field(default="", repr=False)

    def envelope(self, key: str) -> str:
        """Return the address that a letter's bounce goes to, empty for the sender's."""
        return self.return_path.replace(KEY, key)


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
        return_path=_return_path(str(settings.get("smtp_return_path") or "").strip()),
        connections=int(settings.get("smtp_connections") or 1),
        html=_switch(settings, "smtp_html", True),
        signer=_signer(settings),
        callback_secret=str((settings.get("secrets") or {}).get("email") or ""),
    )


def _return_path(address: str) -> str:
    if address:
        check_address(address.replace(KEY, "0"), "smtp_return_path")
    return address


def _signer(settings: Mapping[str, Any]) -> Signer | None:
    """Read the signer; the key is given as PEM, or as the path of a file that holds it."""
    given = str(settings.get("smtp_dkim_key") or "").strip()
    if not given:
        return None
    if not given.startswith("-----BEGIN"):
        try:
            given = Path(given).read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError) as error:
            raise Invalid(
                "the file of the key cannot be read", path="smtp_dkim_key", hint="look at the path"
            ) from error
    domain = str(settings.get("smtp_dkim_domain") or "").strip()
    if not domain:
        domain = parseaddr(str(settings.get("smtp_sender") or ""))[1].rpartition("@")[2]
    return read_signer(domain, str(settings.get("smtp_dkim_selector") or "").strip(), given)


def _port(text: Any) -> int:
    if not str(text).isdecimal() or not 0 < int(text) < 65_536:
        raise Invalid(f"{text!r} is no port", path="smtp_port", hint="587 is the usual one")
    return int(text)


def _switch(settings: Mapping[str, Any], name: str, default: bool) -> bool:
    text = str(settings.get(name, default)).lower()
    if text not in _YES | _NO:
        raise Invalid(f"{text!r} is neither yes nor no", path=name, hint="use true or false")
    return text in _YES
