"""Who asked for a message, in words and with the page where that is looked after."""

from collections.abc import Mapping
from dataclasses import dataclass

from coterie.storage.work import Work
from coterie.web.parts import Parts
from coterie.web.speech import N_, Speech

_KINDS = {
    "journey": (N_("Journey: %(name)s"), "/journeys/"),
    "community": (N_("Invitation to: %(name)s"), "/communities/"),
    "broadcast": (N_("Broadcast: %(name)s"), "/broadcasts/"),
    "activity": (N_("Activity: %(name)s"), "/activities/"),
}


@dataclass(frozen=True)
class Sender:
    """What to call an origin, and where it leads; no address where it is none of ours."""

    origin: str
    words: str
    address: str = ""


class Senders:
    """Names every origin in one language; looks the titles up once."""

    def __init__(self, here: Parts, work: Work, speech: Speech) -> None:
        house = here.house
        self._speech = speech
        self._titles: Mapping[tuple[str, str], object] = {
            **{
                ("journey", each.journey.slug): each.journey.title
                for each in house.journeys.all(work)
            },
            **{
                ("community", each.slug): each.titles
                for each in house.communities.communities(work)
            },
            **{("broadcast", each.id): each.plan.title for each in house.campaigns.all(work)},
            **{
                ("activity", each.slug): each.titles
                for each in (*house.activities.coming(work), *house.activities.past(work))
            },
        }

    def name(self, origin: str) -> Sender:
        """Name one origin, as messages carry it (``journey:win-back``)."""
        kind, _, slug = origin.partition(":")
        if kind not in _KINDS:
            return Sender(origin, origin)
        text, folder = _KINDS[kind]
        title = self._speech.title(self._titles.get((kind, slug))) or slug
        known = (kind, slug) in self._titles
        return Sender(
            origin, self._speech.gettext(text, name=title), folder + slug if known else ""
        )
