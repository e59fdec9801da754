"""The verbs of who is who: recognise, join and take apart, look into the queue, ask by id."""

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from coterie.core.errors import Conflict, Invalid, NotFound
from coterie.core.event import Event
from coterie.core.ids import uuid7
from coterie.core.people import Shift
from coterie.profiles.cleanse import cleanse, close
from coterie.profiles.graph import store
from coterie.profiles.graph.asking import People
from coterie.profiles.graph.carriers import Met, Rows
from coterie.profiles.graph.kinds import Name, former, names_in
from coterie.profiles.graph.merges import store as merges
from coterie.profiles.graph.model import GRAIN, Link, LinkKey, Node
from coterie.profiles.graph.placing import Placing, bucket_key, is_active, settled_at_once
from coterie.profiles.graph.settling import Cause, settle
from coterie.profiles.store import write_profiles
from coterie.profiles.vault import Sealer
from coterie.storage import audit
from coterie.storage.work import Work

_SHIFTS = "profiles.shifts"
_NEVER = -(2**60)


class Graph(People, ABC):
    """Who is who, settled anew whenever something is said of it. A part of ``Profiles``."""

    # The road: station 2

    def recognise(self, work: Work, events: Sequence[Event]) -> list[Event]:
        """Give each event its person, and take what identifies out of it.

        An event is carried by its highest-ranked identity, whose own profile it came with; the
        others it names are linked to that one. Who is one person is settled for the batch as a
        whole, so all its events have the heads that hold after it; ``shifted`` tells who was led
        by another before. What comes back carries no id but the profiles and no identifying data
        in the clear; ``learn`` finds it sealed in the event's context. Facts keep the profile that
        they came with. Raises Invalid for an event that names nobody.
        """
        names = [() if event.profile else names_in(event) for event in events]
        named = set[Name]().union(*names)
        named.update(name for event in events if event.type == "alias" for name in former(event))
        digests = {name: self.blind(*name) for name in named}
        came_with = self._met(work, events, names, digests)
        strangers = [place for place, profile in enumerate(came_with) if not profile]
        rest = {name for place in strangers for name in (*names[place], *former(events[place]))}
        placing = self._placing(work, {name: digests[name] for name in rest})
        for place in strangers:
            came_with[place] = placing.place(events[place], names[place]).profile
        cleansed = [cleanse(event) for event in events]
        sealing = {
            profile
            for profile, one in zip(came_with, cleansed, strict=True)
            if one.traits or one.properties
        }
        sealer = self._write(work, placing, sealing)
        heads = self.heads(work, set(came_with))
        return [
            close(one, heads[profile], profile, sealer, self.blind)
            for profile, one in zip(came_with, cleansed, strict=True)
        ]

    def _met(
        self,
        work: Work,
        events: Sequence[Event],
        names: Sequence[Sequence[Name]],
        digests: Mapping[Name, str],
    ) -> list[int]:
        """Return the profile that each event came with, 0 of those that need to be placed.

        A fact has its own. The others are those that name one identity alone, which is known to
        have carried events, and not from when on it was seen first: what they say of it is only
        that it was seen again.
        """
        alone = {hers[0] for hers in names if len(hers) == 1}
        place_of = {name: place for place, name in enumerate(alone)}
        blinded = [digests[name] for name in place_of]
        found = self._carriers.find(blinded, self._leading.state(work).erased)
        profiles, firsts = found["profile"].tolist(), found["first"].tolist()
        newest = [_NEVER] * len(blinded)
        came_with = [event.came_with or event.profile for event in events]
        for number, (event, hers) in enumerate(zip(events, names, strict=True)):
            if came_with[number] or len(hers) != 1 or event.type == "alias":
                continue
            place, time = place_of[hers[0]], event.time
            if profiles[place] and time >= firsts[place]:
                came_with[number] = profiles[place]
                if time > newest[place] and is_active(event):
                    newest[place] = time
        self._see_again(work, blinded, found, np.array(newest, np.int64))
        return came_with

    def _see_again(
        self, work: Work, digests: Sequence[str], found: Rows, last: NDArray[np.int64]
    ) -> None:
        """Write when identities that are known from memory were seen last, if that is news."""
        begins = last - last % GRAIN
        later = np.flatnonzero((found["profile"] > 0) & (begins > found["last"]))
        times = begins[later]
        store.see_later(work, zip(found["id"][later].tolist(), times.tolist(), strict=True))
        seen = [digests[place] for place in later.tolist()]
        work.after_commit(lambda: self._carriers.see(seen, times))

    def _placing(self, work: Work, digests: Mapping[Name, str]) -> Placing:
        """Load the identities that a batch names."""
        by_kind: defaultdict[str, list[str]] = defaultdict(list)
        values: dict[tuple[str, str], str] = {}
        for (kind, value), digest in digests.items():
            by_kind[kind].append(digest)
            values[kind, digest] = value
        known = store.by_digest(work, by_kind)
        for node in known:
            node.value = values[node.kind, node.digest]
        return Placing(known, digests, store.next_identity(work), self._next_profile(work))

    def _write(self, work: Work, placing: Placing, sealing: Collection[int]) -> Sealer:
        """Write what a batch brought of identities, and settle who is one person by it."""
        nodes = placing.nodes.values()
        fresh, again = self._fresh_links(work, placing)
        doubtful = settled_at_once(placing, fresh)
        homes = self._create(work, placing.created)
        riding = {node.profile for node in nodes if node.is_new and node.id not in homes}
        sealer = self.sealer(work, riding | set(sealing))

        def sealed(node: Node) -> bytes:
            return homes.get(node.id) or sealer.seal(node.profile, node.value.encode())

        promoted = [node for node in nodes if node.is_promoted]
        store.write_new(work, ((one, sealed(one)) for one in nodes if one.is_new))
        store.write_homes(work, ((one, sealed(one)) for one in promoted))
        store.write_people(work, promoted)
        store.write_seen(work, (one for one in nodes if not one.is_new))
        store.write_links(work, fresh)
        merges.open_reviews(work, again)
        work.after_commit(lambda: self._carriers.learn([_met(one) for one in nodes if one.owns]))
        if doubtful:
            thaw = any(link.how != "seen" for link in fresh)
            self._settle(work, doubtful, Cause(fresh), thaw=thaw, newborn=placing.created)
        return sealer

    def _fresh_links(
        self, work: Work, placing: Placing
    ) -> tuple[list[Link], list[tuple[int, str]]]:
        """Return the links that are new, and the reviews of those an operator took apart."""
        new = {node.id for node in placing.nodes.values() if node.is_new}
        known = {key[0] for key in placing.links if not new.intersection(key[:2])}
        before = {link.key: link for link in store.links_of(work, known)}
        fresh: list[Link] = []
        again: set[tuple[int, str]] = set()
        for key, link in placing.links.items():
            present = before.get(key)
            if present is None:
                fresh.append(link)
            elif present.void and present.message_id != link.message_id:
                again.add((link.other, merges.AGAIN))
            elif link.how == "alias" and not present.void and link.time > present.time:
                store.write_links(work, [link])
        return fresh, sorted(again)

    def _create(self, work: Work, created: Mapping[int, Node]) -> dict[int, bytes]:
        """Write new profiles; return their carriers' values, sealed, by the carrier's number."""
        values = [(profile, node.value) for profile, node in created.items()]
        homes = dict(zip(created, self._vault.new_homes(values), strict=True))
        write_profiles(
            work,
            [
                {
                    "id": profile,
                    "uid": uuid7(work.now),
                    "bucket_key": bucket_key(node.kind, node.value),
                    "head": node.person,
                    "wrapped": homes[profile][0],
                }
                for profile, node in created.items()
            ],
        )
        led = {
            profile: node.person
            for profile, node in created.items()
            if node.person is not None and node.person != profile
        }
        if led:
            self._leading.note(work, self._leading.state(work).changed(led))
        return {node.id: homes[profile][1] for profile, node in created.items()}

    def _settle(
        self,
        work: Work,
        seeds: Iterable[int],
        cause: Cause,
        *,
        thaw: bool,
        newborn: Collection[int] = (),
    ) -> list[Shift]:
        shifts = settle(
            work,
            self._leading,
            seeds,
            cause,
            thaw=thaw,
            sealer=lambda profiles: self.sealer(work, profiles),
            newborn=newborn,
        )
        if shifts:
            self._follow(work, shifts)
            work.memo.setdefault(_SHIFTS, []).extend(shifts)
        return shifts

    def shifted(self, work: Work) -> list[Shift]:
        """Return the profiles that another head leads since this was asked last."""
        shifts: list[Shift] = work.memo.pop(_SHIFTS, [])
        return shifts

    # By an operator's word

    def join(
        self, work: Work, profile: int, other: int, how: str = "operator", evidence: str = ""
    ) -> None:
        """Say that two profiles are one person; ``how`` is ``operator`` or ``claim``.

        ``evidence`` says by what (an order's number). Raises NotFound and Invalid.
        """
        if how not in ("operator", "claim"):
            raise Invalid(f"nobody joins people by {how!r}", hint="operator or claim")
        heads = self.heads(work, [profile, other])
        owners = {node.profile: node for node in store.of_people(work, heads.values()) if node.owns}
        for one in (profile, other):
            if one not in owners:
                raise NotFound(f"there is no profile {one}")
        if heads[profile] == heads[other]:
            return
        one, two = owners[profile].id, owners[other].id
        link = Link(one, two, how, work.now, evidence or uuid7(work.now), str(work.actor))
        store.write_links(work, [link])
        self._settle(work, [one, two], Cause([link], how), thaw=True)
        audit.record(work, "person.joined", self._outside(work, profile), how=how, other=other)

    def take_apart(self, work: Work, profile: int, identities: Collection[int]) -> None:
        """Take identities (their numbers) out of a person; what joined them to her counts no more.

        They stay together among themselves, and those that only rode along with one of them go
        with it. Raises Invalid unless some go and some stay.
        """
        head = self.heads(work, [profile])[profile]
        nodes = store.of_people(work, [head])
        hers, out = {node.id for node in nodes}, set(identities)
        if not out or not out <= hers:
            raise Invalid("name identities of hers, and no others", path="identities")
        carriers = {node.profile for node in nodes if node.owns and node.id in out}
        out |= {node.id for node in nodes if not node.owns and node.profile in carriers}
        if out == hers:
            raise Invalid("that is all of her: somebody must stay", path="identities")
        crossing = [
            link
            for link in store.links_at(work, out)
            if not link.void and (link.identity in out) != (link.other in out)
            and {link.identity, link.other} <= hers
        ]  # fmt: skip
        self._part(work, hers, [link.key for link in crossing])
        audit.record(work, "person.parted", self._outside(work, head), identities=len(out))

    def undo(self, work: Work, merge_id: int) -> None:
        """Take a merge back: both are what they would be without it.

        Raises NotFound, and Conflict when it was undone already.
        """
        merge = merges.merge(work, merge_id)
        if merge is None:
            raise NotFound(f"there is no merge {merge_id}")
        if merge.undone is not None:
            raise Conflict("this merge was undone already: look at the page again")
        head = self.heads(work, [merge.profile])[merge.profile]
        hers = {node.id: node for node in store.of_people(work, [head])}
        keys: set[LinkKey] = {(one, two, how) for one, two, how in merge.evidence}
        if merge.how == "decided":
            merges.undecide(work, {end for key in keys for end in key[:2]})
            keys = set()
        self._part(work, set(hers), keys)
        left = self.heads(work, [merge.profile, merge.head])
        if left[merge.profile] == left[merge.head]:
            self._part_sides(work, merge.profile, left[merge.head])
        audit.record(work, "person.parted", self._outside(work, merge.head), merge=merge_id)

    def _part_sides(self, work: Work, profile: int, head: int) -> None:
        """Part a profile from a head where more than the merge's own links hold them together."""
        hers = store.of_people(work, [head])
        led = {row.profile for row in merges.merges(work, [profile]) if row.head == profile}
        side = {node.id for node in hers if node.profile in led | {profile}}
        crossing = [
            link.key
            for link in store.links_at(work, side)
            if not link.void and (link.identity in side) != (link.other in side)
        ]
        self._part(work, {node.id for node in hers}, crossing)

    def _part(self, work: Work, hers: Collection[int], keys: Collection[LinkKey]) -> None:
        store.void_links(work, keys, void=True)
        merges.undecide(work, {end for key in keys for end in key[:2]})
        self._settle(work, hers, Cause(), thaw=True)

    def decide(self, work: Work, review_id: int, *, together: bool) -> None:
        """Decide on a doubtful identity: it makes one person of all it was seen with, or of none.

        Raises NotFound.
        """
        review = merges.review(work, review_id)
        if review is None:
            raise NotFound(f"there is no review {review_id}")
        merges.decide(work, review_id, together=together)
        links = store.links_at(work, [review.identity])
        if together and review.why == merges.AGAIN:
            store.void_links(work, [link.key for link in links if link.void], void=False)
        around = {end for link in links for end in (link.identity, link.other)}
        self._settle(work, {review.identity, *around}, Cause(links, "decided"), thaw=True)
        audit.record(work, "person.decided", str(review_id), together=together)

    @abstractmethod
    def _follow(self, work: Work, shifts: Sequence[Shift]) -> None:
        """Let what is known of people follow them."""


def _met(node: Node) -> Met:
    return node.digest, node.id, node.profile, node.first_seen, node.last_seen
