"""Hand coupons out to a whole segment, a portion at a time."""

from collections.abc import Collection

from coterie.core.errors import Conflict, NotFound
from coterie.core.event import Event
from coterie.core.ids import uuid7
from coterie.loyalty.coupons import store
from coterie.loyalty.coupons.handouts import store as handouts
from coterie.loyalty.coupons.handouts.store import UNDER_WAY, Handout, Stage
from coterie.loyalty.coupons.looking import Looking
from coterie.loyalty.coupons.model import Want
from coterie.storage import audit
from coterie.storage.work import Work

PORTION = 2_000
"""People who are given theirs in one transaction."""


class Handing(Looking):
    """Gives a segment its coupons by the road: the operator asks, time does it."""

    def give_to_segment(self, work: Work, template: str, segment: str) -> Handout:
        """Begin to hand a template out to everybody in a segment, or return what is under way.

        Whoever has had it from this segment gets no second one, so that it may be given again to
        those who came since. Raises NotFound without the template or the segment, Conflict for a
        template that is switched off.
        """
        found = self.template(work, template)
        total = len(self._members(work, segment))
        if not found.enabled:
            raise Conflict(f"{template!r} is switched off: switch it on before it is given")
        for present in handouts.several(work, template=template, stages=["running"]):
            if present.segment == segment:
                return present
        begun = Handout(uuid7(work.now), template, segment, found.campaign, "running", total, 0, 0,
                        0, work.now, str(work.actor))  # fmt: skip
        handouts.keep(work, begun)
        audit.record(work, "coupon.hand_out", template, segment=segment, people=total)
        return begun

    def stop_handout(self, work: Work, slug: str) -> Handout:
        """Hand out no more; who has a coupon keeps it. Raises NotFound, Conflict if it is over."""
        return self._turn(work, slug, "stopped", "coupon.stop", {"running"})

    def take_back(self, work: Work, slug: str) -> Handout:
        """Take back all of a handout that nobody used; raises NotFound, Conflict while it runs."""
        return self._turn(work, slug, "taking", "coupon.take_back", {"done", "stopped"})

    def handouts(self, work: Work, template: str | None = None) -> list[Handout]:
        """Return what is and was handed out to segments, the newest first."""
        return handouts.several(work, template=template)

    def _turn(
        self, work: Work, slug: str, stage: Stage, verb: str, stages: Collection[Stage]
    ) -> Handout:
        found = next((one for one in handouts.several(work) if one.slug == slug), None)
        if found is None:
            raise NotFound(f"nothing was handed out as {slug!r}")
        if found.stage not in stages:
            raise Conflict(f"this cannot be done to a handout that is {found.stage!r}: look again")
        found.stage = stage
        handouts.keep(work, found)
        audit.record(work, verb, found.template, segment=found.segment)
        return found

    def _hand_on(self, work: Work) -> list[Event]:
        """Give, or take back, the next portion of every handout that is under way."""
        facts: list[Event] = []
        for one in handouts.several(work, stages=UNDER_WAY):
            facts += self._give_on(work, one) if one.stage == "running" else self._take(work, one)
            handouts.keep(work, one)
        return facts

    def _give_on(self, work: Work, one: Handout) -> list[Event]:
        try:
            members = self._members(work, one.segment)
        except NotFound:  # the segment was deleted meanwhile
            one.stage = "stopped"
            return []
        come = members.rank(one.after)
        people = list(members[come : come + PORTION])
        wants = [
            Want(who, one.template, f"segment:{one.segment}:{one.template}:{who}",
                 _origin(one), one.campaign)
            for who in people
        ]  # fmt: skip
        told = self.issue(work, wants)
        given = sum(event.name == "coterie.coupon.issued" for event in told)
        one.given, one.refused = one.given + given, one.refused + len(told) - given
        one.after = people[-1] if people else one.after
        one.stage = "running" if come + len(people) < len(members) else "done"
        return told

    def _take(self, work: Work, one: Handout) -> list[Event]:
        unused = store.open_of(work, one.template, _origin(one), PORTION)
        one.stage = "taking" if len(unused) == PORTION else "taken"
        return self._revoke(work, unused, "taken_back")


def _origin(handout: Handout) -> str:
    return f"segment:{handout.segment}"
