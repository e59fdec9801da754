"""How whoever asks likes the desk: kept with her account, or in cookies while nobody owns it."""

from fastapi import Request, Response

from coterie.accounts.model import LANGUAGES, ROWS, THEMES, Account, Preferences
from coterie.web.cookies import LANGUAGE, THEME
from coterie.web.cookies import ROWS as ROWS_COOKIE
from coterie.web.parts import Parts

_USUAL = Preferences()


def preferences_of(request: Request, here: Parts, account: Account) -> Preferences:
    """Return the preferences in force."""
    if account.id:
        return account.preferences
    language = here.cookies.get(request, LANGUAGE) or ""
    theme = here.cookies.get(request, THEME) or ""
    rows = here.cookies.get(request, ROWS_COOKIE) or ""
    return Preferences(
        language if language in LANGUAGES else _USUAL.language,
        theme if theme in THEMES else _USUAL.theme,
        int(rows) if rows in {str(number) for number in ROWS} else _USUAL.rows,
    )


def remember(response: Response, here: Parts, kept: Preferences) -> None:
    """Keep preferences in the browser too, so that the page of signing in speaks her language."""
    if kept.language:
        here.cookies.set(response, LANGUAGE, kept.language)
    else:
        here.cookies.drop(response, LANGUAGE)
    here.cookies.set(response, THEME, kept.theme)
    here.cookies.set(response, ROWS_COOKIE, str(kept.rows))
