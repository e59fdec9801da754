"""What the endpoints answer, in shape and in refusal, and what is played over HTTP."""

from collections.abc import Mapping
from typing import Any

import httpx2
import pytest

from conftest import NOW
from coterie.channels.wecom.crypt import Crypt
from coterie.channels.wecom.settings import read
from coterie.commands.simulating import settings_of
from coterie.core.errors import Invalid, Unavailable
from coterie.testing.clock import FakeClock
from coterie.testing.wecom import Limits, Wecom
from coterie.testing.wecom.codes import MEANINGS
from coterie.testing.wecom.table import ENDPOINTS
from testing.wecom.conftest import Caller

DAY = 86_400


def test_tags_have_names_of_their_own_and_go_with_their_last(
    wecom: Wecom, caller: Caller, way: str
) -> None:
    add, edit = "externalcontact/add_corp_tag", "externalcontact/edit_corp_tag"
    twice = [{"name": "red"}, {"name": "red"}, {"name": "white", "order": 5}]
    group = caller.ok(add, group_name="Wine", tag=twice)["tag_group"]
    red, white = group["tag"]
    assert (red["name"], white["order"], red["deleted"]) == ("red", 5, False)
    assert caller.code(add, group_name="Wine", tag=[{"name": "red"}]) == 40071
    more = caller.ok(add, group_id=group["group_id"], group_name="x", tag=[{"name": "rosé"}])
    assert more["tag_group"]["group_name"] == "Wine", "beside an id a name says nothing"
    assert caller.code(add, group_name="Wine") == 40063
    assert caller.code(add, group_name="Beer", tag=[{"name": "x" * 31}]) == 40058
    assert caller.code(edit, id=red["id"], name="white") == 40071
    assert caller.code(edit, id=red["id"], name="Red") == 0
    assert caller.code(edit, id="none", name="Red") == 40068
    person = wecom.scan(way, wecom.new_customer()).external_userid
    edge = {"userid": "anna", "external_userid": person}
    mark = "externalcontact/mark_tag"
    assert caller.code(mark, **edge, add_tag=[red["id"]]) == 0
    assert caller.code(mark, **edge, add_tag=["none"]) == 40068
    assert caller.code(mark, userid="bob", external_userid=person, add_tag=[red["id"]]) == 84061
    wecom.tag_privately("anna", person, "my own")
    [told] = caller.get("externalcontact/get", external_userid=person)["follow_user"]
    assert [(one["tag_name"], one["type"]) for one in told["tags"]] == [("Red", 1), ("my own", 2)]
    [row] = caller.ok("externalcontact/batch/get_by_user", userid_list=["anna"])[
        "external_contact_list"
    ]
    assert row["follow_info"]["tag_id"] == [red["id"]], "and never a personal one"
    ids = [one["id"] for one in (red, white, more["tag_group"]["tag"][0])]
    caller.ok("externalcontact/del_corp_tag", tag_id=ids)
    assert caller.ok("externalcontact/get_corp_tag_list")["tag_group"] == []
    assert wecom.corp.edge("anna", person).tags == {}


def test_too_many_tags_are_refused() -> None:
    with Wecom(clock=FakeClock(NOW), limits=Limits(tags=2)) as wecom:
        caller = Caller(wecom)
        three = [{"name": name} for name in "abc"]
        assert caller.code("externalcontact/add_corp_tag", group_name="x", tag=three) == 40126
        caller.http.close()


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"type": 3}, 41037),
        ({"scene": 3}, 41038),
        ({"user": []}, 41045),
        ({"user": ["anna", "bob"]}, 41041),
        ({"state": "x" * 31}, 41040),
        ({"remark": "x" * 31}, 40058),
        ({"is_temp": True, "expires_in": 15 * DAY}, 41043),
        ({"party": [9]}, 60003),
    ],
)
def test_a_contact_way_says_what_is_wrong(caller: Caller, wrong: dict[str, Any], code: int) -> None:
    right = {"type": 1, "scene": 2, "user": ["anna"], "state": "x" * 30}
    assert caller.code("externalcontact/add_contact_way", **right) == 0
    assert caller.code("externalcontact/add_contact_way", **{**right, **wrong}) == code


def test_a_contact_way_of_departments_is_kept_changed_and_listed(
    wecom: Wecom, caller: Caller
) -> None:
    wecom.add_department(2, "Pudong")
    wecom.add_member("cleo", departments=[2])
    made = caller.ok("externalcontact/add_contact_way", type=2, scene=2, party=[2], state="p")
    config = made["config_id"]
    assert wecom.scan(made["qr_code"], wecom.new_customer()).userid == "cleo"
    caller.ok("externalcontact/update_contact_way", config_id=config, user=["bob"], party=[])
    kept = caller.ok("externalcontact/get_contact_way", config_id=config)["contact_way"]
    assert (kept["user"], kept["party"], kept["state"]) == (["bob"], [], "p")
    told = caller.ok("externalcontact/list_contact_way")
    assert told["contact_way"] == [{"config_id": config}]
    picture = httpx2.get(made["qr_code"], verify=False)
    assert picture.content.startswith(b"\x89PNG")
    caller.ok("externalcontact/del_contact_way", config_id=config)
    assert caller.code("externalcontact/get_contact_way", config_id=config) == 41044


def test_remarks_are_overwritten_and_bounded(wecom: Wecom, caller: Caller, way: str) -> None:
    person = wecom.scan(way, wecom.new_customer()).external_userid
    edge = {"userid": "anna", "external_userid": person}
    remark = "externalcontact/remark"
    assert caller.code(remark, **edge) == 40063
    assert caller.code(remark, **edge, remark="x" * 21) == 40058
    caller.ok(remark, **edge, remark="Li", remark_mobiles=["13800138000"])
    caller.ok(remark, **edge, remark_mobiles=[""])
    [told] = caller.get("externalcontact/get", external_userid=person)["follow_user"]
    assert (told["remark"], told["remark_mobiles"]) == ("Li", [])


def test_members_departments_and_the_app(wecom: Wecom, caller: Caller) -> None:
    wecom.add_department(2, "Pudong")
    wecom.add_member("cleo", "Cleo", departments=[2], quiet=False)
    wecom.add_member("dan", visible=False)
    wecom.change_member("cleo", name="Cleo L.")
    wecom.member_leaves("bob")
    said = [(one["ChangeType"], one.get("UserID")) for one in _heard(caller)]
    assert said == [("create_party", None), ("create_user", "cleo"), ("update_user", "cleo"),
                    ("delete_user", "bob")]  # fmt: skip
    whole = caller.get("user/list", department_id=1, fetch_child=1)["userlist"]
    names = [(one["userid"], one["name"]) for one in whole]
    assert names == [("anna", "Anna"), ("cleo", "Cleo L.")]
    below = caller.get("user/list", department_id=2)["userlist"]
    assert [one["userid"] for one in below] == ["cleo"]
    assert [one["id"] for one in caller.get("department/list")["department"]] == [1, 2]
    assert caller.get("user/get", userid="dan")["errcode"] == 60011
    assert caller.get("user/get", userid="bob")["errcode"] == 60111
    seen = caller.get("agent/get", agentid=wecom.agent_id)["allow_userinfos"]["user"]
    assert [one["userid"] for one in seen] == ["anna", "cleo"]
    message = {"agentid": wecom.agent_id, "msgtype": "text", "text": {"content": "hello"}}
    assert caller.ok("message/send", touser="anna|dan", **message)["invaliduser"] == "dan"
    assert caller.code("message/send", touser="nobody", **message) == 81013
    assert wecom.count("told", userid="anna") == 1


def _heard(caller: Caller) -> list[dict[str, Any]]:
    caller.wecom.deliver()
    return caller.heard


def test_signing_in_gives_a_code_that_is_good_once(wecom: Wecom, caller: Caller) -> None:
    asked = {"appid": wecom.corp_id, "redirect_uri": "http://house.example/in?x=1", "state": "s"}
    address = f"{wecom.base_url}/connect/oauth2/authorize"
    shown = httpx2.get(address, params=asked, verify=False)
    assert "as=bob" in shown.text
    sent = httpx2.get(address, params={**asked, "as": "bob"}, verify=False)
    assert sent.status_code == 302
    back = httpx2.URL(sent.headers["location"])
    assert (back.host, back.params["x"], back.params["state"]) == ("house.example", "1", "s")
    who = [caller.get("auth/getuserinfo", code=back.params["code"]) for _ in range(2)]
    assert (who[0]["userid"], who[1]["errcode"]) == ("bob", 40029)
    tickets = [
        caller.get("get_jsapi_ticket"),
        caller.get("ticket/get", type="agent_config"),
        caller.get("get_jsapi_ticket"),
    ]
    assert tickets[0] == tickets[2] and tickets[0]["ticket"] != tickets[1]["ticket"]


def test_a_link_carries_its_channel(wecom: Wecom, caller: Caller) -> None:
    family = "externalcontact/customer_acquisition"
    made = caller.ok(f"{family}/create_link", link_name="Weibo", range={"user_list": ["anna"]})
    link = made["link"]["link_id"]
    person = wecom.new_customer()
    assert wecom.follow_link(made["link"]["url"], person, channel="w-1").userid == "anna"
    assert caller.events() == ["add_external_contact"] and caller.heard[0]["State"] == "w-1"
    rows = caller.ok(f"{family}/customer", link_id=link)["customer_list"]
    assert [(one["external_userid"], one["chat_status"]) for one in rows] == [(person, 0)]
    wecom.say("anna", person)
    rows = caller.ok(f"{family}/customer", link_id=link)["customer_list"]
    assert rows[0]["chat_status"] == 1
    assert caller.get(f"{family}_quota")["balance"] == 999


def test_figures_are_of_whole_days_up_to_yesterday(wecom: Wecom, caller: Caller, way: str) -> None:
    scanned = wecom.scan(way, wecom.new_customer())
    wecom.say("anna", scanned.external_userid)
    wecom.say("anna", scanned.external_userid, by="guide")
    wecom.new_chat("anna", "Wine")
    today = {"start_time": NOW // 1_000, "end_time": NOW // 1_000, "userid": ["anna"]}
    behaviour = "externalcontact/get_user_behavior_data"
    assert caller.code(behaviour, **today) == 40058, "today is not over"
    caller.later(DAY)
    [row] = caller.ok(behaviour, **today)["behavior_data"]
    assert (row["new_contact_cnt"], row["message_cnt"], row["reply_percentage"]) == (1, 1, 100.0)
    asked = {"day_begin_time": NOW // 1_000, "owner_filter": {"userid_list": ["anna"]}}
    [group] = caller.ok("externalcontact/groupchat/statistic", **asked)["items"]
    assert (group["owner"], group["data"]["new_chat_cnt"]) == ("anna", 1)


def test_groups_change_hands_within_their_limits(wecom: Wecom, caller: Caller) -> None:
    chat = wecom.new_chat("anna", "Wine")
    move, asked = "externalcontact/groupchat/onjob_transfer", {"chat_id_list": [chat, "wrNone"]}
    failed = caller.ok(move, **asked, new_owner="bob")["failed_chat_list"]
    assert [(one["chat_id"], one["errcode"]) for one in failed] == [("wrNone", 90501)]
    assert caller.ok(move, chat_id_list=[chat], new_owner="anna")["failed_chat_list"] == []
    told = caller.ok(move, chat_id_list=[chat], new_owner="bob")["failed_chat_list"]
    assert told[0]["errcode"] == 90504
    resigned = "externalcontact/groupchat/transfer"
    told = caller.ok(resigned, chat_id_list=[chat], new_owner="bob")["failed_chat_list"]
    assert told[0]["errcode"] == 90500
    wecom.member_leaves("anna")
    listed = caller.ok("externalcontact/groupchat/list", status_filter=1)["group_chat_list"]
    assert listed == [{"chat_id": chat, "status": 1}]
    assert caller.ok(resigned, chat_id_list=[chat], new_owner="bob")["failed_chat_list"] == []


def test_group_welcomes_are_kept_and_bounded(caller: Caller) -> None:
    family = "externalcontact/group_welcome_template"
    made = caller.ok(f"{family}/add", text={"content": "hello %NICKNAME%"})["template_id"]
    link = {"title": "Wine", "url": "https://shop.example"}
    caller.ok(f"{family}/edit", template_id=made, text={"content": "hi"}, link=link)
    assert caller.ok(f"{family}/get", template_id=made)["link"] == link
    caller.ok(f"{family}/del", template_id=made)
    assert caller.code(f"{family}/get", template_id=made) == 40058
    assert caller.code(f"{family}/add", text={"content": ""}) == 40063


def test_a_message_is_checked_as_the_platform_does(wecom: Wecom, caller: Caller, way: str) -> None:
    send = "externalcontact/send_welcome_msg"
    code = {"welcome_code": wecom.scan(way, wecom.new_customer()).welcome_code}
    link = {"msgtype": "link", "link": {"title": "Wine", "url": "https://shop.example"}}
    assert caller.code(send, **code) == 40063
    assert caller.code(send, **code, text={"content": "é" * 2_001}) == 40058, "bytes, not letters"
    assert caller.code(send, **code, attachments=[link] * 10) == 40058
    assert caller.code(send, **code, attachments=[{"msgtype": "voice"}]) == 40058
    file = {"msgtype": "file", "file": {"media_id": "none"}}
    assert caller.code(send, **code, attachments=[file]) == 40007
    assert caller.code(send, **code, attachments=[link] * 9) == 0


def test_methods_bodies_and_paths_are_checked(wecom: Wecom, caller: Caller) -> None:
    assert caller.get("externalcontact/get_contact_way", config_id="x")["errcode"] == 43002
    assert caller.code("externalcontact/get_follow_user_list") == 43001
    assert caller.get("externalcontact/nothing")["errcode"] == 301051
    query = {"access_token": caller.token}
    told = caller.http.post("externalcontact/remark", params=query, content=b"[1").json()
    assert told["errcode"] == 47001
    answer = caller.http.get("department/list", params=query)
    assert answer.headers["date"] == "Thu, 01 Jan 2026 00:00:00 GMT", "its own clock, not ours"
    assert len(ENDPOINTS) > 70 and set(MEANINGS) >= {-1, 0, 40014, 41051, 45009, 60020, 84061}


def test_everything_is_played_over_http_too(wecom: Wecom, caller: Caller, way: str) -> None:
    with httpx2.Client(base_url=wecom.base_url, verify=False) as http:

        def act(verb: str, **body: Any) -> Any:
            return http.post(f"/simulate/{verb}", json=body).json()["result"]

        person = act("new_customer", name="Han Meimei")
        scanned = act("scan", code=way, external_userid=person)
        assert (scanned["status"], scanned["userid"]) == ("added", "anna")
        assert act("deliver") == 1
        assert act("advance", seconds=60) == NOW + 60_000
        assert act("set_clock", moment=NOW + 90_000) == wecom.clock.now() == NOW + 90_000
        lines = http.get("/simulate/journal?kind=added").json()["entries"]
        assert [one["data"]["external_userid"] for one in lines] == [person]
        shown = http.get("/simulate/state", params={"customer": person, "guide": "anna"}).json()
        assert shown["customer"]["guides"] == [{"id": "anna", "deleted": False}]
        assert shown["guide"]["number"] == 1 and shown["codes"][0]["verb"] == "scan"
        act("say", userid="anna", external_userid=person, text="hello")
        pair = {"userid": "anna", "external_userid": person}
        [line] = http.get("/simulate/talk", params=pair).json()["lines"]
        assert line["content"] == {"text": {"content": "hello"}}
        assert "<!doctype html>" in http.get("/play").text
        assert http.post("/simulate/fly", json={}).status_code == 404
        elsewhere = {"sec-fetch-site": "cross-site"}
        assert http.post("/simulate/hold", json={}, headers=elsewhere).status_code == 403
        refused = http.post("/simulate/scan", json={"code": "no", "external_userid": person})
        assert refused.status_code == 400 and "contact way" in refused.json()["error"]
        assert http.post("/simulate/scan", json={"kode": "no"}).status_code == 400


def test_the_same_seed_gives_the_same_world() -> None:
    def world(seed: str) -> list[object]:
        wecom = Wecom(seed, clock=FakeClock(NOW))
        wecom.add_member("anna")
        chat = wecom.new_chat("anna", "Wine")
        return [wecom.secret, wecom.aes_key, wecom.new_customer(), chat]

    assert world("one") == world("one") != world("two")


def test_a_clock_goes_forward_only(wecom: Wecom) -> None:
    with pytest.raises(Invalid):
        wecom.advance(-1)
    with pytest.raises(Invalid):
        wecom.fault(12345)


def test_the_settings_that_are_printed_lead_a_house_to_it(wecom: Wecom) -> None:
    told = {name.removeprefix("COTERIE_").lower(): v for name, v in settings_of(wecom).items()}
    settings = read(told)
    assert settings is not None and settings.simulated
    assert settings.base_url == wecom.base_url
    crypt = settings.crypt()
    assert crypt is not None
    assert crypt.decrypt(Crypt(wecom.token, wecom.aes_key, wecom.corp_id).encrypt(b"x")) == b"x"


def test_a_house_that_does_not_answer_is_not_kept(wecom: Wecom) -> None:
    tries = []

    def house(_method: str, _query: Mapping[str, str], _body: bytes) -> tuple[int, bytes]:
        tries.append(1)
        return 503, b""

    with pytest.raises(Unavailable):
        wecom.connect(house)
    with Wecom("other", clock=FakeClock(NOW)) as served:
        wecom_target = f"{served.base_url}/callbacks/wecom"
        with pytest.raises(Unavailable, match="404"):
            wecom.connect(wecom_target)
    assert tries == [1] and wecom.courier.target is None
