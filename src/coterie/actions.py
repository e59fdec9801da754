"""What the rooms of this house offer to journeys as actions: an invitation, a seat, a coupon.

Only the composition root calls this; journeys know actions by their port alone.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from coterie.activities.service import Activities
from coterie.communities.service import Communities
from coterie.core.errors import Invalid, NotFound
from coterie.core.event import Event
from coterie.core.ids import check_slug
from coterie.journeys.ports import Ask, refused
from coterie.loyalty.coupons.issuing import Issuing
from coterie.loyalty.coupons.model import Want
from coterie.segments.language.conditions_parse import check_keys, join
from coterie.storage.work import Work

REFUSED_COUPON = "coterie.coupon.refused"


class Invite:
    """Invites people to a community by its own terms: words, channel, holdout, cool-downs."""

    name = "invite"
    benefit = False

    def __init__(self, communities: Communities) -> None:
        self._communities = communities

    def check(self, work: Work, arguments: Mapping[str, Any], path: str) -> None:
        """Refuse a community that there is not, or that invites nobody."""
        if "community" not in arguments:
            raise Invalid("nobody can be put into a group: she comes by its live code",
                          path=join(path, "group"),
                          hint="invite to its community, or send the address of its code",
                          )  # fmt: skip
        slug, here = arguments["community"], join(path, "community")
        try:
            community = self._communities.get(work, slug)
        except NotFound as error:
            raise Invalid(f"there is no community {slug!r}", path=here,
                          hint="found it first") from error  # fmt: skip
        if community.terms is None:
            raise Invalid(f"the community {slug!r} has no invitation", path=here,
                          hint="give it one on its page")  # fmt: skip

    def perform(self, work: Work, asks: Sequence[Ask]) -> list[Event]:
        """Invite them all; who takes part, has an offer or is in a cool-down stays as she is."""
        facts: list[Event] = []
        for slug, several in _by(asks, "community").items():
            try:
                facts += self._communities.invite(work, slug, {ask.profile for ask in several})
            except NotFound:
                facts += [refused(self.name, ask, "no_community", work.now) for ask in several]
        return facts


class Seat:
    """Gives people a seat at an activity, as long as there are any."""

    name = "seat"
    benefit = True

    def __init__(self, activities: Activities) -> None:
        self._activities = activities

    def check(self, work: Work, arguments: Mapping[str, Any], path: str) -> None:
        """Refuse an activity that there is not."""
        check_keys(arguments, ("activity",), path)
        here = join(path, "activity")
        if "activity" not in arguments:
            raise Invalid("needs 'activity'", path=path, hint="name the activity")
        slug = check_slug(arguments["activity"], here)
        if slug not in self._activities.several(work, [slug]):
            raise Invalid(f"there is no activity {slug!r}", path=here, hint="make it first")

    def perform(self, work: Work, asks: Sequence[Ask]) -> list[Event]:
        """Seat them, first come first served; the others wait, or are refused."""
        facts: list[Event] = []
        for slug, several in _by(asks, "activity").items():
            given = self._activities.give_seats(work, slug, [ask.profile for ask in several])
            facts += given.facts
            facts += [
                refused(self.name, ask, given.refused[ask.profile], work.now)
                for ask in several
                if ask.profile in given.refused
            ]
        return facts


class Coupon:
    """Gives people a coupon each, as long as stock and budget last."""

    name = "coupon"
    benefit = True
    discount = True
    """No journey has it right beside a word that calls itself emotional."""

    def __init__(self, coupons: Issuing) -> None:
        self._coupons = coupons

    def check(self, work: Work, arguments: Mapping[str, Any], path: str) -> None:
        """Refuse a coupon that there is not."""
        check_keys(arguments, ("template",), path)
        here = join(path, "template")
        if "template" not in arguments:
            raise Invalid("needs 'template'", path=path, hint="name the coupon")
        slug = check_slug(arguments["template"], here)
        try:
            self._coupons.template(work, slug)
        except NotFound as error:
            raise Invalid(f"there is no coupon {slug!r}", path=here,
                          hint="make it first") from error  # fmt: skip

    def perform(self, work: Work, asks: Sequence[Ask]) -> list[Event]:
        """Issue them all at once; who gets none is told so, with the reason."""
        by_key = {f"journey:{ask.key}": ask for ask in asks}
        facts = self._coupons.issue(work, [
            Want(ask.profile, str(ask.arguments["template"]), key,
                 f"journey:{ask.journey}:{ask.node}")
            for key, ask in by_key.items()
        ])  # fmt: skip
        lost = {fact.properties["key"]: fact for fact in facts if fact.name == REFUSED_COUPON}
        return facts + [
            refused(self.name, by_key[key], str(fact.properties["reason"]), work.now)
            for key, fact in lost.items()
        ]


def _by(asks: Sequence[Ask], argument: str) -> dict[str, list[Ask]]:
    found: dict[str, list[Ask]] = {}
    for ask in asks:
        found.setdefault(str(ask.arguments.get(argument, "")), []).append(ask)
    return found
