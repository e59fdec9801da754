"""Budgets and templates: what may be given away in all, and what a kind of coupon is."""

import msgspec

from coterie.core.errors import Invalid, NotFound
from coterie.core.ids import check_slug
from coterie.ledger.model import Account, Entry, Line
from coterie.ledger.posting import Overdrawn
from coterie.loyalty.coupons.base import Base
from coterie.loyalty.coupons.codes import read
from coterie.loyalty.coupons.defining import check_budget, check_template
from coterie.loyalty.coupons.model import Budget, BudgetStanding, Template
from coterie.loyalty.coupons.terms import store as terms
from coterie.storage import audit
from coterie.storage.work import Work

FUNDS = "funds"
"""Where budgets are filled from."""


def budget_account(slug: str) -> str:
    """Name the account of what a budget still has."""
    return f"budget:{slug}"


def spent_account(slug: str) -> str:
    """Name the account of what was spent of a budget."""
    return f"budget:{slug}:spent"


class Budgeting(Base):
    """Keeps budgets as accounts of the ledger, and templates with all their versions."""

    # --- budgets

    def keep_budget(self, work: Work, budget: Budget) -> Budget:
        """Make a budget, or change one: what it gains or loses is an entry of the ledger.

        Raises Invalid, also for an amount below what is spent and set aside of a hard one.
        """
        check_budget(budget)
        self._ledger.hold(work)
        present = terms.budgets(work, [budget.slug]).get(budget.slug)
        before, version = (0, 0) if present is None else (present[0].amount, present[1])
        account, unit = budget_account(budget.slug), self._currency
        self._ledger.open(
            work,
            [
                Account(FUNDS, unit),
                Account(account, unit, 0 if budget.mode == "hard" else None),
                Account(spent_account(budget.slug), unit, 0),
            ],
        )
        more = budget.amount - before
        if more:
            lines = (Line(FUNDS, -more), Line(account, more))
            try:
                self._ledger.post(work, Entry(f"fund:{budget.slug}:{version + 1}", "fund", lines))
            except Overdrawn as error:
                raise Invalid(
                    "more than that is spent or set aside already",
                    path="amount", hint="choose a larger amount",
                ) from error  # fmt: skip
        terms.keep_budget(work, budget, version + 1)
        audit.record(work, "budget.keep", budget.slug, amount=budget.amount, mode=budget.mode)
        return budget

    def budgets(self, work: Work) -> list[BudgetStanding]:
        """Return every budget and where it stands now."""
        return self._standing(work, [one for one, _ in terms.budgets(work).values()])

    def budget(self, work: Work, slug: str) -> BudgetStanding:
        """Return one budget; raises NotFound."""
        found = terms.budgets(work, [slug])
        if slug not in found:
            raise NotFound(f"there is no budget {slug!r}")
        return self._standing(work, [found[slug][0]])[0]

    def _standing(self, work: Work, budgets: list[Budget]) -> list[BudgetStanding]:
        names = [name(one.slug) for one in budgets for name in (budget_account, spent_account)]
        held = self._ledger.balances(work, names)
        found = []
        for one in budgets:
            mine = held[budget_account(one.slug)]
            spent = held[spent_account(one.slug)].balance
            found.append(BudgetStanding(one, mine.balance, mine.held, spent))
        return found

    # --- templates

    def define(self, work: Work, template: Template) -> Template:
        """Make a template, or its next version: coupons keep the terms they were issued under.

        Raises Invalid with the path of the fault.
        """
        check_template(template, self._zone)
        self._ledger.hold(work)
        present = terms.templates(work, [template.slug], hold=True).get(template.slug)
        issued = 0 if present is None else present.issued
        if template.budget is not None and not terms.budgets(work, [template.budget]):
            raise Invalid(f"there is no budget {template.budget!r}", path="budget",
                          hint="make it first")  # fmt: skip
        if template.stock is not None and template.stock < issued:
            raise Invalid(f"{issued:,} were issued already", path="stock",
                          hint="choose a larger number")  # fmt: skip
        shared = None if template.shared is None else read(template.shared)
        other = None if shared is None else terms.shared(work, shared)
        if other not in (None, template.slug):
            raise Invalid(f"this is the code of {other!r}", path="shared", hint="choose another")
        if template.segment is not None:
            self._members(work, template.segment)
        version = 1 if present is None else present.version + 1
        kept = msgspec.structs.replace(template, version=version, shared=shared, issued=issued)
        terms.keep_template(work, kept)
        audit.record(work, "coupon.define", template.slug, version=version)
        return kept

    def template(self, work: Work, slug: str) -> Template:
        """Return a template as it is now; raises NotFound."""
        found = terms.templates(work, [slug]).get(slug)
        if found is None:
            raise NotFound(f"there is no coupon {slug!r}")
        return found

    def templates(self, work: Work, *, campaign: str | None = None) -> list[Template]:
        """Return all templates, or those of a campaign."""
        return list(terms.templates(work, campaign=campaign).values())

    def versions(self, work: Work, slug: str) -> list[terms.Version]:
        """Return every version of a template, the newest first."""
        return terms.versions(work, slug)

    def enable(self, work: Work, slug: str, on: bool) -> None:
        """Let a template be issued and used, or not; who has a lock may still pay with it."""
        template = self.template(work, check_slug(slug))
        if template.enabled != on:
            terms.enable(work, slug, on)
            audit.record(work, "coupon.enable" if on else "coupon.disable", slug)
