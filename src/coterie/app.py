"""The composition root: the only file that knows every room. Builds an App from Settings."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event as Flag
from threading import RLock
from typing import Any
from zoneinfo import ZoneInfo

from coterie.accounts.service import Accounts
from coterie.activities.service import Activities
from coterie.analytics.portrait.service import Portraits
from coterie.analytics.service import Analytics
from coterie.campaigns.polls.service import Polls
from coterie.campaigns.service import Campaigns
from coterie.catalog.materials.service import Materials
from coterie.catalog.service import Catalog
from coterie.channels.wecom.connection import Connection, open_connection
from coterie.channels.wecom.mirror.service import Mirror
from coterie.channels.wecom.scanning import Scanning, open_scanning
from coterie.channels.wecom.sends.service import Sends
from coterie.codes.service import Codes
from coterie.communities.service import Communities
from coterie.configured import (
    acting_rooms,
    base_url,
    brand,
    gate_settings,
    load_channels,
    poll_links,
    preference_links,
)
from coterie.contacting import open_contacts
from coterie.core.actor import CLOCK, COMMAND
from coterie.core.clock import DAY, Clock, SystemClock
from coterie.core.clock import zone as zone_named
from coterie.core.errors import NotPermitted
from coterie.events.door import Door
from coterie.events.inbox import Inbox
from coterie.events.keys import Keys
from coterie.events.log import Log
from coterie.events.pressure import MEGABYTE, Bounds, Pressure
from coterie.growing import Below, Growing, open_growing
from coterie.guides.attending import Attending, open_attending
from coterie.guides.equipping import equip
from coterie.guides.gathered import HEEDED, Guides, open_guides
from coterie.guides.scripts.service import Scripts
from coterie.guides.tasks.service import Tasks
from coterie.journeys.service import Journeys
from coterie.messaging.channel import Channel
from coterie.messaging.service import Messaging
from coterie.orders.commerce import Commerce, open_commerce
from coterie.orders.model import STEPS
from coterie.profiles.service import Profiles
from coterie.reporting import report
from coterie.roads.answering.service import Answering
from coterie.roads.doctor.connection import judge, look
from coterie.roads.doctor.examination import examine
from coterie.roads.doctor.measures import measure
from coterie.roads.doctor.model import Finding
from coterie.roads.erasing.service import Erasing, OpenCopy
from coterie.roads.erasing.suppressing import Suppressing
from coterie.roads.imports.service import Imports
from coterie.roads.inbound import Inbound, Observer, nobody
from coterie.roads.learning import learn
from coterie.roads.outbound import Outbound
from coterie.roads.outbound import close as close_channels
from coterie.scores.recommending.variable import Suggested
from coterie.scores.service import Scores
from coterie.scores.values.service import Worth
from coterie.segments.lists.service import Newcomers
from coterie.segments.past.worked_out import Together
from coterie.segments.service import Segments
from coterie.sending import open_sends, send_errands
from coterie.settings import Settings, Told, master_key, told
from coterie.storage import instance as instances
from coterie.storage import migrate
from coterie.storage.database import Database
from coterie.storage.instance import Instance
from coterie.storage.leases import Lease
from coterie.storage.work import Work
from coterie.tagging.service import Tagging


@dataclass
class App:
    """One house with all its rooms, on the machine's clock or another."""

    settings: Settings
    db: Database
    instance: Instance
    clock: Clock
    zone: ZoneInfo
    accounts: Accounts
    inbox: Inbox
    door: Door
    keys: Keys
    log: Log
    profiles: Profiles
    catalog: Catalog
    codes: Codes
    scores: Scores
    worth: Worth
    segments: Segments
    messaging: Messaging
    journeys: Journeys
    communities: Communities
    campaigns: Campaigns
    activities: Activities
    tagging: Tagging
    polls: Polls
    materials: Materials
    scripts: Scripts
    tasks: Tasks
    attending: Attending
    guides: Guides
    commerce: Commerce
    analytics: Analytics
    portraits: Portraits
    inbound: Inbound
    outbound: Outbound
    imports: Imports
    erasing: Erasing
    suppressing: Suppressing
    answering: Answering
    wecom: Connection
    mirror: Mirror
    mass_sends: Sends
    scanning: Scanning
    growing: Growing

    def __post_init__(self) -> None:
        self._road = RLock()
        self._poked = Flag()
        self.contacts = open_contacts(
            self.wecom, self.mirror, self.inbox, self.inbound, self.zone, self.poke,
            guides=self.guides, scanning=self.scanning,
            others=send_errands(
                self.mass_sends, self.wecom.client, self.settings, self.db, self.inbox,
                self.messaging, self.answering, self.materials, self.poke,
            ),
        )  # fmt: skip

    def settle(self, now: int, lease: Lease | None = None) -> None:
        """Run both roads at a moment until nothing is left to do."""
        with self._road:
            while self.inbound.run(now, lease) or self.outbound.run(now):
                pass
            busy = self.erasing.advance(now, lease)
            if self.imports.advance(now, lease) or busy:
                self.poke()  # the next portion follows at once, under a lease renewed

    def settle_all(self, now: int) -> None:
        """Run the roads and the errands at the platform in turn, until nothing is left to do."""
        self.settle(now)
        while self.contacts is not None and self.contacts.run_out(now):
            self.settle(now)

    def tidy(self, now: int) -> None:
        """Keep the stores in shape: put the log's files together, forget what has had its time."""
        with self._road:
            with self.db.begin(CLOCK, now) as work:
                self.log.compact(work)
                self.log.sweep(work)
                self.keys.keep_uses(work)
                self.imports.tidy(work, now - self.settings.retention_days * DAY)
                self.answering.tidy(work, now - self.settings.retention_days * DAY)
                self.commerce.feeds.tidy(work, now - self.settings.retention_days * DAY)
                self.materials.tidy(work)
                self.wecom.callbacks.tidy(work, now - self.settings.retention_days * DAY)
                self.scanning.welcomes.tidy(work, now - self.settings.retention_days * DAY)
                carried = self.inbound.carried_until(work)
            self.inbox.forget(now - self.settings.retention_days * DAY, carried)
        learn(self.db, self.scores.recommending, now)

    def next_due(self, now: int) -> int | None:
        """Return the earliest moment at which time alone will change something, or None."""
        with self.db.read(CLOCK, now) as work:
            dues = [self.inbound.next_due(work), self.messaging.next_due(work)]
            dues += [self.contacts.next_due(work)] if self.contacts is not None else []
        return min((due for due in dues if due is not None), default=None)

    def poke(self) -> None:
        """Wake the road: something waits in the inbox."""
        self._poked.set()

    def poke_contacts(self) -> None:
        """Wake the errands at the platform: something was called back, or asked for."""
        if self.contacts is not None:
            self.contacts.poke()

    def await_poke(self, seconds: float) -> None:
        """Wait until somebody pokes the road, or so many seconds at most."""
        self._poked.wait(seconds)
        self._poked.clear()

    def report(self, work: Work) -> dict[str, Any]:
        """Return the numbers of Today, as ``coterie demo --once --json`` prints them.

        What happened is counted from the log; who is where now comes from the rooms. ``events``
        counts what people did, without our own facts and without what a simulation did for them.
        """
        return report(
            work, self.log, self.profiles, self.catalog, self.segments, self.communities,
            self.journeys, stood_at=self.inbound.stood_at(work), simulated=self.instance.simulated,
        )  # fmt: skip

    def examine(self, *, thorough: bool = False) -> list[Finding]:
        """Let the doctor look; ``thorough`` has the database check its pages, which may take s."""
        of_wecom = judge(look(self.wecom, self.db, self.clock.now(), probe=thorough))
        return examine(measure(self, thorough=thorough), of_wecom)

    def told(self) -> list[Told]:
        """Tell every setting and where its value came from; secrets are not among the words."""
        return told(self.settings)

    def close(self) -> None:
        """Close every connection."""
        close_channels(self.messaging.channels)
        self.wecom.close()
        self.inbox.close()
        self.log.close()
        self.db.close()


def open_app(
    settings: Settings,
    *,
    founding: Callable[[Instance], Instance] = lambda instance: instance,
    clock: Clock | None = None,
    channels: Mapping[str, Channel] | None = None,
    observe: Observer = nobody,
) -> App:
    """Open the house of a data folder, founding it on first use.

    ``founding`` may change what a new house is founded with. ``clock`` and ``channels`` replace
    the machine's clock and the installed channels (for tests and scenarios); ``observe`` is told
    each station that the road passes.
    """
    try:
        settings.data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise NotPermitted(
            f"cannot make the data folder {settings.data}: {error.strerror}; choose another --data"
        ) from error
    db = Database(settings.database_url)
    db.check()
    migrate.upgrade(db)
    machine = clock or SystemClock()
    with db.begin(COMMAND, machine.now()) as work:
        present = instances.read(work)
        asked = founding(Instance(settings.zone, settings.currency))
        instance = instances.found(work, asked if present is None else _kept(asked, present))
    clock = clock or SystemClock(instance.clock_offset)
    return _furnish(settings, db, instance, clock, channels, observe)


def _kept(asked: Instance, present: Instance) -> Instance:
    """Take the zone and currency that the house keeps unless others were asked for on purpose."""
    defaults = Settings.model_fields
    zone = present.zone if asked.zone == defaults["zone"].default else asked.zone
    currency = (
        present.currency if asked.currency == defaults["currency"].default else asked.currency
    )
    return Instance(zone, currency)


def _furnish(
    settings: Settings,
    db: Database,
    instance: Instance,
    clock: Clock,
    channels: Mapping[str, Channel] | None,
    observe: Observer,
) -> App:
    key = master_key(settings)
    zone = zone_named(instance.zone)
    inbox = Inbox.in_folder(settings.data) if db.dialect == "sqlite" else Inbox(db)
    profiles, catalog, codes = Profiles(key, zone), Catalog(), Codes(key)
    log = Log(settings.data, dedup_window=settings.dedup_days * DAY, heads=profiles)
    scores = Scores(profiles, catalog, log, zone)
    worth = Worth(profiles, log, zone)
    segments = Segments(profiles, catalog, log, zone, Together((scores, worth)))
    ways = load_channels(settings) if channels is None else channels
    polls = Polls(profiles, segments, zone, poll_links(settings, codes))
    messaging = Messaging(
        profiles, gate_settings(settings), ways, zone, brand(settings),
        unsubscribing=preference_links(settings, codes),
        ages=catalog.ages,
        topics=catalog.topics_of,
        zones=catalog.store_zones,
        variables=(Suggested(scores.recommending), polls),
    )  # fmt: skip
    rooms = acting_rooms(settings, zone, profiles, catalog, codes, log, segments, messaging)
    journeys, communities, campaigns, activities, tagging = rooms
    guides = open_guides(catalog)
    equipment = equip(
        settings.data, zone, profiles, catalog, segments, log, messaging, guides.bindings,
        guides.organisation,
    )  # fmt: skip
    acting = (*rooms, *guides.rooms, equipment.tasks, equipment.scripts)
    suppressing = Suppressing(db, profiles.erasures)
    commerce = open_commerce(inbox, log, profiles, codes, key, zone, instance.currency, suppressing)
    attending = open_attending(key, profiles, zone)
    wecom = open_connection(settings.model_dump(), db, settings.data, key, clock, messaging.limits)
    mirror = Mirror(profiles, key, wecom.callbacks.erase)
    scanning = open_scanning(
        db, wecom.client, guides.organisation, mirror, equipment.materials, zone,
        base_url(settings), clock.now,
    )  # fmt: skip
    mass_sends = open_sends(mirror, messaging, ways, guides)
    guides.knows(scanning.channel, confirmations=mass_sends, edited=scanning.channel.guides_changed)
    analytics = Analytics(log, zone, profiles)
    growing = open_growing(Below(
        db, settings, key, zone, instance.currency, profiles, catalog, codes, log, segments,
        messaging, journeys, communities, polls, guides, equipment, commerce, scanning, mirror,
        mass_sends, analytics, clock,
    ))  # fmt: skip
    keepers = (
        *growing.rooms, scores, worth, segments, messaging, *acting, polls, codes,
        commerce.orders, commerce.claims, attending.due, mass_sends, mirror, *scanning.rooms,
    )  # fmt: skip
    inbound = Inbound(
        db, inbox, profiles, log, scores, worth, segments,
        (mirror, *scanning.rooms, *acting, polls, *growing.rooms, Newcomers(segments)),
        observe, commerce.orders.sift, keepers, dict.fromkeys(STEPS, "order_id") | HEEDED,
    )  # fmt: skip
    uploads, most_bytes = settings.data / "uploads", settings.upload_mb * 1024**2
    imports = Imports(inbound, catalog, zone, uploads, most_bytes=most_bytes)
    return App(
        settings=settings, db=db, instance=instance, clock=clock, zone=zone,
        accounts=Accounts(), keys=Keys(), inbox=inbox, log=log,
        door=Door(inbox, _pressure(settings, db, inbox, inbound), suppressing),
        profiles=profiles, catalog=catalog, codes=codes, scores=scores, worth=worth,
        segments=segments, messaging=messaging, journeys=journeys, communities=communities,
        campaigns=campaigns, activities=activities, tagging=tagging, polls=polls,
        materials=equipment.materials, scripts=equipment.scripts, tasks=equipment.tasks,
        attending=attending, guides=guides, commerce=commerce,
        analytics=analytics, portraits=Portraits(analytics, log, profiles, zone, instance.currency),
        inbound=inbound, outbound=Outbound(db, messaging, ways, observe, clock.now),
        imports=imports, suppressing=suppressing,
        erasing=Erasing(
            inbound, imports, profiles, keepers, settings.data, _copies(settings, key, clock)
        ),
        answering=Answering(messaging, profiles, inbound, ways),
        wecom=wecom, mirror=mirror, mass_sends=mass_sends, scanning=scanning, growing=growing,
    )  # fmt: skip


def _copies(settings: Settings, key: bytes, clock: Clock) -> OpenCopy:
    """Open a copy of the house as a house of its own, with the same master key."""

    @contextmanager
    def opened(folder: Path) -> Iterator[Erasing]:
        place = {"data": folder, "database": "", "master_key": key.hex()}
        app = open_app(settings.model_copy(update=place), clock=clock, channels={})
        try:
            yield app.erasing
        finally:
            app.close()

    return opened


def _pressure(settings: Settings, db: Database, inbox: Inbox, inbound: Inbound) -> Pressure:
    """Bound what waits by the settings; what is carried is known to the road alone."""

    def waiting(most: int) -> int:
        with db.read(CLOCK, 0) as work:
            carried = inbound.carried_until(work)
        return inbox.waiting(carried, most)

    bounds = Bounds(
        request_bytes=settings.request_mb * MEGABYTE,
        waiting_events=settings.waiting_events,
        spare_bytes=settings.spare_disk_mb * MEGABYTE,
    )
    return Pressure(bounds, waiting, settings.data)
