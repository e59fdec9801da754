"""The road of contacts of a house whose WeCom is connected: its errands, in their order."""

from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

from coterie.channels.wecom.connection import Connection
from coterie.channels.wecom.mirror.service import Mirror
from coterie.channels.wecom.scanning import Scanning
from coterie.events.inbox import Inbox
from coterie.guides.gathered import Guides
from coterie.roads.contacts.announcing import Announcing
from coterie.roads.contacts.ground import Ground
from coterie.roads.contacts.handing import Circling, Handing
from coterie.roads.contacts.marking import Clearing, Marking
from coterie.roads.contacts.ports import Errand
from coterie.roads.contacts.reading import Reading
from coterie.roads.contacts.reconciling import Reconciling
from coterie.roads.contacts.service import Contacts
from coterie.roads.contacts.taking_in import TakingIn
from coterie.roads.inbound import Inbound


def open_contacts(
    wecom: Connection,
    mirror: Mirror,
    inbox: Inbox,
    inbound: Inbound,
    zone: ZoneInfo,
    poke: Callable[[], None],
    *,
    guides: Guides,
    scanning: Scanning,
    others: Sequence[Errand] = (),
) -> Contacts | None:
    """Build the errands; None where WeCom is not connected.

    The welcomes go before everything else; codes, handovers and ``others`` (sends) come between
    the tags to be marked and the reconcile. ``poke`` wakes the road.
    """
    guides.knows(circle=Circling(mirror))
    if wecom.client is None:
        return None
    handing = Handing(
        inbound.database, guides.handovers, wecom.client.transfers, inbound.tell, poke
    )
    staff = scanning.watching(guides.organisation)
    ground = Ground(inbound.database, mirror, wecom.client, inbox, inbound.tell, staff, poke)
    return Contacts(
        inbound.database,
        urgent=[scanning.welcomes, TakingIn(ground, wecom.callbacks, scanning.welcomed)],
        others=[
            Reading(ground), Announcing(ground), Marking(ground), Clearing(ground),
            scanning.ways, handing, *others, Reconciling(ground, zone),
        ],
    )  # fmt: skip
