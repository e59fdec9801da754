"""What the builder calls things, in English; the catalogues have the other languages."""

from collections.abc import Iterable, Mapping

from coterie.communities.model import Community
from coterie.segments.language.vocabulary import Vocabulary
from coterie.segments.words.phrases import Naming
from coterie.web.speech import N_, Speech

Pairs = tuple[tuple[str, str], ...]

GROUPS: Pairs = (
    ("all", N_("All of these must hold")),
    ("any", N_("At least one of these must hold")),
    ("none", N_("None of these may hold")),
    ("not_all", N_("Not all of these may hold")),
)
DOINGS: Pairs = (
    ("did", N_("What they did")),
    ("then", N_("What they did next, or did not")),
    ("last", N_("How it was the last time")),
    ("trend", N_("More or less than before")),
    ("top", N_("The highest or the lowest")),
)
BEINGS: Pairs = (
    ("score", N_("Activity or interest")),
    ("trait", N_("A trait")),
    ("tag", N_("A tag")),
    ("consents", N_("Consent")),
    ("near", N_("Where they are")),
)
BELONGINGS: Pairs = (
    ("in_segment", N_("Another segment")),
    ("list", N_("An uploaded list")),
    ("in_community", N_("A community")),
    ("in_group", N_("A chat group")),
)
OTHERS: Pairs = (
    ("bucket", N_("A random share")),
    ("everyone", N_("Everybody")),
)
KINDS: tuple[tuple[str, Pairs], ...] = (
    (N_("What customers do"), DOINGS),
    (N_("What is known of them"), BEINGS),
    (N_("Where they belong"), BELONGINGS),
    (N_("Without regard to the person"), OTHERS),
)
"""Kinds of conditions, in families."""

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
RANKED: Pairs = (
    ("count", N_("how often they did it")),
    ("sum", N_("the sum of a property")),
    ("avg", N_("the average of a property")),
    ("min", N_("the least of a property")),
    ("max", N_("the greatest of a property")),
    ("distinct", N_("different values of a property")),
    ("distinct @day", N_("the number of days")),
    ("distinct @week", N_("the number of weeks")),
    ("distinct @month", N_("the number of months")),
    ("distinct @hour", N_("the number of hours")),
    ("trait", N_("a trait")),
)
"""What people may be ranked by."""
ENDS: Pairs = (
    ("top", N_("the highest")),
    ("bottom", N_("the lowest")),
)
SHARES: Pairs = (
    ("percent", N_("% of them")),
    ("count", N_("persons")),
)
NEXT: Pairs = (
    ("", N_("and then did")),
    ("on", N_("and then did not")),
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
    "next": N_("Choose what they did next."),
    "value": N_("Write a value that fits here; a number such as 4."),
    "low": N_("Write the lower value."),
    "high": N_("Write the upper value."),
    "values": N_("Write at least one value, one on each line."),
    "amount": N_("Write how long: a whole number, at most a hundred years."),
    "gap": N_("Write within how long: a whole number, more than what it waits at least."),
    "wait": N_("Write a shorter time than the one within which it must come."),
    "topic": N_("Choose a topic from the list."),
    "next_topic": N_("Choose a topic from the list."),
    "tag": N_("Choose or write a tag."),
    "in_segment": N_("Choose a segment that does not lead back to this one."),
    "in_community": N_("Choose a community."),
    "in_group": N_("Choose or write a group."),
    "list": N_("Choose an uploaded list."),
    "path": N_("Name it, and ask only what can be asked of it."),
    "op": N_("This comparison cannot be asked here."),
    "of": N_("Name the property that is measured."),
    "from": N_("Write a date such as 2026-01-31, before the end."),
    "to": N_("Write a date such as 2026-01-31, after the beginning."),
    "score": N_("Choose a score."),
    "salt": N_("Name the draw, so that it stays the same."),
    "kind": N_("This condition is not complete."),
    "most": N_("Write how many: a percentage up to 100, or a number of people."),
    "at_least": N_("Write a whole number, at least 1."),
    "purpose": N_("Choose what the consent is for."),
    "channel": N_("Choose a channel."),
    "lat": N_("Write a latitude from -90 to 90, such as 31.23."),
    "lon": N_("Write a longitude from -180 to 180, such as 121.47."),
    "km": N_("Write a distance in kilometres, more than 0."),
}
"""What is said at a field that the parser refuses, by the last part of the field's name."""


def naming(
    speech: Speech, words: Vocabulary, communities: Iterable[Community] = ()
) -> Naming:  # fmt: skip
    """Return what this house calls what rules name, in the page's language."""
    gathered = {one.slug: one.titles for one in communities}
    lists = {one.name: {"en": one.title_en, "zh": one.title_zh} for one in words.lists}
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
        community=lambda slug: speech.title(gathered.get(slug, slug)),
        listed=lambda name: speech.title(lists.get(name, name)) or name,
    )
