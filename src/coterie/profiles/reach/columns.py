"""What the gate asks of very many people at once, answered by bitmaps and columns.

Each answers for all asked what ``Profiles`` answers one by one; people whose numbers lie close
together are found along one stretch of an index.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from coterie.profiles.consents.model import PERSONALISATION
from coterie.profiles.reach import store
from coterie.profiles.tags.service import Tags
from coterie.storage.work import Work

Numbers = NDArray[np.int32]


class Reach:
    """Who can be reached and how; a part of ``Profiles``, which calls it ``self``."""

    everyone: Callable[[Work], BitMap]
    consenting: Callable[[Work, Collection[int], str, str], set[int]]
    not_personalised: Callable[[Work, Collection[int]], set[int]]
    reveal: Callable[[Work, Collection[int], str], dict[int, Any]]
    tags: Tags

    def people_among(self, work: Work, profiles: Numbers) -> BitMap:
        """Return who of these is a person now, and not erased."""
        return self.everyone(work) & BitMap(profiles)

    def traits_among(
        self, work: Work, profiles: Numbers, names: Collection[str]
    ) -> list[tuple[str, Any, BitMap]]:
        """Return who of these has which value of some traits; a sealed one is told as None.

        A value out of another trait's inside counts as long as that one stands.
        """
        asked, found = BitMap(profiles), []
        for name, value, inside, theirs in store.traits_among(work, profiles, names):
            who = BitMap(theirs) & asked
            if inside:
                who &= BitMap(self.reveal(work, list(who), name))
            found.append((name, None if value is None else msgspec.json.decode(value), who))
        return found

    def agreeing(self, work: Work, profiles: Numbers, purpose: str, channel: str) -> BitMap:
        """Return who of these may be reached for a purpose on a channel, as ``consenting`` does."""
        given = BitMap(store.said_among(work, profiles, purpose, channel, given=True))
        withdrawn = BitMap(store.said_among(work, profiles, purpose, channel, given=False))
        both = given & withdrawn
        last = self.consenting(work, list(both), purpose, channel) if both else ()
        return ((given - both) | BitMap(last)) & BitMap(profiles)

    def plain_among(self, work: Work, profiles: Numbers) -> BitMap:
        """Return who of these wants nothing chosen by what is known of her."""
        withdrawn = BitMap(store.said_among(work, profiles, PERSONALISATION, None, given=False))
        asked = withdrawn & BitMap(profiles)
        return BitMap(self.not_personalised(work, list(asked))) if asked else BitMap()

    def wearing(self, work: Work, profiles: Numbers, tag: str) -> BitMap:
        """Return who of these has a tag now."""
        canonical = self.tags.dictionary(work).canonical(tag)
        return BitMap(store.wearing_among(work, canonical, profiles)) & BitMap(profiles)

    def buckets_among(self, work: Work, profiles: Numbers) -> Mapping[int, str]:
        """Return the bucket keys of these people, and perhaps of some others."""
        return store.bucket_keys_among(work, profiles)
