"""What happens at WeCom happens here, once: customers, edges and members, over HTTP."""

from collections.abc import Iterator

import pytest

from coterie.core.actor import COMMAND
from roads.contacts.corp import Corp, connected


@pytest.fixture(scope="module")
def corp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corp]:
    """One for all of them: each has customers of its own."""
    with connected(tmp_path_factory.mktemp("corp")) as made:
        yield made


def test_the_first_look_finds_the_members_and_who_may_contact_customers(corp: Corp) -> None:
    with corp.app.db.read(COMMAND, corp.now) as work:
        members = {one.userid: one for one in corp.app.mirror.members(work)}
        report = corp.app.mirror.syncs.report(work)
    assert members["anna"].active and members["anna"].departments == (2,)
    assert not members["clerk"].active
    assert report is not None and (report.sync.state, report.sync.why) == ("done", "first")


def test_a_customer_of_two_guides_is_one_person(corp: Corp) -> None:
    lily = corp.meet("Lily", "anna", state="c1")
    corp.passes(minutes=5)
    corp.wecom.scan(corp.way("bert"), lily, half=True)
    corp.settle()
    added = [one.properties for one in corp.story(lily, "Contact Added")]
    assert [(one["guide"], one.get("state"), one["half"]) for one in added] == [
        ("anna", "c1", False),
        ("bert", None, True),
        ("bert", None, False),
    ]
    assert added[0]["add_way"] == 1
    with corp.app.db.read(COMMAND, corp.now) as work:
        profile = corp.app.mirror.profiles_of(work, [lily])[lily]
        assert corp.app.profiles.find(work, "wechat.unionid", "u-Lily") == profile
        assert corp.app.profiles.traits(work, profile)["name"] == "Lily"
        assert corp.app.mirror.customers_of(work, "bert") == {lily: profile}
    assert {guide: one.status for guide, one in corp.edges(lily).items()} == {
        "anna": "normal",
        "bert": "normal",
    }


def test_who_was_known_by_her_unionid_is_joined_by_her_first_contact(corp: Corp) -> None:
    said = {"type": "identify", "userId": "shop-7", "traits": {"city": "Suzhou"},
            "context": {"externalIds": [{"type": "wechat.unionid", "id": "u-May"}]}}  # fmt: skip
    corp.house.receive([said])
    may = corp.meet("May", "anna")
    with corp.app.db.read(COMMAND, corp.now) as work:
        known = corp.app.profiles.find(work, "user_id", "shop-7")
        assert known is not None
        assert corp.app.profiles.find(work, "wecom.external_userid", may) == known
        assert corp.app.mirror.externals_of(work, [known]) == {known: [may]}


def test_who_turns_out_to_be_another_takes_her_contacts_along(corp: Corp) -> None:
    nel = corp.meet("Nel", "anna")
    said = {"type": "identify", "userId": "shop-8",
            "context": {"externalIds": [{"type": "wecom.external_userid", "id": nel}]}}  # fmt: skip
    corp.house.receive([{"type": "track", "userId": "shop-8", "event": "Page Viewed"}, said])
    with corp.app.db.read(COMMAND, corp.now) as work:
        head = corp.app.profiles.find(work, "user_id", "shop-8")
        assert head is not None and corp.app.mirror.profiles_of(work, [nel]) == {nel: head}
        (told,) = corp.app.mirror.hand_out(work, head)["wecom_contacts"]
    assert (told["guide"], told["status"]) == ("anna", "normal")


def test_leaving_one_way_both_ways_and_coming_again(corp: Corp) -> None:
    nan = corp.meet("Nan", "anna", "bert")
    corp.passes(minutes=1)
    corp.wecom.delete_guide("anna", nan)
    corp.wecom.delete_customer("bert", nan)
    corp.settle()
    edges = corp.edges(nan)
    assert (edges["anna"].status, edges["bert"].status) == ("by_customer", "by_guide")
    corp.passes(minutes=1)
    corp.wecom.scan(corp.way("anna", state="again"), nan)
    corp.settle()
    anna = corp.edges(nan)["anna"]
    assert (anna.status, anna.times, anna.state) == ("normal", 2, "again")
    told = [(one.name, one.properties.get("by")) for one in corp.story(nan, "Contact Deleted")]
    assert sorted(told) == [("Contact Deleted", "customer"), ("Contact Deleted", "guide")]
    assert len(corp.story(nan, "Contact Added")) == 3


def test_a_handover_moves_the_edge_and_a_refusal_is_told(corp: Corp) -> None:
    ona, pia = corp.meet("Ona", "anna"), corp.meet("Pia", "anna")
    corp.client.transfers.customers("anna", "bert", [ona, pia])
    corp.wecom.refuse_transfer("bert", pia)
    corp.settle()
    corp.passes(hours=25)
    corp.settle()
    assert {guide: one.status for guide, one in corp.edges(ona).items()} == {
        "anna": "transferred",
        "bert": "normal",
    }
    assert [one.properties["by"] for one in corp.story(ona, "Contact Deleted")] == ["transfer"]
    failed = [one.properties for one in corp.story(pia, "Contact Transfer Failed")]
    assert failed == [{"guide": "bert", "reason": "customer_refused"}]
    assert corp.edges(pia)["anna"].status == "normal"


def test_a_member_who_leaves_may_write_to_nobody(corp: Corp) -> None:
    corp.wecom.add_member("cleo", "Cleo", (2,))
    corp.reconcile()
    quin = corp.meet("Quin", "cleo", "bert")
    corp.wecom.member_leaves("cleo")
    corp.settle()
    with corp.app.db.read(COMMAND, corp.now) as work:
        followers = corp.app.mirror.followers(work, [quin])
        (cleo,) = [one for one in corp.app.mirror.members(work) if one.userid == "cleo"]
    assert [one.guide for one in followers[quin]] == ["bert"]
    assert cleo.left is not None


def test_what_the_platform_refuses_for_a_while_is_told_on_later_and_once(corp: Corp) -> None:
    corp.wecom.fault(60020, api="externalcontact/get", times=1)
    rosa = corp.meet("Rosa", "anna")
    assert corp.story(rosa, "Contact Added") == []
    corp.passes(minutes=11)
    corp.settle()
    (added,) = corp.story(rosa, "Contact Added")
    assert added.properties["add_way"] == 1
