"""What a campaign grows on: promises, benefits, groups, visits, plans and friends, in one hand.

Built by the composition root over the rooms that already stand; asked for by the web.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from coterie.actions import Coupon
from coterie.analytics.review.service import Reviews
from coterie.analytics.service import Analytics
from coterie.campaigns.plans.model import Campaign
from coterie.campaigns.plans.ports import Counts
from coterie.campaigns.plans.service import CampaignPlans
from coterie.campaigns.polls.service import Polls
from coterie.catalog.service import Catalog
from coterie.channels.wecom.mirror.service import Mirror
from coterie.channels.wecom.scanning import Scanning
from coterie.channels.wecom.sends.service import Sends
from coterie.codes.channel.personal import PersonalCodes
from coterie.codes.members import MemberLinks
from coterie.codes.service import Codes
from coterie.communities.groups.rhythm.service import Rhythms
from coterie.communities.groups.service import Groups
from coterie.communities.service import Communities
from coterie.configured import base_url
from coterie.core.clock import Clock
from coterie.events.log import Log
from coterie.guides.equipping import Equipment
from coterie.guides.gathered import Guides
from coterie.guides.visits.service import Visits
from coterie.journeys.service import Journeys
from coterie.ledger.service import Ledger
from coterie.loyalty.benefits.service import Benefits
from coterie.loyalty.coupons.service import Coupons
from coterie.messaging.service import Messaging
from coterie.orders.commerce import Commerce
from coterie.profiles.service import Profiles
from coterie.referrals.service import Referrals
from coterie.reviewing import open_reviews
from coterie.segments.service import Segments
from coterie.settings import Settings
from coterie.storage.database import Database
from coterie.storage.work import Work


@dataclass(frozen=True)
class Below:
    """The rooms that stand already, for those of a campaign to build on."""

    db: Database
    settings: Settings
    key: bytes
    zone: ZoneInfo
    currency: str
    profiles: Profiles
    catalog: Catalog
    codes: Codes
    log: Log
    segments: Segments
    messaging: Messaging
    journeys: Journeys
    communities: Communities
    polls: Polls
    guides: Guides
    equipment: Equipment
    commerce: Commerce
    scanning: Scanning
    mirror: Mirror
    mass_sends: Sends
    analytics: Analytics
    clock: Clock


@dataclass(frozen=True)
class Growing:
    """The faces of what campaigns are made of."""

    ledger: Ledger
    coupons: Coupons
    benefits: Benefits
    groups: Groups
    visits: Visits
    plans: CampaignPlans
    reviews: Reviews
    referrals: Referrals
    doors: PersonalCodes
    links: MemberLinks

    @property
    def rooms(self) -> Sequence[Any]:
        """Those that hear and keep, in the order in which they do."""
        return (self.coupons, self.benefits, self.groups, self.visits, self.plans, self.referrals)


def open_growing(below: Below) -> Growing:
    """Build them over one house."""
    ledger = Ledger()
    coupons = Coupons(
        ledger, below.catalog, below.segments.members, below.key, below.zone, below.currency
    )
    plans = CampaignPlans(
        below.profiles,
        below.segments,
        below.messaging,
        below.polls,
        below.zone,
        _counts(below, coupons),
        below.settings.language,
    )
    below.journeys.register({Coupon.name: Coupon(coupons)})
    referrals = _referrals(below)
    links = MemberLinks(base_url(below.settings), below.codes, _Bringing(referrals))
    below.messaging.knows([links])
    below.scanning.welcomes.knows(links.newcomer)
    return Growing(
        ledger=ledger,
        coupons=coupons,
        benefits=Benefits(coupons),
        groups=_groups(below),
        visits=Visits(below.guides.organisation, below.log, below.zone),
        plans=plans,
        referrals=referrals,
        doors=PersonalCodes(below.scanning.channel),
        links=links,
        reviews=open_reviews(
            below.log, below.analytics, below.zone, plans, below.guides, referrals, coupons
        ),
    )


class _Questions:
    """What polls ask, as it is written into a group: the question and its numbered choices."""

    def __init__(self, polls: Polls) -> None:
        self._polls = polls

    def words(self, work: Work, poll: str) -> str:
        """Return the question in the language of groups; raises NotFound."""
        found = self._polls.get(work, poll)
        lines = [_chinese(found.question)]
        lines += [f"{n}. {_chinese(one.titles)}" for n, one in enumerate(found.choices, 1)]
        return "\n".join(lines)


def _chinese(titles: Mapping[str, str]) -> str:
    return titles.get("zh") or next(iter(titles.values()), "")


def _groups(below: Below) -> Groups:
    """Build groups: the mirror tells which there are, mass sends ask their owners."""
    rhythms = Rhythms(
        below.mirror, below.mass_sends, _Questions(below.polls), below.catalog.store_zones,
        below.zone,
    )  # fmt: skip
    return Groups(below.scanning.groups, below.communities, below.mirror, rhythms, below.zone)


def _referrals(below: Below) -> Referrals:
    """Build referrals: bindings tell whose customers people are, channel codes whose a code is."""
    return Referrals(
        below.profiles, below.segments, below.messaging, below.guides.bindings,
        below.scanning.channel, below.zone,
    )  # fmt: skip


@dataclass(frozen=True)
class _Bringing:
    """The code that somebody may pass on now, for links to it."""

    referrals: Referrals

    def codes_now(self, work: Work, profiles: Collection[int]) -> dict[int, str]:
        """Return people's codes in what runs; of several programmes the newest."""
        every = self.referrals.programmes.all(work)
        running = [one for one in every if one.standing(work.now) == "on"]
        found: dict[int, str] = {}
        for one in sorted(running, key=lambda each: (each.since, each.slug)):
            found |= self.referrals.code_of(work, one.slug, profiles)
        return found


def _counts(below: Below, coupons: Coupons) -> Counts:
    """Count what a campaign needs before its sale: coupons, scripts, guides of its stores."""

    def stock(work: Work, _slug: str, campaign: Campaign) -> int | None:
        left = [one.left for one in coupons.numbers(work, campaign.coupons).values()]
        return None if left and None in left else sum(one or 0 for one in left)

    def scripts(work: Work, slug: str, _campaign: Campaign) -> int:
        found = below.equipment.scripts.all(work)
        return sum(
            one.campaign == slug and one.current is not None and one.retired is None
            for one in found
        )

    def guides(work: Work, _slug: str, campaign: Campaign) -> int:
        found = below.guides.organisation.guides(work, active=True)
        return sum(not campaign.stores or bool({*one.stores} & {*campaign.stores}) for one in found)

    return {"stock": stock, "scripts": scripts, "guides": guides}
