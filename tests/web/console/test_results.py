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
    assert page.count("<polyline") == 2
    assert page.count("<polygon") == 2
    assert "Newcombe" in page
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


def test_nothing_sent_yet_teaches(desk: Desk) -> None:
    assert "Nothing has been sent yet" in desk.get("/results", lang="en").text


def test_the_results_need_no_script_and_no_inline_style(wine: Desk) -> None:
    for path in ("/", "/results", "/results/community/france"):
        page = wine.get(path).text
        assert " style=" not in page
        assert not re.search(r"<script(?![^>]*(src=|application/json))", page)


def test_an_interval_is_laid_on_one_scale_and_cut_where_it_sticks_out() -> None:
    narrow = judge("a", arm(120, 1_000), arm(12, 100))
    wide = judge("b", arm(5, 10), arm(1, 10))
    half = picture.scale([narrow, wide])
    assert half == 0.1, "too few people have no say in the scale"
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
    assert "about 23,000 people" in saying.reason(speech, unsure, 14)
    assert saying.interval(speech, unsure) == "−4.8 to +2 points"
    few = judge("a", arm(3, 30), arm(1, 7))
    assert saying.reason(speech, few, 14).startswith("Only 7 people in the smaller group")
    assert "14 days" in saying.reason(speech, judge("a", arm(0, 0), arm(0, 0)), 14)
    works = judge("a", arm(300, 1_000), arm(20, 100))
    assert saying.verdict(speech, works) == "Works"
    assert saying.points(speech, works.difference or 0) == "+10"
