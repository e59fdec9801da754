"""Step 2: what each column means, by example."""

from dataclasses import dataclass
from typing import Annotated, Any, get_args

import yaml
from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from coterie.accounts.model import Account
from coterie.core.errors import Invalid
from coterie.roads.imports.model import Import
from coterie.roads.imports.plan import NAMED, Choice, Plan, Role, document_of, map_of
from coterie.roads.imports.rows import faults_of
from coterie.roads.imports.suggest import Column, Suggestion, field_name, is_doubtful
from coterie.roads.mapping import Kind
from coterie.web.console.imports.words import GROUNDS, KINDS, becoming, forms, refusal, roles
from coterie.web.desk import Operator, actor_of, desk_form, long_form
from coterie.web.parts import Here, Parts

router = APIRouter()
Form = Annotated[dict[str, str], Depends(long_form)]

ROLES: tuple[Role, ...] = get_args(Role)
SHOWN = 3
_SURE, _LIKELY = 0.85, 0.6


@dataclass(frozen=True)
class Line:
    """One column on the page. ``sure`` is how the guess is judged: sure, likely or guess."""

    number: int
    column: Column
    choice: Choice
    sure: str
    ground: str
    is_doubtful: bool

    @property
    def shown(self) -> tuple[str, ...]:
        """The first values that are there."""
        return tuple(value[:60] for value in self.column.filled[:SHOWN])


@router.get("/imports/{import_id}/columns")
def columns(
    request: Request, here: Here, account: Operator, import_id: str, kind: str = ""
) -> Response:
    """Show the columns with what they are taken for, or with what was said of them."""
    one = _get(here, account, import_id)
    suggestion = here.house.imports.suggest(one, _kind(kind))
    keeps = one.plan is not None and not one.plan.recipe and not kind
    plan = one.plan if keeps and one.plan is not None else suggestion.plan
    return _page(request, here, account, one, plan, suggestion)


@router.post("/imports/{import_id}/columns")
def keep(request: Request, here: Here, account: Operator, import_id: str, form: Form) -> Response:
    """Keep what the columns mean, and try the file; or say what is not right."""
    house = here.house
    one = _get(here, account, import_id)
    plan = plan_in(form, one)
    try:
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            house.imports.plan(work, import_id, plan)
            house.imports.check(work, import_id)
    except Invalid as error:
        suggestion = house.imports.suggest(one, plan.kind)
        return _page(request, here, account, one, plan, suggestion, error)
    house.poke()
    return here.pages.redirect(f"/imports/{import_id}")


@router.post("/imports/{import_id}/recipe", dependencies=[Depends(desk_form)])
def follow(here: Here, account: Operator, import_id: str) -> Response:
    """Take the file for what its columns say it is: gather its rows, and try it."""
    house = here.house
    one = _get(here, account, import_id)
    recipe = house.imports.fitting(one)
    if recipe is None:
        return here.pages.redirect(f"/imports/{import_id}/columns")
    found = house.imports.recast(one, recipe.name)
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        house.imports.keep_recast(work, found)
        house.imports.check(work, import_id)
    house.poke()
    return here.pages.redirect(f"/imports/{import_id}")


@router.post("/imports/{import_id}/preview")
def preview(
    request: Request, here: Here, account: Operator, import_id: str, form: Form
) -> Response:
    """Say what the first rows would become; a part of the page of columns."""
    one = _get(here, account, import_id)
    return here.pages.render(
        request,
        "console/imports/preview.html",
        account=account,
        **_preview(request, here, account, one, plan_in(form, one)),
    )


@router.get("/imports/{import_id}/map.yaml")
def as_map(here: Here, account: Operator, import_id: str) -> Response:
    """Give the map that the plan says, for the command line."""
    one = _get(here, account, import_id)
    text = yaml.safe_dump(document_of(one.require_plan()), allow_unicode=True, sort_keys=False)
    headers = {"Content-Disposition": 'attachment; filename="map.yaml"'}
    return Response(text, media_type="application/yaml; charset=utf-8", headers=headers)


def plan_in(form: dict[str, str], one: Import) -> Plan:
    """Read a plan out of the page's form; what is no choice of ours is left out of the import."""
    choices = []
    for number, column in enumerate(one.columns):
        role = form.get(f"role-{number}", "ignore")
        known: Role = next((one for one in ROLES if one == role), "ignore")
        name = form.get(f"name-{number}", "").strip() if known in NAMED else ""
        if known in ("trait", "property") and not name:
            name = field_name(column)
        written = "" if known == "ignore" else form.get(f"form-{number}", "")
        choices.append(Choice(column, known, name, written))
    kind = _kind(form.get("kind", "")) or "profiles"
    return Plan(kind, tuple(choices), form.get("event", "").strip()[:100])


def _kind(text: str) -> Kind | None:
    return next((kind for kind in KINDS if kind == text), None)


def _get(here: Parts, account: Account, import_id: str) -> Import:
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        return house.imports.get(work, import_id)


def _page(
    request: Request,
    here: Parts,
    account: Account,
    one: Import,
    plan: Plan,
    suggestion: Suggestion,
    error: Invalid | None = None,
) -> Response:
    speech = here.pages.speech(request, account)
    found = here.house.imports.columns(one)
    return here.pages.render(
        request,
        "console/imports/columns.html",
        http_status=400 if error else 200,
        account=account,
        lines=_lines(plan, suggestion, found),
        kinds=KINDS,
        roles=roles(speech, plan.kind),
        forms=forms(speech),
        grounds=GROUNDS,
        recipe=here.house.imports.fitting(one),
        wrong=refusal(speech, error) if error else "",
        wrong_at=error.path if error else "",
        **_preview(request, here, account, one, plan),
    )


def _lines(plan: Plan, suggestion: Suggestion, found: list[Column]) -> list[Line]:
    guesses = {guess.choice.column: guess for guess in suggestion.guesses}
    choices = {choice.column: choice for choice in plan.choices}
    lines = []
    for number, column in enumerate(found):
        choice, guess = choices[column.name], guesses[column.name]
        hers = choice != guess.choice  # a person said so: nothing is to be doubted
        sure = "said" if hers else _judged(guess.confidence)
        doubtful = is_doubtful(column.filled, choice.form)
        lines.append(Line(number, column, choice, sure, guess.ground, doubtful))
    return lines


def _judged(confidence: float) -> str:
    if confidence >= _SURE:
        return "sure"
    return "likely" if confidence >= _LIKELY else "guess"


def _preview(
    request: Request, here: Parts, account: Account, one: Import, plan: Plan
) -> dict[str, Any]:
    speech = here.pages.speech(request, account)
    try:
        file_map = map_of(plan)
        made = here.house.imports.preview(one, plan)
    except Invalid as error:
        refused = {"refused": refusal(speech, error), "refused_at": error.path}
        return {"one": one, "plan": plan, "rows": [], **refused}
    rows = [becoming(speech, plan, row, faults_of(row, file_map, here.pages.zone)) for row in made]
    return {"one": one, "plan": plan, "rows": rows, "refused": "", "refused_at": ""}
