"""The page to play: what it shows of the corporation, one customer and one guide."""

import io
from collections.abc import Mapping
from html import escape
from importlib.resources import files
from typing import Any
from urllib.parse import urlencode

import segno

from coterie.core.errors import NotFound
from coterie.testing.wecom.corp import Corp
from coterie.testing.wecom.model import Entry, Json, Moment
from coterie.testing.wecom.passing import WAITING
from coterie.testing.wecom.simulator import Wecom

_SHOWN = 200
_LINES = 25
_HIDDEN = ("code", "msgid", "jobid", "moment_id", "scene", "callback", "tried", "after")
"""What a line of the journal is too long with."""


def page() -> str:
    """Return the page."""
    return (files("coterie.testing.wecom") / "play.html").read_text(encoding="utf-8")


def choice(corp: Corp, query: Mapping[str, str]) -> str:
    """Return the page on which somebody says who she is."""
    links = "".join(
        f"<li><a href='?{escape(urlencode({**query, 'as': one.userid}))}'>{escape(one.name)}</a>"
        for one in corp.members.values()
        if one.left is None
    )
    return (
        "<!doctype html><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        "<meta name=color-scheme content='light dark'><title>WeCom</title>"
        "<body style='font:16px/2.4 system-ui;margin:1.5rem'>"
        f"<h1 style='font-size:1.2rem'>WeCom: sign in as · 以谁的身份登录</h1><ul>{links}</ul>"
    )


def state_of(wecom: Wecom, query: Mapping[str, str]) -> Json:
    """Tell the page all that it shows."""
    corp = wecom.corp
    with wecom.lock:
        return {
            "now": corp.now(),
            "pending": len(corp.outgoing),
            "holding": wecom.courier.holding,
            "refuses": wecom.gate.refuses_ip,
            "lag": corp.lag,
            "disorder": wecom.shuffle or bool(wecom.duplicate),
            "target": wecom.courier.address,
            "house": wecom.courier.house,
            "members": [
                {"id": one.userid, "name": one.name}
                for one in corp.members.values()
                if one.left is None
            ],
            "customers": _customers(corp, query),
            "chats": [
                {"id": one.chat_id, "name": one.name}
                for one in corp.chats.values()
                if not one.dismissed
            ],
            "codes": _codes(corp),
            "customer": _customer(corp, query.get("customer", "")),
            "guide": _guide(wecom, query.get("guide", "")),
            "journal": [_line(corp, one) for one in corp.journal[: -_LINES - 1 : -1]],
        }


def talk(wecom: Wecom, query: Mapping[str, str]) -> Json:
    """Tell what was said in one chat."""
    pair = (query.get("userid", ""), query.get("external_userid", ""))
    with wecom.lock:
        return {"lines": list(wecom.corp.talks.get(pair, []))}


def picture(wecom: Wecom, config_id: str) -> bytes:
    """Draw a code: a phone that scans it opens the page to play."""
    corp = wecom.corp
    if config_id not in corp.ways and config_id not in corp.join_ways:
        raise NotFound(f"there is no code {config_id}")
    drawn = io.BytesIO()
    segno.make(f"{wecom.base_url}/play?scan={config_id}").save(drawn, kind="png", scale=8)
    return drawn.getvalue()


def _customers(corp: Corp, query: Mapping[str, str]) -> list[Json]:
    """Show the newest, and whoever is spoken of beside them."""
    chosen = list(corp.customers)[: -_SHOWN - 1 : -1]
    guide = query.get("guide", "")
    more = [query.get("customer", ""), *list(corp.followed.get(guide, {}))[:_SHOWN]]
    ids = dict.fromkeys([*chosen, *(each for each in more if each in corp.customers)])
    return [{"id": each, "name": corp.customers[each].name} for each in ids]


def _codes(corp: Corp) -> list[Json]:
    def named(given: Json, config_id: str) -> str:
        words = " · ".join(filter(None, (given.get("remark"), given.get("state"))))
        return words or config_id[:8]

    ways = list(corp.ways.values())[: -_SHOWN - 1 : -1]
    found = [
        {
            "id": one.config_id,
            "verb": "scan",
            "name": f"{named(one.given, one.config_id)} ({', '.join(one.users[:3])})",
        }
        for one in ways
    ]
    found += [
        {"id": one.config_id, "verb": "join", "name": f"⌗ {named(one.given, one.config_id)}"}
        for one in list(corp.join_ways.values())[: -_SHOWN - 1 : -1]
    ]
    found += [
        {"id": one.link_id, "verb": "follow_link", "name": f"↗ {one.name}"}
        for one in corp.links.values()
    ]
    return found


def _customer(corp: Corp, who: str) -> Json:
    return {
        "id": who if who in corp.customers else "",
        "guides": [
            {"id": one.userid, "deleted": one.deleted} for one in corp.edges_of_customer(who)
        ],
        "requests": [guide for guide, each in corp.requests if each == who],
        "chats": list(corp.chats_of.get(who, {})),
        "transfers": [
            one.takeover
            for one in corp.transfers
            if one.external_userid == who and one.status == WAITING
        ],
        "moments": [
            {**_moment(one), "userid": userid}
            for one in corp.moments.values()
            for userid in one.published
            if who in one.senders[userid]
        ],
    }


def _guide(wecom: Wecom, who: str) -> Json:
    corp = wecom.corp
    edges = corp.edges_of_member(who)
    return {
        "id": who if who in corp.members else "",
        "requests": [each for guide, each in corp.requests if guide == who],
        "sends": wecom.sends_of(who),
        "moments": [
            _moment(one)
            for one in corp.moments.values()
            if who in one.senders and who not in one.published and not one.cancelled
        ],
        "chats": [
            {"id": one.chat_id, "name": one.name, "members": len(one.members)}
            for one in corp.chats.values()
            if one.owner == who and not one.dismissed
        ],
        "number": len(edges),
        "customers": [
            {"id": one.external_userid, "deleted": one.deleted} for one in edges[-_LINES:]
        ],
    }


def _moment(one: Moment) -> Json:
    return {"id": one.moment_id, "text": one.given["text"]["content"]}


def _line(corp: Corp, one: Entry) -> Json:
    """Tell a line of the journal by names, without what only a program reads."""
    if one.kind == "api":
        code = one.data["errcode"]
        return {"kind": "api", "said": one.data["api"] + (f": {code}" if code else "")}
    said = [_named(corp, value) for name, value in one.data.items() if name not in _HIDDEN]
    return {"kind": one.kind, "said": " · ".join(filter(None, said))}


def _named(corp: Corp, value: Any) -> str:
    if value in ("", False, None) or isinstance(value, dict | list):
        return ""
    found = corp.members.get(value) or corp.customers.get(value) or corp.chats.get(value)
    return found.name if found else str(value)
