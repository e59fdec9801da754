"""Our own page of an item: something to read, and with it the fact that it was read."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.catalog.model import Item
from coterie.codes.model import Link
from coterie.core.errors import NotFound
from coterie.storage.work import Work
from coterie.web.member import reading
from coterie.web.parts import Here, Parts

router = APIRouter()

_LONGEST_TEXT = 200_000


@router.api_route("/a/{item:path}", methods=["GET", "HEAD"])
def article(request: Request, here: Here, item: str, t: str = "") -> Response:
    """Show an item; with leave, note that the link's person, or this device, read it."""
    house = here.house
    given = reading.choice_of(request, here)
    anonymous = reading.anonymous_id(request, here)
    with house.db.read(reading.VISITOR, house.clock.now()) as work:
        found = house.catalog.item(work, item)
        if found is None:
            raise NotFound("this page does not exist, or no longer")
        link = _link(here, work, t, item)
        reader = reading.reader_of(here, work, link, anonymous)
        topics = _topics(here, work, found, here.pages.language(request))
    if given == reading.ALLOW and reader is not None and not reading.is_machine(request):
        reading.note(here, reading.name_of_reading(found), found.key, reader, link)
    return here.pages.render(
        request,
        "member/article.html",
        item=found,
        heading=found.title or found.key,
        paragraphs=paragraphs(found),
        topics=topics,
        address=reading.outside(found.url),
        given=given,
        token=t if link else "",
    )


def paragraphs(item: Item) -> list[str]:
    """Return an item's text cut into paragraphs; its description where it has no text."""
    for text in (item.body, item.properties.get("body"), item.properties.get("description")):
        if isinstance(text, str) and text.strip():
            lines = text[:_LONGEST_TEXT].splitlines()
            return [line.strip() for line in lines if line.strip()]
    return []


def _link(here: Parts, work: Work, token: str, item: str) -> Link | None:
    # a spoilt token must not keep anybody from reading: then nobody in particular reads
    if not token:
        return None
    try:
        link = here.house.codes.read(work, token)
    except NotFound:
        return None
    return link if link.item == item else None


def _topics(here: Parts, work: Work, item: Item, language: str) -> list[str]:
    titles = {topic.path: topic for topic in here.house.catalog.topics(work)}
    known = [titles[path] for path in item.topics if path in titles]
    return [topic.title_zh if language == "zh" else topic.title_en for topic in known]
