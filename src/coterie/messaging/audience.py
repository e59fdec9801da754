"""What the gate must know of many people, looked up at once: one query each, however many."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from coterie.core.clock import zone as zone_of
from coterie.core.errors import Invalid
from coterie.messaging import store
from coterie.messaging.age import age_of
from coterie.messaging.channel import Channel
from coterie.messaging.gate import GateSettings, Standing, is_held_out
from coterie.messaging.model import Message, Rank, Reason, Request
from coterie.messaging.people import People
from coterie.profiles.model import Known
from coterie.profiles.pii import IDENTIFYING
from coterie.storage.work import Work

_ZONE_TRAIT = "timezone"


@dataclass
class Audience:
    """What was looked up, at ``now``. ``planned`` grows as slots are given away.

    ``ranks`` holds how the planned touches that are still queued compare with a better one,
    ``outdone`` those that find no slot any more, by the cap, since two people turned out to be one.

    ``plain`` are those who want nothing personalised. ``revealed`` holds, by trait, the
    identifying values that somebody's template names.
    """

    known: Mapping[int, Known]
    channels: Mapping[str, Channel]
    addresses: Mapping[str, Mapping[int, str]]
    consenting: Mapping[tuple[str, str], set[int]]
    planned: defaultdict[int, dict[str, int]]
    brand_zone: ZoneInfo
    now: int
    plain: set[int] = field(default_factory=set)
    revealed: dict[str, dict[int, Any]] = field(default_factory=dict)
    ranks: dict[str, Rank] = field(default_factory=dict)
    outdone: dict[str, Reason] = field(default_factory=dict)

    def traits(self, profile: int) -> dict[str, Any]:
        """Return what templates may say of a person."""
        named = {
            name: values[profile] for name, values in self.revealed.items() if profile in values
        }
        return {**self.known[profile].traits, **named}

    def zone(self, profile: int) -> ZoneInfo:
        """Return a person's zone: her trait ``timezone``, else the brand's."""
        person = self.known.get(profile)
        name = None if person is None else person.traits.get(_ZONE_TRAIT)
        if not isinstance(name, str):
            return self.brand_zone
        try:
            return zone_of(name)
        except Invalid:
            return self.brand_zone

    def address(self, profile: int, channel: str) -> str | None:
        """Return where a channel reaches a person; None where it needs no address, or has none."""
        trait = self.channels[channel].address_trait
        return None if trait is None else self.addresses[trait].get(profile)

    def standing(
        self, touch: Request | Message, settings: GateSettings, planned: Sequence[int]
    ) -> Standing:
        """Put together what the gate must know for one touch."""
        person = self.known.get(touch.profile)
        channel = self.channels.get(touch.channel)
        return Standing(
            zone=self.zone(touch.profile),
            has_channel=channel is not None,
            has_address=person is not None
            and channel is not None
            and (
                channel.address_trait is None
                or touch.profile in self.addresses[channel.address_trait]
            ),
            consents=touch.profile in self.consenting[touch.purpose, touch.channel],
            plain=touch.profile in self.plain,
            age=None if person is None else age_of(person.traits, self.now, self.brand_zone),
            held_out=person is not None and is_held_out(person.bucket_key, settings),
            planned=planned,
        )


def look_up(
    work: Work,
    people: People,
    channels: Mapping[str, Channel],
    brand_zone: ZoneInfo,
    touches: Sequence[Request | Message],
    traits: Collection[str] = (),
) -> Audience:
    """Look up everybody whom the touches concern, except what is planned for them.

    ``traits`` are those that templates name, scores among them.
    """
    profiles = {touch.profile for touch in touches}
    by_trait: defaultdict[str, set[int]] = defaultdict(set)
    by_consent: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
    for touch in touches:
        channel = channels.get(touch.channel)
        if channel is not None and channel.address_trait is not None:
            by_trait[channel.address_trait].add(touch.profile)
        by_consent[touch.purpose, touch.channel].add(touch.profile)
    return Audience(
        known=people.known(work, profiles, fading=traits),
        channels=channels,
        addresses={
            trait: _addresses(people.reveal(work, wanted, trait))
            for trait, wanted in by_trait.items()
        },
        consenting={
            key: people.consenting(work, wanted, *key) for key, wanted in by_consent.items()
        },
        planned=defaultdict(dict),
        brand_zone=brand_zone,
        now=work.now,
        plain=people.not_personalised(work, profiles),
    )


def look_up_planned(work: Work, audience: Audience, profiles: set[int]) -> None:
    """Look up what is planned for people; call it with the gate locked."""
    for planned in store.planned(work, profiles):
        audience.planned[planned.profile][planned.message] = planned.due
        if planned.queued:
            audience.ranks[planned.message] = planned.rank


def look_up_named(
    work: Work, people: People, audience: Audience, named: Iterable[tuple[int, Iterable[str]]]
) -> None:
    """Reveal the identifying traits that templates name, each once for all who get such a one."""
    wanted: defaultdict[str, set[int]] = defaultdict(set)
    for profile, traits in named:
        for trait in traits:
            wanted[trait].add(profile)
    for trait in sorted(IDENTIFYING.intersection(wanted)):
        audience.revealed[trait] = people.reveal(work, wanted[trait], trait)


def _addresses(revealed: Mapping[int, object]) -> dict[int, str]:
    return {
        profile: str(value)
        for profile, value in revealed.items()
        if isinstance(value, str | int) and str(value).strip()
    }
