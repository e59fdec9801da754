"""Take the numbers of one house for the doctor; changes nothing, names no person."""

import os
import platform
import shutil
import stat
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

from coterie.accounts.service import Accounts
from coterie.core.actor import COMMAND
from coterie.core.clock import DAY, Clock, SystemClock
from coterie.events.inbox import Inbox
from coterie.events.log import Log
from coterie.messaging.looking.model import Wanted
from coterie.messaging.service import Messaging
from coterie.roads.doctor.model import Measured
from coterie.roads.inbound import Inbound
from coterie.storage import health, leases
from coterie.storage.database import Database
from coterie.storage.instance import Instance
from coterie.storage.work import Work

PATIENCE = 10.0
"""Seconds that a thorough look gives the database to check its pages."""
_PACKAGES = ("coterie", "duckdb", "sqlalchemy", "fastapi", "uvicorn")
_ROAD = "road"


class Chosen(Protocol):
    """The settings that the doctor looks at."""

    @property
    def data(self) -> Path:
        """The folder that holds everything."""
        ...

    @property
    def host(self) -> str:
        """The address listened on."""
        ...

    @property
    def public_url(self) -> str:
        """How visitors reach the house."""
        ...

    @property
    def allowed_hosts(self) -> tuple[str, ...]:
        """The Host headers that are answered."""
        ...

    @property
    def secure_cookies(self) -> bool:
        """Whether cookies travel over https only."""
        ...

    @property
    def smtp_starttls(self) -> bool:
        """Whether the SMTP server is asked for encryption."""
        ...

    @property
    def master_key(self) -> str:
        """The key that seals personal data; empty: it is in a file."""
        ...


class Examined(Protocol):
    """What the doctor needs of a house."""

    @property
    def db(self) -> Database:
        """The operational database."""
        ...

    @property
    def clock(self) -> Clock:
        """The house's clock."""
        ...

    @property
    def settings(self) -> Chosen:
        """What was chosen."""
        ...

    @property
    def instance(self) -> Instance:
        """What was fixed when the house was founded."""
        ...

    @property
    def accounts(self) -> Accounts:
        """Who may sit at the console."""
        ...

    @property
    def inbox(self) -> Inbox:
        """What came in."""
        ...

    @property
    def log(self) -> Log:
        """What happened."""
        ...

    @property
    def messaging(self) -> Messaging:
        """What was said to whom."""
        ...

    @property
    def inbound(self) -> Inbound:
        """The road."""
        ...


def measure(house: Examined, *, thorough: bool = False, patience: float = PATIENCE) -> Measured:
    """Take every number; ``thorough`` lets the database check its pages, ``patience`` s at most.

    Raises Unavailable when the database cannot be reached.
    """
    now = house.clock.now()
    with house.db.read(COMMAND, now) as work:
        of_the_rooms = _rooms(work, house)
    of_the_database = _database(house, now, patience if thorough else None)
    return Measured(**of_the_rooms, **of_the_database, **_guards(house), **_machine(house))


def _rooms(work: Work, house: Examined) -> dict[str, Any]:
    backlog = house.inbox.backlog(house.inbound.carried_until(work))
    lease, stood_at = leases.held(work, _ROAD), house.inbound.stood_at(work)
    due = house.messaging.next_due(work)
    failed = house.messaging.tally(work, Wanted(status="failed", since=work.now - DAY))
    lake = house.log.state(work)
    return {
        "backlog_events": backlog.events,
        "backlog_age": None if backlog.oldest is None else max(0, work.now - backlog.oldest),
        # the lease is in the machine's time
        "road_until": None if lease is None else lease.until - SystemClock().now(),
        "batch_age": None if stood_at is None else max(0, work.now - stood_at),
        "stopped": house.messaging.is_stopped(work),
        "overdue": None if due is None or due > work.now else work.now - due,
        "failed_today": sum(each.number for each in failed),
        "ambiguous_today": house.messaging.ambiguous(work, work.now - DAY),
        "channels": sorted(house.messaging.channels),
        "refused": house.inbox.count_refused(),
        "hot": lake.hot,
        "files": lake.files,
        "to_compact": lake.to_compact,
        "orphans": lake.orphans,
        "missing": lake.missing,
        **_erasures(work, house),
        "owners": sum(
            one.is_owner and one.disabled is None for one in house.accounts.list(work)
        ),
    }  # fmt: skip


def _erasures(work: Work, house: Examined) -> dict[str, Any]:
    open_ones = [one for one in house.inbound.profiles.erasures.page(work, 1_000) if one.is_open]
    return {
        "erasures_late": sum(one.due < work.now for one in open_ones),
        "erasures_stuck": sum(one.state == "stuck" for one in open_ones),
    }


def _database(house: Examined, now: int, patience: float | None) -> dict[str, Any]:
    found = health.look(house.db, now)
    return {
        "dialect": found.dialect,
        "database_version": found.version,
        "latency": found.latency,
        "database_size": found.size,
        "wal": found.wal,
        "checked": patience is not None,
        "faults": () if patience is None else health.faults(house.db, now, patience),
    }


def _guards(house: Examined) -> dict[str, Any]:
    chosen = house.settings
    in_environment = bool(chosen.master_key) and "COTERIE_MASTER_KEY" in os.environ
    file = chosen.data / ("coterie.toml" if chosen.master_key else "master.key")
    return {
        "host": chosen.host,
        "public_url": chosen.public_url,
        "allowed_hosts": chosen.allowed_hosts,
        "secure_cookies": chosen.secure_cookies,
        "smtp_starttls": chosen.smtp_starttls,
        "key_in_environment": in_environment,
        "key_mode": stat.S_IMODE(file.stat().st_mode) if file.is_file() else None,
        "key_file": file.name,
    }


def _machine(house: Examined) -> dict[str, Any]:
    disk = shutil.disk_usage(house.settings.data)
    packages: Mapping[str, str] = {name: version(name) for name in _PACKAGES}
    return {
        "disk_free": disk.free,
        "disk_total": disk.total,
        "clock_offset": house.instance.clock_offset,
        "python": platform.python_version(),
        "packages": packages,
    }
