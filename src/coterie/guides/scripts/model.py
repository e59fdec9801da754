"""The words of scripts. Moments are milliseconds UTC."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

STAGES = ("hello", "taste", "invite", "offer", "after_sale", "care", "win_back", "objection")
"""Where a script belongs in what passes between a guide and her customer."""

OBJECTIONS = ("price", "quality", "time", "delivery", "taste", "trust", "gift")
"""What a customer holds against it; a script of the stage ``objection`` answers one."""

How = Literal["copied", "sent"]
HOWS: tuple[How, ...] = ("copied", "sent")


@dataclass(frozen=True)
class Script:
    """One thing to say: where it belongs, and which of its versions guides see.

    ``carrier`` is where it is said (``claims.CARRIERS``); ``banned`` are phrases that may not stand
    in it. ``current`` is the number of the published version, None before there is one.
    """

    slug: str
    titles: Mapping[str, str]
    stage: str
    created: int
    objection: str | None = None
    campaign: str | None = None
    carrier: str = "chat"
    banned: tuple[str, ...] = ()
    current: int | None = None
    retired: int | None = None


@dataclass(frozen=True)
class Version:
    """What a script says, by language; ``number`` counts from 1.

    ``findings`` are what the linter held against it when it was published, as plain JSON;
    ``because`` is why it was published all the same, and ``published_by`` who took that upon her.
    """

    script: str
    number: int
    texts: Mapping[str, str]
    made: int
    by: str
    note: str = ""
    published: int | None = None
    published_by: str | None = None
    because: str = ""
    findings: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True)
class Reading:
    """A script as a guide has it: its current version, and whether she has yet to read it."""

    script: Script
    version: Version
    unread: bool
    reminded: int = 0


@dataclass(frozen=True)
class Reader:
    """A guide beside a version: when she read it, how often she was reminded, when last."""

    guide: str
    name: str
    store: str
    read: int | None = None
    reminded: int = 0
    reminded_at: int | None = None


@dataclass(frozen=True)
class Standing:
    """Who has read a script's current version, and who has not; active guides only."""

    read: Sequence[Reader] = ()
    missing: Sequence[Reader] = ()


@dataclass(frozen=True)
class Use:
    """A script was copied or sent. ``edited``: beyond its slots. ``profile`` where it is known."""

    id: str
    script: str
    number: int
    guide: str
    how: str
    at: int
    edited: bool
    profile: int | None = None


@dataclass(frozen=True)
class Tally:
    """What came of a script: its uses, and of the people it was said to who did what within days.

    ``people`` are those whom it was said to as far as is known; ``bought``, ``joined`` and ``came``
    count people, each once.
    """

    uses: int = 0
    edited: int = 0
    guides: int = 0
    people: int = 0
    bought: int = 0
    joined: int = 0
    came: int = 0


@dataclass(frozen=True)
class Draft:
    """What an author writes: a script, and the texts of a version of it."""

    slug: str
    titles: Mapping[str, str]
    stage: str
    texts: Mapping[str, str]
    objection: str | None = None
    campaign: str | None = None
    carrier: str = "chat"
    banned: Sequence[str] = field(default=())
    note: str = ""
