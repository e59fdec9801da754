"""The questions about who is who: heads and members, ids, merges, the queue."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from coterie.core.people import Led
from coterie.profiles import store as people_store
from coterie.profiles.graph import store
from coterie.profiles.graph.carriers import Carriers
from coterie.profiles.graph.heads import Leading
from coterie.profiles.graph.kinds import ACCOUNTS, rank, written
from coterie.profiles.graph.merges import store as merges
from coterie.profiles.graph.model import Evidence, Link, Merge, Node, Review
from coterie.profiles.model import ANONYMOUS, USER, Identity
from coterie.profiles.vault import Sealer, Vault
from coterie.storage.work import Work

_QUEUE = 500
_CALLED = (*sorted(ACCOUNTS - {USER}, key=rank), "wechat.openid")


class People:
    """Who leads whom, and who goes by which id. A part of ``Profiles``."""

    def __init__(self, master_key: bytes) -> None:
        self._vault = Vault(master_key)
        self._leading = Leading()
        self._carriers = Carriers()

    def blind(self, name: str, value: Any) -> str:
        """Return the blind index of an identifying value: equal values give equal ones."""
        return self._vault.blind(name, value)

    def sealer(self, work: Work, profiles: Collection[int]) -> Sealer:
        """Return what seals and opens data of these profiles, each with its own key.

        Whoever keeps sealed data keeps ``came_with`` beside it: a merge changes no key.
        """
        ring = people_store.keyring(work, profiles)
        wrapped = {one: ring.wrapped[one] for one in profiles if one in ring.wrapped}
        return Sealer(self._vault, wrapped, ring.opened)

    # Heads (core.people)

    def heads(self, work: Work, profiles: Collection[int], /) -> dict[int, int]:
        """Return the head of each of these profiles; one that leads itself is its own."""
        return self._leading.heads(work, profiles)

    def members(self, work: Work, heads: Collection[int], /) -> dict[int, tuple[int, ...]]:
        """Return the profiles that each of these heads leads, itself among them, in order."""
        return self._leading.state(work).members(heads)

    def led(self, work: Work, /) -> Led:
        """Return everybody who is led by another."""
        return self._leading.state(work).led

    # Ids

    def find(self, work: Work, kind: str, value: str) -> int | None:
        """Return the head that an identity leads to; None when it is unknown or leads nowhere."""
        return self.found(work, kind, [value]).get(value)

    def found(self, work: Work, kind: str, values: Collection[str]) -> dict[str, int]:
        """Return the heads that identities of a kind lead to; the others are left out."""
        digests: defaultdict[str, list[str]] = defaultdict(list)
        for value in values:
            text = written(kind, value)
            if text is not None:
                digests[self.blind(kind, text)].append(value)
        rows = store.by_digest(work, {kind: list(digests)})
        return {
            value: node.person
            for node in rows
            if node.person is not None
            for value in digests[node.digest]
        }

    def user_ids(self, work: Work, profiles: Iterable[int]) -> dict[int, str]:
        """Return people's user ids; of who has none, an anonymous or another brand's id.

        Who has only a phone number or an address goes by her ``uid``.
        """
        asked = list(profiles)
        rows = store.ids_of_kinds(work, asked, (USER, ANONYMOUS, *_CALLED))
        of_each: defaultdict[int, list[Any]] = defaultdict(list)
        for row in rows:
            of_each[row.person].append(row)
        users = {who: [row.id for row in rows if row.kind == USER] for who, rows in of_each.items()}
        several = [one for ids in users.values() if len(ids) > 1 for one in ids]
        superseded = _superseded(store.links_at(work, several)) if several else set()
        best = {
            person: min(
                theirs,
                key=lambda row: (
                    row.kind != USER,
                    row.id in superseded,
                    row.kind != ANONYMOUS,
                    row.profile,
                ),
            )
            for person, theirs in of_each.items()
        }
        sealer = self.sealer(work, {row.profile for row in best.values()})
        named = {
            person: sealer.open(row.profile, row.sealed).decode()
            for person, row in best.items()
            if row.profile in sealer
        }
        unnamed = [profile for profile in asked if profile not in named]
        return named | (self.uid(work, unnamed) if unnamed else {})

    def known_since(self, work: Work, profiles: Collection[int]) -> dict[int, int]:
        """Return since when people are known: when any identity of theirs was seen first."""
        return store.first_seen(work, profiles) if profiles else {}

    def identities_of(self, work: Work, profile: int, *, near: bool = False) -> list[Identity]:
        """Return all identities of a person, the first seen first.

        With ``near``, those come last that were seen with hers and are shared with others.
        """
        hers = store.of_people(work, [profile])
        links = store.links_at(work, [node.id for node in hers])
        own = {node.id for node in hers}
        ends = {end for link in links if not link.void for end in (link.identity, link.other)}
        beside = store.by_id(work, ends - own) if near else ()
        others = [node for node in beside if node.shared is not None]
        superseded = _superseded(links)
        values = self._values(work, [*hers, *others])
        owned = {(node.kind, values.get(node.id)) for node in hers if node.owns}
        twins = {USER: ANONYMOUS, ANONYMOUS: USER}
        by_seen = sorted(hers, key=lambda node: (node.first_seen, node.digest))
        return [
            Identity(
                kind=node.kind,
                value=values[node.id],
                source=node.source,
                first_seen=node.first_seen,
                last_seen=node.last_seen,
                superseded=node.id in superseded,
                came_with=node.profile if node.owns else None,
                shared=node.shared,
                person=node.person,
                id=node.id,
            )
            for node in [*by_seen, *sorted(others, key=lambda node: node.id)]
            if node.id in values
            # of the two kinds that an alias's former id may be, the one that it turned out to be
            and (node.owns or (twins.get(node.kind), values[node.id]) not in owned)
        ]

    def _values(self, work: Work, nodes: Collection[Node]) -> dict[int, str]:
        """Open the values of identities; those whose key is gone are left out."""
        sealed = store.sealed_values(work, [node.id for node in nodes])
        sealer = self.sealer(work, {whose for whose, _ in sealed.values()})
        return {
            number: sealer.open(whose, data).decode()
            for number, (whose, data) in sealed.items()
            if whose in sealer
        }

    def uid(self, work: Work, profiles: Collection[int]) -> dict[int, str]:
        """Return the unguessable ids by which people are named outside the house."""
        return {row.id: row.uid for row in people_store.people(work, profiles)}

    def by_uid(self, work: Work, uid: str) -> int | None:
        """Return the head of an outside id, also of one that is led by now; or None."""
        return people_store.by_uid(work, uid)

    def by_uids(self, work: Work, uids: Collection[str]) -> dict[str, int]:
        """Return the heads of very many outside ids; who is not known is left out."""
        return people_store.by_uids(work, uids)

    def _outside(self, work: Work, profile: int) -> str:
        head = self.heads(work, [profile])[profile]
        return self.uid(work, [head]).get(head, str(profile))

    def _next_profile(self, work: Work) -> int:
        return people_store.next_profile(work)

    # Merges and the queue

    def merged_by(self, work: Work, profiles: Collection[int]) -> dict[int, str]:
        """Return what made others lead these profiles: ``seen``, ``alias``, ``operator``, ..."""
        return {row.profile: row.how for row in merges.open_merges(work, profiles)}

    def merges_of(self, work: Work, profile: int) -> list[Merge]:
        """Return the merges that made a person, or that she was taken out of; newest first."""
        members = self.members(work, [profile])[profile]
        rows = merges.merges(work, members)
        keys = {(one, two, how) for row in rows for one, two, how in row.evidence}
        ends = {end for key in keys for end in key[:2]}
        nodes = {node.id: node for node in store.by_id(work, ends)}
        values = self._values(work, nodes.values())
        links = {link.key: link for link in store.links_at(work, ends)}
        return [
            Merge(
                id=row.id,
                at=row.at,
                profile=row.profile,
                head=row.head,
                how=row.how,
                actor=row.actor,
                evidence=tuple(
                    _evidence(links[one, two, how], nodes, values)
                    for one, two, how in row.evidence
                    if (one, two, how) in links and one in values and two in values
                ),
                bucket_key=row.bucket_key,
                head_bucket_key=row.head_bucket_key,
                contaminated=row.contaminated,
                undone=row.undone,
                undone_by=row.undone_by,
            )
            for row in rows
        ]

    def reviews(self, work: Work, *, is_open: bool = True, limit: int = _QUEUE) -> list[Review]:
        """Return the doubtful identities that wait for a decision, or the decided; newest first."""
        rows = merges.reviews(work, is_open=is_open, limit=limit)
        nodes = {node.id: node for node in store.by_id(work, {row.identity for row in rows})}
        values = self._values(work, nodes.values())
        links = store.links_at(work, nodes)
        ends = {end for link in links for end in (link.identity, link.other)}
        people = {node.id: node.person for node in store.by_id(work, ends)}
        near: defaultdict[int, set[int]] = defaultdict(set)
        for number, node in nodes.items():
            near[number].update([] if node.person is None else [node.person])
        for link in links:
            for here, there in ((link.identity, link.other), (link.other, link.identity)):
                person = people.get(there)
                if here in nodes and person is not None:
                    near[here].add(person)
        return [
            Review(
                id=row.id,
                kind=nodes[row.identity].kind,
                value=values[row.identity],
                why=row.why,
                heads=tuple(sorted(near[row.identity])),
                opened=row.opened,
                together=row.together,
                decided=row.decided,
                decided_by=row.decided_by,
            )
            for row in rows
            if row.identity in values
        ]


def _superseded(links: Iterable[Link]) -> set[int]:
    """Find the identities that their newest alias replaced."""
    newest: dict[int, Link] = {}
    for link in sorted(links, key=lambda link: (link.time, link.message_id)):
        if link.how == "alias" and not link.void:
            newest[link.identity] = newest[link.other] = link
    return {one for one, link in newest.items() if link.other == one}


def _evidence(link: Link, nodes: dict[int, Node], values: dict[int, str]) -> Evidence:
    return Evidence(
        one=(nodes[link.identity].kind, values[link.identity]),
        other=(nodes[link.other].kind, values[link.other]),
        how=link.how,
        time=link.time,
        message_id=link.message_id,
        source=link.source,
    )
