"""What a new journey may begin as: a few that teach the trade, with what the house has. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from coterie.core.errors import Invalid
from coterie.web.console.journeys.forms import Known
from coterie.web.speech import N_


@dataclass(frozen=True)
class Beginning:
    """One example: its code, what it is called, what it does.

    ``play`` names a shipped playbook and its journey, whose texts and segment come with it.
    """

    code: str
    title: str
    text: str
    icon: str
    play: tuple[str, str] | None = None


BEGINNINGS = (
    Beginning(
        "win-back",
        N_("Win back"),
        N_("Whoever falls silent by her own rhythm: first a word, after a week news, an incentive "
           "last; it stops as soon as she is back."),
        "undo-2",
        ("winback", "win-back-ladder"),
    ),
    Beginning(
        "birthday",
        N_("Birthday"),
        N_("A wish on the morning of the day, and nothing to buy."),
        "star",
        ("plays", "birthday"),
    ),
    Beginning(
        "joining-anniversary",
        N_("Anniversary of joining"),
        N_("Thanks to whoever joined on this day of an earlier year."),
        "calendar-check",
        ("plays", "joining-anniversary"),
    ),
    Beginning(
        "thanks",
        N_("Thanks for a note"),
        N_("Whoever wrote a review is thanked for it, two hours later."),
        "message-square",
        ("plays", "thanks"),
    ),
    Beginning(
        "after-sales-care",
        N_("Care after the sale"),
        N_("A week after an order: is everything as it should be?"),
        "shield-check",
        ("plays", "after-sales-care"),
    ),
    Beginning(
        "remembered",
        N_("A preference remembered"),
        N_("Whoever told us what she likes is shown that we remember it."),
        "heart",
        ("plays", "remembered"),
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
    """Write an example with what the house has; raises Invalid for one that there is not.

    Those that are plays come from their playbook instead, see ``scenarios.plays``.
    """
    say = {"do": "message", "channel": known.channel, "template": known.template}
    entry = {"segment": known.segment} if known.segment else {"event": "Consent Given"}
    graphs: dict[str, dict[str, Any]] = {
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
