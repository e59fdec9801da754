"""Groups: how one is told, and how each change of it makes a version and an event."""

from coterie.testing.wecom.corp import Corp
from coterie.testing.wecom.model import Chat, ChatMember, Json

EVENT_INVITED, EVENT_SCANNED = 0, 3
"""How a join is numbered in an event; ``groupchat/get`` numbers it otherwise."""


def told(corp: Corp, chat: Chat, *, names: bool) -> Json:
    """Tell a group as ``groupchat/get`` does, or as it stood while answers lag."""
    if corp.lag:
        since = corp.now() - corp.lag * 1_000
        for until, past in chat.past:
            if until > since:
                return past if names else _nameless(past)
    present = _told(corp, chat)
    return present if names else _nameless(present)


def change(corp: Corp, chat: Chat) -> tuple[str, str]:
    """Note that the group is about to change; return its version before and after."""
    if corp.lag:
        chat.past.append((corp.now(), _told(corp, chat)))
    before = chat.version
    chat.changes += 1
    chat.version = corp.hashed("version", chat.chat_id, chat.changes)[:32]
    return before, chat.version


def enter(corp: Corp, chat: Chat, row: ChatMember, event_scene: int) -> None:
    """Let somebody in and tell of it."""
    before, after = change(corp, chat)
    chat.members[row.id] = row
    if row.type == 2:
        corp.chats_of.setdefault(row.id, {})[chat.chat_id] = None
    corp.note("joined", chat_id=chat.chat_id, member=row.id, state=row.state, scene=row.scene)
    tell_update(corp, chat, "add_member", JoinScene=event_scene, MemChangeCnt=1,
                MemChangeList=[row.id], LastMemVer=before, CurMemVer=after)  # fmt: skip


def depart(corp: Corp, chat: Chat, member: str, quit_scene: int) -> None:
    """Let somebody out and tell of it."""
    before, after = change(corp, chat)
    row = chat.members.pop(member)
    if row.type == 2:
        corp.chats_of[member].pop(chat.chat_id, None)
    corp.note("left", chat_id=chat.chat_id, member=member, scene=quit_scene)
    tell_update(corp, chat, "del_member", QuitScene=quit_scene, MemChangeCnt=1,
                MemChangeList=[member], LastMemVer=before, CurMemVer=after)  # fmt: skip


def tell_update(corp: Corp, chat: Chat, detail: str, **more: object) -> None:
    """Tell that a group changed."""
    said = {"ChatId": chat.chat_id, "UpdateDetail": detail, **more}
    corp.tell("change_external_chat", "update", said)


def found(corp: Corp, owner: str, name: str) -> Chat:
    """Make a group with its owner in it, and tell of it."""
    chat_id = corp.new_id("wr")
    chat = Chat(chat_id, name, owner, corp.seconds(), corp.hashed("version", chat_id, 0)[:32])
    chat.members[owner] = ChatMember(owner, 1, corp.seconds(), 1, owner)
    corp.chats[chat_id] = chat
    corp.note("chat", chat_id=chat_id, owner=owner, name=name)
    corp.tell("change_external_chat", "create", {"ChatId": chat_id})
    return chat


def _told(corp: Corp, chat: Chat) -> Json:
    return {
        "chat_id": chat.chat_id,
        "name": chat.name,
        "owner": chat.owner,
        "create_time": chat.created,
        "notice": chat.notice,
        "member_list": [_row(corp, one) for one in chat.members.values()],
        "admin_list": [{"userid": each} for each in chat.admins],
        "member_version": chat.version,
    }


def _row(corp: Corp, one: ChatMember) -> Json:
    row: Json = {
        "userid": one.id,
        "type": one.type,
        "join_time": one.joined,
        "join_scene": one.scene,
        "group_nickname": "",
    }
    if one.invitor:
        row["invitor"] = {"userid": one.invitor}
    if one.type == 1:
        row["name"] = corp.members[one.id].name
    else:
        person = corp.customers[one.id]
        row["name"] = person.name
        if person.unionid:
            row["unionid"] = person.unionid
        if one.state:
            row["state"] = one.state
    return row


def _nameless(chat: Json) -> Json:
    hidden = ("name",)
    rows = [{k: v for k, v in row.items() if k not in hidden} for row in chat["member_list"]]
    return {**chat, "member_list": rows}
