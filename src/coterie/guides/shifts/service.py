"""The face: check in at a store, hand over, go home; take each tap once."""

from coterie.core.clock import DAY
from coterie.core.errors import Invalid
from coterie.guides.shifts import store
from coterie.guides.shifts.model import LONGEST, Shift
from coterie.storage import audit
from coterie.storage.work import Work

_TAPS_KEPT = 30 * DAY
_LONGEST_KEY = 64


class Shifts:
    """Shifts of one house's guides."""

    # --- where she is

    def check_in(self, work: Work, guide: str, place: str) -> Shift:
        """Say that a guide is at a store; once a shift, so that saying it again changes nothing.

        At another store it ends the shift at the first.
        """
        there = self.on(work, guide)
        if there is not None and there.store == place:
            return there
        self._end(work, guide, "forgotten" if there is None else "left")
        audit.record(work, "guide.check_in", guide, store=place)
        return store.begin(work, guide, place)

    def on(self, work: Work, guide: str) -> Shift | None:
        """Return the shift that a guide is on; None: she has not checked in."""
        return store.open_of(work, guide, work.now - LONGEST)

    def leave(self, work: Work, guide: str) -> None:
        """Say that a guide goes home."""
        if self._end(work, guide, "left"):
            audit.record(work, "guide.check_out", guide)

    def hand_over(self, work: Work, guide: str, to: str, place: str) -> None:
        """End a guide's shift by handing the store's phone on; the next one is there from now."""
        self._end(work, guide, "handed", to)
        self.check_in(work, to, place)

    def at_store(self, work: Work, place: str) -> list[Shift]:
        """Return who is at a store now."""
        found = store.at_store(work, place, work.now - LONGEST)
        return [one for one in found if one.ended is None]

    def of_guide(self, work: Work, guide: str, limit: int = 10) -> list[Shift]:
        """Return a guide's last shifts, the newest first."""
        return store.of_guide(work, guide, limit)

    def _end(self, work: Work, guide: str, by: str, to: str | None = None) -> int:
        return store.end(work, guide, {"ended": work.now, "by": by, "next": to})

    # --- what she tapped

    def fresh(self, work: Work, guide: str, key: str) -> bool:
        """Say whether a tap is new, and note it: a phone that was away sends its taps again.

        Raises Invalid for a key that is none. A tap without a key is always new.
        """
        if len(key) > _LONGEST_KEY or not key.isascii():
            raise Invalid("that is no tap's key", path="key")
        return not key or store.tap(work, guide, key, _TAPS_KEPT)
