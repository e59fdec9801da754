"""Take what a provider tells later, find whom it concerns, and let the road hear of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from coterie.core.errors import NotFound
from coterie.core.event import Event
from coterie.core.ids import derived_id
from coterie.messaging.channel import Channel, Hearing, Raw, Told
from coterie.messaging.handing.model import Complaint
from coterie.messaging.model import MARKETING
from coterie.messaging.service import Messaging
from coterie.profiles.consents.model import Proof
from coterie.profiles.service import Profiles
from coterie.roads.answering import store
from coterie.roads.inbound import Inbound
from coterie.storage.work import Work

COMPLAINT = "complaint"
"""The source of a consent's withdrawal that a provider passed on."""
_WORDING = {
    "complained": "She reported a message of ours as unwanted.",
    "stopped": "She answered a message of ours that she wants no more.",
}


@dataclass(frozen=True)
class Taken:
    """What was told, how much of it concerned nothing that we sent, and whether it came before."""

    told: int
    unknown: int = 0
    seen: bool = False


@dataclass(frozen=True)
class Answering:
    """What channels are told later, for one house."""

    messaging: Messaging
    profiles: Profiles
    inbound: Inbound
    channels: Mapping[str, Channel]

    def take(self, work: Work, channel: str, raw: Raw) -> Taken:
        """Take a request to a channel's door, once; raises NotFound, NotPermitted, Invalid.

        The channel looks first whether it is its provider who speaks.
        """
        way = self.channels.get(channel)
        if way is None or not isinstance(way, Hearing):
            raise NotFound(f"no channel {channel!r} waits for answers here")
        told = way.hear(raw)
        if store.is_known(work, channel, raw):
            return Taken(len(told), seen=True)
        unknown = self.tell(work, channel, told)
        store.keep(work, channel, raw, len(told), unknown)
        return Taken(len(told), unknown)

    def tell(self, work: Work, channel: str, told: Sequence[Told]) -> int:
        """Let the road hear what was told; return how much of it concerned nothing of ours."""
        heard = self.messaging.hear(work, told)
        stopped, strangers = self._stopped(work, channel, told)
        words = [self._withdraw(work, each) for each in [*heard.complaints, *stopped]]
        self.inbound.tell(work, [*heard.facts, *words])
        return len(heard.unknown) + strangers

    def _stopped(
        self, work: Work, channel: str, told: Sequence[Told]
    ) -> tuple[list[Complaint], int]:
        """Find who answered from an address that she wants no more."""
        kind = self.channels[channel].address_trait or ""
        found, strangers = [], 0
        for one in told:
            if not one.address:
                continue
            profile = self.profiles.find(work, kind, one.address)
            if profile is None:
                strangers += 1
            else:
                found.append(Complaint("", profile, MARKETING, channel, one.kind))
        return found, strangers

    def _withdraw(self, work: Work, complaint: Complaint) -> Event:
        about = complaint.message or derived_id(complaint.channel, complaint.profile, work.now)
        return self.profiles.say(
            work,
            complaint.profile,
            complaint.purpose,
            complaint.channel,
            given=False,
            source=COMPLAINT,
            proof=Proof(None, _WORDING.get(complaint.kind), f"message {about}"),
        )

    def tidy(self, work: Work, before: int) -> None:
        """Forget the callbacks that have had their time."""
        store.forget(work, before)
