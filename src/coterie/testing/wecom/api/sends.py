"""Mass sends: asked for here, sent only when the members confirm."""

from coterie.core.clock import DAY
from coterie.testing.wecom.call import Api, Call
from coterie.testing.wecom.codes import Refused
from coterie.testing.wecom.content import read_message
from coterie.testing.wecom.corp import Corp
from coterie.testing.wecom.model import Edge, Json, MassSend, Sending

_CUSTOMERS, _CHATS = 10_000, 2_000
_MONTH = 31 * 86_400
UNSENT, SENT, NO_FRIEND, OVER_QUOTA = 0, 1, 2, 3
"""What became of one row."""


def add(corp: Corp, call: Call) -> Json:
    """Ask members to send something; nothing goes out by this."""
    kind = call.text("chat_type") or "single"
    if kind not in ("single", "group"):
        raise Refused(40058, "chat_type")
    message = read_message(corp, call)
    tasks, failed = _of_chats(corp, call) if kind == "group" else _of_customers(corp, call)
    if not tasks:
        raise Refused(41048)
    given = {**message, "allow_select": call.flag("allow_select"), "sender": call.text("sender")}
    made = MassSend(corp.new_id("msg"), kind, corp.now(), given, tasks)
    corp.sends[made.msgid] = made
    corp.note("mass_send", msgid=made.msgid, chat_type=kind,
              rows=sum(len(one.rows) for one in tasks.values()))  # fmt: skip
    return {"msgid": made.msgid, "fail_list": failed}


def remind(corp: Corp, call: Call) -> Json:
    """Remind those who have not confirmed: at most three times a day."""
    send = _send(corp, call)
    recent = [each for each in send.reminded if each > corp.now() - DAY]
    if len(recent) >= corp.limits.reminders:
        raise Refused(41094)
    send.reminded = [*recent, corp.now()]
    for userid in _waiting(send):
        corp.note("reminded", userid=userid, msgid=send.msgid)
    return {}


def cancel(corp: Corp, call: Call) -> Json:
    """Stop what is not confirmed."""
    send = _send(corp, call)
    if send.cancelled or not _waiting(send):
        raise Refused(41093)
    send.cancelled = True
    return {}


def listed(corp: Corp, call: Call) -> Json:
    """Tell the mass sends of at most a month."""
    start, end = call.number("start_time"), call.number("end_time", corp.seconds())
    if not start or start > end or end - start > _MONTH:
        raise Refused(40058, "start_time and end_time")
    kind, creator = call.text("chat_type") or "single", call.text("creator")
    found = [
        one
        for one in corp.sends.values()
        if one.chat_type == kind
        and start <= one.created // 1_000 <= end
        and (not creator or creator == one.given["sender"])
    ]
    page, cursor = call.page(corp, f"sends {kind} {start} {end}", found, 50, 100)
    rows = [
        {
            "msgid": one.msgid,
            "creator": one.given["sender"],
            "create_time": one.created // 1_000,
            "create_type": 0,
            "text": one.given["text"],
            "attachments": one.given["attachments"],
        }
        for one in page
    ]
    return {"group_msg_list": rows, "next_cursor": cursor}


def tasks(corp: Corp, call: Call) -> Json:
    """Tell which members have confirmed: 0 not yet, 2 sent."""
    send = _dispatched(corp, call)
    rows: list[Json] = []
    for one in send.tasks.values():
        row: Json = {"userid": one.userid, "status": 2 if one.confirmed else 0}
        rows.append({**row, "send_time": one.confirmed} if one.confirmed else row)
    page, cursor = call.page(corp, f"tasks {send.msgid}", rows, 500, 1_000)
    return {"task_list": page, "next_cursor": cursor}


def results(corp: Corp, call: Call) -> Json:
    """Tell what became of one member's part, customer by customer."""
    send = _dispatched(corp, call)
    userid = call.text("userid", wanted=True)
    if userid not in send.tasks:
        raise Refused(41065, userid)
    rows = list(send.tasks[userid].rows.values())
    page, cursor = call.page(corp, f"results {send.msgid} {userid}", rows, 500, 1_000)
    return {"send_list": page, "next_cursor": cursor}


def _send(corp: Corp, call: Call) -> MassSend:
    found = corp.sends.get(call.text("msgid", wanted=True))
    if found is None:
        raise Refused(41064)
    return found


def _dispatched(corp: Corp, call: Call) -> MassSend:
    send = _send(corp, call)
    if corp.now() - send.created < corp.limits.dispatching * 1_000:
        raise Refused(41063)
    return send


def _waiting(send: MassSend) -> list[str]:
    return [one.userid for one in send.tasks.values() if not one.confirmed]


def _of_chats(corp: Corp, call: Call) -> tuple[dict[str, Sending], list[str]]:
    sender = call.text("sender")
    if not sender:
        raise Refused(41065, "a group send wants its sender")
    corp.server(sender)
    asked = call.texts("chat_id_list", most=_CHATS)
    own = [one.chat_id for one in corp.chats.values() if one.owner == sender and not one.dismissed]
    chosen = [each for each in own if each in asked] if asked else own
    failed = [each for each in asked if each not in own]
    rows: dict[str, Json] = {
        each: {"chat_id": each, "userid": sender, "status": UNSENT} for each in chosen
    }
    return ({sender: Sending(sender, rows)} if rows else {}), failed


def _of_customers(corp: Corp, call: Call) -> tuple[dict[str, Sending], list[str]]:
    sender = call.text("sender")
    if sender:
        corp.server(sender)
    asked = list(dict.fromkeys(call.texts("external_userid", most=_CUSTOMERS)))
    if not asked and not sender:
        raise Refused(40063, "external_userid or sender")
    everyone = asked or [one.external_userid for one in corp.edges_of_member(sender)]
    wanted = _filter(call)
    tasks: dict[str, Sending] = {}
    failed = []
    for each in everyone:
        edge = _sender_of(corp, each, sender)
        if edge is None:
            failed.append(each)
        elif all(group & edge.tags.keys() for group in wanted):
            task = tasks.setdefault(edge.userid, Sending(edge.userid, {}))
            task.rows[each] = {"external_userid": each, "userid": edge.userid, "status": UNSENT}
    return tasks, failed


def _filter(call: Call) -> list[set[str]]:
    """Tags of one group are alternatives; every group must be met."""
    groups = call.inner("tag_filter").given.get("group_list") or []
    if not isinstance(groups, list):
        raise Refused(40058, "tag_filter")
    return [set(Call(each).texts("tag_list", most=100, wanted=True)) for each in groups]


def _sender_of(corp: Corp, external_userid: str, sender: str) -> Edge | None:
    """Return the edge that a send goes over: the sender's, or of who last talked with her."""
    if sender:
        return corp.edges.get((sender, external_userid))
    edges = [
        one
        for one in corp.edges_of_customer(external_userid)
        if corp.members[one.userid].contact_right
    ]
    return max(edges, key=lambda one: (one.chatted, one.createtime, one.userid), default=None)


API: Api = {
    "externalcontact/add_msg_template": ("POST", add),
    "externalcontact/remind_groupmsg_send": ("POST", remind),
    "externalcontact/cancel_groupmsg_send": ("POST", cancel),
    "externalcontact/get_groupmsg_list_v2": ("POST", listed),
    "externalcontact/get_groupmsg_task": ("POST", tasks),
    "externalcontact/get_groupmsg_send_result": ("POST", results),
}
