"""The addresses by which people reach their own pages: each carries a signed token."""

from collections.abc import Callable

from coterie.activities.base import Links as ActivityLinks
from coterie.activities.model import Activity
from coterie.codes.service import Codes
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
