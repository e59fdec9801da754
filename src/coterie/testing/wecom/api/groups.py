"""Groups and the codes that lead into them."""

from coterie.testing.wecom import chats
from coterie.testing.wecom.call import Api, Call
from coterie.testing.wecom.codes import Refused
from coterie.testing.wecom.corp import Corp
from coterie.testing.wecom.model import Chat, JoinWay, Json

_OVERWRITTEN = (
    "scene", "remark", "auto_create_room", "room_base_name", "room_base_id", "state",
    "mark_source",
)  # fmt: skip


def listed(corp: Corp, call: Call) -> Json:
    """Tell the groups, of some owners or of all within the scope."""
    owners = call.inner("owner_filter").texts("userid_list", most=100)
    status = call.number("status_filter", least=0, most=3)
    in_scope = [one for one in corp.members.values() if one.visible and one.left is None]
    if not owners and len(in_scope) > corp.limits.scope_without_owner:
        raise Refused(81017)
    found = [
        one
        for one in corp.chats.values()
        if not one.dismissed
        and (not owners or one.owner in owners)
        and (not status or _status(corp, one) == status)
    ]
    what = f"chats {status} {','.join(owners)}"
    page, cursor = call.page(corp, what, found, 100, 1_000)
    rows = [{"chat_id": one.chat_id, "status": _status(corp, one)} for one in page]
    answer: Json = {"group_chat_list": rows}
    return {**answer, "next_cursor": cursor} if cursor else answer


def get(corp: Corp, call: Call) -> Json:
    """Tell one group; the answer may lag behind the events."""
    chat = corp.chat(call.text("chat_id", wanted=True))
    return {"group_chat": chats.told(corp, chat, names=call.flag("need_name"))}


def add_way(corp: Corp, call: Call) -> Json:
    """Make a code into groups; its picture is told by ``get_join_way`` only."""
    if call.number("scene") not in (1, 2):
        raise Refused(41038)
    if len(corp.ways) + len(corp.join_ways) >= corp.limits.contact_ways:
        raise Refused(41042)
    given, ids = _said(call), _chats(corp, call)
    config_id = corp.new_id("", 32).lower()
    qr_code = corp.new_qr(config_id)
    corp.join_ways[config_id] = JoinWay(
        config_id, qr_code, corp.seconds(), given, ids, given.get("room_base_id") or 1
    )
    return {"config_id": config_id}


def get_way(corp: Corp, call: Call) -> Json:
    """Tell a code into groups."""
    way = _way(corp, call)
    told: Json = {
        "config_id": way.config_id,
        "qr_code": way.qr_code,
        "remark": "", "state": "", "auto_create_room": 1,
        **way.given,
        "chat_id_list": list(way.chats),
    }  # fmt: skip
    if told["auto_create_room"]:
        told["room_base_id"] = way.next_number
    return {"join_way": told}


def update_way(corp: Corp, call: Call) -> Json:
    """Overwrite a code: what is not told is lost, as on the platform."""
    way = _way(corp, call)
    if call.number("scene") not in (1, 2):
        raise Refused(41038)
    given, ids = _said(call), _chats(corp, call)
    way.given, way.chats = given, ids
    way.next_number = given.get("room_base_id") or 1
    return {}


def delete_way(corp: Corp, call: Call) -> Json:
    """Take a code away."""
    way = _way(corp, call)
    del corp.join_ways[way.config_id], corp.by_qr[way.qr_code]
    return {}


def of_page(corp: Corp, call: Call) -> Json:
    """Tell which group a page was opened in."""
    chat_id = call.text("opengid", wanted=True).removeprefix("og-")
    return {"chat_id": corp.chat(chat_id).chat_id}


def _said(call: Call) -> Json:
    call.text("state", most=30)
    call.text("room_base_name", most=40)
    call.number("room_base_id", least=0)
    call.number("auto_create_room", 1, least=0, most=1)
    given = {name: call.given[name] for name in _OVERWRITTEN if name in call.given}
    if "remark" in given:
        given["remark"] = call.text("remark")[:30]  # cut, not refused
    return given


def _chats(corp: Corp, call: Call) -> list[str]:
    ids = list(dict.fromkeys(call.texts("chat_id_list", wanted=True)))
    if len(ids) > corp.limits.chats_of_way:
        raise Refused(41091)
    for each in ids:
        if each not in corp.chats or corp.chats[each].dismissed:
            raise Refused(90001, each)
    return ids


def _way(corp: Corp, call: Call) -> JoinWay:
    found = corp.join_ways.get(call.text("config_id", wanted=True))
    if found is None:
        raise Refused(41044)
    return found


def _status(corp: Corp, chat: Chat) -> int:
    """0: somebody follows it; 1: its owner has left."""
    return 0 if corp.members[chat.owner].left is None else 1


API: Api = {
    "externalcontact/groupchat/list": ("POST", listed),
    "externalcontact/groupchat/get": ("POST", get),
    "externalcontact/groupchat/add_join_way": ("POST", add_way),
    "externalcontact/groupchat/get_join_way": ("POST", get_way),
    "externalcontact/groupchat/update_join_way": ("POST", update_way),
    "externalcontact/groupchat/del_join_way": ("POST", delete_way),
    "externalcontact/opengid_to_chatid": ("POST", of_page),
}
