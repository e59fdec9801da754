"""All of WeCom's API in one hand: the token kept, every family of endpoints an attribute."""

import time
from collections.abc import Callable

import msgspec

from coterie.channels.wecom.client import identity
from coterie.channels.wecom.client.acquisition import Acquisition
from coterie.channels.wecom.client.agent import Agent
from coterie.channels.wecom.client.asking import Api
from coterie.channels.wecom.client.contacts import Contacts
from coterie.channels.wecom.client.groups import Groups
from coterie.channels.wecom.client.identity import Identity
from coterie.channels.wecom.client.limits import Rates, rates_at
from coterie.channels.wecom.client.media import Media
from coterie.channels.wecom.client.members import Members
from coterie.channels.wecom.client.moments import Moments
from coterie.channels.wecom.client.sealing import Safe
from coterie.channels.wecom.client.sends import Sends
from coterie.channels.wecom.client.statistics import Statistics
from coterie.channels.wecom.client.tags import Tags
from coterie.channels.wecom.client.tokens import Fetch, Passes
from coterie.channels.wecom.client.transfers import Transfers
from coterie.channels.wecom.client.ways import Ways
from coterie.channels.wecom.client.welcomes import Welcomes
from coterie.channels.wecom.client.wire import Wire
from coterie.channels.wecom.settings import WecomSettings
from coterie.core.clock import Clock
from coterie.storage.database import Database

Pause = Callable[[float], None]
"""Waits so many seconds."""


class _Token(msgspec.Struct, frozen=True):
    access_token: str
    expires_in: int = 7200


class Wecom:
    """One app of one corporation; thread-safe, and one for a process is enough.

    It opens short units of work of its own for the token, and an answer takes its time: so it is
    never asked inside a unit of work. Raises WecomError when WeCom refuses, ChannelError when it
    cannot be reached, Uncertain when nobody knows whether a write was taken. ``rates`` tells how
    often it may be asked at a moment.
    """

    def __init__(
        self,
        db: Database,
        settings: WecomSettings,
        master_key: bytes,
        clock: Clock,
        pause: Pause = time.sleep,
        rates: Callable[[int], Rates] = rates_at,
    ) -> None:
        self.settings, self._clock = settings, clock
        self.wire = Wire(settings, clock, pause, rates)
        safe = Safe(master_key)

        def passes(kind: str, fetch: Fetch) -> Passes:
            return Passes(db, safe, settings.app, kind, fetch, clock, pause)

        self.tokens = passes("token", self._fetch_token)
        api = Api(self.wire, self._token)
        tickets = passes("ticket", lambda: identity.fetch_ticket(api))
        agent_tickets = passes("agent-ticket", lambda: identity.fetch_agent_ticket(api))
        self.contacts = Contacts(api)
        self.tags = Tags(api)
        self.ways = Ways(api)
        self.groups = Groups(api)
        self.sends = Sends(api)
        self.welcomes = Welcomes(api)
        self.transfers = Transfers(api)
        self.moments = Moments(api)
        self.acquisition = Acquisition(api)
        self.statistics = Statistics(api)
        self.media = Media(api)
        self.members = Members(api)
        self.agent = Agent(api, settings.agent_id)
        self.identity = Identity(api, tickets.current, agent_tickets.current)

    def close(self) -> None:
        """Hang up."""
        self.wire.close()

    def _token(self, refused: str = "") -> str:
        return self.tokens.current(refused).text

    def _fetch_token(self) -> tuple[str, int]:
        """Ask for the app's token; within its time WeCom gives the same one again."""
        bare = Api(self.wire, None)
        settings = self.settings
        said = bare.get("gettoken", _Token, corpid=settings.corp_id, corpsecret=settings.secret)
        return said.access_token, said.expires_in
