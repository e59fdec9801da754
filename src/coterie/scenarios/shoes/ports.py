"""What the story needs of a house; the stage is that of the other story at WeCom."""

from typing import Protocol
from zoneinfo import ZoneInfo

from coterie.analytics.review.service import Reviews
from coterie.campaigns.plans.service import CampaignPlans
from coterie.campaigns.polls.service import Polls
from coterie.campaigns.service import Campaigns
from coterie.catalog.service import Catalog
from coterie.channels.wecom.mirror.service import Mirror
from coterie.channels.wecom.scanning import Scanning
from coterie.communities.groups.service import Groups
from coterie.events.door import Door
from coterie.events.keys import Keys
from coterie.events.log import Log
from coterie.guides.gathered import Guides
from coterie.ledger.service import Ledger
from coterie.loyalty.benefits.service import Benefits
from coterie.loyalty.coupons.service import Coupons
from coterie.messaging.service import Messaging
from coterie.orders.commerce import Commerce
from coterie.profiles.service import Profiles
from coterie.referrals.service import Referrals
from coterie.roads.inbound import Inbound
from coterie.scenarios.wecom.ports import Stage
from coterie.segments.service import Segments
from coterie.storage.database import Database
from coterie.storage.instance import Instance

__all__ = ["Growing", "Rooms", "Stage"]


class Growing(Protocol):
    """What a campaign grows on."""

    @property
    def ledger(self) -> Ledger: ...  # noqa: D102
    @property
    def coupons(self) -> Coupons: ...  # noqa: D102
    @property
    def benefits(self) -> Benefits: ...  # noqa: D102
    @property
    def groups(self) -> Groups: ...  # noqa: D102
    @property
    def plans(self) -> CampaignPlans: ...  # noqa: D102
    @property
    def referrals(self) -> Referrals: ...  # noqa: D102
    @property
    def reviews(self) -> Reviews: ...  # noqa: D102


class Rooms(Protocol):
    """One house, as the composition root hands it over."""

    db: Database
    instance: Instance
    door: Door
    keys: Keys
    log: Log
    profiles: Profiles
    catalog: Catalog
    segments: Segments
    messaging: Messaging
    campaigns: Campaigns
    polls: Polls
    guides: Guides
    commerce: Commerce
    scanning: Scanning
    mirror: Mirror
    inbound: Inbound
    zone: ZoneInfo

    @property
    def growing(self) -> Growing:
        """The rooms that campaigns are made of."""
        ...
