"""Members and departments, signing in, tickets for pages, and messages of the app."""

from hashlib import sha1

from coterie.testing.wecom.call import Api, Call
from coterie.testing.wecom.codes import Refused
from coterie.testing.wecom.corp import Corp
from coterie.testing.wecom.model import Json, Member

_ACTIVE, _INACTIVE = 1, 4
_TICKET = 7_200
_CODE_LIFE = 300
_RECEIVERS = 1_000


def user(corp: Corp, call: Call) -> Json:
    """Tell a member."""
    return _of_member(corp.member(call.text("userid", wanted=True)))


def of_department(corp: Corp, call: Call) -> Json:
    """Tell the members of a department, those below it too when ``fetch_child`` is 1."""
    return {"userlist": [_of_member(one) for one in _within(corp, call)]}


def names_of_department(corp: Corp, call: Call) -> Json:
    """Tell the members of a department by name only."""
    return {
        "userlist": [
            {"userid": one.userid, "name": one.name, "department": list(one.departments)}
            for one in _within(corp, call)
        ]
    }


def ids(corp: Corp, call: Call) -> Json:
    """Tell every member's id, a page at a time."""
    rows = [
        {"userid": one.userid, "department": department}
        for one in _visible(corp)
        for department in one.departments
    ]
    page, cursor = call.page(corp, "user ids", rows, 10_000, 10_000)
    return {"dept_user": page, "next_cursor": cursor}


def departments(corp: Corp, call: Call) -> Json:
    """Tell the departments from one on."""
    top = call.number("id", 1)
    if top not in corp.departments:
        raise Refused(60003, str(top))
    kept, grown = {top}, True
    while grown:
        below = {one.id for one in corp.departments.values() if one.parent in kept}
        grown = not below <= kept
        kept |= below
    return {
        "department": [
            {"id": one.id, "name": one.name, "parentid": one.parent, "order": one.id}
            for one in corp.departments.values()
            if one.id in kept
        ]
    }


def agent(corp: Corp, call: Call) -> Json:
    """Tell the app and whom it may see."""
    if call.number("agentid") != corp.agent_id:
        raise Refused(40058, "agentid")
    seen = [{"userid": one.userid} for one in _visible(corp)]
    return {
        "agentid": corp.agent_id,
        "name": "Coterie",
        "close": 0,
        "allow_userinfos": {"user": seen},
        "allow_partys": {"partyid": []},
        "redirect_domain": "",
    }


def who(corp: Corp, call: Call) -> Json:
    """Tell who signed in, for the code that she came back with: once, within five minutes."""
    code = call.text("code", wanted=True)
    userid, issued = corp.oauth.pop(code, ("", 0))
    if not userid or corp.seconds() - issued > _CODE_LIFE:
        raise Refused(40029)
    if userid in corp.customers:
        return {"external_userid": userid}
    return {"userid": corp.member(userid).userid}


def ticket(corp: Corp, call: Call) -> Json:
    """Tell the ticket that pages sign with; the corporation's and the app's differ."""
    kind = call.text("type") or "corp"
    window = corp.seconds() // _TICKET
    return {
        "ticket": f"{kind}-{corp.letters(('ticket', kind, window), 64)}",
        "expires_in": (window + 1) * _TICKET - corp.seconds(),
    }


def tell(corp: Corp, call: Call) -> Json:
    """Send a message of the app to members."""
    asked = [each for each in call.text("touser").split("|") if each]
    if asked == ["@all"]:
        asked = [one.userid for one in _visible(corp)]
    if len(asked) > _RECEIVERS or call.number("agentid") != corp.agent_id:
        raise Refused(40058, "touser or agentid")
    kind = call.text("msgtype", wanted=True)
    if not isinstance(call.given.get(kind), dict):
        raise Refused(40063, kind)
    there = {one.userid for one in _visible(corp)}
    if not there.intersection(asked):
        raise Refused(81013)
    for each in asked:
        if each in there:
            corp.note("told", userid=each, msgtype=kind, content=call.given[kind])
    missing = "|".join(each for each in asked if each not in there)
    return {"invaliduser": missing, "msgid": corp.new_id("app")}


def callback_addresses(_corp: Corp, _call: Call) -> Json:
    """Tell from where callbacks come."""
    return {"ip_list": ["127.0.0.1"]}


def signature(ticket_text: str, nonce: str, timestamp: int, url: str) -> str:
    """Return what a page must be signed with, for tests to compare."""
    said = f"jsapi_ticket={ticket_text}&noncestr={nonce}&timestamp={timestamp}&url={url}"
    return sha1(said.encode(), usedforsecurity=False).hexdigest()


def _visible(corp: Corp) -> list[Member]:
    return [one for one in corp.members.values() if one.visible and one.left is None]


def _within(corp: Corp, call: Call) -> list[Member]:
    department = call.number("department_id", 1)
    if department not in corp.departments:
        raise Refused(60003, str(department))
    if call.number("fetch_child"):
        found = set(corp.in_departments([department]))
        return [one for one in _visible(corp) if one.userid in found]
    return [one for one in _visible(corp) if department in one.departments]


def _of_member(one: Member) -> Json:
    return {
        "userid": one.userid,
        "name": one.name,
        "department": list(one.departments),
        "main_department": one.departments[0],
        "position": one.position,
        "status": _ACTIVE if one.active else _INACTIVE,
        "isleader": 0,
        "enable": 1,
    }


API: Api = {
    "user/get": ("GET", user),
    "user/list": ("GET", of_department),
    "user/simplelist": ("GET", names_of_department),
    "user/list_id": ("POST", ids),
    "department/list": ("GET", departments),
    "agent/get": ("GET", agent),
    "auth/getuserinfo": ("GET", who),
    "user/getuserinfo": ("GET", who),
    "get_jsapi_ticket": ("GET", ticket),
    "ticket/get": ("GET", ticket),
    "message/send": ("POST", tell),
    "getcallbackip": ("GET", callback_addresses),
}
