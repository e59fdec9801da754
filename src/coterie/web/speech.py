"""How the pages speak: texts from the gettext catalogues, numbers and dates in each language.

English is what stands in the code; ``locale/<language>/*.po`` hold the rest, a file for each page's
room. ``scripts/update_catalogs.py`` collects the texts, and a test checks that none is missing.
"""

from collections.abc import Mapping
from datetime import date
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from io import BytesIO
from typing import Any, Literal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_timedelta
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from markupsafe import Markup

from coterie.core.clock import DAY, MINUTE, SECOND, to_datetime
from coterie.web.vocabulary import VOCABULARY

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")

_LOCALES: dict[Language, Locale] = {"en": Locale("en", "GB"), "zh": Locale("zh", "CN", "Hans")}
_THIS_YEAR: dict[Language, str] = {"en": "d MMM HH:mm", "zh": "M月d日 HH:mm"}
_ANY_YEAR: dict[Language, str] = {"en": "d MMM y HH:mm", "zh": "y年M月d日 HH:mm"}


class Speech:
    """One language, in the brand's zone. ``now`` (ms UTC) is what "2 hours ago" counts from."""

    def __init__(self, language: Language, zone: ZoneInfo, now: int) -> None:
        self.language = language
        self.zone = zone
        self.now = now
        self._texts = translations(language)
        self._locale = _LOCALES[language]

    def gettext(self, text: str, **values: Any) -> str:
        """Return a text in this language, ``%(name)s`` filled in."""
        said = self._texts.gettext(text)
        return said % values if values else said

    def ngettext(self, one: str, many: str, n: int, **values: Any) -> str:
        """Return the text for ``n`` things; ``%(n)s`` is the number as this language writes it."""
        said = self._texts.ngettext(one, many, n)
        return said % {"n": self.number(n), **values}

    def word(self, group: str, code: str) -> str:
        """Return the word for a code (a status, a reason, an event); unknown ones made readable.

        Rooms and plugins may bring codes that the vocabulary does not know.
        """
        english = VOCABULARY[group].get(code)
        if english is not None:
            return self._texts.gettext(english)
        return code if group == "event" else code.replace("_", " ").replace("-", " ")

    def title(self, text: object) -> str:
        """Pick a title out of ``{"zh": ..., "en": ...}``; plain text is taken as it is."""
        if isinstance(text, Mapping):
            text = text.get(self.language) or next((value for value in text.values() if value), "")
        return "" if text is None else str(text)

    def number(self, value: int | float, digits: int = 0) -> str:
        """Write a number with its thousands told apart and at most so many decimals."""
        return format_decimal(round(value, digits), "#,##0." + "#" * digits, locale=self._locale)

    def percent(self, part: int | float, whole: int | float) -> str:
        """Write a share with one decimal; what is not nothing is not called nothing."""
        if not part or not whole:
            return "0%"
        share = 100 * part / whole
        return f"{self.number(share, 1)}%" if abs(share) >= 0.05 else "<0.1%"

    def day(self, moment: int | date) -> str:
        """Write the day of a moment (ms UTC) in the brand's zone, or a date."""
        day = moment if isinstance(moment, date) else to_datetime(moment).astimezone(self.zone)
        return format_date(day, "medium", locale=self._locale)

    def moment(self, moment: int) -> Markup:
        """Write a moment (ms UTC) in the brand's zone; the whole of it stands in the tooltip."""
        local = to_datetime(moment).astimezone(self.zone)
        same_year = local.year == to_datetime(self.now).astimezone(self.zone).year
        pattern = _THIS_YEAR[self.language] if same_year else _ANY_YEAR[self.language]
        said = format_datetime(local, pattern, tzinfo=self.zone, locale=self._locale)
        exact = f"{local:%Y-%m-%d %H:%M:%S} {self.zone.key}"
        return Markup('<time datetime="{}" title="{}">{}</time>').format(
            local.isoformat(), exact, said
        )

    def ago(self, moment: int) -> Markup:
        """Say how long before or after now a moment (ms UTC) is; the moment is in the tooltip."""
        local = to_datetime(moment).astimezone(self.zone)
        said = format_timedelta(
            to_datetime(moment) - to_datetime(self.now), add_direction=True, locale=self._locale
        )
        exact = f"{local:%Y-%m-%d %H:%M:%S} {self.zone.key}"
        return Markup('<time datetime="{}" title="{}">{}</time>').format(
            local.isoformat(), exact, said
        )

    def duration(self, milliseconds: int) -> str:
        """Say how long something takes, in its largest whole unit."""
        for unit, words in _UNITS:
            if milliseconds >= unit and milliseconds % unit == 0:
                return self.ngettext(*words, milliseconds // unit)
        return self.ngettext("%(n)s second", "%(n)s seconds", round(milliseconds / SECOND))

    def roughly(self, milliseconds: int) -> str:
        """Say how long something took as people do: in whole days, hours or minutes."""
        return self.duration(near(milliseconds))


def N_(text: str) -> str:  # noqa: N802 (the name that gettext's tools know)
    """Mark a text for the catalogues where it is only translated later."""
    return text


def near(time: int) -> int:
    """Round a time (ms) to what people say: whole days, hours, minutes or seconds.

    >>> near(50 * 60 * MINUTE) // DAY, near(90 * MINUTE) // MINUTE, near(7 * MINUTE + 1) // MINUTE
    (2, 90, 7)
    """
    hour = 60 * MINUTE
    fitting = (unit for unit in (DAY, hour, MINUTE) if time >= 2 * unit)
    unit = next(fitting, SECOND)
    return round(time / unit) * unit


def plural(one: str, many: str) -> tuple[str, str]:
    """Mark a text with its plural for the catalogues."""
    return one, many


_UNITS = (
    (DAY, plural("%(n)s day", "%(n)s days")),
    (60 * MINUTE, plural("%(n)s hour", "%(n)s hours")),
    (MINUTE, plural("%(n)s minute", "%(n)s minutes")),
)


@cache
def translations(language: Language) -> NullTranslations:
    """Return the texts of a language: all its catalogues put together."""
    if language == "en":
        return NullTranslations()
    whole = Catalog(locale=_LOCALES[language])
    folder = files("coterie.web") / "locale" / language
    for part in sorted(folder.iterdir(), key=lambda part: part.name):
        with part.open("rb") as file:
            for message in read_po(file, locale=_LOCALES[language]):
                if message.id and message.string:
                    whole[message.id] = message
    compiled = BytesIO()
    write_mo(compiled, whole)
    compiled.seek(0)
    return GNUTranslations(compiled)


def choose(asked: str | None, *kept: str | None, accepted: str | None) -> Language:
    """Pick the language of a page: asked for now, kept from earlier, or what the browser likes.

    >>> choose(None, accepted="fr;q=0.9, zh-CN;q=0.8, en;q=0.3")
    'zh'
    >>> choose("en", "zh", accepted="zh")
    'en'
    """
    for wish in (asked, *kept):
        for known in LANGUAGES:
            if wish == known:
                return known
    return _liked(accepted or "")


def _liked(accepted: str) -> Language:
    best: tuple[float, Language] = (0.0, "en")
    for part in accepted[:500].split(","):
        tag, _, weight = part.partition(";")
        language = next((known for known in LANGUAGES if tag.strip().lower()[:2] == known), None)
        try:
            liking = float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        if language is not None and liking > best[0]:
            best = (liking, language)
    return best[1]


def width(part: float, whole: float) -> str:
    """Return the length of a bar in 0..100; what is not nothing is seen.

    >>> width(1, 100_000), width(0, 5), width(9, 5)
    ('1.0', '0.0', '100.0')
    """
    if not part or not whole:
        return "0.0"
    return f"{min(100.0, max(1.0, 100 * part / whole)):.1f}"
