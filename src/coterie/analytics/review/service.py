"""The face of the review: a campaign's figures, its days and its funnel, out of the log."""

from zoneinfo import ZoneInfo

from coterie.analytics.review import store
from coterie.analytics.review.model import Day, Measured, Scope, Step
from coterie.analytics.review.ports import Crediting, Owing, Scoping, Spreading
from coterie.analytics.review.reading import Review, read
from coterie.analytics.service import Analytics
from coterie.core.clock import MINUTE
from coterie.events.log import Log
from coterie.storage.work import Work


class Reviews:
    """Reviews of campaigns; ``zone`` is the brand's, for what speaks of days.

    The log is read once for all of them as long as it has taken in nothing new; in a busy house
    figures may be ``patience`` ms old.
    """

    def __init__(
        self,
        log: Log,
        analytics: Analytics,
        zone: ZoneInfo,
        scoping: Scoping,
        crediting: Crediting,
        spreading: Spreading,
        owing: Owing,
    ) -> None:
        self._log = log
        self._analytics = analytics
        self._zone = zone
        self._scoping = scoping
        self._crediting = crediting
        self._spreading = spreading
        self._owing = owing

    def review(self, work: Work, slug: str, patience: int = MINUTE) -> Review:
        """Say everything of a campaign; raises NotFound."""
        scope = self._scoping.scope(work, slug)
        found = self._measured(work, scope, patience)
        spread = None
        if scope.programme:
            until = min(scope.until, work.now)
            spread = self._spreading.spread(work, scope.programme, scope.since, until)
        parts = self._crediting.credited(work, found.orders)
        owed = self._owing.owed(work, scope.templates)
        return read(scope, found, work.now, parts, spread, owed)

    def days(self, work: Work, slug: str, patience: int = MINUTE) -> list[Day]:
        """Return what happened on each day of a campaign; they sum to its figures."""
        return list(self._measured(work, self._scoping.scope(work, slug), patience).days)

    def funnel(self, work: Work, slug: str, patience: int = MINUTE) -> list[Step]:
        """Return how far its members came: joined, active, seeded, visited, bought."""
        return list(self._measured(work, self._scoping.scope(work, slug), patience).steps)

    def _measured(self, work: Work, scope: Scope, patience: int) -> Measured:
        return self._analytics.kept(
            work,
            ("review", scope.question),
            lambda: store.measure(work, self._log, scope, self._zone),
            patience,
        )
