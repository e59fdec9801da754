"""The nine behaviours of a faithful WeCom: tokens and rates, sight, scans, groups."""

from threading import Thread

from conftest import NOW
from coterie.testing.clock import FakeClock
from coterie.testing.wecom import Limits, Wecom
from testing.wecom.conftest import Caller

LIST = "externalcontact/get_follow_user_list"
DAY = 86_400


# 1. tokens and rates


def test_a_token_is_the_same_until_it_expires_early_or_in_time(
    wecom: Wecom, caller: Caller
) -> None:
    assert caller.fetch_token() == caller.token
    wecom.expire_token()
    assert caller.get(LIST)["errcode"] == 42001
    fresh = caller.fetch_token()
    assert fresh != caller.token
    caller.token = fresh
    assert caller.get(LIST)["errcode"] == 0
    wecom.advance(7_200)
    assert caller.get(LIST)["errcode"] == 42001
    assert caller.raw("GET", LIST)["errcode"] == 41001
    assert caller.raw("GET", LIST, access_token="nonsense")["errcode"] == 40014
    who = {"corpid": wecom.corp_id, "corpsecret": "wrong"}
    assert caller.raw("GET", "gettoken", **who)["errcode"] == 40001
    assert caller.raw("GET", "gettoken", **{**who, "corpid": "ww0"})["errcode"] == 40013


def test_calls_of_one_api_are_counted_by_the_minute() -> None:
    with Wecom(clock=FakeClock(NOW), limits=Limits(per_minute=3)) as wecom:
        caller = Caller(wecom)
        assert [caller.get(LIST)["errcode"] for _ in range(4)] == [0, 0, 0, 45009]
        assert caller.get("department/list")["errcode"] == 0, "each API counts for itself"
        wecom.advance(59)
        assert caller.get(LIST)["errcode"] == 45009, "blocked for as long as the window"
        wecom.advance(1)
        assert caller.get(LIST)["errcode"] == 0
        caller.http.close()


def test_wrong_keys_block_the_token_after_a_while() -> None:
    with Wecom(clock=FakeClock(NOW), limits=Limits(wrong_keys=2)) as wecom:
        caller, wrong = Caller(wecom), {"corpid": wecom.corp_id, "corpsecret": "wrong"}
        told = [caller.raw("GET", "gettoken", **wrong)["errcode"] for _ in range(3)]
        assert told == [40001, 40001, 45009]
        right = {**wrong, "corpsecret": wecom.secret}
        assert caller.raw("GET", "gettoken", **right)["errcode"] == 45009
        wecom.advance(3_600)
        assert caller.raw("GET", "gettoken", **right)["errcode"] == 0
        caller.http.close()


def test_too_many_calls_at_one_time_are_refused() -> None:
    with Wecom(clock=FakeClock(NOW), limits=Limits(in_flight=1)) as wecom:
        caller, told = Caller(wecom), []
        wecom.slow(0.3, api=LIST)
        slow = Thread(target=lambda: told.append(caller.get(LIST)["errcode"]))
        slow.start()
        while not wecom.gate.in_flight:
            slow.join(0.01)
        assert caller.get("department/list")["errcode"] == 45033
        slow.join()
        assert told == [0]
        caller.http.close()


def test_faults_come_on_demand(wecom: Wecom, caller: Caller) -> None:
    wecom.fault(-1, api=LIST, times=2)
    assert caller.get("department/list")["errcode"] == 0
    assert [caller.get(LIST)["errcode"] for _ in range(3)] == [-1, -1, 0]
    wecom.refuse_ip()
    assert caller.get(LIST)["errcode"] == 60020
    assert caller.fetch_token() == caller.token, "a token is given to anybody who has the secret"


# 2. who is in sight


def test_members_out_of_sight_and_without_the_right_are_refused(
    wecom: Wecom, caller: Caller
) -> None:
    wecom.add_member("cleo", visible=False)
    wecom.add_member("dan", contact_right=False)
    wecom.add_member("eve", active=False)
    add = "externalcontact/add_contact_way"
    assert caller.code(add, type=1, scene=2, user=["cleo"]) == 60011
    assert caller.code(add, type=1, scene=2, user=["dan"]) == 84074
    assert caller.code(add, type=1, scene=2, user=["eve"]) == 41054
    assert caller.code(add, type=1, scene=2, user=["nobody"]) == 60111
    assert caller.code(add, type=1, scene=2, user="anna") == 60011, "a text where a list belongs"
    assert caller.get(LIST)["follow_user"] == ["anna", "bob"]
    assert caller.get("externalcontact/list", userid="cleo")["errcode"] == 60011
    assert caller.get("externalcontact/list", userid="dan")["errcode"] == 84074
    assert caller.get("externalcontact/list", userid="anna")["errcode"] == 84061


# 3. scans and welcomes


def test_a_scan_makes_an_edge_and_one_welcome_goes_through(
    wecom: Wecom, caller: Caller, way: str
) -> None:
    person = wecom.new_customer("Li Lei")
    scanned = wecom.scan(way, person)
    assert (scanned.userid, scanned.status) == ("anna", "added")
    assert caller.events() == ["add_external_contact"]
    said = caller.heard[0]
    assert (said["State"], said["WelcomeCode"]) == ("c-1", scanned.welcome_code)
    assert (said["FromUserName"], said["UserID"], said["ExternalUserID"]) == ("sys", "anna", person)
    told = caller.get("externalcontact/get", external_userid=person)
    [edge] = told["follow_user"]
    assert (edge["state"], edge["add_way"], edge["createtime"]) == ("c-1", 1, NOW // 1_000)
    assert told["external_contact"]["unionid"]
    send = "externalcontact/send_welcome_msg"
    hello = {"welcome_code": scanned.welcome_code, "text": {"content": "hello"}}
    wecom.advance(20)
    wecom.welcome_busy()
    assert [caller.code(send, **hello) for _ in range(3)] == [41096, 0, 41051]
    assert wecom.count("welcome", external_userid=person, after=20_000) == 1
    assert wecom.scan(way, person).status == "already"
    assert wecom.pending == 0, "whoever is a friend already causes no event"


def test_no_welcome_after_20_seconds_nor_in_a_chat_that_began(
    wecom: Wecom, caller: Caller, way: str
) -> None:
    send = "externalcontact/send_welcome_msg"
    late, talking = (wecom.scan(way, wecom.new_customer()) for _ in range(2))
    wecom.say("anna", talking.external_userid)
    hello = {"text": {"content": "hello"}}
    assert caller.code(send, welcome_code=talking.welcome_code, **hello) == 41051
    wecom.advance(20.001)
    assert caller.code(send, welcome_code=late.welcome_code, **hello) == 41050
    assert caller.code(send, welcome_code="nonsense", **hello) == 41050
    wecom.change_member("anna", welcome=True)
    assert wecom.scan(way, wecom.new_customer()).welcome_code == ""
    wecom.change_member("anna", welcome=False)
    assert wecom.scan(way, wecom.new_customer(type=2)).welcome_code == ""


def test_half_added_first_and_whoever_must_be_accepted_waits(
    wecom: Wecom, caller: Caller, way: str
) -> None:
    wecom.scan(way, wecom.new_customer(), half=True)
    assert caller.events() == ["add_half_external_contact", "add_external_contact"]
    codes = [one["WelcomeCode"] for one in caller.heard]
    assert len(set(codes)) == 2
    send, hello = "externalcontact/send_welcome_msg", {"text": {"content": "hello"}}
    assert [caller.code(send, welcome_code=one, **hello) for one in codes] == [0, 41051]
    caller.ok("externalcontact/update_contact_way", config_id=way, skip_verify=False)
    person = wecom.new_customer()
    assert wecom.scan(way, person).status == "requested"
    assert caller.get("externalcontact/get", external_userid=person)["errcode"] == 84061
    assert wecom.accept_request("anna", person).status == "added"


def test_a_code_of_several_picks_one_and_an_exclusive_one_the_same(
    wecom: Wecom, caller: Caller
) -> None:
    both = {"type": 2, "scene": 2, "user": ["anna", "bob"]}
    config = caller.ok("externalcontact/add_contact_way", **both)["config_id"]
    met = {wecom.scan(config, wecom.new_customer()).userid for _ in range(12)}
    assert met == {"anna", "bob"}
    config = caller.ok("externalcontact/add_contact_way", **both, is_exclusive=True)["config_id"]
    person = wecom.new_customer()
    first = wecom.scan(config, person)
    assert [wecom.scan(config, person) for _ in range(5)] == [
        type(first)(first.userid, person, "already")
    ] * 5
    wecom.member_leaves("bob")
    assert {wecom.scan(config, wecom.new_customer()).userid for _ in range(4)} == {"anna"}


# 4. groups by code


def test_the_first_group_with_room_and_a_new_one_when_all_are_full() -> None:
    with Wecom(clock=FakeClock(NOW), limits=Limits(chat_by_code=3)) as wecom:
        wecom.add_member("anna")
        caller = Caller(wecom)
        wecom.connect(caller)
        first = wecom.new_chat("anna", "Wine")
        config = caller.ok(
            "externalcontact/groupchat/add_join_way", scene=2, chat_id_list=[first],
            room_base_name="Wine ", room_base_id=7, state="g-1",
        )["config_id"]  # fmt: skip
        people = [wecom.new_customer() for _ in range(5)]
        joined = [wecom.join(config, one) for one in people]
        assert [one.chat_id == first for one in joined] == [True, True, False, False, False]
        kept = caller.ok("externalcontact/groupchat/get_join_way", config_id=config)["join_way"]
        assert kept["chat_id_list"] == [first, joined[2].chat_id, joined[4].chat_id]
        asked = {"chat_id": joined[2].chat_id, "need_name": 1}
        made = caller.ok("externalcontact/groupchat/get", **asked)["group_chat"]
        assert (made["name"], made["owner"], kept["room_base_id"]) == ("Wine 7", "anna", 9)
        row = made["member_list"][1]
        assert (row["state"], row["join_scene"], row["type"]) == ("g-1", 3, 2)
        assert wecom.join(config, people[0]).errcode == -3006
        caller.events()
        told = [one for one in caller.heard if one["ChatId"] == joined[2].chat_id]
        assert [one["ChangeType"] for one in told] == ["create", "update", "update"]
        assert told[1]["MemChangeList"] == [people[2]] and told[1]["JoinScene"] == "3"
        assert told[2]["LastMemVer"] == told[1]["CurMemVer"] != told[1]["LastMemVer"]
        assert made["member_version"] == told[2]["CurMemVer"]
        caller.ok("externalcontact/groupchat/update_join_way", config_id=config, scene=2,
                  chat_id_list=[first], auto_create_room=0)  # fmt: skip
        kept = caller.ok("externalcontact/groupchat/get_join_way", config_id=config)["join_way"]
        assert kept["state"] == "", "what an update does not say is lost"
        assert wecom.join(config, wecom.new_customer()).errcode == -3009
        caller.http.close()
