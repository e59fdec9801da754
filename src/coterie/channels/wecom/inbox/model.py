"""What WeCom calls back, as types. ``at`` and ``came`` are ms UTC."""

from dataclasses import dataclass
from typing import Literal

State = Literal["waiting", "done", "failed", "unknown"]
"""``failed``: tried in vain and laid aside. ``unknown``: an event that we do not read."""
STATES: tuple[State, ...] = ("waiting", "done", "failed", "unknown")
By = Literal["guide", "customer", "transfer"]


@dataclass(frozen=True)
class ContactAdded:
    """A member and a customer are in contact. ``half``: she added him, he has not yet accepted.

    ``welcome_code`` is good for 20 seconds; there is none when WeCom sends a welcome of its own,
    when they talk already, or when she uses WeCom herself.
    """

    userid: str
    external_userid: str
    state: str = ""
    welcome_code: str = ""
    half: bool = False


@dataclass(frozen=True)
class ContactEdited:
    """A remark or a tag of the corporation was changed on an edge."""

    userid: str
    external_userid: str


@dataclass(frozen=True)
class ContactDeleted:
    """An edge ended: by the member, by the customer, or because she was handed over."""

    userid: str
    external_userid: str
    by: By


@dataclass(frozen=True)
class TransferFailed:
    """A handover did not happen: ``customer_refused`` or ``customer_limit_exceed``."""

    userid: str
    external_userid: str
    reason: str


@dataclass(frozen=True)
class AuditApproved:
    """A customer agreed that the chat may be archived."""

    userid: str
    external_userid: str
    welcome_code: str = ""


@dataclass(frozen=True)
class GroupCreated:
    """There is a new group."""

    chat_id: str


@dataclass(frozen=True)
class GroupDismissed:
    """A group is no more."""

    chat_id: str


@dataclass(frozen=True)
class GroupChanged:
    """A group changed: ``add_member``, ``del_member``, ``change_owner``, ``_name``, ``_notice``.

    ``join_scene``: 0 invited, 3 by a code; ``quit_scene``: 0 left, 1 was put out; None: not told.
    ``members`` may be fewer than ``count``. Whoever holds another version than ``last_version``
    has missed something.
    """

    chat_id: str
    detail: str
    join_scene: int | None = None
    quit_scene: int | None = None
    count: int = 0
    members: tuple[str, ...] = ()
    last_version: str = ""
    version: str = ""


@dataclass(frozen=True)
class TagChanged:
    """A tag or a group of tags was made, changed, deleted or moved in WeCom's admin."""

    verb: Literal["create", "update", "delete", "shuffle"]
    id: str
    kind: str = ""
    strategy_id: str = ""


@dataclass(frozen=True)
class MemberChanged:
    """A member came, changed or left. ``new_userid``: the id was changed to it."""

    verb: Literal["created", "updated", "deleted"]
    userid: str
    new_userid: str = ""
    departments: tuple[int, ...] = ()


@dataclass(frozen=True)
class PartyChanged:
    """A department was made, changed or deleted."""

    verb: Literal["created", "updated", "deleted"]
    id: int
    parent: int | None = None


@dataclass(frozen=True)
class LinkChanged:
    """Something about acquisition links, such as ``friend_request`` or ``balance_low``."""

    change: str
    link_id: str = ""
    state: str = ""


@dataclass(frozen=True)
class Unknown:
    """An event that we do not read, or text that is no XML (then ``event`` is empty)."""

    event: str
    change: str = ""


Happening = (
    ContactAdded
    | ContactEdited
    | ContactDeleted
    | TransferFailed
    | AuditApproved
    | GroupCreated
    | GroupDismissed
    | GroupChanged
    | TagChanged
    | MemberChanged
    | PartyChanged
    | LinkChanged
    | Unknown
)


@dataclass(frozen=True)
class Read:
    """A callback as it was understood: when WeCom made it, what it says, whom it is about.

    ``of`` is the customer, group or other thing whose callbacks are applied in order.
    """

    at: int
    happening: Happening
    event: str
    change: str
    of: str


@dataclass(frozen=True)
class Callback:
    """A callback to be applied. ``id`` grows with its arrival, ``hash`` names it for ever."""

    id: int
    hash: str
    came: int
    at: int
    of: str
    happening: Happening
    tries: int


@dataclass(frozen=True)
class Kept:
    """A callback as the console shows it; ``due`` is when a waiting one is tried again."""

    id: int
    hash: str
    came: int
    at: int
    of: str
    event: str
    change: str
    state: State
    tries: int
    due: int
    reason: str
    settled: int | None
    xml: str


@dataclass(frozen=True)
class Wanted:
    """Which callbacks are wanted; empty asks nothing. ``text`` is a part of what they say."""

    state: str = ""
    event: str = ""
    text: str = ""


@dataclass(frozen=True)
class Latency:
    """How long callbacks took to come, in ms; WeCom tells its moment to the second only.

    ``late`` came after more than five seconds: WeCom had to try again.
    """

    number: int
    median: int
    p95: int
    most: int
    late: int
