"""Kinds of identity: their rank, how their values are written, and which an event names.

The highest-ranked identity of an event *carries* it; the others ride along, and each is linked to
the carrier. Kinds that are not listed rank between a till's card and an anonymous id.
"""

import re
import unicodedata
from typing import Any

from coterie.core.event import IDENTIFIED, Event
from coterie.profiles.model import ANONYMOUS, USER

Name = tuple[str, str]
"""An identity as (kind, value)."""

EMAIL, PHONE = "email", "phone"

KINDS = (
    USER,
    "wecom.external_userid",
    "wechat.unionid",
    "member_no",
    "wechat.openid",
    EMAIL,
    PHONE,
    "tmall.buyer",
    "jd.buyer",
    "pos.card",
)
"""From the one that says most surely who somebody is to the one that says it least."""

ACCOUNTS = frozenset(KINDS[:4])
"""Kinds of which a person has one as a rule: two people who each have one are never joined by
something further down that both were seen with."""

LIMIT = 1
"""How many identities of one higher-ranked kind may share an identity before it joins nobody."""

LONGEST = 255
_RANKS = {kind: number for number, kind in enumerate(KINDS)}
_OTHER = len(KINDS)
_LOWEST = _OTHER + 1
_MOBILE = re.compile(r"(?:(?:\+|00)?86)?(1[3-9][0-9]{9})")
_SEPARATORS = re.compile(r"[\s\-().]+")


def rank(kind: str) -> int:
    """Return where a kind stands, 0 the surest.

    >>> rank("user_id") < rank("phone") < rank("loyalty_app") < rank("anonymous_id")
    True
    """
    return _LOWEST if kind == ANONYMOUS else _RANKS.get(kind, _OTHER)


def written(kind: str, value: Any) -> str | None:
    """Return a value as it is kept, so that one address written in two ways is one; None: none.

    >>> written("email", " Ada@Example.com "), written("phone", "138-0013 8000")
    ('ada@example.com', '+8613800138000')
    >>> written("phone", "+44 20 7946 0000"), written("user_id", ""), written("member_no", 7)
    ('+442079460000', None, '7')
    """
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, str | int) or isinstance(value, bool):
        return None
    text = str(value).replace("\x00", "")
    if kind not in (USER, ANONYMOUS):
        text = text.strip()
    if kind == EMAIL:
        text = unicodedata.normalize("NFKC", text).lower()
        text = text if "@" in text else ""
    elif kind == PHONE:
        text = _phone(text)
    return text if 0 < len(text) <= LONGEST else None


def _phone(text: str) -> str:
    close = _SEPARATORS.sub("", unicodedata.normalize("NFKC", text))
    mobile = _MOBILE.fullmatch(close)
    if mobile is not None:
        return f"+86{mobile[1]}"
    return close if re.fullmatch(r"\+?[0-9]{5,20}", close) else ""


def names_in(event: Event) -> list[Name]:
    """Return the identities that an event names, the carrier first."""
    names: list[Name] = []
    if event.user_id:
        names.append((USER, event.user_id))
    if event.identities or event.name == IDENTIFIED or "externalIds" in event.context:
        names += sorted(_beside(event), key=lambda name: (rank(name[0]), name))
    if event.anonymous_id:
        names.append((ANONYMOUS, event.anonymous_id))
    return names


def former(event: Event) -> list[Name]:
    """Return what an alias calls a former id: it may have been a user id or an anonymous one."""
    if event.type != "alias" or not event.previous_id:
        return []
    hers = (USER, event.user_id), (ANONYMOUS, event.anonymous_id)
    both = (USER, event.previous_id), (ANONYMOUS, event.previous_id)
    return [name for name in both if name not in hers]


def _beside(event: Event) -> set[Name]:
    """Read the identities beside the two of the wire format."""
    said: list[tuple[Any, Any]] = list(event.identities.items())
    given = event.context.get("externalIds")
    for one in given if isinstance(given, list) else ():
        if isinstance(one, dict):
            said.append((one.get("type"), one.get("id")))
    if event.name == IDENTIFIED:
        said += [(kind, event.traits.get(kind)) for kind in (EMAIL, PHONE)]
    found = set()
    for kind, value in said:
        if isinstance(kind, str) and kind not in (USER, ANONYMOUS) and 0 < len(kind) <= LONGEST:
            text = written(kind, value)
            if text is not None:
                found.add((kind.replace("\x00", "") or "other", text))
    return found
