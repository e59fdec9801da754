"""The face of plans: define them in versions, switch them on, see how they go."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

from coterie.core.clock import format_time
from coterie.core.errors import Conflict, Invalid, NotFound
from coterie.core.ids import check_slug
from coterie.core.people import Shift
from coterie.guides.tasks.plans import store
from coterie.guides.tasks.plans.model import Defined, Line, Plan
from coterie.guides.tasks.plans.parse import parse
from coterie.guides.tasks.plans.running import Running
from coterie.storage import keeping
from coterie.storage.audit import record
from coterie.storage.work import Work

Refer = Callable[[Work, str, str, Collection[str]], None]
"""Tells the material centre which materials a plan uses: room, name, their slugs."""


class Plans:
    """Plans of one house. ``running`` is driven by the road, through ``Tasks``."""

    def __init__(self, running: Running, refer: Refer) -> None:
        self.running = running
        self._refer = refer

    def define(
        self, work: Work, slug: str, document: Mapping[str, Any], *, after: int | None = None
    ) -> Defined:
        """Keep a plan's new version; people under way go on by it, and get no step twice.

        A new plan is off until it is switched on. ``after`` is the version that was edited (0:
        there was none). Raises Invalid with its path, Conflict when somebody was quicker.
        """
        check_slug(slug, "slug")
        before = next(iter(store.plans(work, slug=slug)), None)
        version = before.version if before else 0
        if after is not None and after != version:
            raise Conflict(
                f"the plan {slug} was changed by somebody else meanwhile: look at it and try again"
            )
        plan = parse(document)
        if before is not None and plan.start != before.plan.start:
            raise Invalid(
                "a plan keeps its start", path="start", hint="make another plan for another start"
            )
        one = Defined(
            slug, version + 1, plan, dict(document), work.now, str(work.actor),
            before.on_since if before else None,
        )  # fmt: skip
        store.save(work, one)
        store.look_again(work, slug)
        self._refer(work, "plan", slug, plan.materials)
        record(work, "plan.define", slug, version=one.version)
        return one

    def switch(self, work: Work, slug: str, *, on: bool) -> Defined:
        """Let a plan give tasks from now on, or no more; what is open stays."""
        one = self.get(work, slug)
        if (one.on_since is not None) == on:
            return one
        since = work.now if on else None
        store.switch(work, slug, since)
        if on:
            store.look_again(work, slug)
        record(work, "plan.switch_on" if on else "plan.switch_off", slug)
        return replace(one, on_since=since)

    def get(self, work: Work, slug: str) -> Defined:
        """Return one plan as it is now; raises NotFound."""
        for one in store.plans(work, slug=slug):
            return one
        raise NotFound(f"there is no plan {slug!r}")

    def all(self, work: Work) -> list[Defined]:
        """Return all plans, those that are on first."""
        return store.plans(work)

    def titled(self, work: Work) -> dict[str, Plan]:
        """Return the plans by name, to say what a task is of."""
        return {one.slug: one.plan for one in store.plans(work)}

    def versions(self, work: Work, slug: str) -> list[Defined]:
        """Return a plan's versions, the newest first."""
        return store.versions(work, slug)

    def counts(self, work: Work) -> dict[str, dict[str, int]]:
        """Count people by plan: live, done, and those who left early by why."""
        return store.run_counts(work)

    def adherence(self, work: Work, since: int) -> list[Line]:
        """Count how the tasks given since a moment went, by guide, store and plan."""
        return store.adherence(work, since)

    # --- keeping, through Tasks

    def follow(self, work: Work, shifts: list[Shift]) -> None:
        """Let runs follow their people; those that meet become one when they are next due."""
        keeping.follow(work, store.run_rows, shifts)

    def hand_out(self, work: Work, profile: int) -> list[dict[str, Any]]:
        """Return a person's runs, as plain JSON."""
        return [
            {
                "plan": row["plan"],
                "since": format_time(row["anchored"]),
                "steps": row["given"],
                "ended": None if row["ended"] is None else format_time(row["ended"]),
            }
            for row in store.of_person(work, profile)
        ]

    def erase(self, work: Work, profiles: Collection[int]) -> int:
        """Delete these people's runs."""
        return store.erase(work, profiles)
