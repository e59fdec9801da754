"""Names: what people are called, and the prefixes by which a name is found without being read.

A name is found by the beginning of each of its words; a Chinese name, which has no spaces, by
what begins at any of its characters. Of each such beginning a blind index is kept. Short ones are
few, so who holds the database learns how often each occurs, though not which it is.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

NAMES = ("name", "firstName", "first_name", "lastName", "last_name")
"""The identifying traits that a person is called by."""

_LONGEST = 64
_FROM, _TO = 2, 6
"""How many letters of a word are indexed: one alone would name everybody."""
_CHARACTERS = 3
_CHINESE = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORD = re.compile(f"[{_CHINESE}]+|[^\\W_{_CHINESE}]+")
_IS_CHINESE = re.compile(f"[{_CHINESE}]")
_SEPARATORS = re.compile(r"[\s\-().]+")
_MOBILE = re.compile(r"(?:\+?86)?(1[3-9][0-9]{9})")


def words(text: str) -> list[str]:
    """Cut a name into words, alike in width and case; Chinese characters in a row are one.

    >>> words("Ada  LOVELACE-Byron"), words("王小明 Ming")
    (['ada', 'lovelace', 'byron'], ['王小明', 'ming'])
    """
    return _WORD.findall(unicodedata.normalize("NFKC", text[:_LONGEST]).casefold())


def prefixes(name: str) -> set[str]:
    """Return everything that a name is indexed by.

    >>> sorted(prefixes("Li Na")), sorted(prefixes("王小明"))
    (['li', 'na'], ['小', '小明', '明', '王', '王小', '王小明'])
    """
    return {prefix for word in words(name) for prefix in _prefixes(word)}


def _prefixes(word: str) -> Iterator[str]:
    if _IS_CHINESE.match(word):
        for start in range(len(word)):
            for end in range(start + 1, min(start + _CHARACTERS, len(word)) + 1):
                yield word[start:end]
    else:
        for end in range(min(_FROM, len(word)), min(_TO, len(word)) + 1):
            yield word[:end]


def asked(text: str) -> list[str]:
    """Return the prefixes that everybody has whose name may fit what was typed.

    >>> asked("ada lovelace"), asked("王小明明"), asked("a")
    (['ada', 'lovela'], ['王小明'], [])
    """
    found = [word[:_CHARACTERS] if _IS_CHINESE.match(word) else word[:_TO] for word in words(text)]
    return [one for one in found if len(one) >= _FROM or _IS_CHINESE.match(one)]


def is_cut(text: str) -> bool:
    """Say whether more was typed than is indexed, so that names must be read to be sure.

    >>> is_cut("lovelace"), is_cut("love"), is_cut("王小明")
    (True, False, False)
    """
    return asked(text) != words(text)


def fits(name: str, text: str) -> bool:
    """Say whether each word typed begins a word of a name, or stands in its Chinese.

    >>> fits("Ada Lovelace", "lovel ada"), fits("王小明", "小明"), fits("Ada", "da")
    (True, True, False)
    """
    own = words(name)
    return all(
        any(word in one if _IS_CHINESE.match(word) else one.startswith(word) for one in own)
        for word in words(text)
    )


def called(traits: Mapping[str, Any]) -> str:
    """Return what a person is called by her revealed names; empty when by none.

    >>> called({"firstName": "Ada", "lastName": "Lovelace"}), called({"name": "王小明"})
    ('Ada Lovelace', '王小明')
    >>> called({"first_name": "小明", "last_name": "王"}), called({})
    ('王小明', '')
    """
    whole = _text(traits, "name")
    if whole:
        return whole
    first = _text(traits, "firstName") or _text(traits, "first_name")
    last = _text(traits, "lastName") or _text(traits, "last_name")
    if _IS_CHINESE.search(first + last):
        return last + first
    return f"{first} {last}".strip()


def _text(traits: Mapping[str, Any], name: str) -> str:
    value = traits.get(name)
    return str(value).strip() if isinstance(value, str | int) else ""


def spellings(text: str) -> list[str]:
    """Return how an id that was typed may have been written down.

    >>> spellings(" Ada@Example.com ")
    ['Ada@Example.com', 'ada@example.com']
    >>> spellings("138-0013 8000")
    ['138-0013 8000', '13800138000', '+8613800138000', '8613800138000']
    """
    typed = unicodedata.normalize("NFKC", text).strip()
    close = _SEPARATORS.sub("", typed)
    found = [typed, typed.lower()]
    if re.fullmatch(r"\+?[0-9]{6,}", close):
        found.append(close)
    mobile = _MOBILE.fullmatch(close)
    if mobile is not None:
        found += [mobile[1], f"+86{mobile[1]}", f"86{mobile[1]}"]
    return [one for one in dict.fromkeys(found) if one]
