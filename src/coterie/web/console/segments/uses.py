"""What would notice if a segment went: segments, journeys, communities, broadcasts, tags, lists."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from coterie.journeys.model import segments_named
from coterie.storage.work import Work
from coterie.web.ports import Served

_COMING = ("draft", "waiting", "scheduled")
"""Broadcasts in these states still look for their people."""


@dataclass(frozen=True)
class Use:
    """One thing that asks for a segment, and its page."""

    kind: str
    address: str
    title: Mapping[str, str] | str


def times_used(house: Served, work: Work) -> Counter[str]:
    """Count, for all segments at once, what asks for each."""
    used = Counter({slug: len(users) for slug, users in house.segments.uses(work).items()})
    for journey in house.journeys.all(work):
        used.update(segments_named(journey.journey))
    used.update(one.plan.segment for one in house.campaigns.all(work, _COMING))
    used.update(one.segment for one in house.communities.communities(work) if one.segment)
    used.update(
        bound.segment for bound in house.tagging.bindings(work).values() if bound.segment
    )  # fmt: skip
    return used


def uses(house: Served, work: Work, slug: str) -> list[Use]:
    """Find what asks for one segment."""
    titles = {one.slug: one for one in house.segments.all(work)}
    found = [
        Use("segment", f"/segments/{other}", _titles(titles[other]))
        for other in house.segments.using(work, slug)
    ]
    found += [
        Use("journey", f"/journeys/{journey.slug}", journey.journey.title)
        for journey in house.journeys.using(work, slug)
    ]
    found += [
        Use("community", f"/communities/{community.slug}", dict(community.titles))
        for community in house.communities.using(work, slug)
    ]
    found += [
        Use("broadcast", f"/broadcasts/{one.id}", one.plan.title)
        for one in house.campaigns.all(work, _COMING)
        if one.plan.segment == slug
    ]
    tags = house.profiles.tags.dictionary(work).tags
    found += [
        Use(
            "tag", f"/tags/{quote(tag)}",
            {"en": tags[tag].title_en or tag, "zh": tags[tag].title_zh or tag},
        )
        for tag, binding in house.tagging.bindings(work).items()
        if binding.segment == slug
    ]  # fmt: skip
    return found


def _titles(one: Any) -> dict[str, str]:
    return {"en": one.title_en, "zh": one.title_zh}
