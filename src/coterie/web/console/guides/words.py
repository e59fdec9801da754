"""What the pages of guides share: tabs, names, money, and what a form's texts mean."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from coterie.core.clock import DAY, parse_time
from coterie.core.errors import Invalid
from coterie.guides.gathered import Guides
from coterie.guides.organisation.naming import write_hours
from coterie.storage.work import Work
from coterie.web.console.orders.words import money
from coterie.web.pages import Pages
from coterie.web.speech import N_, Speech

__all__ = [
    "SPANS",
    "Names",
    "hours_said",
    "money",
    "names",
    "number_in",
    "share",
    "span_of",
    "tabs",
]

TABS = (
    (N_("Guides"), "/guides"),
    (N_("Stores"), "/stores"),
    (N_("Bindings"), "/bindings"),
    (N_("Credit"), "/credit"),
    (N_("Leaderboard"), "/leaderboard"),
    (N_("Handovers"), "/handovers"),
)
SPANS = (7, 30, 90)
WEEKDAYS = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun"))


def hours_said(speech: Speech, hours: Mapping[str, str]) -> str:
    """Say openings in words: every day 10:00-22:00, or by the days of the week."""
    said, always = [], speech.gettext("every day")
    for part in filter(None, write_hours(dict(hours)).split("; ")):
        days, _, times = part.partition("=")
        named = "–".join(speech.gettext(WEEKDAYS[int(day) - 1]) for day in days.split("-"))
        said.append(f"{always if days == '1-7' else named} {times}")
    return ", ".join(said)


def tabs(speech: Speech, on: str) -> list[tuple[str, str, bool]]:
    """Return the tabs, the one that is on marked."""
    return [(speech.gettext(words), address, address == on) for words, address in TABS]


@dataclass(frozen=True)
class Names:
    """What guides and stores are called; whose name nobody knows goes by the slug."""

    guides: Mapping[str, str]
    stores: Mapping[str, str]

    def guide(self, name: str | None) -> str:
        """Return what a guide is called."""
        return self.guides.get(name or "", name or "")

    def store(self, name: str | None) -> str:
        """Return what a store is called."""
        return self.stores.get(name or "", name or "")


def names(work: Work, guides: Guides, some: Collection[str] | None = None) -> Names:
    """Read the names of all stores, and of some guides or all."""
    every = guides.organisation
    known = every.guides(work) if some is None else every.named(work, some).values()
    return Names(
        {one.id: one.name for one in known}, {one.id: one.title for one in every.all_stores(work)}
    )


def span_of(days: int) -> int:
    """Check how many days are looked back; raises Invalid."""
    if days not in SPANS:
        raise Invalid("choose one of the spans", path="days", hint="7, 30 or 90")
    return days * DAY


def number_in(text: str, path: str, *, most: int = 3_650) -> int:
    """Read a whole number of a form; raises Invalid."""
    if not text.strip().isdecimal() or int(text) > most:
        raise Invalid(f"{text!r} is no number up to {most}", path=path)
    return int(text)


def share(part: int) -> str:
    """Write a part of 10,000 as percent.

    >>> share(7_000), share(3_333)
    ('70 %', '33.33 %')
    """
    return f"{part / 100:g} %"


def day_in(text: str, pages: Pages) -> int | None:
    """Read a day of a form in the brand's zone; empty is None. Raises Invalid."""
    return parse_time(text, pages.zone) if text.strip() else None
