"""Look for a person in every store, after she was erased, to prove that nothing of her is left.

Every text column, JSON value and blob of the operational database, every value of the log's files
and of its hot tail, inbox and quarantine, waiting uploads; and the digests of her identities
everywhere but in the tombstones.
"""

from collections.abc import Collection
from dataclasses import dataclass

from coterie.events.named import Names
from coterie.roads.erasing import store
from coterie.roads.erasing.hers import Hers
from coterie.roads.imports.service import Imports
from coterie.roads.inbound import Inbound
from coterie.storage.work import Work


@dataclass(frozen=True)
class Result:
    """How many places were looked through, and in which of them something was found.

    ``elsewhere`` are those where a word of hers stands that others may share, such as a name.
    """

    places: int
    found: tuple[str, ...]
    elsewhere: tuple[str, ...]


def search(
    work: Work, inbound: Inbound, imports: Imports, hers: Hers, digests: Collection[str]
) -> Result:
    """Look for a person's texts and digests; names places, never values."""
    alone = [*hers.texts, *(digest.rpartition(":")[2] for digest in digests)]
    places = 0
    found: dict[bool, set[str]] = {True: set(), False: set()}
    for is_hers, texts in ((True, alone), (False, list(hers.words))):
        if not texts:
            continue
        names = Names([("", text) for text in texts])
        tables = store.tables()
        places += len(tables) + 4
        for table in tables:
            found[is_hers].update(store.places(work, table, names, texts))
        found[is_hers].update(_in_log(inbound, work, texts))
        if any(inbound.inbox.search(texts).values()):
            found[is_hers].add("inbox")
        found[is_hers].update(f"upload {name}" for name in imports.files_naming(names))
    return Result(places, tuple(sorted(found[True])), tuple(sorted(found[False] - found[True])))


def _in_log(inbound: Inbound, work: Work, texts: Collection[str]) -> set[str]:
    """Return the files of the log in which a text stands, or the table of its hot tail."""
    return {place.partition(":")[0] for place in inbound.log.search(work, texts)}
