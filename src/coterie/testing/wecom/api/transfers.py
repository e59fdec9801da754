"""Handovers: of customers, on the job or after leaving, and of groups."""

from coterie.testing.wecom.call import Api, Call
from coterie.testing.wecom.codes import Refused
from coterie.testing.wecom.corp import Corp
from coterie.testing.wecom.model import Json, Member, Transfer
from coterie.testing.wecom.passing import WAITING

_BATCH = 100
_DAY = 86_400
_SPAN = 90 * _DAY
_YEAR = 365 * _DAY


def on_the_job(corp: Corp, call: Call) -> Json:
    """Start to hand customers over between members who both work on."""
    handover = corp.server(call.text("handover_userid", wanted=True))
    call.text("transfer_success_msg", most=200)
    return _start(corp, call, handover, resigned=False)


def resigned(corp: Corp, call: Call) -> Json:
    """Start to hand over the customers of a member who has left."""
    return _start(corp, call, _gone(corp, call), resigned=True)


def result(corp: Corp, call: Call) -> Json:
    """Tell how handovers on the job stand: 1 done, 2 waiting, 3 refused, 4 limit, 5 none."""
    return _result(corp, call, resigned=False)


def resigned_result(corp: Corp, call: Call) -> Json:
    """Tell how handovers of one who left stand."""
    return _result(corp, call, resigned=True)


def unassigned(corp: Corp, call: Call) -> Json:
    """Tell the customers of those who left, whom nobody serves."""
    size = call.number("page_size", 1_000, least=1, most=1_000)
    rows = [
        {
            "handover_userid": edge.userid,
            "external_userid": edge.external_userid,
            "dimission_time": corp.members[edge.userid].left,
        }
        for edge in corp.edges.values()
        if corp.members[edge.userid].left is not None
    ]
    sized = Call({**call.given, "limit": size})
    page, cursor = sized.page(corp, "unassigned", rows, size, 1_000)
    return {"info": page, "is_last": not cursor, "next_cursor": cursor}


def chats_on_the_job(corp: Corp, call: Call) -> Json:
    """Hand groups over to another member."""
    return _chats(corp, call, resigned=False)


def chats_resigned(corp: Corp, call: Call) -> Json:
    """Hand over the groups of owners who have left."""
    return _chats(corp, call, resigned=True)


def _gone(corp: Corp, call: Call) -> Member:
    member = corp.members.get(call.text("handover_userid", wanted=True))
    if member is None:
        raise Refused(60111)
    if member.left is None or corp.seconds() - member.left > _YEAR:
        raise Refused(40097)
    return member


def _taker(corp: Corp, userid: str) -> Member:
    member = corp.server(userid)
    if not member.active:
        raise Refused(40100, userid)
    return member


def _start(corp: Corp, call: Call, handover: Member, *, resigned: bool) -> Json:
    taker = _taker(corp, call.text("takeover_userid", wanted=True))
    customers = call.texts("external_userid", most=_BATCH, wanted=True)
    rows = []
    for each in customers:
        code = _refusal(corp, handover.userid, taker.userid, each, resigned=resigned)
        rows.append({"external_userid": each, "errcode": code})
        if code:
            continue
        now = corp.seconds()
        due = now + corp.limits.transfer_wait
        corp.transfers.append(Transfer(handover.userid, taker.userid, each, now, due, resigned))
        corp.note("transfer", handover=handover.userid, takeover=taker.userid,
                  external_userid=each)  # fmt: skip
        if not resigned:
            corp.handed.setdefault(each, []).append(now)
    return {"customer": rows}


def _refusal(corp: Corp, handover: str, taker: str, customer: str, *, resigned: bool) -> int:
    if customer not in corp.customers:
        return 40096
    if (handover, customer) not in corp.edges or handover == taker:
        return 40131
    if any(one.external_userid == customer and one.status == WAITING for one in corp.transfers):
        return 40129
    recent = [each for each in corp.handed.get(customer, ()) if each > corp.seconds() - _SPAN]
    if not resigned and len(recent) >= corp.limits.transfers:
        return 40128
    return 0


def _result(corp: Corp, call: Call, *, resigned: bool) -> Json:
    pair = (call.text("handover_userid", wanted=True), call.text("takeover_userid", wanted=True))
    latest = {
        one.external_userid: one
        for one in corp.transfers
        if (one.handover, one.takeover) == pair and one.resigned == resigned
    }
    rows = [
        {
            "external_userid": one.external_userid,
            "status": one.status,
            "takeover_time": one.done or one.due,
        }
        for one in latest.values()
    ]
    page, cursor = call.page(corp, f"transfers {pair} {resigned}", rows, 1_000, 1_000)
    return {"customer": page, "next_cursor": cursor}


def _chats(corp: Corp, call: Call, *, resigned: bool) -> Json:
    ids = call.texts("chat_id_list", most=_BATCH, wanted=True)
    owner = _taker(corp, call.text("new_owner", wanted=True))
    failed = []
    for each in ids:
        code = _move(corp, each, owner.userid, resigned=resigned)
        if code:
            failed.append({"chat_id": each, "errcode": code, "errmsg": str(code)})
    return {"failed_chat_list": failed}


def _move(corp: Corp, chat_id: str, owner: str, *, resigned: bool) -> int:
    chat = corp.chats.get(chat_id)
    if chat is None or chat.dismissed:
        return 90501
    if resigned and corp.members[chat.owner].left is None:
        return 90500
    if chat.owner == owner:
        return 90507
    now = corp.seconds()
    today = (now + 8 * 3_600) // _DAY
    taken = corp.handed.setdefault(f"chats of {owner}", [])
    if sum((each + 8 * 3_600) // _DAY == today for each in taken) >= corp.limits.owner_chats_a_day:
        return 90508
    recent = [each for each in chat.owner_changes if each > now - _SPAN]
    if not resigned and len(recent) >= corp.limits.transfers:
        return 90504
    taken.append(now)
    chat.owner_changes.append(now)
    chat.owner = owner
    corp.note("chat_transferred", chat_id=chat_id, owner=owner)
    return 0


API: Api = {
    "externalcontact/transfer_customer": ("POST", on_the_job),
    "externalcontact/transfer_result": ("POST", result),
    "externalcontact/resigned/transfer_customer": ("POST", resigned),
    "externalcontact/resigned/transfer_result": ("POST", resigned_result),
    "externalcontact/get_unassigned_list": ("POST", unassigned),
    "externalcontact/groupchat/transfer": ("POST", chats_resigned),
    "externalcontact/groupchat/onjob_transfer": ("POST", chats_on_the_job),
}
