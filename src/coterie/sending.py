"""Mass sends and moments of a house: the room, its errands, and the channel that feeds it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from coterie.catalog.materials.service import Materials
from coterie.channels.wecom.channel import WecomChannel
from coterie.channels.wecom.client.service import Wecom
from coterie.channels.wecom.sends.attaching import Attaching
from coterie.channels.wecom.sends.errand import SendErrand
from coterie.channels.wecom.sends.moments.errand import MomentErrand
from coterie.channels.wecom.sends.ports import Contacts, NoStaff, Piece
from coterie.channels.wecom.sends.service import Sends
from coterie.configured import base_url
from coterie.core.errors import Invalid
from coterie.core.event import Event
from coterie.events.inbox import Inbox
from coterie.guides.binding.service import Bindings
from coterie.guides.gathered import Guides
from coterie.guides.organisation.service import Organisation
from coterie.messaging.channel import Channel, Told
from coterie.messaging.model import Reason
from coterie.messaging.service import Messaging
from coterie.roads.answering.service import Answering
from coterie.roads.contacts.ports import Errand
from coterie.settings import Settings
from coterie.storage.database import Database
from coterie.storage.work import Work

CHANNEL = "wecom"
_KINDS = {"image": "image", "poster": "image", "video": "video", "file": "file"}


@dataclass(frozen=True)
class GuidesOf:
    """Tells mass sends of the guides: whose customers people are, and what guides are called."""

    bindings: Bindings
    organisation: Organisation

    def owners(self, work: Work, profiles: Collection[int]) -> Mapping[int, str]:
        """Return the userid of each person's owner."""
        return self.bindings.owners(work, profiles)

    def guide_names(self, work: Work, userids: Collection[str]) -> Mapping[str, str]:
        """Return what guides are called."""
        return self.organisation.guide_names(work, userids)


def open_sends(
    contacts: Contacts,
    messaging: Messaging,
    channels: Mapping[str, Channel],
    guides: Guides | None = None,
) -> Sends:
    """Build the room, and let the installed channel hand over to it."""
    staff = NoStaff() if guides is None else GuidesOf(guides.bindings, guides.organisation)
    sends = Sends(contacts, staff, messaging.said)
    channel = channels.get(CHANNEL)
    if isinstance(channel, WecomChannel):
        channel.senders = sends
    return sends


def send_errands(
    sends: Sends,
    client: Wecom | None,
    settings: Settings,
    database: Database,
    inbox: Inbox,
    messaging: Messaging,
    answering: Answering,
    materials: Materials,
    poke: Callable[[], None],
) -> list[Errand]:
    """Build the errands that ask the platform; none where it is not connected."""
    if client is None:
        return []
    attaching = Attaching(database, client, _pieces(materials, base_url(settings)))

    def emit(events: Sequence[Event], now: int) -> None:
        inbox.put(now, CHANNEL, events)
        poke()

    def tell(work: Work, told: Sequence[Told]) -> None:
        answering.tell(work, CHANNEL, told)
        work.after_commit(poke)

    def stopped(work: Work, origin: str) -> bool:
        return messaging.is_stopped(work) or origin in messaging.paused(work)

    select = settings.wecom_allow_select
    return [
        SendErrand(database, client, sends, tell, attaching, _held_out(messaging), stopped, select),
        MomentErrand(database, client, attaching, emit),
    ]


def _held_out(messaging: Messaging) -> Callable[[Work, str], bool]:
    """Return what says whether an origin leaves somebody out for comparison."""

    def held_out(work: Work, origin: str) -> bool:
        return messaging.settings.holdout > 0 or any(
            each.status == "shadow" or each.reason == Reason.HOLDOUT
            for each in messaging.tallies(work, [origin]).get(origin, ())
        )

    return held_out


def _pieces(materials: Materials, ours: str) -> Callable[[Work, Sequence[str]], list[Piece]]:
    """Return what tells what materials are made of, as the platform can take them."""

    def pieces(work: Work, slugs: Sequence[str]) -> list[Piece]:
        return [_piece(work, materials, slug, ours) for slug in slugs]

    return pieces


def _piece(work: Work, materials: Materials, slug: str, ours: str) -> Piece:
    material = materials.get(work, slug)
    version = materials.pin(work, slug)
    title = next(iter(material.titles.values()), slug)
    kind = _KINDS.get(material.kind)
    if kind is not None:
        file, path = materials.bytes_of(work, slug)
        return Piece(kind, title, path=path, name=version.name, digest=file.sha)
    if not version.url:
        raise Invalid(f"the material {slug} is neither a file nor a link", path="materials")
    thumb = version.thumb_address
    picture = f"{ours}/m/{thumb}" if thumb and ours.startswith("https://") else ""
    return Piece("link", title, version.text[:120], version.url, picture)
