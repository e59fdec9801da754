"""The import wizard over HTTP: from a chosen file to the last corrected row."""

import csv
import io
import re
from dataclasses import dataclass
from typing import Any

import pytest
from httpx2 import Response

from coterie.core.actor import COMMAND
from coterie.roads.imports.model import Import
from web.console.conftest import Desk

CSV = """order,uid,date,sku,sum
o1,u1,2025/12/01,w1,12.5
o2,u2,2025/12/02,w2,8
o3,u1,soon,w1,3
o4,,2025/12/04,w2,x
"""


@dataclass
class Wizard:
    """An operator who takes a file in, step by step."""

    desk: Desk

    def upload(self, content: bytes | str = CSV, name: str = "orders.csv", **fields: str) -> str:
        """Upload a file; return the address of its columns."""
        answer = self.send("/imports", content, name, **fields)
        assert answer.status_code == 303, answer.text[:2000]
        return answer.headers["location"]

    def send(self, path: str, content: bytes | str, name: str, **fields: str) -> Response:
        raw = content.encode() if isinstance(content, str) else content
        data = {"form_token": self.desk.token(), **fields}
        return self.desk.browser.post(path, data=data, files={"file": (name, raw, "text/csv")})

    def plan(self, page: str, **changes: str) -> dict[str, str]:
        """Read what a page of columns would send, with some choices changed."""
        fields = dict(
            re.findall(
                r'<input[^>]*name="((?:name|kind|event)[^"]*)" (?:type="text" )?value="([^"]*)"',
                page,
            )
        )
        for select in re.findall(r'<select[^>]*name="([^"]+)".*?</select>', page, re.DOTALL):
            whole = re.search(rf'<select[^>]*name="{select}".*?</select>', page, re.DOTALL)
            assert whole is not None
            chosen = re.search(r'<option value="([^"]*)" selected', whole.group())
            fields[select] = chosen.group(1) if chosen else ""
        return {**fields, **changes}

    def tried(self, **changes: str) -> str:
        """Upload the orders and try them; return the import's address."""
        columns = self.upload()
        answer = self.desk.form(columns, **self.plan(self.desk.get(columns).text, **changes))
        assert answer.status_code == 303, answer.text[:3000]
        self.carry()
        return answer.headers["location"]

    def carry(self) -> None:
        """Let the road go on until no import waits."""
        app = self.desk.app
        while app.imports.advance(app.clock.now()):
            pass

    def get(self, address: str) -> Import:
        app = self.desk.app
        with app.db.read(COMMAND, app.clock.now()) as work:
            return app.imports.get(work, address.split("/")[2])


@pytest.fixture
def wizard(desk: Desk) -> Wizard:
    return Wizard(desk)


def test_an_empty_list_teaches_and_takes_a_file(desk: Desk) -> None:
    page = desk.get("/imports", lang="en").text
    assert "Bring your customers and their history along" in page
    assert 'name="file"' in page
    rows = list(csv.reader(io.StringIO(desk.get("/imports/sample.csv", lang="zh").text)))
    assert rows[0][0].lstrip("\ufeff") == "订单号"


def test_the_sample_file_comes_in_without_a_word(wizard: Wizard) -> None:
    for language in ("zh", "en"):
        sample = wizard.desk.get("/imports/sample.csv", lang=language).content
        columns = wizard.upload(sample, "sample.csv")
        answer = wizard.desk.form(columns, **wizard.plan(wizard.desk.get(columns).text))
        wizard.carry()
        one = wizard.get(answer.headers["location"])
        assert (one.state, one.checked and one.checked.good) == ("checked", 3)


def test_columns_are_shown_with_values_guesses_and_what_rows_become(wizard: Wizard) -> None:
    page = wizard.desk.get(wizard.upload(), lang="en").text
    assert "2025/12/01" in page
    assert "placed an order" in page
    assert "Row 3 would stay out:" in page
    assert re.search(r'name="form-2".*?value="%Y/%m/%d" selected', page, re.DOTALL)


def test_the_preview_follows_what_is_chosen(wizard: Wizard) -> None:
    columns = wizard.upload()
    fields = wizard.plan(wizard.desk.get(columns).text, event="Visited", **{"role-4": "ignore"})
    preview = columns.replace("columns", "preview") + "?lang=en"
    said = wizard.desk.form(preview, **fields).text
    assert "Visited" in said and "amount" not in said
    said = wizard.desk.form(preview, **{**fields, "role-1": "ignore"}).text
    assert "Say which column tells whose row it is." in said
    assert "<html" not in said


def test_another_kind_of_rows_is_suggested_anew(wizard: Wizard) -> None:
    columns = wizard.upload()
    page = wizard.desk.get(columns, kind="items", lang="en").text
    assert re.search(r'name="role-3".*?value="key" selected', page, re.DOTALL)
    assert wizard.desk.get(columns, kind="nonsense").status_code == 200


def test_a_plan_that_is_none_says_at_which_column(wizard: Wizard) -> None:
    columns = wizard.upload()
    fields = wizard.plan(wizard.desk.get(columns).text, **{"role-0": "user_id"})
    answer = wizard.desk.form(columns + "?lang=en", **fields)
    assert answer.status_code == 400
    assert "Another column says this already" in answer.text
    assert wizard.get(columns).state == "uploaded"


def test_a_trial_says_what_is_good_and_what_is_wrong_where(wizard: Wizard) -> None:
    one = wizard.tried()
    page = wizard.desk.get(one, lang="en").text
    assert "Let 2 rows in" in page
    assert "“soon” is not a time written this way" in page
    assert "nobody is named" in page
    assert re.search(r'id="cell-3-2" name="cell-3-2" value="soon"', page)
    assert page.count('aria-invalid="true"') == 3, "row 4 has two faults"
    assert "soon" not in wizard.desk.get(one, why="no_ids", column="uid").text.split('id="rows"')[1]


def test_corrections_made_on_the_page_go_in_with_the_others(wizard: Wizard) -> None:
    one = wizard.tried()
    answer = wizard.desk.form(one + "/start", **{"cell-3-2": "2025/12/03", "cell-4-1": "u3"})
    assert answer.status_code == 303
    wizard.carry()
    done = wizard.get(one)
    assert (done.state, done.accepted, done.rejected) == ("done", 3, 1)
    assert "“x” is not a number" in wizard.desk.get(one, lang="en").text
    answer = wizard.desk.form(one + "/start", **{"cell-4-4": "still x"})
    assert wizard.get(one).state == "done", "nothing to send"
    wizard.desk.form(one + "/start", **{"cell-4-4": "4"})
    wizard.carry()
    assert wizard.get(one).accepted == 4
    assert "Everything is in" in wizard.desk.get(one, lang="en").text


def test_one_row_is_judged_while_it_is_corrected(wizard: Wizard) -> None:
    one = wizard.tried()
    said = wizard.desk.form(
        one + "/rows/3?lang=en", **{"cell-3-2": "2025/12/03", "open-3": "2", "cell-4-1": "u9"}
    ).text
    assert "correct now, goes in next" in said
    assert "Let 3 rows in" in said
    assert 'id="cell-3-2"' in said.split("<details>")[0], "it stays where it was"
    assert wizard.get(one).mended == 1, "the other rows are not touched"
    said = wizard.desk.form(one + "/rows/3?lang=en", **{"cell-3-2": "later", "open-3": "2"}).text
    assert "“later” is not a time" in said


def test_corrections_can_be_kept_and_sent_later(wizard: Wizard) -> None:
    one = wizard.tried()
    assert wizard.desk.form(one + "/rows", **{"cell-3-2": "2025/12/03"}).status_code == 303
    assert (wizard.get(one).state, wizard.get(one).mended) == ("checked", 1)


def test_the_rejected_rows_come_as_a_file_and_go_back_mended(wizard: Wizard) -> None:
    one = wizard.tried()
    wizard.desk.form(one + "/start")
    wizard.carry()
    text = wizard.desk.get(one + "/rows.csv", lang="en").text
    rows = list(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))))
    assert [row["coterie_row"] for row in rows] == ["3", "4"]
    assert rows[1]["coterie_reasons"] == "“x” is not a number written this way; nobody is named"
    mended = text.replace("soon", "2025/12/03")
    answer = wizard.send(one + "/mended", mended, "rows.csv")
    assert answer.status_code == 303
    assert wizard.get(one).mended == 1
    wizard.send(one + "/mended", "a,b\n1,2\n", "rows.csv")
    assert "A column is missing" in wizard.desk.get(one, lang="en").text


def test_stopping_and_throwing_away(wizard: Wizard) -> None:
    one = wizard.tried()
    wizard.desk.form(one + "/start")
    assert wizard.desk.form(one + "/cancel").headers["location"] == one
    page = wizard.desk.get(one, lang="en").text
    assert "This import was stopped." in page
    assert "Go on where it stopped" in page
    other = wizard.tried()
    assert wizard.desk.form(other + "/cancel").headers["location"] == "/imports"
    assert "thrown" not in wizard.desk.get(other).text


def test_a_running_import_shows_how_far_it_is(wizard: Wizard) -> None:
    one = wizard.tried()
    wizard.desk.form(one + "/start")
    page = wizard.desk.get(one, lang="en").text
    assert f'hx-sse:connect="{one}/live"' in page
    assert "0 of 4 rows" in page


def test_the_map_can_be_taken_to_the_command_line(wizard: Wizard) -> None:
    one = wizard.tried()
    assert wizard.desk.get(one + "/map.yaml").text.startswith("kind: events\n")


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        ("", "a.csv", "The file is empty"),
        ("a,b\n", "a.csv", "no rows"),
        ("x", "a.pdf", "neither a CSV file nor"),
        ("x", "a.xlsx", "The workbook cannot be read"),
    ],
)
def test_a_file_that_cannot_come_in_is_refused_with_the_reason(
    wizard: Wizard, content: str, name: str, said: str
) -> None:
    answer = wizard.send("/imports?lang=en", content, name)
    assert answer.status_code == 400
    assert said in answer.text


def test_no_file_and_a_wrong_encoding_are_told(wizard: Wizard) -> None:
    answer = wizard.send("/imports?lang=en", "", "")
    assert (answer.status_code, "Choose a file first." in answer.text) == (400, True)
    answer = wizard.send("/imports?lang=en", "a\né\n".encode("cp1252"), "a.csv", encoding="utf-8")
    assert "not written in this encoding" in answer.text


def strange(**headers: str) -> dict[str, Any]:
    return {"files": {"file": ("a.csv", CSV.encode(), "text/csv")}, "headers": headers}


def test_an_upload_that_another_site_sends_is_refused(wizard: Wizard) -> None:
    token = wizard.desk.token()
    browser = wizard.desk.browser
    assert browser.post("/imports", data={"form_token": "x"}, **strange()).status_code == 403
    there = strange(origin="https://evil.example")
    assert browser.post("/imports", data={"form_token": token}, **there).status_code == 403
    assert browser.post("/imports", data={"form_token": token}).status_code == 400


def test_a_file_beyond_the_bound_is_cut_off(wizard: Wizard) -> None:
    wizard.desk.app.imports.most_bytes = 10
    answer = wizard.send("/imports", "x" * 200_000, "a.csv")
    assert answer.status_code == 413
    answer = wizard.send("/imports?lang=en", CSV, "a.csv")
    assert "The file is too large." in answer.text


def test_the_list_shows_each_import(wizard: Wizard) -> None:
    one = wizard.tried()
    page = wizard.desk.get("/imports", lang="en").text
    assert f'href="{one}"' in page
    assert "orders.csv" in page
    assert wizard.desk.browser.get("/imports/none").status_code == 404
