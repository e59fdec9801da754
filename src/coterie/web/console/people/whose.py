"""Who is meant by the id in an address."""

from coterie.core.errors import NotFound
from coterie.profiles.directory.model import Card
from coterie.storage.work import Work
from coterie.web.ports import Served


def card_of(work: Work, house: Served, uid: str) -> Card:
    """Find who is meant: by the outside id, else by her user id, as other pages may link.

    Raises NotFound.
    """
    profiles = house.profiles
    profile = profiles.by_uid(work, uid)
    if profile is None:
        profile = profiles.find(work, "user_id", uid)
    cards = [] if profile is None else profiles.directory.cards(work, [profile])
    if not cards:
        raise nobody(uid)
    return cards[0]


def nobody(uid: str) -> NotFound:
    """Say that nobody goes by an id."""
    return NotFound(f"there is nobody of the id {uid!r} here")
