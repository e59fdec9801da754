"""The numbers of Today, put together from the rooms that know them."""

from typing import Any

from coterie.analytics import store as analytics
from coterie.analytics.counts import SIMULATION, by_name, journey_counts, message_counts
from coterie.catalog.service import Catalog
from coterie.communities.model import Community, Funnel
from coterie.communities.service import Communities
from coterie.core.clock import format_time
from coterie.events.log import Log
from coterie.journeys.service import Journeys
from coterie.profiles.service import Profiles
from coterie.segments.definition import Definition
from coterie.segments.service import Segments
from coterie.storage.work import Work


def report(
    work: Work,
    log: Log,
    profiles: Profiles,
    catalog: Catalog,
    segments: Segments,
    communities: Communities,
    journeys: Journeys,
    *,
    stood_at: int | None,
    simulated: str,
) -> dict[str, Any]:
    """Return what ``coterie demo --once --json`` prints; ``stood_at`` is the road's moment."""
    did = analytics.behaviours(work, log)
    told = analytics.facts(work, log)
    return {
        "profiles": profiles.count(work),
        "events": sum(n for (source, _), n in did.items() if source != SIMULATION),
        "items": len(catalog.items(work)),
        "events_by_name": by_name(did),
        "segments": {one.slug: _of_segment(one) for one in segments.all(work)},
        "communities": {
            one.slug: _of_community(one, communities.funnel(work, one.slug))
            for one in communities.communities(work)
        },
        "journeys": {
            one.slug: journey_counts(told, one.slug, one.journey.title)
            for one in journeys.all(work)
        },
        "messages": message_counts(told),
        "simulated": simulated,
        "now": None if stood_at is None else format_time(stood_at),
    }


def _of_segment(one: Definition) -> dict[str, Any]:
    return {"title": {"en": one.title_en, "zh": one.title_zh}, "population": one.size}


def _of_community(one: Community, funnel: Funnel) -> dict[str, Any]:
    return {
        "title": dict(one.titles),
        "promise": dict(one.promises),
        "eligible": funnel.eligible,
        "invited": funnel.invited,
        "joined": funnel.joined,
        "declined": funnel.declined,
        "expired": funnel.expired,
        "held_out": funnel.held_out,
        "held": dict(funnel.held),
        "members": funnel.members,
    }
