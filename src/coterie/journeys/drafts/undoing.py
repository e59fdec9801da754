"""Taking changes of a draft back, one by one; a part of ``Drafts``."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

from coterie.core.errors import Conflict
from coterie.journeys.drafts import store
from coterie.journeys.drafts.model import Draft
from coterie.journeys.drafts.store import KeptDraft
from coterie.storage import audit
from coterie.storage.work import Work

MOST_STEPS = 50
"""How many changes of a draft can be taken back."""


class Undoing:
    """Every change of a draft is remembered until the draft is published or thrown away."""

    @abstractmethod
    def _kept(self, work: Work, slug: str) -> KeptDraft: ...

    @abstractmethod
    def _write(
        self,
        work: Work,
        slug: str,
        base: int,
        definition: Mapping[str, Any],
        node_map: Mapping[str, str],
        kept: KeptDraft | None = None,
    ) -> Draft: ...

    def undo(self, work: Work, slug: str) -> Draft:
        """Take the last change back; raises Conflict where there is none any more."""
        kept, step = self._kept(work, slug), store.last_step(work, slug)
        if step is None:
            raise Conflict("there is no change of this draft left to take back")
        store.drop_last_step(work, slug)
        audit.record(work, "undo_draft", slug, revision=kept.revision + 1)
        return self._write(work, slug, kept.base, *step, kept)

    def undoable(self, work: Work, slug: str) -> bool:
        """Say whether a change of a draft can be taken back."""
        return store.last_step(work, slug) is not None
