"""Every family of endpoints against the simulator: what goes out, and what comes back as types."""

import pytest

from coterie.channels.wecom.client.asking import every, read
from coterie.channels.wecom.client.contacts import Contact, Remark
from coterie.channels.wecom.client.errors import WecomError
from coterie.channels.wecom.client.groups import JoinWay
from coterie.channels.wecom.client.moments import MomentTask
from coterie.channels.wecom.client.parts import Image, Link, Text
from coterie.channels.wecom.client.sends import MassSend, TagFilter, TagsOf
from coterie.channels.wecom.client.service import Wecom as Client
from coterie.channels.wecom.client.ways import Way
from coterie.channels.wecom.client.welcomes import GroupWelcome
from coterie.core.clock import DAY, SECOND
from coterie.core.errors import ChannelError, Invalid
from coterie.testing.wecom import Wecom

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 50


@pytest.fixture
def lili(client: Client, wecom: Wecom) -> str:
    """A customer who came by Anna's code."""
    wecom.add_member("anna", "Anna")
    wecom.add_member("bo", "Bo")
    way = client.ways.add(Way(type=1, user=("anna",), state="c1", remark="shop"))
    customer = wecom.new_customer("Lili")
    wecom.scan(way.config_id, customer)
    return customer


def test_customers_and_what_is_noted_of_them(client: Client, wecom: Wecom, lili: str) -> None:
    assert client.contacts.follow_users() == ("anna", "bo")
    assert client.contacts.list("anna") == (lili,)
    assert client.contacts.list("bo") == ()
    client.contacts.remark(Remark(userid="anna", external_userid=lili, remark="likes Barolo"))
    found = client.contacts.get(lili)
    assert (found.external_contact.name, found.external_contact.type) == ("Lili", 1)
    assert found.external_contact.unionid
    (edge,) = found.follow_user
    assert (edge.userid, edge.state, edge.remark) == ("anna", "c1", "likes Barolo")
    assert edge.createtime == wecom.clock.now() // SECOND
    (followed,) = every(lambda cursor: client.contacts.batch(["anna", "bo"], cursor))
    assert followed.external_contact.external_userid == lili
    assert followed.follow_info.userid == "anna"
    with pytest.raises(Invalid, match="100"):
        client.contacts.batch(["x"] * 101)


def test_tags_are_made_marked_and_taken_away(client: Client, lili: str) -> None:
    group = client.tags.add(["red", "white"], group_name="Wine")
    red, white = group.tag
    client.tags.mark("anna", lili, add=[red.id, white.id])
    client.tags.mark("anna", lili, remove=[white.id])
    (edge,) = client.contacts.get(lili).follow_user
    assert [(tag.tag_id, tag.tag_name, tag.group_name) for tag in edge.tags] == [
        (red.id, "red", "Wine")
    ]
    client.tags.edit(red.id, name="rosso")
    assert [tag.name for tag in client.tags.list()[0].tag] == ["rosso", "white"]
    with pytest.raises(WecomError) as refused:
        client.tags.mark("bo", lili, add=[red.id])
    assert (refused.value.errcode, refused.value.kind) == (84061, "absent")
    client.tags.delete(group_ids=[group.group_id])
    assert client.tags.list() == ()


def test_contact_ways_are_changed_and_gone(client: Client, lili: str) -> None:
    made = client.ways.add(Way(type=2, user=("anna", "bo"), state="c2"))
    assert made.qr_code
    client.ways.update(made.config_id, Way(type=2, user=("bo",), state="c2"))
    kept = client.ways.get(made.config_id)
    assert (kept.user, kept.state, kept.type) == (("bo",), "c2", 2)
    assert made.config_id in list(every(lambda cursor: client.ways.list(cursor=cursor)))
    client.ways.delete(made.config_id)
    with pytest.raises(WecomError):
        client.ways.get(made.config_id)


def test_groups_and_the_whole_of_a_join_way(client: Client, wecom: Wecom, lili: str) -> None:
    chat = wecom.new_chat("anna", "Barolo lovers")
    way = client.groups.add_join_way(
        JoinWay(chat_id_list=(chat,), state="g1", room_base_name="Barolo", room_base_id=7)
    )
    wecom.join(way, lili)
    (row,) = every(lambda cursor: client.groups.list(cursor, owners=["anna"]))
    group = client.groups.get(row.chat_id)
    assert (group.name, group.owner) == ("Barolo lovers", "anna")
    joined = next(one for one in group.member_list if one.userid == lili)
    assert (joined.type, joined.state, joined.join_scene) == (2, "g1", 3)
    assert group.member_version
    kept = client.groups.get_join_way(way)
    assert kept.qr_code
    client.groups.update_join_way(way, kept.whole())
    again = client.groups.get_join_way(way)
    assert again == kept
    assert (again.room_base_name, again.room_base_id) == ("Barolo", 7)
    client.groups.delete_join_way(way)


def test_a_mass_send_waits_for_its_member(client: Client, wecom: Wecom, lili: str) -> None:
    made = client.sends.create(
        MassSend(
            external_userid=(lili,),
            sender="anna",
            text=Text("Hello"),
            attachments=(Link(title="Barolo", url="https://shop.example"),),
        )
    )
    assert made.fail_list == ()
    wecom.advance(2)
    (task,) = every(lambda cursor: client.sends.task(made.msgid, cursor))
    assert (task.userid, task.status) == ("anna", 0)
    client.sends.remind(made.msgid)
    wecom.confirm_send(made.msgid, "anna")
    (result,) = client.sends.result(made.msgid, "anna").items
    assert (result.external_userid, result.status) == (lili, 1)
    begun = wecom.clock.now() // SECOND
    rows = client.sends.list("single", begun - 60, begun + 60).items
    assert [row.msgid for row in rows] == [made.msgid]
    with pytest.raises(WecomError) as refused:
        client.sends.create(MassSend(
            sender="bo", text=Text("Hello"), tag_filter=TagFilter((TagsOf(("et-none",)),)),
        ))  # fmt: skip
    assert refused.value.errcode in (41048, 40068)
    other = client.sends.create(MassSend(external_userid=(lili,), sender="anna", text=Text("Hi")))
    wecom.advance(2)
    client.sends.cancel(other.msgid)


def test_welcomes_once_and_of_groups(client: Client, wecom: Wecom) -> None:
    wecom.add_member("anna")
    way = client.ways.add(Way(type=1, user=("anna",)))
    code = wecom.scan(way.config_id, wecom.new_customer("Mo")).welcome_code
    picture = client.media.upload("image", "hello.png", PNG)
    assert picture.until == (picture.created_at * SECOND) + 3 * DAY
    client.welcomes.send(code, Text("Hello"), [Image(media_id=picture.media_id)])
    with pytest.raises(WecomError) as refused:
        client.welcomes.send(code, Text("Hello"))
    assert (refused.value.errcode, refused.value.permanent) == (41051, True)
    template = client.welcomes.add_template(GroupWelcome(text=Text("Hello %NICKNAME%")))
    client.welcomes.edit_template(template, GroupWelcome(
        text=Text("Hi"), attachment=Link(title="Barolo", url="https://shop.example"),
    ))  # fmt: skip
    assert client.welcomes.template(template)["link"]["title"] == "Barolo"
    client.welcomes.delete_template(template)


def test_customers_and_groups_are_handed_over(client: Client, wecom: Wecom, lili: str) -> None:
    (handed,) = client.transfers.customers("anna", "bo", [lili], message="Bo is yours now")
    assert (handed.external_userid, handed.errcode) == (lili, 0)
    (waiting,) = client.transfers.result("anna", "bo").items
    assert (waiting.external_userid, waiting.status) == (lili, 2)
    wecom.advance(86_500)
    assert client.transfers.result("anna", "bo").items[0].status == 1
    chat = wecom.new_chat("bo", "Friends")
    assert client.transfers.groups([chat], "anna") == ()
    wecom.member_leaves("bo")
    (left,) = every(client.transfers.unassigned)
    assert (left.handover_userid, left.external_userid) == ("bo", lili)
    client.transfers.customers("bo", "anna", [lili], resigned=True)
    assert client.transfers.result("bo", "anna", resigned=True).items


def test_a_moment_is_made_posted_and_liked(client: Client, wecom: Wecom, lili: str) -> None:
    job = client.moments.create(MomentTask(text=Text("New Barolo"), users=("anna",)))
    wecom.advance(5)
    done = client.moments.job(job)
    assert done.status == 3
    moment = done.result.moment_id
    assert client.moments.tasks(moment).items[0].publish_status == 0
    wecom.publish_moment(moment, "anna")
    wecom.like_moment(moment, "anna", lili)
    reactions = client.moments.reactions(moment, "anna")
    assert [one.external_userid for one in reactions.like_list] == [lili]
    assert client.moments.customers(moment, "anna").items[0].external_userid == lili
    begun = wecom.clock.now() // SECOND
    assert client.moments.list(begun - 3_600, begun + 1).items[0].moment_id == moment


def test_links_figures_and_members(client: Client, wecom: Wecom, lili: str) -> None:
    link = client.acquisition.create("Barolo", ["anna"])
    assert client.acquisition.list().items == (link.link_id,)
    client.acquisition.update(link.link_id, name="Nebbiolo")
    assert client.acquisition.get(link.link_id).link.link_name == "Nebbiolo"
    assert client.acquisition.customers(link.link_id).items == ()
    assert client.acquisition.quota().balance >= 0
    client.acquisition.delete(link.link_id)
    wecom.advance(86_400)
    today = wecom.clock.now() // SECOND
    assert client.statistics.behaviour(["anna"], today - 172_800, today - 86_400)
    assert client.statistics.groups(today - 86_400, ["anna"]).items is not None
    assert [one.id for one in client.members.departments()] == [1]
    assert {one.userid for one in client.members.list(children=True)} >= {"anna", "bo"}
    assert client.members.get("anna").name == "Anna"
    assert client.agent.get().agentid == wecom.agent_id
    assert client.agent.tell(["anna"], "Something waits for you.").invaliduser == ""


def test_tickets_are_kept_as_the_token_is(client: Client, wecom: Wecom) -> None:
    ticket, agents = client.identity.ticket(), client.identity.agent_ticket()
    assert ticket.text != agents.text
    assert client.identity.ticket() == ticket
    assert sum(one.data.get("api") == "get_jsapi_ticket" for one in wecom.journal) == 1
    with pytest.raises(WecomError) as refused:
        client.identity.of_code("used-up")
    assert refused.value.errcode == 40029


def test_files_that_wecom_would_refuse_are_not_sent(client: Client) -> None:
    with pytest.raises(Invalid, match="image of 5 bytes"):
        client.media.upload("image", "x.png", b"12345")
    assert client.media.upload_picture("x.png", PNG).startswith("http")


def test_answers_are_read_leniently_and_nonsense_is_refused() -> None:
    told = b'{"external_contact": {"external_userid": "wm1", "type": "2", "name": null},'
    found = read("an/api", told + b' "follow_user": null, "new": [1]}', Contact)
    assert (found.external_contact.type, found.external_contact.name) == (2, "")
    assert found.follow_user == ()
    with pytest.raises(ChannelError, match="not as documented"):
        read("an/api", b'{"external_contact": 7}', Contact)
