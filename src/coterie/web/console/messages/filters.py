"""Which messages the page shows, read from its address and written back into links. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import Any, get_args
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from coterie.core.clock import midnight
from coterie.core.errors import Invalid
from coterie.messaging.looking.model import Wanted
from coterie.messaging.model import Status

ADDRESS = "/messages"
PAGE = 25
_LAST_PAGE = 100_000
_LONGEST = 200


@dataclass(frozen=True)
class Filter:
    """What an operator asked for; empty asks nothing. Days are of the brand's zone."""

    status: str = ""
    reason: str = ""
    channel: str = ""
    origin: str = ""
    touch: str = ""
    template: str = ""
    person: str = ""
    since: str = ""
    until: str = ""
    page: int = 0

    @property
    def more(self) -> bool:
        """Whether anything beside the status and its reason was asked for."""
        return any(getattr(self, name) for name in _MORE)

    @property
    def at_rest(self) -> bool:
        """Whether nothing was asked for at all: the page as it opens."""
        return self == Filter()

    def with_(self, **changes: Any) -> str:
        """Return the address of the page with something else asked for, from its beginning."""
        return replace(self, **{"page": 0, **changes}).address

    @property
    def address(self) -> str:
        """The address of the page that this asks for."""
        asked = {each.name: getattr(self, each.name) for each in fields(self)}
        query = urlencode({name: value for name, value in asked.items() if value})
        return f"{ADDRESS}?{query}" if query else ADDRESS

    def wanted(self, profile: int | None, zone: ZoneInfo) -> Wanted:
        """Return the question for messaging; ``profile`` is who was asked for."""
        until = _day(self.until, "until")
        since = _day(self.since, "since")
        return Wanted(
            status=self.status or None,
            reason=self.reason or None,
            channel=self.channel or None,
            origin=self.origin or None,
            touch=self.touch or None,
            template=self.template or None,
            profile=profile,
            since=None if since is None else midnight(since, zone),
            until=None if until is None else midnight(until + timedelta(days=1), zone),
        )


_MORE = ("channel", "origin", "touch", "template", "person", "since", "until")


def read(query: Mapping[str, str]) -> Filter:
    """Read an address's query; raises Invalid for what no link of ours says."""
    asked = {each.name: query.get(each.name, "").strip()[:_LONGEST] for each in fields(Filter)}
    if asked["status"] and asked["status"] not in get_args(Status):
        raise Invalid(
            f"{asked['status']!r} is no status", path="status", hint=", ".join(get_args(Status))
        )
    page = asked.pop("page") or "0"
    if not (page.isascii() and page.isdigit() and int(page[:9]) <= _LAST_PAGE):
        raise Invalid("there is no such page", path="page")
    for name in ("since", "until"):
        _day(asked[name], name)
    return Filter(**asked, page=int(page))


def _day(text: str, path: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Invalid(f"{text!r} is no day", path=path, hint="write it like 2026-01-31") from error
