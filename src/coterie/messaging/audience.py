"""What the gate must know of many people, looked up at once: one query each, however many."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from pyroaring import BitMap

from coterie.core.clock import zone as zone_of
from coterie.core.errors import Invalid
from coterie.messaging import store
from coterie.messaging.bounces import is_undeliverable, trait_of
from coterie.messaging.caps import Slot
from coterie.messaging.channel import Channel, Reach, Reaching
from coterie.messaging.gate import GateSettings, Standing, after_quiet, is_held_out
from coterie.messaging.languages import TRAITS as LANGUAGES
from coterie.messaging.mix import Ceiling
from coterie.messaging.model import Message, Rank, Reason, Relevance, Request
from coterie.messaging.people import Numbers, People
from coterie.messaging.relevance import Floor, floor_of
from coterie.messaging.rules import Rules, since
from coterie.profiles.age import BIRTHDAY, CONFIRMED, age_of
from coterie.profiles.model import Known
from coterie.profiles.pii import IDENTIFYING
from coterie.storage.work import Work

ZONE_TRAIT, STORE_TRAIT = "timezone", "store"

_REACHED = Reach()

Wish = tuple[Relevance | None, str, tuple[str, ...]]
"""What tells what a request asks of her interest: relevance, touch kind, items."""


@dataclass
class Audience:
    """What was looked up, at ``now``. ``planned`` grows as slots are given away.

    ``settings`` are the house's with the limits of now. ``ceilings`` are those of people who have
    any, ``floors`` what requests ask for of her interest, ``stores`` the zones of stores.

    ``ranks`` holds how the planned touches that are still queued compare with a better one,
    ``outdone`` those that find no slot any more, by the cap, since two people turned out to be one.

    ``plain`` are those who want nothing personalised. ``revealed`` holds, by trait, the
    identifying values that somebody's template names, ``asked`` of whom they were looked up.
    ``zones`` are those that were asked for, ``dues`` when the quiet hours of a zone end.
    ``reach`` is what channels say themselves of whom they reach.
    """

    known: Mapping[int, Known]
    channels: Mapping[str, Channel]
    addresses: Mapping[str, Mapping[int, str]]
    consenting: Mapping[tuple[str, str], BitMap]
    planned: defaultdict[int, dict[str, Slot]]
    brand_zone: ZoneInfo
    now: int
    settings: GateSettings = field(default_factory=GateSettings)
    ceilings: Mapping[int, tuple[Ceiling, ...]] = field(default_factory=dict)
    floors: Mapping[Wish, Floor] = field(default_factory=dict)
    stores: Mapping[str, ZoneInfo] = field(default_factory=dict)
    plain: BitMap = field(default_factory=BitMap)
    revealed: dict[str, dict[int, Any]] = field(default_factory=dict)
    asked: dict[str, Collection[int]] = field(default_factory=dict)
    zones: dict[int, ZoneInfo] = field(default_factory=dict)
    dues: dict[ZoneInfo, int] = field(default_factory=dict)
    ranks: dict[str, Rank] = field(default_factory=dict)
    outdone: dict[str, Reason] = field(default_factory=dict)
    reach: Mapping[str, Mapping[int, Reach]] = field(default_factory=dict)

    def traits(self, profile: int, named: Collection[str] | None = None) -> dict[str, Any]:
        """Return what a template may say of a person: it names ``named`` (None: whatever there is).

        What identifies her is there for those texts alone that name it.
        """
        said = dict(self.known[profile].traits)
        for name, values in self.revealed.items():
            if profile in values and (named is None or name in named):
                said[name] = values[profile]
        return said

    def zone(self, profile: int) -> ZoneInfo:
        """Return a person's zone: her trait ``timezone``, else her store's, else the brand's."""
        found = self.zones.get(profile)
        if found is None:
            found = self.zones[profile] = self._zone(profile)
        return found

    def _zone(self, profile: int) -> ZoneInfo:
        person = self.known.get(profile)
        if person is None:
            return self.brand_zone
        name = person.traits.get(ZONE_TRAIT)
        if isinstance(name, str):
            try:
                return zone_of(name)
            except Invalid:
                pass  # what is no zone says nothing
        store = person.traits.get(STORE_TRAIT) if self.stores else None
        return (
            self.stores.get(store, self.brand_zone) if isinstance(store, str) else (self.brand_zone)
        )

    def due(self, profile: int) -> int:
        """Return from when on a person may be disturbed: now, or when her quiet hours end."""
        zone = self.zone(profile)
        found = self.dues.get(zone)
        if found is None:
            found = self.dues[zone] = after_quiet(self.now, self.settings, zone)
        return found

    def address(self, profile: int, channel: str) -> str | None:
        """Return where a channel reaches a person; None where it needs no address, or has none."""
        trait = self.channels[channel].address_trait
        return None if trait is None else self.addresses[trait].get(profile)

    def cares(self, touch: Request | Message) -> bool:
        """Say whether a person cares enough for what a request speaks of."""
        floor = self.floors.get(wish_of(touch)) if isinstance(touch, Request) else None
        person = self.known.get(touch.profile)
        return floor is None or (person is not None and floor.is_met(person.traits))

    def is_bounced(self, profile: int, channel: Channel | None) -> bool:
        """Say whether the address by which a channel reaches a person was refused for good."""
        person = self.known.get(profile)
        if person is None or channel is None:
            return False
        return is_undeliverable(person, channel.address_trait)

    def standing(
        self,
        touch: Request | Message,
        settings: GateSettings,
        planned: Sequence[Slot],
        *,
        again: bool = False,
    ) -> Standing:
        """Put together what the gate must know for one touch.

        ``again``: the universal holdout, which never changes, and ceilings are left out.
        """
        person = self.known.get(touch.profile)
        channel = self.channels.get(touch.channel)
        reach = self.reach.get(touch.channel, {}).get(touch.profile, _REACHED)
        return Standing(
            zone=self.zone(touch.profile),
            has_channel=channel is not None,
            has_address=person is not None
            and channel is not None
            and reach.there
            and (
                channel.address_trait is None
                or touch.profile in self.addresses[channel.address_trait]
            ),
            bounced=self.is_bounced(touch.profile, channel),
            consents=touch.profile in self.consenting[touch.purpose, touch.channel],
            plain=touch.profile in self.plain,
            age=None if person is None else age_of(person.traits, self.now, self.brand_zone),
            held_out=not again and person is not None and is_held_out(person.bucket_key, settings),
            relevant=self.cares(touch),
            planned=planned,
            ceilings=() if again else self.ceilings.get(touch.profile, ()),
            free=reach.free,
            quota=reach.detail,
        )


def wish_of(request: Request) -> Wish:
    """Return all of a request that says what it asks of her interest."""
    return request.relevance, request.touch, request.items


def look_up(
    work: Work,
    people: People,
    channels: Mapping[str, Channel],
    brand_zone: ZoneInfo,
    touches: Sequence[Request | Message],
    traits: Collection[str] = (),
    *,
    rules: Rules,
    read: Collection[str] | None = None,
    reveal: Mapping[str, Collection[int]] = MappingProxyType({}),
) -> Audience:
    """Look up everybody whom the touches concern, except what is planned for them.

    ``traits`` are those that templates name, scores among them; ``read`` those that anybody's
    template may see, if that is less than all. ``reveal`` says of whom identifying traits are
    needed.
    """
    settings, floors = rules.now(work), _floors(work, rules, touches)
    wanted_traits = {*traits, *(name for floor in floors.values() for name in floor.traits)}
    profiles = {touch.profile for touch in touches}
    by_trait: defaultdict[str, set[int]] = defaultdict(set)
    by_consent: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
    for touch in touches:
        channel = channels.get(touch.channel)
        if channel is not None and channel.address_trait is not None:
            by_trait[channel.address_trait].add(touch.profile)
        by_consent[touch.purpose, touch.channel].add(touch.profile)
    sealed = {
        trait: {*by_trait.get(trait, ()), *reveal.get(trait, ())} for trait in {*by_trait, *reveal}
    }
    names = None if read is None else {*read, *wanted_traits, *_asked_by_the_gate(by_trait)}
    known, values = people.known_and_revealed(
        work, profiles, sealed, names=names, fading=wanted_traits
    )
    return Audience(
        known=known,
        channels=channels,
        addresses={trait: _addresses(values[trait], whose) for trait, whose in by_trait.items()},
        consenting={
            key: people.agreeing(work, _numbers(wanted), *key) for key, wanted in by_consent.items()
        },
        planned=defaultdict(dict),
        brand_zone=brand_zone,
        now=work.now,
        settings=settings,
        ceilings=rules.mixing.of_people(work, known),
        floors=floors,
        stores=rules.stores(work),
        plain=people.plain_among(work, _numbers(profiles)),
        revealed={
            trait: {one: values[trait][one] for one in whose if one in values[trait]}
            for trait, whose in reveal.items()
        },
        asked=dict(reveal),
        reach=_reach(work, channels, by_consent),
    )


def _reach(
    work: Work,
    channels: Mapping[str, Channel],
    wanted: Mapping[tuple[str, str], Collection[int]],
) -> dict[str, Mapping[int, Reach]]:
    """Ask the channels that know more of whom they reach than an address."""
    by_channel: defaultdict[str, set[int]] = defaultdict(set)
    for (_, name), profiles in wanted.items():
        if isinstance(channels.get(name), Reaching):
            by_channel[name].update(profiles)
    found: dict[str, Mapping[int, Reach]] = {}
    for name, profiles in by_channel.items():
        channel = channels[name]
        if isinstance(channel, Reaching):
            found[name] = channel.reach(work, profiles)
    return found


def _asked_by_the_gate(address_traits: Iterable[str]) -> set[str]:
    """Name the traits that the gate looks at, or what is written when."""
    addresses = {name for trait in address_traits for name in (trait, trait_of(trait))}
    return {ZONE_TRAIT, STORE_TRAIT, BIRTHDAY, CONFIRMED, *LANGUAGES, *addresses}


def _numbers(profiles: set[int]) -> Numbers:
    return np.array(sorted(profiles), np.int32)


def _floors(work: Work, rules: Rules, touches: Sequence[Request | Message]) -> dict[Wish, Floor]:
    requests = [touch for touch in touches if isinstance(touch, Request)]
    topics = rules.about(work, requests)
    found: dict[Wish, Floor] = {}
    for wish in {wish_of(request) for request in requests}:
        floor = floor_of(*wish, topics, rules.settings.interest)
        if floor is not None:
            found[wish] = floor
    return found


def look_up_planned(work: Work, audience: Audience, profiles: set[int]) -> None:
    """Look up what is planned for people; call it with the gate locked."""
    ceilings = audience.ceilings.keys() & profiles
    for planned in store.planned(work, profiles, since(audience.settings, ceilings, work.now)):
        audience.planned[planned.profile][planned.message] = planned.slot
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
        if not wanted[trait].issubset(audience.asked.get(trait, ())):
            audience.revealed[trait] = people.reveal(work, wanted[trait], trait)
            audience.asked[trait] = wanted[trait]


def _addresses(revealed: Mapping[int, object], whose: Collection[int]) -> dict[int, str]:
    return {
        profile: str(value)
        for profile, value in revealed.items()
        if profile in whose and isinstance(value, str | int) and str(value).strip()
    }
