"""The road of contacts of a house whose WeCom is connected: its errands, in their order."""

from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

from coterie.channels.wecom.connection import Connection
from coterie.channels.wecom.mirror.ports import NoStaff, Staff, Welcomed, nobody_comes
from coterie.channels.wecom.mirror.service import Mirror
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
    staff: Staff | None = None,
    welcomed: Welcomed = nobody_comes,
    urgent: Sequence[Errand] = (),
    others: Sequence[Errand] = (),
    guides: Guides | None = None,
) -> Contacts | None:
    """Build the errands; None where WeCom is not connected.

    ``urgent`` are the welcomes, before everything else; ``others`` come between the tags to be
    marked and the reconcile: codes, handovers, sends. ``poke`` wakes the road.
    """
    if guides is not None:
        guides.knows(circle=Circling(mirror))
        staff = staff or guides.organisation
    if wecom.client is None:
        return None
    handing = () if guides is None else (Handing(
        inbound.database, guides.handovers, wecom.client.transfers, inbound.tell, poke
    ),)  # fmt: skip
    ground = Ground(
        inbound.database, mirror, wecom.client, inbox, inbound.tell, staff or NoStaff(), poke
    )
    return Contacts(
        inbound.database,
        urgent=[*urgent, TakingIn(ground, wecom.callbacks, welcomed)],
        others=[
            Reading(ground), Announcing(ground), Marking(ground), Clearing(ground), *handing,
            *others,
            Reconciling(ground, zone),
        ],
    )  # fmt: skip
