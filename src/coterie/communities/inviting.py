"""Hands invitations to messaging, many at once, and keeps what came of them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from coterie.communities import store
from coterie.communities.invitation import (
    begin,
    hold_out,
    may_invite,
    may_retry,
    offer,
    refuse,
)
from coterie.communities.model import Community, Invitation, Terms
from coterie.core.event import Event
from coterie.core.facts import fact
from coterie.core.ids import bucket
from coterie.messaging.model import Message, Request
from coterie.messaging.service import Messaging
from coterie.profiles.model import Known
from coterie.profiles.service import Profiles
from coterie.storage.work import Work

Links = Callable[[int, str, str], str]
"""Makes the address of an invitation's page for (profile, community, invitation)."""

_BUCKETS_PER_PERCENT = 100

SAMPLE = 500
"""People about whom messaging is asked when an invitation is only considered."""


class Considered(NamedTuple):
    """What an invitation of some people would come to.

    ``inside`` take part already; ``ready`` could be invited now, ``held_out`` of them are left out
    on purpose. ``answers`` are messaging's for a sample of the others: None where it would take
    the message, else the reason why it would hold it.
    """

    inside: int
    ready: int
    held_out: int
    answers: Sequence[str | None]


class _Drawn(NamedTuple):
    """Who is to be asked, who is left out on purpose, and which attempts this replaces."""

    inside: int
    asked: list[tuple[Invitation, Known]]
    out: list[Invitation]
    superseded: list[str]


class Inviter:
    """Invites people to a community: draws the holdout, asks the gate, keeps the answer."""

    def __init__(
        self,
        messaging: Messaging,
        profiles: Profiles,
        zone: ZoneInfo,
        links: Links,
        default_holdout: int,
    ) -> None:
        self._messaging = messaging
        self._profiles = profiles
        self._zone = zone
        self._links = links
        self._default_holdout = default_holdout

    def invite(self, work: Work, community: Community, profiles: Iterable[int]) -> list[Event]:
        """Invite those of these eligible people who may have an offer now; return the facts.

        Participants, people with an open offer or in a cool-down, and the held-out stay as they
        are; what was held is handed to messaging once more.
        """
        terms = community.terms
        if terms is None or terms.paused:
            return []
        drawn = self._draw(work, community, terms, set(profiles))
        # what the new attempt replaces has nothing due any more
        store.forget_due(work, drawn.superseded)
        sent = self._messaging.send(work, self._requests(work, community, terms, drawn.asked))
        kept = [hold_out(one) for one in drawn.out]
        facts: list[Event] = []
        for (invitation, _), message in zip(drawn.asked, sent.messages, strict=True):
            after = self._after(invitation, message, terms, work.now)
            kept.append(after)
            if after.state == "offered":
                facts.append(invitation_fact("invited", after, work.now))
        store.keep_invitations(work, kept)
        return [*facts, *sent.facts]

    def consider(self, work: Work, community: Community, profiles: Iterable[int]) -> Considered:
        """Say what ``invite`` would come to for these people, were it not paused; do nothing.

        Messaging is asked about ``SAMPLE`` of them at most, spread evenly over all.
        """
        terms, eligible = community.terms, set(profiles)
        if terms is None or not eligible:
            return Considered(inside=0, ready=0, held_out=0, answers=())
        drawn = self._draw(work, community, terms, eligible)
        several = min(SAMPLE, len(drawn.asked))
        spread = [drawn.asked[n * len(drawn.asked) // several] for n in range(several)]
        sample = self._requests(work, community, terms, spread)
        return Considered(
            inside=drawn.inside,
            ready=len(drawn.asked) + len(drawn.out),
            held_out=len(drawn.out),
            answers=tuple(
                message.reason or "" if message.status in ("held", "failed") else None
                for message in self._messaging.preview(work, sample)
            ),
        )

    def _draw(self, work: Work, community: Community, terms: Terms, eligible: set[int]) -> _Drawn:
        """Find who may have a new offer and whose held one may be tried again; draw the holdout."""
        inside = store.members_among(work, community.slug, eligible)
        outside = sorted(eligible - inside)
        latest = store.newest_of(work, community.slug, outside)
        left = store.last_left(work, community.slug, outside)
        retried = [one for one in latest.values() if may_retry(one)]
        fresh = [
            begin(latest.get(profile), community.slug, profile, work.now)
            for profile in outside
            if may_invite(latest.get(profile), left.get(profile), terms, work.now)
        ]
        superseded = [latest[one.profile].id for one in fresh if one.profile in latest]
        known = self._profiles.known(work, [one.profile for one in (*fresh, *retried)], fading=())
        fresh = [one for one in fresh if one.profile in known]
        out = self._held_out(community, terms, fresh, known)
        asked = [one for one in retried if one.profile in known]
        asked += [one for one in fresh if one.profile not in out]
        return _Drawn(
            inside=len(inside),
            asked=[(one, known[one.profile]) for one in asked],
            out=[one for one in fresh if one.profile in out],
            superseded=superseded,
        )

    def _held_out(
        self,
        community: Community,
        terms: Terms,
        fresh: Sequence[Invitation],
        known: Mapping[int, Known],
    ) -> set[int]:
        salt = f"community:{community.slug}"
        limit = self.holdout(terms) * _BUCKETS_PER_PERCENT
        keys = {one.profile: known[one.profile].bucket_key for one in fresh}
        return {profile for profile, key in keys.items() if bucket(salt, key) < limit}

    def holdout(self, terms: Terms) -> int:
        """Return the percentage of the eligible who are left out on purpose."""
        if terms.holdout is not None:
            return terms.holdout
        return 0 if terms.touch == "service" else self._default_holdout

    def _requests(
        self,
        work: Work,
        community: Community,
        terms: Terms,
        asked: Sequence[tuple[Invitation, Known]],
    ) -> list[Request]:
        return [self._request(community, terms, one, known, work.now) for one, known in asked]

    def _request(
        self, community: Community, terms: Terms, one: Invitation, known: Known, now: int
    ) -> Request:
        language = _language(known.traits)
        page = self._links(one.profile, community.slug, one.id)
        mark = "&" if "?" in page else "?"
        return Request(
            profile=one.profile,
            channel=terms.channel,
            template=terms.template,
            touch=terms.touch,
            key=f"invitation:{one.id}:{one.tries + 1}",
            origin=f"community:{community.slug}",
            node="invitation",
            expires_at=now + terms.expires,
            variables={
                "community": {
                    "slug": community.slug,
                    "title": community.title(language),
                    "promise": community.promise(language),
                    "topic": community.topic,
                },
                "invitation_url": page,
                "accept_url": f"{page}{mark}answer=accept",
                "decline_url": f"{page}{mark}answer=decline",
            },
        )

    def _after(
        self, invitation: Invitation, message: Message, terms: Terms, now: int
    ) -> Invitation:
        if message.status in ("held", "failed"):
            return refuse(invitation, message.id, message.reason or "", now, self._zone)
        return offer(invitation, message.id, terms, now)


def invitation_fact(name: str, invitation: Invitation, now: int) -> Event:
    """State what became of an invitation; a retried one is offered anew, so tries are a cause."""
    return fact(
        f"community.{name}",
        room="communities",
        profile=invitation.profile,
        at=now,
        cause=(invitation.id, invitation.tries),
        community=invitation.community,
    )


def _language(traits: Mapping[str, Any]) -> str:
    """Name a person's language, from ``language`` or ``locale``; empty when neither tells."""
    told = traits.get("language") or traits.get("locale")
    return str(told)[:2].lower() if told else ""
