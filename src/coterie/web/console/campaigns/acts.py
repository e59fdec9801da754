"""What is done to a campaign from its board: launch, shift, cancel, gates, tasks."""

from collections.abc import Callable
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from coterie.accounts.model import Account
from coterie.campaigns.plans.model import GATES, GateName
from coterie.core.errors import Invalid
from coterie.storage.work import Work
from coterie.web.desk import Operator, actor_of, desk_form
from coterie.web.parts import Here, Parts
from coterie.web.speech import N_

router = APIRouter(prefix="/campaigns/{slug}")

Form = Annotated[dict[str, str], Depends(desk_form)]


@router.post("/launch")
def launch(request: Request, here: Here, account: Operator, slug: str, form: Form) -> Response:  # noqa: ARG001
    """Let a draft run."""
    plans = here.house.growing.plans
    return _do(request, here, account, slug, lambda work: plans.launch(work, slug),
               N_("It runs: the base is drawn now."))  # fmt: skip


@router.post("/shift")
def shift(request: Request, here: Here, account: Operator, slug: str, form: Form) -> Response:
    """Move the first day of sale, and everything with it."""
    try:
        start = date.fromisoformat(form.get("start", ""))
    except ValueError as error:
        raise Invalid("no day was chosen", path="start", hint="go back and choose one") from error
    plans = here.house.growing.plans
    return _do(request, here, account, slug, lambda work: plans.shift(work, slug, start),
               N_("Moved, with everything that hangs on it."))  # fmt: skip


@router.post("/cancel")
def cancel(request: Request, here: Here, account: Operator, slug: str, form: Form) -> Response:
    """End it."""
    plans = here.house.growing.plans
    why = form.get("why", "")
    return _do(request, here, account, slug, lambda work: plans.cancel(work, slug, why),
               N_("Cancelled. What waited is taken back."))  # fmt: skip


@router.post("/reopen")
def reopen(request: Request, here: Here, account: Operator, slug: str, form: Form) -> Response:  # noqa: ARG001
    """Take a cancellation back."""
    plans = here.house.growing.plans
    return _do(request, here, account, slug, lambda work: plans.reopen(work, slug),
               N_("It goes on."))  # fmt: skip


@router.post("/override")
def override(request: Request, here: Here, account: Operator, slug: str, form: Form) -> Response:
    """Let a red gate be, for a reason; or take that back."""
    gate = _gate(form.get("gate", ""))
    plans = here.house.growing.plans
    if form.get("undo"):
        return _do(request, here, account, slug,
                   lambda work: plans.withdraw_override(work, slug, gate),
                   N_("The gate counts again."))  # fmt: skip
    reason = form.get("reason", "")
    return _do(request, here, account, slug, lambda work: plans.override(work, slug, gate, reason),
               N_("Kept with its reason."))  # fmt: skip


@router.post("/tasks")
def tasks(request: Request, here: Here, account: Operator, slug: str, form: Form) -> Response:
    """Say that a task is done, or not after all."""
    plans, key, undo = here.house.growing.plans, form.get("task", ""), bool(form.get("undo"))
    return _do(
        request, here, account, slug, lambda work: plans.done(work, slug, [key], undo=undo),
        N_("Open again.") if undo else N_("Done."), "#tasks",
    )  # fmt: skip


def _do(
    request: Request, here: Parts, account: Account, slug: str, act: Callable[[Work], object],
    said: str, place: str = "",
) -> Response:  # fmt: skip
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        act(work)
    house.poke()
    return here.pages.redirect(f"/campaigns/{slug}{place}", speech.gettext(said))


def _gate(text: str) -> GateName:
    for name in GATES:
        if name == text:
            return name
    raise Invalid(f"{text!r} is no gate", path="gate", hint="one of " + ", ".join(GATES))
