"""What benefits ask of the coupons."""

from collections.abc import Collection, Sequence
from typing import Protocol

from coterie.core.event import Event
from coterie.loyalty.coupons.model import Template, Want
from coterie.storage.work import Work


class Gives(Protocol):
    """Who issues coupons, and takes back those that were not spent."""

    def template(self, work: Work, slug: str) -> Template:
        """Return a template; raises NotFound."""
        ...

    def issue(self, work: Work, wants: Sequence[Want]) -> list[Event]:
        """Issue what is wanted, once for each key; who gets none is refused by a fact."""
        ...

    def revoke(self, work: Work, coupons: Collection[str], reason: str) -> list[Event]:
        """Revoke those coupons that are not redeemed; return the facts of it."""
        ...
