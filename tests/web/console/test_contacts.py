"""In step with WeCom: a reconcile at the desk, and what WeCom's tags mean here."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from conftest import NOW
from coterie.app import open_app
from coterie.core.actor import COMMAND
from coterie.settings import Settings
from coterie.testing.clock import FakeClock
from coterie.testing.wecom import Wecom
from coterie.web.server import create_app
from web.conftest import BROWSER
from web.console.conftest import Desk


@pytest.fixture
def joined(founded: Path, tmp_path: Path, wecom: Wecom) -> Iterator[Desk]:
    """A desk of a house that is joined to a simulated WeCom."""
    folder = Path(shutil.copytree(founded, tmp_path / "house"))
    settings = Settings(
        data=folder, wecom_base_url=wecom.base_url, wecom_corp_id=wecom.corp_id,
        wecom_secret=wecom.secret,
    )  # fmt: skip
    app = open_app(settings, clock=FakeClock(NOW))
    browser = TestClient(
        create_app(app), base_url="http://127.0.0.1:8000", client=("127.0.0.1", 50_000),
        follow_redirects=False, headers={"user-agent": BROWSER},
    )  # fmt: skip
    yield Desk(app, browser)
    app.close()


def test_a_house_without_wecom_is_told_how_to_get_one(desk: Desk) -> None:
    assert "nothing to be in step with" in desk.get("/wecom/sync").text
    assert "no tags that we know" in desk.get("/wecom/tags").text
    assert desk.form("/wecom/sync/start").status_code == 404


def test_a_reconcile_is_begun_watched_and_told(joined: Desk, wecom: Wecom) -> None:
    wecom.add_member("anna", "Anna")
    wecom.add_member("bert", "Bert")
    assert joined.form("/wecom/sync/start").headers["location"].startswith("/wecom/sync")
    assert "Looking at all of WeCom" in joined.get("/wecom/sync").text
    wecom.fault(60011, api="externalcontact/batch/get_by_user", times=3)
    joined.app.settle_all(NOW)
    page = joined.get("/wecom/sync").text
    assert "not everything could be read" in page and "visible range" in page
    assert '<code class="chip">anna</code>' in page
    joined.form("/wecom/sync/start")
    joined.app.settle_all(NOW)
    assert "found no difference" in joined.get("/wecom/sync").text


def test_a_reconcile_that_is_stopped_says_so(joined: Desk) -> None:
    joined.form("/wecom/sync/start")
    joined.form("/wecom/sync/stop")
    assert "stopped before its end" in joined.get("/wecom/sync").text


def test_what_a_tag_of_wecom_means_can_be_chosen(joined: Desk, wecom: Wecom) -> None:
    dry = wecom.admin_tag("Taste", "dry")
    joined.app.settle_all(NOW)
    assert 'value="dry"' in joined.get("/wecom/tags").text
    joined.form(f"/wecom/tags/{dry}", means="likes-dry")
    with joined.app.db.read(COMMAND, NOW) as work:
        assert [one.tag for one in joined.app.mirror.corp_tags(work)] == ["likes-dry"]
    assert joined.form(f"/wecom/tags/{dry}", means="community:x").status_code == 409
