"""All of the guides in one hand: built by the composition root, asked for by the web."""

from collections.abc import Sequence
from dataclasses import dataclass

from coterie.guides.binding.ports import Sources
from coterie.guides.binding.service import Bindings
from coterie.guides.credit.service import Credits
from coterie.guides.handover.ports import Circle
from coterie.guides.handover.service import Handovers
from coterie.guides.organisation.ports import Items
from coterie.guides.organisation.service import Changed, Organisation
from coterie.guides.performance.ports import Confirmations
from coterie.guides.performance.service import Performance

HEEDED = dict.fromkeys(("Contact Added", "Store Visited", "Guide Chatted"), "guide")
"""Events that are heard one by one even when they are history; each has this property."""


@dataclass(frozen=True)
class Guides:
    """The faces of guides and stores, of whose customers people are, and whose work orders were."""

    organisation: Organisation
    bindings: Bindings
    credit: Credits
    handovers: Handovers
    performance: Performance

    @property
    def rooms(self) -> Sequence[Bindings | Credits | Handovers]:
        """Those that hear and keep, in the order in which they do."""
        return (self.bindings, self.credit, self.handovers)

    def knows(
        self,
        sources: Sources | None = None,
        circle: Circle | None = None,
        confirmations: Confirmations | None = None,
        edited: Changed | None = None,
    ) -> None:
        """Introduce those who know codes, the platform's edges, and how guides answered.

        ``edited`` hears of guides who were edited here: codes that they stand behind follow.
        """
        self.bindings.sources = sources or self.bindings.sources
        self.handovers.circle = circle or self.handovers.circle
        self.performance.confirmations = confirmations or self.performance.confirmations
        self.organisation.edited = edited or self.organisation.edited


def open_guides(catalog: Items) -> Guides:
    """Build them over one house's catalog, in which stores are items too."""
    organisation = Organisation(catalog)
    bindings = Bindings(organisation)
    organisation.ended = bindings.ended
    return Guides(
        organisation=organisation,
        bindings=bindings,
        credit=Credits(bindings, organisation),
        handovers=Handovers(organisation, bindings),
        performance=Performance(organisation),
    )
