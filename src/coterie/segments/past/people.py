"""People as they were at a past moment, for the reader of one person."""

from collections.abc import Collection
from functools import partial

from coterie.events.log import Log
from coterie.profiles.service import Profiles
from coterie.segments.model import Person
from coterie.segments.past.worked_out import WorkedOut
from coterie.segments.person.people import Words
from coterie.storage.work import Work


def people_at(
    work: Work,
    profiles: Profiles,
    log: Log,
    worked_out: WorkedOut,
    ids: Collection[int],
    names: Collection[str],
) -> dict[int, Person]:
    """Load people as they were at ``work.now``; who had no event by then was not known.

    ``names`` are the traits that will be asked for, of those that the house works out.
    """
    timelines = log.timelines(work, ids)
    known_by_then = [
        profile for profile, events in timelines.items() if events and events[0].time <= work.now
    ]
    worked = worked_out.traits_at(work, known_by_then, names)
    known = profiles.known_at(work, known_by_then, worked)
    words = Words(work, profiles, known)
    return {one: Person(known[one], timelines[one], partial(words.of, one)) for one in known}
