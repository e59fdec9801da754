"""The queue of doubtful identities: is this one person, or do several share it?"""

from functools import partial

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.core.errors import Invalid
from coterie.web.console.house.audit import who
from coterie.web.console.people.masks import masked
from coterie.web.desk import DeskForm, Operator, actor_of
from coterie.web.parts import Here
from coterie.web.speech import N_

router = APIRouter()

_ANSWERS = {
    "together": N_("They are one person now. Undo it on her page if that was wrong."),
    "apart": N_("They stay several people; this identity joins nobody."),
}
_DECIDED = 20


@router.get("/identities")
def queue(request: Request, here: Here, account: Operator) -> Response:
    """Show what waits for a decision, with the people concerned, and what was decided last."""
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        waiting = house.profiles.reviews(work)
        decided = house.profiles.reviews(work, is_open=False, limit=_DECIDED)
        concerned = {head for one in (*waiting, *decided) for head in one.heads}
        cards = house.profiles.directory.cards(work, sorted(concerned))
    return here.pages.render(
        request,
        "console/identities/queue.html",
        account=account,
        waiting=waiting,
        decided=decided,
        cards={card.profile: card for card in cards},
        masked=masked,
        who=partial(who, here.pages.speech(request, account)),
    )


@router.post("/identities/{review}")
def decide(
    request: Request, here: Here, account: Operator, review: int, form: DeskForm
) -> Response:
    """Take an operator's decision; all that follows from it is derived anew at once."""
    answer = form.get("answer", "")
    if answer not in _ANSWERS:
        raise Invalid(f"{answer!r} is no answer", path="answer", hint=", ".join(_ANSWERS))
    house = here.house
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        house.profiles.decide(work, review, together=answer == "together")
        house.inbound.settle_shifts(work)
    house.poke()
    said = here.pages.speech(request, account).gettext(_ANSWERS[answer])
    return here.pages.redirect("/identities", toast=said)
