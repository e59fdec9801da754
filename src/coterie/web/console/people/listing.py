"""The list of people: who are they, and how many of them may we reach?"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pyroaring import BitMap

from coterie.accounts.model import Account
from coterie.core.clock import local_date
from coterie.core.errors import Invalid
from coterie.profiles.directory.model import Page
from coterie.storage.work import Work
from coterie.web.console.people import finding
from coterie.web.console.people.by_rule import as_rule
from coterie.web.console.people.finding import Found
from coterie.web.console.people.query import ACTIVITY, BOOK, CONSENTS, SEEN, Query, read
from coterie.web.console.people.titles import Titles, segment_titles, topic_titles
from coterie.web.console.segments import words as said
from coterie.web.desk import Operator, actor_of
from coterie.web.exports import Row, download, kind_of, record
from coterie.web.parts import Here, Parts
from coterie.web.speech import N_, Speech

router = APIRouter()

_SORTS = (
    ("seen", N_("Last seen")),
    ("first", N_("First seen")),
    ("created", N_("Known since")),
    ("activity", N_("Activity")),
)
_COLUMNS = (
    ("tags", N_("Tags")),
    ("activity", N_("Activity")),
    ("seen", N_("Last seen")),
    ("first", N_("First seen")),
    ("created", N_("Known since")),
)
_CONSENTS = {
    "given": N_("may be written to"),
    "withdrawn": N_("took consent back"),
    "silent": N_("never asked or answered"),
}
_BOOK = {
    "only": N_("in the address book only"),
    "not": N_("did something at least once"),
}
_SEEN = {
    "1d": N_("seen within a day"),
    "7d": N_("seen within 7 days"),
    "30d": N_("seen within 30 days"),
    "90d": N_("seen within 90 days"),
    "365d": N_("seen within a year"),
    "-1d": N_("not seen for a day"),
    "-7d": N_("not seen for 7 days"),
    "-30d": N_("not seen for 30 days"),
    "-90d": N_("not seen for 90 days"),
    "-365d": N_("not seen for a year"),
}
_MOST_TRAITS = 40
_SHORT = 80
"""A rule's sentence of so many letters is told on its filter's chip."""


@router.get("/people")
def people(request: Request, here: Here, account: Operator) -> Response:
    """List who meets all filters; a filter that makes no sense is said at its place."""
    house, speech = here.house, here.pages.speech(request, account)
    query = read(request.query_params.multi_items())
    with house.db.read(actor_of(account), house.clock.now()) as work:
        query = _with_topic(work, here, query, speech)
        fault: Invalid | None = None
        try:
            found = finding.find(work, house, query)
        except Invalid as error:
            if not query.rule:
                raise
            fault, found = error, Found(BitMap(), 0, house.profiles.count(work), 0, 0, 0, {})
        page = house.profiles.directory.page(
            work,
            query.order,
            among=found.among,
            start=query.start,
            backwards=bool(query.before),
            edge=query.edge(work.now),
            limit=account.preferences.rows,
        )
        cards = house.profiles.directory.cards(work, page.profiles, query.scores)
        choices = _choices(work, here, query, speech)
        views = house.accounts.views(work, account.id, "/people")
        sentence = _sentence(work, here, query, speech) if query.rule and fault is None else ""
    return here.pages.render(
        request,
        "console/people/list.html",
        account=account,
        query=query,
        found=found,
        fault=fault,
        cards=cards,
        highest=max((card.scores.get(ACTIVITY, 0.0) for card in cards), default=0.0),
        chips=_chips(query, choices, speech, sentence),
        sentence=sentence if len(sentence) > _SHORT else "",
        by_rule=query.but().address("/people/by-rule"),
        as_segment=query.but().address("/people/as-segment") if _is_a_rule(query) else "",
        views=views,
        **_pager(query, page),
        **choices,
    )


@router.get("/exports/people")
def export(request: Request, here: Here, account: Operator) -> Response:
    """Send the whole list as a file, and keep that it was taken."""
    house, speech = here.house, here.pages.speech(request, account)
    query = read(request.query_params.multi_items()).but()
    kind = kind_of(request.query_params.get("format", "csv"))
    with house.db.read(actor_of(account), house.clock.now()) as work:
        query = _with_topic(work, here, query, speech)
        among = finding.narrowed(work, house, query)
        count = house.profiles.count(work) if among is None else len(among)
    record(house, account, "people", count=count, format=kind, filtered=query.address())
    name = f"people-{local_date(speech.now, speech.zone)}"
    rows = _rows(here, account, query, among, speech)
    return download(kind, name, finding.header(query, speech), rows)


def _rows(
    here: Parts, account: Account, query: Query, among: BitMap | None, speech: Speech
) -> Iterator[Row]:
    """Read the list while it is sent, in a transaction of its own."""
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        yield from finding.rows(work, house, query, among, speech)


def _with_topic(work: Work, here: Parts, query: Query, speech: Speech) -> Query:
    """Read a topic that was typed by its title as the topic's path."""
    if not query.topic:
        return query
    topics = topic_titles(work, here.house, speech)
    if query.topic in topics:
        return query
    typed = query.topic.casefold()
    path = next((path for path, title in topics.items() if title.casefold() == typed), typed)
    return replace(query, topic=path)


def _named(topics: Mapping[str, str]) -> dict[str, str]:
    """Call each topic by its title, where no other has the same; else by its path."""
    often = Counter(title.casefold() for title in topics.values())
    return {path: title if often[title.casefold()] == 1 else path for path, title in topics.items()}


def _choices(work: Work, here: Parts, query: Query, speech: Speech) -> dict[str, Any]:
    """Offer what can be asked for: nothing sealed, nothing that nobody has."""
    house = here.house
    titles = Titles(work, house, speech)
    traits = house.profiles.directory.trait_names(work)
    plain = [name for name in traits if name not in house.profiles.identifying]
    topics = topic_titles(work, house, speech)
    return {
        "segments": segment_titles(work, house, speech),
        "tags": {
            tag: (titles.tag(tag), number) for tag, number in house.profiles.directory.tags(work)
        },
        "topics": topics,
        "named_topics": _named(topics),
        "seen_choices": [(code, speech.gettext(_SEEN[code])) for code in _every_seen()],
        "consent_choices": [(code, speech.gettext(_CONSENTS[code])) for code in CONSENTS],
        "book_choices": [(code, speech.gettext(_BOOK[code])) for code in BOOK],
        "sorts": [(name, speech.gettext(text)) for name, text in _sorts(query)],
        "column_choices": [
            *((name, speech.gettext(text)) for name, text in _COLUMNS),
            *((f"trait:{name}", name) for name in plain[:_MOST_TRAITS]),
        ],
    }


def _every_seen() -> list[str]:
    return [*SEEN, *(f"-{one}" for one in SEEN)]


def _sorts(query: Query) -> Sequence[tuple[str, str]]:
    return (*_SORTS, ("interest", N_("Interest"))) if query.topic else _SORTS


def _sentence(work: Work, here: Parts, query: Query, speech: Speech) -> str:
    """Say the list's rule in words."""
    segments = here.house.segments
    naming = said.naming(speech, segments.vocabulary(work))
    return segments.say(work, query.rule_json, speech.language, naming)


def _is_a_rule(query: Query) -> bool:
    """Say whether the list can be kept as a segment as it is."""
    try:
        return as_rule(query) is not None
    except Invalid:
        return False


def _chips(
    query: Query, choices: Mapping[str, Any], speech: Speech, sentence: str
) -> list[tuple[str, str]]:
    """Say each filter in words, with the address of the list without it."""
    chips: list[tuple[str, Query]] = []
    if query.q:
        chips.append((f"“{query.q}”", query.without("q")))
    for slug in query.segments:
        title = choices["segments"].get(slug.removeprefix("-"), slug.removeprefix("-"))
        text = N_("not in %(segment)s") if slug.startswith("-") else N_("in %(segment)s")
        chips.append((speech.gettext(text, segment=title), query.without("segments", slug)))
    for tag in query.tags:
        title = choices["tags"].get(tag, (tag, 0))[0]
        chips.append((speech.gettext("tag %(tag)s", tag=title), query.without("tags", tag)))
    if query.topic:
        title = choices["topics"].get(query.topic, query.topic)
        text = speech.gettext(
            "interest in %(topic)s at least %(least)s",
            topic=title,
            least=speech.number(query.least, 2),
        )
        chips.append((text, query.without("topic")))
    if query.seen:
        chips.append((speech.gettext(_SEEN[query.seen]), query.without("seen")))
    if query.consent:
        chips.append((speech.gettext(_CONSENTS[query.consent]), query.without("consent")))
    if query.book:
        chips.append((speech.gettext(_BOOK[query.book]), query.without("book")))
    if query.rule:
        said_so = sentence if 0 < len(sentence) <= _SHORT else speech.gettext("a rule of your own")
        chips.append((said_so, query.without("rule")))
    return [(text, without.address()) for text, without in chips]


def _pager(query: Query, page: Page) -> dict[str, Any]:
    first, last = (str(page.places[0]), str(page.places[-1])) if page.places else ("", "")
    return {
        "earlier": query.but(before=first).address() if page.is_more_before and first else "",
        "later": query.but(after=last).address() if page.is_more_after else "",
    }
