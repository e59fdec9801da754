"""Whose event is it? The identity graph of one batch, as plain objects.

It is loaded with the identities that the batch names, places one event after the other in the
order given, and is then asked what is new. Merging profiles that turn out to be one person is
never done in passing: such pairs are noted as candidates.
"""

from collections.abc import Iterable

from coterie.core.errors import Invalid
from coterie.core.event import Event
from coterie.core.ids import derived_id
from coterie.profiles.model import ANONYMOUS, USER, Candidate, Sighting

Name = tuple[str, str]
"""An identity as (kind, value)."""


def bucket_key(kind: str, value: str) -> str:
    """Hash a profile's first identity: the same in every process and for ever."""
    return derived_id("bucket", kind, value)


def names_in(event: Event) -> list[Name]:
    """Return every identity that an event may lead by."""
    names = [(USER, event.user_id), (ANONYMOUS, event.anonymous_id)]
    names += [(USER, event.previous_id), (ANONYMOUS, event.previous_id)]
    return [(kind, value) for kind, value in names if value]


class Graph:
    """Identities and profiles while one batch is placed.

    ``with_user`` are the loaded profiles that have a user id; ``next_profile`` is the first number
    free for a new one.
    """

    def __init__(
        self, known: Iterable[Sighting], with_user: Iterable[int], next_profile: int
    ) -> None:
        self.sightings = {(seen.kind, seen.value): seen for seen in known}
        self.created: dict[int, str] = {}
        self.candidates: list[Candidate] = []
        self._with_user = set(with_user)
        self._next = next_profile

    def place(self, event: Event) -> int:
        """Return the profile of an event, creating and attaching as needed."""
        user = (USER, event.user_id) if event.user_id else None
        anonymous = (ANONYMOUS, event.anonymous_id) if event.anonymous_id else None
        previous = self._previous(event.previous_id) if event.type == "alias" else None
        first = user or anonymous
        if first is None:
            raise Invalid(
                f"event {event.id!r} names nobody", hint="send a userId or an anonymousId"
            )
        profile = self._owner(first)
        if profile is None:
            profile = self._take_over(user, anonymous, previous) or self._create(first)
            self._attach(first, profile, event)
        if anonymous is not None:
            self._link(anonymous, profile, event)
        if event.type == "alias" and event.previous_id:
            self._alias(event.previous_id, previous, first, profile, event)
        for name in (user, anonymous):
            if name is not None and event.context.get("active") is not False:
                self._see(self.sightings[name], event.time)
        return profile

    def changed(self) -> list[Sighting]:
        """Return the identities that are new or were seen anew."""
        return [seen for seen in self.sightings.values() if seen.is_new or seen.is_changed]

    def _owner(self, name: Name | None) -> int | None:
        seen = self.sightings.get(name) if name is not None else None
        return seen.profile if seen is not None else None

    def _previous(self, value: str | None) -> Sighting | None:
        """Find the identity that an alias names; it may be a user id or an anonymous one."""
        if not value:
            return None
        return self.sightings.get((USER, value)) or self.sightings.get((ANONYMOUS, value))

    def _take_over(
        self, user: Name | None, anonymous: Name | None, previous: Sighting | None
    ) -> int | None:
        """Find the profile that an unknown first identity may join, None for a new one.

        A visitor who logs in becomes that user, once: a device that was another user's before
        never hands her profile on.
        """
        if previous is not None:
            return previous.profile
        visitor = self._owner(anonymous)
        return visitor if user is not None and visitor not in self._with_user else None

    def _create(self, first: Name) -> int:
        profile = self._next
        self._next += 1
        self.created[profile] = bucket_key(*first)
        return profile

    def _attach(self, name: Name, profile: int, event: Event) -> Sighting:
        kind, value = name
        seen = Sighting(kind, value, profile, event.source, event.time, event.time, is_new=True)
        self.sightings[name] = seen
        if kind == USER:
            self._with_user.add(profile)
        return seen

    def _link(self, name: Name, profile: int, event: Event) -> None:
        """Attach an unknown identity to a profile; note a known one of somebody else."""
        owner = self._owner(name)
        if owner is None:
            self._attach(name, profile, event)
        elif owner != profile:
            self.candidates.append(Candidate(profile, owner, event.time, event.id))

    def _alias(
        self, value: str, previous: Sighting | None, first: Name, profile: int, event: Event
    ) -> None:
        """Make a former id lead to a profile; unknown before, it may come as either kind."""
        if previous is None:
            for name in ((USER, value), (ANONYMOUS, value)):
                if name not in self.sightings:
                    self._attach(name, profile, event).superseded = True
            return
        if previous.profile != profile:
            self.candidates.append(Candidate(profile, previous.profile, event.time, event.id))
            return
        for seen, superseded in ((previous, True), (self.sightings[first], False)):
            seen.is_changed |= seen.superseded != superseded
            seen.superseded = superseded

    @staticmethod
    def _see(seen: Sighting, time: int) -> None:
        first, last = min(seen.first_seen, time), max(seen.last_seen, time)
        seen.is_changed |= (first, last) != (seen.first_seen, seen.last_seen)
        seen.first_seen, seen.last_seen = first, last
