"""Materials over HTTP: taken in, shown, refused with words, served to who was given the address."""

import io
import re
from typing import Any

from PIL import Image

from coterie.core.actor import COMMAND
from web.console.conftest import Desk


def send(desk: Desk, path: str, content: bytes = b"", name: str = "", **fields: str) -> str:
    """Send a form with a file; return where it leads, or the page that refuses."""
    answer = desk.browser.post(
        path,
        data={"form_token": desk.token(), **fields},
        files={"file": (name, content, "image/png")},
    )
    assert answer.status_code in (303, 400), answer.text[:300]
    return answer.headers["location"] if answer.status_code == 303 else answer.text


def picture(colour: str = "red") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (90, 160), colour).save(out, "PNG")
    return out.getvalue()


def test_a_poster_comes_in_and_goes_out(desk: Desk) -> None:
    assert "The shelf is empty" in desk.get("/materials").text
    poster: dict[str, Any] = {
        "slug": "autumn", "kind": "poster", "title_en": "Autumn", "title_zh": "秋",
        "topics": "wine/italy，pasta", "tags": "night, 秋", "until": "2026-01-31",
    }  # fmt: skip
    assert "no picture" in send(desk, "/materials/new", b"GIF89a.......", "a.png", **poster)
    assert "Choose a file" in send(desk, "/materials/new", **poster)
    assert send(desk, "/materials/new", picture(), "a.png", **poster) == "/materials/autumn"
    assert "of this name" in send(desk, "/materials/new", picture(), "a.png", **poster)
    page = desk.get("/materials/autumn").text
    [address] = re.findall(r'href="(/m/[\w-]{20,})"', page)
    assert "until" in desk.get("/materials").text
    served = desk.browser.get(address, headers={"host": "127.0.0.1"})
    assert served.headers["content-type"] == "image/png"
    assert served.headers["x-content-type-options"] == "nosniff"
    seconds = int(re.findall(r"max-age=(\d+)", served.headers["cache-control"])[0])
    assert 0 < seconds <= 31 * 86_400, "not longer than it may stand there"
    assert desk.browser.get("/m/" + "x" * 22).status_code == 404
    small = desk.browser.get("/materials/autumn/1/small")
    assert small.headers["content-type"] == "image/jpeg"
    listed = desk.get("/api/materials", topic="wine").json()["materials"]
    assert [one["address"] for one in listed] == [address]

    assert send(desk, "/materials/autumn", **{**poster, "until": "2025-12-30"}) == (
        "/materials/autumn"
    )
    assert desk.browser.get(address).status_code == 404
    page = desk.get("/materials/autumn").text
    assert "Its time was over" in page and "leads nowhere" in page
    assert desk.get("/api/materials").json() == {"materials": []}
    assert desk.get("/api/materials/autumn").json()["offered"] is False
    assert "Nothing fits" in desk.get("/materials", show="offered").text
    assert "Autumn" in desk.get("/materials", show="over", tag="秋").text


def test_a_document_is_handed_over_and_never_opened_in_the_page(desk: Desk) -> None:
    folder: dict[str, Any] = {"slug": "glasses", "kind": "file", "title_en": "Glasses"}
    assert "not taken" in send(desk, "/materials/new", b"<html>.....", "x.pdf", **folder)
    send(desk, "/materials/new", b"%PDF-1.7 ....", "杯型.pdf", **folder)
    with desk.app.db.begin(COMMAND, desk.app.clock.now()) as work:
        version = desk.app.materials.pin(work, "glasses")
    served = desk.browser.get(f"/m/{version.address}")
    assert served.headers["content-type"] == "application/pdf"
    assert "filename*=utf-8''%E6%9D%AF" in served.headers["content-disposition"]
    assert desk.form("/materials/glasses/retire").status_code == 303
    assert "Offer it again" in desk.get("/materials/glasses").text
    assert desk.form("/materials/glasses/retire").status_code == 303
    assert desk.get("/materials", show="offered").text.count("Glasses") == 1


def test_a_form_of_another_site_is_refused(desk: Desk) -> None:
    answer = desk.browser.post("/materials/new", data={"slug": "a"}, files={"file": ("a", b"x")})
    assert answer.status_code == 403
