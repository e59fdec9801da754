"""Contact ways: codes that add a member."""

from coterie.testing.wecom.call import Api, Call
from coterie.testing.wecom.codes import Refused
from coterie.testing.wecom.corp import Corp
from coterie.testing.wecom.model import ContactWay, Json

_TOLD = (
    "type", "scene", "style", "remark", "skip_verify", "state", "is_temp", "expires_in",
    "chat_expires_in", "unionid", "conclusions", "is_exclusive", "mark_source",
)  # fmt: skip
_LISTED_FOR = 90 * 86_400
_FORTNIGHT = 14 * 86_400


def add(corp: Corp, call: Call) -> Json:
    """Make a code."""
    kind = call.number("type")
    if kind not in (1, 2):
        raise Refused(41037)
    if call.number("scene") not in (1, 2):
        raise Refused(41038)
    if len(corp.ways) + len(corp.join_ways) >= corp.limits.contact_ways:
        raise Refused(41042)
    users, parties = _behind(corp, call, kind)
    given = {name: call.given[name] for name in _TOLD if name in call.given}
    given = {"skip_verify": True, **given}
    _check(Call(given))
    config_id = corp.new_id("", 32).lower()
    qr_code = corp.new_qr(config_id)
    corp.ways[config_id] = ContactWay(config_id, qr_code, corp.seconds(), users, parties, given)
    answer: Json = {"config_id": config_id}
    if given["scene"] == 2:
        answer["qr_code"] = qr_code
    return answer


def get(corp: Corp, call: Call) -> Json:
    """Tell a code."""
    way = _way(corp, call)
    told: Json = {
        "config_id": way.config_id,
        "remark": "", "state": "", "is_temp": False, "style": 0,
        **way.given,
        "user": list(way.users),
        "party": list(way.parties),
    }  # fmt: skip
    if way.given["scene"] == 2:
        told["qr_code"] = way.qr_code
    return {"contact_way": told}


def update(corp: Corp, call: Call) -> Json:
    """Change a code: what is not told stays, but the members are replaced when told."""
    way = _way(corp, call)
    if "user" in call.given or "party" in call.given:
        way.users, way.parties = _behind(corp, call, way.given["type"])
    changed = {**way.given, **{name: call.given[name] for name in _TOLD if name in call.given}}
    _check(Call(changed))
    way.given = {**changed, "type": way.given["type"], "scene": way.given["scene"]}
    return {}


def delete(corp: Corp, call: Call) -> Json:
    """Take a code away: whoever scans it finds nothing."""
    way = _way(corp, call)
    del corp.ways[way.config_id], corp.by_qr[way.qr_code]
    return {}


def listed(corp: Corp, call: Call) -> Json:
    """Tell the codes' ids that were made in a time, 90 days by default."""
    end = call.number("end_time", corp.seconds())
    start = call.number("start_time", end - _LISTED_FOR)
    if start > end:
        raise Refused(40058, "start_time")
    found = [one for one in corp.ways.values() if start <= one.created <= end]
    page, cursor = call.page(corp, f"ways {start} {end}", found, 100, 1_000)
    answer: Json = {"contact_way": [{"config_id": one.config_id} for one in page]}
    return {**answer, "next_cursor": cursor} if cursor else answer


def close_chat(corp: Corp, call: Call) -> Json:
    """End a temporary chat."""
    corp.edge(call.text("userid", wanted=True), call.text("external_userid", wanted=True))
    return {}


def _way(corp: Corp, call: Call) -> ContactWay:
    found = corp.ways.get(call.text("config_id", wanted=True))
    if found is None:
        raise Refused(41044)
    return found


def _check(call: Call) -> None:
    call.text("remark", most=30)
    if len(str(call.given.get("state") or "")) > 30:
        raise Refused(41040)
    call.flag("skip_verify", True)
    call.flag("is_exclusive")
    if call.number("expires_in", least=0) > _FORTNIGHT:
        raise Refused(41043)
    if call.number("style") not in (0, 1, 2, 3):
        raise Refused(41039)


def _behind(corp: Corp, call: Call, kind: int) -> tuple[list[str], list[int]]:
    if not isinstance(call.given.get("user") or [], list):
        raise Refused(60011, "user wants a list")  # so it says, of all codes
    users, parties = call.texts("user"), call.numbers("party")
    if not users and not parties:
        raise Refused(41045)
    for party in parties:
        if party not in corp.departments:
            raise Refused(60003, str(party))
    for each in users:
        member = corp.server(each)
        if not member.active:
            raise Refused(41054, each)
    behind = len(dict.fromkeys([*users, *corp.in_departments(parties)]))
    if behind > corp.limits.way_members or (kind == 1 and (len(users) != 1 or parties)):
        raise Refused(41041)
    return users, parties


API: Api = {
    "externalcontact/add_contact_way": ("POST", add),
    "externalcontact/get_contact_way": ("POST", get),
    "externalcontact/update_contact_way": ("POST", update),
    "externalcontact/del_contact_way": ("POST", delete),
    "externalcontact/list_contact_way": ("POST", listed),
    "externalcontact/close_temp_chat": ("POST", close_chat),
}
