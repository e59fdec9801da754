"""E-mail by SMTP to the identifying trait ``email``; bounces and complaints come back by mail.

Built where ``smtp_host`` and ``smtp_sender`` are set.
"""

from collections.abc import Mapping
from typing import Any

from coterie.channels.email.channel import EmailChannel
from coterie.channels.email.settings import read


def build(settings: Mapping[str, Any]) -> EmailChannel | None:
    """Build the channel from the settings named ``smtp_*``; None when no server is set."""
    smtp = read(settings)
    return None if smtp is None else EmailChannel(smtp)
