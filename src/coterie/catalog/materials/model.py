"""The words of materials. Moments are milliseconds UTC."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

Kind = Literal["text", "image", "poster", "link", "article", "video", "file"]
KINDS: tuple[Kind, ...] = get_args(Kind)
PICTURES: tuple[Kind, ...] = ("image", "poster")
WITH_FILE: tuple[Kind, ...] = ("image", "poster", "video", "file")

How = Literal["copied", "sent", "opened"]
HOWS: tuple[How, ...] = get_args(How)

ITEM_KIND = "material"


def item_key(slug: str) -> str:
    """Return the key of the catalog item that a material is.

    >>> item_key("autumn-poster")
    'material/autumn-poster'
    """
    return f"{ITEM_KIND}/{slug}"


@dataclass(frozen=True)
class File:
    """Bytes that are kept: their SHA-256, what they are, how many; of a picture its size."""

    sha: str
    mime: str
    size: int
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True)
class Version:
    """What a material shows; never changed once it is written.

    ``address`` is the unguessable last part of its public address, ``thumb_address`` that of its
    small picture. It may be used from ``since`` until before ``until``; None: without a bound.
    ``rights`` says by whose leave.
    """

    material: str
    number: int
    text: str
    url: str
    name: str
    file: File | None
    thumb: File | None
    address: str
    thumb_address: str | None
    since: int | None
    until: int | None
    rights: str
    made: int
    by: str
    note: str = ""

    def stands(self, now: int) -> bool:
        """Say whether it may be used at a moment."""
        return (self.since is None or self.since <= now) and (
            self.until is None or now < self.until
        )

    def is_over(self, now: int) -> bool:
        """Say whether its time has passed."""
        return self.until is not None and self.until <= now


@dataclass(frozen=True)
class Material:
    """One thing to show, with the version that counts now; ``language`` is empty for any."""

    slug: str
    kind: Kind
    titles: Mapping[str, str]
    topics: tuple[str, ...]
    tags: tuple[str, ...]
    language: str
    created: int
    version: Version
    retired: int | None = None

    @property
    def item(self) -> str:
        """The key of the catalog item that it is."""
        return item_key(self.slug)

    def is_offered(self, now: int) -> bool:
        """Say whether anybody may use it at a moment."""
        return self.retired is None and self.version.stands(now)


@dataclass(frozen=True)
class Draft:
    """What somebody hands in: a new material, or a new version of one.

    ``content`` is the file that was sent in, None to keep the one before.
    """

    slug: str
    kind: str
    titles: Mapping[str, str]
    topics: Sequence[str] = ()
    tags: Sequence[str] = ()
    language: str = ""
    text: str = ""
    url: str = ""
    content: Path | None = None
    name: str = ""
    since: int | None = None
    until: int | None = None
    rights: str = ""
    note: str = ""


@dataclass(frozen=True)
class Content:
    """What stands behind a public address. ``until`` is when it stands there no more."""

    path: Path
    file: File
    name: str
    kind: str
    until: int | None


@dataclass(frozen=True)
class Reference:
    """Something that uses a material: a room, and the name of its thing."""

    room: str
    object: str


@dataclass(frozen=True)
class Uses:
    """How often a material was used, by how many guides, and in which ways."""

    total: int = 0
    guides: int = 0
    by_how: Mapping[str, int] = field(default_factory=dict)
    latest: int | None = None
