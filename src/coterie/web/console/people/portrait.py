"""Everything that a person's page shows besides her timeline, asked of the rooms at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from coterie.activities.model import Registration
from coterie.communities.model import Invitation, Participation
from coterie.journeys.model import Run
from coterie.messaging.model import Message
from coterie.orders.model import Order
from coterie.profiles.consents.model import Consent, ConsentFact
from coterie.profiles.directory.model import Card
from coterie.profiles.model import USER, Identity
from coterie.scores.model import Activity, Interest
from coterie.segments.definition import Change
from coterie.storage.work import Work
from coterie.web.console.journeys.words import Words
from coterie.web.console.people.masks import masked
from coterie.web.console.people.reach import Reach, reach
from coterie.web.console.people.titles import Titles, segment_titles, topic_titles
from coterie.web.console.values.person import Worthy, worthy
from coterie.web.ports import Served
from coterie.web.speech import Speech

_INTERESTS = 8
_MESSAGES = 8
_MOVES = 12
_ORDERS = 8
_ACTIVITIES = 8


@dataclass(frozen=True)
class Known:
    """One identity, or one identifying trait: masked unless it was asked to be shown."""

    kind: str
    value: str
    first_seen: int | None = None
    last_seen: int | None = None


@dataclass(frozen=True)
class Trip:
    """One way of hers through a journey: the step where she stands, or why it ended, in words."""

    run: Run
    step: str
    reason: str


@dataclass(frozen=True)
class Portrait:
    """One person as her page shows her. Titles are in the language of the page."""

    card: Card
    titles: Titles
    reach: Reach
    identities: tuple[Known, ...]
    traits: Mapping[str, Any]
    is_masked: bool
    consents: tuple[Consent, ...]
    words: tuple[ConsentFact, ...]
    orders: tuple[Order, ...]
    activities: tuple[tuple[Registration, str], ...]
    activity: Activity
    interests: tuple[Interest, ...]
    interest_count: int
    topics: Mapping[str, str]
    items: Mapping[str, str]
    segments: Mapping[str, str]
    inside: frozenset[str]
    moves: tuple[Change, ...]
    parts: tuple[Participation, ...]
    invitations: tuple[Invitation, ...]
    trips: tuple[Trip, ...]
    messages: tuple[Message, ...]
    message_count: int
    worth: Worthy

    @property
    def shadows(self) -> list[Run]:
        """Return the runs in which she is left out on purpose, for comparison."""
        return [trip.run for trip in self.trips if trip.run.shadow]


def paint(
    work: Work, house: Served, card: Card, speech: Speech, *, shown: bool = False
) -> Portrait:
    """Ask every room about one person."""
    profile = card.profile
    messages = house.messaging.of_person(work, profile)
    interests = house.scores.interests(work, profile)
    told = tuple(interests[:_INTERESTS])
    titles = Titles(work, house, speech)
    known = _identifying(work, house, profile, shown)
    segments = segment_titles(work, house, speech)
    return Portrait(
        card=card,
        titles=titles,
        reach=reach(work, house, profile, messages),
        identities=tuple(known),
        traits=card.traits,
        is_masked=not shown and any(one.kind != USER for one in known),
        consents=tuple(house.profiles.consents(work, profile)),
        words=tuple(house.profiles.consent_words(work, profile)),
        orders=tuple(house.commerce.orders.of_profile(work, profile, _ORDERS)),
        activities=_activities(work, house, profile, speech),
        activity=house.scores.activity(work, profile),
        interests=told,
        interest_count=len(interests),
        topics=topic_titles(work, house, speech),
        items=titles.items({each.item for one in told for each in one.evidence[:_EVIDENCE]}),
        segments=segments,
        inside=frozenset(house.segments.memberships(work, [profile])[profile]),
        moves=tuple(house.segments.changes(work, profile)[::-1][:_MOVES]),
        parts=tuple(house.communities.of_person(work, profile)),
        invitations=tuple(house.communities.invitations(work, profile=profile)[::-1]),
        trips=_trips(work, house, profile, segments, speech),
        messages=tuple(sorted(messages, key=lambda one: one.at, reverse=True)[:_MESSAGES]),
        message_count=len(messages),
        worth=worthy(work, house, profile, speech),
    )


_EVIDENCE = 6


def _activities(
    work: Work, house: Served, profile: int, speech: Speech
) -> tuple[tuple[Registration, str], ...]:
    """List her registrations, each with the activity's title."""
    found = house.activities.of_person(work, profile)[:_ACTIVITIES]
    known = house.activities.several(work, {one.activity for one in found})
    return tuple((one, speech.title(known[one.activity].titles)) for one in found)


def _identifying(work: Work, house: Served, profile: int, shown: bool) -> list[Known]:
    """List her identities, then her identifying traits that are no identity of hers."""

    def said(kind: str, value: Any) -> str:
        return str(value) if shown else masked(kind, value)

    found = [_identity(one, said(one.kind, one.value)) for one in
             house.profiles.identities_of(work, profile)]  # fmt: skip
    kinds = {one.kind for one in found}
    revealed = house.profiles.reveal_all(work, [profile], sorted(house.profiles.identifying))
    traits = revealed.get(profile, {})
    told = sorted((name, value) for name, value in traits.items() if name not in kinds)
    return found + [Known(name, said(name, value)) for name, value in told]


def _identity(one: Identity, value: str) -> Known:
    return Known(one.kind, value, one.first_seen, one.last_seen)


def _trips(
    work: Work, house: Served, profile: int, segments: Mapping[str, str], speech: Speech
) -> tuple[Trip, ...]:
    """Tell her ways through journeys, the newest first."""
    defined = {one.slug: one for one in house.journeys.all(work)}
    subjects = {one.name: one.subject or one.name for one in house.messaging.templates(work)}
    words = Words(speech, speech.zone, subjects, segments)
    return tuple(
        Trip(
            run=run,
            step=words.step(defined[run.journey].source, run.node),
            reason="" if run.reason is None else words.reason(run.reason),
        )
        for run in house.journeys.of_person(work, profile)
    )
