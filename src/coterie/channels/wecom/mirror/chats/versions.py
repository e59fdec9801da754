"""Which version of a group's members is known, by the links that callbacks tell. Pure.

A version is a text without order: a callback says that one followed another, and the answer of
``groupchat/get`` says which one it shows. What it shows lags behind the callbacks.
"""

from collections.abc import Sequence
from typing import NamedTuple


class Link(NamedTuple):
    """A callback's word: this version followed that one, at a moment (ms)."""

    last: str
    version: str
    at: int


def reach(version: str, links: Sequence[Link]) -> tuple[str, list[Link]]:
    """Follow links from a version as far as they lead; return where, and those that do not fit.

    >>> reach("a", [Link("b", "c", 2), Link("a", "b", 1), Link("x", "y", 9)])
    ('c', [Link(last='x', version='y', at=9)])
    """
    rest = {link.last: link for link in links}
    while version in rest:
        version = rest.pop(version).version
    return version, sorted(rest.values(), key=lambda link: link.at)


def newest(version: str, rest: Sequence[Link]) -> str:
    """Return the version that a read must show to be believed.

    >>> newest("c", [Link("x", "y", 8), Link("y", "z", 8)]), newest("c", [])
    ('z', 'c')
    """
    followed = {link.last for link in rest}
    ends = [link for link in rest if link.version not in followed]
    return max(ends, key=lambda link: link.at).version if ends else version
