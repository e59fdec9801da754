"""What guides work with, in one hand: materials, scripts, plans and tasks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from coterie.catalog.materials.service import Materials
from coterie.catalog.service import Catalog
from coterie.events.log import Log
from coterie.guides.ports import Nobody, Owners, Roster
from coterie.guides.scripts.service import Scripts
from coterie.guides.tasks.plans.running import Running
from coterie.guides.tasks.plans.service import Plans
from coterie.guides.tasks.service import Tasks
from coterie.messaging.service import Messaging
from coterie.profiles.service import Profiles
from coterie.segments.service import Segments
from coterie.storage.work import Work


@dataclass(frozen=True)
class Equipment:
    """The faces of materials, scripts and tasks of one house; plans are ``tasks.plans``."""

    materials: Materials
    scripts: Scripts
    tasks: Tasks


def equip(
    folder: Path,
    zone: ZoneInfo,
    profiles: Profiles,
    catalog: Catalog,
    segments: Segments,
    log: Log,
    messaging: Messaging,
    owners: Owners | None = None,
    roster: Roster | None = None,
    zones: Callable[[Work], Mapping[str, str]] | None = None,
) -> Equipment:
    """Build them over one house; ``folder`` is its data folder.

    ``owners`` tells whose customers people are, ``roster`` which guides there are, ``zones`` the
    time zones of stores (the catalog's where nobody else knows).
    """
    materials = Materials(catalog, folder / "materials")
    whose = owners or Nobody()
    running = Running(segments, log, messaging, whose, zone, zones or catalog.store_zones)
    return Equipment(
        materials=materials,
        scripts=Scripts(profiles, roster),
        tasks=Tasks(Plans(running, materials.refer), whose, messaging),
    )
