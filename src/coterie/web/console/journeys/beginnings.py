"""What a new journey may begin as: a few that teach the trade, with what the house has. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from coterie.core.errors import Invalid
from coterie.web.console.journeys.forms import Known
from coterie.web.speech import N_


@dataclass(frozen=True)
class Beginning:
    """One example: its code, what it is called, what it does."""

    code: str
    title: str
    text: str
    icon: str


BEGINNINGS = (
    Beginning(
        "win-back",
        N_("Win back"),
        N_("Whoever falls silent hears from you once. Three days later only those who still have "
           "not come back hear a second time."),
        "undo-2",
    ),
    Beginning(
        "welcome",
        N_("Welcome"),
        N_("Whoever agrees to be written to is welcomed, and hears more after two days."),
        "heart",
    ),
    Beginning(
        "two-ways",
        N_("Try two ways"),
        N_("Half get one message, half another; afterwards you can compare."),
        "shuffle",
    ),
    Beginning(
        "empty",
        N_("From nothing"),
        N_("One message, and everything else is up to you."),
        "square",
    ),
)  # fmt: skip


def definition_of(code: str, known: Known, title: Mapping[str, str]) -> dict[str, Any]:
    """Write an example with what the house has; raises Invalid for one that there is not."""
    say = {"do": "message", "channel": known.channel, "template": known.template}
    entry = {"segment": known.segment} if known.segment else {"event": "Consent Given"}
    graphs: dict[str, dict[str, Any]] = {
        "win-back": {
            "entry": entry,
            "exit_when": {"did": known.event, "since": "entry"},
            "start": "hello",
            "nodes": {
                "hello": {**say, "touch": "emotional", "then": "pause"},
                "pause": {"do": "wait", "for": "3d", "then": "look"},
                "look": {"do": "split", "if": {"did": known.event, "since": "entry"},
                         "yes": "end", "no": "news"},
                "news": {**say, "touch": "informational", "expires": "2d", "then": "end"},
            },
        },
        "welcome": {
            "entry": {"event": "Consent Given"},
            "start": "welcome",
            "nodes": {
                "welcome": {**say, "touch": "emotional", "then": "pause"},
                "pause": {"do": "wait", "for": "2d", "then": "more"},
                "more": {**say, "touch": "informational", "then": "end"},
            },
        },
        "two-ways": {
            "entry": entry,
            "present": False,
            "start": "draw",
            "nodes": {
                "draw": {"do": "random", "branches": [["one", 50], ["other", 50]]},
                "one": {**say, "touch": "informational", "then": "end"},
                "other": {**say, "touch": "emotional", "then": "end"},
            },
        },
        "empty": {
            "entry": entry,
            "start": "message",
            "nodes": {"message": {**say, "touch": "informational", "then": "end"}},
        },
    }  # fmt: skip
    if code not in graphs:
        raise Invalid(f"there is no example {code!r}", path="example")
    return {**({"title": dict(title)} if title else {}), **graphs[code]}
