"""Whom a guide may see, and how much of her: her own, her store's, whoever she chats with.

Of her own customers a guide sees the name; of her store's a mask of it. Somebody else's customer
whom she merely chats with has a card that says whose she is and what not to say, and no more.
Nobody else is there at all.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from coterie.core.errors import NotFound
from coterie.guides.binding.model import Owner
from coterie.storage.work import Work
from coterie.web.console.people.masks import masked
from coterie.web.guide.at_work import Staff
from coterie.web.ports import Served

Reach = Literal["own", "store", "chat"]


@dataclass(frozen=True)
class Whom:
    """One customer as a guide's page names her."""

    profile: int
    uid: str
    name: str
    reach: Reach
    owner: Owner | None

    @property
    def address(self) -> str:
        """Where her card is."""
        return f"/g/customers/{self.uid}"


def reach_of(staff: Staff, owner: Owner | None) -> Reach | None:
    """Say how much of a customer a guide may see by whose she is; None: nothing."""
    if owner is None:
        return None
    if owner.guide == staff.guide.id:
        return "own"
    return "store" if owner.store is not None and owner.store in staff.guide.stores else None


def seen(work: Work, house: Served, staff: Staff, profiles: Collection[int]) -> dict[int, Whom]:
    """Return those of some customers whom a guide may see, by profile."""
    owners = house.guides.bindings.owner_of(work, profiles)
    reached = {
        one: reach for one in profiles if (reach := reach_of(staff, owners.get(one))) is not None
    }
    return named(work, house, reached, owners)


def named(
    work: Work, house: Served, reached: dict[int, Reach], owners: dict[int, Owner]
) -> dict[int, Whom]:
    """Name customers as far as each may be seen; who was erased is left out."""
    names = house.profiles.directory.names(work, reached)
    uids = house.profiles.uid(work, reached)
    return {
        one: Whom(one, uids[one], _name(names.get(one, ""), reach), reach, owners.get(one))
        for one, reach in reached.items()
        if one in uids
    }


def customer(work: Work, house: Served, staff: Staff, uid: str) -> Whom:
    """Return the customer of an address; raises NotFound unless the guide may see her."""
    profile = house.profiles.by_uid(work, uid)
    found = {} if profile is None else seen(work, house, staff, [profile])
    if profile is None or profile not in found:
        raise nobody()
    return found[profile]


def nobody() -> NotFound:
    """Say that there is nobody, or nobody for her: which of the two is not said."""
    return NotFound("there is no such customer among yours or your store's", code="not_hers")


def _name(name: str, reach: Reach) -> str:
    return name if reach == "own" or not name else masked("name", name)
