"""The palette: anything by a few letters; people, what the house keeps, and its pages."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.storage.work import Work
from coterie.web.desk import Operator, actor_of
from coterie.web.nav import NAV
from coterie.web.parts import Here
from coterie.web.ports import Served
from coterie.web.speech import N_, Speech

router = APIRouter()

MOST = 8
_LONGEST = 100


@dataclass(frozen=True)
class Hit:
    """One thing found: what it is called, a word about it, where it is."""

    title: str
    about: str
    address: str
    icon: str


@dataclass(frozen=True)
class Group:
    """Hits of one kind under a heading."""

    heading: str
    hits: tuple[Hit, ...]


@router.get("/find")
def find(request: Request, here: Here, account: Operator, q: str = "") -> Response:
    """Answer with what was found, in groups of at most eight; with the pages for no letters."""
    speech = here.pages.speech(request, account)
    text = q.strip()[:_LONGEST]
    with here.house.db.read(actor_of(account), here.house.clock.now()) as work:
        groups = [group for group in look(work, here.house, text, speech) if group.hits]
    return here.pages.render(
        request, "console/find/hits.html", account=account, groups=groups, text=text
    )


def look(work: Work, house: Served, text: str, speech: Speech) -> Iterator[Group]:
    """Yield what is found by a text, group after group."""
    if text:
        yield Group(speech.gettext("People"), _people(work, house, text, speech))
        for heading, kind in _KINDS:
            yield Group(speech.gettext(heading), _first(kind(work, house, text, speech)))
    yield Group(speech.gettext("Pages of the desk"), _first(_pages(text, speech)))


def _first(hits: Iterable[Hit]) -> tuple[Hit, ...]:
    found = []
    for hit in hits:
        found.append(hit)
        if len(found) == MOST:
            break
    return tuple(found)


def is_like(text: str, *words: str) -> bool:
    """Say whether some words hold a text, in small or capital letters.

    >>> is_like("ital", "Italy lovers"), is_like("意大利", "意大利酒爱好者"), is_like("x", "y")
    (True, True, False)
    """
    return any(text.casefold() in word.casefold() for word in words)


def _people(work: Work, house: Served, text: str, speech: Speech) -> tuple[Hit, ...]:
    directory = house.profiles.directory
    by = {hit.profile: hit.by for hit in directory.search(work, text, MOST)}
    return tuple(
        Hit(
            title=card.title,
            about=card.user_id if card.name else speech.word("identity", by[card.profile]),
            address=f"/people/{card.uid}",
            icon="user",
        )
        for card in directory.cards(work, list(by))
    )


def _segments(work: Work, house: Served, text: str, speech: Speech) -> Iterator[Hit]:
    for one in house.segments.all(work):
        if is_like(text, one.slug, one.title_en, one.title_zh):
            title = speech.title({"en": one.title_en, "zh": one.title_zh})
            people = speech.ngettext("%(n)s person", "%(n)s people", one.size)
            yield Hit(title, people, f"/segments/{one.slug}", "filter")


def _journeys(work: Work, house: Served, text: str, speech: Speech) -> Iterator[Hit]:
    for one in house.journeys.all(work):
        if is_like(text, one.slug, *one.journey.title.values()):
            title = speech.title(one.journey.title) or one.slug
            about = speech.gettext("paused") if one.state == "paused" else ""
            yield Hit(title, about, f"/journeys/{one.slug}", "route")


def _communities(work: Work, house: Served, text: str, speech: Speech) -> Iterator[Hit]:
    for one in house.communities.communities(work):
        if is_like(text, one.slug, *one.titles.values()):
            yield Hit(speech.title(one.titles), "", f"/communities/{one.slug}", "heart")


def _topics(work: Work, house: Served, text: str, speech: Speech) -> Iterator[Hit]:
    for one in house.catalog.topics(work):
        if is_like(text, one.path, one.title_en, one.title_zh):
            title = speech.title({"en": one.title_en, "zh": one.title_zh})
            yield Hit(title, one.path, f"/topics/{quote(one.path)}", "tags")


def _items(work: Work, house: Served, text: str, _speech: Speech) -> Iterator[Hit]:
    for one in house.catalog.search(work, text):
        yield Hit(one.title or one.key, one.key, f"/items/{quote(one.key, safe='')}", "package")


def _pages(text: str, speech: Speech) -> Iterator[Hit]:
    for section in NAV:
        for link in section.links:
            title = speech.gettext(link.title)
            if is_like(text, title, link.title, link.address):
                about = speech.gettext(section.title) if section.title else ""
                yield Hit(title, about, link.address, link.icon)


_Kind = Callable[[Work, Served, str, Speech], Iterator[Hit]]
_KINDS: tuple[tuple[str, _Kind], ...] = (
    (N_("Segments"), _segments),
    (N_("Journeys"), _journeys),
    (N_("Communities"), _communities),
    (N_("Interests and topics"), _topics),
    (N_("Items"), _items),
)
