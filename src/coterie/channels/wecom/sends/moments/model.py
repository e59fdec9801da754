"""The words of moments: what is to be posted, by whom, and what it brought. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from coterie.core.clock import DAY
from coterie.core.event import Event
from coterie.core.ids import derived_id

LIKED, COMMENTED = "Moment Liked", "Moment Commented"
SOURCE, EXTERNAL = "wecom", "wecom.external_userid"
LONGEST = 2_000
"""Characters of a moment's words."""
UNFINISHED = ("planned", "noted", "making", "open")


@dataclass(frozen=True)
class Moment:
    """A moment: ``planned``, ``noted`` (the platform may have it), ``making``, ``open``, ``done``,
    ``cancelled`` or ``failed``. Without ``guides`` everybody who serves customers is asked;
    ``tags`` are the platform's, and narrow who may see it.
    """

    id: str
    title: str
    text: str
    materials: tuple[str, ...]
    guides: tuple[str, ...]
    tags: tuple[str, ...]
    created: int
    by: str
    expires: int | None
    state: str
    due: int
    noted: int | None = None
    job: str | None = None
    moment: str | None = None
    opened: int | None = None
    cancelled: int | None = None
    error: str | None = None


@dataclass(frozen=True)
class Poster:
    """A guide's part: ``asked``, ``posted``, ``refused`` by the platform, or ``never``."""

    moment: str
    guide: str
    state: str
    at: int
    seen: int = 0
    likes: int = 0
    comments: int = 0


@dataclass(frozen=True)
class Mark:
    """A like or a comment of a customer under a guide's post; the platform tells no words."""

    moment: str
    guide: str
    external: str
    kind: str
    at: int


@dataclass(frozen=True)
class Spread:
    """How far a moment is: guides by state, and what it brought."""

    guides: Mapping[str, int] = field(default_factory=dict)
    likes: int = 0
    comments: int = 0
    seen: int = 0


def event_of(mark: Mark, title: str, now: int) -> Event:
    """Tell what a customer did; what is older than a day starts nothing."""
    name = LIKED if mark.kind == "like" else COMMENTED
    return Event(
        id=derived_id(SOURCE, name, mark.moment, mark.guide, mark.external, mark.at),
        type="track",
        name=name,
        time=mark.at,
        received=now,
        source=SOURCE,
        identities={EXTERNAL: mark.external},
        properties={"moment": mark.moment, "title": title, "guide": mark.guide},
        backfill=now - mark.at > DAY,
    )
