"""One journey: its graph with the people in it, who stands at a node and why, its versions."""

from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.core.errors import Invalid, NotFound
from coterie.journeys.crowd.model import Page
from coterie.journeys.drafts.compare import compare
from coterie.journeys.model import Defined
from coterie.journeys.saying import origin
from coterie.journeys.ways import Way, nodes_of
from coterie.messaging.looking.model import Wanted
from coterie.storage.work import Work
from coterie.web.console.journeys.changes import said_differences
from coterie.web.console.journeys.drawing import Ink, draw
from coterie.web.console.journeys.view import BASE, View, address, edit_address
from coterie.web.console.journeys.words import Words
from coterie.web.desk import DeskForm, Operator, actor_of
from coterie.web.parts import Here

router = APIRouter(prefix=BASE)

_FEW = 8
PAGE = 50


@router.get("/{slug}")
def one(
    request: Request, here: Here, account: Operator, slug: str, node: str | None = None
) -> Response:
    """Draw a journey with its people; ``node`` opens who stands there and why."""
    house, view = here.house, View.of(request, here, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        drafts = house.journeys.drafts
        if house.journeys.find(work, slug) is None and drafts.get(work, slug) is not None:
            return here.pages.redirect(edit_address(slug))
        defined = house.journeys.get(work, slug)
        words, flow = view.words(work), house.journeys.flow(work, slug)
        ink = Ink(words, lambda name: address(slug, node=name), flow=flow, chosen=node)
        values: dict[str, Any] = {
            "defined": defined,
            "heading": view.title(slug, defined.source),
            "flow": flow,
            "ended": _ended(words, flow.counts.ended),
            "tally": house.messaging.tally(work, Wanted(origin=origin(slug))),
            "picture": draw(defined.source, ink),
            "panel": None if node is None else panel(work, view, words, defined, node),
            "versions": drafts.versions(work, slug),
            "draft": drafts.get(work, slug),
            "address": address(slug),
            "edit": edit_address(slug),
            "reentry": words.reentry(defined.source.get("reentry", "never")),
            "exit_when": _exit(words, defined),
        }
    return here.pages.render(request, "console/journeys/one.html", account=account, **values)


def _ended(words: Words, ended: Any) -> list[tuple[str, int]]:
    found = sorted(ended.items(), key=lambda pair: -pair[1])
    return [(words.reason(code), number) for code, number in found]


def _exit(words: Words, defined: Defined) -> str:
    rule = defined.source.get("exit_when")
    return "" if rule is None else words.rule(rule)


def panel(work: Work, view: View, words: Words, defined: Defined, node: str) -> dict[str, Any]:
    """Tell of one node: what it does, who stands there and why; its message as it is seen."""
    body = nodes_of(defined.source).get(node)
    if node == "":
        return {"node": "", "kind": view.speech.gettext("Who enters"), "bubble": None, "detail": "",
                "sentence": words.entry(defined.source), "people": [], "total": 0}  # fmt: skip
    if body is None:
        raise NotFound(f"this version has no node {node!r}")
    house = view.here.house
    page = house.journeys.at_node(work, defined.slug, node, _FEW)
    told = {
        "node": node,
        "kind": words.kind(body),
        "sentence": words.node(body),
        "detail": words.detail(body),
        "total": page.total,
        "people": rows(work, view, words, defined, page),
        "more": address(defined.slug, "people", node=node),
        "bubble": None,
        "tally": [],
    }
    if isinstance(body, dict) and body.get("do") == "message":
        recent = [each.run.profile for each in page.people[:1]] or [
            run.profile for run in house.journeys.runs(work, defined.slug, 1)
        ]
        told["bubble"] = view.bubble(work, body, recent)
        wanted = Wanted(origin=origin(defined.slug), template=str(body.get("template", "")))
        told["tally"] = house.messaging.tally(work, wanted)
    return told


def rows(
    work: Work, view: View, words: Words, defined: Defined, page: Page
) -> list[dict[str, Any]]:  # fmt: skip
    """Tell of each person on a page: who, since and until when, and why here."""
    people, found = view.people(work, page), []
    nodes = nodes_of(defined.source)
    for each in page.people:
        name, where = people.get(each.run.profile, (f"#{each.run.profile}", ""))
        last = nodes.get(each.last.node) if each.last is not None else None
        way = Way(each.way, "") if each.way is not None else None
        several = isinstance(last, dict) and last.get("do") in ("split", "random", "wait_for")
        found.append(
            {
                "name": name,
                "address": where,
                "since": each.since,
                "until": each.until,
                "entered": each.run.entered,
                "began": _began(view, words, defined, each.began, each.run.cause),
                "last": None if last is None else words.node(last),
                "last_at": each.last.at if each.last is not None else None,
                "way": words.way(last, _shared(last, way)) if several and way else "",
                "shadow": each.run.shadow,
                "key": each.run.key,
            }
        )
    return found


def _shared(body: Any, way: Way) -> Way:
    """Give a random branch its share, which is how it is called."""
    if isinstance(body, dict) and body.get("do") == "random":
        index = int(way.path[len("branches[") :].partition("]")[0])
        return replace(way, share=body["branches"][index][1])
    return way


def _began(view: View, words: Words, defined: Defined, began: str, cause: Any) -> str:
    _ = view.speech.gettext
    if began == "event" and cause is not None:
        return view.speech.word("event", cause.name)
    slug = str(defined.source["entry"].get("segment", ""))
    title = words.segments.get(slug, slug)
    if began == "present":
        return _("was in “%(title)s” at the start", title=title)
    if began == "again":
        return _("started again, still in “%(title)s”", title=title)
    return _("entered “%(title)s”", title=title)


@router.get("/{slug}/people")
def people(
    request: Request, here: Here, account: Operator, slug: str, node: str, before: int | None = None
) -> Response:
    """List who stands at a node and why, page by page."""
    house, view = here.house, View.of(request, here, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        defined = house.journeys.get(work, slug)
        words = view.words(work)
        body = nodes_of(defined.source).get(node)
        if body is None:
            raise NotFound(f"this version has no node {node!r}")
        page = house.journeys.at_node(work, slug, node, PAGE, before)
        found = rows(work, view, words, defined, page)
    older = None
    if page.before is not None:
        older = address(slug, "people", node=node, before=str(page.before))
    return here.pages.render(
        request, "console/journeys/people.html", account=account,
        heading=words.node(body), title_of=view.title(slug, defined.source), people=found,
        total=page.total, address=address(slug, node=node), older=older,
        newest=address(slug, "people", node=node) if before is not None else None,
    )  # fmt: skip


@router.get("/{slug}/versions/{number}")
def version(
    request: Request, here: Here, account: Operator, slug: str, number: int
) -> Response:  # fmt: skip
    """Look at an earlier version, and at what has changed since."""
    house, view = here.house, View.of(request, here, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        defined, drafts = house.journeys.get(work, slug), house.journeys.drafts
        found, words = drafts.version(work, slug, number), view.words(work)
        ink = Ink(words, lambda _name: address(slug, "versions", str(number)))
        difference = compare(found.definition, defined.source, {})
        values: dict[str, Any] = {
            "version": found,
            "defined": defined,
            "heading": view.title(slug, found.definition),
            "picture": draw(found.definition, ink),
            "changes": said_differences(words, found.definition, defined.source, difference),
            "draft": drafts.get(work, slug),
            "address": address(slug),
        }
    return here.pages.render(request, "console/journeys/version.html", account=account, **values)


@router.post("/{slug}/versions/{number}/restore")
def restore(
    request: Request, here: Here, account: Operator, slug: str, number: int, _form: DeskForm
) -> Response:
    """Make a draft of an earlier version."""
    if number < 1:
        raise Invalid("there is no such version", path="version")
    house, view = here.house, View.of(request, here, account)
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        house.journeys.drafts.restore(work, slug, number)
    toast = view.speech.gettext(
        "Version %(n)s is a draft now. Publish it to bring it back.", n=number
    )
    return here.pages.redirect(edit_address(slug), toast)
