"""The communities' pages, over HTTP at a real house."""

import re
from datetime import date, timedelta
from html import unescape
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.communities.definition import parse
from coterie.communities.model import Combination
from coterie.core.actor import COMMAND
from coterie.core.clock import DAY, local_date
from coterie.storage.audit import latest
from coterie.web.console.communities.form import definition_of, fields_of
from coterie.web.console.communities.upset import LINE, lay_out
from web.console.conftest import Desk

SHANGHAI = ZoneInfo("Asia/Shanghai")


def do(desk: Desk, verb: str, *args: Any, **kwargs: Any) -> Any:
    with desk.app.db.begin(COMMAND, desk.app.clock.now()) as work:
        return getattr(desk.app.communities, verb)(work, *args, **kwargs)


def text_of(page: str) -> str:
    """What a page says, its tags left out."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def today(desk: Desk) -> date:
    return local_date(desk.app.clock.now(), SHANGHAI)


def form_of(desk: Desk, slug: str = "italy") -> dict[str, str]:
    """The fields as the edit page has them."""
    page = desk.get(f"/communities/{slug}/edit").text
    inputs = re.findall(
        r'<input class="input w-full" id="\w+" name="(\w+)"[^>]*? value="([^"]*)"', page
    )
    chosen = re.findall(r'<select[^>]*name="(\w+)".*?<option value="([^"]*)" selected', page, re.S)
    return {name: unescape(value) for name, value in (*inputs, *chosen)}


def test_the_list_shows_each_community_its_funnel_and_who_is_in_several(wine: Desk) -> None:
    page = text_of(wine.get("/communities", lang="en").text)
    for one in do(wine, "communities"):
        assert one.title("en") in page
        assert one.promise("en") in page
    several = sum(one.people for one in do(wine, "combinations") if len(one.communities) > 1)
    assert "several communities at once" in page if several else "two communities at once" in page
    chinese = wine.get("/communities", lang="zh").text
    assert "谁因什么聚在一起，社群在增长吗？" in chinese
    assert 'lang="zh' in chinese


def test_an_empty_house_teaches_with_one_example_and_one_button(desk: Desk) -> None:
    page = desk.get("/communities").text
    assert "No community yet" in page
    assert page.count('href="/communities/new"') >= 1
    assert desk.browser.get("/communities/nowhere").status_code == 404


def test_yesterdays_joins_are_listed_by_name_without_asking(wine: Desk) -> None:
    slug = "france"
    with wine.app.db.read(COMMAND, wine.app.clock.now()) as work:
        everyone = wine.app.profiles.everyone(work)
        free = list(everyone - wine.app.communities.members(work, slug))[:2]
        names = wine.app.profiles.user_ids(work, free)
        uids = wine.app.profiles.uid(work, free)
    clock: Any = wine.app.clock
    do(wine, "join", slug, [free[0]], "code")
    clock.set(clock.now() + DAY)
    do(wine, "join", slug, [free[1]], "console")
    page = wine.get(f"/communities/{slug}", lang="en").text
    yesterday = page[page.index('id="day"') : page.index('id="growth"')]
    assert names[free[0]] in yesterday
    assert f'href="/people/{uids[free[0]]}"' in yesterday
    assert "a code" in yesterday
    assert names[free[1]] not in yesterday
    page = wine.get(f"/communities/{slug}", lang="en", day=today(wine).isoformat()).text
    assert names[free[1]] in page[page.index('id="day"') : page.index('id="growth"')]


def test_how_active_the_members_are_is_told_of_them_together(wine: Desk) -> None:
    members = do(wine, "members", "france")
    with wine.app.db.read(COMMAND, wine.app.clock.now()) as work:
        told = wine.app.scores.together(work, members)
        traits = [one.traits for one in wine.app.profiles.known(work, list(members)).values()]
    each = [one.get("scores.activity", 0) for one in traits]
    assert told.people == len(members) > 0
    assert told.total == pytest.approx(sum(each), abs=1e-6 * len(each))
    page = text_of(wine.get("/communities/france", lang="en").text)
    assert f"{told.mean:.1f} on average" in page
    assert "did something in the last seven days." in page
    assert "人均" in text_of(wine.get("/communities/france", lang="zh").text)


@pytest.mark.parametrize("query", ["day=2026-02-31", "day=soon", "day=9999-01-01", "days=31"])
def test_a_day_that_is_none_is_refused_kindly(wine: Desk, query: str) -> None:
    assert wine.browser.get(f"/communities/france?{query}").status_code == 400


def test_the_others_are_listed_by_where_they_stand_with_why_they_were_asked(wine: Desk) -> None:
    funnel = do(wine, "funnel", "france")
    page = text_of(wine.get("/communities/france", lang="en").text)
    for count in (funnel.members, funnel.declined, *funnel.held.values()):
        assert f" {count:,} " in page
    assert f"{funnel.held_out} people are left out on purpose" in page
    held = wine.get("/communities/france/invitations", state="held", reason="no_consent", lang="en")
    assert "/why/france-lovers" in held.text
    assert "as soon as she agrees" in held.text
    assert "no_consent" not in text_of(held.text)
    assert wine.browser.get("/communities/france/invitations?state=lost").status_code == 400
    assert wine.browser.get("/communities/france/members?page=-1").status_code == 400
    members = wine.get("/communities/france/members", lang="en").text
    assert members.count('href="/people/') == min(50, funnel.members)


def test_a_change_is_shown_before_it_is_in_force_and_kept_as_a_version(wine: Desk) -> None:
    fields = form_of(wine)
    assert fields["segment"] == "italy-lovers"
    before = do(wine, "source", "italy")
    asked = {**fields, "promise_en": "Two bottles a week.", "segment": "tasters"}
    looked = wine.form("/communities/italy/edit", **asked, do="look")
    assert looked.status_code == 200
    told = text_of(looked.text)
    effect = do(wine, "effect", {**before, "segment": "tasters"})
    assert f"+{effect.enter:,}" in told
    assert f"−{effect.leave:,}" in told
    assert do(wine, "source", "italy") == before
    saved = wine.form("/communities/italy/edit", **asked, do="save")
    assert (saved.status_code, saved.headers["location"]) == (303, "/communities/italy")
    now = do(wine, "source", "italy")
    assert (now["promise"]["en"], now["segment"]) == ("Two bottles a week.", "tasters")
    assert now["invitation"]["template"] == before["invitation"]["template"]
    assert len(do(wine, "revisions", "italy")) == 2
    restored = wine.form("/communities/italy/restore", version="1")
    assert restored.status_code == 303
    assert do(wine, "source", "italy") == before
    with wine.app.db.read(COMMAND, wine.app.clock.now()) as work:
        assert latest(work, 1)[0].verb == "community.defined"
        assert latest(work, 1)[0].actor == "person:this machine"


def test_saving_invites_only_when_asked_and_tells_the_road(wine: Desk) -> None:
    waiting = do(wine, "funnel", "italy").waiting
    asked = {**form_of(wine), "segment": "portugal-lovers"}
    wine.form("/communities/italy/edit", **asked, do="save")
    wine.settle()
    assert do(wine, "funnel", "italy").waiting == waiting
    effect = do(wine, "effect", do(wine, "source", "italy"))
    assert effect.asked == effect.ready - effect.held_out, "not a sample"
    wine.form("/communities/italy/edit", **asked, do="save", invite="on")
    wine.settle()
    assert do(wine, "funnel", "italy").waiting == waiting + effect.offered
    now = local_date(wine.app.clock.now(), SHANGHAI)
    [day] = do(wine, "days", "italy", now, now)
    assert day.invited >= effect.offered > 0


def test_a_fault_is_said_at_its_field_and_nothing_changes(wine: Desk) -> None:
    before = do(wine, "source", "italy")
    for wrong in ({"promise_zh": "", "promise_en": ""}, {"expires": "soon"}, {"holdout": "ten"},
                  {"topic": "wine italy"}, {"template": "nowhere"}):  # fmt: skip
        for verb in ("look", "save"):
            answer = wine.form("/communities/italy/edit", **{**form_of(wine), **wrong}, do=verb)
            assert answer.status_code == 400, wrong
            assert 'role="alert"' in answer.text
            assert answer.text.count("text-error") >= 1, wrong
    assert do(wine, "source", "italy") == before


def test_who_was_overtaken_by_another_editor_is_told(wine: Desk) -> None:
    asked = {**form_of(wine), "version": "1"}
    saved = wine.form("/communities/italy/edit", **{**asked, "promise_en": "First."}, do="save")
    assert saved.status_code == 303
    late = wine.form("/communities/italy/edit", **{**asked, "promise_en": "Second."}, do="save")
    assert late.status_code == 400
    assert "Somebody changed this community meanwhile" in text_of(late.text)
    assert do(wine, "source", "italy")["promise"]["en"] == "First."


def test_a_new_community_can_be_founded_at_the_desk(wine: Desk) -> None:
    fields = {"slug": "bubbles-2", "title_en": "More <b>bubbles</b>", "promise_en": "A glass a day"}
    assert "What would change" in wine.form("/communities/new", **fields, do="look").text
    assert do(wine, "source", "bubbles-2") is None
    assert wine.form("/communities/new", **fields, do="save").status_code == 303
    page = wine.get("/communities/bubbles-2").text
    assert "More &lt;b&gt;bubbles&lt;/b&gt;" in page
    assert "<b>bubbles</b>" not in page
    again = wine.form("/communities/new", **fields, do="save")
    assert again.status_code == 400
    assert (
        wine.form("/communities/new", **{**fields, "slug": "Not so"}, do="look").status_code == 400
    )


def test_pausing_and_resuming_is_one_button(wine: Desk) -> None:
    assert wine.form("/communities/italy/pause", paused="on").status_code == 303
    assert do(wine, "get", "italy").terms.paused
    assert "Invitations are paused." in wine.get("/communities/italy", lang="en").text
    wine.form("/communities/italy/pause", paused="")
    assert not do(wine, "get", "italy").terms.paused
    assert "paused" not in do(wine, "source", "italy")["invitation"]


def test_a_form_from_elsewhere_changes_nothing(wine: Desk) -> None:
    answer = wine.browser.post("/communities/italy/pause", data={"paused": "on"})
    assert answer.status_code == 403
    assert not do(wine, "get", "italy").terms.paused


# Pure


LETTERS = st.characters(codec="utf-8", exclude_categories=["Cc", "Zs", "Zl", "Zp"])
WORDS = st.text(LETTERS, min_size=1, max_size=30)
TEXTS = st.fixed_dictionaries({}, optional={"en": WORDS, "zh": WORDS}).filter(bool)


@given(
    st.fixed_dictionaries(
        {
            "slug": st.just("tea"),
            "title": TEXTS,
            "promise": TEXTS,
            "kind": st.sampled_from(["interest", "tool"]),
            "segment": st.just("fans"),
            "invitation": st.fixed_dictionaries(
                {
                    "channel": st.just("email"),
                    "template": st.just("join-us"),
                    "touch": st.sampled_from(["service", "informational"]),
                    "expires": st.sampled_from(["14d", "12h", "36h", "90m"]),
                    "cool_down": st.sampled_from(["90d", "1d"]),
                },
                optional={"holdout": st.integers(0, 100), "paused": st.just(True)},
            ),
        },
        optional={"topic": st.just("wine/italy"), "present": st.booleans()},
    )
)
def test_a_definition_survives_the_form(definition: dict[str, Any]) -> None:
    again = definition_of(fields_of(definition), definition)
    assert again == definition
    assert parse(again) == parse(definition)


def test_a_definition_in_other_words_means_the_same_after_the_form() -> None:
    definition = {"slug": "tea", "title": "Tea", "promise": "A cup", "segment": None}
    assert parse(definition_of(fields_of(definition), definition)) == parse(definition)


def test_the_picture_shows_every_overlap_where_its_communities_are() -> None:
    titles = {slug: slug.title() for slug in ("tea", "wine", "zen")}
    found = [Combination(("wine",), 50), Combination(("tea", "wine"), 20),
             Combination(("tea", "wine", "zen"), 5), Combination(("zen",), 1)]  # fmt: skip
    picture = lay_out(found, titles)
    assert [(line.title, line.people, line.shared) for line in picture.lines] == [
        ("Wine", 75, 25), ("Tea", 25, 25), ("Zen", 6, 5)
    ]  # fmt: skip
    middle = {line.slug: line.y + LINE // 2 for line in picture.lines}
    first, second = picture.columns
    assert (first.people, set(first.dots)) == (20, {middle["tea"], middle["wine"]})
    assert set(first.blanks) == {middle["zen"]}
    assert (second.first, second.last) == (middle["wine"], middle["zen"])
    assert first.height > second.height > 0
    assert picture.left_out == 0
    assert all(line.y + LINE <= picture.height for line in picture.lines)
    assert all(column.x < picture.width for column in picture.columns)


def test_the_picture_keeps_to_its_room_and_says_what_is_left_out() -> None:
    slugs = [f"c{number:02}" for number in range(20)]
    found = [Combination((one, other), 3) for one, other in pairwise(slugs)]
    picture = lay_out(found, dict.fromkeys(slugs, "Title"))
    assert len(picture.lines) == 14
    assert picture.left_out == len(found) - len(picture.columns) > 0
    assert lay_out([], {}).height == 0
    assert lay_out([Combination(("a",), 3)], {"a": "A"}).columns == ()


def test_days_before_are_one_press_each(wine: Desk) -> None:
    page = wine.get("/communities/france", lang="en").text
    before = today(wine) - timedelta(days=2)
    assert f'href="?day={before.isoformat()}#that-day"' in page
