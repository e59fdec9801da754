"""Questions and answers as types: a struct in, a struct out; the families speak through it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import msgspec

from coterie.channels.wecom.client.wire import Asked, Token, Wire
from coterie.core.errors import ChannelError, Invalid

T = TypeVar("T")
MOST_PAGES = 10_000
"""A list with more pages than this goes round in circles."""


class Nothing(msgspec.Struct, frozen=True):
    """An answer that says only that it was done."""


@dataclass(frozen=True)
class Page(Generic[T]):
    """A part of a list; ``next_cursor`` asks for the next, empty at the end."""

    items: tuple[T, ...]
    next_cursor: str = ""


class Api:
    """Asks with the app's token; thread-safe."""

    def __init__(self, wire: Wire, token: Token | None) -> None:
        self._wire, self._token = wire, token

    def get(self, api: str, answer: type[T], /, **query: str | int) -> T:
        """Ask by GET."""
        return read(api, self._wire.ask(Asked(api, query), self._token), answer)

    def post(
        self,
        api: str,
        answer: type[T],
        body: Mapping[str, Any] | msgspec.Struct,
        *,
        writes: bool = False,
    ) -> T:
        """Ask by POST with a JSON body; ``writes`` tells that asking twice may do it twice."""
        asked = Asked(api, {}, body=msgspec.json.encode(body), writes=writes)
        return read(api, self._wire.ask(asked, self._token), answer)

    def upload(
        self, api: str, answer: type[T], name: str, data: bytes, mime: str, **query: str | int
    ) -> T:
        """Post a file; a file that arrives twice does no harm."""
        files = {"media": (name, data, mime)}
        return read(api, self._wire.ask(Asked(api, query, files=files), self._token), answer)

    def picture(self, url: str) -> bytes:
        """Fetch a picture that WeCom named."""
        return self._wire.picture(url)


def read(api: str, body: bytes, answer: type[T]) -> T:
    """Read an answer; numbers may come as texts, and what is null as if it were not there."""
    try:
        return msgspec.json.decode(body, type=answer, strict=False)
    except msgspec.ValidationError:
        pass
    try:
        return msgspec.convert(_without_nulls(msgspec.json.decode(body)), answer, strict=False)
    except msgspec.MsgspecError as error:
        raise ChannelError(
            f"WeCom's answer to {api} is not as documented: {error}", permanent=True
        ) from error


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nulls(one) for name, one in value.items() if one is not None}
    if isinstance(value, list):
        return [_without_nulls(one) for one in value if one is not None]
    return value


def every(ask: Callable[[str], Page[T]]) -> Iterator[T]:
    """Yield the items of all pages; ``ask`` takes a cursor, empty for the first."""
    cursor = ""
    for _ in range(MOST_PAGES):
        page = ask(cursor)
        yield from page.items
        if not page.next_cursor or page.next_cursor == cursor:
            return
        cursor = page.next_cursor
    raise ChannelError("WeCom's list has no end", permanent=True)


def at_most(values: Sequence[Any], most: int, what: str) -> None:
    """Raise Invalid when a call names more than WeCom takes at once."""
    if len(values) > most:
        raise Invalid(f"{len(values)} {what} in one call", hint=f"WeCom takes {most}: ask in parts")


def given(**fields: Any) -> dict[str, Any]:
    """Return a body of what is given: None and empty are left out.

    >>> given(a=1, b=None, c=(), d="", e=0)
    {'a': 1, 'e': 0}
    """
    return {name: one for name, one in fields.items() if one is not None and one not in ("", ())}
