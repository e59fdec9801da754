"""What a newcomer is told: a text with variables, and what hangs on it. Pure.

A text may say ``{name}`` (hers), ``{guide}``, ``{store}``, ``{group}`` (the title of the group
offered to her) and ``{coupons}`` (the address of her own page of coupons). Bounds are the
platform's: 4,000 bytes of text, 9 things attached.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, cast

from coterie.core.errors import Invalid

Kind = Literal["link", "image", "miniprogram"]
KINDS: tuple[Kind, ...] = ("link", "image", "miniprogram")
VARIABLES = ("name", "guide", "store", "group", "coupons")

TEXT_BYTES = 4_000
MOST_ATTACHED = 9
_VARIABLE = re.compile(r"\{([^{}]*)\}")
_KEYS = ("text", "attached", "blocked", "none")
_FIELDS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "link": (("title", "url"), ("description", "picture")),
    "image": (("asset",), ()),
    "miniprogram": (("title", "appid", "page", "asset"), ()),
}
"""What each kind must say, and what it may."""
_LONGEST = {"title": 128, "description": 512, "url": 2_048, "picture": 2_048, "page": 1_024}


@dataclass(frozen=True)
class Attached:
    """A thing that hangs on a text: its kind, and what that kind says of itself."""

    kind: Kind
    fields: Mapping[str, str]


@dataclass(frozen=True)
class Welcome:
    """What is said once to a newcomer. ``silent`` says nothing, on purpose.

    Whoever has one of ``blocked`` in her nickname (small and capital letters alike) gets none.
    """

    text: str = ""
    attached: tuple[Attached, ...] = ()
    blocked: tuple[str, ...] = ()
    silent: bool = False


def parse_welcome(given: object, path: str) -> Welcome | None:
    """Read a welcome; None stays None. Raises Invalid with the place."""
    if given is None:
        return None
    if not isinstance(given, Mapping):
        raise Invalid("a welcome is an object", path=path, hint='write {"text": "..."}')
    for key in given:
        if key not in _KEYS:
            raise Invalid(
                f"unknown key {key!r}", path=f"{path}.{key}", hint=f"one of {', '.join(_KEYS)}"
            )
    if given.get("none") is True:
        return Welcome(silent=True)
    text = check_text(given.get("text", ""), f"{path}.text")
    attached = _attached(given.get("attached", ()), f"{path}.attached")
    if not text and not attached:
        raise Invalid("a welcome says nothing", path=f"{path}.text", hint="write a text")
    return Welcome(text, attached, _blocked(given.get("blocked", ()), f"{path}.blocked"))


def check_text(given: object, path: str) -> str:
    """Return a text that fits and asks only for what there is; raises Invalid."""
    if not isinstance(given, str):
        raise Invalid("this is no text", path=path, hint="write a text")
    text = given.replace("\r\n", "\n").strip()
    if len(text.encode()) > TEXT_BYTES:
        raise Invalid(f"the text is longer than {TEXT_BYTES:,} bytes", path=path, hint="shorten it")
    for name in _VARIABLE.findall(text):
        if name not in VARIABLES:
            raise Invalid(
                f"nothing is known as {{{name}}}", path=path,
                hint="write " + ", ".join(f"{{{each}}}" for each in VARIABLES),
            )  # fmt: skip
    return text


def asks_for(one: Welcome, variable: str) -> bool:
    """Say whether a welcome's text names a variable.

    >>> asks_for(Welcome("Dear {name}"), "name"), asks_for(Welcome("Dear you"), "name")
    (True, False)
    """
    return variable in _VARIABLE.findall(one.text)


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put values where a text names them, never longer than the platform takes.

    >>> fill("{name}, I am {guide}", {"name": "Lin", "guide": "Wang"})
    'Lin, I am Wang'
    """
    said = _VARIABLE.sub(lambda found: values.get(found[1], ""), text)
    return said.encode()[:TEXT_BYTES].decode(errors="ignore")


def is_blocked(one: Welcome, name: str) -> bool:
    """Say whether somebody of this nickname gets no welcome.

    >>> is_blocked(Welcome("Hello", blocked=("Vinotek",)), "VINOTEK sales")
    True
    """
    return any(word.casefold() in name.casefold() for word in one.blocked)


def _attached(given: object, path: str) -> tuple[Attached, ...]:
    if not isinstance(given, Sequence) or isinstance(given, str):
        raise Invalid("what is attached is a list", path=path, hint="write a list")
    if len(given) > MOST_ATTACHED:
        raise Invalid(f"{len(given)} things attached", path=path, hint=f"at most {MOST_ATTACHED}")
    return tuple(_one(each, f"{path}[{place}]") for place, each in enumerate(given))


def _one(given: object, path: str) -> Attached:
    if not isinstance(given, Mapping):
        raise Invalid("this is no object", path=path, hint="write kind, title and url")
    named = given.get("kind")
    if named not in KINDS:
        raise Invalid(f"{named!r} is no kind", path=f"{path}.kind", hint=f"one of {KINDS}")
    kind = cast(Kind, named)
    must, may = _FIELDS[kind]
    fields = {str(key): value for key, value in given.items() if key != "kind"}
    for key, value in fields.items():
        if key not in must + may:
            raise Invalid(
                f"unknown key {key!r}", path=f"{path}.{key}", hint=f"one of {', '.join(must + may)}"
            )
        if not isinstance(value, str) or len(value) > _LONGEST.get(key, 200):
            raise Invalid("this is no short text", path=f"{path}.{key}", hint="shorten it")
    for key in must:
        if not fields.get(key):
            raise Invalid(f"{kind} needs {key}", path=f"{path}.{key}", hint="write it")
    for key in ("url", "picture"):
        if fields.get(key) and not fields[key].startswith(("https://", "http://")):
            raise Invalid("this is no address", path=f"{path}.{key}", hint="begin with https://")
    return Attached(kind, {key: value for key, value in fields.items() if value})


def _blocked(given: object, path: str) -> tuple[str, ...]:
    if not isinstance(given, Sequence) or isinstance(given, str):
        raise Invalid("blocked words are a list", path=path, hint='such as ["agency"]')
    words = [word.strip() for word in given if isinstance(word, str) and word.strip()]
    if len(words) != len(given) or any(len(word) > 40 for word in words) or len(words) > 200:
        raise Invalid("these are no words", path=path, hint="at most 200 of up to 40 characters")
    return tuple(dict.fromkeys(words))
