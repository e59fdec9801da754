"""Text messages to the identifying trait ``phone``, through a provider's signed HTTP door.

Built where ``sms_url`` is set and ``secrets`` has one named ``sms``. Another provider is another
``Provider``: see ``port``.
"""

from collections.abc import Mapping
from typing import Any

from coterie.channels.http import Poster
from coterie.channels.sms.channel import SmsChannel
from coterie.channels.sms.provider import SignedHttp
from coterie.channels.sms.settings import read


def build(settings: Mapping[str, Any]) -> SmsChannel | None:
    """Build the channel; None when no provider is set, Invalid when a setting is wrong."""
    sms = read(settings)
    if sms is None:
        return None
    poster = Poster(private=sms.private, timeout=sms.timeout, at_once=sms.at_once)
    return SmsChannel(SignedHttp(poster, sms), sms)
