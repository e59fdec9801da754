"""What stands between guides and customers: take in what was told, learn from what was read.

Both write the same marks by the same law, so neither order, repetition nor loss of callbacks
changes what it comes to once a reconcile has passed.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from coterie.channels.wecom.mirror.edges import store
from coterie.channels.wecom.mirror.marked.store import ANNOUNCED, READY, WAITING, Pair
from coterie.channels.wecom.mirror.marks import BEGIN, RANK, Mark, admit, standing
from coterie.channels.wecom.mirror.model import Followed, Person, Read
from coterie.channels.wecom.mirror.sealing import Safe
from coterie.channels.wecom.mirror.tags import store as tag_store
from coterie.storage.work import Work

Erased = Callable[[Work, Collection[str]], Collection[str]]
"""Tells which of these external_userids belong to people who were erased."""


@dataclass(frozen=True)
class Told:
    """What a callback told of an edge; without a mark something was edited on it."""

    guide: str
    external: str
    mark: Mark | None = None


@dataclass(frozen=True)
class TagChange:
    """A tag of the corporation came onto an edge by a guide's hand, or off it."""

    guide: str
    external: str
    tag: str
    lies: bool


@dataclass(frozen=True)
class Learnt:
    """What reads brought: tags that guides moved, and edges begun and ended that nobody told."""

    tags: tuple[TagChange, ...] = ()
    begun: int = 0
    ended: int = 0


class Edges:
    """Customers and their edges.

    ``erased`` says of whom nothing is to be kept, ``key`` gives the digest of who she is here.
    """

    def __init__(self, safe: Safe, erased: Erased, key: Callable[[str], str]) -> None:
        self._safe = safe
        self._erased = erased
        self._key = key

    def _of_the_kept(self, work: Work, externals: Collection[str]) -> set[str]:
        return set(externals) - set(self._erased(work, externals))

    def _meet(self, work: Work, externals: Collection[str]) -> None:
        store.meet(work, {one: self._key(one) for one in externals})

    # --- what was told

    def hear_of(self, work: Work, told: Sequence[Told]) -> None:
        """Take in what callbacks told, in any order and as often as it comes."""
        kept = self._of_the_kept(work, {one.external for one in told})
        told = [one for one in told if one.external in kept]
        if not told:
            return
        self._meet(work, kept)
        new: dict[Pair, list[Mark]] = {}
        for one in told:
            if one.mark is not None:
                new.setdefault((one.guide, one.external), []).append(one.mark)
        began = {one.external for one in told if one.mark is None or one.mark.kind in BEGIN}
        store.ask_for(work, began, work.now)
        self._admit(work, new, began)

    def _admit(
        self, work: Work, new: Mapping[Pair, Sequence[Mark]], waiting: Collection[str]
    ) -> list[tuple[Pair, Mark]]:
        """Write new marks and what they come to; return those that say something new.

        What happened to a customer who is still to be read is told on after that read, in order.
        """
        externals = {external for _, external in new}
        known, rows = store.MARKS.of(work, externals), store.customers(work, externals)
        waits = {*waiting, *(one for one, row in rows.items() if row.pull_due is not None)}
        write: list[tuple[Pair, Mark, int]] = []
        drop: list[tuple[Pair, Mark]] = []
        changed: dict[Pair, list[Mark]] = {}
        for pair, some in new.items():
            admitted = admit(known.get(pair, ()), some)
            if not admitted.write:
                continue
            stage = WAITING if pair[1] in waits else READY
            write += [(pair, mark, ANNOUNCED if mark.announced else stage)
                      for mark in admitted.write]  # fmt: skip
            drop += [(pair, mark) for mark in admitted.drop]
            gone = {mark.key for mark in (*admitted.drop, *admitted.write)}
            kept = [mark for mark in known.get(pair, ()) if mark.key not in gone]
            changed[pair] = [*kept, *admitted.write]
        store.MARKS.drop(work, drop)
        store.MARKS.write(work, write)
        store.write_standings(work, {pair: standing(some) for pair, some in changed.items()})
        return [(pair, mark) for pair, mark, _ in write if not mark.announced]

    # --- what was read

    def news(self, work: Work, people: Iterable[Person]) -> list[tuple[Person, str]]:
        """Return of whom the platform tells something else than before, each with its digest."""
        by_id = {one.external: one for one in people if one.name or one.unionid}
        kept = self._of_the_kept(work, by_id)
        rows = store.customers(work, kept)
        fresh = ((by_id[one], self.digest(by_id[one])) for one in sorted(kept))
        return [
            (person, digest)
            for person, digest in fresh
            if person.external not in rows or rows[person.external].digest != digest
        ]

    def digest(self, person: Person) -> str:
        """Return what tells whether the platform says something else of a customer."""
        said = (person.name, person.avatar, person.gender, person.kind, person.unionid)
        return self._safe.digest(person.external, *said)

    def learn(self, work: Work, reads: Sequence[Read], *, infer: bool = False) -> Learnt:
        """Take in answers of the platform: details of edges, and tags that guides moved.

        With ``infer`` an edge that no callback told of is begun by it. Marks that waited for the
        read are ready to be told on.
        """
        kept = self._of_the_kept(work, {one.person.external for one in reads})
        reads = [one for one in reads if one.person.external in kept]
        if not reads:
            return Learnt()
        self._meet(work, kept)
        found = self._infer(work, reads) if infer else []
        self._note(work, reads)
        rows = store.details(work, kept)
        shown = [one for read in reads for one in read.edges if (one.guide, one.external) in rows]
        details = (self._details(one, rows[one.guide, one.external]) for one in shown)
        store.write_details(work, [one for one in details if one is not None])
        at = {read.person.external: read.at for read in reads}
        moved = self._tags(work, shown, at)
        store.MARKS.make_ready(work, kept)
        return Learnt(tuple(moved), begun=len(found))

    def _infer(self, work: Work, reads: Sequence[Read]) -> list[tuple[Pair, Mark]]:
        new = {
            (one.guide, one.external): [Mark(one.since, "begun", told=False, state=one.state)]
            for read in reads
            for one in read.edges
        }
        return self._admit(work, new, ())

    def _note(self, work: Work, reads: Sequence[Read]) -> None:
        """Note when customers were read, unless somebody has asked for it again since."""
        rows = store.customers(work, {one.person.external for one in reads})
        said = []
        for read in reads:
            row = rows[read.person.external]
            met = row.pull_due is not None and read.complete and row.pull_due <= read.at
            known = bool(read.person.name or read.person.unionid)
            said.append(
                {
                    "external": row.external,
                    "digest": self.digest(read.person) if known else row.digest,
                    "pulled": max(read.at, row.pulled or 0),
                    "pull_due": None if met else row.pull_due,
                }
            )
        store.note_read(work, said)

    def introduced(self, work: Work, people: Sequence[Person]) -> None:
        """Note that the road was told who these are, though no read of their own was made."""
        rows = store.customers(work, {one.external for one in people})
        said = [
            {
                "external": one.external,
                "digest": self.digest(one),
                "pulled": rows[one.external].pulled,
                "pull_due": rows[one.external].pull_due,
            }
            for one in people
            if one.external in rows
        ]
        store.note_read(work, said)

    def _details(self, one: Followed, row: Any) -> Mapping[str, Any] | None:
        """Return what a read adds to an edge; None when it says what is known."""
        state = row.state or one.state
        digest = self._safe.digest(one.guide, one.external, one.remark) if one.remark else None
        if (state, one.add_way, digest) == (row.state, row.add_way, row.remark_digest):
            return None
        about = f"{one.guide}/{one.external}"
        return {
            "guide": one.guide, "external": one.external, "state": state, "add_way": one.add_way,
            "remark": self._safe.seal(about, one.remark) if one.remark else None,
            "remark_digest": digest,
        }  # fmt: skip

    def _tags(
        self, work: Work, shown: Sequence[Followed], at: Mapping[str, int]
    ) -> list[TagChange]:
        """Find what guides put on edges and took off; what we did since the read stands."""
        known = tag_store.edge_tags(work, {one.external for one in shown})
        moved = []
        for one in shown:
            if one.tags is None:
                continue
            before = known.get((one.guide, one.external), {})
            for tag in sorted(one.tags | before.keys()):
                row, lies = before.get(tag), tag in one.tags
                was = row is not None and row.lies
                is_echo = row is not None and row.ours and row.at >= at[one.external]
                if lies != was and not is_echo:
                    moved.append(TagChange(one.guide, one.external, tag, lies))
        self.write_tags(work, moved, ours=False)
        return moved

    def write_tags(self, work: Work, moved: Sequence[TagChange], *, ours: bool) -> None:
        """Write that tags came onto edges or off them, by our doing or by a guide's."""
        rows = [{**vars(one), "at": work.now, "ours": ours} for one in moved]
        tag_store.write_tags(work, rows)

    # --- what a list did not show

    def end_unseen(self, work: Work, guides: Collection[str], sync: int, before: int) -> int:
        """End the edges of guides that a whole list did not show any more; count them."""
        gone = store.unseen(work, guides, sync, before)
        new = {pair: [Mark(work.now, "by_guide", told=False)] for pair in gone}
        return len(self._admit(work, new, ())) if new else 0

    def note_seen(self, work: Work, reads: Iterable[Read], sync: int) -> None:
        """Note that a reconcile saw these edges."""
        pairs = [(one.guide, one.external) for read in reads for one in read.edges]
        store.note_seen(work, pairs, sync)

    # --- reading anew

    def failed(self, work: Work, tries: Mapping[str, tuple[int, int | None]]) -> None:
        """Note that reading failed: when to try again, or, with None, that it is given up.

        What is known is told on then.
        """
        store.put_off(work, tries)
        store.MARKS.make_ready(work, [one for one, (_, due) in tries.items() if due is None])

    def remark(self, work: Work, guide: str, external: str) -> str:
        """Return what a guide noted of a customer, unsealed; empty when nothing."""
        row = store.details(work, [external]).get((guide, external))
        if row is None or row.remark is None:
            return ""
        return self._safe.open(f"{guide}/{external}", row.remark)

    # --- telling on

    def to_pull(self, work: Work, limit: int) -> list[tuple[str, int]]:
        """Return which customers are to be read now, and how often that was tried."""
        return store.to_pull(work, limit)

    def next_pull(self, work: Work) -> int | None:
        """Return when the next customer is to be read."""
        return store.next_pull(work)

    def ask_for(self, work: Work, externals: Iterable[str]) -> None:
        """Have customers read anew."""
        store.ask_for(work, externals, work.now)

    def meet(self, work: Work, externals: Collection[str]) -> None:
        """Write down customers who were met elsewhere, such as in a group."""
        self._meet(work, self._of_the_kept(work, externals))

    def ready(self, work: Work, limit: int) -> list[Any]:
        """Return what is to be told on of edges, in the order in which it happened."""
        return sorted(store.ready(work, limit), key=lambda row: (row.at, RANK[row.kind]))

    def announced(self, work: Work, rows: Sequence[Any]) -> None:
        """Note what was told on."""
        store.MARKS.announced(work, rows)
