"""What a reader's visit leaves behind: nothing before she allowed it, once within half an hour.

An event goes in through the same door as everybody's, from the source ``web``.
"""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec
from fastapi import Request

from coterie.catalog.model import Item
from coterie.codes.bots import is_bot
from coterie.codes.model import Link
from coterie.core.actor import Actor
from coterie.core.clock import MINUTE
from coterie.core.ids import derived_id
from coterie.profiles.model import ANONYMOUS, USER
from coterie.storage.work import Work
from coterie.web.cookies import CHOICE, READER
from coterie.web.parts import Parts

VISITOR = Actor("person", "visitor")
SOURCE = "web"
ALLOW, DENY = "allow", "deny"
LINK_CLICKED = "Link Clicked"
ARTICLE_READ = "Article Read"
ITEM_VIEWED = "Item Viewed"

_ONCE_WITHIN = 30 * MINUTE
_FIELDS = ((USER, "userId"), (ANONYMOUS, "anonymousId"))
_READER = re.compile(r"[0-9a-f-]{36}")


@dataclass(frozen=True)
class Reader:
    """Whose visit it is, as an identity of the wire format: ``userId`` or ``anonymousId``."""

    kind: str
    value: str


def choice_of(request: Request, here: Parts) -> str | None:
    """Return what the reader chose on this device: allow, deny, or None before she chose."""
    chosen = here.cookies.get(request, CHOICE)
    return chosen if chosen in {ALLOW, DENY} else None


def is_machine(request: Request) -> bool:
    """Say whether a request came from a machine, or from a browser that only looks ahead."""
    headers = request.headers
    purpose = next(
        (headers[name] for name in ("sec-purpose", "purpose", "x-purpose", "x-moz")
         if name in headers), None,
    )  # fmt: skip
    return is_bot(headers.get("user-agent"), method=request.method, purpose=purpose)


def anonymous_id(request: Request, here: Parts) -> str | None:
    """Return the anonymous id of this device, which it was given when its reader allowed it."""
    value = here.cookies.get(request, READER) or ""
    return value if _READER.fullmatch(value) else None


def reader_of(here: Parts, work: Work, link: Link | None, anonymous: str | None) -> Reader | None:
    """Return who reads: the person the link was made for, else this device."""
    if link is not None and link.profile is not None:
        identities = here.house.profiles.identities_of(work, link.profile)
        for kind, field in _FIELDS:
            for identity in identities:
                if identity.kind == kind and not identity.superseded:
                    return Reader(field, identity.value)
    return None if anonymous is None else Reader("anonymousId", anonymous)


def note(here: Parts, name: str, item: str, reader: Reader, link: Link | None) -> None:
    """Put one event in at the door; the same within half an hour has the same id, so counts once.

    The caller has made sure that the reader allowed it and is no machine.
    """
    house = here.house
    now = house.clock.now()
    properties: dict[str, Any] = {"item": item}
    if link is not None:
        properties |= {"link": link.id, "sender": link.sender}
        if link.campaign is not None:
            properties["campaign"] = link.campaign
    origin = reader.value if link is None else link.id
    body = {
        "event": name,
        "messageId": derived_id(SOURCE, name, reader.value, origin, item, now // _ONCE_WITHIN),
        reader.kind: reader.value,
        "properties": properties,
    }
    if house.door.accept(SOURCE, msgspec.json.encode(body), "track", now).accepted:
        house.poke()


def name_of_reading(item: Item) -> str:
    """Name the event of somebody who looks at an item."""
    return ARTICLE_READ if item.kind == "article" else ITEM_VIEWED


def outside(url: str | None) -> str | None:
    """Return an address on the web that we may lead to; None for any other scheme or none.

    >>> outside("https://example.com/a"), outside("javascript:alert(1)"), outside("//example.com")
    ('https://example.com/a', None, None)
    """
    try:
        parts = urlsplit(url or "")
        host = parts.hostname
    except ValueError:
        return None
    return url if parts.scheme in {"http", "https"} and host else None


def host_of(url: str) -> str:
    """Name the host that an address leads to."""
    return urlsplit(url).hostname or ""


def page_of(item: str, token: str = "") -> str:
    """Return the address of our own page of an item."""
    return f"/a/{quote(item, safe='')}" + (f"?t={quote(token)}" if token else "")


def destination(item: Item | None, link: Link) -> str | None:
    """Return the address outside that a link leads to; None when it leads to our own page.

    The link's own address comes first, then our page when it has something to read, then the
    item's address.
    """
    if link.url is not None:
        return outside(link.url)
    if item is None or item.body:
        return None
    return outside(item.url)
