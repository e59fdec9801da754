"""Who is one person now: compared with who was, and written with all that follows from it."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from coterie.core.people import Shift
from coterie.profiles.graph import store
from coterie.profiles.graph.closure import Closure, around
from coterie.profiles.graph.heads import Leading
from coterie.profiles.graph.merges import store as merges
from coterie.profiles.graph.model import STRONG, Link, LinkKey, Node
from coterie.profiles.store import bucket_keys
from coterie.profiles.vault import Sealer
from coterie.storage.work import Work


@dataclass
class _Difference:
    """What is not as it was."""

    people: list[Node] = field(default_factory=list)
    homes: list[Node] = field(default_factory=list)
    shifts: list[Shift] = field(default_factory=list)
    person: dict[int, int] = field(default_factory=dict)
    """By profile: its head now."""
    before: dict[int, int | None] = field(default_factory=dict)
    """By identity: whom it led to before."""


@dataclass(frozen=True)
class Cause:
    """Why people are settled anew: the links that are new, and the word that did it."""

    links: Collection[Link] = ()
    how: str | None = None


def settle(
    work: Work,
    leading: Leading,
    seeds: Iterable[int],
    cause: Cause,
    *,
    thaw: bool,
    sealer: Callable[[Collection[int]], Sealer],
    newborn: Collection[int] = (),
) -> list[Shift]:
    """Say anew who is one person around some identities; return the profiles that shifted.

    ``newborn`` profiles were made in this work: whatever they are led by, nothing follows them.
    """
    closure = around(work, seeds, thaw=thaw)
    found = _differences(closure)
    _write_homes(work, found.homes, sealer)
    store.write_people(work, found.people)
    _review(work, closure, found.people)
    if found.shifts:
        leading.change(work, {shift.profile: shift.head for shift in found.shifts})
        _write_merges(work, closure, found, cause)
    return [shift for shift in found.shifts if shift.profile not in newborn]


def _differences(closure: Closure) -> _Difference:
    partition = closure.people()
    owners = {node.profile: node.id for node in closure.nodes.values() if node.owns}
    found = _Difference()
    for group in partition.people:
        nodes = [closure.nodes[one] for one in sorted(group & closure.core)]
        own = sorted(node.profile for node in nodes if node.owns)
        head = own[0] if own else None
        for node in nodes:
            why = "limit" if node.id in closure.frozen else partition.shared.get(node.id)
            found.before[node.id] = node.person
            if node.owns and head is not None:
                found.person[node.profile] = head
                if node.person is not None and node.person != head:
                    found.shifts.append(Shift(node.profile, node.person, head))
            elif head is not None and owners.get(node.profile) not in group:
                node.profile = head
                found.homes.append(node)
            if (node.person, node.shared) != (head, why):
                node.person, node.shared = head, why
                found.people.append(node)
    found.shifts.sort(key=lambda shift: shift.profile)
    return found


def _write_homes(
    work: Work, homes: Collection[Node], sealer: Callable[[Collection[int]], Sealer]
) -> None:
    """Seal identities that only rode along with the key of a person that they lead to now."""
    if not homes:
        return
    before = store.sealed_values(work, [node.id for node in homes])
    keys = sealer({whose for whose, _ in before.values()} | {node.profile for node in homes})
    moved = []
    for node in homes:
        whose, sealed = before[node.id]
        if whose in keys and node.profile in keys:
            moved.append((node, keys.seal(node.profile, keys.open(whose, sealed))))
    store.write_homes(work, moved)


def _review(work: Work, closure: Closure, changed: Iterable[Node]) -> None:
    """Open a review of each identity that has become shared, close those of what is no more."""
    nodes = list(changed)
    decided = closure.decisions
    merges.close_reviews(work, [node.id for node in nodes if node.shared is None])
    merges.open_reviews(
        work,
        [(node.id, node.shared) for node in nodes
         if node.shared is not None and node.id not in decided],
    )  # fmt: skip


def _write_merges(work: Work, closure: Closure, found: _Difference, cause: Cause) -> None:
    """Log who came to be led, with the links that did it; close the merges that hold no more."""
    before = {shift.profile: shift.before for shift in found.shifts}
    standing = merges.open_merges(work, before)
    person = found.person
    over = [row for row in standing if person[row.profile] != person.get(row.head, row.head)]
    merges.close_merges(work, [row.id for row in over])
    parted = {row.profile for row in over}
    held = {row.profile for row in standing} - parted
    merged = [
        shift
        for shift in found.shifts
        if shift.head != shift.profile
        and shift.profile not in held
        and (shift.before == shift.profile or shift.profile in parted)
    ]
    evidence = _evidence(closure, cause, found)
    keys = bucket_keys(work, {one for shift in merged for one in (shift.profile, shift.head)})
    merges.write_merges(
        work,
        [
            {
                "at": work.now,
                "profile": shift.profile,
                "head": shift.head,
                "how": cause.how or _strongest(evidence[shift.head]),
                "actor": str(work.actor),
                "evidence": [list(link.key) for link in evidence[shift.head]],
                "bucket_key": keys[shift.profile],
                "head_bucket_key": keys[shift.head],
                "contaminated": keys[shift.profile] != keys[shift.head],
            }
            for shift in merged
        ],
    )


def _evidence(closure: Closure, cause: Cause, found: _Difference) -> defaultdict[int, list[Link]]:
    """Find, for each person, the links that made it one: of the new ones, if they did it."""
    evidence: defaultdict[int, list[Link]] = defaultdict(list)
    keys: set[LinkKey] = {link.key for link in cause.links}
    for link in closure.links.values():
        if link.void or (keys and link.key not in keys) or link.identity not in closure.nodes:
            continue
        one, other = closure.nodes[link.identity], closure.nodes.get(link.other)
        if other is None or one.person is None or one.person != other.person:
            continue
        was, were = found.before.get(one.id), found.before.get(other.id)
        if was is None or was != were:
            evidence[one.person].append(link)
    return evidence


def _strongest(links: Collection[Link]) -> str:
    return next((link.how for link in links if link.how in STRONG), "seen")
