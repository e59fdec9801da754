"""Which wording of a template a person gets. Pure.

Her language is her trait ``language``, else her trait ``locale`` (``zh-CN``, ``en_GB``); then comes
the brand's; and where neither is written, the main wording. ``zh-Hant-TW`` is looked for whole,
then as ``zh-Hant``, then as ``zh``, and then as any other ``zh``.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from coterie.core.errors import Invalid
from coterie.messaging.model import Template, Wording

TRAITS = ("language", "locale")
"""The traits that tell a person's language, the first that does wins."""

MAX_LANGUAGES = 20
_TAG = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8}){0,3}")


def tag_of(text: object) -> str:
    """Read the name of a language as people, browsers and systems write it; empty where it is none.

    >>> tag_of("zh_CN.UTF-8"), tag_of("EN"), tag_of("Klingon, I think")
    ('zh-cn', 'en', '')
    """
    if not isinstance(text, str):
        return ""
    tag = re.split(r"[.@;,]", text.strip(), maxsplit=1)[0].replace("_", "-").lower()
    return tag if _TAG.fullmatch(tag) else ""


def check_tag(text: object, path: str) -> str:
    """Return a language as templates keep it; raises Invalid."""
    tag = tag_of(text)
    if not tag:
        raise Invalid(f"{text!r} is no language", path=path, hint="write it like en or zh-Hant")
    return tag


def wordings(given: Mapping[str, object]) -> dict[str, Wording]:
    """Read wordings by language: a text, or a mapping with ``text`` and perhaps ``subject``.

    >>> wordings({"en": "Hello", "fr": {"subject": "Bonjour", "text": "Salut"}})["en"]
    Wording(subject='', text='Hello')
    """
    return {language: _wording(each, f"variants.{language}") for language, each in given.items()}


def _wording(given: object, path: str) -> Wording:
    if isinstance(given, str):
        return Wording("", given)
    if not isinstance(given, Mapping) or not {"text"} <= given.keys() <= {"subject", "text"}:
        raise Invalid(
            f"{given!r} is no wording", path=path, hint="write a text, or subject and text"
        )
    return Wording(given.get("subject", ""), given["text"])


def wanted_of(traits: Mapping[str, Any], brand: str) -> tuple[str, ...]:
    """Return the languages to look for, the best first: hers, then the brand's.

    >>> wanted_of({"locale": "en_GB"}, "zh")
    ('en-gb', 'zh')
    """
    hers = next((tag for name in TRAITS if (tag := tag_of(traits.get(name)))), "")
    return tuple(tag for tag in (hers, tag_of(brand)) if tag)


def languages_of(template: Template, brand: str) -> dict[str, Wording]:
    """Return a template's wordings by language, the main one first.

    The main one is in the brand's language where nothing else is said.
    """
    main = tag_of(template.language) or tag_of(brand)
    return {main: Wording(template.subject, template.text), **template.variants}


def choose(template: Template, wanted: Sequence[str], brand: str) -> str:
    """Return which of its languages a template speaks to somebody who wants these, in their order.

    >>> letter = Template("t", "您好", variants={"en": Wording("", "Hello")})
    >>> choose(letter, ("en-gb", "zh"), "zh"), choose(letter, ("fr", "zh"), "zh")
    ('en', 'zh')
    """
    written = languages_of(template, brand)
    return next((found for tag in wanted for found in _near(tag, written)), next(iter(written)))


def spoken(template: Template, wanted: Sequence[str], brand: str) -> Template:
    """Return a template with nothing but the wording that is spoken to somebody."""
    if not template.variants:
        return template
    language = choose(template, wanted, brand)
    subject, text = languages_of(template, brand)[language]
    return replace(template, subject=subject, text=text, language=language, variants={})


def _near(tag: str, written: Mapping[str, Wording]) -> Iterator[str]:
    parts = tag.split("-")
    for length in range(len(parts), 0, -1):
        if (shorter := "-".join(parts[:length])) in written:
            yield shorter
    yield from (each for each in written if each.partition("-")[0] == parts[0])
