"""The face of the directory: list people, search for them, and say who is who on a list."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Protocol

from pyroaring import BitMap

from coterie.profiles.directory import store
from coterie.profiles.directory.model import (
    EVERY_CHANNEL,
    PURPOSE,
    Card,
    Hit,
    Order,
    Page,
    Place,
    Words,
)
from coterie.profiles.directory.naming import (
    NAMES,
    asked,
    called,
    fits,
    is_cut,
    prefixes,
    spellings,
)
from coterie.profiles.fading import ceiling_level, floor_level, value_at
from coterie.profiles.graph.kinds import KINDS as RANKED
from coterie.profiles.model import ANONYMOUS, Known
from coterie.profiles.slices import store as slices
from coterie.profiles.tags import store as tags
from coterie.storage import audit
from coterie.storage.work import Work

KINDS = (*RANKED, ANONYMOUS)
EXACT = ("email", "phone", "username")
"""The identities and the identifying traits that a search tries, in this order."""

_FEW = 5_000
"""Up to so many people are looked up by themselves; more are met along the order's index."""

_MOST_AT_ONCE = 20_000
_READ_AT_MOST = 5_000
"""How many names one search reads to be sure, where more was typed than is indexed."""


class People(Protocol):
    """The part of ``Profiles`` that the directory calls."""

    def blind(self, name: str, value: Any) -> str:
        """Return the blind index of an identifying value."""
        ...

    def known(
        self, work: Work, profiles: Collection[int], fading: Collection[str] | None = None
    ) -> dict[int, Known]:
        """Return what rules may ask of people."""
        ...

    def everyone(self, work: Work) -> BitMap:
        """Return every known profile."""
        ...

    def reveal_all(
        self, work: Work, profiles: Collection[int], names: Collection[str]
    ) -> dict[int, dict[str, Any]]:
        """Return people's values of some traits, identifying or not."""
        ...

    def user_ids(self, work: Work, profiles: Collection[int]) -> dict[int, str]:
        """Return people's user ids."""
        ...

    def consenting(
        self, work: Work, profiles: Collection[int], purpose: str, channel: str
    ) -> set[int]:
        """Return who may be reached for a purpose on a channel."""
        ...


class Directory:
    """Lists of people, and the search for one. The console asks; learning calls ``index``."""

    def __init__(self, profiles: People) -> None:
        self._profiles = profiles

    # Lists

    def page(
        self,
        work: Work,
        order: Order,
        *,
        among: BitMap | None = None,
        start: Place | None = None,
        backwards: bool = False,
        edge: Place | None = None,
        limit: int = 50,
    ) -> Page:
        """Return the people of one page: those after a place, or (``backwards``) before it.

        ``among`` are the people listed; None: everybody. ``edge`` is a place before which none of
        them stands, so that what lies before it need not be read.
        """
        asked_order = order
        if backwards:
            asked_order = Order(order.by, order.score, not order.descending)
        found = self._places(work, asked_order, among, start or edge, limit + 1)
        is_more = len(found) > limit
        shown = found[:limit]
        if backwards:
            return Page(tuple(reversed(shown)), is_more, start is not None)
        return Page(tuple(shown), start is not None, is_more)

    def walk(
        self, work: Work, order: Order, among: BitMap | None = None, size: int = 2_000
    ) -> Iterator[list[int]]:
        """Yield all people of a list in portions, in order."""
        start: Place | None = None
        while True:
            page = self.page(work, order, among=among, start=start, limit=size)
            if page.places:
                yield page.profiles
            if not page.is_more_after:
                return
            start = page.places[-1]

    def _places(
        self, work: Work, order: Order, among: BitMap | None, start: Place | None, limit: int
    ) -> list[Place]:
        if among is not None and len(among) <= _FEW:
            return _cut(store.places(work, order, list(among)), order, start)[:limit]
        found: dict[int, Place] = {}
        size = limit
        while len(found) < limit:
            batch = store.ranked(work, order, start, size, among)
            theirs = set(store.places(work, order, {one.profile for one in batch.met}))
            found |= {one.profile: one for one in batch.met if one in theirs}
            if batch.count < size:
                break
            start, size = batch.last, min(4 * size, _MOST_AT_ONCE)
        return list(found.values())[:limit]

    def cards(
        self, work: Work, profiles: Collection[int], scores: Collection[str] = ()
    ) -> list[Card]:
        """Say who people are, in the order given; ``scores`` names the fading traits wanted."""
        rows = {row.id: row for row in store.people(work, profiles)}
        known = self._profiles.known(work, profiles, fading=scores)
        names = self.names(work, profiles)
        user_ids = self._profiles.user_ids(work, profiles)
        seen = store.seen(work, profiles)
        cards = []
        for profile in profiles:
            if profile not in known:
                continue
            first, last = seen.get(profile, (None, None))
            cards.append(
                Card(
                    profile=profile,
                    uid=rows[profile].uid,
                    name=names.get(profile, ""),
                    user_id=user_ids.get(profile, ""),
                    created=rows[profile].created,
                    first_seen=first,
                    last_seen=last,
                    tags=tuple(sorted(known[profile].tags)),
                    traits=_without(known[profile].traits, scores),
                    scores=_only(known[profile].traits, scores),
                )
            )
        return cards

    def names(self, work: Work, profiles: Collection[int]) -> dict[int, str]:
        """Return what people are called; who is called by no name is left out."""
        revealed = self._profiles.reveal_all(work, profiles, NAMES)
        named = {profile: called(traits) for profile, traits in revealed.items()}
        return {profile: name for profile, name in named.items() if name}

    # Who meets one plain thing, along an index

    def seen_since(self, work: Work, moment: int) -> BitMap:
        """Return who was seen at or after a moment, to a quarter of an hour."""
        return BitMap(store.seen_since(work, moment))

    def tagged(self, work: Work, tag: str) -> BitMap:
        """Return who has a tag now."""
        return BitMap(store.tagged(work, tags.dictionary(work).canonical(tag)))

    def scoring(self, work: Work, score: str, least: float) -> BitMap:
        """Return whose fading trait is worth at least so much now (more than nothing)."""
        half_life = slices.half_life(work, score)
        if half_life is None or least <= 0:
            return BitMap()
        lowest = floor_level(least, half_life, work.now)
        surely = ceiling_level(least, half_life, work.now)
        close = slices.levels_between(work, score, lowest, surely)
        return BitMap(store.levels_from(work, score, surely)) | BitMap(
            profile for profile, level in close if value_at(level, half_life, work.now) >= least
        )

    def words(self, work: Work, purpose: str = PURPOSE, channel: str = EVERY_CHANNEL) -> Words:
        """Return who agreed to a purpose on a channel, and who took it back; the rest is silent."""
        channels = list({channel, EVERY_CHANNEL})
        given = BitMap(store.said(work, purpose, channels, given=True))
        withdrawn = BitMap(store.said(work, purpose, channels, given=False))
        both = given & withdrawn
        agreeing = BitMap(self._profiles.consenting(work, list(both), purpose, channel))
        return Words(purpose, channel, (given - both) | agreeing, withdrawn - agreeing)

    def tags(self, work: Work) -> list[tuple[str, int]]:
        """Return the tags in use, each with how many people have it, in order of name."""
        return store.tag_counts(work)

    def trait_names(self, work: Work) -> list[str]:
        """Return the names of the traits that were ever learnt, in order."""
        return store.trait_names(work)

    # Search

    def search(self, work: Work, text: str, limit: int = 8) -> list[Hit]:
        """Find people by an exact id, else by their names; the best hits first."""
        found = {hit.profile: hit for hit in self._exact(work, text)}
        if len(found) < limit:
            for profile in self.named(work, text):
                found.setdefault(profile, Hit(profile, "name"))
                if len(found) == limit:
                    break
        return list(found.values())[:limit]

    def matching(self, work: Work, text: str) -> BitMap:
        """Return everybody whom a search finds."""
        exact = BitMap(hit.profile for hit in self._exact(work, text))
        return exact | self.named(work, text)

    def named(self, work: Work, text: str) -> BitMap:
        """Return whose name has words that begin with what was typed, in any order."""
        keys = asked(text)
        if not keys:
            return BitMap()
        lists = [BitMap(store.with_prefix(work, self._prefix(key))) for key in keys]
        found = lists[0].intersection(*lists[1:])
        if not is_cut(text):
            return found
        names = self.names(work, list(found[:_READ_AT_MOST]))
        return BitMap(profile for profile, name in names.items() if fits(name, text))

    def _exact(self, work: Work, text: str) -> list[Hit]:
        typed = spellings(text)
        if not typed:
            return []
        blind = self._profiles.blind
        ids = [(kind, blind(kind, one)) for kind in KINDS for one in typed]
        traits = [(name, blind(name, one)) for name in EXACT for one in typed]
        found = store.by_identity(work, ids) + store.by_trait(work, traits)
        order = {by: number for number, by in enumerate((*KINDS, *EXACT))}
        best: dict[int, str] = {}
        for profile, by in sorted(found, key=lambda hit: (order[hit[1]], hit[0])):
            best.setdefault(profile, by)
        return [Hit(profile, by) for profile, by in best.items()]

    def index(self, work: Work, profiles: Collection[int]) -> None:
        """Index people's names anew, as they stand now."""
        if not profiles:
            return
        revealed = self._profiles.reveal_all(work, profiles, NAMES)
        rows = {
            (self._prefix(prefix), profile)
            for profile, traits in revealed.items()
            for name in traits.values()
            if isinstance(name, str)
            for prefix in prefixes(name)
        }
        store.write_prefixes(work, profiles, sorted(rows))

    def _prefix(self, prefix: str) -> int:
        digest = self._profiles.blind("prefix of a name", prefix)
        return int.from_bytes(bytes.fromhex(digest[:16]), signed=True)

    # Looking behind the masks

    def show(self, work: Work, profile: int) -> None:
        """Keep that somebody looked at a person's identifying data in the clear."""
        audit.record(work, "person.shown", _outside(work, profile))


def _cut(found: list[Place], order: Order, start: Place | None) -> list[Place]:
    """Order places, and leave out those up to a place."""
    if start is not None:
        at = start.rank
        found = [one for one in found if (one.rank < at if order.descending else one.rank > at)]
    return sorted(found, key=lambda one: one.rank, reverse=order.descending)


def _outside(work: Work, profile: int) -> str:
    return next((row.uid for row in store.people(work, [profile])), str(profile))


def _only(traits: Mapping[str, Any], names: Collection[str]) -> dict[str, float]:
    return {name: float(traits[name]) for name in names if name in traits}


def _without(traits: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    return {name: value for name, value in traits.items() if name not in names}
