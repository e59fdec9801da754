"""Editing a journey in place: its graph, a form for the step that was pressed, all into the draft.

Every change is a form that saves the draft and leads back to the editor; with JavaScript the same
answer is put in place without a reload.
"""

import json
from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from coterie.accounts.model import Account
from coterie.core.errors import Conflict, Invalid, NotFound
from coterie.journeys import ways
from coterie.journeys.crowd.model import Flow
from coterie.journeys.drafts.compare import compare
from coterie.journeys.drafts.model import Draft
from coterie.journeys.model import Counts
from coterie.storage.work import Work
from coterie.web.console.journeys import settings
from coterie.web.console.journeys.drawing import Ink, draw
from coterie.web.console.journeys.forms import body_from, branches_of, fields_of, starter
from coterie.web.console.journeys.placing import placed
from coterie.web.console.journeys.view import BASE, View, address, edit_address
from coterie.web.console.journeys.words import KINDS, Words
from coterie.web.desk import DeskForm, Operator, actor_of, long_form
from coterie.web.parts import Here, Parts

router = APIRouter(prefix=BASE)

LongForm = Annotated[dict[str, str], Depends(long_form)]

Edit = Callable[[Work, Draft], tuple[Mapping[str, Any], str, str]]
"""Change a draft's definition; also say where to lead back to, and what is to be told."""


@router.get("/{slug}/edit")
def editor(
    request: Request,
    here: Here,
    account: Operator,
    slug: str,
    node: str | None = None,
    insert: str | None = None,
    way: str = "",
    late: str = "",
) -> Response:
    """Show the draft's graph and the form of one step; what is in force where no draft is yet."""
    house, view = here.house, View.of(request, here, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        drafts = house.journeys.drafts
        kept = drafts.get(work, slug)
        draft = kept or untouched(work, here, slug)
        words, live = view.words(work), house.journeys.find(work, slug)
        faults = drafts.faults(work, draft)
        source = {} if live is None else live.source
        difference = compare(source, draft.definition, draft.node_map)
        counted: dict[str, int] = {}
        for fault in faults:
            counted[fault.node or ""] = counted.get(fault.node or "", 0) + 1
        ink = Ink(
            words=words,
            address=lambda name: edit_address(slug, node=name),
            insert=lambda name, path: edit_address(slug, insert=name, way=path),
            flow=Flow(Counts() if live is None else house.journeys.counts(work, slug)),
            faults=counted,
            changed=frozenset(each.name for each in difference.changed)
            | (frozenset() if draft.new else frozenset(difference.added)),
            chosen=node,
        )
        values: dict[str, Any] = {
            "draft": draft,
            "begun": kept is not None,
            "late": bool(late),
            "undoable": kept is not None and drafts.undoable(work, slug),
            "slug": slug,
            "heading": view.title(slug, draft.definition),
            "picture": draw(draft.definition, ink),
            "faults": view.faults(words, draft, faults),
            "nothing": difference.nothing and not draft.new,
            "form": None if node is None else _form(work, view, words, draft, node),
            "inserting": _inserting(view, draft, insert, way),
            "address": address(slug) if live is not None else BASE,
            "edit": edit_address(slug),
            "publish": address(slug, "publish"),
        }
    return here.pages.render(request, "console/journeys/edit.html", account=account, **values)


def untouched(work: Work, here: Parts, slug: str) -> Draft:
    """Return what a draft would begin as; raises NotFound."""
    defined = here.house.journeys.get(work, slug)
    return Draft(
        slug=slug,
        base=defined.version,
        live=defined.version,
        revision=0,
        definition=defined.source,
        node_map={},
        begun_at=work.now,
        changed_at=defined.changed_at,
        changed_by=defined.changed_by,
    )


def _form(work: Work, view: View, words: Words, draft: Draft, node: str) -> dict[str, Any]:
    """Lay out the form of a step, or of the journey's settings where ``node`` is empty."""
    offered = {
        "segments": list(view.segments(work).items()),
        "events": list(view.events(work).items()),
        **view.offered(work),
    }
    if node == "":
        text = json.dumps(draft.definition, ensure_ascii=False, indent=2)
        return {"node": "", "fields": settings.fields_of(draft.definition), "json": text, **offered}
    body = ways.nodes_of(draft.definition).get(node)
    if not isinstance(body, Mapping):
        raise NotFound(f"there is no step {node!r} in this draft: it may have been taken out")
    messaging, speech = view.here.house.messaging, view.speech
    templates = messaging.templates(work)
    steps = [
        (name, words.node(other))
        for name, other in ways.nodes_of(draft.definition).items()
        if name != node
    ]
    leading = ways.ways(body)
    return {
        "node": node,
        "do": body.get("do"),
        "kind": words.kind(body),
        "sentence": words.node(body),
        "fields": fields_of(body),
        "ways": [(each, words.way(body, each)) for each in leading],
        "keeping": [(each.path, words.way(body, each)) for each in leading],
        **placed(words, draft.definition, node),
        "branches": len(branches_of(body)),
        "targets": [*steps, ("end", speech.gettext("the end"))],
        "templates": [(each.name, each.subject or each.name) for each in templates],
        "channels": [(name, speech.word("channel", name)) for name in messaging.channels],
        "touches": _touches(view),
        "bubble": view.bubble(work, body, ()) if body.get("do") == "message" else None,
        "json": json.dumps(body, ensure_ascii=False, indent=2),
        **offered,
    }


def _touches(view: View) -> list[tuple[str, str]]:
    return [(code, view.speech.word("touch", code)) for code in settings.TOUCHES]


def _inserting(view: View, draft: Draft, after: str | None, way: str) -> dict[str, Any] | None:
    if after is None:
        return None
    nodes = ways.nodes_of(draft.definition)
    if after and after not in nodes:
        raise NotFound(f"there is no step {after!r} in this draft: it may have been taken out")
    gettext = view.speech.gettext
    kinds = [(code, gettext(name), icon, gettext(use)) for code, (name, icon, use) in KINDS.items()]
    return {"after": after, "way": way, "kinds": kinds}


def change(
    here: Parts, account: Account, slug: str, form: Mapping[str, str], edit: Edit
) -> Response:
    """Change the draft, beginning one with the first change, and lead back to the editor."""
    house = here.house
    seen = form.get("seen", "")
    try:
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            drafts = house.journeys.drafts
            begun = drafts.get(work, slug) is not None
            draft = drafts.open(work, slug) if begun else untouched(work, here, slug)
            definition, back, toast = edit(work, draft)
            if definition != draft.definition:
                drafts.open(work, slug)
                drafts.save(work, slug, definition, seen=int(seen) if seen.isdigit() else None)
    except Conflict:
        return here.pages.redirect(edit_address(slug, late="1"))
    to = address(slug, "publish") if form.get("go") == "publish" else back
    return here.pages.redirect(to, toast)


@router.post("/{slug}/edit/node")
def change_node(
    request: Request, here: Here, account: Operator, slug: str, form: LongForm
) -> Response:
    """Save the form of one step into the draft."""
    view, node = View.of(request, here, account), form.get("node", "")

    def edit(work: Work, draft: Draft) -> tuple[Mapping[str, Any], str, str]:
        body = ways.nodes_of(draft.definition).get(node)
        if not isinstance(body, Mapping):
            raise NotFound(f"there is no step {node!r} in this draft: it may have been taken out")
        changed = body_from(form, body, view.known(work))
        return ways.replace(draft.definition, node, changed), edit_address(slug, node=node), ""

    return change(here, account, slug, form, edit)


@router.post("/{slug}/edit/insert")
def insert_node(
    request: Request, here: Here, account: Operator, slug: str, form: DeskForm
) -> Response:  # fmt: skip
    """Put a new step into a way, and open its form."""
    view = View.of(request, here, account)

    def edit(work: Work, draft: Draft) -> tuple[Mapping[str, Any], str, str]:
        body = starter(form.get("kind", ""), view.known(work))
        after = form.get("after", "") or None
        changed, name = ways.insert(draft.definition, after, form.get("way", ""), body)
        return changed, edit_address(slug, node=name), ""

    return change(here, account, slug, form, edit)


@router.post("/{slug}/edit/remove")
def remove_node(
    request: Request, here: Here, account: Operator, slug: str, form: DeskForm
) -> Response:  # fmt: skip
    """Take a step out; what led to it leads on along the way that is kept."""
    view = View.of(request, here, account)

    def edit(_work: Work, draft: Draft) -> tuple[Mapping[str, Any], str, str]:
        node = form.get("node", "")
        try:
            changed, gone = ways.remove(draft.definition, node, form.get("keep", ""))
        except Conflict:
            toast = view.speech.gettext(
                "A journey needs at least one step: change this one instead."
            )
            return draft.definition, edit_address(slug, node=node), toast
        toast = view.speech.ngettext(
            "%(n)s step was taken out of the draft.",
            "%(n)s steps were taken out of the draft: only this one led to the others.",
            len(gone),
        )
        return changed, edit_address(slug), toast

    return change(here, account, slug, form, edit)


@router.post("/{slug}/edit/settings")
def change_settings(
    request: Request, here: Here, account: Operator, slug: str, form: LongForm
) -> Response:
    """Save the journey's settings into the draft."""
    view = View.of(request, here, account)

    def edit(work: Work, draft: Draft) -> tuple[Mapping[str, Any], str, str]:
        changed = settings.definition_from(form, draft.definition, view.known(work))
        return changed, edit_address(slug, node=""), ""

    return change(here, account, slug, form, edit)


@router.post("/{slug}/edit/json")
def change_json(here: Here, account: Operator, slug: str, form: LongForm) -> Response:
    """Save one step, or the whole definition, as an analyst has written it."""
    node = form.get("node", "")
    try:
        written = json.loads(form.get("json", ""))
    except ValueError as error:
        raise Invalid(f"this is not JSON: {error}", path="json") from error
    if not isinstance(written, dict):
        raise Invalid("write a JSON object", path="json")

    def edit(_work: Work, draft: Draft) -> tuple[Mapping[str, Any], str, str]:
        if node:
            changed = ways.replace(draft.definition, node, written)
            return changed, edit_address(slug, node=node), ""
        return written, edit_address(slug, node=""), ""

    return change(here, account, slug, form, edit)


@router.post("/{slug}/edit/discard")
def discard(
    request: Request, here: Here, account: Operator, slug: str, _form: DeskForm
) -> Response:
    """Throw the draft away."""
    house, view = here.house, View.of(request, here, account)
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        house.journeys.drafts.discard(work, slug)
        live = house.journeys.find(work, slug)
    toast = view.speech.gettext("The draft was thrown away. What is live has not changed.")
    return here.pages.redirect(BASE if live is None else address(slug), toast)
