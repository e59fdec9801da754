"""The face of the communities: define, invite, answer, join, leave, and tell who takes part."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pyroaring import BitMap

from coterie.communities import store
from coterie.communities.definition import parse
from coterie.communities.growth.service import Growth
from coterie.communities.invitation import (
    accept,
    cool_down,
    decline,
    expire,
    hold,
    settle,
)
from coterie.communities.inviting import Inviter, Links, invitation_fact
from coterie.communities.keeping.service import Keeping
from coterie.communities.model import Community, Funnel, Invitation, Overlap, Participation
from coterie.core.errors import Conflict, Invalid, NotFound
from coterie.core.event import CONSENT_GIVEN, Event, Move
from coterie.core.facts import fact
from coterie.events.log import Log
from coterie.messaging.model import Reason
from coterie.messaging.plays import refusals
from coterie.messaging.service import Messaging
from coterie.profiles.service import Profiles
from coterie.segments.service import Segments
from coterie.storage import audit
from coterie.storage.work import Work

Answer = Literal["accepted", "declined"]

_ANSWERS: dict[str, Answer] = {
    "coterie.community.accepted": "accepted",
    "coterie.community.declined": "declined",
}
_STOPPED = ("coterie.message.held", "coterie.message.failed")


class Communities(Growth, Keeping):
    """Communities, their participants and invitations; a listener on the road.

    ``links`` makes the address of an invitation's page; the page asks, and answers by a button,
    so that a preview fetcher answers nothing. ``default_holdout`` is a percentage.
    """

    name = "communities"

    def __init__(
        self,
        segments: Segments,
        messaging: Messaging,
        profiles: Profiles,
        log: Log,
        zone: ZoneInfo,
        links: Links,
        default_holdout: int = 10,
    ) -> None:
        self._segments = segments
        self._messaging = messaging
        self._log = log
        self._zone = zone
        self._inviter = Inviter(messaging, profiles, zone, links, default_holdout)
        messaging.mixing.circles = self.circles

    def circles(self, work: Work) -> dict[str, str]:
        """Return the kind of every community by the tag that its participants wear."""
        found = (parse(definition) for definition in store.definitions(work))
        return {community.tag: community.kind for community in found}

    # --- what an operator does

    def define(self, work: Work, definition: dict[str, Any]) -> list[Event]:
        """Found a community, or change one of the same slug; return the facts.

        Invites those who are eligible at present, unless ``present`` is false. Raises Invalid
        with the path of the fault; then nothing is written.
        """
        return self.revise(work, definition, invite=parse(definition).present)

    def revise(self, work: Work, definition: dict[str, Any], *, invite: bool) -> list[Event]:
        """Put a definition in force as a new version; return the facts.

        With ``invite``, those who are eligible at present are invited whatever the definition
        says of them. Raises Invalid with the path of the fault; then nothing is written.
        """
        community = self.check(work, definition)
        version = store.keep_definition(work, community.slug, definition)
        if version is not None:
            audit.record(work, "community.defined", community.slug, version=version)
        if not invite:
            return []
        return self._inviter.invite(work, community, self._meeting(work, community))

    def check(self, work: Work, definition: object) -> Community:
        """Read a definition, and check what it refers to; raises Invalid."""
        community = parse(definition)
        if community.segment is None or community.terms is None:
            return community
        try:
            self._segments.get(work, community.segment)
        except NotFound as error:
            raise Invalid(error.message, path="segment") from error
        try:
            template = self._messaging.template(work, community.terms.template)
        except NotFound as error:
            raise Invalid(error.message, path="invitation.template") from error
        if template.channel not in (None, community.terms.channel):
            raise Invalid(
                f"template {template.name!r} is for {template.channel}, "
                f"the invitation goes by {community.terms.channel}",
                path="invitation.template",
                hint="use a template of this channel, or one of any",
            )
        if community.terms.touch == "emotional":
            for refusal in refusals(template, "invitation.template"):
                raise refusal
        return community

    def invite(self, work: Work, slug: str, profiles: Collection[int]) -> list[Event]:
        """Invite people who were chosen elsewhere (by a journey), whatever the rule; the facts.

        What the gate held is tried again only while the rule has them. Raises NotFound.
        """
        return self._inviter.invite(work, self.get(work, slug), profiles)

    def join(self, work: Work, slug: str, profiles: Collection[int], via: str) -> list[Event]:
        """Let people take part who came by themselves (a code, the console); return the facts."""
        community = self.get(work, slug)
        latest = store.newest_of(work, slug, profiles)
        facts = self._begin(work, community, profiles, via)
        settled = [settle(one, work.now) for one in latest.values()]
        store.keep_invitations(work, [one for one in settled if one is not None])
        return facts

    def leave(
        self, work: Work, slug: str, profiles: Collection[int], reason: str | None = None
    ) -> list[Event]:
        """End people's part in a community; who takes no part stays as she is.

        Those who are eligible still are invited anew after the cool-down.
        """
        community = self.get(work, slug)
        leaving = sorted(store.members_among(work, slug, profiles))
        store.end_parts(work, slug, leaving, reason)
        if community.terms is not None:
            latest = store.newest_of(work, slug, leaving).values()
            cooling = [cool_down(one, community.terms, work.now) for one in latest]
            store.keep_invitations(work, [one for one in cooling if one is not None])
        return [
            event
            for profile in leaving
            for event in (
                _fact("community.left", profile, work.now, slug, community=slug, reason=reason),
                _fact("untagged", profile, work.now, slug, tag=community.tag),
            )
        ]

    # --- what an invited person does

    def accept(self, work: Work, slug: str, profile: int) -> list[Event]:
        """She says yes; return the facts. Saying it twice changes nothing.

        Raises Conflict when there is no offer to accept, NotFound without the community.
        """
        return self._answer(work, slug, profile, "accepted")

    def decline(self, work: Work, slug: str, profile: int) -> list[Event]:
        """She says no; return the facts. Saying it twice changes nothing.

        Raises Conflict when there is no offer to decline, NotFound without the community.
        """
        return self._answer(work, slug, profile, "declined")

    def _answer(self, work: Work, slug: str, profile: int, answer: Answer) -> list[Event]:
        community = self.get(work, slug)
        latest = store.newest_of(work, slug, [profile]).get(profile)
        if latest is not None and latest.state == answer and self._stands(work, latest):
            return []
        answered = self._take(work, community, [profile], answer)
        if not answered:
            raise Conflict(_why_not(slug, latest), code="no_open_offer")
        said = [invitation_fact(answer, one, work.now) for one in answered]
        return said + self._follow(work, community, answered)

    def _stands(self, work: Work, answered: Invitation) -> bool:
        """A yes stands while she takes part: once she left, the old page lets nobody in."""
        if answered.state != "accepted":
            return True
        return bool(store.members_among(work, answered.community, [answered.profile]))

    # --- the road

    def hear(self, work: Work, events: Sequence[Event], moves: Sequence[Move]) -> list[Event]:
        """Act on answers, on messages that did not go out, on consent, and on who is eligible."""
        facts = self._hear_answers(work, events)
        self._hear_stopped(work, events)
        facts += self._hear_consent(work, events)
        entered: defaultdict[str, dict[int, bool]] = defaultdict(dict)
        for move in moves:
            if not move.backfill:
                entered[move.segment][move.profile] = move.entered  # the last one stands
        if not entered:
            return facts
        for community in self.communities(work):
            moved = entered.get(community.segment or "", {})
            inside = [profile for profile, is_in in moved.items() if is_in]
            facts += self._inviter.invite(work, community, inside)
        return facts

    def wake(self, work: Work) -> list[Event]:
        """Let offers expire, ask again after a cool-down, try again what was held."""
        due: defaultdict[str, list[Invitation]] = defaultdict(list)
        for invitation in store.due(work):
            due[invitation.community].append(invitation)
        facts: list[Event] = []
        for slug, invitations in due.items():
            facts += self._wake(work, self.get(work, slug), invitations)
        return facts

    def next_due(self, work: Work) -> int | None:
        """Return the earliest moment at which ``wake`` has work, or None."""
        return store.next_due(work)

    def _wake(
        self, work: Work, community: Community, invitations: Sequence[Invitation]
    ) -> list[Event]:
        expired = []
        if community.terms is not None:
            terms = community.terms
            outcomes = [expire(one, terms, work.now) for one in invitations]
            expired = [one for one in outcomes if one is not None]
        again = {one.profile for one in invitations} - {one.profile for one in expired}
        store.forget_due(work, [one.id for one in invitations])
        store.keep_invitations(work, expired)
        facts = [invitation_fact("expired", one, work.now) for one in expired]
        eligible = self._meeting(work, community) & BitMap(again)
        return facts + self._inviter.invite(work, community, eligible)

    def _hear_answers(self, work: Work, events: Sequence[Event]) -> list[Event]:
        """Take in answers stated as facts elsewhere; our own come back and change nothing."""
        answers: defaultdict[tuple[str, Answer], list[int]] = defaultdict(list)
        for event in events:
            if event.name in _ANSWERS:
                slug = str(event.properties.get("community", ""))
                answers[slug, _ANSWERS[event.name]].append(event.profile)
        facts: list[Event] = []
        for (slug, answer), profiles in answers.items():
            for community in _read(store.definitions(work, slug)):
                answered = self._take(work, community, profiles, answer)
                facts += self._follow(work, community, answered)
        return facts

    def _hear_stopped(self, work: Work, events: Sequence[Event]) -> None:
        """An offer whose message was held or failed on its way out never reached her."""
        reasons = {
            str(event.properties["message"]): str(event.properties.get("reason") or "")
            for event in events
            if event.name in _STOPPED and "message" in event.properties
        }
        held = [
            hold(one, reasons[one.message], work.now, self._zone)
            for one in store.by_message(work, reasons)
            if one.message is not None
        ]
        store.keep_invitations(work, [one for one in held if one is not None])

    def _hear_consent(self, work: Work, events: Sequence[Event]) -> list[Event]:
        """Invite those whose consent was all that was missing."""
        given = {e.profile for e in events if e.name == CONSENT_GIVEN and not e.backfill}
        waiting: defaultdict[str, set[int]] = defaultdict(set)
        for invitation in store.held_for(work, Reason.NO_CONSENT, given):
            waiting[invitation.community].add(invitation.profile)
        facts: list[Event] = []
        for slug, profiles in waiting.items():
            community = self.get(work, slug)
            eligible = self._meeting(work, community) & BitMap(profiles)
            facts += self._inviter.invite(work, community, eligible)
        return facts

    # --- what the verbs share

    def _take(
        self, work: Work, community: Community, profiles: Collection[int], answer: Answer
    ) -> list[Invitation]:
        """Move people's newest invitations on by their answer; return those that moved."""
        latest = store.newest_of(work, community.slug, profiles).values()
        moved = [
            accept(one, work.now)
            if answer == "accepted"
            else decline(one, community.terms, work.now)
            for one in latest
        ]
        kept = [one for one in moved if one is not None]
        store.keep_invitations(work, kept)
        return kept

    def _follow(
        self, work: Work, community: Community, answered: Sequence[Invitation]
    ) -> list[Event]:
        joining = [one.profile for one in answered if one.state == "accepted"]
        return self._begin(work, community, joining, "invitation")

    def _begin(
        self, work: Work, community: Community, profiles: Collection[int], via: str
    ) -> list[Event]:
        there = store.members_among(work, community.slug, profiles)
        joining = sorted(set(profiles) - there)
        store.begin_parts(work, community.slug, joining, via)
        slug = community.slug
        return [
            event
            for profile in joining
            for event in (
                _fact("community.joined", profile, work.now, slug, community=slug, via=via),
                _fact("tagged", profile, work.now, slug, tag=community.tag),
            )
        ]

    # --- what there is to know

    def get(self, work: Work, slug: str) -> Community:
        """Return one community; raises NotFound."""
        for community in _read(store.definitions(work, slug)):
            return community
        raise NotFound(f"there is no community {slug!r}: define it first")

    def source(self, work: Work, slug: str) -> dict[str, Any] | None:
        """Return a community's definition as it was written, None when there is none."""
        return next(iter(store.definitions(work, slug)), None)

    def communities(self, work: Work) -> list[Community]:
        """Return every community in order of slug."""
        return _read(store.definitions(work))

    def members(self, work: Work, slug: str, as_of: int | None = None) -> BitMap:
        """Return who takes part now, or took part at a moment (ms UTC); raises NotFound."""
        self.get(work, slug)
        return BitMap(store.members(work, slug, as_of))

    def participations(self, work: Work, slug: str) -> list[Participation]:
        """Return every interval of a community, in order of joining."""
        return store.parts(work, slug=slug)

    def of_person(self, work: Work, profile: int) -> list[Participation]:
        """Return every interval of a person, in order of joining."""
        return store.parts(work, profile=profile)

    def invitations(
        self, work: Work, *, slug: str | None = None, profile: int | None = None
    ) -> list[Invitation]:
        """Return the invitations of a community, of a person, or of both."""
        return store.invitations(work, slug=slug, profile=profile)

    def funnel(self, work: Work, slug: str) -> Funnel:
        """Count how many people stand where on the way in; raises NotFound."""
        community = self.get(work, slug)
        states: Counter[str] = Counter()
        held: Counter[str] = Counter()
        for state, reason, people in store.standing(work, slug):
            states[state] += people
            if state == "held":
                held[reason or "unknown"] += people
        return Funnel(
            eligible=len(self._meeting(work, community)),
            invited=store.ever_offered(work, slug),
            waiting=states["offered"],
            joined=store.ever_joined(work, slug),
            declined=states["declined"],
            expired=states["expired"],
            held=dict(held),
            held_out=states["held_out"],
            members=len(store.members(work, slug, None)),
        )

    def overlaps(self, work: Work, as_of: int | None = None) -> list[Overlap]:
        """Count the people in each two communities at once, now or at a moment."""
        return store.overlaps(work, as_of)


def _read(definitions: Iterable[dict[str, Any]]) -> list[Community]:
    return [parse(definition) for definition in definitions]


def _fact(name: str, profile: int, now: int, slug: str, **properties: Any) -> Event:
    cause = (slug, now)
    return fact(name, room="communities", profile=profile, at=now, cause=cause, **properties)


def _why_not(slug: str, latest: Invitation | None) -> str:
    if latest is None or latest.state in ("held", "held_out"):
        return f"there is no invitation to {slug!r} to answer: join instead"
    if latest.state == "expired":
        return f"the invitation to {slug!r} has expired: join instead, or wait for the next"
    return f"the invitation to {slug!r} was {latest.state} already: join or leave instead"
