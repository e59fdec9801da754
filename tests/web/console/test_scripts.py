"""Scripts over HTTP: the linter as one writes, what holds a version back, what changed."""

from typing import Any

from web.console.conftest import Desk

HELLO: dict[str, Any] = {
    "slug": "hello", "stage": "hello", "carrier": "chat", "title_en": "Hello",
    "text_zh": "{name}，您好！我是{guide}。",
}  # fmt: skip


def test_a_script_is_written_published_and_changed(desk: Desk) -> None:
    assert "No script yet" in desk.get("/scripts").text
    assert desk.form("/scripts/save", is_new="1", **HELLO).headers["location"] == "/scripts/hello"
    assert "of this name" in desk.form("/scripts/save", is_new="1", **HELLO).text
    page = desk.get("/scripts/hello").text
    assert "Version 1 waits to be published" in page and "Nothing holds it back" in page
    assert desk.get("/api/scripts").json() == {"scripts": []}
    assert desk.form("/scripts/hello/publish", number="1").status_code == 303
    assert desk.get("/api/scripts").json()["scripts"][0]["version"] == 1

    worse = {**HELLO, "text_zh": "{name}，您好！全国第一的酒。", "text_en": "<b>Hi</b>"}
    desk.form("/scripts/save", **worse)
    page = desk.get("/scripts/hello").text
    assert "全国第一</mark>" in page and "&lt;b&gt;Hi" in page and "<b>Hi" not in page
    refused = desk.form("/scripts/hello/publish", number="2", because="")
    assert refused.status_code == 400 and "what may not be said" in refused.text
    because = "First by the trade fair's jury of 2025"
    assert desk.form("/scripts/hello/publish", number="2", because=because).status_code == 303
    assert "jury of 2025" in desk.get("/scripts/hello").text
    changes = desk.get("/scripts/hello/versions/2").text
    assert "全国第一的酒" in changes and "<del" in changes and "<ins" in changes
    assert "The first words" in desk.get("/scripts/hello/versions/1").text
    assert desk.browser.get("/scripts/hello/versions/9").status_code == 404
    assert desk.form("/scripts/hello/retire").status_code == 303
    assert desk.get("/api/scripts").json() == {"scripts": []}
    assert "taken from the guides" in desk.get("/scripts").text
    assert "published a script" in desk.get("/audit").text


def test_the_linter_answers_as_one_writes(desk: Desk) -> None:
    found = desk.form("/scripts/lint", text_zh="顶级的酒", text_en="Fine wine", carrier="chat").text
    assert "Advertising law, article 9" in found
    assert "Nothing of our lists was found. That is no legal advice." in found
    spread = "转发朋友圈领优惠券"
    assert "It is held back" in desk.form("/scripts/lint", text_zh=spread, carrier="h5").text
    assert "Look again" in desk.form("/scripts/lint", text_zh=spread, carrier="poster").text
    assert "no legal advice" in desk.form("/scripts/lint", text_zh=spread, carrier="store").text
    assert "Write something" in desk.form("/scripts/lint").text
    refused = desk.form("/scripts/save", is_new="1", **{**HELLO, "text_zh": "{nobody}"})
    assert refused.status_code == 400 and "a slot that does not exist" in refused.text
    assert "chinese" not in refused.text.lower() or "{nobody}" in refused.text
