"""The editor's form and back: a template with its languages, and what is wrong where. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from babel import Locale, UnknownLocaleError

from coterie.core.errors import Conflict, Invalid, NotFound
from coterie.messaging.languages import MAX_LANGUAGES, tag_of
from coterie.messaging.model import Template, Wording
from coterie.web.speech import N_, Speech

OFFERED = ("zh", "zh-hant", "en", "ja", "ko", "fr", "de", "es", "it", "pt", "ru", "th", "vi")
"""The languages that a choice names; any other is written in by its tag."""

NAMES = N_("Use lower-case letters, digits, - and _, such as spring-tasting.")
_LINE = re.compile(r"line (\d+)")
_VARIANT = re.compile(r"lang-(\d{1,3})")


@dataclass(frozen=True)
class Fault:
    """What is wrong with a template: in which field, at which of its lines (None: all of it)."""

    path: str
    words: str
    line: int | None = None


@dataclass(frozen=True)
class Written:
    """A form as it was typed: the template, and its other languages in the order of the fields."""

    template: Template
    is_new: bool = False
    person: str = ""

    def text_at(self, path: str) -> str:
        """Return the text that a fault's path names; empty where it names none."""
        if path in ("subject", "text"):
            return str(getattr(self.template, path))
        _, _, rest = path.partition(".")
        language, _, part = rest.rpartition(".")
        wording = self.template.variants.get(language)
        return "" if wording is None or part not in wording._fields else getattr(wording, part)


def read(form: Mapping[str, str]) -> Written:
    """Read the editor's form; browsers send line ends as two characters."""
    variants = {}
    for number in _numbers(form):
        language = form[f"lang-{number}"]
        subject = form.get(f"subject-{number}", "").strip()
        variants[language] = Wording(subject, _lines(form.get(f"text-{number}", "")))
    template = Template(
        name=form.get("name", "").strip(),
        text=_lines(form.get("text", "")),
        subject=form.get("subject", "").strip(),
        channel=form.get("channel") or None,
        language=tag_of(form.get("language", "")),
        variants=variants,
    )
    return Written(template, form.get("is_new") == "1", form.get("person", "").strip())


def reshaped(written: Written, form: Mapping[str, str]) -> Written:
    """Add the language that was asked for, empty, or take one out."""
    template = written.template
    variants = dict(template.variants)
    added, dropped = tag_of(form.get("new_language", "")), form.get("drop", "")
    if dropped:
        variants.pop(dropped, None)
    elif added and len(variants) < MAX_LANGUAGES and added != template.language:
        variants.setdefault(added, Wording("", ""))
    return replace(written, template=replace(template, variants=variants))


def said_fault(speech: Speech, error: Invalid | NotFound | Conflict) -> Fault:
    """Say what is wrong, at which field and line."""
    if not isinstance(error, Invalid):
        return Fault("name", error.message)
    if error.path == "name":
        return Fault("name", speech.gettext(NAMES))
    line = _LINE.match(error.reason)
    words = f"{error.reason} ({error.hint})" if error.hint else error.reason
    return Fault(error.path, words, int(line.group(1)) if line else None)


def language_name(speech: Speech, tag: str) -> str:
    """Call a language by its name in the language of the page; what has none by its tag.

    >>> from zoneinfo import ZoneInfo
    >>> language_name(Speech("zh", ZoneInfo("UTC"), 0), "en")
    '英语'
    """
    if not tag:
        return speech.gettext("the brand's language")
    try:
        named = Locale.parse(tag, sep="-").get_display_name(Locale.parse(speech.language))
    except (ValueError, UnknownLocaleError):
        named = None
    return named or tag


def _numbers(form: Mapping[str, str]) -> list[int]:
    found = [match for name in form if (match := _VARIANT.fullmatch(name))]
    return sorted(int(match[1]) for match in found if tag_of(form[match[0]]))


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n")
