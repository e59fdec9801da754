"""Budgets: what may be given away in all, what is set aside, what was spent."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.accounts.model import Account
from coterie.core.clock import parse_time
from coterie.core.errors import CoterieError, Invalid
from coterie.loyalty.coupons.model import Budget
from coterie.web.console.coupons.words import amount_in, tabs
from coterie.web.console.orders.words import money
from coterie.web.desk import DeskForm, Operator, actor_of
from coterie.web.parts import Here, Parts

router = APIRouter(prefix="/coupons/budgets")


@router.get("")
def budgets(request: Request, here: Here, account: Operator) -> Response:
    """List budgets and how far each is used."""
    return _list(request, here, account)


def _list(request: Request, here: Parts, account: Account, fault: str = "") -> Response:
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        found = house.growing.coupons.budgets(work)
        users: dict[str, list[tuple[str, str]]] = {}
        for one in house.growing.coupons.templates(work):
            if one.budget:
                title = speech.title(one.titles) or one.slug
                users.setdefault(one.budget, []).append((one.slug, title))
    return here.pages.render(
        request, "console/coupons/budgets.html", http_status=400 if fault else 200,
        account=account, tabs=tabs(speech, "/coupons/budgets"), budgets=found, users=users,
        money=money, currency=house.instance.currency, fault=fault,
    )  # fmt: skip


@router.post("")
def keep(request: Request, here: Here, account: Operator, form: DeskForm) -> Response:
    """Make a budget, or change how much it is."""
    house, speech = here.house, here.pages.speech(request, account)
    said = {name: text.strip() for name, text in form.items()}
    try:
        if not said.get("amount"):
            raise Invalid("say how much it is", path="amount")
        budget = Budget(
            slug=said.get("slug", ""),
            titles={key: said[key] for key in ("zh", "en") if said.get(key)},
            amount=amount_in(said["amount"], "amount"),
            mode="soft" if said.get("mode") == "soft" else "hard",
            campaign=said.get("campaign") or None,
            until=parse_time(said["until"], here.pages.zone) if said.get("until") else None,
        )
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            house.growing.coupons.keep_budget(work, budget)
    except CoterieError as error:
        return _list(request, here, account, error.message)
    return here.pages.redirect("/coupons/budgets", speech.gettext("Kept."))
