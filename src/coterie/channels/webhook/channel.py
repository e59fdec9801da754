"""Post to a program's URL, signed, with the message's key as the id that it is told apart by."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

from coterie.channels.http import Poster, read_secret, sign
from coterie.core.clock import SECOND, format_time
from coterie.core.errors import ChannelError
from coterie.messaging.model import Delivery, Post, Receipt

DEFAULT = "webhook"
"""The name of the secret that signs; ``webhook.<host>`` is taken before it."""


class WebhookChannel:
    """Standard Webhooks: the receiver knows by ``webhook-id`` what it was told before.

    410 and most other 4xx are for good; 429 and 5xx are tried again, after ``Retry-After``; 401
    and 403 too, since the secret is ours to put right.
    """

    name = "webhook"
    address_trait: str | None = None
    honours_keys = True
    for_people = False

    def __init__(
        self,
        secrets: Mapping[str, str],
        *,
        private: bool = False,
        timeout: float = 10.0,
        at_once: int = 8,
    ) -> None:
        self._secrets = secrets
        self._poster = Poster(private=private, timeout=timeout, at_once=at_once)
        self.at_once = at_once

    def deliver(self, delivery: Delivery) -> Receipt:
        """Post one message; raises ChannelError."""
        post = delivery.post
        if post is None:
            raise ChannelError("it says no URL: give the node one", permanent=True)
        body = payload(delivery, post)
        headers = {header: self._secret(name) for header, name in post.headers.items()}
        signed = sign(self._signing(post.url), delivery.key, delivery.at // SECOND, body)
        content = {"Content-Type": "application/json"}
        self._poster.post(post.url, body, {**headers, **content, **signed}, delivery.at)
        return Receipt(delivery.key, "delivered")

    def close(self) -> None:
        """Hang up."""
        self._poster.close()

    def _secret(self, name: str) -> str:
        try:
            return self._secrets[name]
        except KeyError:
            raise ChannelError(
                f"there is no secret {name!r}: put it into the setting secrets", permanent=False
            ) from None

    def _signing(self, url: str) -> bytes:
        own = f"{DEFAULT}.{urlsplit(url).hostname}"
        name = own if own in self._secrets else DEFAULT
        return read_secret(self._secrets[name], f"secrets.{name}")


def payload(delivery: Delivery, post: Post) -> bytes:
    """Write what is posted: the type, the time, and as data the JSON object that the text is.

    Any other text is sent as ``subject`` and ``text``. The same text gives the same bytes.
    """
    data: Any = {"subject": delivery.subject, "text": delivery.text}
    if delivery.text.lstrip().startswith("{"):
        try:
            data = msgspec.json.decode(delivery.text)
        except msgspec.DecodeError as error:
            raise ChannelError(
                "the template's text begins like JSON and is none", permanent=True
            ) from error
    said = {"type": post.type or "message", "timestamp": format_time(delivery.at), "data": data}
    return msgspec.json.encode(said)
