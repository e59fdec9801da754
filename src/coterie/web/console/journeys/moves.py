"""Moving a step in the editor, copying it, and taking the last change back."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.core.errors import Conflict, NotFound
from coterie.journeys import moving
from coterie.journeys.drafts.model import Draft
from coterie.storage.work import Work
from coterie.web.console.journeys.editing import change
from coterie.web.console.journeys.placing import read
from coterie.web.console.journeys.view import BASE, View, edit_address
from coterie.web.desk import DeskForm, Operator, actor_of
from coterie.web.parts import Here

router = APIRouter(prefix=BASE)


@router.post("/{slug}/edit/move")
def move_node(
    request: Request, here: Here, account: Operator, slug: str, form: DeskForm
) -> Response:
    """Move a step up, down or into another way, or put a copy of it behind it."""
    view, node, to = View.of(request, here, account), form.get("node", ""), form.get("to", "")

    def edit(_work: Work, draft: Draft) -> tuple[Mapping[str, Any], str, str]:
        back = edit_address(slug, node=node)
        try:
            if to == "twice":
                changed, name = moving.duplicate(draft.definition, node)
                return changed, edit_address(slug, node=name), ""
            place = _place(draft.definition, node, to, form.get("place", ""))
            return moving.move(draft.definition, node, place), back, ""
        except Conflict:
            said = view.speech.gettext("This step cannot stand there: it leads several ways.")
            return draft.definition, back, said

    return change(here, account, slug, form, edit)


def _place(definition: Mapping[str, Any], node: str, to: str, place: str) -> tuple[str, str]:
    found = {
        "up": lambda: moving.above(definition, node),
        "down": lambda: moving.below(definition, node),
    }.get(to, lambda: read(place))()
    if found is None:
        raise NotFound("there is no such place in this draft: reload the page")
    return found


@router.post("/{slug}/edit/undo")
def undo(request: Request, here: Here, account: Operator, slug: str, _form: DeskForm) -> Response:
    """Take the last change of the draft back."""
    house, view = here.house, View.of(request, here, account)
    try:
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            house.journeys.drafts.undo(work, slug)
        said = view.speech.gettext("The last change was taken back.")
    except Conflict:
        said = view.speech.gettext("There is no change left to take back.")
    return here.pages.redirect(edit_address(slug), said)
