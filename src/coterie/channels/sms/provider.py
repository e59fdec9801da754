"""A provider as many are: JSON over HTTP, signed with a shared secret, answers by callback.

Requests: ``POST <sms_url>`` with ``{"id", "to", "text", "segments", "from"}``, signed as Standard
Webhooks are; the answer may say ``{"id": "theirs"}``. Callbacks, signed alike:
``{"type": "delivered" | "failed" | "reply", "id": <ours>, "from", "text", "code"}``.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from coterie.channels.http import Poster, check_signature, sign
from coterie.channels.sms.port import Text
from coterie.channels.sms.settings import SmsSettings
from coterie.core.clock import SECOND
from coterie.core.errors import Invalid
from coterie.messaging.channel import Raw, Told
from coterie.messaging.retry import without_addresses

DEAD = {"unknown_number", "landline", "unassigned"}
"""Codes of a failure which say that the number reaches nobody."""
STOPS = {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "T", "TD", "R", "退订", "拒收"}
"""What people answer who want no more."""


class SignedHttp:
    """Hands texts to a provider's URL, and reads its callbacks."""

    def __init__(self, poster: Poster, settings: SmsSettings) -> None:
        self._poster = poster
        self._settings = settings

    def send(self, text: Text) -> str:
        """Post one text; raises ChannelError."""
        body = msgspec.json.encode(
            {
                "id": text.key,
                "to": text.number,
                "text": text.text,
                "segments": text.segments,
                "from": self._settings.sender,
            }
        )
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": text.key,
            **sign(self._settings.secret, text.key, text.at // SECOND, body),
        }
        answer = self._poster.post(self._settings.url, body, headers, text.at)
        return _id_in(answer.body) or text.key

    def hear(self, raw: Raw) -> Sequence[Told]:
        """Read a callback; raises NotPermitted, or Invalid when it is not what was agreed."""
        check_signature(self._settings.secret, raw.headers, raw.body, raw.at)
        try:
            said = msgspec.json.decode(raw.body, type=dict[str, Any])
        except msgspec.DecodeError as error:
            raise Invalid("the callback is no JSON object") from error
        key, code = str(said.get("id") or ""), str(said.get("code") or "")
        match said.get("type"):
            case "delivered":
                return [Told("delivered", key)]
            case "failed":
                detail = without_addresses(str(said.get("text") or ""))
                return [Told("bounced", key, permanent=code in DEAD, code=code, detail=detail)]
            case "reply" if str(said.get("text") or "").strip().upper() in STOPS:
                return [Told("stopped", address=str(said.get("from") or ""))]
        return []

    def close(self) -> None:
        """Hang up."""
        self._poster.close()


def _id_in(body: bytes) -> str:
    try:
        said = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return ""
    given = said.get("id") if isinstance(said, dict) else None
    return str(given)[:200] if isinstance(given, str | int) else ""
