"""Messages for programs: signed HTTP requests in the way of Standard Webhooks.

Built where the setting ``secrets`` has one named ``webhook``.
"""

from collections.abc import Mapping
from typing import Any

from coterie.channels.http import read_secret
from coterie.channels.webhook.channel import WebhookChannel


def build(settings: Mapping[str, Any]) -> WebhookChannel | None:
    """Build the channel; None when there is no secret to sign with, Invalid when it is wrong."""
    secrets = settings.get("secrets") or {}
    if not secrets.get("webhook"):
        return None
    for name, value in secrets.items():
        if name == "webhook" or name.startswith("webhook."):
            read_secret(value, f"secrets.{name}")
    return WebhookChannel(
        secrets,
        private=bool(settings.get("http_private")),
        timeout=float(settings.get("http_timeout") or 10),
        at_once=int(settings.get("http_connections") or 8),
    )
