"""Results over HTTP: what is shown, what is drawn, what is handed out."""

import csv
import io
import re
from zoneinfo import ZoneInfo

import pytest

from coterie.analytics.lift import judge
from coterie.analytics.model import Arm
from coterie.core.actor import COMMAND
from coterie.web.console.results import picture, saying
from coterie.web.console.results.gather import results
from coterie.web.speech import Speech
from web.console.conftest import Desk


def arm(did: int, people: int) -> Arm:
    return Arm(people, did, 0, (did, 0))


def test_every_journey_and_community_has_its_row(wine: Desk) -> None:
    page = wine.get("/results", lang="en").text
    with wine.app.db.read(COMMAND, wine.app.clock.now()) as work:
        rows = results(wine.app, work)
    assert {row.asker.origin for row in rows} >= {"journey:win-back", "community:france"}
    for row in rows:
        assert f'href="/results/{row.asker.kind}/{row.asker.slug}"' in page
    assert "Cannot tell yet" in page
    assert "Nothing shows an effect beyond chance yet." in page


def test_the_file_says_the_same_numbers(wine: Desk) -> None:
    answer = wine.get("/results.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    lines = {
        row["origin"]: row for row in csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff")))
    }
    with wine.app.db.read(COMMAND, wine.app.clock.now()) as work:
        rows = results(wine.app, work)
    assert len(lines) == len(rows)
    for row in rows:
        line = lines[row.asker.origin]
        assert int(line["treated_people"]) == row.lift.treated.people
        assert int(line["held_out_did"]) == row.lift.held_out.did
        assert line["verdict"] == row.lift.verdict
        assert line["grade"] == "randomised holdout"


def test_one_result_shows_its_two_groups_day_by_day(wine: Desk) -> None:
    page = wine.get("/results/journey/win-back", lang="en").text
    days = page[page.index('id="by-day"') :]
    assert days.count("<polyline") == 2
    assert days.count("<polygon") == 2
    assert "asymptotic confidence sequence" in page
    for heading in ("How far they came", "What must not get worse", "read three ways"):
        assert heading in page
    week = wine.get("/results/journey/win-back", lang="en", days=7, event="Wine Rated").text
    assert "7 days" in week
    assert page != week


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/results?days=15", 400),
        ("/results?event=coterie.tagged", 400),
        ("/results?event=" + "x" * 300, 400),
        ("/results/journey/nowhere", 404),
        ("/results/dragon/win-back", 404),
    ],
)
def test_what_is_no_question_is_said_so(wine: Desk, path: str, status: int) -> None:
    assert wine.browser.get(path).status_code == status


def test_the_result_comes_to_the_journeys_own_page(wine: Desk) -> None:
    panel = wine.get("/results/journey/win-back/panel", lang="en").text
    assert "<html" not in panel
    assert 'href="/results/journey/win-back"' in panel
    assert "Cannot tell yet" in panel
    assert 'hx-get="/results/journey/win-back/panel"' in wine.get("/journeys/win-back").text


def test_an_audience_is_told_what_it_cannot_show(wine: Desk) -> None:
    page = wine.get("/results/size", lang="en", people=149_400, holdout=5).text
    assert "cannot show a rise under 14%" in page
    assert "about 286,000; 149,000 if you look only once" in page
    small = wine.get("/results/size", lang="en", segment="regulars").text
    assert "Count outcomes" in small
    assert "Alternate days" in small
    told = wine.get("/results/size/panel", lang="en", segment="no-such-segment").text
    assert "depends on how many enter" in told
    sleeping = wine.get("/results/size/panel", lang="en", segment="sleeping").text
    assert "cannot show a rise under" in sleeping or "no rise can be shown" in sleeping
    draft = wine.get("/journeys/win-back/edit").text
    assert 'hx-get="/results/size/panel?segment=' in draft
    assert "no rise can be shown at all" in wine.get("/results/size", lang="en", people=5).text


@pytest.mark.parametrize("query", ["people=-1", "base=60", "holdout=95", "lift=0", "lift=950"])
def test_what_cannot_be_reckoned_is_said_so(desk: Desk, query: str) -> None:
    assert desk.browser.get(f"/results/size?{query}").status_code == 400


def test_days_are_drawn_by_name_and_compared_once_they_are_over(desk: Desk) -> None:
    page = desk.get("/results/days", lang="en", name="poster", weeks=4).text
    assert page.count("<strong>on</strong>") == page.count("<strong>off</strong>") == 14
    assert "0 pairs of days are over; 7 are needed" in page
    again = desk.get("/results/days", lang="en", name="poster", weeks=4).text
    other = desk.get("/results/days", lang="en", name="window", weeks=4).text
    drawn = [re.findall(r"<strong>(on|off)</strong>", text) for text in (page, again, other)]
    assert drawn[0] == drawn[1] != drawn[2]
    past = desk.get("/results/days", lang="en", name="poster", since="2020-01-01", weeks=2).text
    assert "people a day (0 to 0)" in past, "nothing happened on any of seven pairs"


@pytest.mark.parametrize("query", ["weeks=3", "since=soon", "name=A%20b", "event=coterie.tagged"])
def test_what_is_no_span_of_days_is_said_so(desk: Desk, query: str) -> None:
    assert desk.browser.get(f"/results/days?name=poster&{query}").status_code == 400


def test_a_draw_that_several_share_has_its_own_page(wine: Desk) -> None:
    assert wine.browser.get("/results/universal/everything").status_code == 404
    assert wine.browser.get("/results/programme/none").status_code == 404


def test_nothing_sent_yet_teaches(desk: Desk) -> None:
    assert "Nothing has been sent yet" in desk.get("/results", lang="en").text


def test_the_results_need_no_script_and_no_inline_style(wine: Desk) -> None:
    for path in ("/", "/results", "/results/community/france", "/results/size?people=9000"):
        page = wine.get(path).text
        assert " style=" not in page
        assert not re.search(r"<script(?![^>]*(src=|application/json))", page)


def test_an_interval_is_laid_on_one_scale_and_cut_where_it_sticks_out() -> None:
    narrow = judge("a", arm(120, 1_000), arm(12, 100))
    wide = judge("b", arm(5, 10), arm(1, 10))
    half = picture.scale([narrow, wide])
    assert half == 0.2, "too few people have no say in the scale"
    drawn = picture.bar(narrow, half)
    assert drawn is not None
    assert drawn.left < drawn.zero == drawn.middle == picture.WIDTH / 2 < drawn.right
    assert not drawn.cut_left
    cut = picture.bar(wide, half)
    assert cut is not None
    assert cut.cut_right
    assert cut.right == picture.WIDTH
    assert picture.bar(judge("c", arm(0, 0), arm(0, 0)), half) is None
    assert picture.scale([]) == 0.02


def test_the_curves_end_at_the_rates() -> None:
    curves, top = picture.curves([arm(20, 100), arm(10, 100), arm(0, 0)], 2)
    assert [curve.share for curve in curves] == [0.2, 0.1]
    assert 0.2 < top < 0.4
    assert curves[0].line.startswith("0.0,220.0 ")


def test_verdicts_are_said_with_their_reason() -> None:
    speech = Speech("en", ZoneInfo("UTC"), 0)
    unsure = judge("a", arm(301, 3_157), arm(37, 350))
    assert saying.verdict(speech, unsure) == "Cannot tell yet"
    assert "about 40,000 people" in saying.reason(speech, unsure, 14)
    assert saying.interval(speech, unsure) == "−6.4 to +4.3 points"
    few = judge("a", arm(3, 30), arm(1, 7))
    assert saying.reason(speech, few, 14).startswith("Only 7 people in the smaller group")
    assert "14 days" in saying.reason(speech, judge("a", arm(0, 0), arm(0, 0)), 14)
    works = judge("a", arm(400, 1_000), arm(20, 100))
    assert saying.verdict(speech, works) == "Works"
    assert saying.points(speech, works.difference or 0) == "+20"
    none = judge("a", arm(3, 30), arm(0, 0), share=0.0)
    assert saying.reason(speech, none, 14).startswith("Nobody is left out")
    blocked = judge("a", arm(500, 5_000), arm(540, 5_400), share=0.5)
    assert (saying.verdict(speech, blocked), saying.interval(speech, blocked)) == ("Blocked", "")
    assert "p = 8.8e-05" in saying.reason(speech, blocked, 14)
