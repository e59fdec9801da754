"""The questions about people at a past moment, which is the ``now`` of the work they come with."""

from collections.abc import Collection, Iterable
from typing import Any

import numpy as np

from coterie.profiles import portrait, store
from coterie.profiles.facts import store as facts_store
from coterie.profiles.history import settle
from coterie.profiles.model import Fact, Known, Standing
from coterie.profiles.past import store as past
from coterie.profiles.past.model import Told
from coterie.profiles.past.stories import Stories
from coterie.profiles.paths import root_of
from coterie.profiles.slices import store as slices
from coterie.profiles.tags.service import Tags
from coterie.storage.work import Work


class Past:
    """What was known when. A part of ``Profiles``, which calls it ``self``."""

    tags: Tags

    def known_at(
        self,
        work: Work,
        profiles: Collection[int],
        worked_out: Iterable[tuple[int, str, Any, int | None]] = (),
    ) -> dict[int, Known]:
        """Return what rules might have asked of people at ``work.now``.

        ``worked_out`` are the traits that the house works out itself, as they were then: profile,
        name, value, and since when, where that is known.
        """
        people = {row.id: row.bucket_key for row in store.people(work, profiles)}
        return portrait.portray(
            people,
            _stood(work, facts_store.TRAITS, people),
            _stood(work, facts_store.TAGS, people),
            (),
            work.now,
            self.tags.dictionary(work).other_names,
            worked_out,
        )

    def stories(self, work: Work, profiles: Collection[int]) -> Stories:
        """Read all that was ever said of people, to be asked what was known at any moment."""
        people = {row.id: row.bucket_key for row in store.people(work, profiles)}
        return Stories(
            people,
            _said(work, facts_store.TRAITS, people),
            _said(work, facts_store.TAGS, people),
            self.tags.dictionary(work).other_names,
        )

    def told_by(self, work: Work, names: Collection[str]) -> Told:
        """Return what was said by ``work.now`` of everyone: these traits, and all tags."""
        wanted = {*names, *(root_of(name) for name in names)}
        others = self.tags.dictionary(work).other_names
        return Told(
            profiles=slices.export_profiles(work),
            traits=portrait.columns(
                past.traits(work, wanted), profile=np.int32, name=object, time=np.int64,
                message_id=object, came_with=np.int64, value=object, digest=object, root=object,
            ),
            tags=portrait.columns(
                past.tags(work), profile=np.int32, name=object, time=np.int64,
                message_id=object, came_with=np.int64, is_on=np.bool_, until=np.int64,
            ),
            other_names=portrait.columns(
                [(tag, other) for tag, names in others.items() for other in names],
                tag=object, other=object,
            ),
        )  # fmt: skip


def _said(
    work: Work, shelf: facts_store.Shelf, people: Collection[int]
) -> dict[tuple[int, str], list[Fact]]:
    """Read all that was ever said of people."""
    said: dict[tuple[int, str], list[Fact]] = facts_store.past_facts(work, shelf, people, ())
    for about, standing in facts_store.standings(work, shelf, people).items():
        said.setdefault(about, []).append(standing.fact)
    return said


def _stood(
    work: Work, shelf: facts_store.Shelf, people: Collection[int]
) -> dict[tuple[int, str], Standing]:
    """Settle the facts of people up to ``work.now``, as if the later ones had not been said."""
    said = _said(work, shelf, people)
    settled = {
        about: settle(None, (fact for fact in facts if fact.time <= work.now))
        for about, facts in said.items()
    }
    return {about: one.standing for about, one in settled.items() if one is not None}
