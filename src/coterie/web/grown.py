"""What the web asks of the rooms that a campaign grows on."""

from typing import Protocol

from coterie.analytics.review.service import Reviews
from coterie.campaigns.plans.service import CampaignPlans
from coterie.codes.channel.personal import PersonalCodes
from coterie.codes.members import MemberLinks
from coterie.communities.groups.service import Groups
from coterie.guides.visits.service import Visits
from coterie.ledger.service import Ledger
from coterie.loyalty.benefits.service import Benefits
from coterie.loyalty.coupons.service import Coupons
from coterie.referrals.service import Referrals


class Grown(Protocol):
    """Those rooms of one house, as the composition root hands them over."""

    @property
    def ledger(self) -> Ledger:
        """The accounts of what is promised."""
        ...

    @property
    def coupons(self) -> Coupons:
        """Coupons: issued, used, given back, and their budgets."""
        ...

    @property
    def groups(self) -> Groups:
        """The chats of customers: who is in each, and what is posted in it."""
        ...

    @property
    def visits(self) -> Visits:
        """Who came to which store on which day, and what came of it."""
        ...

    @property
    def plans(self) -> CampaignPlans:
        """Campaigns: phases, tasks, tiers, readiness."""
        ...

    @property
    def reviews(self) -> Reviews:
        """What campaigns brought, and how sure that is."""
        ...

    @property
    def referrals(self) -> Referrals:
        """Friends who bring friends: programmes, codes, who brought whom."""
        ...

    @property
    def benefits(self) -> Benefits:
        """What people are given for what they did."""
        ...

    @property
    def doors(self) -> PersonalCodes:
        """Codes of members' own, by which their friends come to the guides."""
        ...

    @property
    def links(self) -> MemberLinks:
        """The addresses of members' own pages."""
        ...
