"""Groups: made by a guide, entered by a code or an invitation, left."""

from dataclasses import dataclass
from typing import Literal

from coterie.core.errors import Invalid, NotFound
from coterie.testing.wecom import chats
from coterie.testing.wecom.acts.base import World, deed
from coterie.testing.wecom.model import (
    JOIN_INVITED,
    JOIN_SCANNED,
    Chat,
    ChatMember,
    JoinWay,
)

_SELF, _KICKED = 0, 1


@dataclass(frozen=True)
class Joined:
    """What the page showed that a group's code leads to; ``errcode`` as on that page."""

    chat_id: str
    status: Literal["joined", "already", "full", "gone", "refused"]
    errcode: int = 0


_ALREADY, _FULL, _GONE, _REFUSED = -3006, -3009, -3010, -3011


class Grouping(World):
    """Who is in which group."""

    @deed
    def new_chat(self, owner: str, name: str) -> str:
        """Make a group as a guide; return its chat_id."""
        if owner not in self.corp.members:
            raise NotFound(f"there is no member {owner}")
        return chats.found(self.corp, owner, name).chat_id

    @deed
    def join(self, code: str, external_userid: str) -> Joined:
        """Scan a code into groups: the first with room lets her in, or a new one is made."""
        corp = self.corp
        way = corp.join_ways.get(code) or corp.join_ways.get(corp.by_qr.get(code, ""))
        if way is None:
            raise NotFound(f"there is no code {code}: scan its qr_code or its config_id")
        if external_userid not in corp.customers:
            raise NotFound(f"there is no customer {external_userid}")
        alive = [one for each in way.chats if not (one := corp.chats[each]).dismissed]
        inside = next((one for one in alive if external_userid in one.members), None)
        if inside is not None:
            return Joined(inside.chat_id, "already", _ALREADY)
        for chat in alive:
            if external_userid in chat.blacklist:
                return Joined(chat.chat_id, "refused", _REFUSED)
            if len(chat.members) < min(corp.limits.chat_by_code, corp.limits.chat_members):
                return self._let_in(chat, external_userid, way)
        if not alive:
            return Joined("", "gone", _GONE)
        if not way.given.get("auto_create_room", 1) or len(way.chats) >= corp.limits.chats_of_way:
            return Joined("", "full", _FULL)
        return self._let_in(self._another(way, alive[0].owner), external_userid, way)

    @deed
    def chats_with(self, external_userid: str) -> list[str]:
        """Tell the groups that a customer is in."""
        return list(self.corp.chats_of.get(external_userid, {}))

    @deed
    def invite(self, chat_id: str, external_userid: str, by: str) -> None:
        """Bring somebody into a group as one of its members."""
        chat = self._chat(chat_id)
        if external_userid in chat.members:
            raise Invalid(f"{external_userid} is in the group already")
        if len(chat.members) >= self.corp.limits.chat_members:
            raise Invalid("the group is full")
        kind = 1 if external_userid in self.corp.members else 2
        row = ChatMember(external_userid, kind, self.corp.seconds(), JOIN_INVITED, by)
        chats.enter(self.corp, chat, row, chats.EVENT_INVITED)

    @deed
    def leave(self, chat_id: str, member: str) -> None:
        """Leave a group."""
        self._inside(chat_id, member)
        chats.depart(self.corp, self._chat(chat_id), member, _SELF)

    @deed
    def leave_all(self, external_userid: str) -> int:
        """Leave every group as a customer; return how many."""
        chats_of = self.chats_with(external_userid)
        for each in chats_of:
            self.leave(each, external_userid)
        return len(chats_of)

    @deed
    def kick(self, chat_id: str, member: str, *, blacklist: bool = False) -> None:
        """Take somebody out of a group as its owner, for good if so wanted."""
        self._inside(chat_id, member)
        chat = self._chat(chat_id)
        if blacklist:
            chat.blacklist.add(member)
        chats.depart(self.corp, chat, member, _KICKED)

    @deed
    def rename_chat(self, chat_id: str, name: str) -> None:
        """Give a group another name."""
        chat = self._chat(chat_id)
        chat.name = name
        chats.tell_update(self.corp, chat, "change_name")

    @deed
    def notice(self, chat_id: str, text: str) -> None:
        """Put up a notice in a group."""
        chat = self._chat(chat_id)
        chat.notice = text
        chats.tell_update(self.corp, chat, "change_notice")

    @deed
    def change_owner(self, chat_id: str, owner: str) -> None:
        """Hand a group over to another member in the app."""
        chat = self._chat(chat_id)
        if owner not in chat.members:
            self.invite(chat_id, owner, chat.owner)
        chat.owner = owner
        chats.tell_update(self.corp, chat, "change_owner")

    @deed
    def dismiss(self, chat_id: str) -> None:
        """Dissolve a group."""
        chat = self._chat(chat_id)
        chat.dismissed = True
        for each in chat.members:
            self.corp.chats_of.get(each, {}).pop(chat_id, None)
        self.corp.tell("change_external_chat", "dismiss", {"ChatId": chat_id})

    # --- inside

    def _chat(self, chat_id: str) -> Chat:
        found = self.corp.chats.get(chat_id)
        if found is None or found.dismissed:
            raise NotFound(f"there is no group {chat_id}")
        return found

    def _inside(self, chat_id: str, member: str) -> None:
        if member not in self._chat(chat_id).members:
            raise NotFound(f"{member} is not in the group {chat_id}")

    def _let_in(self, chat: Chat, external_userid: str, way: JoinWay) -> Joined:
        state = str(way.given.get("state") or "")
        now = self.corp.seconds()
        row = ChatMember(external_userid, 2, now, JOIN_SCANNED, chat.owner, state)
        chats.enter(self.corp, chat, row, chats.EVENT_SCANNED)
        return Joined(chat.chat_id, "joined")

    def _another(self, way: JoinWay, owner: str) -> Chat:
        name = f"{way.given.get('room_base_name', '')}{way.next_number}"
        way.next_number += 1
        chat = chats.found(self.corp, owner, name)
        way.chats.append(chat.chat_id)
        return chat
