"""Many codes at once: a table of guides or stores times places, looked at before it is made."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from coterie.accounts.model import Account
from coterie.codes.channel.bulk import COLUMNS, Plan, read
from coterie.core.errors import CoterieError
from coterie.web.console.codes.editing import people_and_places
from coterie.web.console.codes.form import welcome_of
from coterie.web.desk import Operator, actor_of, long_form
from coterie.web.parts import Here, Parts

router = APIRouter(prefix="/codes/bulk")

LongForm = Annotated[dict[str, str], Depends(long_form)]
_SAMPLE = 12
_FAULTS = 20


@router.get("")
def start(request: Request, here: Here, account: Operator) -> Response:
    """Ask for the table; every guide there is stands in it already."""
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        rows = [(one.id, one.stores[0] if one.stores else "")
                for one in house.guides.organisation.guides(work, active=True)]  # fmt: skip
    table = "guide,store\n" + "\n".join(f"{guide},{store}" for guide, store in rows[:2_000])
    return _page(request, here, account, {"table": table if rows else "guide,store\n"})


@router.post("")
def look(request: Request, here: Here, account: Operator, form: LongForm) -> Response:
    """Say what a table would make, or make it."""
    house, speech = here.house, here.pages.speech(request, account)
    try:
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            known = {one for one, _ in people_and_places(here, work)[0]}
            plan = read(
                form.get("table", ""), form.get("placements", "").splitlines(), _common(form),
                here.pages.zone, known or None,
            )  # fmt: skip
            if form.get("make") != "1" or plan.faults:
                return _page(request, here, account, form, plan=plan)
            made = house.scanning.channel.make_many(work, plan.given)
    except CoterieError as error:
        return _page(request, here, account, form, fault=error)
    house.poke_contacts()
    campaign = form.get("campaign", "").strip()
    text = speech.ngettext("%(n)s code was made.", "%(n)s codes were made.", len(made))
    return here.pages.redirect(f"/codes?campaign={campaign}" if campaign else "/codes", text)


def _common(form: Mapping[str, str]) -> dict[str, Any]:
    said = {name: text.strip() for name, text in form.items() if text.strip()}
    common: dict[str, Any] = {"tags": [
        one.strip() for one in said.get("tags", "").replace("，", ",").split(",") if one.strip()
    ]}  # fmt: skip
    for name in ("campaign", "group", "ends"):
        if name in said:
            common[name] = said[name]
    if said.get("spare") == "store":
        common["spare"] = "store"
    welcome = welcome_of(said, "welcome")
    return common if welcome is None else common | {"welcome": welcome}


def _page(
    request: Request, here: Parts, account: Account, given: Mapping[str, str],
    plan: Plan | None = None, fault: CoterieError | None = None,
) -> Response:  # fmt: skip
    return here.pages.render(
        request, "console/codes/bulk.html", http_status=400 if fault else 200, account=account,
        given=given, plan=plan, fault=fault, columns=COLUMNS,
        sample=() if plan is None else plan.given[:_SAMPLE],
        faults=() if plan is None else plan.faults[:_FAULTS],
    )  # fmt: skip
