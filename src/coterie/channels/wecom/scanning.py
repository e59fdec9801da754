"""Everything that is scanned in one hand: what the composition root builds, and the web asks."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from coterie.channels.wecom.client.service import Wecom
from coterie.channels.wecom.inbox.model import Callback, ContactAdded
from coterie.channels.wecom.mirror.model import Member
from coterie.channels.wecom.mirror.ports import Staff
from coterie.channels.wecom.ways.service import Ways
from coterie.channels.wecom.welcomes.model import Came
from coterie.channels.wecom.welcomes.ports import First, Pictures
from coterie.channels.wecom.welcomes.service import Welcomes
from coterie.codes.channel.ports import Guides
from coterie.codes.channel.service import ChannelCodes
from coterie.codes.groups.ports import Sizes
from coterie.codes.groups.service import GroupCodes
from coterie.core.event import Event
from coterie.storage.database import Database
from coterie.storage.work import Work


@dataclass(frozen=True)
class Scanning:
    """The faces of channel codes, live group codes, both at the platform, and welcomes."""

    channel: ChannelCodes
    groups: GroupCodes
    ways: Ways
    welcomes: Welcomes

    @property
    def rooms(self) -> tuple[ChannelCodes, GroupCodes]:
        """Those that hear and keep."""
        return (self.channel, self.groups)

    def watching(self, staff: Staff) -> Staff:
        """Return whoever keeps the guides, such that codes follow what it hears at once."""
        return _Watched(staff, self.channel)

    def welcomed(self, work: Work, came: Sequence[tuple[Callback, ContactAdded]]) -> None:
        """Note who was added, in the work that takes the callbacks in."""
        self.welcomes.note(work, [
            Came(raw.hash, one.userid, one.external_userid, one.state, one.welcome_code, raw.at,
                 one.half)
            for raw, one in came
        ])  # fmt: skip


@dataclass(frozen=True)
class _Watched:
    """Hands on what the platform tells of its members, and lets their codes be worked out anew."""

    staff: Staff
    channel: ChannelCodes

    def changed(
        self, work: Work, members: Sequence[Member], gone: Collection[str] = (), /
    ) -> Sequence[Event]:
        """Hear which members came or changed, and which left; return the facts of it."""
        facts = self.staff.changed(work, members, gone)
        if members or gone:
            self.channel.hasten_all(work)
        return facts


def open_scanning(
    db: Database, client: Wecom | None, guides: Guides, sizes: Sizes, pictures: Pictures,
    zone: ZoneInfo, address: str, clock: Callable[[], int], first: tuple[First, ...] = (),
) -> Scanning:  # fmt: skip
    """Build them; without a ``client`` codes are kept and nothing is told to any platform."""
    channel = ChannelCodes(guides, zone)
    groups = GroupCodes(sizes, guides, zone)
    ways = Ways(db, client, channel, groups)
    welcomes = Welcomes(
        db, client, channel, groups, ways, pictures, address, clock, first
    )  # fmt: skip
    return Scanning(channel, groups, ways, welcomes)
