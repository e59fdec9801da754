"""Who reads a template: the person that a preview is for, and twenty real people to look at."""

from collections.abc import Sequence
from dataclasses import dataclass

from pyroaring import BitMap

from coterie.journeys.model import Message, SegmentEntry
from coterie.storage.work import Work
from coterie.web.ports import Served
from coterie.web.speech import Speech

MANY = 20
"""How many real people a text is looked at on before it goes out (product, R-051)."""
_HITS = 8


@dataclass(frozen=True)
class Reader:
    """Somebody whom a preview is for; ``uid`` is what addresses call her, ``called`` she herself.

    ``called`` is her user id where she has one: what an operator knows her by.
    """

    profile: int
    uid: str
    name: str
    called: str


def whoever(work: Work, house: Served, speech: Speech, asked: str) -> Reader | None:
    """Find who is meant by an id, a user id, an address or a name; None for nobody."""
    profile = house.profiles.by_uid(work, asked) if asked else None
    if profile is None and asked:
        hits = house.profiles.directory.search(work, asked, 1)
        profile = hits[0].profile if hits else None
    return None if profile is None else readers(work, house, speech, [profile])[0]


def readers(work: Work, house: Served, speech: Speech, profiles: Sequence[int]) -> list[Reader]:
    """Return people by what the desk calls them."""
    addresses = house.profiles.uid(work, profiles)
    named = house.profiles.directory.names(work, profiles)
    ids = house.profiles.user_ids(work, profiles)
    return [
        Reader(
            profile,
            str(addresses.get(profile, "")),
            named.get(profile) or ids.get(profile) or speech.gettext("somebody without a name"),
            ids.get(profile) or str(addresses[profile]),
        )
        for profile in profiles
        if profile in addresses
    ]


def search(work: Work, house: Served, speech: Speech, asked: str) -> list[Reader]:
    """Return whom a few letters may mean, for the list under the field."""
    hits = house.profiles.directory.search(work, asked, _HITS) if asked else []
    return readers(work, house, speech, [hit.profile for hit in hits])


def twenty(work: Work, house: Served, template: str, turn: int = 0) -> list[int]:
    """Choose twenty real people, evenly among those whom the template may reach.

    Those are who stands in a segment by which a journey or a broadcast with it is entered, or is
    invited by; everybody where nothing uses it. The next ``turn`` gives twenty others.
    """
    may = _may_get_it(work, house, template) or house.profiles.everyone(work)
    step = max(1, len(may) // MANY)
    first = turn % step
    return [may[index] for index in range(first, len(may), step)][:MANY]


def _may_get_it(work: Work, house: Served, template: str) -> BitMap:
    found = BitMap()
    slugs: set[str] = set()
    for defined in house.journeys.all(work):
        nodes = defined.journey.nodes.values()
        entry = defined.journey.entry
        if isinstance(entry, SegmentEntry) and any(
            isinstance(node, Message) and node.template == template for node in nodes
        ):
            slugs.add(entry.segment)
    slugs |= {
        community.segment
        for community in house.communities.communities(work)
        if community.segment and community.terms and community.terms.template == template
    }
    slugs |= {
        one.plan.segment for one in house.campaigns.all(work) if one.plan.template == template
    }
    for slug in slugs:
        found |= BitMap(house.segments.members(work, slug))
    return found
