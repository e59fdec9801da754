"""Identifying values behind masks: enough to recognise one, too little to use it. Pure."""

from typing import Any

from coterie.profiles.graph.kinds import EMAIL, KINDS, PHONE
from coterie.profiles.model import ANONYMOUS, USER
from coterie.profiles.pii import looks_like

_SHORT = 4
NUMBERS = frozenset(KINDS) - {USER, EMAIL, PHONE} | {ANONYMOUS}
"""Kinds of identity that are numbers of somebody's making: their ends tell two apart."""


def masked(kind: str, value: Any) -> str:
    """Cover most of an identifying value; a user id is the brand's own and stays.

    >>> masked("phone", "13800138000"), masked("email", "ada@example.com")
    ('138****8000', 'a***@example.com')
    >>> masked("user_id", "u1"), masked("lastName", "Lovelace"), masked("name", "王小明")
    ('u1', 'L***', '王***')
    >>> masked("member_no", "88001234"), masked("anonymous_id", "d1")
    ('88****34', 'd***')
    """
    text = str(value)
    if kind == USER:
        return text
    if looks_like(text) == "email":
        name, _, host = text.partition("@")
        return f"{name[:1]}***@{host}"
    if looks_like(text) == "phone" and len(text) > 2 * _SHORT:
        return f"{text[:3]}****{text[-_SHORT:]}"
    if kind in NUMBERS and len(text) > _SHORT + 1:
        return f"{text[:2]}****{text[-2:]}"
    return f"{text[:1]}***"
