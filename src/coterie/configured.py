"""What the settings say, in the words of the rooms: channels, the gate, members' addresses.

The addresses by which people reach their own pages carry a signed token each.
"""

from collections.abc import Callable
from datetime import time

from coterie.activities.base import Links as ActivityLinks
from coterie.activities.model import Activity
from coterie.codes.service import Codes
from coterie.core import plugins
from coterie.core.errors import Invalid
from coterie.messaging.channel import Channel, check_channel
from coterie.messaging.gate import GateSettings
from coterie.messaging.quiet import Window
from coterie.settings import Settings


def base_url(settings: Settings) -> str:
    """Return how a visitor reaches this house, without a slash at the end."""
    return settings.public_url.rstrip("/") or f"http://{settings.host}:{settings.port}"


def answer_links(settings: Settings, codes: Codes) -> Callable[[int, str, str], str]:
    """Return what makes the link by which somebody answers an invitation."""

    def link(profile: int, community: str, invitation: str) -> str:
        said = {"profile": profile, "community": community, "invitation": invitation}
        return f"{base_url(settings)}/i/{codes.sign('invitation', said)}"

    return link


def preference_links(settings: Settings, codes: Codes) -> Callable[[int, str, str], str]:
    """Return what makes the link to somebody's own page of consent."""

    def link(profile: int, purpose: str, channel: str) -> str:
        said = {"profile": profile, "purpose": purpose, "channel": channel}
        return f"{base_url(settings)}/u/{codes.sign('preferences', said)}"

    return link


def activity_links(settings: Settings, codes: Codes) -> ActivityLinks:
    """Return what makes the link by which somebody signs up for an activity."""

    def link(profile: int, activity: Activity) -> str:
        said = {"profile": profile, "activity": activity.slug}
        return f"{base_url(settings)}/e/{codes.sign('activity', said)}"

    return link


def load_channels(settings: Settings) -> dict[str, Channel]:
    """Load the installed channels that these settings configure."""
    given = settings.model_dump()
    built = {name: make(given) for name, make in plugins.load("coterie.channels").items()}
    return {name: check_channel(name, way) for name, way in built.items() if way is not None}


def gate_settings(settings: Settings) -> GateSettings:
    """Read what the gate keeps to; equal start and end switch the quiet hours off."""
    try:
        start, end = (
            time.fromisoformat(text) for text in (settings.quiet_start, settings.quiet_end)
        )
    except ValueError as error:
        raise Invalid(f"quiet hours: {error}", path="quiet_start", hint="write 22:00") from error
    return GateSettings(
        quiet=None if start == end else Window(start, end),
        per_day=settings.cap_day,
        per_week=settings.cap_week,
        holdout=settings.universal_holdout,
    )
