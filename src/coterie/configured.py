"""What the settings say, in the words of the rooms: channels, the gate, members' addresses.

The addresses by which people reach their own pages carry a signed token each.
"""

from collections.abc import Callable, Set
from datetime import time
from zoneinfo import ZoneInfo

from coterie.actions import Coupon, Invite, Seat
from coterie.activities.base import Links as ActivityLinks
from coterie.activities.model import Activity
from coterie.activities.service import Activities
from coterie.campaigns.service import Campaigns
from coterie.catalog.service import Catalog
from coterie.codes.service import Codes
from coterie.communities.service import Communities
from coterie.core import plugins
from coterie.core.errors import Conflict, Invalid
from coterie.events.log import Log
from coterie.journeys.ports import Action, check_action
from coterie.journeys.service import Journeys
from coterie.messaging.caps import parse as parse_cap
from coterie.messaging.channel import Channel, check_channel
from coterie.messaging.gate import GateSettings
from coterie.messaging.languages import check_tag
from coterie.messaging.quiet import Window
from coterie.messaging.service import Messaging
from coterie.profiles.service import Profiles
from coterie.segments.service import Segments
from coterie.settings import Settings
from coterie.tagging.service import Tagging


def base_url(settings: Settings) -> str:
    """Return how a visitor reaches this house, without a slash at the end."""
    return settings.public_url.rstrip("/") or f"http://{settings.host}:{settings.port}"


def brand(settings: Settings) -> dict[str, str]:
    """Return what templates see under ``brand``; its language is spoken where hers is unknown."""
    return {"name": settings.brand, "language": check_tag(settings.language, "language")}


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


def poll_links(settings: Settings, codes: Codes) -> Callable[[int, str], str]:
    """Return what makes the link by which somebody answers a poll."""

    def link(profile: int, poll: str) -> str:
        said = {"profile": profile, "poll": poll}
        return f"{base_url(settings)}/q/{codes.sign('poll', said)}"

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
        caps=tuple(parse_cap(text) for text in settings.caps),
        interest=settings.interest_floor,
    )


def acting_rooms(
    settings: Settings,
    zone: ZoneInfo,
    profiles: Profiles,
    catalog: Catalog,
    codes: Codes,
    log: Log,
    segments: Segments,
    messaging: Messaging,
) -> tuple[Journeys, Communities, Campaigns, Activities, Tagging]:
    """Build the rooms that act on facts, in the order in which they hear them."""
    journeys = Journeys(segments, messaging, profiles, settings.holdout, zone)
    communities = Communities(
        segments,
        messaging,
        profiles,
        log,
        zone,
        default_holdout=settings.holdout,
        links=answer_links(settings, codes),
    )
    campaigns = Campaigns(segments, messaging, profiles, settings.holdout, settings.approval_above)
    activities = Activities(
        profiles,
        catalog,
        segments,
        messaging,
        codes,
        zone,
        links=activity_links(settings, codes),
    )
    ours = {one.name: one for one in (Invite(communities), Seat(activities))}
    journeys.register(ours | load_actions(settings, taken=ours.keys() | {Coupon.name}))
    tagging = Tagging(profiles, segments, messaging)
    return journeys, communities, campaigns, activities, tagging


def load_actions(settings: Settings, taken: Set[str]) -> dict[str, Action]:
    """Load the installed actions that these settings configure; none may take a name of ours."""
    given = settings.model_dump()
    built = {name: make(given) for name, make in plugins.load("coterie.actions").items()}
    for name in taken & built.keys():
        raise Conflict(f"an installed action is called {name!r}, as one of ours: uninstall it")
    return {name: check_action(name, one) for name, one in built.items() if one is not None}
