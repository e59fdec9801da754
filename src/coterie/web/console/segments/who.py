"""People in a list: whom to show of many, with their names and where their pages are."""

from collections.abc import Collection
from dataclasses import dataclass

from coterie.profiles.service import Profiles
from coterie.storage.work import Work


@dataclass(frozen=True)
class Somebody:
    """One person as a list shows her."""

    profile: int
    name: str
    address: str


def people(work: Work, profiles: Profiles, ids: Collection[int]) -> dict[int, Somebody]:
    """Return some people by profile: by their name, else by the id that the brand knows."""
    names = profiles.reveal(work, ids, "name")
    known = profiles.user_ids(work, ids)
    uids = profiles.uid(work, ids)
    return {
        one: Somebody(
            one, str(names.get(one) or known.get(one) or uids[one]), f"/people/{uids[one]}"
        )
        for one in ids
        if one in uids
    }
