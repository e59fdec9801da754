"""Moments: a job makes a post, members publish it, customers like and comment later."""

from coterie.testing.wecom.call import Api, Call
from coterie.testing.wecom.codes import Refused
from coterie.testing.wecom.content import media
from coterie.testing.wecom.corp import Corp
from coterie.testing.wecom.model import Json, Moment

_TEXT = 2_000
_IMAGES = 9
_SENDERS = 100_000
_JOB_LIFE = 86_400
_MONTH = 31 * 86_400
_STARTED, _WORKING, _DONE = 1, 2, 3


def add(corp: Corp, call: Call) -> Json:
    """Start a job that makes a post."""
    text = call.inner("text").text("content")
    if len(text) > _TEXT:
        raise Refused(40058, "text.content")
    attachments = _attachments(corp, call)
    if not text and not attachments:
        raise Refused(40063, "text or attachments")
    scope = call.inner("visible_range")
    senders = scope.inner("sender_list")
    users = senders.texts("user_list", most=_SENDERS)
    parties = senders.numbers("department_list")
    tags = set(scope.inner("external_contact_list").texts("tag_list"))
    everyone = not users and not parties
    asked = [*users, *corp.in_departments([1] if everyone else parties)]
    known = {one.userid for one in corp.members.values() if one.serves and one.visible}
    able = [each for each in dict.fromkeys(asked) if each in known]
    made = Moment(
        corp.new_id("job"), corp.new_id("mom"), corp.now(),
        {"text": {"content": text}, "attachments": attachments},
        {each: _viewers(corp, each, tags) for each in able},
        {"invalid_sender_list": {
            "user_list": [each for each in users if each not in known], "department_list": [],
        }},
    )  # fmt: skip
    corp.moments[made.jobid] = made
    corp.note("moment", jobid=made.jobid, moment_id=made.moment_id, senders=len(able))
    return {"jobid": made.jobid}


def result(corp: Corp, call: Call) -> Json:
    """Tell how a job stands: 1 started, 2 at work, 3 done."""
    moment = corp.moments.get(call.text("jobid", wanted=True))
    if moment is None or corp.now() - moment.created > _JOB_LIFE * 1_000:
        raise Refused(41079)
    status = _status(corp, moment)
    answer: Json = {"status": status, "type": "add_moment_task"}
    if status != _DONE:
        return answer
    told = {"errcode": 0, "errmsg": "ok", "moment_id": moment.moment_id, **moment.invalid}
    if not moment.senders:
        told = {"errcode": 41065, "errmsg": "no sender", **moment.invalid}
    return {**answer, "result": told}


def listed(corp: Corp, call: Call) -> Json:
    """Tell the posts of at most a month."""
    start, end = call.number("start_time"), call.number("end_time")
    if not start or start > end or end - start > _MONTH:
        raise Refused(40058, "start_time and end_time")
    found = [one for one in _ready(corp) if start <= one.created // 1_000 <= end]
    page, cursor = call.page(corp, f"moments {start} {end}", found, 100, 100)
    rows = [
        {
            "moment_id": one.moment_id, "creator": "", "create_type": 0, "visible_type": 1,
            "create_time": one.created // 1_000, **one.given,
        }
        for one in page
    ]  # fmt: skip
    return {"moment_list": rows, "next_cursor": cursor}


def tasks(corp: Corp, call: Call) -> Json:
    """Tell who has published: 0 not yet, 1 done."""
    moment = _moment(corp, call)
    rows = [
        {"userid": each, "publish_status": int(each in moment.published)} for each in moment.senders
    ]
    page, cursor = call.page(corp, f"moment tasks {moment.moment_id}", rows, 500, 1_000)
    return {"task_list": page, "next_cursor": cursor}


def customers(corp: Corp, call: Call) -> Json:
    """Tell who of a member's customers was meant to see it."""
    moment = _moment(corp, call)
    userid = call.text("userid", wanted=True)
    rows = [{"userid": userid, "external_userid": each} for each in moment.senders.get(userid, [])]
    what = f"moment customers {moment.moment_id} {userid}"
    page, cursor = call.page(corp, what, rows, 500, 1_000)
    return {"customer_list": page, "next_cursor": cursor}


def seen(corp: Corp, call: Call) -> Json:
    """Tell who of a member's customers may see it since she published."""
    moment = _moment(corp, call)
    userid = call.text("userid", wanted=True)
    shown = moment.senders.get(userid, []) if userid in moment.published else []
    rows = [{"external_userid": each} for each in shown]
    what = f"moment seen {moment.moment_id} {userid}"
    page, cursor = call.page(corp, what, rows, 3_000, 5_000)
    return {"customer_list": page, "next_cursor": cursor}


def comments(corp: Corp, call: Call) -> Json:
    """Tell who liked and commented at one member's."""
    moment = _moment(corp, call)
    userid = call.text("userid", wanted=True)

    def of(rows: list[Json]) -> list[Json]:
        return [
            {"external_userid": one["external_userid"], "create_time": one["create_time"]}
            for one in rows
            if one["userid"] == userid
        ]

    return {"comment_list": of(moment.comments), "like_list": of(moment.likes)}


def cancel(corp: Corp, call: Call) -> Json:
    """Stop what is not published."""
    _moment(corp, call).cancelled = True
    return {}


def _ready(corp: Corp) -> list[Moment]:
    return [one for one in corp.moments.values() if _status(corp, one) == _DONE and one.senders]


def _moment(corp: Corp, call: Call) -> Moment:
    wanted = call.text("moment_id", wanted=True)
    for one in _ready(corp):
        if one.moment_id == wanted:
            return one
    raise Refused(41079)


def _status(corp: Corp, moment: Moment) -> int:
    step = corp.limits.moment_steps * 1_000
    age = corp.now() - moment.created
    return _STARTED if age < step else _WORKING if age < 2 * step else _DONE


def _viewers(corp: Corp, userid: str, tags: set[str]) -> list[str]:
    return [
        one.external_userid
        for one in corp.edges_of_member(userid)
        if not one.deleted and (not tags or tags & one.tags.keys())
    ]


def _attachments(corp: Corp, call: Call) -> list[Json]:
    given = call.given.get("attachments") or []
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        raise Refused(41078)
    kinds = {each.get("msgtype") for each in given}
    if not kinds <= {"image", "video", "link"} or len(kinds) > 1:
        raise Refused(41078)
    if len(given) > (_IMAGES if kinds == {"image"} else 1):
        raise Refused(41078)
    for each in given:
        inner = Call(each).inner(str(each["msgtype"]))
        if inner.text("media_id", wanted=each["msgtype"] != "link"):
            media(corp, inner.text("media_id"))
        if each["msgtype"] == "link":
            inner.text("url", wanted=True)
    return given


API: Api = {
    "externalcontact/add_moment_task": ("POST", add),
    "externalcontact/get_moment_task_result": ("GET", result),
    "externalcontact/get_moment_list": ("POST", listed),
    "externalcontact/get_moment_task": ("POST", tasks),
    "externalcontact/get_moment_customer_list": ("POST", customers),
    "externalcontact/get_moment_send_result": ("POST", seen),
    "externalcontact/get_moment_comments": ("POST", comments),
    "externalcontact/cancel_moment_task": ("POST", cancel),
}
