"""Figures of whole days: what members did with customers, and what groups came to.

Counted from the journal. The platform tells these of the past 180 days up to yesterday only,
by member or owner and never by group; so does this.
"""

from collections.abc import Iterable

from coterie.testing.wecom.call import Api, Call
from coterie.testing.wecom.codes import Refused
from coterie.testing.wecom.corp import Corp
from coterie.testing.wecom.model import Entry, Json

_DAY = 86_400
_SPAN = 30 * _DAY
_PAST = 180 * _DAY
_EAST = 8 * 3_600
"""The platform's days are those of UTC+8."""
_USERS = 100


def behaviour(corp: Corp, call: Call) -> Json:
    """Tell what members did, day by day."""
    users = call.texts("userid", most=_USERS)
    users += list(corp.in_departments(call.numbers("partyid")))
    if not users:
        raise Refused(40063, "userid or partyid")
    for each in users:
        corp.server(each)
    rows = []
    for day in _days(corp, call, "start_time", "end_time"):
        lines = [one for one in _within(corp, day) if one.data.get("userid") in users]
        said = [one for one in lines if one.kind == "said"]
        rows.append({
            "stat_time": day,
            "chat_cnt": len({_pair(one) for one in said if one.data["by"] == "guide"}),
            "message_cnt": sum(one.data["by"] == "guide" for one in said),
            "reply_percentage": _replied(said),
            "avg_reply_time": 0,
            "negative_feedback_cnt": sum(
                one.kind == "deleted" and one.data["by"] == "customer" for one in lines
            ),
            "new_apply_cnt": sum(one.kind in ("requested", "added") for one in lines),
            "new_contact_cnt": sum(one.kind == "added" for one in lines),
        })  # fmt: skip
    return {"behavior_data": rows}


def by_owner(corp: Corp, call: Call) -> Json:
    """Tell what the groups of each owner came to."""
    owners = call.inner("owner_filter").texts("userid_list", most=_USERS)
    days = list(_days(corp, call, "day_begin_time", "day_end_time"))
    rows = [{"owner": each, "data": _of_groups(corp, {each}, days)} for each in owners]
    start, limit = call.number("offset", least=0), call.number("limit", 500, most=1_000)
    page = rows[start : start + limit]
    return {"total": len(rows), "next_offset": start + len(page), "items": page}


def by_day(corp: Corp, call: Call) -> Json:
    """Tell what the groups of some owners came to, day by day."""
    owners = set(call.inner("owner_filter").texts("userid_list", most=_USERS))
    return {
        "items": [
            {"stat_time": day, "data": _of_groups(corp, owners, [day])}
            for day in _days(corp, call, "day_begin_time", "day_end_time")
        ]
    }


def _days(corp: Corp, call: Call, first: str, last: str) -> Iterable[int]:
    start = call.number(first)
    end = call.number(last, start)
    today = (corp.seconds() + _EAST) // _DAY * _DAY - _EAST
    if not start or start > end or end - start > _SPAN:
        raise Refused(40058, f"{first} and {last}")
    if start < today - _PAST or start >= today:
        raise Refused(40058, f"{first}: from yesterday back 180 days")
    begin = (start + _EAST) // _DAY * _DAY - _EAST
    return range(begin, min(end, today - 1) + 1, _DAY)


def _within(corp: Corp, day: int) -> list[Entry]:
    return [one for one in corp.journal if day <= one.at // 1_000 < day + _DAY]


def _pair(one: Entry) -> tuple[str, str]:
    return one.data["userid"], one.data["external_userid"]


def _replied(said: list[Entry]) -> float:
    asked = {_pair(one) for one in said if one.data["by"] == "customer"}
    answered = {_pair(one) for one in said if one.data["by"] == "guide"}
    return round(100 * len(asked & answered) / len(asked), 2) if asked else 0.0


def _of_groups(corp: Corp, owners: set[str], days: list[int]) -> Json:
    own = [one for one in corp.chats.values() if one.owner in owners]
    ids = {one.chat_id for one in own}
    lines = [one for day in days for one in _within(corp, day) if one.data.get("chat_id") in ids]
    return {
        "new_chat_cnt": sum(one.kind == "chat" for one in lines),
        "chat_total": len(own),
        "chat_has_msg": 0,
        "new_member_cnt": sum(one.kind == "joined" for one in lines),
        "member_total": sum(len(one.members) for one in own),
        "member_has_msg": 0,
        "msg_total": 0,
        "migrate_trainee_chat_cnt": 0,
    }


API: Api = {
    "externalcontact/get_user_behavior_data": ("POST", behaviour),
    "externalcontact/groupchat/statistic": ("POST", by_owner),
    "externalcontact/groupchat/statistic_group_by_day": ("POST", by_day),
}
