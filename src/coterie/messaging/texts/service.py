"""The verbs of the composer; a part of ``Messaging``."""

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from coterie.core.errors import Conflict, Invalid, NotFound
from coterie.messaging import templates
from coterie.messaging.audience import look_up
from coterie.messaging.channel import Channel
from coterie.messaging.languages import choose, languages_of, spoken, tag_of, wanted_of
from coterie.messaging.letters import Letter, Letters
from coterie.messaging.model import Content, Request, Template, Wording
from coterie.messaging.people import People
from coterie.messaging.rules import Rules
from coterie.messaging.texts.model import Filled
from coterie.messaging.texts.places import gaps
from coterie.messaging.texts.store import delete, is_waited_for
from coterie.messaging.versions import store as versions
from coterie.messaging.versions.model import TemplateVersion
from coterie.storage import audit
from coterie.storage.work import Work


class Texts:
    """Looks at a template before it is sent, and takes out what nothing uses any more."""

    profiles: People
    channels: Mapping[str, Channel]
    zone: ZoneInfo
    rules: Rules
    brand: Mapping[str, Any]
    letters: Letters

    @property
    def language(self) -> str:
        """The brand's language, which is spoken to whoever told none."""
        return tag_of(self.brand.get("language", ""))

    def try_out(
        self,
        work: Work,
        template: Template,
        profile: int,
        variables: Mapping[str, Any],
        channel: str = "",
    ) -> Content:
        """Fill a template in for a real person without keeping it; raises Invalid with the place.

        Says what ``send`` would write now, where the request gave these ``variables``.
        """
        templates.check(template)
        filled = self.fill_in(work, template, [profile], variables, channel)
        if not filled:
            raise NotFound("nobody is known by that number: choose another person")
        if filled[0].content is None:
            raise filled[0].fault or Invalid("it cannot be filled in")
        return filled[0].content

    def fill_in(
        self,
        work: Work,
        template: Template,
        profiles: Sequence[int],
        variables: Mapping[str, Any],
        channel: str = "",
        language: str = "",
    ) -> list[Filled]:
        """Fill a template in for several people, as ``try_out`` does for one.

        Whoever is not known is left out. ``language`` tries one of its languages out instead of
        the one that each person gets.
        """
        named = templates.traits_named(template)
        requests = [
            Request(profile, channel, template.name, "informational", f"try:{profile}", "try")
            for profile in profiles
        ]
        audience = look_up(
            work, self.profiles, self.channels, self.zone, requests, named, rules=self.rules
        )
        letters: list[Letter] = []
        told: list[tuple[str, str]] = []
        for request in requests:
            if request.profile in audience.known:
                traits = audience.traits(request.profile)
                chosen = language or self._choose(template, traits)
                letters.append(Letter(request, self.in_language(template, chosen), variables))
                told.append((chosen, next(iter(wanted_of(traits, "")), "")))
        written = self.letters.write(work, audience, letters)
        values = self.letters.seen(work, audience, letters)
        return [_filled(*each) for each in zip(letters, told, written, values, strict=True)]

    def _choose(self, template: Template, traits: Mapping[str, Any]) -> str:
        return choose(template, wanted_of(traits, self.language), self.language)

    def in_language(self, template: Template, language: str) -> Template:
        """Return a template with nothing but one of its wordings."""
        return spoken(template, (language,), self.language)

    def wordings(self, template: Template) -> dict[str, Wording]:
        """Return a template's wordings by language, the main one first."""
        return languages_of(template, self.language)

    def delete_template(self, work: Work, name: str) -> None:
        """Take a template out; raises Conflict while a message of it is still to be written.

        Whether a journey or a broadcast names it is for the caller to ask: they are above.
        """
        if name not in versions.templates(work, [name]):
            raise NotFound(f"there is no template {name!r}")
        if is_waited_for(work, name):
            raise Conflict(
                f"messages that use {name!r} are waiting to go out: wait for them, or withdraw them"
            )
        delete(work, name)
        audit.record(work, "delete_template", name)

    def template_changes(self, work: Work) -> dict[str, TemplateVersion]:
        """Return the newest version of every template, by name: when it changed, and by whom."""
        return versions.newest(work)


def _filled(
    letter: Letter, told: tuple[str, str], came: Content | Invalid, values: Mapping[str, Any]
) -> Filled:
    language, hers = told
    if isinstance(came, Invalid):
        return Filled(letter.profile, language, hers, fault=came)
    return Filled(letter.profile, language, hers, came, gaps=tuple(gaps(letter.template, values)))
