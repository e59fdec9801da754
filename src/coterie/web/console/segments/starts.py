"""Starting points for a segment, said of what people in this house do. Pure."""

from typing import Any

from coterie.core.event import OWN
from coterie.segments.language.vocabulary import Vocabulary
from coterie.web.speech import N_

Rule = dict[str, Any]

STARTS: tuple[tuple[str, str, str], ...] = (
    ("active", N_("Active now"), N_("did something in the last 30 days")),
    ("new", N_("New this week"), N_("came in the last 7 days, and never more than a week before")),
    ("loyal", N_("Loyal"), N_("often in the last year, and lately too")),
    ("big-spenders", N_("Big spenders"), N_("the highest tenth by what they bought in 90 days")),
    ("fans", N_("Fans of a topic"), N_("at least 5 times, and 40 % of all they do")),
    ("fading", N_("Doing less"), N_("less than half as often in 90 days as in the 90 before")),
    ("leaving", N_("About to leave"), N_("often before, nothing for 30 days")),
    ("win-back", N_("To win back"), N_("came in the last half-year, not for 60 days")),
    ("no-return", N_("Came once, not again"),
     N_("did it in the last 90 days, and not again within 30 days")),
    ("birthday", N_("Birthday soon"), N_("a birthday in seven days, and may be written to")),
    ("quiet", N_("Members who went quiet"), N_("take part in a community, nothing for 30 days")),
    ("test-group", N_("A tenth by lot"), N_("the same people every time, for a trial")),
)  # fmt: skip
"""Starting points: a key, a name, and what it means in a few words."""

_BIRTHDAYS = ("birthday", "birth_date", "birthdate", "date_of_birth", "born")
_MONEY = ("Order Completed", "Order Created")


def main_event(words: Vocabulary) -> str:
    """Return what people here do most; consent and the house's own facts are no doing."""
    did = {
        name: count
        for name, count in words.events.items()
        if not name.startswith(OWN) and not name.startswith("Consent ")
    }
    return max(did, key=lambda name: (did[name], name), default="*")


def start(key: str, words: Vocabulary) -> Rule:
    """Return the rule of a starting point; without one, that people did what they do most."""
    event = main_event(words)
    made = _of_doings(event).get(key) or _of_words(event, words).get(key)
    return made or {"all": [{"did": event, "count": {">=": 1}}]}


def _of_doings(event: str) -> dict[str, Rule]:
    """Make what needs only the name of an event."""
    return {
        "active": {"all": [{"did": event, "within": "30d", "count": {">=": 1}}]},
        "loyal": {"all": [
            {"did": event, "count": {">=": 10}, "within": "365d"},
            {"did": event, "count": {">=": 1}, "within": "60d"},
        ]},
        "fading": {"all": [
            {"trend": event, "window": "90d", "is": {"<": 0.5}, "at_least_before": 3},
        ]},
        "leaving": {"all": [
            {"did": event, "count": {">=": 5}, "within": "180d"},
            {"not": {"did": event, "count": {">=": 1}, "within": "30d"}},
        ]},
        "win-back": {"all": [
            {"did": event, "count": {">=": 1}, "within": "180d"},
            {"not": {"did": "*", "count": {">=": 1}, "within": "60d"}},
        ]},
        "new": {"all": [
            {"did": "*", "count": {">=": 1}, "within": "7d"},
            {"not": {"did": "*", "then": "*", "after": "7d"}},
        ]},
        "no-return": {"all": [
            {"did": event, "then_not": event, "within": "30d", "during": "90d"},
        ]},
        "test-group": {"all": [{"bucket": {"salt": "trial", "from": 0, "to": 1_000}}]},
    }  # fmt: skip


def _of_words(event: str, words: Vocabulary) -> dict[str, Rule]:
    """Make what names a topic, a trait, a community or an amount of this house."""
    paths = [topic.path for topic in words.topics if topic.parent is not None]
    topic = {"topic": paths[0]} if paths else {}
    bought = next((name for name in _MONEY if name in words.events), None)
    spent = {"did": event} if bought is None else {"did": bought, "sum": "total"}
    born = next((name for name in _BIRTHDAYS if name in words.traits), "birthday")
    community = next(iter(words.communities), "name")
    return {
        "big-spenders": {"all": [{"top": {**spent, "within": "90d", "percent": 10}}]},
        "fans": {"all": [
            {"did": event, **topic, "count": {">=": 5}},
            {"share": event, **topic, "is": {">=": 0.4}},
        ]},
        "birthday": {"all": [
            {"trait": born, "op": "anniversary", "value": 7},
            {"consents": {"purpose": "marketing", "channel": "*"}},
        ]},
        "quiet": {"all": [
            {"in_community": community},
            {"not": {"did": "*", "count": {">=": 1}, "within": "30d"}},
        ]},
    }  # fmt: skip
