"""What things are called on a page: journeys, communities, items, segments, topics."""

from collections.abc import Collection

from coterie.storage.work import Work
from coterie.web.console.journeys.words import REASONS
from coterie.web.ports import Served
from coterie.web.speech import Speech


class Titles:
    """What journeys, communities and items are called, read once for a page."""

    def __init__(self, work: Work, house: Served, speech: Speech) -> None:
        self._work = work
        self._house = house
        self._speech = speech
        self._tags = house.profiles.tags.dictionary(work).tags
        self.communities = {
            one.slug: speech.title(one.titles) for one in house.communities.communities(work)
        }
        self.journeys = {
            one.slug: speech.title(one.journey.title) or one.slug
            for one in house.journeys.all(work)
        }

    def items(self, keys: Collection[str]) -> dict[str, str]:
        """Return the titles of items; one without a title keeps its key."""
        if not keys:
            return {}
        return {
            one.key: one.title or one.key for one in self._house.catalog.items(self._work, keys)
        }

    def tag(self, tag: str) -> str:
        """Name a tag; one that a community's participants wear by the community's title."""
        kind, _, slug = tag.partition(":")
        if kind == "community":
            return self.communities.get(slug, tag)
        entry = self._tags.get(tag)
        if entry is None:
            return tag
        return self._speech.title({"en": entry.title_en, "zh": entry.title_zh}) or tag

    def word(self, group: str, code: str) -> str:
        """Return the word for a code."""
        return self._speech.word(group, code)

    def reason(self, event: str, code: str) -> str:
        """Say why something happened: why a run ended, or why a message did not go out."""
        if event.startswith("coterie.journey.") and code in REASONS:
            return self._speech.gettext(REASONS[code])
        return self._speech.word("reason", code)

    def origin(self, origin: str) -> tuple[str, str]:
        """Say who asked for a message, and where that is; a plain word leads nowhere."""
        kind, _, slug = origin.partition(":")
        if kind == "journey" and slug in self.journeys:
            return self.journeys[slug], f"/journeys/{slug}"
        if kind == "community" and slug in self.communities:
            return self.communities[slug], f"/communities/{slug}"
        if kind == "broadcast":
            return self._speech.gettext("a broadcast"), f"/broadcasts/{slug}"
        if kind == "activity":
            for one in self._house.activities.several(self._work, [slug]).values():
                return self._speech.title(one.titles), f"/activities/{slug}"
        return slug or origin, ""


def segment_titles(work: Work, house: Served, speech: Speech) -> dict[str, str]:
    """Return what segments are called, by slug."""
    return {
        one.slug: speech.title({"en": one.title_en, "zh": one.title_zh})
        for one in house.segments.all(work)
    }


def topic_titles(work: Work, house: Served, speech: Speech) -> dict[str, str]:
    """Return what topics are called, by path."""
    return {
        one.path: speech.title({"en": one.title_en, "zh": one.title_zh})
        for one in house.catalog.topics(work)
    }
