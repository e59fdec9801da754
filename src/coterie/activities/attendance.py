"""Who came: the check-in at the door, who did not show up, who passed; each can be taken back."""

from collections.abc import Callable, Collection

from coterie.activities import store
from coterie.activities.base import about, tagging
from coterie.activities.model import (
    NO_SHOW_TAG,
    Activity,
    CheckIn,
    Entry,
    Registration,
    State,
    level_tag,
)
from coterie.activities.seats import Seats
from coterie.activities.standing import admit, end, pass_, readmit, unpass
from coterie.activities.tickets import digest, typed
from coterie.core.errors import Conflict
from coterie.core.event import Event
from coterie.storage.work import Work

_REFUSALS: dict[State, Entry] = {
    "attended": "used", "waiting": "waiting", "missed": "waiting", "cancelled": "cancelled",
}  # fmt: skip


class Attendance(Seats):
    """The verbs of the host. Whoever holds the activity's row lets one person in, once."""

    def check_in(self, work: Work, slug: str, code: str) -> CheckIn:
        """Let in the person of a code; a code lets in once, and says afterwards who and when."""
        activity = self.take(work, slug)
        found = store.by_code(work, digest(typed(code)))
        if found is None:
            return CheckIn("unknown", None, [])
        if found.activity != slug:
            return CheckIn("other", found, [])
        # of two rows of one person the one that counts decides
        return self._admit(work, activity, self.registration(work, slug, found.profile) or found)

    def check_in_person(self, work: Work, slug: str, profile: int) -> CheckIn:
        """Let somebody in from the list of names, who left her code at home."""
        activity = self.take(work, slug)
        one = self.registration(work, slug, profile)
        return CheckIn("unknown", None, []) if one is None else self._admit(work, activity, one)

    def _admit(self, work: Work, activity: Activity, one: Registration) -> CheckIn:
        if activity.standing == "called_off":
            return CheckIn("closed", one, [])
        after = admit(one, work.actor.name, work.now)
        if after is None:
            return CheckIn(_REFUSALS.get(one.state, "unknown"), one, [])
        store.keep(work, [after])
        facts = [about("attended", activity, after, work.now)]
        if one.state == "no_show":
            facts.append(about("no_show_undone", activity, after, work.now))
            facts += self._untag_no_show(work, after)
        return CheckIn("welcome", after, facts)

    def undo_check_in(self, work: Work, slug: str, profile: int) -> list[Event]:
        """Take a check-in back: her code works again; raises Conflict when there was none.

        The fact that she attended stays in the log, with one beside it that takes it back.
        """
        activity = self.take(work, slug)
        one = self.registration(work, slug, profile)
        after = None if one is None else readmit(one, activity.standing == "over", work.now)
        if after is None:
            raise Conflict("there is no check-in to take back, or she passed", code="no_check_in")
        store.keep(work, [after])
        facts = [about("attendance_undone", activity, after, work.now)]
        return facts + (self._missed(work, activity, after) if after.state == "no_show" else [])

    def pass_people(self, work: Work, slug: str, profiles: Collection[int]) -> list[Event]:
        """Note who passed what a course teaches; who was not there, or passed, stays as she is.

        Raises Conflict when the activity teaches no level.
        """
        activity = self._course(work, slug)
        after = self._each(work, slug, profiles, lambda o: pass_(o, work.actor.name, work.now))
        facts: list[Event] = []
        for one in after:
            facts.append(about("passed", activity, one, work.now))
            facts.append(tagging(one, _level_tag(activity), work.now, on=True))
        return facts + self._tell(work, activity, after, "passed")

    def undo_pass(self, work: Work, slug: str, profiles: Collection[int]) -> list[Event]:
        """Take passes back; the tag of the level stays with who passed it elsewhere too."""
        activity = self._course(work, slug)
        after = self._each(work, slug, profiles, unpass)
        who = [one.profile for one in after]
        elsewhere = store.also_in(work, who, passed=store.of_level(work, activity.level or ""))
        facts: list[Event] = []
        for one in after:
            facts.append(about("pass_undone", activity, one, work.now))
            if one.profile not in elsewhere:
                facts.append(tagging(one, _level_tag(activity), work.now, on=False))
        return facts

    def _each(
        self,
        work: Work,
        slug: str,
        profiles: Collection[int],
        change: Callable[[Registration], Registration | None],
    ) -> list[Registration]:
        changed = [change(one) for one in store.of_people(work, slug, profiles)]
        after = sorted((one for one in changed if one is not None), key=lambda one: one.profile)
        store.keep(work, after)
        return after

    def _course(self, work: Work, slug: str) -> Activity:
        activity = self.take(work, slug)
        if activity.level is None:
            raise Conflict(f"{slug!r} teaches no level: give it one first", code="no_level")
        return activity

    # --- what the end brings

    def _end(self, work: Work, activity: Activity) -> list[Event]:
        """Note who did not come, now that it is over."""
        open_rows = store.in_states(work, activity.slug, ["registered", "waiting"])
        ended = [one for one in (end(each, work.now) for each in open_rows) if one is not None]
        store.keep(work, ended)
        store.stand(work, activity.slug, "over", None)
        facts: list[Event] = []
        for one in ended:
            if one.state == "no_show":
                facts += self._missed(work, activity, one)
        return facts

    def _missed(self, work: Work, activity: Activity, one: Registration) -> list[Event]:
        return [
            about("no_show", activity, one, work.now),
            tagging(one, NO_SHOW_TAG, work.now, on=True),
        ]

    def _untag_no_show(self, work: Work, one: Registration) -> list[Event]:
        """Take the tag off, unless she missed another activity too."""
        if store.also_in(work, [one.profile], state="no_show"):
            return []
        return [tagging(one, NO_SHOW_TAG, work.now, on=False)]


def _level_tag(activity: Activity) -> str:
    assert activity.level is not None
    return level_tag(activity.level)
