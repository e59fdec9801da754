"""Seats: who registers gets one, or waits in order of coming; a free seat goes to the first."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from coterie.activities import store
from coterie.activities.base import Base, about, check_open
from coterie.activities.model import Activity, Given, Level, Registered, Registration, level_tag
from coterie.activities.standing import cancel, queue, seat
from coterie.activities.tickets import digest
from coterie.core.errors import Conflict
from coterie.core.event import Event
from coterie.storage.work import Work


class Seats(Base):
    """Registers and cancels. The activity's row is held meanwhile, so no seat is given twice."""

    def sign_up(self, work: Work, slug: str, profile: int) -> Registered:
        """Let a person register herself on her page; doing it twice changes nothing.

        Raises Conflict when it is too late (``closed``), she has not passed what is asked for
        (``prerequisite``), or every seat is taken and nobody may wait (``full``).
        """
        activity = self.take(work, slug)
        check_open(activity)
        if work.now >= activity.closes:
            raise Conflict(f"registration for {slug!r} has closed", code="closed")
        self._check_level(work, activity, [profile])
        facts = self._register(work, activity, [profile], "link")
        [one] = store.of_people(work, slug, [profile])
        return Registered(one, facts)

    def register(
        self, work: Work, slug: str, profiles: Collection[int], via: str = "console"
    ) -> list[Event]:
        """Register people by an operator's hand, until the activity ends; return the facts.

        Deadline and prerequisite are hers to judge; the capacity holds. Raises Conflict when
        every seat is taken and nobody may wait.
        """
        activity = self.take(work, slug)
        check_open(activity)
        return self._register(work, activity, profiles, via)

    def give_seats(self, work: Work, slug: str, profiles: Sequence[int]) -> Given:
        """Seat people in this order, as a journey asks; say why the others got nothing.

        Reasons: ``no_activity``, ``closed`` (called off, or over), ``full``.
        """
        if store.activity(work, slug) is None:
            return Given([], dict.fromkeys(profiles, "no_activity"))
        activity = self.take(work, slug)
        if activity.standing != "open" or work.now >= activity.ends:
            return Given([], dict.fromkeys(profiles, "closed"))
        there = {
            one.profile
            for one in store.of_people(work, slug, profiles)
            if one.state not in ("invited", "cancelled")
        }
        coming = [one for one in dict.fromkeys(profiles) if one not in there]
        free = None if activity.waiting_list else self._free(work, activity)
        seated = coming if free is None else coming[:free]
        facts = self._register(work, activity, seated, "journey") if seated else []
        return Given(facts, dict.fromkeys(coming[len(seated) :], "full"))

    def cancel(self, work: Work, slug: str, profile: int) -> Registered:
        """Give up a person's seat or place in the queue; the first who waits moves up.

        Doing it twice changes nothing. Raises Conflict when she holds nothing to give up.
        """
        activity = self.take(work, slug)
        check_open(activity)
        one = self.registration(work, slug, profile)
        after = None if one is None else cancel(one, work.now)
        if one is None or (after is None and one.state != "cancelled"):
            raise Conflict(f"nothing of hers at {slug!r} can be cancelled", code="not_registered")
        if after is None:
            return Registered(one, [])
        store.keep(work, [after])
        facts = [about("cancelled", activity, after, work.now)]
        facts += self._tell(work, activity, [after], "cancelled")
        return Registered(after, facts + self._promote(work, activity))

    def _register(
        self, work: Work, activity: Activity, profiles: Collection[int], via: str
    ) -> list[Event]:
        coming = [
            one
            for one in self._rows_of(work, activity, profiles, via)
            if one.state in ("invited", "cancelled")
        ]
        free = self._free(work, activity)
        seats = len(coming) if free is None else max(free, 0)
        if len(coming) > seats and not activity.waiting_list:
            raise Conflict(f"every seat of {activity.slug!r} is taken", code="full")
        seated = [self._seated(one, work.now, via) for one in coming[:seats]]
        last = store.last_place(work, activity.slug)
        waiting = [
            queue(one, last + number, work.now, via)
            for number, one in enumerate(coming[seats:], start=1)
        ]
        store.keep(work, [*seated, *waiting])
        facts = [about("registered", activity, one, work.now, via=via) for one in seated]
        facts += [about("waitlisted", activity, one, work.now, via=via) for one in waiting]
        facts += self._tell(work, activity, seated, "registered")
        return facts + self._tell(work, activity, waiting, "waiting")

    def _promote(self, work: Work, activity: Activity) -> list[Event]:
        """Give the seats that are free to those who wait, the first first."""
        free = self._free(work, activity)
        if activity.standing != "open" or free == 0:
            return []
        first = store.in_states(work, activity.slug, ["waiting"], limit=free)
        seated = [self._seated(one, work.now, one.via) for one in first]
        store.keep(work, seated)
        facts = [about("registered", activity, one, work.now, via="waiting_list") for one in seated]
        return facts + self._tell(work, activity, seated, "promoted")

    def _seated(self, one: Registration, now: int, via: str) -> Registration:
        given = seat(one, "", now, via)
        return replace(given, code=digest(self.ticket(given)))

    def _free(self, work: Work, activity: Activity) -> int | None:
        """Return how many seats are free; None: as many as come."""
        if activity.capacity is None:
            return None
        return max(activity.capacity - store.taken(work, activity.slug), 0)

    # --- levels

    def may_join(self, work: Work, activity: Activity, profile: int) -> bool:
        """Say whether a person has passed what an activity asks for."""
        return activity.prerequisite is None or bool(
            self._passed(work, activity.prerequisite, [profile])
        )

    def _check_level(self, work: Work, activity: Activity, profiles: Sequence[int]) -> None:
        if activity.prerequisite is None:
            return
        if set(profiles) - self._passed(work, activity.prerequisite, profiles):
            raise Conflict(
                f"{activity.slug!r} asks for a passed {activity.prerequisite} level first",
                code="prerequisite",
            )

    def _passed(self, work: Work, level: Level, profiles: Sequence[int]) -> set[int]:
        """Return who passed a level: in one of our activities, or by a tag given by hand."""
        taught = store.of_level(work, level)
        passed = set(store.also_in(work, profiles, passed=taught))
        known = self._profiles.known(work, profiles, fading=())
        return passed | {who for who, one in known.items() if level_tag(level) in one.tags}
