"""What surrounds a segment, over HTTP: its page, portrait, overlap, lists, and people by a rule."""

import re
import shutil
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from coterie.app import open_app
from coterie.core.actor import COMMAND
from coterie.settings import Settings
from coterie.storage import audit
from coterie.testing.clock import FakeClock
from web.console.conftest import Desk, open_desk


@pytest.fixture(scope="module")
def wine(wine_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One wine house for all of these: each adds segments and lists of its own."""
    folder = Path(shutil.copytree(wine_template, tmp_path_factory.mktemp("pages") / "house"))
    ended = open_app(Settings(data=folder))
    stood_at = ended.clock.now()
    ended.close()
    yield from open_desk(folder, FakeClock(stood_at))


def define(desk: Desk, slug: str, rule: dict[str, Any], title: str) -> None:
    with desk.app.db.begin(COMMAND, desk.app.clock.now()) as work:
        desk.app.segments.define(work, slug, rule, title_en=title)


def members(desk: Desk, slug: str) -> Any:
    with desk.app.db.read(COMMAND, desk.app.clock.now()) as work:
        return desk.app.segments.members(work, slug)


def text_of(page: str) -> str:
    """Return what a page says, without its marks."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def upload(desk: Desk, body: bytes = b"", **fields: str) -> Any:
    return desk.browser.post(
        "/segments/lists",
        data={"form_token": desk.token(), **fields},
        files={"file": ("list.csv" if body else "", body)},
    )


def test_one_segment_tells_its_past_and_looks_people_up(wine: Desk) -> None:
    inside = members(wine, "tasters")
    with wine.app.db.read(COMMAND, wine.app.clock.now()) as work:
        names = wine.app.profiles.user_ids(work, [inside[0]])
        outside = next(iter(wine.app.profiles.everyone(work) - inside))
        others = wine.app.profiles.user_ids(work, [outside])
        then = wine.app.segments.population_at(work, "tasters", work.now)
    page = wine.get("/segments/tasters", lang="en", who=names[inside[0]]).text
    assert re.search(r"in it</span>\s*<a[^>]*>" + names[inside[0]], page)
    assert "Why is she in it?" in page
    page = wine.get("/segments/tasters", lang="en", who=others[outside]).text
    assert re.search(r"not in it</span>\s*<a[^>]*>" + others[outside], page)
    assert "Nobody is found by that" in wine.get("/segments/tasters", lang="en", who="zz9").text
    today = re.search(r'type="date"[^>]*max="([0-9-]+)"', page)
    assert today is not None
    told = text_of(wine.get("/segments/tasters", lang="en", on=today.group(1)).text)
    assert f"{len(then):,} people" in told
    assert f"{len(then & inside):,} of them are still in it." in told
    said = text_of(wine.get("/segments/tasters", lang="en", on="2001-01-01").text)
    assert "The segment was not defined yet." in said
    assert "Choose a day that is past" in wine.get("/segments/tasters", lang="en", on="x").text


def test_versions_say_which_conditions_came_and_went(wine: Desk) -> None:
    tag, rated = {"tag": "vip"}, {"did": "Wine Rated", "count": {">=": 3}}
    define(wine, "changing", {"all": [rated, tag]}, "Changing")
    define(wine, "changing", {"all": [rated, {"not": tag}]}, "Changed")
    define(wine, "changing", {"any": [rated, {"not": tag}]}, "Changed")
    page = text_of(wine.get("/segments/changing", lang="en").text)
    assert "not (has the tag “vip”)" in page
    assert "got another name" in page
    assert "put together otherwise" in page


def test_the_list_is_sorted_and_tells_the_moves_of_a_day(wine: Desk) -> None:
    page = wine.get("/segments", lang="en", sort="size").text
    sizes = [int(n.replace(",", "")) for n in re.findall(r'text-xl font-semibold">([\d,]+)<', page)]
    assert sizes == sorted(sizes, reverse=True)
    assert len(sizes) > 3
    assert (
        wine.get("/segments", lang="zh", sort="nonsense", q="意大利").text.count("data-row>") == 1
    )


def test_overlap_counts_who_is_in_both(wine: Desk) -> None:
    both = len(members(wine, "tasters") & members(wine, "france-lovers"))
    page = wine.get("/segments/tasters/overlap", lang="en").text
    address = 'href="/people?segment=tasters&amp;segment=france-lovers"'
    assert re.search(re.escape(address) + rf"[^>]*>{both:,}<", page)
    matrix = wine.browser.get("/segments/overlap?of=tasters&of=france-lovers&lang=en").text
    assert matrix.count('class="text-quiet text-center">–') == 2
    assert address in matrix
    listed = wine.get("/people", segment=["tasters", "france-lovers"], lang="en").text
    assert f">{both:,}<" in listed


def test_a_portrait_leads_from_each_number_to_its_people(wine: Desk) -> None:
    page = wine.get("/segments/tasters/portrait", lang="en").text
    links = [
        unescape(one)
        for one in re.findall(
            r'href="(/[^"]+)"[^>]*>[^<]+</a>\s*<span class="text-right tabular-nums"><strong>', page
        )
    ]
    numbers = re.findall(r"</strong> <span class=\"text-quiet text-sm\">([\d,]+)<", page)
    assert len(links) == len(numbers) >= 5
    kinds = {"topic=": 0, "rule=": 0, "portrait/people": 0}
    for link, number in zip(links, numbers, strict=True):
        kind = next((kind for kind in kinds if kind in link), "")
        if kind and not kinds[kind]:
            kinds[kind] = 1
            assert number in text_of(wine.get(link).text), link
    assert all(kinds.values()), kinds
    assert wine.browser.get("/segments/tasters/portrait/people?of=hours&is=x").status_code == 404


def test_a_handful_has_no_portrait(wine: Desk) -> None:
    define(wine, "few", {"bucket": {"salt": "x", "from": 0, "to": 20}}, "Few")
    assert 0 < len(members(wine, "few")) < 10
    page = wine.get("/segments/few/portrait", lang="en").text
    assert "A portrait needs at least 10 people" in page
    assert "tabular-nums" not in page.split("<main")[1]


def test_people_are_found_by_a_rule_and_kept_as_a_segment(wine: Desk) -> None:
    rule = '{"did": "Wine Rated", "count": {">=": 20}}'
    page = wine.get("/people", lang="en", segment="tasters", rule=rule).text
    assert "rated a wine at least 20 times" in page
    built = wine.get("/people/by-rule", lang="en", segment="tasters", rule=rule).text
    assert 'name="back" value="/people?segment=tasters"' in built
    assert 'value="20"' in built
    kept = wine.get("/people/as-segment", lang="en", segment="tasters", rule=rule).text
    assert 'formaction="/segments"' in kept
    assert 'name="r.0/in_segment"' in kept
    assert "/people/as-segment" in page
    assert "/people/as-segment" not in wine.get("/people", segment="tasters", seen="7d").text
    assert wine.browser.get("/people/as-segment?q=ada").status_code == 400
    assert wine.browser.get("/people/by-rule?rule=[1]").status_code == 400


def test_a_list_is_taken_in_told_and_deleted(wine: Desk) -> None:
    some = list(members(wine, "tasters")[:3])
    with wine.app.db.read(COMMAND, wine.app.clock.now()) as work:
        names = [wine.app.profiles.user_ids(work, some)[one] for one in some]
    body = "用户编号,城市\n" + "\n".join(f"{one},上海" for one in [*names, "stranger"])
    answer = upload(wine, body.encode("gb18030"), title="Guests of March")
    assert answer.headers["location"] == "/segments/lists/guests-of-march", answer.text[-800:]
    page = text_of(wine.get("/segments/lists/guests-of-march", lang="en").text)
    assert "People on it 3" in page.replace("What does this mean? ", "").replace(
        "Persons whom the names of the current version lead to now. Two names may lead to one "
        "person, and somebody may have been erased since. ",
        "",
    )
    define(wine, "guests", {"list": "guests-of-march"}, "Guests")
    assert list(members(wine, "guests")) == some
    wine.form("/segments/lists/guests-of-march/delete")
    assert "guests-of-march" in wine.get("/segments/lists").text, "a segment asks it"
    upload(wine, names="\n".join(names[:1]), list="guests-of-march")
    wine.settle()
    assert list(members(wine, "guests")) == some[:1]
    assert upload(wine, title="Nobody").status_code == 422
    assert upload(wine, names="u1").status_code == 422


def test_a_segment_is_kept_as_a_list(wine: Desk) -> None:
    answer = wine.form("/segments/tasters/snapshot", title="Tasters then")
    assert answer.headers["location"] == "/segments/lists/tasters-then"
    with wine.app.db.read(COMMAND, wine.app.clock.now()) as work:
        assert wine.app.segments.listed(work, "tasters-then") == members(wine, "tasters")
        assert audit.latest(work, 1)[0].verb == "list.upload"
    page = wine.get("/segments/lists", lang="en").text
    assert "Tasters then" in page
    assert "kept of" in page
    wine.form("/segments/lists/tasters-then/delete")
    assert "Tasters then" not in wine.get("/segments/lists", lang="en").text
