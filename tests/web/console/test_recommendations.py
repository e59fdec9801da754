"""Recommendations at the desk: what they rest on, how good, what may be suggested, what next."""

import json

from coterie.core.actor import CLOCK
from coterie.profiles.model import USER
from web.console.conftest import Desk
from web.console.words import text_of


def somebody(wine: Desk) -> tuple[str, str]:
    """Return the outside id and the user id of somebody with enough ratings."""
    app = wine.app
    with app.db.read(CLOCK, app.clock.now()) as work:
        names = app.profiles.user_ids(work, app.profiles.everyone(work))
        profile, user_id = max(names.items())
        assert app.profiles.find(work, USER, user_id) == profile
        return app.profiles.uid(work, [profile])[profile], user_id


def test_an_empty_house_says_how_it_learns(desk: Desk) -> None:
    page = text_of(desk.get("/recommendations", lang="en"))
    assert "Nothing is learnt yet" in page
    assert "{{ recommend[0].title }}" in page
    answer = text_of(desk.get("/recommendations/quality", lang="en"))
    assert "Too few people" in answer


def test_it_learns_says_how_good_and_what_next_for_her_and_why(wine: Desk) -> None:
    uid, user_id = somebody(wine)
    assert wine.form("/recommendations/learn").headers["location"].startswith("/recommendations")
    page = text_of(wine.get("/recommendations", lang="en"))
    assert "who touched an item" in page
    answer = text_of(wine.get("/recommendations/quality", lang="zh"))
    assert "本店的推荐" in answer
    page = text_of(wine.get(f"/people/{uid}/next", lang="en"))
    assert "because: rated a wine" in page
    assert "See what is suggested to her" in text_of(wine.get(f"/people/{uid}", lang="en"))
    told = json.loads(wine.get(f"/api/people/{user_id}/recommendations", limit=3).text)
    assert len(told["items"]) == 3
    assert {each["event"] for one in told["items"] for each in one["because"]} == {"Wine Rated"}
    assert wine.browser.get(f"/api/people/{user_id}/recommendations?limit=0").status_code == 400


def test_what_may_be_suggested_is_chosen_and_learnt_at_once(wine: Desk) -> None:
    fields = {"kind.wine": "on", "topics": "wine/italy", "again_days": "30", "rest_days": "7"}
    assert wine.form("/recommendations", **fields).status_code == 303
    app = wine.app
    with app.db.read(CLOCK, app.clock.now()) as work:
        choices = app.scores.recommending.choices(work)
        assert (choices.kinds, choices.topics, choices.rest_days) == (("wine",), ("wine/italy",), 7)
        someone = next(iter(app.profiles.everyone(work)))
        found = app.scores.recommending.suggest(work, [someone])[someone]
        italian = app.catalog.items_of(work, "wine/italy")
        assert {one.item.key for one in found} <= italian
    for change in ({"topics": "no/such/topic"}, {"rest_days": "soon"}, {"again_days": "99999"}):
        answer = wine.form("/recommendations", **{**fields, **change})
        assert answer.status_code == 400
