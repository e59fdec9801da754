"""The palette finds anything by a few letters."""

import re

from coterie.core.actor import COMMAND
from web.console.conftest import Desk


def found(desk: Desk, text: str, lang: str = "en") -> dict[str, list[str]]:
    """Return addresses by the heading they stand under."""
    page = desk.get("/find", q=text, lang=lang).text
    groups = re.split(r'<div role="group" aria-label="([^"]+)">', page)[1:]
    return {
        heading: re.findall(r'<a [^>]*href="([^"]+)"', hits)
        for heading, hits in zip(groups[::2], groups[1::2], strict=True)
    }


def test_no_letters_offer_the_pages(wine: Desk) -> None:
    groups = found(wine, "")
    assert list(groups) == ["Pages of the desk"]
    assert len(groups["Pages of the desk"]) == 8


def test_a_person_is_found_by_her_id(wine: Desk) -> None:
    app = wine.app
    with app.db.read(COMMAND, app.clock.now()) as work:
        [(profile, user_id)] = app.profiles.user_ids(work, [7]).items()
        uid = app.profiles.uid(work, [profile])[profile]
    assert found(wine, f" {user_id} ")["People"] == [f"/people/{uid}"]


def test_everything_of_a_name_is_found_in_both_languages(wine: Desk) -> None:
    for text, lang in (("France", "en"), ("法国", "zh")):
        addresses = [one for group in found(wine, text, lang).values() for one in group]
        for address in ("/segments/france-lovers", "/communities/france", "/topics/wine/france"):
            assert address in addresses, (text, address)
    assert "/journeys/win-back" in found(wine, "win back")["Journeys"]
    assert "/settings" in found(wine, "设置", "zh")["工作台页面"]


def test_of_each_kind_eight_at_most_and_each_with_its_own_id(wine: Desk) -> None:
    page = wine.get("/find", q="a").text
    ids = re.findall(r'id="(hit-\d+)"', page)
    assert len(ids) == len(set(ids)) == page.count('role="option"')
    assert max(len(group) for group in found(wine, "a").values()) == 8
    assert page.count('aria-selected="true"') == 1


def test_nothing_found_says_how_to_ask(wine: Desk) -> None:
    page = wine.get("/find", q="<b>zzz", lang="en").text
    assert "Nothing is called" in page
    assert "&lt;b&gt;zzz" in page
    assert 'role="option"' not in page
