"""What the stories say: calls as they come over the wire, and the nodes of their journeys."""

from datetime import datetime
from typing import Any

from coterie.testing import House

MONDAY = "2026-01-05T02:00:00Z"
"""10:00 in Shanghai, where the brand of the stories is at home."""


def track(user: str, event: str, at: str | None = None, **properties: Any) -> dict[str, Any]:
    item = {"type": "track", "userId": user, "event": event, "properties": properties}
    return item if at is None else {**item, "timestamp": at}


def identify(user: str, at: str | None = None, **traits: Any) -> dict[str, Any]:
    item = {"type": "identify", "userId": user, "traits": traits}
    return item if at is None else {**item, "timestamp": at}


def consent(user: str) -> dict[str, Any]:
    return track(user, "Consent Given", purpose="marketing", channel="*")


def say(touch: str = "service", then: str = "end", **more: Any) -> dict[str, Any]:
    node = {"do": "message", "channel": "email", "template": "hello", "touch": touch}
    return {**node, "then": then, **more}


def tag(name: str) -> dict[str, Any]:
    return {"do": "tag", "tag": name, "then": "end"}


def wait(duration: str, then: str) -> dict[str, Any]:
    return {"do": "wait", "for": duration, "then": then}


def on(event: str, start: str = "hello", /, **nodes: Any) -> dict[str, Any]:
    """Write a journey that an event starts; its one node says hello unless others are given."""
    return {"entry": {"event": event}, "start": start, "nodes": nodes or {"hello": say()}}


def at_work(at: str = MONDAY, holdout: int = 0, **more: Any) -> House:
    """Open a house with the template ``hello``."""
    house = House(at=at, holdout=holdout, **more)
    house.define_template("hello", channel="email", subject="Hello", text="Hello")
    return house


def fates(house: House, user: str) -> list[tuple[str | None, str, str | None]]:
    """Tell what became of a person's messages: node, status, reason."""
    return [(one.node, one.status, one.reason) for one in house.sent(user)]


def sent_at(house: House, user: str) -> list[datetime]:
    return [one.at for one in house.sent(user) if one.status == "sent"]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
