"""The corporation as the platform holds it: one state machine that knows no HTTP.

The API reads and writes it (``api``), people act in it (``acts``), time passes in it. What the
app is to be told waits in ``outgoing``; what happened is in ``journal``, to count from.
"""

from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Any
from xml.sax.saxutils import escape

from coterie.core.clock import Clock
from coterie.testing.wecom.codes import Refused
from coterie.testing.wecom.limits import Limits
from coterie.testing.wecom.model import (
    Chat,
    ContactWay,
    Customer,
    Department,
    Edge,
    Entry,
    JoinWay,
    Json,
    Link,
    MassSend,
    Media,
    Member,
    Moment,
    Outgoing,
    Request,
    TagGroup,
    Transfer,
    WelcomeCode,
)

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


class Corp:
    """Everything of one corporation. Ids follow from ``seed`` and their number, so runs repeat."""

    def __init__(self, seed: str, clock: Clock, limits: Limits) -> None:
        self.seed = seed
        self.clock = clock
        self.limits = limits
        self._numbers: dict[str, int] = {}
        self.corp_id = "ww" + self.hashed("corp")[:16]
        self.agent_id = 1_000_002
        self.secret = self.letters("secret", 43)
        self.token = self.letters("token", 24)
        self.aes_key = self.letters("aes", 42) + "A"
        self.departments: dict[int, Department] = {1: Department(1, "Simulated", 0)}
        self.members: dict[str, Member] = {}
        self.customers: dict[str, Customer] = {}
        self.edges: dict[tuple[str, str], Edge] = {}
        self.followers: dict[str, dict[str, None]] = {}
        """By customer: who follows or followed her."""
        self.followed: dict[str, dict[str, None]] = {}
        """By member: whom she follows or followed."""
        self.requests: dict[tuple[str, str], Request] = {}
        self.talks: dict[tuple[str, str], list[Json]] = {}
        """By member and customer: what was said in their chat."""
        self.tag_groups: dict[str, TagGroup] = {}
        self.ways: dict[str, ContactWay] = {}
        self.codes: dict[str, WelcomeCode] = {}
        self.welcomed: dict[tuple[str, str], int] = {}
        self.busy_welcomes = 0
        self.chats: dict[str, Chat] = {}
        self.chats_of: dict[str, dict[str, None]] = {}
        """By customer: the groups that she is in."""
        self.join_ways: dict[str, JoinWay] = {}
        self.lag = 0
        self.sends: dict[str, MassSend] = {}
        self.sent: dict[str, list[int]] = {}
        """By customer or group: when a mass send reached it."""
        self.transfers: list[Transfer] = []
        self.handed: dict[str, list[int]] = {}
        self.moments: dict[str, Moment] = {}
        self.media: dict[str, Media] = {}
        self.links: dict[str, Link] = {}
        self.group_templates: dict[str, Json] = {}
        self.oauth: dict[str, tuple[str, int]] = {}
        self.outgoing: list[Outgoing] = []
        self.journal: list[Entry] = []
        self.by_qr: dict[str, str] = {}
        self.address = "http://127.0.0.1"
        """Where the simulator is served: pictures of codes are there."""

    # --- time and ids

    def now(self) -> int:
        """Return the moment in milliseconds."""
        return self.clock.now()

    def seconds(self) -> int:
        """Return the moment in whole seconds, as the wire tells it."""
        return self.clock.now() // 1_000

    def hashed(self, *parts: object) -> str:
        """Return 64 hex digits that follow from the seed and the parts."""
        return sha256("\0".join(map(str, (self.seed, *parts))).encode()).hexdigest()

    def letters(self, what: object, length: int) -> str:
        """Return letters and digits that follow from the seed and what they are for."""
        number, made = int(self.hashed("letters", what, length), 16), ""
        while len(made) < length:
            if not number:
                number = int(self.hashed("more", what, made), 16)
            number, place = divmod(number, len(_LETTERS))
            made += _LETTERS[place]
        return made

    def chance(self, *parts: object) -> float:
        """Return a number from 0 to 1 that follows from the seed and the parts."""
        return int(self.hashed("chance", *parts)[:13], 16) / 16**13

    def number(self, kind: str) -> int:
        """Count one more of a kind, from 1."""
        self._numbers[kind] = self._numbers.get(kind, 0) + 1
        return self._numbers[kind]

    def new_id(self, prefix: str, length: int = 32) -> str:
        """Return a fresh id that begins with a prefix."""
        return prefix + self.letters((prefix, self.number(prefix)), length - len(prefix))

    # --- who is there

    def member(self, userid: str) -> Member:
        """Return a member whom the app may see; raises 60111 or 60011."""
        found = self.members.get(userid)
        if found is None or found.left is not None:
            raise Refused(60111, userid)
        if not found.visible:
            raise Refused(60011, userid)
        return found

    def server(self, userid: str) -> Member:
        """Return a member who may have customers; raises 84074 too."""
        found = self.member(userid)
        if not found.contact_right:
            raise Refused(84074, userid)
        return found

    def customer(self, external_userid: str) -> Customer:
        """Return a customer; raises 40096."""
        found = self.customers.get(external_userid)
        if found is None:
            raise Refused(40096, external_userid)
        return found

    def edge(self, userid: str, external_userid: str) -> Edge:
        """Return the relation of a member with a customer; raises 84061, or what they lack."""
        self.server(userid)
        self.customer(external_userid)
        found = self.edges.get((userid, external_userid))
        if found is None:
            raise Refused(84061, f"{userid} and {external_userid}")
        return found

    def edges_of_member(self, userid: str) -> list[Edge]:
        """Return the relations of a member, the oldest first."""
        return [self.edges[(userid, each)] for each in self.followed.get(userid, {})]

    def edges_of_customer(self, external_userid: str) -> list[Edge]:
        """Return the relations of a customer with members whom the app may see."""
        return [
            self.edges[(each, external_userid)]
            for each in self.followers.get(external_userid, {})
            if self.members[each].left is None and self.members[each].visible
        ]

    def in_departments(self, parties: Iterable[int]) -> Iterator[str]:
        """Yield the members of departments and of those below them."""
        wanted = set(parties)
        grown = True
        while grown:
            below = {one.id for one in self.departments.values() if one.parent in wanted}
            grown = not below <= wanted
            wanted |= below
        for each in self.members.values():
            if each.left is None and wanted.intersection(each.departments):
                yield each.userid

    def link(self, edge: Edge) -> None:
        """Enter a relation."""
        self.edges[(edge.userid, edge.external_userid)] = edge
        self.followers.setdefault(edge.external_userid, {})[edge.userid] = None
        self.followed.setdefault(edge.userid, {})[edge.external_userid] = None

    def unlink(self, userid: str, external_userid: str) -> None:
        """Take a relation away."""
        del self.edges[(userid, external_userid)]
        del self.followers[external_userid][userid]
        del self.followed[userid][external_userid]

    def chat(self, chat_id: str) -> Chat:
        """Return a group; raises 86003."""
        found = self.chats.get(chat_id)
        if found is None or found.dismissed:
            raise Refused(86003, chat_id)
        return found

    def new_qr(self, config_id: str) -> str:
        """Return where the picture of a code is, which leads to the page to play."""
        url = f"{self.address}/qr/{config_id}.png"
        self.by_qr[url] = config_id
        return url

    # --- what happened, and who is told

    def talk(self, userid: str, external_userid: str, by: str, content: Json) -> None:
        """Put something into a chat."""
        line = {"at": self.now(), "by": by, "content": content}
        self.talks.setdefault((userid, external_userid), []).append(line)

    def note(self, kind: str, **data: Any) -> Entry:
        """Write a line into the journal."""
        entry = Entry(len(self.journal) + 1, self.now(), kind, data)
        self.journal.append(entry)
        return entry

    def tell(self, event: str, change: str, fields: Mapping[str, object]) -> None:
        """Put an event for the app on its way."""
        said = {
            "ToUserName": self.corp_id,
            "FromUserName": "sys",
            "CreateTime": self.seconds(),
            "MsgType": "event",
            "Event": event,
            "ChangeType": change,
            **fields,
        }
        text = "".join(_element(name, value) for name, value in said.items() if value is not None)
        xml = f"<xml>{text}</xml>".encode()
        self.outgoing.append(Outgoing(self.number("callback"), self.now(), xml))


def _element(name: str, value: object) -> str:
    if isinstance(value, int):
        return f"<{name}>{value}</{name}>"
    if isinstance(value, list):
        items = "".join(_element("Item", each) for each in value)
        return f"<{name}>{items}</{name}>"
    text = str(value)
    if "]]>" in text:
        return f"<{name}>{escape(text)}</{name}>"
    return f"<{name}><![CDATA[{text}]]></{name}>"
