"""Tags in words: what they are called, who put them, what asks for them, and why not."""

from collections.abc import Mapping
from dataclasses import dataclass

from coterie.core.errors import CoterieError, Invalid
from coterie.profiles.tags.model import COMMUNITY, Dictionary
from coterie.storage.work import Work
from coterie.tagging.likeness import tags_in
from coterie.web.ports import Served
from coterie.web.speech import N_, Speech

_HAND = N_("by hand")
_SOURCES = {
    "communities": N_("by a community"),
    "journeys": N_("by a journey"),
    "tagging": _HAND,
}
_KINDS = {
    "person": N_("by hand: %(name)s"),
    "segment": N_("by the rule of %(name)s"),
    "journey": N_("by the journey %(name)s"),
    "model": N_("by the model %(name)s"),
    "import": N_("by the import %(name)s"),
    "key": N_("by the feed %(name)s"),
}
_FEED = N_("by the feed %(name)s")
_PLACES = {
    "name": N_("Use up to 64 lower-case letters, digits, - and _ for the name, such as red-wine."),
    "validity": N_("Write from 1 to 3,660 days, or nothing for no end."),
    "group": N_("There is no such group."),
    "slug": N_("Use up to 64 lower-case letters, digits, - and _ for the name, such as red-wine."),
    "segment": N_("There is no such segment."),
    "until": N_("Choose a day to come."),
}
_REFUSALS = {
    "tag_circle": N_("The segment asks for this tag itself, so the tag cannot follow it."),
    "tag_exists": N_("A tag of this name is in the dictionary already."),
    "tag_group_in_use": N_("The group still holds tags. Move them out first."),
    "tag_in_templates": N_(
        "A template says this tag in its text. Write the other name there first, then merge."
    ),
    "tag_merged": N_("This name means another tag by now. Take that merge back first."),
    "tag_not_for_rules": N_(
        "A tag that follows a segment can neither run out nor be in a group of which a person "
        "carries one at most."
    ),
    "tag_of_community": N_("This tag follows its community: let people join or leave there."),
    "tag_of_rule": N_("This tag follows a segment. Let it follow none first."),
    "tag_retired": N_("This tag is retired or means another. Choose one in use."),
}
_OTHERWISE = N_("That did not work: somebody may have changed it meanwhile. Look and try again.")
_TOO_LONG = N_("One of the texts is too long.")


@dataclass(frozen=True)
class Use:
    """One thing that asks for a tag: what it is, what it is called, where it is."""

    kind: str
    words: str
    address: str


class Naming:
    """What tags, rules and journeys are called, read once for a page."""

    def __init__(self, work: Work, house: Served, speech: Speech) -> None:
        self._speech = speech
        self.book: Dictionary = house.profiles.tags.dictionary(work)
        self.communities = {
            one.slug: speech.title(one.titles) for one in house.communities.communities(work)
        }
        self.journeys = {
            one.slug: speech.title(one.journey.title) or one.slug
            for one in house.journeys.all(work)
        }
        self.segments = {
            one.slug: speech.title({"en": one.title_en, "zh": one.title_zh}) or one.slug
            for one in house.segments.all(work)
        }

    def tag(self, name: str) -> str:
        """Name a tag by its title; one of participation by the community's."""
        if name.startswith(COMMUNITY):
            return self.communities.get(name.removeprefix(COMMUNITY), name)
        entry = self.book.tags.get(name)
        if entry is None:
            return name
        return self._speech.title({"en": entry.title_en, "zh": entry.title_zh}) or name

    def group(self, slug: str) -> str:
        """Name a group by its title."""
        group = self.book.groups[slug]
        return self._speech.title({"en": group.title_en, "zh": group.title_zh}) or slug

    def origin(self, source: str, by: str | None) -> str:
        """Say who put a tag on or took it off."""
        kind, _, name = (by or "").partition(":")
        if name and kind in _KINDS:
            called = {"segment": self.segments, "journey": self.journeys}.get(kind, {})
            return self._speech.gettext(_KINDS[kind], name=called.get(name, name))
        if source in _SOURCES:
            return self._speech.gettext(_SOURCES[source])
        return self._speech.gettext(_FEED, name=source)


def uses(work: Work, house: Served, naming: Naming) -> Mapping[str, list[Use]]:
    """Return what asks for each tag: segments, journeys, templates; tags by any of their names."""
    found: dict[str, list[Use]] = {}

    def note(name: str, use: Use) -> None:
        known = found.setdefault(naming.book.canonical(name), [])
        if use not in known:
            known.append(use)

    for name, slugs in house.tagging.segments_asking(work).items():
        for slug in slugs:
            note(name, Use("segment", naming.segments[slug], f"/segments/{slug}"))
    for defined in house.journeys.all(work):
        for name in sorted(tags_in(defined.source)):
            use = Use("journey", naming.journeys[defined.slug], f"/journeys/{defined.slug}")
            note(name, use)
    for name, templates in house.tagging.templates_saying(work).items():
        for template in templates:
            note(name, Use("template", template, f"/templates/{template}"))
    return found


def refusal(speech: Speech, error: CoterieError) -> str:
    """Say why an edit was not made, and what to do."""
    if error.code in _REFUSALS:
        return speech.gettext(_REFUSALS[error.code])
    if isinstance(error, Invalid):
        return speech.gettext(_PLACES.get(error.path, _TOO_LONG))
    return speech.gettext(_OTHERWISE)
