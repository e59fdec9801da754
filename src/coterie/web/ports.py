"""What the web asks of the house: exactly the attributes it uses, so that it needs no more."""

from typing import Any, Protocol

from coterie.accounts.service import Accounts
from coterie.activities.service import Activities
from coterie.analytics.portrait.service import Portraits
from coterie.analytics.service import Analytics
from coterie.campaigns.polls.service import Polls
from coterie.campaigns.service import Campaigns
from coterie.catalog.materials.service import Materials
from coterie.catalog.service import Catalog
from coterie.channels.wecom.connection import Connection
from coterie.channels.wecom.mirror.service import Mirror
from coterie.channels.wecom.scanning import Scanning
from coterie.channels.wecom.sends.service import Sends
from coterie.codes.service import Codes
from coterie.communities.service import Communities
from coterie.core.clock import Clock
from coterie.events.door import Door
from coterie.events.inbox import Inbox
from coterie.events.keys import Keys
from coterie.events.log import Log
from coterie.guides.attending import Attending
from coterie.guides.gathered import Guides
from coterie.guides.scripts.service import Scripts
from coterie.guides.tasks.service import Tasks
from coterie.journeys.service import Journeys
from coterie.messaging.service import Messaging
from coterie.orders.commerce import Commerce
from coterie.profiles.service import Profiles
from coterie.roads.answering.service import Answering
from coterie.roads.contacts.service import Contacts
from coterie.roads.doctor.model import Finding
from coterie.roads.erasing.service import Erasing
from coterie.roads.imports.service import Imports
from coterie.roads.inbound import Inbound
from coterie.scores.service import Scores
from coterie.scores.values.service import Worth
from coterie.segments.service import Segments
from coterie.settings import Told
from coterie.storage.database import Database
from coterie.storage.instance import Instance
from coterie.storage.work import Work
from coterie.tagging.service import Tagging
from coterie.web.grown import Grown


class Choices(Protocol):
    """The settings that concern the web."""

    @property
    def host(self) -> str:
        """The address listened on."""
        ...

    @property
    def port(self) -> int:
        """The port listened on."""
        ...

    @property
    def allowed_hosts(self) -> tuple[str, ...]:
        """The Host headers that are answered."""
        ...

    @property
    def public_url(self) -> str:
        """How visitors reach the house; empty when only this machine does."""
        ...

    @property
    def secure_cookies(self) -> bool:
        """Whether cookies travel over https only."""
        ...

    @property
    def brand(self) -> str:
        """The brand's name, as visitors read it."""
        ...

    @property
    def requests_per_second(self) -> int:
        """How many requests of one write key are served a second."""
        ...


class Served(Protocol):
    """One house, as the composition root hands it over."""

    @property
    def db(self) -> Database:
        """The operational database; the web opens one unit of work per request."""
        ...

    @property
    def clock(self) -> Clock:
        """Tells the time."""
        ...

    @property
    def settings(self) -> Choices:
        """What the operator chose."""
        ...

    @property
    def instance(self) -> Instance:
        """What was fixed when the house was founded."""
        ...

    @property
    def accounts(self) -> Accounts:
        """Who may sit at the desk."""
        ...

    @property
    def door(self) -> Door:
        """Takes what came over the wire; what it accepted is durable."""
        ...

    @property
    def inbox(self) -> Inbox:
        """What was accepted, and what was set aside with its reason."""
        ...

    @property
    def log(self) -> Log:
        """What happened."""
        ...

    @property
    def imports(self) -> Imports:
        """Files on their way in."""
        ...

    @property
    def erasing(self) -> Erasing:
        """Takes a person out of every store, and proves it."""
        ...

    @property
    def inbound(self) -> Inbound:
        """The road, which is told what an edit or an answer caused."""
        ...

    @property
    def keys(self) -> Keys:
        """Which source a write key stands for."""
        ...

    @property
    def profiles(self) -> Profiles:
        """Who is who."""
        ...

    @property
    def polls(self) -> Polls:
        """One question, many answers."""
        ...

    @property
    def catalog(self) -> Catalog:
        """What people touch."""
        ...

    @property
    def segments(self) -> Segments:
        """Rules and who meets them."""
        ...

    @property
    def scores(self) -> Scores:
        """How active people are, and what for."""
        ...

    @property
    def worth(self) -> Worth:
        """What orders and rhythms tell of people."""
        ...

    @property
    def messaging(self) -> Messaging:
        """What was said to whom."""
        ...

    @property
    def journeys(self) -> Journeys:
        """Automations, and who is where in them."""
        ...

    @property
    def communities(self) -> Communities:
        """Invitations and their answers."""
        ...

    @property
    def activities(self) -> Activities:
        """What people come to, and who registered for it."""
        ...

    @property
    def growing(self) -> Grown:
        """The rooms that a campaign grows on."""
        ...

    @property
    def guides(self) -> Guides:
        """Who serves at which store, whose customers people are, and whose orders."""
        ...

    @property
    def mirror(self) -> Mirror:
        """What WeCom holds: members, their customers, groups and tags."""
        ...

    @property
    def mass_sends(self) -> Sends:
        """What guides are asked to send in WeCom, and what became of it."""
        ...

    @property
    def attending(self) -> Attending:
        """Sign-in of guides, their shifts, and who of their customers is due."""
        ...

    @property
    def scanning(self) -> Scanning:
        """What people scan: codes, what stands at the platform, welcomes."""
        ...

    @property
    def materials(self) -> Materials:
        """What guides and messages show people."""
        ...

    @property
    def scripts(self) -> Scripts:
        """The words for guides, and who has read them."""
        ...

    @property
    def tasks(self) -> Tasks:
        """What somebody of the house is to do about people."""
        ...

    @property
    def tagging(self) -> Tagging:
        """Who puts which tag on whom; edits of the dictionary."""
        ...

    @property
    def analytics(self) -> Analytics:
        """What happened, counted; what it brought."""
        ...

    @property
    def portraits(self) -> Portraits:
        """What the people of a segment are like, beside everybody."""
        ...

    @property
    def campaigns(self) -> Campaigns:
        """Broadcasts, and who approved them."""
        ...

    @property
    def commerce(self) -> Commerce:
        """Orders, the shops that tell of them, offers and claims."""
        ...

    @property
    def codes(self) -> Codes:
        """Tracked links and signed answer pages."""
        ...

    @property
    def wecom(self) -> Connection:
        """The connection to WeCom; there in every house."""
        ...

    @property
    def answering(self) -> Answering:
        """Takes what providers tell later."""
        ...

    @property
    def contacts(self) -> Contacts | None:
        """The errands at WeCom; None while it is not connected."""
        ...

    def poke_contacts(self) -> None:
        """Wake the errands at the platform: something is to be told there."""
        ...

    def poke(self) -> None:
        """Wake the road: something waits in the inbox."""
        ...

    def examine(self, *, thorough: bool = False) -> list[Finding]:
        """Let the doctor look; ``thorough`` takes longer."""
        ...

    def told(self) -> list[Told]:
        """Tell every setting and where its value came from; secrets are not among the words."""
        ...

    def report(self, work: Work) -> dict[str, Any]:
        """Return the numbers of Today, as ``coterie demo --once --json`` prints them."""
        ...
