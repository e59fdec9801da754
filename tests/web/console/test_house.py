"""The house's own pages over HTTP: account, team, keys, settings, doctor, audit."""

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from conftest import NOW
from coterie.accounts.model import Preferences
from coterie.accounts.service import Accounts
from coterie.core.actor import COMMAND, Actor
from coterie.core.clock import DAY
from coterie.storage import audit
from coterie.web.console.house.deeds import DEEDS
from coterie.web.server import create_app
from web.conftest import BROWSER, QUICK
from web.console.conftest import Desk

PASSWORD = "a vineyard in Piedmont"
OWN = "a cellar of my own"


def page_of(answer: Response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


@pytest.fixture
def owned(desk: Desk) -> Desk:
    """A house that Ada owns; nobody has signed in yet."""
    desk.app.accounts = Accounts(hasher=QUICK)
    with desk.app.db.begin(COMMAND, NOW) as work:
        desk.app.accounts.create_owner(work, "Ada", PASSWORD)
    return desk


def another(desk: Desk) -> Desk:
    """Another browser at the same house."""
    browser = TestClient(
        create_app(desk.app),
        base_url="http://127.0.0.1:8000",
        client=("10.0.0.7", 50_000),
        follow_redirects=False,
        headers={"user-agent": BROWSER},
    )
    return Desk(desk.app, browser)


def token_in(answer: Response) -> str:
    found = re.search(r'name="form_token" value="([^"]+)"', answer.text)
    assert found is not None, answer.text[:500]
    return found[1]


def sign_in(desk: Desk, name: str = "Ada", password: str = PASSWORD) -> Response:
    token = token_in(desk.browser.get("/sign-in"))
    fields = {"form_token": token, "name": name, "password": password, "next": "/account"}
    return desk.browser.post("/sign-in", data=fields)


def send(desk: Desk, path: str, **fields: Any) -> Response:
    """Send a form with the token of the account's own page, which opens to everybody signed in."""
    token = token_in(desk.browser.get("/account/password"))
    return desk.browser.post(path, data={"form_token": token, **fields})


def add_operator(desk: Desk, name: str = "Bob") -> str:
    """Let the owner add an operator; return the first password as the page shows it."""
    shown = send(desk, "/team", name=name, role="operator")
    assert shown.status_code == 200, shown.text[:300]
    found = re.search(r'id="first-password">([^<]+)<', shown.text)
    assert found is not None
    return found[1]


def verbs(desk: Desk) -> list[str]:
    with desk.app.db.read(COMMAND, NOW) as work:
        return [row.verb for row in audit.latest(work)]


# --- preferences


def test_the_open_desk_keeps_preferences_in_the_browser(desk: Desk) -> None:
    answer = desk.form(
        "/account/preferences", language="zh", theme="dark", next="/keys?lang=en&a=1"
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/keys?a=1")
    page = desk.get("/keys")
    assert 'lang="zh-CN" data-theme="dark"' in page.text
    desk.form("/account/preferences", theme="light")
    page = desk.get("/keys")
    assert 'lang="zh-CN" data-theme="light"' in page.text
    assert desk.form("/account/preferences", rows="100").status_code == 303
    assert '<option value="100" selected>' in desk.get("/account").text


def test_an_account_keeps_its_preferences_wherever_it_signs_in(owned: Desk) -> None:
    sign_in(owned)
    answer = send(owned, "/account/preferences", language="zh", theme="dark", rows="25", say="1")
    assert answer.headers["location"] == "/account"
    assert "已保存。" in owned.get("/account").text
    elsewhere = another(owned)
    assert sign_in(elsewhere).status_code == 303
    assert 'lang="zh-CN" data-theme="dark"' in elsewhere.get("/team").text
    with owned.app.db.read(COMMAND, NOW) as work:
        [ada] = owned.app.accounts.list(work)
    assert ada.preferences == Preferences("zh", "dark", 25)


@pytest.mark.parametrize(
    "fields", [{"language": "fr"}, {"theme": "pink"}, {"rows": "7"}, {"rows": "²"}]
)
def test_a_preference_that_is_not_on_offer_is_refused(desk: Desk, fields: dict[str, str]) -> None:
    assert desk.form("/account/preferences", **fields).status_code == 400


@pytest.mark.parametrize("wanted", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_a_preference_never_leads_to_another_site(desk: Desk, wanted: str) -> None:
    answer = desk.form("/account/preferences", theme="dark", next=wanted)
    assert answer.headers["location"] == "/"


def test_a_program_of_the_page_is_told_to_load_anew(desk: Desk) -> None:
    answer = desk.browser.post(
        "/account/preferences",
        data={"form_token": desk.token(), "theme": "dark"},
        headers={"hx-request": "true"},
    )
    assert (answer.status_code, answer.headers["hx-refresh"]) == (204, "true")


def test_without_the_forms_token_nothing_changes(owned: Desk) -> None:
    sign_in(owned)
    for path in ("/account/preferences", "/account/password", "/account/sessions/end", "/team",
                 "/team/1/disable", "/keys", "/account/views"):  # fmt: skip
        answer = owned.browser.post(path, data={"form_token": "0", "theme": "dark"})
        assert answer.status_code == 403, path


# --- owning the house, signing in with a first password


def test_the_open_desk_becomes_owned_in_the_browser(desk: Desk) -> None:
    assert "Nobody owns this house yet" in desk.get("/account").text
    assert "Nobody owns this house yet" in desk.get("/team").text
    short = desk.form("/account/owner", name="Ada", password="short", again="short")
    assert short.status_code == 400
    assert 'value="Ada"' in short.text
    unlike = desk.form("/account/owner", name="Ada", password=PASSWORD, again=OWN)
    assert "The two are not the same." in unlike.text
    nameless = desk.form("/account/owner", name=" ", password=PASSWORD, again=PASSWORD)
    assert nameless.status_code == 400
    answer = desk.form("/account/owner", name="Ada", password=PASSWORD, again=PASSWORD)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    assert "Ada" in page_of(desk.get("/account"))
    assert another(desk).browser.get("/keys").headers["location"].startswith("/sign-in")
    again = desk.form("/account/owner", name="Eve", password=PASSWORD, again=PASSWORD)
    assert again.status_code == 409


def test_a_colleague_signs_in_with_a_first_password_and_must_choose_her_own(owned: Desk) -> None:
    sign_in(owned)
    first = add_operator(owned)
    bob = another(owned)
    assert sign_in(bob, "bob", first).status_code == 303
    assert bob.browser.get("/keys").headers["location"] == "/account/password"
    assert bob.browser.get("/api/report").status_code == 403
    wrong = send(bob, "/account/password", current="guess", password=OWN, again=OWN)
    assert (wrong.status_code, "not your present password" in wrong.text) == (400, True)
    same = send(bob, "/account/password", current=first, password=first, again=first)
    assert "choose another one" in same.text
    answer = send(bob, "/account/password", current=first, password=OWN, again=OWN)
    assert answer.status_code == 303
    assert bob.get("/keys").status_code == 200
    assert sign_in(another(owned), "bob", first).status_code == 401
    assert sign_in(another(owned), "bob", OWN).status_code == 303
    assert verbs(owned).count("account.password") == 1


def test_guessing_the_present_password_is_braked(owned: Desk) -> None:
    sign_in(owned)
    for _ in range(owned.app.accounts.guard.per_account):
        send(owned, "/account/password", current="guess", password=OWN, again=OWN)
    braked = send(owned, "/account/password", current=PASSWORD, password=OWN, again=OWN)
    assert braked.status_code == 429


def test_other_sessions_are_ended_from_the_account(owned: Desk) -> None:
    sign_in(owned)
    there = another(owned)
    sign_in(there)
    assert "End the others" in owned.get("/account").text
    assert send(owned, "/account/sessions/end").status_code == 303
    assert there.browser.get("/account").status_code == 303
    assert "End the others" not in owned.get("/account").text


# --- the team


def test_an_operator_sees_the_team_and_changes_nothing_of_it(owned: Desk) -> None:
    sign_in(owned)
    first = add_operator(owned)
    bob = another(owned)
    sign_in(bob, "Bob", first)
    send(bob, "/account/password", current=first, password=OWN, again=OWN)
    team = bob.get("/team")
    assert "Ada" in team.text
    assert "/team/1" not in team.text
    assert bob.browser.get("/team/1").status_code == 403
    for path, fields in {
        "/team": {"name": "Eve", "role": "owner"},
        "/team/2": {"name": "Bob", "role": "owner"},
        "/team/1/disable": {},
        "/team/1/password": {},
        "/keys": {"source": "mine"},
    }.items():
        assert send(bob, path, **fields).status_code == 403, path
    with owned.app.db.read(COMMAND, NOW) as work:
        assert [one.role for one in owned.app.accounts.list(work)] == ["owner", "operator"]


def test_an_owner_renames_promotes_and_shuts_out(owned: Desk) -> None:
    sign_in(owned)
    first = add_operator(owned)
    assert send(owned, "/team/2", name="Bobby", role="owner").headers["location"] == "/team"
    bob = another(owned)
    sign_in(bob, "bobby", first)
    assert send(owned, "/team/2/disable").status_code == 303
    assert bob.browser.get("/account").status_code == 303, "out at once"
    assert "may not sign in" in owned.get("/team").text
    assert send(owned, "/team/2/enable").status_code == 303
    renewed = send(owned, "/team/2/password")
    assert 'id="first-password"' in renewed.text
    assert first not in renewed.text


def test_what_cannot_be_is_told_at_its_place(owned: Desk) -> None:
    sign_in(owned)
    add_operator(owned)
    taken = send(owned, "/team", name="ADA", role="operator")
    assert (taken.status_code, "already" in taken.text) == (409, True)
    last = send(owned, "/team/1", name="Ada", role="operator")
    assert "This is the last owner" in last.text
    mine = send(owned, "/team/1/disable")
    assert "your own place" in mine.text
    assert owned.browser.get("/team/99").status_code == 404
    assert owned.get("/account").status_code == 200


# --- keys


def test_a_key_is_shown_once_with_a_line_that_works(desk: Desk) -> None:
    assert "No key yet" in desk.get("/keys").text
    shown = desk.form("/keys", source="website")
    found = re.search(r'id="key">(wk_[^<]+)<', shown.text)
    assert found is not None
    key = found[1]
    assert f"curl -u {key}: \\\n  http://127.0.0.1:8000/v1/track" in shown.text
    listed = desk.get("/keys")
    assert key not in listed.text
    assert "never seen" in listed.text
    event = {"userId": "ada", "event": "Article Read"}
    assert desk.browser.post("/v1/track", json=event, auth=(key, "")).status_code == 200
    assert "never seen" not in desk.get("/keys").text
    [mark] = re.findall(r"stop-([0-9a-f]{12})\"", desk.get("/keys").text)[:1]
    assert desk.form(f"/keys/{mark}/disable").status_code == 303
    assert desk.browser.post("/v1/track", json=event, auth=(key, "")).status_code == 401
    assert verbs(desk)[:2] == ["write_key.disable", "write_key.new"]


def test_a_source_that_is_no_name_is_told_and_kept_in_the_field(desk: Desk) -> None:
    answer = desk.form("/keys", source="My <Shop>")
    assert answer.status_code == 400
    assert "lower-case letters" in answer.text
    assert "My &lt;Shop&gt;" in answer.text
    assert desk.form("/keys/nonsense/disable").status_code == 404


def test_when_a_key_was_used_survives_a_restart_after_tidying(desk: Desk) -> None:
    shown = desk.form("/keys", source="website")
    key = re.search(r"wk_[\w-]+", shown.text)
    assert key is not None
    desk.browser.post("/v1/track", json={"userId": "a", "event": "X"}, auth=(key[0], ""))
    desk.app.tidy(NOW)
    with desk.app.db.read(COMMAND, NOW) as work:
        assert [one.used for one in type(desk.app.keys)().all(work)] == [NOW]


# --- settings and doctor


def test_settings_say_where_they_come_from_and_keep_secrets(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in desk.app.settings.model_fields_set | {"cap_day", "brand"}:
        monkeypatch.delenv(f"COTERIE_{name.upper()}", raising=False)
    (desk.app.settings.data / "coterie.toml").write_text('brand = "Vino"\n')
    monkeypatch.setenv("COTERIE_CAP_DAY", "2")
    page = page_of(desk.get("/settings"))
    assert re.search(r"brand · COTERIE_BRAND \S+ from coterie.toml", page)
    assert re.search(r"cap_day · COTERIE_CAP_DAY 2 from the environment", page)
    assert re.search(r"cap_week · COTERIE_CAP_WEEK 10 as shipped", page)
    assert "At most 2 messages a day to one person." in page
    assert "Nothing goes out between 22:00 and 08:00" in page
    assert re.search(r"zone · COTERIE_ZONE Asia/Shanghai fixed when founded", page)
    chinese = page_of(desk.get("/settings", lang="zh"))
    assert "每人每天最多 2 条消息。" in chinese
    assert "来自 coterie.toml" in chinese


def test_every_setting_is_on_the_page(desk: Desk) -> None:
    page = desk.get("/settings").text
    for name in type(desk.app.settings).model_fields:
        assert f"{name} · COTERIE_{name.upper()}" in page


def test_the_doctor_says_the_worst_first_and_gives_a_text_to_send(desk: Desk) -> None:
    page = page_of(desk.get("/doctor"))
    assert "Nobody owns this house: whoever uses this machine may do everything." in page
    assert "[notice] safety.owner" in page
    assert "The database&#39;s pages are whole." not in page
    assert "The database&#39;s pages are whole." in page_of(desk.get("/doctor", thorough=1))
    (desk.app.settings.data / "master.key").chmod(0o644)
    page = page_of(desk.get("/doctor"))
    assert "Something must be mended now." in page
    assert page.index("chmod 600") < page.index("may do everything")
    assert "本机其他用户可以读取主密钥（权限为 0644）。" in page_of(desk.get("/doctor", lang="zh"))


# --- audit


def furnish(desk: Desk) -> None:
    with desk.app.db.begin(Actor("person", "ada"), NOW) as work:
        audit.record(work, "segment.define", "italy-lovers", rule={"did": "Article Read"})
        audit.record(work, "stop_all", "=1+1")
    with desk.app.db.begin(Actor("key", "shop"), NOW + DAY) as work:
        audit.record(work, "odd.new_deed", "<b>x</b>", count=3)


def test_the_audit_says_in_words_who_did_what(desk: Desk) -> None:
    furnish(desk)
    page = desk.get("/audit", lang="zh")
    words = page_of(page)
    assert re.search(r"ada 定义了分群 italy-lovers", words)
    assert re.search(r"写入密钥 shop odd new deed &lt;b&gt;x&lt;/b&gt; 数量： 3", words)
    assert "&#34;did&#34;: &#34;Article Read&#34;" in page.text


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"actor": "person:ada"}, {"italy-lovers", "=1+1"}),
        ({"actor": "key:"}, {"&lt;b&gt;x&lt;/b&gt;"}),
        ({"did": "segment."}, {"italy-lovers"}),
        ({"did": "stop_all"}, {"=1+1"}),
        ({"target": "ITALY"}, {"italy-lovers"}),
        ({"since": "2026-01-02"}, {"&lt;b&gt;x&lt;/b&gt;"}),
        ({"until": "2026-01-01"}, {"italy-lovers", "=1+1"}),
        ({"target": "nowhere"}, set()),
    ],
)
def test_the_audit_is_filtered_in_days_of_the_brand(
    desk: Desk, asked: dict[str, str], found: set[str]
) -> None:
    furnish(desk)
    page = desk.get("/audit", **asked).text
    told = set(re.findall(r'<strong class="font-medium break-words">(.*?)</strong>', page))
    assert told == found
    assert ("Nothing of that kind was done" in page) == (not found)


def test_who_signed_in_is_named_and_who_failed_is_a_stranger(owned: Desk) -> None:
    sign_in(owned, password="wrong")
    sign_in(owned, name=" ADA ")
    words = page_of(owned.get("/audit"))
    assert re.search(r"Ada signed in Ada from 127.0.0.1", words)
    assert re.search(r"a stranger failed to sign in ada from 127.0.0.1", words)


def test_a_day_that_is_none_is_refused(desk: Desk) -> None:
    assert desk.browser.get("/audit", params={"since": "yesterday"}).status_code == 400


def test_the_audit_has_pages_as_long_as_she_likes(desk: Desk) -> None:
    with desk.app.db.begin(COMMAND, NOW) as work:
        for number in range(30):
            audit.record(work, "export", f"list-{number}")
    desk.form("/account/preferences", rows="25")
    page = desk.get("/audit")
    assert "list-29" in page.text and "list-5<" in page.text and "list-4<" not in page.text
    older = re.search(r'href="(/audit\?before=\d+)"', page.text)
    assert older is not None
    rest = desk.get(older[1])
    assert "list-4<" in rest.text and "list-5<" not in rest.text
    assert 'href="/audit"' in rest.text


def test_the_audit_is_taken_away_as_csv_and_that_is_kept_too(desk: Desk) -> None:
    furnish(desk)
    answer = desk.get("/audit/export", actor="person:ada")
    rows = list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff"))))
    assert rows[0] == ["time", "actor", "did", "target", "detail"]
    assert rows[1][:4] == ["2026-01-01 08:00:00", "person:ada", "stop_all", "'=1+1"]
    assert len(rows) == 3
    assert verbs(desk)[0] == "export"


def test_every_deed_of_the_house_has_its_word() -> None:
    """A deed without a word is shown readable; but ours are all named."""
    source = (path.read_text() for path in Path(audit.__file__).parents[1].rglob("*.py"))
    ours = {
        verb
        for text in source
        for verb in re.findall(r'(?:audit\.)?\brecord\(\s*work,\s*"([a-z_.]+)"', text)
    }
    assert ours - set(DEEDS) == set()


# --- saved views


def test_a_view_is_saved_and_forgotten(desk: Desk) -> None:
    answer = desk.form("/account/views", page="/audit", name="Ada's", query="actor=person:ada",
                       next="/audit?actor=person%3Aada")  # fmt: skip
    assert answer.headers["location"] == "/audit?actor=person%3Aada"
    with desk.app.db.read(COMMAND, NOW) as work:
        [view] = desk.app.accounts.views(work, 0, "/audit")
    assert (view.name, view.query) == ("Ada's", "actor=person:ada")
    assert desk.form(f"/account/views/{view.id}/delete", next="/audit").status_code == 303
    assert desk.form(f"/account/views/{view.id}/delete").status_code == 404
