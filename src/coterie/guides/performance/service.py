"""The face of performance: figures of guides and stores, and leaderboards that luck doesn't lead.

All are read anew from touches, bindings and credit lines; nothing is kept.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from coterie.core.clock import DAY
from coterie.guides.binding.model import BY_GUIDE
from coterie.guides.credit import store as credit
from coterie.guides.organisation.service import Organisation
from coterie.guides.performance import store
from coterie.guides.performance.model import Answers, Board, Figures
from coterie.guides.performance.ports import Confirmations, NoConfirmations
from coterie.guides.performance.shrinking import Prior, believed, fit
from coterie.guides.performance.spread import Evened, Period, evened
from coterie.storage.work import Work

By = Literal["guide", "store"]
_ADDED = ("code", "added")


class Performance:
    """Figures of one house's guides and stores."""

    def __init__(
        self, organisation: Organisation, confirmations: Confirmations | None = None
    ) -> None:
        self._organisation = organisation
        self.confirmations: Confirmations = confirmations or NoConfirmations()
        self._usual: dict[tuple[By, int, int, int], Prior] = {}

    def of(self, work: Work, guide: str, since: int, until: int) -> Figures:
        """Return one guide's figures; what is usual of all is that of the day when first asked."""
        return self._one(work, "guide", guide, since, until)

    def of_store(self, work: Work, name: str, since: int, until: int) -> Figures:
        """Return one store's figures; what is usual as ``of`` has it."""
        return self._one(work, "store", name, since, until)

    def usual(self, work: Work, by: By, since: int, until: int) -> Prior:
        """Return what all guides, or stores, share; worked out once a day and span."""
        key = (by, since // DAY, until // DAY, work.now // DAY)
        found = self._usual.get(key)
        if found is None:
            every = self._figures(work, by, since, until)
            found = fit([one.buyers for one in every], [one.customers for one in every])
            self._usual = {known: one for known, one in self._usual.items() if known[3] == key[3]}
            self._usual[key] = found
        return found

    def _one(self, work: Work, by: By, name: str, since: int, until: int) -> Figures:
        rows = self._figures(work, by, since, until, only=name)
        one = next((each for each in rows if each.name == name), Figures(name))
        of = believed([one.buyers], [one.customers], self.usual(work, by, since, until))[0]
        return replace(one, expected=of.mean, low=of.low, high=of.high)

    def board(
        self, work: Work, since: int, until: int, *, by: By = "guide",
        store_id: str | None = None, region: str | None = None,
    ) -> Board:  # fmt: skip
        """Return guides, or stores, with who surely sells best first: by the lower end.

        ``store_id`` and ``region`` show fewer of them; what is usual is always that of all.
        """
        every = self._figures(work, by, since, until)
        cases = [one.customers for one in every]
        hits = [one.buyers for one in every]
        prior = fit(hits, cases)
        rows = [
            replace(one, expected=of.mean, low=of.low, high=of.high)
            for one, of in zip(every, believed(hits, cases, prior), strict=True)
        ] if every else []  # fmt: skip
        shown = self._shown(work, by, store_id, region)
        rows = [one for one in rows if shown is None or one.name in shown]
        rows.sort(key=lambda one: (-one.low if one.customers else 1, -one.net, one.name))
        ways = credit.sums_by_way(work, since, until)
        return Board(tuple(rows), prior, ways.get("organic", 0), ways)

    def evened(self, work: Work, before: tuple[int, int], after: tuple[int, int]) -> Evened:
        """Say whether guides became more alike from one time to another (R-092)."""
        first, second = (
            {one.name: one for one in self._figures(work, "guide", *each)}
            for each in (before, after)
        )
        names = sorted(first.keys() & second.keys())
        return evened(
            _period([first[name] for name in names]), _period([second[name] for name in names])
        )

    def _shown(
        self, work: Work, by: By, store_id: str | None, region: str | None
    ) -> set[str] | None:
        if store_id is None and region is None:
            return None
        if by == "store":
            inside = self._organisation.stores_in(work, region) if region else {store_id or ""}
            return inside if store_id is None else inside & {store_id}
        found = self._organisation.guides(work, store_id=store_id, region=region)
        return {one.id for one in found}

    def _figures(
        self, work: Work, by: By, since: int, until: int, only: str | None = None
    ) -> list[Figures]:
        """Return everybody's figures, or one's, not yet shrunken."""
        span = (since, until, only)
        added = store.counted(work, by, _ADDED, *span)
        served = store.counted(work, by, BY_GUIDE, *span)
        bought = credit.buyers(work, by, *span)
        money = self._money(work, by, *span)
        answers = self._answers(work, since, until) if by == "guide" else {}
        hers = store.had_among(work, by, since, until, {profile for _, profile in bought})
        customers = Counter(store.had(work, by, *span))
        customers.update(name for name, _ in bought - hers)  # who bought through her and never was
        buyers = Counter(name for name, _ in bought)
        names = self._names(work, by) | added.keys() | customers.keys() | money.keys()
        return [
            Figures(
                name, added.get(name, 0), served.get(name, 0), customers[name], buyers[name],
                *money.get(name, (0, 0)), answers.get(name, Answers()),
            )
            for name in sorted(names - {""})
            if only in (None, name)
        ]  # fmt: skip

    def _names(self, work: Work, by: By) -> set[str]:
        if by == "store":
            return {one.key for one in self._organisation.stores(work)}
        return {one.id for one in self._organisation.guides(work, active=True)}

    def _money(
        self, work: Work, by: By, since: int, until: int, only: str | None
    ) -> dict[str, tuple[int, int]]:
        found: dict[str, tuple[int, int]] = {}
        for whose, kind, amount in credit.sums(work, by, since, until, only):
            revenue, back = found.get(whose or "", (0, 0))
            after = (revenue + amount, back) if kind == "credit" else (revenue, back - amount)
            found[whose or ""] = after
        return found

    def _answers(self, work: Work, since: int, until: int) -> dict[str, Answers]:
        told = self.confirmations.answers(work, since, until)
        slugs = self._organisation.known_userids(work, told.keys())
        return {
            slugs[userid]: Answers(one.asked, one.confirmed, one.median_ms)
            for userid, one in told.items()
            if userid in slugs
        }


def _period(figures: Sequence[Figures]) -> Period:
    return Period([one.buyers for one in figures], [one.customers for one in figures])
