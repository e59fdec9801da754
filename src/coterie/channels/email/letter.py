"""Write the letter: an RFC 5322 message that no value can smuggle a header into. Pure."""

import re
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from coterie.channels.email import pages
from coterie.core.clock import to_datetime
from coterie.core.errors import ChannelError, Invalid
from coterie.messaging.model import Delivery

_ADDRESS = re.compile(r"[^\x00-\x20\x7f@<>()\[\],;:\\\"]+@[^\x00-\x20\x7f@<>()\[\],;:\\\"]+")
_BREAK = re.compile(r"[\x00-\x1f\x7f]")
_FEET = {"zh": "退订或更改偏好：", "en": "Unsubscribe or change what you get:"}
_FOOT = "退订或更改偏好 · Unsubscribe or change what you get:"
_POLICY = SMTP.clone(cte_type="7bit")  # so that no server need know 8BITMIME


def check_address(text: str, path: str) -> None:
    """Raise Invalid unless the text is ``address`` or ``Name <address>``."""
    address = parseaddr(text)[1]
    if _BREAK.search(text) or not _ADDRESS.fullmatch(address) or not address.isascii():
        raise Invalid(
            f"{text!r} is no e-mail address", path=path, hint="write it like news@example.com"
        )


def recipient(delivery: Delivery) -> str:
    """Return the address of a delivery; raises a permanent ChannelError when it is none."""
    address = (delivery.address or "").strip()
    if not _ADDRESS.fullmatch(address):
        raise ChannelError("the profile's email is no e-mail address", permanent=True)
    local, _, domain = address.rpartition("@")
    try:
        host = domain.encode("idna").decode()
    except UnicodeError as error:
        raise ChannelError("the domain of the address is not valid", permanent=True) from error
    if not local.isascii():
        raise ChannelError(
            "addresses with other letters than ASCII cannot be reached", permanent=True
        )
    return f"{local}@{host}"


def write(delivery: Delivery, sender: str, *, html: bool = False) -> EmailMessage:
    """Write the letter of a delivery; with ``html``, the same words once more for who reads that.

    The Message-ID comes from the idempotency key, so that a letter sent twice is one letter to
    mail programs. Its link to unsubscribe works by one click over https (RFC 8058). Raises a
    permanent ChannelError when it cannot be written.
    """
    name, address = parseaddr(sender)
    letter = EmailMessage(policy=_POLICY)
    try:
        letter["From"] = Address(name, addr_spec=address)
        letter["To"] = Address(addr_spec=recipient(delivery))
        letter["Subject"] = delivery.subject
        letter["Date"] = format_datetime(to_datetime(delivery.at))
        letter["Message-ID"] = message_id(delivery, sender)
        if delivery.unsubscribe:
            letter["List-Unsubscribe"] = _link(delivery.unsubscribe)
            if delivery.unsubscribe.startswith("https://"):
                letter["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        letter.set_content(_with_link(delivery))
        if html:
            page = pages.write(delivery.text, delivery.language, *_foot(delivery))
            letter.add_alternative(page, subtype="html", charset="utf-8")
    except (ValueError, HeaderParseError) as error:
        raise ChannelError(f"the letter cannot be written: {error}", permanent=True) from error
    return letter


def message_id(delivery: Delivery, sender: str) -> str:
    """Name the letter: the same key, the same name."""
    domain = parseaddr(sender)[1].rpartition("@")[2]
    return f"<{delivery.key}@{domain}>"


def _with_link(delivery: Delivery) -> str:
    """Put the link to withdraw under a text that does not show it."""
    words, link = _foot(delivery)
    if not link:
        return delivery.text
    return f"{delivery.text.rstrip()}\n\n-- \n{words}\n{link}\n"


def _foot(delivery: Delivery) -> tuple[str, str]:
    """Return words and link of the foot, in her language where it is known; empty for none."""
    if not delivery.unsubscribe or delivery.unsubscribe in delivery.text:
        return "", ""
    return _FEET.get(delivery.language.partition("-")[0], _FOOT), delivery.unsubscribe


def _link(url: str) -> str:
    if _BREAK.search(url) or any(mark in url for mark in "<> ,"):
        raise ValueError("the unsubscribe link is not a URL")
    return f"<{url}>"
