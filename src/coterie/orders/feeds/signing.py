"""Whether a delivery is the sender's own: signatures of the two dialects. Pure.

``standard`` is Standard Webhooks (standardwebhooks.com): HMAC-SHA256 over
``{webhook-id}.{webhook-timestamp}.{body}``, base64, as ``v1,...`` in ``webhook-signature``, where
several may stand, parted by blanks. ``shopify`` is Shopify's: HMAC-SHA256 over the body, base64, in
``X-Shopify-Hmac-Sha256``; its moment and its id are not signed, so a repeat is told by the
delivery's id and by what the order has come to.
"""

import base64
import binascii
import hashlib
import hmac
import secrets

from coterie.core.clock import MINUTE, SECOND
from coterie.core.errors import Invalid, NotPermitted
from coterie.orders.feeds.model import Dialect, Received

WINDOW = 5 * MINUTE
"""How far a signed moment may be from now, both ways."""
PREFIX = "whsec_"
_LONGEST_ID = 255


def new_secret() -> str:
    """Make a secret for a sender, written as Standard Webhooks writes it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def key_of(secret: str) -> bytes:
    """Return the key behind a secret as it is shown; one without the mark is its own text."""
    if not secret.startswith(PREFIX):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Invalid(
            f"what follows {PREFIX} is not base64", path="secret", hint="copy it whole"
        ) from error


def sign(secret: str, delivery: str, moment: int, body: bytes) -> dict[str, str]:
    """Return the headers of a delivery in the dialect ``standard``; ``moment`` in ms UTC."""
    at = str(moment // SECOND)
    return {
        "webhook-id": delivery,
        "webhook-timestamp": at,
        "webhook-signature": f"v1,{_standard(key_of(secret), delivery, at, body)}",
    }


def sign_shopify(secret: str, delivery: str, topic: str, body: bytes) -> dict[str, str]:
    """Return the headers of a delivery as Shopify sends them."""
    return {
        "x-shopify-webhook-id": delivery,
        "x-shopify-topic": topic,
        "x-shopify-hmac-sha256": _mac(secret.encode(), body),
    }


def check(dialect: Dialect, secret: str, received: Received, now: int) -> tuple[str, int | None]:
    """Return a delivery's id and its signed moment; raises NotPermitted or Invalid.

    Codes: ``no_signature`` and ``wrong_signature`` (401), ``no_delivery`` and ``stale_delivery``.
    """
    if dialect == "shopify":
        return _check_shopify(secret, received), None
    return _check_standard(secret, received, now)


def _check_shopify(secret: str, received: Received) -> str:
    given = received.headers.get("x-shopify-hmac-sha256", "")
    if not given:
        raise _unsigned("X-Shopify-Hmac-Sha256")
    if not hmac.compare_digest(given.encode(), _mac(secret.encode(), received.body).encode()):
        raise _forged()
    return _delivery_id(received, "x-shopify-webhook-id")


def _check_standard(secret: str, received: Received, now: int) -> tuple[str, int]:
    headers = received.headers
    given, at = headers.get("webhook-signature", ""), headers.get("webhook-timestamp", "")
    if not given:
        raise _unsigned("webhook-signature")
    delivery = _delivery_id(received, "webhook-id")
    if not at.isascii() or not at.isdigit() or len(at) > 12:
        raise Invalid(
            "webhook-timestamp is no number of seconds since 1970",
            path="webhook-timestamp",
            code="stale_delivery",
        )
    right = f"v1,{_standard(key_of(secret), delivery, at, received.body)}".encode()
    if not any(hmac.compare_digest(one.encode(), right) for one in given.split()):
        raise _forged()
    moment = int(at) * SECOND
    if abs(now - moment) > WINDOW:
        raise Invalid(
            "the delivery was signed more than five minutes away from now",
            path="webhook-timestamp",
            hint="sign it when it is sent, by a clock that is right",
            code="stale_delivery",
        )
    return delivery, moment


def _delivery_id(received: Received, header: str) -> str:
    found = received.headers.get(header, "").strip()
    if not found or len(found) > _LONGEST_ID:
        raise Invalid(
            f"the header {header} is missing or too long",
            path=header,
            hint="give every delivery an id of its own, and a repeat the same",
            code="no_delivery",
        )
    return found


def _standard(key: bytes, delivery: str, at: str, body: bytes) -> str:
    return _mac(key, f"{delivery}.{at}.".encode() + body)


def _mac(key: bytes, content: bytes) -> str:
    return base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()


def _unsigned(header: str) -> NotPermitted:
    return NotPermitted(f"the delivery is not signed: {header} is missing", code="no_signature")


def _forged() -> NotPermitted:
    return NotPermitted(
        "the signature does not fit: sign the body as it is sent, with this feed's secret",
        code="wrong_signature",
    )
