"""Customer groups at the desk: fill, members, what is posted; a rhythm is copied and given."""

import msgspec

from coterie.communities.groups.rhythm.playbook import DOCUMENT
from coterie.core.actor import CLOCK
from coterie.core.clock import HOUR, format_time
from coterie.web.console.groups.form import document_of, fields_of
from web.console.conftest import Desk
from web.console.words import text_of


def join(desk: Desk, *people: str, chat: str = "wr1", name: str = "Shoes") -> None:
    app = desk.app
    now = app.clock.now()
    said = [
        {"type": "track", "event": "Group Joined", "userId": one, "messageId": f"{chat}-{one}",
         "timestamp": format_time(now - HOUR),
         "properties": {"group_id": chat, "name": name, "scene": "scanned"}}
        for one in people
    ]  # fmt: skip
    app.door.accept("test", msgspec.json.encode({"batch": said}), "batch", now)
    desk.settle()


def test_what_is_laid_out_reads_back_the_same() -> None:
    document = {**DOCUMENT, "slug": "ours", "skip": ["2026-10-01"]}
    assert document_of(fields_of(document), "ours") == document


def test_a_group_is_seen_set_up_given_a_rhythm_and_paused(desk: Desk) -> None:
    assert "No group yet" in text_of(desk.get("/groups", lang="en"))
    join(desk, "ada", "eva")
    page = text_of(desk.get("/groups", lang="en"))
    assert "Shoes" in page
    assert "2 / 500" in " ".join(page.split())
    assert "no rhythm" in page
    fields = fields_of(DOCUMENT) | {"slug": "ours", "title.en": "Ours", "jitter": "0"}
    wrong = desk.form("/groups/rhythms/new", **{**fields, "play0.when": "FREQ=HOURLY"})
    assert wrong.status_code == 400
    assert "plays[0].every" in wrong.text
    assert desk.form("/groups/rhythms/new", **fields).status_code == 303
    assert "monthly: Thu number 1" in text_of(desk.get("/groups/rhythms/ours", lang="en"))
    changed = {"name": "Shoes", "kind": "store", "cap": "300", "qr_limit": "150", "rhythm": "ours"}
    refused = desk.form("/groups/group-1/edit", **{**changed, "qr_limit": "400"})
    assert refused.status_code == 400
    assert desk.form("/groups/group-1/edit", **changed).status_code == 303
    page = text_of(desk.get("/groups/group-1", lang="en"))
    assert "Welcome packet" in page
    assert "up to 150 by scanning" in page
    assert "ada" in page
    page = text_of(desk.get("/groups/group-1", lang="en", day="2025-12-31"))
    assert "0 customers were in it when that day ended" in page
    assert "ada" not in page
    assert "2 customers were" in text_of(desk.get("/groups/group-1", lang="en", day="2026-01-01"))
    assert desk.browser.get("/groups/group-1?day=never").status_code == 400
    assert desk.form("/groups/group-1/pause").status_code == 303
    assert "Paused since" in text_of(desk.get("/groups/group-1", lang="en"))
    assert "已暂停" in text_of(desk.get("/groups", lang="zh"))
    assert desk.form("/groups/group-1/resume").status_code == 303
    assert desk.form("/groups/adopt").status_code == 303
    app = desk.app
    app.clock.set(app.clock.now() + 11 * HOUR)  # type: ignore[attr-defined]
    desk.settle()
    page = text_of(desk.get("/groups/group-1", lang="en"))
    assert "left out" in page
    assert "the group is gone" in page  # WeCom knows no such group
    with app.db.read(CLOCK, app.clock.now()) as work:
        assert app.growing.groups.get(work, "group-1").cap == 300
