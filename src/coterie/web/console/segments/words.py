"""What the builder calls things, in English; the catalogues have the other languages."""

from collections.abc import Mapping
from typing import Any

from coterie.core.event import OWN
from coterie.segments.language.vocabulary import Vocabulary
from coterie.segments.words.phrases import Naming
from coterie.web.speech import N_, Speech

Pairs = tuple[tuple[str, str], ...]

GROUPS: Pairs = (
    ("all", N_("all of these conditions")),
    ("any", N_("at least one of these conditions")),
)
KINDS: Pairs = (
    ("did", N_("What they did")),
    ("score", N_("Activity or interest")),
    ("trait", N_("A trait")),
    ("tag", N_("A tag")),
    ("in_segment", N_("Another segment")),
    ("bucket", N_("A random share")),
    ("everyone", N_("Everybody")),
)
MEASURES: Pairs = (
    ("count", N_("times")),
    ("distinct @day", N_("on different days")),
    ("distinct @week", N_("in different weeks")),
    ("distinct @month", N_("in different months")),
    ("distinct @hour", N_("in different hours")),
    ("sum", N_("sum of a property")),
    ("avg", N_("average of a property")),
    ("min", N_("least of a property")),
    ("max", N_("greatest of a property")),
    ("distinct", N_("different values of a property")),
    ("share", N_("share of all these events")),
)
BOUNDS: Pairs = (
    (">=", N_("at least")),
    (">", N_("more than")),
    ("<=", N_("at most")),
    ("<", N_("less than")),
    ("=", N_("exactly")),
    ("!=", N_("not exactly")),
    ("between", N_("between")),
)
SCORE_BOUNDS: Pairs = tuple(pair for pair in BOUNDS if pair[0] != "between")
WINDOWS: Pairs = (
    ("ever", N_("ever")),
    ("within", N_("in the last")),
    ("dates", N_("between dates")),
)
UNITS: Pairs = (
    ("d", N_("days")),
    ("w", N_("weeks")),
    ("h", N_("hours")),
    ("m", N_("minutes")),
    ("s", N_("seconds")),
)
OPERATORS: Pairs = (
    ("=", N_("is")),
    ("!=", N_("is not")),
    (">=", N_("is at least")),
    (">", N_("is more than")),
    ("<=", N_("is at most")),
    ("<", N_("is less than")),
    ("between", N_("is between")),
    ("not_between", N_("is not between")),
    ("in", N_("is one of")),
    ("not_in", N_("is none of")),
    ("contains", N_("contains")),
    ("not_contains", N_("does not contain")),
    ("starts_with", N_("starts with")),
    ("ends_with", N_("ends with")),
    ("matches", N_("matches the pattern")),
    ("exists", N_("is known")),
    ("missing", N_("is not known")),
    ("before", N_("is before the date")),
    ("after", N_("is on or after the date")),
    ("within_last", N_("is a date in the last")),
    ("within_next", N_("is a date in the next")),
    ("on_day", N_("falls on")),
    ("anniversary", N_("has its anniversary in so many days")),
    ("unchanged_for", N_("has not changed for")),
    ("changed_within", N_("has changed in the last")),
    ("all_of", N_("holds all of")),
    ("any_of", N_("holds any of")),
    ("none_of", N_("holds none of")),
)
DAYS: Pairs = (
    ("today", N_("today")),
    ("yesterday", N_("yesterday")),
    ("tomorrow", N_("tomorrow")),
    ("this week", N_("this week")),
    ("last week", N_("last week")),
    ("this month", N_("this month")),
    ("last month", N_("last month")),
    ("this quarter", N_("this quarter")),
    ("this year", N_("this year")),
    ("last year", N_("last year")),
    ("-7 days", N_("7 days ago")),
    ("+7 days", N_("in 7 days")),
)
"""Some of the words for a date; a date or another such word may be typed."""

FAULTS: Mapping[str, str] = {
    "event": N_("Choose what they did."),
    "value": N_("Write a value that fits here; a number such as 4."),
    "low": N_("Write the lower value."),
    "high": N_("Write the upper value."),
    "values": N_("Write at least one value, one on each line."),
    "amount": N_("Write how long: a whole number, at most a hundred years."),
    "topic": N_("Choose a topic from the list."),
    "tag": N_("Choose or write a tag."),
    "in_segment": N_("Choose a segment that does not lead back to this one."),
    "path": N_("Name it, and ask only what can be asked of it."),
    "op": N_("This comparison cannot be asked here."),
    "of": N_("Name the property that is measured."),
    "from": N_("Write a date such as 2026-01-31, before the end."),
    "to": N_("Write a date such as 2026-01-31, after the beginning."),
    "score": N_("Choose a score."),
    "salt": N_("Name the draw, so that it stays the same."),
    "kind": N_("This condition is not complete."),
}
"""What is said at a field that the parser refuses, by the last part of the field's name."""

STARTS: Pairs = (
    ("active", N_("Active now")),
    ("loyal", N_("Loyal")),
    ("leaving", N_("About to leave")),
    ("win-back", N_("To win back")),
    ("newcomers", N_("Newcomers")),
    ("fans", N_("Fans of a topic")),
    ("quiet", N_("Members who went quiet")),
)
"""Starting points by key; their rules are in ``start``."""

START_HINTS: Mapping[str, str] = {
    "active": N_("did something in the last 30 days"),
    "loyal": N_("often in the last year, and lately too"),
    "leaving": N_("often before, nothing for 30 days"),
    "win-back": N_("came in the last half-year, not for 60 days"),
    "newcomers": N_("came for the first times, in the last two weeks"),
    "fans": N_("at least 5 times, and 40 % of all they do"),
    "quiet": N_("wear a community's tag, nothing for 30 days"),
}


def main_event(words: Vocabulary) -> str:
    """Return what people here do most; consent and the house's own facts are no doing."""
    did = {
        name: count
        for name, count in words.events.items()
        if not name.startswith(OWN) and not name.startswith("Consent ")
    }
    return max(did, key=lambda name: (did[name], name), default="*")


def start(key: str, words: Vocabulary) -> dict[str, Any]:
    """Return the rule of a starting point, said of what people here do most."""
    event = main_event(words)
    topics = [topic.path for topic in words.topics if topic.parent is not None]
    topic = {"topic": topics[0]} if topics else {}
    member = next((tag for tag in words.tags if tag.startswith("community:")), "community:name")
    rules: dict[str, dict[str, Any]] = {
        "active": {"all": [{"did": event, "within": "30d", "count": {">=": 1}}]},
        "loyal": {"all": [
            {"did": event, "count": {">=": 10}, "within": "365d"},
            {"did": event, "count": {">=": 1}, "within": "60d"},
        ]},
        "leaving": {"all": [
            {"did": event, "count": {">=": 5}, "within": "180d"},
            {"not": {"did": event, "count": {">=": 1}, "within": "30d"}},
        ]},
        "win-back": {"all": [
            {"did": event, "count": {">=": 1}, "within": "180d"},
            {"not": {"did": "*", "count": {">=": 1}, "within": "60d"}},
        ]},
        "newcomers": {"all": [
            {"did": event, "count": {">=": 1}, "within": "14d"},
            {"did": event, "count": {"<=": 2}},
        ]},
        "fans": {"all": [
            {"did": event, **topic, "count": {">=": 5}},
            {"share": event, **topic, "is": {">=": 0.4}},
        ]},
        "quiet": {"all": [
            {"tag": member}, {"not": {"did": "*", "count": {">=": 1}, "within": "30d"}},
        ]},
    }  # fmt: skip
    return rules.get(key, {"all": [{"did": event, "count": {">=": 1}}]})


def naming(speech: Speech, words: Vocabulary) -> Naming:
    """Return what this house calls events, topics and segments, in the page's language."""
    topics = {one.path: {"en": one.title_en, "zh": one.title_zh} for one in words.topics}
    segments = {one.slug: {"en": one.title_en, "zh": one.title_zh} for one in words.segments}

    def topic(path: str) -> str:
        return speech.title(topics.get(path, path))

    def trait(path: str) -> str:
        if path == "scores.activity":
            return speech.gettext("activity score")
        if path.startswith("scores.interest."):
            about = topic(path.removeprefix("scores.interest."))
            return speech.gettext("interest in %(topic)s", topic=about)
        return path

    return Naming(
        event=lambda name: speech.word("event", name),
        topic=topic,
        trait=trait,
        segment=lambda slug: speech.title(segments.get(slug, slug)),
    )
