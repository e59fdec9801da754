"""The team: who may sit at this desk, and what each may do."""

from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from coterie.accounts.model import OPERATOR, ROLES, Account
from coterie.accounts.names import first_password
from coterie.core.errors import Conflict, CoterieError, Invalid
from coterie.web.desk import DeskForm, Operator, Owner, actor_of, desk_form
from coterie.web.parts import Here, Parts
from coterie.web.speech import N_, Speech

router = APIRouter(prefix="/team")

DUTIES = {
    "owner": N_("Manages the team, the keys and the house, and does the daily work."),
    "operator": N_("Does the daily work: segments, journeys, messages, imports."),
}


@router.get("")
def show(request: Request, here: Here, account: Operator) -> Response:
    """List the team."""
    return _list(request, here, account)


def _list(
    request: Request, here: Parts, account: Account, *, status: int = 200, **values: Any
) -> Response:
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        team = house.accounts.team(work)
    shown = {
        "team": team,
        "active": sum(one.account.disabled is None for one in team),
        "roles": _roles(request, here, account),
        "duties": DUTIES,
        "fault": "",
        "name": "",
        "role": OPERATOR,
    }
    return here.pages.render(
        request, "console/house/team.html", http_status=status, account=account, **(shown | values)
    )


def _roles(request: Request, here: Parts, account: Account) -> list[tuple[str, str]]:
    speech = here.pages.speech(request, account)
    return [(role, speech.word("role", role)) for role in reversed(ROLES)]


@router.post("")
def add(request: Request, here: Here, account: Owner, form: DeskForm) -> Response:
    """Make an account for a colleague; its first password is shown this once."""
    house, speech = here.house, here.pages.speech(request, account)
    name, role = form.get("name", ""), form.get("role", OPERATOR)
    first = first_password()
    hashed = house.accounts.hashed(first)
    try:
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            made = house.accounts.create_operator(work, name, hashed, role)
    except (Invalid, Conflict) as error:
        fault = _said(speech, error)
        return _list(request, here, account, status=409, fault=fault, name=name, role=role)
    return _hand_over(request, here, account, made, first)


def _said(speech: Speech, error: CoterieError) -> str:
    """Say a refusal of the accounts' room in her language."""
    if isinstance(error, Invalid):
        return speech.gettext("Write a name of 1 to 100 characters.")
    if error.code == "last_owner":
        return speech.gettext("This is the last owner: make somebody else an owner first.")
    if error.code == "no_owner":
        return speech.gettext(
            "The house has no owner yet: begin with yourself, under Your account."
        )
    return speech.gettext("There is an account of this name already: choose another name.")


def _hand_over(
    request: Request, here: Parts, account: Account, colleague: Account, first: str
) -> Response:
    return here.pages.render(
        request,
        "console/house/first_password.html",
        account=account,
        colleague=colleague,
        first=first,
        address=here.outside(request),
    )


@router.get("/{colleague}")
def one(request: Request, here: Here, account: Owner, colleague: int) -> Response:
    """Show one account with what may be done about it."""
    return _one(request, here, account, colleague)


def _one(
    request: Request, here: Parts, account: Account, colleague: int, *, status: int = 200,
    fault: str = "",
) -> Response:  # fmt: skip
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        found = house.accounts.get(work, colleague)
        sessions = house.accounts.sessions(work, colleague)
    return here.pages.render(
        request,
        "console/house/colleague.html",
        http_status=status,
        account=account,
        colleague=found,
        sessions=sessions,
        roles=_roles(request, here, account),
        duties=DUTIES,
        fault=fault,
    )


@router.post("/{colleague}")
def change(
    request: Request, here: Here, account: Owner, form: DeskForm, colleague: int
) -> Response:
    """Give an account another name or role."""
    house, speech = here.house, here.pages.speech(request, account)
    try:
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            before = house.accounts.get(work, colleague)
            house.accounts.rename(work, colleague, form.get("name", before.name))
            house.accounts.set_role(work, colleague, form.get("role", before.role))
    except (Invalid, Conflict) as error:
        fault = _said(speech, error)
        return _one(request, here, account, colleague, status=409, fault=fault)
    return here.pages.redirect("/team", toast=speech.gettext("Saved."))


@router.post("/{colleague}/password", dependencies=[Depends(desk_form)])
def reset_password(request: Request, here: Here, account: Owner, colleague: int) -> Response:
    """Give a colleague a new first password, shown this once."""
    house = here.house
    first = first_password()
    hashed = house.accounts.hashed(first)
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        found = house.accounts.get(work, colleague)
        house.accounts.reset_password(work, colleague, hashed)
    return _hand_over(request, here, account, found, first)


@router.post("/{colleague}/disable", dependencies=[Depends(desk_form)])
def disable(request: Request, here: Here, account: Owner, colleague: int) -> Response:
    """Let somebody sign in no more, at once."""
    house, speech = here.house, here.pages.speech(request, account)
    try:
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            found = house.accounts.get(work, colleague)
            if colleague != account.id:
                house.accounts.disable(work, colleague)
    except Conflict as error:
        fault = _said(speech, error)
        return _one(request, here, account, colleague, status=409, fault=fault)
    if colleague == account.id:
        fault = speech.gettext("You cannot take away your own place: ask another owner.")
        return _one(request, here, account, colleague, status=409, fault=fault)
    return here.pages.redirect(
        "/team", toast=speech.gettext("%(name)s may sign in no more.", name=found.name)
    )


@router.post("/{colleague}/enable", dependencies=[Depends(desk_form)])
def enable(request: Request, here: Here, account: Owner, colleague: int) -> Response:
    """Let somebody in again."""
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        found = house.accounts.get(work, colleague)
        house.accounts.enable(work, colleague)
    return here.pages.redirect(
        "/team", toast=speech.gettext("%(name)s may sign in again.", name=found.name)
    )
