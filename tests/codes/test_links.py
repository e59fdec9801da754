import pytest
from sqlalchemy import func, select

from coterie.codes.model import Draft
from coterie.codes.service import Codes
from coterie.codes.store import link_rows
from coterie.core.actor import COMMAND
from coterie.core.errors import NotFound
from coterie.core.people import Shift
from coterie.storage.database import Database

NOW = 1_767_225_600_000
codes = Codes(b"k" * 32)


def test_a_link_tells_person_sender_and_item(database: Database) -> None:
    with database.begin(COMMAND, NOW) as work:
        token = codes.link(work, "barolo-101", "guide:li", 7, campaign="autumn")
    with database.read(COMMAND, NOW + 5) as work:
        link = codes.read(work, token)
    assert (link.item, link.sender, link.profile) == ("barolo-101", "guide:li", 7)
    assert (link.campaign, link.url, link.created) == ("autumn", None, NOW)


def test_the_same_asked_again_is_the_same_link(database: Database) -> None:
    with database.begin(COMMAND, NOW) as work:
        first = codes.link(work, "a", "post:1", None)
    with database.begin(COMMAND, NOW + 1) as work:
        assert codes.link(work, "a", "post:1", None) == first
        others = [
            codes.link(work, "a", "post:1", 1),
            codes.link(work, "a", "post:2", None),
            codes.link(work, "b", "post:1", None),
            codes.link(work, "a", "post:1", None, campaign="x"),
            codes.link(work, "a", "post:1", None, url="x"),
        ]
        count = work.connection.execute(select(func.count()).select_from(link_rows)).scalar_one()
    assert len({first, *others}) == 6
    assert count == 6


def test_many_links_come_back_in_the_order_asked(database: Database) -> None:
    drafts = [Draft("a", "journey:j", profile) for profile in range(6_000)]
    drafts.append(drafts[17])
    with database.begin(COMMAND, NOW) as work:
        tokens = codes.links(work, drafts)
        assert tokens[17] == tokens[-1]
        assert len(set(tokens)) == 6_000
        assert codes.read(work, tokens[4_321]).profile == 4_321


def test_links_of_a_post_are_listed(database: Database) -> None:
    with database.begin(COMMAND, NOW) as work:
        codes.links(work, [Draft("a", "post:2"), Draft("b", "post:1"), Draft("a", "post:1")])
        assert [link.sender for link in codes.links_of(work, "a")] == ["post:2", "post:1"]


def test_a_token_without_its_link_leads_nowhere(database: Database) -> None:
    with database.begin(COMMAND, NOW) as work:
        token = codes.link(work, "a", "post:1", None)
        work.connection.execute(link_rows.delete())
        with pytest.raises(NotFound):
            codes.read(work, token)


def test_a_link_follows_whom_it_was_made_for_and_outlives_her(database: Database) -> None:
    with database.begin(COMMAND, NOW) as work:
        token = codes.link(work, "a", "post:1", 2)
        other = codes.link(work, "a", "post:1")
        codes.follow(work, [Shift(2, 2, 1)])
        assert codes.read(work, token).profile == 1
        assert [each["item"] for each in codes.hand_out(work, 1)["links"]] == ["a"]
        codes.follow(work, [Shift(2, 1, 2)])
        assert codes.read(work, token).profile == 2
        assert codes.erase(work, [2]) == {"code_links": 1}
        assert codes.erase(work, [2]) == {"code_links": 0}
        assert [codes.read(work, each).profile for each in (token, other)] == [None, None]
