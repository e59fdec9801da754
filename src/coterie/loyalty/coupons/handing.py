"""Hand coupons out to a whole segment, a portion at a time."""

from coterie.core.errors import Conflict, NotFound
from coterie.core.event import Event
from coterie.core.ids import check_slug
from coterie.loyalty.coupons.handouts import store as handouts
from coterie.loyalty.coupons.handouts.store import Handout
from coterie.loyalty.coupons.looking import Looking
from coterie.loyalty.coupons.model import Want
from coterie.storage import audit
from coterie.storage.work import Work

PORTION = 2_000
"""People who are given theirs in one transaction."""


class Handing(Looking):
    """Gives a segment its coupons by the road: the operator asks, time does it."""

    def give_to_segment(
        self, work: Work, slug: str, template: str, segment: str, campaign: str | None = None
    ) -> Handout:
        """Begin to hand a template out to everybody in a segment; asked twice it is begun once.

        Raises NotFound without the template or the segment, Conflict for a name that was used for
        something else.
        """
        check_slug(slug, "slug")
        self.template(work, template)
        total = len(self._members(work, segment))
        for present in handouts.several(work, slug=slug):
            if (present.template, present.segment) != (template, segment):
                raise Conflict(f"{slug!r} hands out something else: choose another name")
            return present
        begun = Handout(slug, template, segment, campaign, "running", total, 0, 0, 0, work.now,
                        str(work.actor))  # fmt: skip
        handouts.keep(work, begun)
        audit.record(work, "coupon.hand_out", template, segment=segment, people=total)
        return begun

    def stop_handout(self, work: Work, slug: str) -> Handout:
        """Hand out no more; who has a coupon keeps it. Raises NotFound."""
        for one in handouts.several(work, slug=slug):
            if one.stage == "running":
                one.stage = "stopped"
                handouts.keep(work, one)
                audit.record(work, "coupon.stop", one.template, segment=one.segment)
            return one
        raise NotFound(f"nothing is handed out as {slug!r}")

    def handouts(self, work: Work, template: str | None = None) -> list[Handout]:
        """Return what is and was handed out to segments, the newest first."""
        return handouts.several(work, template=template)

    def _hand_on(self, work: Work) -> list[Event]:
        """Give the next portion of every handout its coupons."""
        facts: list[Event] = []
        for one in handouts.several(work, stage="running"):
            try:
                members = self._members(work, one.segment)
            except NotFound:  # the segment was deleted meanwhile
                one.stage = "stopped"
                handouts.keep(work, one)
                continue
            come = members.rank(one.after)
            people = list(members[come : come + PORTION])
            wants = [
                Want(who, one.template, f"handout:{one.slug}:{who}", f"segment:{one.segment}",
                     one.campaign)
                for who in people
            ]  # fmt: skip
            told = self.issue(work, wants)
            given = sum(event.name == "coterie.coupon.issued" for event in told)
            one.given, one.refused = one.given + given, one.refused + len(told) - given
            one.after = people[-1] if people else one.after
            one.total = max(one.total, one.given + one.refused)
            one.stage = "running" if come + len(people) < len(members) else "done"
            handouts.keep(work, one)
            facts += told
        return facts
