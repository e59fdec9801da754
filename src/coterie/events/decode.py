"""Decode JSON that strangers sent: every fault is Invalid, every text can be stored. Pure.

NUL characters and lone surrogates are taken out of the text, because PostgreSQL can hold no NUL
and UTF-8 no half of a pair; the rest of the item is kept.
"""

import re
from typing import Any, TypeVar

import msgspec

from coterie.core.errors import Invalid

MAX_DEPTH = 64

_PLACE = re.compile(r"(.*?)(?: - at `\$\.?(.*)`)?", re.DOTALL)
_ESCAPE = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"  # a surrogate pair: kept
    rb"|(\\u[dD][89a-fA-F][0-9a-fA-F]{2}|\\u0000)"  # half of one, or NUL: taken out
    rb"|\\.",
    re.DOTALL,
)

T = TypeVar("T")


def decode(decoder: msgspec.json.Decoder[T], raw: bytes) -> T:
    """Decode and check the types; raises Invalid: invalid_json, wrong_type or too_deep."""
    try:
        if b"\\" not in raw or b"\\u0000" not in raw:  # one byte is sought ten times as fast
            return decoder.decode(raw)
    except msgspec.ValidationError as error:
        raise _wrong_type(error) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass  # only what failed is scrubbed: most text has no lone surrogate
    return _decode_scrubbed(decoder, raw)


def _decode_scrubbed(decoder: msgspec.json.Decoder[T], raw: bytes) -> T:
    try:
        return decoder.decode(_scrub(raw))
    except msgspec.ValidationError as error:
        raise _wrong_type(error) from error
    except RecursionError as error:
        raise Invalid("the JSON is nested too deeply", code="too_deep") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Invalid(f"this is not JSON: {error}", code="invalid_json") from error


def _wrong_type(error: msgspec.ValidationError) -> Invalid:
    found = _PLACE.fullmatch(str(error))
    reason, place = (found[1], found[2] or "") if found else (str(error), "")
    return Invalid(reason, path=place, code="wrong_type")


def _scrub(raw: bytes) -> bytes:
    return _ESCAPE.sub(lambda match: b"" if match[1] else match[0], raw)


def check_depth(*values: Any) -> None:
    """Raise Invalid (too_deep) when decoded values are nested deeper than 64 levels."""
    level = list(values)
    for _ in range(MAX_DEPTH):
        inner: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                inner.extend(value.values())
            elif isinstance(value, list):
                inner.extend(value)
        if not inner:
            return
        level = inner
    raise Invalid(
        "the JSON is nested too deeply", hint=f"at most {MAX_DEPTH} levels", code="too_deep"
    )
