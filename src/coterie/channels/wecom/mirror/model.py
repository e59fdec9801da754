"""The words of the mirror: members, customers of guides, tags, groups, and what is asked of them.

Ids are the platform's: ``userid`` of a member, ``external_userid`` of a customer, ``chat_id`` of a
group. Moments are milliseconds UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

SOURCE = "wecom"
"""The source of wire events that come from here, and the room of our facts."""
EXTERNAL = "wecom.external_userid"
UNIONID = "wechat.unionid"

ChatStatus = Literal["alive", "dismissed"]


@dataclass(frozen=True)
class Member:
    """A member of the corporation: a guide, once she may contact customers.

    ``has_right``: she has the right to contact customers, within the app's scope. ``left`` is when
    she was found gone.
    """

    userid: str
    name: str = ""
    departments: tuple[int, ...] = ()
    has_right: bool = False
    since: int = 0
    left: int | None = None

    @property
    def active(self) -> bool:
        """Whether customers can be added to her."""
        return self.has_right and self.left is None

    @property
    def email(self) -> str | None:
        """Her address, which the platform does not tell an app: None."""
        return None


@dataclass(frozen=True)
class Department:
    """A part of the corporation; the root's ``parent`` is 0."""

    id: int
    name: str
    parent: int
    order: int = 0


@dataclass(frozen=True)
class Edge:
    """A guide and a customer: how they came together, and whether they still are.

    ``status`` is ``half``, ``normal``, or what ended it: ``by_guide``, ``by_customer`` (one way:
    the guide may still write), ``transferred``. ``add_way`` is the platform's number. ``tags`` are
    ids of corporation tags that lie on it.
    """

    guide: str
    external: str
    status: str
    since: int | None
    ended: int | None = None
    state: str = ""
    add_way: int | None = None
    times: int = 1
    tags: tuple[str, ...] = ()

    @property
    def lasts(self) -> bool:
        """Whether it stands now."""
        return self.status in ("half", "normal")


@dataclass(frozen=True)
class Follow:
    """A guide who may write to a customer; ``spoke`` is not told by the platform: None."""

    guide: str
    since: int
    state: str = ""
    add_way: int | None = None
    spoke: int | None = None


@dataclass(frozen=True)
class Chat:
    """A group of customers; ``members`` counts everybody in it, guides included."""

    chat_id: str
    name: str
    owner: str
    status: ChatStatus
    members: int
    customers: int
    created: int | None = None


@dataclass(frozen=True)
class Size:
    """How many are in a group, and whether it still exists."""

    name: str
    members: int
    alive: bool


@dataclass(frozen=True)
class Participant:
    """Somebody in a group, or who was: ``member`` is a userid or an external_userid.

    ``scene`` is how she came: ``invited``, ``link``, ``scanned``; ``times`` counts how often.
    """

    chat_id: str
    member: str
    is_customer: bool
    joined: int
    left: int | None = None
    scene: str = ""
    inviter: str = ""
    state: str = ""
    times: int = 1


@dataclass(frozen=True)
class CorpTag:
    """A tag of the corporation, and the tag of ours that it means; None: it means none."""

    id: str
    group_id: str
    group: str
    name: str
    tag: str | None
    order: int = 0


@dataclass(frozen=True)
class Person:
    """What the platform tells of a customer herself; personal, so never kept as it is."""

    external: str
    name: str = ""
    avatar: str = ""
    gender: str = ""
    kind: str = ""
    unionid: str = ""


@dataclass(frozen=True)
class Followed:
    """One edge as a read shows it; ``tags`` None: the read does not tell them."""

    guide: str
    external: str
    since: int
    state: str = ""
    add_way: int | None = None
    remark: str = ""
    tags: frozenset[str] | None = None


@dataclass(frozen=True)
class Read:
    """A customer and her edges as one answer showed them; ``at`` is when it was asked for.

    ``complete``: all her edges are in it. ``missing``: the platform knows nobody of the id.
    """

    person: Person
    edges: tuple[Followed, ...]
    at: int
    complete: bool = True
    missing: bool = False


@dataclass(frozen=True)
class ChatRead:
    """A group as one answer showed it; ``at`` is when it was asked for.

    ``names`` and ``unionids`` by customer are told on, and not kept here.
    """

    chat_id: str
    at: int
    name: str = ""
    owner: str = ""
    created: int | None = None
    version: str = ""
    members: tuple[Participant, ...] = ()
    missing: bool = False
    names: Mapping[str, str] = field(default_factory=dict)
    unionids: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Counts:
    """How much the mirror holds; ``waiting`` to be read, the rest to go out."""

    members: int = 0
    guides: int = 0
    customers: int = 0
    edges: int = 0
    tags: int = 0
    chats: int = 0
    participants: int = 0
    waiting: int = 0
    markings: int = 0
    clearings: int = 0
