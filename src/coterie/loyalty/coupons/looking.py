"""Look at coupons: a person's, a template's, their numbers, what was tried with them."""

from collections.abc import Collection, Sequence

from coterie.core.errors import NotFound
from coterie.loyalty.coupons import store
from coterie.loyalty.coupons.codes import read
from coterie.loyalty.coupons.judging import standing
from coterie.loyalty.coupons.model import (
    STATES,
    Coupon,
    Numbers,
    Offer,
    Order,
    Quote,
    Reason,
    Refusal,
    State,
    Template,
    Verb,
)
from coterie.loyalty.coupons.terms import store as terms
from coterie.loyalty.coupons.uses import store as uses
from coterie.loyalty.coupons.uses.store import Use
from coterie.loyalty.coupons.using import Using
from coterie.storage.work import Work

_OFFERED = 50
"""How many of a person's coupons are judged at most, the newest."""


class Looking(Using):
    """Answers what there is to know of coupons."""

    def find(self, work: Work, code: str) -> Coupon | None:
        """Return the coupon of a code, however it is typed; None when there is none."""
        return store.by_code(work, read(code))

    def get(self, work: Work, coupon: str) -> Coupon:
        """Return one coupon by its id; raises NotFound."""
        for one in store.by_id(work, [coupon]):
            return one
        raise NotFound("there is no such coupon")

    def several(self, work: Work, coupons: Collection[str]) -> dict[str, Coupon]:
        """Return coupons by id; those that there are not are left out."""
        return {one.id: one for one in store.by_id(work, coupons)}

    def of_profile(self, work: Work, profile: int) -> list[Coupon]:
        """Return a person's coupons, the newest first; ask each for its ``state_at``."""
        return store.of_profile(work, profile)

    def held(self, work: Work, profiles: Collection[int]) -> dict[int, list[Coupon]]:
        """Return people's coupons, each person's the oldest first; everybody has a key."""
        found: dict[int, list[Coupon]] = {profile: [] for profile in profiles}
        for one in store.of_profiles(work, found):
            found[one.profile].append(one)
        return found

    def stock(self, work: Work, templates: Collection[str]) -> dict[str, int | None]:
        """Return how many of each template may still be issued; None: any number."""
        return {
            slug: None if one.stock is None else max(one.stock - one.issued, 0)
            for slug, one in terms.templates(work, templates).items()
        }

    def terms_of(self, work: Work, coupons: Sequence[Coupon]) -> dict[str, Template]:
        """Return by coupon the terms that it was issued under."""
        agreed = self._terms(work, coupons)
        return {one.id: agreed[one.template, one.version] for one in coupons}

    def usable(self, work: Work, profile: int, order: Order | None = None) -> list[Offer]:
        """Judge the coupons that a person has: those she can use first, the best of them first.

        The best has the highest priority, then takes most off, then ends first. Without an order
        only the coupon itself is judged.
        """
        hers = [
            one
            for one in store.of_profile(work, profile)
            if one.state_at(work.now) in ("available", "locked")
        ][:_OFFERED]
        agreed = self._terms(work, hers)
        found = []
        for one in hers:
            template = agreed[one.template, one.version]
            refusal = standing(one, template, profile, work.now)
            if refusal is None and order is not None:
                found.append(Offer(one, template, self._quote(work, one, template, order)))
            else:
                found.append(Offer(one, template, refusal))
        return sorted(found, key=_best_first)

    def page(
        self, work: Work, template: str, *, state: State | None = None, limit: int = 50,
        offset: int = 0,
    ) -> list[Coupon]:  # fmt: skip
        """Return a template's coupons, the newest first, those in a state only."""
        return store.page(work, template, state, limit, offset)

    def numbers(self, work: Work, templates: Collection[str]) -> dict[str, Numbers]:
        """Count the coupons of templates by state; every one that there is has a key."""
        known = terms.templates(work, templates)
        refused = uses.refused(work, known)
        states: dict[str, dict[State, int]] = {slug: dict.fromkeys(STATES, 0) for slug in known}
        discount = dict.fromkeys(known, 0)
        for slug, state, number, off in store.counts(work, known):
            states[slug][state] = number
            discount[slug] += off
        return {
            slug: Numbers(one.issued, states[slug], one.stock, discount[slug], refused.get(slug, 0))
            for slug, one in known.items()
        }

    def refusals(
        self, work: Work, template: str | None = None
    ) -> list[tuple[Verb, Reason, str, int]]:
        """Count what was refused by verb, reason and condition, the most frequent first."""
        return uses.refusals(work, template)

    def uses(
        self, work: Work, template: str | None = None, *, coupon: str | None = None,
        limit: int = 50, before: int | None = None,
    ) -> list[Use]:  # fmt: skip
        """Return what was tried with coupons, the newest first, before one only."""
        return uses.page(work, template, coupon, limit, before)


def _best_first(offer: Offer) -> tuple[bool, int, int, int, str]:
    refused = isinstance(offer.result, Refusal)
    off = offer.result.discount if isinstance(offer.result, Quote) else 0
    return refused, -offer.template.priority, -off, offer.coupon.expires or 2**62, offer.coupon.id
