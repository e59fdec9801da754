"""What every page of a journey needs: its words, its addresses, the people on a page by name."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import Request

from coterie.accounts.model import ROLES, Account
from coterie.core.errors import Invalid, NotFound
from coterie.core.event import is_own
from coterie.journeys.crowd.model import Page
from coterie.journeys.drafts.model import Draft, Fault
from coterie.messaging.model import Template
from coterie.storage.work import Work
from coterie.web.console.journeys.forms import Known
from coterie.web.console.journeys.settings import DAY_WORDS
from coterie.web.console.journeys.words import Words
from coterie.web.parts import Parts
from coterie.web.speech import N_, Speech

BASE = "/journeys"

FIELDS = {
    "template": N_("the message is not chosen, or not for this channel"),
    "channel": N_("the channel is missing"),
    "touch": N_("the kind of touch is missing"),
    "expires": N_("the time until it is too late cannot be read"),
    "value": N_("the value is no number"),
    "until": N_("the time of day cannot be read"),
    "days": N_("the weekdays cannot be read"),
    "until_property": N_("the date to wait for is missing"),
    "offset": N_("how long before or after cannot be read"),
    "timeout": N_("how long to wait at most cannot be read"),
    "tag": N_("the tag is missing"),
    "trait": N_("the trait is missing, or one that no journey may set"),
    "event": N_("the event is missing, or a name that is not yours to use"),
    "properties": N_("the properties are no JSON object"),
    "entry": N_("who enters is not said, or names a segment that is not there"),
    "start": N_("the first step is not there"),
    "reentry": N_("entering again does not fit: a wait must lie on every way"),
    "layer": N_("the layer wants a name, and a range that ends after it begins"),
    "holdout": N_("the share held out is no percentage from 0 to 100"),
    "exit_when": N_("the condition that ends it early cannot be read"),
    "key": N_("the property that tells runs apart does not fit"),
    "node_map": N_("people would be put where there is no step"),
    "if": N_("the condition cannot be read, or names what is not there"),
    "when": N_("a condition cannot be read, or names what is not there"),
    "branches": N_("the shares do not add up to 100%, or a way leads nowhere"),
    "title": N_("the title is empty"),
    "then": N_("it leads nowhere, or in a circle without a wait"),
    "yes": N_("“yes” leads nowhere, or in a circle without a wait"),
    "no": N_("“no” leads nowhere, or in a circle without a wait"),
    "on_timeout": N_("after the time it leads nowhere, or in a circle without a wait"),
    "to": N_("it leads nowhere, or to nobody who may be given a task"),
    "schedule": N_("how often it looks cannot be read"),
    "for": N_("how long to wait cannot be read"),
    "list": N_("the list is not there"),
    "community": N_("the community is missing, or invites nobody"),
    "action": N_("what is done is missing, or not set up"),
    "arguments": N_("what the action is given does not fit"),
    "script": N_("what is to be done is not said"),
    "due": N_("the time to do it in cannot be read"),
    "url": N_("the address cannot be called"),
    "headers": N_("the headers are no JSON object of names of secrets"),
    "delivery": N_("how it is delivered cannot be read"),
    "relevance": N_("how much she must care for it cannot be read"),
}
"""By the first key of a fault's path that is among these: what is to be mended."""


@dataclass(frozen=True)
class View:
    """One request's look at the house: who asks, in which language."""

    request: Request
    here: Parts
    account: Account
    speech: Speech

    @classmethod
    def of(cls, request: Request, here: Parts, account: Account) -> "View":
        """Look at the house for one request."""
        return cls(request, here, account, here.pages.speech(request, account))

    def words(self, work: Work) -> Words:
        """Load what nodes are said with."""
        house = self.here.house
        subjects = {
            each.name: each.subject or each.name for each in house.messaging.templates(work)
        }
        return Words(self.speech, self.here.pages.zone, subjects, self.segments(work))

    def segments(self, work: Work) -> dict[str, str]:
        """Return the titles of all segments, by slug."""
        return {
            one.slug: self.speech.title({"en": one.title_en, "zh": one.title_zh}) or one.slug
            for one in self.here.house.segments.all(work)
        }

    def events(self, work: Work) -> dict[str, str]:
        """Return what people have done so far, by name, most often first; our own facts not."""
        counts = self.here.house.log.counts(work)
        names = sorted((name for name in counts if not is_own(name)), key=lambda n: -counts[n])
        return {name: self.speech.word("event", name) for name in ("*", *names)}

    def known(self, work: Work) -> Known:
        """Return what new nodes begin with."""
        messaging = self.here.house.messaging
        channel = next(iter(messaging.channels), "")
        fitting = (
            each.name for each in messaging.templates(work) if each.channel in (None, channel)
        )
        events = [name for name in self.events(work) if name not in ("*", "Consent Given")]
        offered = self.offered(work)
        return Known(
            segment=next(iter(self.segments(work)), ""),
            event=next(iter(events), "*"),
            channel=channel,
            template=next(fitting, ""),
            **{
                name: next((code for code, _ in offered[of]), "")
                for name, of in (
                    ("community", "communities"),
                    ("action", "actions"),
                    ("list_name", "lists"),
                )
            },
        )

    def offered(self, work: Work) -> dict[str, list[tuple[str, str]]]:
        """Return what forms offer besides segments, events and templates: (code, words)."""
        house, speech = self.here.house, self.speech
        lists = house.segments.lists(work)
        return {
            "communities": [
                (one.slug, speech.title(one.titles) or one.slug)
                for one in house.communities.communities(work)
                if one.terms is not None
            ],
            "actions": [(name, name) for name in house.journeys.actions if name != "invite"],
            "lists": [
                (one.name, speech.title({"en": one.title_en, "zh": one.title_zh}) or one.name)
                for one in lists
            ],
            "roles": [(role, speech.word("role", role)) for role in ROLES],
            "days": [(code, speech.gettext(word)) for code, word in DAY_WORDS],
        }

    def title(self, slug: str, definition: Any) -> str:
        """Return what a journey is called."""
        return self.speech.title(definition.get("title") or {}) or slug

    def people(self, work: Work, page: Page) -> dict[int, tuple[str, str]]:
        """Return name and address of those on a page, by profile."""
        profiles = {each.run.profile for each in page.people}
        names = self.here.house.profiles.user_ids(work, profiles)
        uids = self.here.house.profiles.uid(work, profiles)
        return {
            profile: (names.get(profile, uids[profile]), f"/people/{uids[profile]}")
            for profile in profiles & set(uids)
        }

    def bubble(self, work: Work, body: Any, profiles: Collection[int]) -> dict[str, Any] | None:
        """Show a message as one of these people would see it; with nobody there, as written."""
        messaging = self.here.house.messaging
        try:
            template = messaging.template(work, str(body.get("template", "")))
        except NotFound:
            return None
        for profile in profiles:
            try:
                said = messaging.try_out(work, template, profile, {"profile": {}, "event": {}})
            except (Invalid, NotFound):
                continue
            return {"subject": said.subject, "text": said.text, "sample": True}
        return _as_written(template)

    def faults(self, words: Words, draft: Draft, found: Collection[Fault]) -> list[dict[str, Any]]:
        """Say faults in words, each with where it is mended."""
        said = []
        for fault in found:
            keys = [part.partition("[")[0] for part in fault.path.split(".")]
            rest = keys[2:] if fault.node else keys
            text = next((FIELDS[key] for key in rest if key in FIELDS), N_("this does not fit"))
            if fault.node and not rest:
                text = N_("no way leads here: lead one to it, or take it out")
            step = words.step(draft.definition, fault.node) if fault.node else ""
            said.append(
                {
                    "step": step,
                    "text": self.speech.gettext(text),
                    "exact": f"{fault.path}: {fault.message}",
                    "address": edit_address(draft.slug, node=fault.node)
                    if fault.node
                    else edit_address(draft.slug, settings="1"),
                }
            )
        return said


def _as_written(template: Template) -> dict[str, Any]:
    return {"subject": template.subject, "text": template.text, "sample": False}


def address(slug: str, *parts: str, **query: str | None) -> str:
    """Return the address of a page of a journey; what is None is left out."""
    path = "/".join([BASE, quote(slug), *parts])
    asked = {name: value for name, value in query.items() if value is not None}
    return path + (f"?{urlencode(asked)}" if asked else "")


def edit_address(slug: str, **query: str | None) -> str:
    """Return the address of a journey's editor, at one place of it."""
    return address(slug, "edit", **query)
