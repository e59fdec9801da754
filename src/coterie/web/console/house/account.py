"""Your account: password, language, theme, sessions and saved views."""

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from coterie.accounts.model import (
    LANGUAGES,
    LONGEST_PASSWORD,
    ROWS,
    SHORTEST_PASSWORD,
    THEMES,
    Account,
    Preferences,
)
from coterie.accounts.names import check_preferences
from coterie.core.errors import Conflict, Invalid, Unavailable
from coterie.web.console.sign_in import local
from coterie.web.cookies import SESSION
from coterie.web.desk import DeskForm, Operator, actor_of, desk_form
from coterie.web.parts import Here, Parts
from coterie.web.preferences import preferences_of, remember
from coterie.web.speech import N_, Speech

router = APIRouter(prefix="/account")

LANGUAGE_NAMES = {"zh": "中文", "en": "English"}
THEME_WORDS = {
    "system": N_("as the system has it"),
    "light": N_("Light theme"),
    "dark": N_("Dark theme"),
}


@router.get("")
def show(request: Request, here: Here, account: Operator) -> Response:
    """Show who she is and how she likes the desk; without an owner, how to become one."""
    return _page(request, here, account)


def _page(
    request: Request, here: Parts, account: Account, *, status: int = 200, **values: Any
) -> Response:
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        sessions = house.accounts.sessions(work, account.id)
        owned = house.accounts.exists(work)
    speech = here.pages.speech(request, account)
    shown = {
        "preferences": preferences_of(request, here, account),
        "languages": [("", speech.gettext("as the browser says")), *LANGUAGE_NAMES.items()],
        "themes": [(theme, speech.gettext(THEME_WORDS[theme])) for theme in THEMES],
        "rows": [(str(number), speech.number(number)) for number in ROWS],
        "sessions": sessions,
        "owned": owned,
        "faults": {},
        "name": "",
    }
    assert set(LANGUAGE_NAMES) == set(LANGUAGES)
    return here.pages.render(
        request,
        "console/house/account.html",
        http_status=status,
        account=account,
        **(shown | values),
    )


@router.post("/preferences")
def prefer(request: Request, here: Here, account: Operator, form: DeskForm) -> Response:
    """Keep a language, a theme, a number of rows; come back to the page it was chosen on."""
    house = here.house
    before = preferences_of(request, here, account)
    rows = form.get("rows", str(before.rows))
    wanted = check_preferences(
        Preferences(
            form.get("language", before.language),
            form.get("theme", before.theme),
            int(rows) if rows.isascii() and rows.isdigit() and len(rows) < 5 else 0,
        )
    )
    if account.id and wanted != before:
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            house.accounts.prefer(work, account.id, wanted)
    changed = replace(account, preferences=wanted)
    speech = here.pages.speech(request, changed)
    response = here.pages.redirect(
        _without_language(local(form.get("next", "/account"))),
        toast=speech.gettext("Saved.") if form.get("say") else "",
    )
    if request.headers.get("hx-request"):
        response = Response(status_code=204, headers={"HX-Refresh": "true"})
    remember(response, here, wanted)
    return response


def _without_language(address: str) -> str:
    """Take a language that was asked for in an address out of it: it would win over the choice.

    >>> _without_language("/people?lang=zh&tag=a"), _without_language("/?lang=en")
    ('/people?tag=a', '/')
    """
    path, _, query = address.partition("?")
    kept = [(name, value) for name, value in parse_qsl(query) if name != "lang"]
    return path + (f"?{urlencode(kept)}" if kept else "")


# --- the password


@router.get("/password")
def ask_password(request: Request, here: Here, account: Operator) -> Response:
    """Ask for the old and the new password."""
    if not account.id:
        return RedirectResponse("/account", 303)
    return _password_page(request, here, account, {})


@router.post("/password")
def change_password(request: Request, here: Here, account: Operator, form: DeskForm) -> Response:
    """Change the password, and end the other sessions."""
    house, speech = here.house, here.pages.speech(request, account)
    old, new = form.get("current", ""), form.get("password", "")
    faults = _faults(speech, form)
    if new == old and not faults:
        faults["password"] = speech.gettext("This is the password you have: choose another one.")
    if faults:
        return _password_page(request, here, account, faults, status=400)
    peer = request.client.host if request.client else "?"
    try:
        with house.db.read(actor_of(account), house.clock.now()) as work:
            attempt = house.accounts.attempt(work, account.name, peer)
        proven = house.accounts.proves(attempt, old)
        hashed = house.accounts.hashed(new) if proven else ""
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            changed = house.accounts.change_password(
                work, attempt, hashed, proven=proven, keep=here.cookies.get(request, SESSION) or ""
            )
    except Unavailable:
        wait = speech.gettext("Too many wrong passwords: try again in a quarter of an hour.")
        return _password_page(request, here, account, {"current": wait}, status=429)
    if not changed:
        wrong = speech.gettext("This is not your present password.")
        return _password_page(request, here, account, {"current": wrong}, status=400)
    return here.pages.redirect(
        local(form.get("next", "/")),
        toast=speech.gettext("Your password is changed; other sessions have ended."),
    )


def _faults(speech: Speech, form: dict[str, str]) -> dict[str, str]:
    """Say what is wrong with a new password, by field."""
    faults = {}
    if not SHORTEST_PASSWORD <= len(form.get("password", "")) <= LONGEST_PASSWORD:
        faults["password"] = speech.gettext(
            "A password has at least %(n)s characters; a few words in a row are easy to remember.",
            n=SHORTEST_PASSWORD,
        )
    elif form.get("password") != form.get("again"):
        faults["again"] = speech.gettext("The two are not the same.")
    return faults


def _password_page(
    request: Request, here: Parts, account: Account, faults: dict[str, str], *, status: int = 200
) -> Response:
    return here.pages.render(
        request,
        "console/house/password.html",
        http_status=status,
        account=account,
        faults=faults,
        shortest=SHORTEST_PASSWORD,
    )


# --- the first owner, sessions, views


@router.post("/owner")
def become_owner(request: Request, here: Here, account: Operator, form: DeskForm) -> Response:
    """Make the first owner, at the desk that nobody owns yet, and sign her in."""
    house, speech = here.house, here.pages.speech(request, account)
    faults = _faults(speech, form)
    name = form.get("name", "")
    if faults:
        return _page(request, here, account, status=400, faults=faults, name=name)
    try:
        hashed = house.accounts.hashed(form["password"])
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            if house.accounts.exists(work):
                raise Conflict("this house has an owner already: sign in")
            house.accounts.create_operator(work, name, hashed, "owner", must_change=False)
            attempt = house.accounts.attempt(work, name, "127.0.0.1")
            token = house.accounts.sign_in(work, attempt, proven=True)
    except Invalid:
        faults["name"] = speech.gettext("Write a name of 1 to 100 characters.")
        return _page(request, here, account, status=400, faults=faults, name=name)
    response = here.pages.redirect(
        "/account",
        toast=speech.gettext("You own this house now; from here on it asks who you are."),
    )
    here.cookies.set(response, SESSION, token or "")
    return response


@router.post("/sessions/end", dependencies=[Depends(desk_form)])
def end_sessions(
    request: Request,
    here: Here,
    account: Operator,
) -> Response:
    """End her sessions in every other browser."""
    house = here.house
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        token = here.cookies.get(request, SESSION) or ""
        house.accounts.end_others(work, account.id, token)
    speech = here.pages.speech(request, account)
    return here.pages.redirect("/account", toast=speech.gettext("Your other sessions have ended."))


@router.post("/views")
def save_view(request: Request, here: Here, account: Operator, form: DeskForm) -> Response:
    """Keep a list as it is filtered now under a name."""
    house, speech = here.house, here.pages.speech(request, account)
    page = form.get("page", "")
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        view = house.accounts.save_view(
            work, account.id, page, form.get("name", ""), form.get("query", "")
        )
    return here.pages.redirect(
        local(form.get("next", page)),
        toast=speech.gettext("Saved as “%(name)s”.", name=view.name),
    )


@router.post("/views/{view}/delete")
def delete_view(
    request: Request, here: Here, account: Operator, form: DeskForm, view: int
) -> Response:
    """Forget a view of hers."""
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        house.accounts.delete_view(work, account.id, view)
    return here.pages.redirect(
        local(form.get("next", "/")), toast=speech.gettext("The view is gone.")
    )
