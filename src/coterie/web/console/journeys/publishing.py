"""Before a draft goes live: who is affected and how; then it does."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.core.errors import Conflict, Invalid, NotFound
from coterie.journeys.drafts.model import Draft, Fate, Preview
from coterie.journeys.ways import nodes_of
from coterie.storage.work import Work
from coterie.web.console.journeys.changes import said_differences, said_fate, said_shift
from coterie.web.console.journeys.view import BASE, View, address, edit_address
from coterie.web.console.journeys.words import Words
from coterie.web.desk import DeskForm, Operator, actor_of
from coterie.web.parts import Here

router = APIRouter(prefix=BASE)

_PLACE = "place-"


@router.get("/{slug}/publish")
def ask(request: Request, here: Here, account: Operator, slug: str) -> Response:
    """Say what publishing would do, before it is done."""
    house, view = here.house, View.of(request, here, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        draft = house.journeys.drafts.get(work, slug)
        if draft is None:
            return here.pages.redirect(edit_address(slug))
        preview, words = house.journeys.drafts.preview(work, draft), view.words(work)
        values = _said(work, view, words, preview)
    return here.pages.render(
        request, "console/journeys/publish.html", account=account,
        preview=preview, draft=draft, heading=view.title(slug, draft.definition),
        address=address(slug), edit=edit_address(slug), **values,
    )  # fmt: skip


def _said(work: Work, view: View, words: Words, preview: Preview) -> dict[str, Any]:
    draft = preview.draft
    live = view.here.house.journeys.find(work, draft.slug)
    old: Mapping[str, Any] = {} if live is None else live.source
    new = nodes_of(draft.definition)
    targets = [(name, words.node(body)) for name, body in new.items()]
    changes = said_differences(words, old, draft.definition, preview.difference)
    if draft.new:  # nothing to compare with: only what it will do
        changes = [line for line in changes if line["sign"] == "+"]
    fates = [said_fate(words, preview, old, fate) for fate in preview.fates if fate.people]
    return {
        "faults": view.faults(words, draft, preview.faults),
        "changes": changes,
        "shifts": [said_shift(words, draft.definition, shift) for shift in preview.shifts],
        "fates": [told for told in fates if _is_news(told["fate"], preview)],
        "lost": [told for told in fates if told["fate"].kind == "lost"],
        "anew": [_anew(view, words, draft, name) for name in preview.asked_anew],
        "targets": [*targets, ("end", view.speech.gettext("the end: they leave the journey"))],
        "entry": words.entry(draft.definition),
    }


def _is_news(fate: Fate, preview: Preview) -> bool:
    """Say whether a fate is told in the list: not what stands above it already."""
    told = {shift.node for shift in preview.shifts}
    return fate.kind != "lost" and not (fate.kind == "stays" and fate.to in told)


def _anew(view: View, words: Words, draft: Draft, name: str) -> str:
    _ = view.speech.gettext
    if name == "exit_when":
        rule = draft.definition.get("exit_when")
        return _("Everyone on the way is asked at once: %(rule)s", rule=words.rule(rule))
    step = words.step(draft.definition, name)
    return _("Those who wait at “%(step)s” are asked the new condition at once", step=step)


@router.post("/{slug}/publish/places")
def places(request: Request, here: Here, account: Operator, slug: str, form: DeskForm) -> Response:
    """Say where the people of steps that are taken out go."""
    house, view = here.house, View.of(request, here, account)
    chosen = {
        name.removeprefix(_PLACE): target
        for name, target in form.items()
        if name.startswith(_PLACE) and target
    }
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        drafts = house.journeys.drafts
        draft = drafts.get(work, slug)
        if draft is None:
            raise NotFound(f"there is no draft of the journey {slug!r}")
        drafts.save(work, slug, draft.definition, {**draft.node_map, **chosen})
    toast = view.speech.gettext("Everyone has a place now. Look again, then publish.")
    return here.pages.redirect(address(slug, "publish"), toast)


@router.post("/{slug}/publish")
def publish(request: Request, here: Here, account: Operator, slug: str, form: DeskForm) -> Response:
    """Make the draft the version in force, and tell the road what came of it."""
    house, view = here.house, View.of(request, here, account)
    seen, _ = form.get("seen", ""), view.speech.gettext
    try:
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            drafts = house.journeys.drafts
            facts = drafts.publish(work, slug, seen=int(seen) if seen.isdigit() else None)
            house.inbound.tell(work, facts)
            version = house.journeys.get(work, slug).version
    except Conflict:
        toast = _("It is not live yet: the draft or the journey has changed since you looked.")
        return here.pages.redirect(address(slug, "publish"), toast)
    except Invalid:
        toast = _("It is not live yet: something has to be mended first.")
        return here.pages.redirect(address(slug, "publish"), toast)
    house.poke()
    return here.pages.redirect(address(slug), _("Version %(n)s is live.", n=version))


@router.post("/{slug}/edit/rebase")
def rebase(request: Request, here: Here, account: Operator, slug: str, _form: DeskForm) -> Response:
    """Carry a stale draft over, so that it replaces the version published meanwhile."""
    house, view = here.house, View.of(request, here, account)
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        house.journeys.drafts.rebase(work, slug)
    toast = view.speech.gettext(
        "The draft follows the newest version now. Look at what it changes."
    )
    return here.pages.redirect(address(slug, "publish"), toast)
