"""Mass sends and moments of a house: the room, its errands, and the channel that hands over to it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from coterie.catalog.materials.service import Materials
from coterie.channels.wecom.channel import WecomChannel
from coterie.channels.wecom.client.service import Wecom
from coterie.channels.wecom.sends.attaching import Attaching
from coterie.channels.wecom.sends.errand import SendErrand
from coterie.channels.wecom.sends.moments.errand import MomentErrand
from coterie.channels.wecom.sends.ports import Contacts, NoStaff, Piece, Staff
from coterie.channels.wecom.sends.service import Sends
from coterie.core.errors import Invalid
from coterie.core.event import Event
from coterie.events.inbox import Inbox
from coterie.messaging.channel import Channel
from coterie.messaging.model import Reason
from coterie.messaging.service import Messaging
from coterie.roads.answering.service import Answering
from coterie.roads.contacts.ports import Errand
from coterie.storage.database import Database
from coterie.storage.work import Work

CHANNEL = "wecom"
_KINDS = {"image": "image", "poster": "image", "video": "video", "file": "file"}


def open_sends(
    contacts: Contacts,
    messaging: Messaging,
    channels: Mapping[str, Channel],
    staff: Staff | None = None,
) -> Sends:
    """Build the room, and let the installed channel hand over to it."""
    sends = Sends(contacts, staff or NoStaff(), messaging.said)
    channel = channels.get(CHANNEL)
    if isinstance(channel, WecomChannel):
        channel.senders = sends
    return sends


@dataclass(frozen=True)
class SendingOn:
    """What the errands of mass sends stand on."""

    database: Database
    inbox: Inbox
    messaging: Messaging
    answering: Answering
    materials: Materials
    base_url: str
    poke: Callable[[], None]


def send_errands(sends: Sends, client: Wecom | None, ground: SendingOn) -> list[Errand]:
    """Build the errands that ask the platform; none where it is not connected."""
    if client is None:
        return []
    attaching = Attaching(ground.database, client, _pieces(ground))

    def emit(events: Sequence[Event], now: int) -> None:
        ground.inbox.put(now, CHANNEL, events)
        ground.poke()

    return [
        SendErrand(
            ground.database,
            client,
            sends,
            lambda work, told: ground.answering.tell(work, CHANNEL, told),
            attaching,
            _held_out(ground.messaging),
        ),
        MomentErrand(ground.database, client, attaching, emit),
    ]


def _held_out(messaging: Messaging) -> Callable[[Work, str], bool]:
    """Return what says whether an origin leaves somebody out for comparison."""

    def held_out(work: Work, origin: str) -> bool:
        return messaging.settings.holdout > 0 or any(
            each.status == "shadow" or each.reason == Reason.HOLDOUT
            for each in messaging.tallies(work, [origin]).get(origin, ())
        )

    return held_out


def _pieces(ground: SendingOn) -> Callable[[Work, Sequence[str]], list[Piece]]:
    """Return what tells what materials are made of, as the platform can take them."""
    materials = ground.materials

    def pieces(work: Work, slugs: Sequence[str]) -> list[Piece]:
        return [_piece(work, materials, slug, ground.base_url) for slug in slugs]

    return pieces


def _piece(work: Work, materials: Materials, slug: str, base_url: str) -> Piece:
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
    picture = f"{base_url}/m/{thumb}" if thumb and base_url.startswith("https://") else ""
    return Piece("link", title, version.text[:120], version.url, picture)
