"""Tags both ways without a circle, and what an erasure takes off at WeCom."""

from collections.abc import Iterator

import pytest

from coterie.core.actor import COMMAND
from coterie.core.event import TAGGED, UNTAGGED
from roads.contacts.corp import Corp, connected


@pytest.fixture(scope="module")
def corp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corp]:
    """One for all of them: each has customers of its own."""
    with connected(tmp_path_factory.mktemp("corp")) as made:
        yield made


def marks(corp: Corp) -> int:
    return sum(one.data.get("api") == "externalcontact/mark_tag" for one in corp.wecom.journal)


def test_a_guides_tag_is_ours_until_the_last_edge_loses_it(corp: Corp) -> None:
    dry = corp.wecom.admin_tag("Taste", "dry")
    xia = corp.meet("Xia", "anna", "bert")
    corp.settle()
    for guide in ("anna", "bert"):
        corp.wecom.tag_by_guide(guide, xia, dry)
    corp.settle()
    corp.passes(seconds=5)  # the list of tags is read a moment after it changed
    assert corp.tags(xia) == {"dry"}
    corp.passes(minutes=1)
    corp.wecom.tag_by_guide("anna", xia, dry, off=True)
    corp.settle()
    assert corp.tags(xia) == {"dry"}
    corp.passes(minutes=1)
    corp.wecom.tag_by_guide("bert", xia, dry, off=True)
    corp.settle()
    assert corp.tags(xia) == set() and marks(corp) == 0


def test_our_tag_is_put_on_her_edges_and_comes_back_as_no_news(corp: Corp) -> None:
    sweet = corp.wecom.admin_tag("Taste", "sweet")
    yun = corp.meet("Yun", "anna", "bert")
    corp.settle()
    corp.passes(seconds=5)
    corp.tag(yun, TAGGED, "sweet")
    assert {guide: one.tags for guide, one in corp.edges(yun).items()} == {
        "anna": (sweet,), "bert": (sweet,),
    }  # fmt: skip
    assert sweet in corp.wecom.corp.edges["anna", yun].tags
    corp.passes(minutes=1)
    corp.wecom.edit_remark("anna", yun, "Yun from the fair")
    corp.settle()
    told = corp.story(yun, "coterie.tagged", "coterie.untagged")
    assert len(told) == 1 and marks(corp) == 2
    corp.passes(minutes=1)
    corp.tag(yun, UNTAGGED, "sweet")
    assert not any(one.tags for one in corp.edges(yun).values()) and marks(corp) == 4


def test_an_erasure_clears_what_wecom_says_of_her_and_she_does_not_come_back(corp: Corp) -> None:
    vip = corp.wecom.admin_tag("Level", "vip")
    zoe = corp.meet("Zoe", "anna")
    corp.wecom.tag_by_guide("anna", zoe, vip)
    corp.wecom.edit_remark("anna", zoe, "Zoe 13800138000")
    corp.settle()
    chat = corp.wecom.new_chat("anna", "Wine")
    corp.wecom.invite(chat, zoe, "anna")
    corp.settle()
    erased = corp.erase(zoe)
    assert erased.state == "proven"
    corp.house.settle()
    edge = corp.wecom.corp.edges["anna", zoe]
    assert (edge.remark, edge.tags) == ("", {})
    corp.passes(minutes=5)
    corp.wecom.edit_remark("anna", zoe, "Zoe again")
    corp.settle()
    corp.reconcile()
    assert corp.edges(zoe) == {} and corp.profile(zoe) is None
    with corp.app.db.read(COMMAND, corp.now) as work:
        assert [one.member for one in corp.app.mirror.participants(work, chat)] == ["anna"]
        assert corp.app.mirror.counts(work).clearings == 0
