"""What may stand in a ``Post``, checked where it is defined, before anything is sent. Pure."""

import re
from urllib.parse import urlsplit

from coterie.core.errors import Invalid
from coterie.messaging.model import Post

_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}")
_SECRET = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?")
_TYPE = re.compile(r"[A-Za-z0-9_.-]{0,64}")
_OURS = re.compile(
    r"(?:host|connection|upgrade|te|trailer|transfer-encoding|expect|content-.*|webhook-.*)", re.I
)
"""Headers that the channel itself writes, or that would change how the request is read."""
MAX_HEADERS = 20
MAX_URL = 2_000


def check_post(post: Post, path: str = "") -> Post:
    """Return the post, or raise Invalid with the place and the cure.

    Whether the host may be reached is asked when it is: names may lead elsewhere by then.
    """
    _check_url(post.url, f"{path}.url" if path else "url")
    if len(post.headers) > MAX_HEADERS:
        raise Invalid(f"{len(post.headers)} headers", path=path, hint=f"use {MAX_HEADERS} at most")
    for header, secret in post.headers.items():
        where = f"{path}.headers.{header}" if path else f"headers.{header}"
        if not _HEADER.fullmatch(header) or _OURS.fullmatch(header):
            raise Invalid(f"{header!r} may not be set here", path=where, hint="name another header")
        if not isinstance(secret, str) or not _SECRET.fullmatch(secret):
            raise Invalid(
                "a header holds a secret's name, never its value",
                path=where,
                hint="put the value into the setting secrets, and its name here",
            )
    if not _TYPE.fullmatch(post.type):
        raise Invalid(f"{post.type!r} is no type", path=path, hint="write it like order.paid")
    return post


def _check_url(url: str, path: str) -> None:
    cure = "write it like https://erp.example.com/hooks/coterie"
    if not isinstance(url, str) or len(url) > MAX_URL or re.search(r"[\x00-\x20\x7f\\]", url):
        raise Invalid("this is no URL", path=path, hint=cure)
    try:
        parts = urlsplit(url)
        there = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError as error:
        raise Invalid(f"this is no URL: {error}", path=path, hint=cure) from error
    if not there:
        raise Invalid("a URL begins with https:// and has a host", path=path, hint=cure)
    if parts.username or parts.password:
        raise Invalid(
            "no user name or password in a URL", path=path, hint="use a header with a secret"
        )
