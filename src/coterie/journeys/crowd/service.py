"""The verbs of looking at a journey's people; a part of ``Journeys``."""

from abc import abstractmethod
from dataclasses import replace

from coterie.journeys.crowd import store
from coterie.journeys.crowd.model import Flow, Page
from coterie.journeys.crowd.reasons import standing
from coterie.journeys.model import Counts, Defined, Run, segments_named
from coterie.storage.work import Work


class Crowd:
    """Runs of a journey, of a person, at a node; counted and listed."""

    @abstractmethod
    def get(self, work: Work, slug: str) -> Defined:
        """Return a journey; raises NotFound."""

    @abstractmethod
    def all(self, work: Work) -> list[Defined]:
        """Return every journey in the order of their names."""

    def runs(
        self, work: Work, slug: str, limit: int = 1_000, before: int | None = None
    ) -> list[Run]:
        """Return a journey's newest runs (those with an id below ``before``), oldest first."""
        self.get(work, slug)
        return store.runs_of(work, slug, limit, before)

    def counts(self, work: Work, slug: str) -> Counts:
        """Return a journey in numbers."""
        self.get(work, slug)
        return store.flows(work, slug).get(slug, Flow(Counts())).counts

    def tallies(self, work: Work) -> dict[str, Counts]:
        """Return every journey in numbers that anybody has entered."""
        return {slug: flow.counts for slug, flow in store.flows(work).items()}

    def flow(self, work: Work, slug: str) -> Flow:
        """Return a journey in numbers for its graph: who waits where, how many came there."""
        self.get(work, slug)
        flow = store.flows(work, slug).get(slug, Flow(Counts()))
        return replace(flow, passed=store.passed(work, slug))

    def at_node(
        self, work: Work, slug: str, node: str, limit: int = 50, before: int | None = None
    ) -> Page:
        """List who stands at a node and why, the newest runs first, page by page."""
        defined = self.get(work, slug)
        found = store.at_node(work, slug, node, limit, before)
        people = tuple(standing(defined.journey, run, started_by) for run, started_by in found)
        total = store.number_at(work, slug, node)
        return Page(people, total, found[-1][0].id if len(found) == limit else None)

    def of_person(self, work: Work, profile: int) -> list[Run]:
        """Return one person's runs, live and ended, the newest first."""
        return store.of_person(work, profile)

    def using(self, work: Work, segment: str) -> list[Defined]:
        """Return the journeys that one enters by a segment, or whose rules refer to it."""
        return [one for one in self.all(work) if segment in segments_named(one.journey)]
