"""What all verbs of the activities share: reading one, stating facts, telling people."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from coterie.activities import store
from coterie.activities.definition import parse
from coterie.activities.model import Activity, Registration
from coterie.activities.notices import Notice, language_of, said, variables
from coterie.activities.standing import begin
from coterie.activities.tickets import code_of
from coterie.catalog.service import Catalog
from coterie.codes.service import Codes
from coterie.core.errors import Conflict, NotFound
from coterie.core.event import Event
from coterie.core.facts import fact
from coterie.messaging.model import Request
from coterie.messaging.service import Messaging
from coterie.profiles.service import Profiles
from coterie.segments.service import Segments
from coterie.storage.work import Work

Links = Callable[[int, Activity], str]
"""Makes the address of the page on which a person registers for an activity."""

_TICKET = "check-in"


class Base:
    """The rooms that the activities call, and the small things that every verb does."""

    def __init__(
        self,
        profiles: Profiles,
        catalog: Catalog,
        segments: Segments,
        messaging: Messaging,
        codes: Codes,
        zone: ZoneInfo,
        links: Links,
    ) -> None:
        self._profiles = profiles
        self._catalog = catalog
        self._segments = segments
        self._messaging = messaging
        self._codes = codes
        self._zone = zone
        self._links = links

    # --- what there is to know

    def get(self, work: Work, slug: str) -> Activity:
        """Return one activity; raises NotFound."""
        row = store.activity(work, slug)
        if row is None:
            raise _none(slug)
        return self._read(work, [row])[0]

    def take(self, work: Work, slug: str) -> Activity:
        """Return one activity, held for as long as the work lasts; raises NotFound."""
        row = store.take(work, slug)
        if row is None:
            raise _none(slug)
        return self._read(work, [row])[0]

    def _read(self, work: Work, rows: Sequence[store.Kept]) -> list[Activity]:
        found = [replace(parse(row.definition, self._zone), standing=row.standing) for row in rows]
        topics = self._catalog.topics_of(work, [one.item for one in found])
        return [replace(one, topics=topics[one.item]) for one in found]

    def registration(self, work: Work, slug: str, profile: int) -> Registration | None:
        """Return how a person stands to an activity, None when she has nothing to do with it."""
        return next(iter(store.of_people(work, slug, [profile])), None)

    def ticket(self, one: Registration) -> str:
        """Return the code that lets a registered person in; the tables hold its digest only."""
        payload = {"registration": one.id, "attempt": one.attempt}
        return code_of(self._codes.sign(_TICKET, payload))

    # --- what verbs do

    def _rows_of(
        self, work: Work, activity: Activity, profiles: Collection[int], via: str
    ) -> list[Registration]:
        """Return people's rows, new ones for those who have none, in the order asked."""
        known = {one.profile: one for one in store.of_people(work, activity.slug, profiles)}
        return [
            known.get(profile) or begin(activity.slug, profile, work.now, via)
            for profile in dict.fromkeys(profiles)
        ]

    def _tell(
        self, work: Work, activity: Activity, people: Sequence[Registration], notice: Notice
    ) -> list[Event]:
        """Tell people what became of their registration, where the activity has words for it."""
        words = activity.words
        if words is None or not words.notice or not people:
            return []
        requests = [
            Request(
                profile=one.profile,
                channel=words.channel,
                template=words.notice,
                touch="service",
                key=f"activity:{one.id}:{one.attempt}:{notice}:{one.since}",
                origin=activity.item,
                node=notice,
                expires_at=max(activity.ends, work.now + 1),
                variables={**seen, "notice": said(notice, activity, language, self._zone)},
            )
            for one, language, seen in self._addressed(work, activity, people)
        ]
        return list(self._messaging.send(work, requests).facts)

    def _addressed(
        self, work: Work, activity: Activity, people: Sequence[Registration]
    ) -> Iterable[tuple[Registration, str, Mapping[str, Any]]]:
        known = self._profiles.known(work, [one.profile for one in people], fading=())
        for one in people:
            if one.profile in known:
                language = language_of(known[one.profile].traits)
                page = self._links(one.profile, activity)
                yield one, language, variables(activity, page, language, self._zone)


def about(name: str, activity: Activity, one: Registration, now: int, **more: Any) -> Event:
    """State what became of a person's registration, with the activity as what was touched."""
    told = {"activity": activity.slug, "form": activity.form, **more}
    if activity.level is not None:
        told["level"] = activity.level
    return fact(
        f"activity.{name}",
        room="activities",
        profile=one.profile,
        at=now,
        cause=(one.id, one.attempt, now),
        items=(activity.item,),
        **told,
    )


def tagging(one: Registration, tag: str, now: int, *, on: bool) -> Event:
    """State that she wears a tag from now on, or no longer."""
    name = "tagged" if on else "untagged"
    cause = (one.id, one.attempt, now, tag)
    return fact(name, room="activities", profile=one.profile, at=now, cause=cause, tag=tag)


def check_open(activity: Activity) -> None:
    """Raise Conflict unless an activity still takes place."""
    if activity.standing == "called_off":
        raise Conflict(f"{activity.slug!r} was called off", code="called_off")
    if activity.standing == "over":
        raise Conflict(f"{activity.slug!r} is over", code="over")


def _none(slug: str) -> NotFound:
    return NotFound(f"there is no activity {slug!r}: define it first")
