"""The nine behaviours of a faithful WeCom: sends, handovers, moments, callbacks, cursors."""

import pytest

from conftest import NOW
from coterie.core.errors import Unavailable
from coterie.testing.clock import FakeClock
from coterie.testing.wecom import Limits, Wecom
from testing.wecom.conftest import Caller

LIST = "externalcontact/get_follow_user_list"
DAY = 86_400


# 5. mass sends


def test_a_send_waits_for_its_guide_and_respects_the_quota(
    wecom: Wecom, caller: Caller, way: str
) -> None:
    people = [wecom.scan(way, wecom.new_customer()).external_userid for _ in range(4)]
    add = "externalcontact/add_msg_template"
    asked = {"chat_type": "single", "external_userid": [*people, "wmNobody"]}
    made = caller.ok(add, **asked, text={"content": "news"})
    assert made["fail_list"] == ["wmNobody"]
    task, result = "externalcontact/get_groupmsg_task", "externalcontact/get_groupmsg_send_result"
    assert caller.code(task, msgid=made["msgid"]) == 41063, "the results are being dispatched"
    wecom.advance(1)
    assert caller.ok(task, msgid=made["msgid"])["task_list"] == [{"userid": "anna", "status": 0}]
    wecom.delete_guide("anna", people[0])
    wecom.delete_customer("anna", people[1])
    for _ in range(31):  # January: as many as it has days, those of her own included
        wecom.personal_send("anna", [people[2]])
    assert sum(wecom.confirm_send(made["msgid"], "anna").values()) == 2 + 2 + 3 + 1
    rows = caller.ok(result, msgid=made["msgid"], userid="anna")["send_list"]
    assert [one["status"] for one in rows] == [2, 2, 3, 1]
    assert [one["receiver"] == people[3] for one in (e.data for e in wecom.entries("send"))] == [
        True
    ]
    assert caller.ok(task, msgid=made["msgid"])["task_list"][0]["status"] == 2
    assert caller.code("externalcontact/cancel_groupmsg_send", msgid=made["msgid"]) == 41093
    assert caller.code(add, external_userid=["wmNobody"], text={"content": "x"}) == 41048


def test_reminded_three_times_a_day_and_cancelled(wecom: Wecom, caller: Caller, way: str) -> None:
    wecom.scan(way, wecom.new_customer())
    made = caller.ok("externalcontact/add_msg_template", sender="anna", text={"content": "x"})
    remind, asked = "externalcontact/remind_groupmsg_send", {"msgid": made["msgid"]}
    assert [caller.code(remind, **asked) for _ in range(4)] == [0, 0, 0, 41094]
    caller.later(DAY)
    assert caller.code(remind, **asked) == 0
    assert caller.code("externalcontact/cancel_groupmsg_send", **asked) == 0
    assert wecom.sends_of("anna") == []


@pytest.mark.parametrize(("rule", "most"), [("month", 31), ("week", 7), ("day", 1)])
def test_the_quota_is_of_the_month_the_week_or_the_day(rule: str, most: int) -> None:
    wecom = Wecom(clock=FakeClock(NOW), limits=Limits(send_rule=rule))  # type: ignore[arg-type]
    assert sum(wecom.personal_send("anna", ["p"]) for _ in range(40)) == most
    wecom.advance(DAY if rule == "day" else 7 * DAY)
    assert (wecom.personal_send("anna", ["p"]) == 1) == (rule != "month")


def test_whoever_last_talked_with_her_is_asked_to_send(wecom: Wecom, caller: Caller) -> None:
    person = wecom.new_customer()
    for each in ("anna", "bob"):
        config = caller.ok("externalcontact/add_contact_way", type=1, scene=2, user=[each])
        wecom.scan(config["config_id"], person)
        wecom.advance(60)
    wecom.say("anna", person)
    made = caller.ok("externalcontact/add_msg_template", external_userid=[person],
                     text={"content": "x"})  # fmt: skip
    assert [one["msgid"] for one in wecom.sends_of("anna")] == [made["msgid"]]
    assert wecom.sends_of("bob") == []


# 6. handovers


def test_a_handover_waits_a_day_and_may_be_refused(wecom: Wecom, caller: Caller, way: str) -> None:
    stays, goes, known = (wecom.scan(way, wecom.new_customer()).external_userid for _ in range(3))
    config = caller.ok("externalcontact/add_contact_way", type=1, scene=2, user=["bob"])
    wecom.scan(config["config_id"], known)
    caller.events()
    caller.heard.clear()
    move, people = "externalcontact/transfer_customer", [stays, goes, known]
    pair = {"handover_userid": "anna", "takeover_userid": "bob"}
    told = caller.ok(move, **pair, external_userid=[*people, "wmNobody"])["customer"]
    assert [one["errcode"] for one in told] == [0, 0, 0, 40096]
    again = caller.ok(move, **pair, external_userid=[goes])["customer"]
    assert [one["errcode"] for one in again] == [40129]
    wecom.refuse_transfer("bob", stays)
    caller.later(DAY - 1)
    result = "externalcontact/transfer_result"
    status = {
        one["external_userid"]: one["status"] for one in caller.ok(result, **pair)["customer"]
    }
    assert status == {stays: 3, goes: 2, known: 2}
    wecom.advance(1)
    status = {
        one["external_userid"]: one["status"] for one in caller.ok(result, **pair)["customer"]
    }
    assert status == {stays: 3, goes: 1, known: 1}
    caller.events()
    heard = [(one["ChangeType"], one["UserID"], one["ExternalUserID"]) for one in caller.heard]
    assert heard == [
        ("transfer_fail", "bob", stays),
        ("del_external_contact", "anna", goes),
        ("add_external_contact", "bob", goes),
        ("del_external_contact", "anna", known),
    ], "no add for whoever is a friend already"
    assert caller.heard[1]["Source"] == "DELETE_BY_TRANSFER"
    assert caller.heard[0]["FailReason"] == "customer_refused"


def test_two_handovers_in_90_days_and_after_leaving_as_many_as_it_takes(
    wecom: Wecom, caller: Caller, way: str
) -> None:
    person = wecom.scan(way, wecom.new_customer()).external_userid
    codes = []
    for giver, taker in (("anna", "bob"), ("bob", "anna"), ("anna", "bob")):
        asked = {"handover_userid": giver, "takeover_userid": taker, "external_userid": [person]}
        [told] = caller.ok("externalcontact/transfer_customer", **asked)["customer"]
        codes.append(told["errcode"])
        caller.later(DAY)
    assert codes == [0, 0, 40128]
    resigned = "externalcontact/resigned/transfer_customer"
    asked = {"handover_userid": "anna", "takeover_userid": "bob", "external_userid": [person]}
    assert caller.code(resigned, **asked) == 40097
    wecom.member_leaves("anna")
    told = caller.ok("externalcontact/get_unassigned_list")
    assert [one["external_userid"] for one in told["info"]] == [person] and told["is_last"]
    assert caller.ok(resigned, **asked)["customer"][0]["errcode"] == 0
    caller.later(DAY)
    assert ("bob", person) in wecom.corp.edges
    assert caller.ok("externalcontact/get_unassigned_list")["info"] == []


# 7. moments


def test_a_moment_is_made_by_a_job_and_answered_later(
    wecom: Wecom, caller: Caller, way: str
) -> None:
    person = wecom.scan(way, wecom.new_customer()).external_userid
    senders = {"sender_list": {"user_list": ["anna", "nobody"]}}
    job = caller.ok("externalcontact/add_moment_task", text={"content": "x"}, visible_range=senders)
    states, told = [], {}
    for _ in range(3):
        told = caller.get("externalcontact/get_moment_task_result", jobid=job["jobid"])
        states.append(told["status"])
        wecom.advance(1)
    assert states == [1, 2, 3]
    assert told["result"]["invalid_sender_list"]["user_list"] == ["nobody"]
    moment = {"moment_id": told["result"]["moment_id"]}
    tasks = "externalcontact/get_moment_task"
    assert caller.ok(tasks, **moment)["task_list"] == [{"userid": "anna", "publish_status": 0}]
    assert wecom.publish_moment(moment["moment_id"], "anna") == 1
    assert caller.ok(tasks, **moment)["task_list"][0]["publish_status"] == 1
    comments = "externalcontact/get_moment_comments"
    assert caller.ok(comments, **moment, userid="anna")["like_list"] == []
    wecom.like_moment(moment["moment_id"], "anna", person)
    [like] = caller.ok(comments, **moment, userid="anna")["like_list"]
    assert like["external_userid"] == person
    assert caller.get("externalcontact/get_moment_task_result", jobid="no")["errcode"] == 41079


# 8. callbacks


def test_what_the_api_does_calls_nobody_back(wecom: Wecom, caller: Caller, way: str) -> None:
    person = wecom.scan(way, wecom.new_customer()).external_userid
    caller.events()
    caller.heard.clear()
    edge = {"userid": "anna", "external_userid": person}
    tag = caller.ok("externalcontact/add_corp_tag", group_name="Taste", tag=[{"name": "wine"}])
    caller.ok("externalcontact/remark", **edge, remark="Li")
    caller.ok("externalcontact/mark_tag", **edge, add_tag=[tag["tag_group"]["tag"][0]["id"]])
    caller.ok("externalcontact/del_contact_way", config_id=way)
    assert wecom.pending == 0
    wecom.edit_remark("anna", person, "Lei")
    wecom.delete_guide("anna", person)
    wecom.delete_customer("anna", person)
    assert caller.events() == ["edit_external_contact", "del_follow_user", "del_external_contact"]


def test_a_callback_that_fails_is_tried_three_times_more(wecom: Wecom, caller: Caller) -> None:
    wecom.new_chat("anna", "Wine")
    caller.status = 500
    attempts = []
    for _ in range(6):
        attempts.append(wecom.deliver())
        assert wecom.deliver() == 0, "not before five seconds have passed"
        wecom.advance(5)
    assert attempts == [1, 1, 1, 1, 0, 0]
    assert wecom.count("lost") == 1
    wecom.new_chat("anna", "Beer")
    wecom.deliver()
    caller.status = 200
    wecom.advance(5)
    assert caller.events() == ["create"]


def test_callbacks_come_twice_and_in_disorder_when_that_is_wanted(
    wecom: Wecom, caller: Caller, way: str
) -> None:
    people = [wecom.scan(way, wecom.new_customer()).external_userid for _ in range(30)]
    wecom.drop(2)
    attempts = wecom.deliver(shuffle=True, duplicate=0.5)
    came = [one["ExternalUserID"] for one in caller.heard]
    assert attempts == len(came) > 28 and set(came) == set(people[2:])
    assert list(dict.fromkeys(came)) != people[2:]
    assert [one.data["why"] for one in wecom.entries("lost")] == ["dropped"] * 2
    wecom.hold()
    wecom.scan(way, wecom.new_customer())
    assert wecom.deliver() == 0
    wecom.release()
    assert wecom.deliver() == 1


def test_an_address_that_does_not_echo_is_refused(wecom: Wecom) -> None:
    with pytest.raises(Unavailable, match="did not echo"):
        wecom.connect(lambda *_: (200, b"hello"))
    with pytest.raises(Unavailable):
        wecom.connect("http://127.0.0.1:9/callbacks/wecom")


def test_groups_may_be_told_as_they_stood(wecom: Wecom, caller: Caller) -> None:
    wecom.lag(30)
    chat = wecom.new_chat("anna", "Wine")
    wecom.invite(chat, wecom.new_customer(), "anna")
    get = "externalcontact/groupchat/get"
    assert len(caller.ok(get, chat_id=chat)["group_chat"]["member_list"]) == 1
    wecom.advance(31)
    told = caller.ok(get, chat_id=chat)["group_chat"]
    assert len(told["member_list"]) == 2 and "name" not in told["member_list"][0]


# 9. cursors, limits, files


def test_cursors_are_opaque_and_belong_to_their_list(
    wecom: Wecom, caller: Caller, way: str
) -> None:
    people = {wecom.scan(way, wecom.new_customer()).external_userid for _ in range(7)}
    batch, asked, seen = "externalcontact/batch/get_by_user", {"userid_list": ["anna"]}, []
    cursor = ""
    while cursor or not seen:
        told = caller.ok(batch, **asked, limit=3, cursor=cursor)
        seen += [
            one["external_contact"]["external_userid"] for one in told["external_contact_list"]
        ]
        cursor = told["next_cursor"]
    assert len(seen) == 7 and set(seen) == people
    assert caller.code(batch, **asked, cursor="3") == 40058
    assert caller.code(batch, **asked, limit=101) == 40058
    first = caller.ok(batch, **asked, limit=3)["next_cursor"]
    assert caller.code(batch, userid_list=["bob"], limit=3, cursor=first) == 40058
    assert caller.code(batch, userid_list=[f"u{n}" for n in range(101)]) == 40058


def test_a_file_is_kept_for_three_days(wecom: Wecom, caller: Caller, way: str) -> None:
    query = {"access_token": caller.token, "type": "image"}
    files = {"media": ("a.png", b"\x89PNG....", "image/png")}
    told = caller.http.post("media/upload", params=query, files=files).json()
    picture = {"msgtype": "image", "image": {"media_id": told["media_id"]}}
    for wait, code in ((0, 0), (3 * DAY + 1, 40007)):
        caller.later(wait)
        scanned = wecom.scan(way, wecom.new_customer())
        hello = {"welcome_code": scanned.welcome_code, "attachments": [picture]}
        assert caller.code("externalcontact/send_welcome_msg", **hello) == code
    query = {"access_token": caller.token, "type": "image"}
    for name, content, code in (("tiny", b"12345", 40006), ("big", b"0" * (2**21 + 1), 40006)):
        files = {"media": (name, content, "image/png")}
        assert caller.http.post("media/upload", params=query, files=files).json()["errcode"] == code
