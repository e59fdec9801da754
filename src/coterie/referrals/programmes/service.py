"""The face of programmes: define, change, pause; which of them what people do may matter to."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from coterie.core.errors import Invalid, NotFound
from coterie.referrals.linting.judging import Risk, lint
from coterie.referrals.programmes import store
from coterie.referrals.programmes.model import Programme
from coterie.referrals.programmes.parse import parse
from coterie.storage import audit
from coterie.storage.work import Work

_ALL = "referrals.programmes"


class Programmes:
    """The programmes of one house. ``zone`` is the brand's, for days."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone

    def define(self, work: Work, document: Mapping[str, Any]) -> Programme:
        """Make a programme, or change it; raises Invalid with the path.

        A design of high risk is taken only with ``override``, a reason that is recorded.
        """
        made = parse(document, self._zone)
        grave = [one for one in lint(made) if one.risk is Risk.HIGH]
        if grave and not made.override:
            raise Invalid(
                f"this design has a high risk: {', '.join(sorted({one.code for one in grave}))}",
                path="override", hint="change it, or say why you accept that",
                code="risky_design",
            )  # fmt: skip
        store.write(work, made.slug, dict(document))
        work.memo.pop(_ALL, None)
        risks = sorted({one.code for one in grave})
        audit.record(work, "referral.define", made.slug, override=made.override, risks=risks)
        return made

    def get(self, work: Work, slug: str) -> Programme:
        """Return a programme; raises NotFound."""
        found = self._by_slug(work).get(slug)
        if found is None:
            raise NotFound(f"there is no referral programme {slug!r}")
        return found

    def all(self, work: Work) -> list[Programme]:
        """Return every programme, the newest first."""
        return list(self._by_slug(work).values())

    def document(self, work: Work, slug: str) -> dict[str, Any]:
        """Return the definition as it was written; raises NotFound."""
        self.get(work, slug)
        return next(dict(row.definition) for row in store.every(work) if row.slug == slug)

    def live(self, work: Work) -> dict[str, Programme]:
        """Return those that what people do now may matter to."""
        return {slug: one for slug, one in self._by_slug(work).items() if one.is_live(work.now)}

    def pause(self, work: Work, slug: str) -> None:
        """Let nobody new take part or be touched; what was promised is kept. Raises NotFound."""
        self._switch(work, slug, paused=True)

    def resume(self, work: Work, slug: str) -> None:
        """Let it go on; raises NotFound."""
        self._switch(work, slug, paused=False)

    def _switch(self, work: Work, slug: str, *, paused: bool) -> None:
        self.get(work, slug)
        store.pause(work, slug, on=paused)
        work.memo.pop(_ALL, None)
        audit.record(work, "referral.pause" if paused else "referral.resume", slug)

    def _by_slug(self, work: Work) -> dict[str, Programme]:
        found: dict[str, Programme] | None = work.memo.get(_ALL)
        if found is None:
            found = work.memo[_ALL] = {
                row.slug: replace(parse(row.definition, self._zone), paused=row.paused)
                for row in store.every(work)
            }
        return found
