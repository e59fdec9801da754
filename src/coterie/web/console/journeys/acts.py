"""The steps that other rooms do for a journey: their sentences, and their fields in a form. Pure.

``arguments`` of an action and ``headers`` of a webhook travel as JSON.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from coterie.web.speech import N_, Speech

Body = Mapping[str, Any]
Fields = Mapping[str, str]

_DURATION = re.compile(r"([0-9]+)([smhdw])")

KINDS: Mapping[str, tuple[str, str, str]] = {
    "invite": (N_("Invite to a community"), "heart", N_("By the community's own terms and words")),
    "act": (N_("Give or do something"), "sparkles", N_("A seat, a coupon: what rooms offer")),
    "task": (N_("Give somebody a task"), "clipboard-list", N_("Her guide, her store, or a role")),
    "webhook": (N_("Call another system"), "webhook", N_("Signed, tried again until it answers")),
}  # fmt: skip
"""By kind: what it is called, its icon, and what it is for."""


def starters(
    community: str = "", action: str = "", template: str = ""
) -> dict[str, dict[str, Any]]:
    """Begin a node of each kind; its way leads nowhere yet."""
    return {
        "invite": {"community": community, "then": ""},
        "act": {"action": action, "arguments": {}, "then": ""},
        "task": {"to": "guide", "script": "", "due": "2d", "then": ""},
        "webhook": {"url": "https://", "template": template, "then": ""},
    }


# --- sentences


def _invite(speech: Speech, body: Body) -> str:
    where = body.get("community") or body.get("group") or ""
    return speech.gettext("Invite to “%(name)s”", name=where)


def _act(speech: Speech, body: Body) -> str:
    return speech.gettext("Do: %(action)s", action=body.get("action", ""))


def _task(speech: Speech, body: Body) -> str:
    to = body.get("to")
    who = speech.word("role", str(to.get("role"))) if isinstance(to, Mapping) else ""
    who = who or speech.word("tasked", str(to))
    script = str(body.get("script", ""))
    return speech.gettext("Task for %(who)s: %(script)s", who=who, script=script)


def _webhook(speech: Speech, body: Body) -> str:
    host = str(body.get("url", "")).partition("//")[2].partition("/")[0]
    return speech.gettext("Call %(host)s", host=host or body.get("url", ""))


SENTENCES: Mapping[str, Callable[[Speech, Body], str]] = {
    "invite": _invite,
    "act": _act,
    "task": _task,
    "webhook": _webhook,
}


# --- laid out


def lay_invite(body: Body) -> dict[str, str]:
    """Lay an invitation out."""
    return {"community": str(body.get("community", ""))}


def lay_act(body: Body) -> dict[str, str]:
    """Lay an action out."""
    text = _text(body["arguments"]) if "arguments" in body else ""
    return {"action": str(body.get("action", "")), "arguments": text}


def lay_task(body: Body) -> dict[str, str]:
    """Lay a task out."""
    to = body.get("to")
    is_role = isinstance(to, Mapping)
    due = _DURATION.fullmatch(str(body.get("due", "")))
    return {
        "to": "role" if is_role else str(to),
        "role": str(to.get("role", "")) if isinstance(to, Mapping) else "",
        "script": str(body.get("script", "")),
        "due": due[1] if due else str(body.get("due", "")),
        "due-unit": due[2] if due else "d",
    }


def lay_webhook(body: Body) -> dict[str, str]:
    """Lay a webhook out."""
    headers = body.get("headers", "")
    return {
        "url": str(body.get("url", "")),
        "template": str(body.get("template", "")),
        "headers": "" if headers == "" else _text(headers),
    }


LAYERS = {"invite": lay_invite, "act": lay_act, "task": lay_task, "webhook": lay_webhook}


# --- read back


def read_invite(fields: Fields, body: dict[str, Any]) -> dict[str, Any]:
    """Read an invitation back; one to a group stays what it is."""
    if fields.get("community"):
        body.pop("group", None)
        body["community"] = fields["community"]
    return body


def read_act(fields: Fields, body: dict[str, Any]) -> dict[str, Any]:
    """Read an action back."""
    body["action"] = fields.get("action") or body.get("action", "")
    text = fields.get("arguments", "").strip()
    if text:
        body["arguments"] = _json(text)
    else:
        body.pop("arguments", None)
    return body


def read_task(fields: Fields, body: dict[str, Any]) -> dict[str, Any]:
    """Read a task back."""
    to = fields.get("to", "guide")
    body["to"] = {"role": fields.get("role", "").strip() or "owner"} if to == "role" else to
    body["script"] = fields.get("script", "").strip()
    number, unit = fields.get("due", "").strip(), fields.get("due-unit", "d")
    if number:
        body["due"] = number + unit if number.isascii() and number.isdigit() else number
    else:
        body.pop("due", None)
    return body


def read_webhook(fields: Fields, body: dict[str, Any]) -> dict[str, Any]:
    """Read a webhook back."""
    body["url"] = fields.get("url", "").strip()
    if fields.get("template"):
        body["template"] = fields["template"]
    text = fields.get("headers", "").strip()
    if text:
        body["headers"] = _json(text)
    else:
        body.pop("headers", None)
    return body


READERS = {"invite": read_invite, "act": read_act, "task": read_task, "webhook": read_webhook}


def _text(value: Any) -> str:
    """Write what came as text as it came, so that a fault stands where it was typed."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
