"""What comes back by mail: delivery status (RFC 3464) and abuse reports (RFC 5965). Pure.

Which letter is meant is told by the returned Message-ID, or by the return path that the report
was sent to. Addresses are not read: the letter's key is enough.
"""

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from email.policy import compat32

from coterie.channels.email.settings import KEY
from coterie.messaging.channel import Told
from coterie.messaging.retry import without_addresses

_DEAD = re.compile(r"5\.(?:0\.0|1\.\d{1,3}|2\.1|4\.4)")
"""Status codes which say that the address reaches nobody (RFC 3463); others pass, or are policy."""
_COMPLAINTS = {"abuse", "fraud", "not-spam", "opt-out", "opt-out-list", "other", "virus"}
_NO_COMPLAINT = {"not-spam"}
_REPORTED_TO = ("to", "delivered-to", "x-original-to", "envelope-to")
MAX_BYTES = 500_000


def read(mail: bytes, domain: str, return_path: str = "") -> list[Told]:
    """Say what a mail tells of letters of ours; nothing when it is no report.

    ``domain`` is that of our Message-IDs, ``return_path`` the setting with its ``{key}``.
    """
    if len(mail) > MAX_BYTES:
        return []
    report = message_from_bytes(mail, policy=compat32)
    key = _key_of(report, domain, return_path)
    if key is None:
        return []
    told = [*_bounces(report, key), *_complaints(report, key)]
    return list(dict.fromkeys(told))


def _bounces(report: Message, key: str) -> Iterator[Told]:
    for fields in _blocks(report, "message/delivery-status"):
        action = str(fields.get("Action", "")).strip().lower()
        status = str(fields.get("Status", "")).strip().split(" ")[0]
        said = without_addresses(" ".join(str(fields.get("Diagnostic-Code", "")).split()))
        if action in {"delivered", "relayed"}:
            yield Told("delivered", key, code=status)
        elif action == "failed":
            dead = _DEAD.fullmatch(status) is not None
            yield Told("bounced", key, permanent=dead, code=status, detail=said)


def _complaints(report: Message, key: str) -> Iterator[Told]:
    for fields in _blocks(report, "message/feedback-report"):
        kind = str(fields.get("Feedback-Type", "")).strip().lower()
        if kind in _COMPLAINTS - _NO_COMPLAINT:
            yield Told("complained", key, code=kind)


def _blocks(report: Message, kind: str) -> Iterator[Message]:
    """Yield the groups of fields in the parts of a kind."""
    for part in report.walk():
        if part.get_content_type() != kind:
            continue
        inside = part.get_payload()
        if isinstance(inside, list):
            yield from (block for block in inside if isinstance(block, Message))
        else:
            yield message_from_bytes(_bytes(part))


def _key_of(report: Message, domain: str, return_path: str) -> str | None:
    for headers in _returned(report):
        found = re.fullmatch(rf"<([\w.-]+)@{re.escape(domain)}>", headers.strip(), re.I | re.A)
        if found:
            return found[1]
    if KEY not in return_path:
        return None
    before, _, after = return_path.partition(KEY)
    shape = re.compile(rf"{re.escape(before)}([\w.-]+){re.escape(after)}", re.I | re.A)
    for name in _REPORTED_TO:
        for value in report.get_all(name, []):
            found = shape.search(str(value))
            if found:
                return found[1]
    return None


def _returned(report: Message) -> Iterator[str]:
    """Yield the Message-IDs of what came back, whole or its headers only."""
    for part in report.walk():
        if part is report:
            continue
        if part.get("Message-ID"):
            yield str(part["Message-ID"])
        elif part.get_content_type() == "text/rfc822-headers":
            headers = message_from_bytes(_bytes(part))
            yield str(headers.get("Message-ID", ""))


def _bytes(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""
