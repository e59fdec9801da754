"""The review of a campaign over HTTP: the page, the workbook and the sheet of paper."""

import io
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from openpyxl import load_workbook

from analytics.review.autumn import SLUG, play
from conftest import NOW
from coterie.core.actor import COMMAND
from coterie.core.numbers import SCALE
from coterie.storage import audit
from coterie.testing.clock import FakeClock
from web.console.conftest import Desk, open_desk

REVIEW = f"/campaigns/{SLUG}/review"


@pytest.fixture(scope="module")
def autumn(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk in a house where a campaign of 350 people is over."""
    folder = Path(shutil.copytree(founded, tmp_path_factory.mktemp("autumn") / "house"))
    for made in open_desk(folder, FakeClock(NOW)):
        play(made.app, 350)
        yield made


def figures(desk: Desk) -> dict[str, Any]:
    with desk.app.db.read(COMMAND, desk.app.clock.now()) as work:
        return desk.app.growing.reviews.review(work, SLUG).told()


def test_the_page_says_what_came_of_it_how_it_is_counted_and_how_sure_it_is(autumn: Desk) -> None:
    told = figures(autumn)
    for language, words in (
        ("en", ("people joined", "Evidence: grade A", "How counted", "did at least one thing")),
        ("zh", ("人入群", "证据等级：A", "统计口径", "至少主动做过一件事")),
    ):
        page = re.sub(r"\s+", " ", autumn.get(REVIEW, lang=language).text)
        for word in (*words, "West Street", f"{told['total']['joined']:,}"):
            assert word in page, (language, word)
    assert "Naive: members against others, as they are" in autumn.get(REVIEW, lang="en").text


def test_the_workbook_has_the_same_figures_as_numbers(autumn: Desk) -> None:
    told = figures(autumn)
    answer = autumn.get(f"{REVIEW}.xlsx", lang="en")
    book = load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames[0] == "Figures" and book.sheetnames[-1] == "How counted"
    days = list(book["By day"].iter_rows(min_row=2, max_row=18, values_only=True))
    assert sum(row[1] for row in days) == told["total"]["joined"]
    assert round(sum(row[8] for row in days) * SCALE) == told["total"]["revenue"]
    funnel = list(book["Funnel"].iter_rows(min_row=2, max_row=6, values_only=True))
    assert [row[1] for row in funnel] == [step["people"] for step in told["funnel"]]
    with autumn.app.db.read(COMMAND, autumn.app.clock.now()) as work:
        newest = audit.page(work, audit.Sought(verb="export"), 1)
    assert [one.object for one in newest] == ["campaign:review"]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("Ten years of shoes", "people joined", "Incremental result", "How counted")),
        ("zh", ("十周年庆", "人入群", "增量效果", "统计口径")),
    ],
)
def test_the_paper_is_one_page_whose_text_can_be_taken_out(
    autumn: Desk, language: str, words: tuple[str, ...]
) -> None:
    answer = autumn.get(f"{REVIEW}.pdf", lang=language)
    assert answer.headers["content-type"] == "application/pdf"
    paper = pypdfium2.PdfDocument(answer.content)
    assert len(paper) == 1
    page = paper[0].get_textpage()
    text = page.get_text_range()
    for word in (*words, f"{figures(autumn)['total']['joined']:,}"):
        assert word in text, word
    boxes = [page.get_rect(at) for at in range(page.count_rects())]
    assert min(low for _, low, _, _ in boxes) > 15, "nothing is written off the paper"
    assert max(right for _, _, right, _ in boxes) < 585
    assert autumn.get(f"{REVIEW}.pdf", lang=language).content == answer.content
    paper.close()


def test_a_campaign_nobody_knows_has_no_review(autumn: Desk) -> None:
    assert autumn.browser.get("/campaigns/nothing/review").status_code == 404
