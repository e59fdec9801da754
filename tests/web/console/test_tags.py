"""The dictionary of tags, one tag, and a person's tags, over HTTP at a real house."""

import re
from html import unescape

import pytest

from coterie.core.actor import COMMAND
from coterie.profiles.tags.model import Tag
from web.console.conftest import Desk


def text_of(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def define(desk: Desk, tag: str, **fields: str) -> None:
    answer = desk.form("/tags", tag=tag, is_new="1", **fields)
    assert answer.status_code == 303, answer.text[-2_000:]


def carrying(desk: Desk, tag: str) -> int:
    desk.settle()
    with desk.app.db.read(COMMAND, desk.app.clock.now()) as work:
        return len(desk.app.profiles.tags.holders(work, tag))


def size(desk: Desk, segment: str) -> int:
    with desk.app.db.read(COMMAND, desk.app.clock.now()) as work:
        return len(desk.app.segments.members(work, segment))


def some_segment(desk: Desk) -> str:
    """A segment that some are in, and not everybody."""
    with desk.app.db.read(COMMAND, desk.app.clock.now()) as work:
        everybody = desk.app.profiles.count(work)
        found = [one for one in desk.app.segments.all(work) if 0 < one.size < everybody]
    return max(found, key=lambda one: one.size).slug


def somebody(desk: Desk) -> str:
    with desk.app.db.read(COMMAND, desk.app.clock.now()) as work:
        return desk.app.profiles.uid(work, [1])[1]


def test_an_empty_dictionary_teaches(desk: Desk) -> None:
    assert "No tag yet" in desk.get("/tags", lang="en").text
    page = desk.get("/tags", lang="zh").text
    assert "还没有标签" in page and "新建标签组" in page


def test_a_tag_is_defined_found_and_edited(desk: Desk) -> None:
    answer = desk.form("/tags/groups", slug="age", title_en="Age", title_zh="年龄", exclusive="1")
    assert answer.headers["location"] == "/tags"
    define(desk, "age-20-29", title_en="20 to 29", title_zh="20–29 岁", group="age", validity="365")
    page = text_of(desk.get("/tags", lang="en").text)
    assert "Age A person carries one of these at most" in page
    assert "20 to 29 age-20-29" in page and "by hand, for 365 days" in page
    assert "age-20-29" not in desk.get("/tags", q="red", lang="en").text
    assert 'href="/tags/age-20-29"' in desk.get("/tags", q="２０-29", lang="en").text
    desk.form("/tags", tag="age-20-29", title_zh="二十几岁", description="From her ID", owner="Li")
    one = text_of(desk.get("/tags/age-20-29", lang="zh").text)
    assert "二十几岁" in one and "From her ID" in one and "Li" in one and "直到取下" in one


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"tag": "Red Wine"}, "请用不超过 64 个小写字母"),
        ({"tag": "known"}, "已有同名标签"),
        ({"tag": "new", "validity": "soon"}, "请填 1 到 3,660 天"),
        ({"tag": "new", "group": "nowhere"}, "没有这个标签组"),
    ],
)
def test_what_is_refused_is_said_on_the_page(
    desk: Desk, fields: dict[str, str], words: str
) -> None:
    define(desk, "known")
    answer = desk.form("/tags?lang=zh", is_new="1", **fields)
    assert answer.status_code == 409 and words in answer.text


def test_a_segment_is_tagged_and_it_is_taken_back(wine: Desk) -> None:
    segment = some_segment(wine)
    define(wine, "guest", title_en="Guest")
    answer = wine.form("/tags/put", tag="guest", segment=segment)
    assert answer.headers["location"] == "/tags/guest"
    assert carrying(wine, "guest") == size(wine, segment) > 0
    page = wine.get("/tags/guest", lang="en").text
    edit = re.search(r'name="edit" value="([^"]+)"', page)
    assert edit is not None and "by hand: this machine" in text_of(page)
    wine.form("/tags/undo", tag="guest", edit=edit.group(1))
    assert carrying(wine, "guest") == 0
    assert "taken back" in wine.get("/tags/guest", lang="en").text
    again = wine.form("/tags/undo", tag="guest", edit=edit.group(1))
    assert again.status_code == 409
    past = wine.form("/tags/put", tag="guest", segment=segment, until="2001-01-01")
    assert past.status_code == 409 and "Choose a day to come" in past.text


def test_a_tag_follows_a_segment_and_no_hand(wine: Desk) -> None:
    segment = some_segment(wine)
    define(wine, "follower")
    wine.form("/tags/bind", tag="follower", segment=segment)
    assert carrying(wine, "follower") == size(wine, segment) > 0
    listed = text_of(wine.get("/tags", show="rule", lang="en").text)
    assert "follower" in listed
    assert 'href="/tags/follower"' in wine.get(f"/segments/{segment}").text
    refused = wine.form("/tags/put", tag="follower", segment=segment)
    assert refused.status_code == 409 and "This tag follows a segment." in refused.text
    uid = somebody(wine)
    assert wine.form(f"/people/{uid}/tags", tag="follower").status_code == 409
    wine.form("/tags/bind", tag="follower", segment="")
    assert wine.form("/tags/retire", tag="follower").status_code == 303
    assert "Retired" in wine.get("/tags/follower", lang="en").text


def test_twins_are_called_out_and_merged_and_parted(wine: Desk) -> None:
    segment = some_segment(wine)
    define(wine, "red-wine", title_zh="红酒")
    wine.form("/tags/put", tag="red-wine", segment=segment)
    define(wine, "red_wine")
    page = text_of(wine.get("/tags", lang="en").text)
    assert "Perhaps the same" in page and "similar name" in page
    answer = wine.form("/tags/merge", tag="red_wine", into="red-wine")
    assert answer.headers["location"] == "/tags/red-wine"
    assert "Also called red_wine" in text_of(wine.get("/tags/red-wine", lang="en").text)
    assert "This name means another tag now" in wine.get("/tags/red_wine", lang="en").text
    assert "Perhaps the same" not in wine.get("/tags", lang="en").text
    wine.form("/tags/part", tag="red_wine")
    assert "Also called" not in wine.get("/tags/red-wine", lang="en").text


def test_a_persons_tags_have_a_history_with_who_did_it(wine: Desk) -> None:
    uid = somebody(wine)
    wine.form("/tags/groups", slug="age", exclusive="1")
    for tag in ("age-20-29", "age-30-39"):
        define(wine, tag, group="age")
        wine.form(f"/people/{uid}/tags", tag=tag)
        wine.settle()
    page = text_of(wine.get(f"/people/{uid}/tags", lang="en").text)
    assert "Carried now age-30-39" in page
    assert "replaced age-20-29 by age-30-39" in page and "by hand: this machine" in page
    wine.form(f"/people/{uid}/tags", tag="age-30-39", take="1")
    wine.settle()
    page = text_of(wine.get(f"/people/{uid}/tags", lang="zh").text)
    assert "现在没有标签" in page or "age-30-39 人工" in page
    assert "取下 age-30-39" in page
    assert wine.browser.get("/people/nobody/tags").status_code == 404


def test_what_asks_for_a_tag_is_listed_and_strange_ones_are_taken_in(wine: Desk) -> None:
    app = wine.app
    define(wine, "vip")
    with app.db.begin(COMMAND, app.clock.now()) as work:
        app.segments.define(work, "vips", {"tag": "vip"}, title_en="The VIPs")
        app.tagging.define(work, Tag("strange"))
        app.inbound.tell(work, app.tagging.put(work, "strange", [1, 2])[1])
    wine.settle()
    assert 'href="/segments/vips"' in wine.get("/tags/vip").text
    assert wine.browser.get("/tags/never-heard").status_code == 404
    found = wine.get("/people", tag="strange", lang="en").text
    assert found.count('href="/people/') >= 2
