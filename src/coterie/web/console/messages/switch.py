"""The one button: stop all sends, and let them go on."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from coterie.web.console.sign_in import local
from coterie.web.desk import Operator, actor_of, desk_form
from coterie.web.parts import Here, Parts

router = APIRouter()

Form = Annotated[dict[str, str], Depends(desk_form)]


@router.post("/messages/stop")
def stop(request: Request, here: Here, account: Operator, form: Form) -> Response:
    """Let nothing leave the house from now on."""
    _switch(here, account, on=True)
    said = here.pages.speech(request, account).gettext("All sends are stopped.")
    return here.pages.redirect(local(form.get("next", "/")), toast=said)


@router.post("/messages/resume")
def resume(request: Request, here: Here, account: Operator, form: Form) -> Response:
    """Let it go on; the road looks at once at what waits."""
    _switch(here, account, on=False)
    here.house.poke()
    said = here.pages.speech(request, account).gettext("Sends go out again.")
    return here.pages.redirect(local(form.get("next", "/")), toast=said)


@router.get("/mailbox")
def mailbox(request: Request, account: Operator) -> Response:  # noqa: ARG001
    """Lead on from where messages stood before."""
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"/messages{query}", 301)


def _switch(here: Parts, account: Operator, *, on: bool) -> None:
    house = here.house
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        house.messaging.stop_all(work, on)
