"""What the platform holds, as plain records; times in whole seconds as on its wire."""

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

JOIN_INVITED, JOIN_LINK, JOIN_SCANNED = 1, 2, 3
"""How one came into a group, as ``groupchat/get`` numbers it (its events number otherwise)."""
WAY_SCAN, WAY_LINK, WAY_SHARED, WAY_ASSIGNED = 1, 16, 201, 202
"""How a customer was added, as ``add_way`` numbers it."""


@dataclass
class Department:
    """A department of the corporation."""

    id: int
    name: str
    parent: int


@dataclass
class Member:
    """A member of the corporation: a guide, to us."""

    userid: str
    name: str
    departments: list[int]
    position: str = ""
    contact_right: bool = True
    visible: bool = True
    active: bool = True
    welcome: bool = False
    """The administrator set a welcome for her: then no code for one is given out."""
    left: int | None = None
    online: bool = True

    @property
    def serves(self) -> bool:
        """Whether customers can be added to her."""
        return self.contact_right and self.active and self.left is None


@dataclass
class Customer:
    """A person outside."""

    external_userid: str
    name: str
    type: int
    gender: int
    unionid: str | None
    avatar: str = ""
    corp_name: str = ""


@dataclass
class Edge:
    """One customer of one member. ``deleted`` is set when the customer removed her guide."""

    userid: str
    external_userid: str
    createtime: int
    add_way: int
    state: str = ""
    oper_userid: str = ""
    remark: str = ""
    description: str = ""
    remark_company: str = ""
    mobiles: list[str] = field(default_factory=list)
    tags: dict[str, None] = field(default_factory=dict)
    personal: dict[str, None] = field(default_factory=dict)
    deleted: bool = False
    chatted: int = 0
    """When either last spoke; 0: never."""


@dataclass
class Request:
    """Somebody who waits for a member to accept her."""

    userid: str
    external_userid: str
    state: str
    add_way: int


@dataclass
class Tag:
    """A tag of the corporation."""

    id: str
    name: str
    created: int
    order: int


@dataclass
class TagGroup:
    """Some tags under one name."""

    id: str
    name: str
    created: int
    order: int
    tags: dict[str, Tag] = field(default_factory=dict)


@dataclass
class ContactWay:
    """A code that adds a member: ``given`` is what the caller said, as it was said."""

    config_id: str
    qr_code: str
    created: int
    users: list[str]
    parties: list[int]
    given: Json


@dataclass
class WelcomeCode:
    """A code that lets one welcome through, once and soon."""

    code: str
    userid: str
    external_userid: str
    issued: int
    """Milliseconds."""


@dataclass
class ChatMember:
    """Somebody in a group."""

    id: str
    type: int
    joined: int
    scene: int
    invitor: str = ""
    state: str = ""


@dataclass
class Chat:
    """A group with customers in it."""

    chat_id: str
    name: str
    owner: str
    created: int
    version: str
    notice: str = ""
    members: dict[str, ChatMember] = field(default_factory=dict)
    admins: list[str] = field(default_factory=list)
    dismissed: bool = False
    blacklist: set[str] = field(default_factory=set)
    changes: int = 0
    past: list[tuple[int, Json]] = field(default_factory=list)
    """What was told of it and until when, for answers that lag."""
    owner_changes: list[int] = field(default_factory=list)


@dataclass
class JoinWay:
    """A code that leads into groups."""

    config_id: str
    qr_code: str
    created: int
    given: Json
    chats: list[str]
    next_number: int


@dataclass
class Sending:
    """To whom one member is to send, and what became of it."""

    userid: str
    rows: dict[str, Json]
    confirmed: int = 0


@dataclass
class MassSend:
    """A message that members are asked to send."""

    msgid: str
    chat_type: str
    created: int
    """Milliseconds."""
    given: Json
    tasks: dict[str, Sending]
    cancelled: bool = False
    reminded: list[int] = field(default_factory=list)


@dataclass
class Transfer:
    """A customer on her way from one member to another."""

    handover: str
    takeover: str
    external_userid: str
    asked: int
    due: int
    resigned: bool
    status: int = 2
    done: int = 0


@dataclass
class Moment:
    """A post that members are asked to publish."""

    jobid: str
    moment_id: str
    created: int
    """Milliseconds."""
    given: Json
    senders: dict[str, list[str]]
    """By member: who may see it."""
    invalid: Json
    published: dict[str, int] = field(default_factory=dict)
    likes: list[Json] = field(default_factory=list)
    comments: list[Json] = field(default_factory=list)
    cancelled: bool = False


@dataclass
class Media:
    """A file that was uploaded."""

    media_id: str
    type: str
    name: str
    content: bytes
    created: int


@dataclass
class Link:
    """A link that adds a member."""

    link_id: str
    name: str
    url: str
    created: int
    users: list[str]
    parties: list[int]
    skip_verify: bool
    clicks: int = 0
    customers: list[Json] = field(default_factory=list)


@dataclass
class Outgoing:
    """An event on its way to the app."""

    number: int
    due: int
    """Milliseconds."""
    xml: bytes
    tried: int = 0


@dataclass(frozen=True)
class Entry:
    """A line of the journal."""

    number: int
    at: int
    """Milliseconds."""
    kind: str
    data: Json
