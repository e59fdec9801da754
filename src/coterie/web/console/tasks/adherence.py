"""How plans are kept to: done in their window, late, missed; by plan, store and guide."""

from collections.abc import Callable, Sequence

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.core.clock import DAY
from coterie.guides.tasks.plans.model import Line, Tally
from coterie.web.console.tasks.words import tabs
from coterie.web.desk import Operator, actor_of
from coterie.web.parts import Here

router = APIRouter(prefix="/tasks/adherence")

_DAYS = (7, 30, 90)


@router.get("")
def adherence(request: Request, here: Here, account: Operator, days: int = 30) -> Response:
    """Show how the tasks given within some days went."""
    house, speech = here.house, here.pages.speech(request, account)
    days = days if days in _DAYS else 30
    with house.db.read(actor_of(account), house.clock.now()) as work:
        lines = house.tasks.plans.adherence(work, work.now - days * DAY)
        plans = house.tasks.plans.titled(work)
        duty = house.scripts.on_duty(work)
    stores = {one.store: one.store_title for one in duty.values() if one.store}
    nobody = speech.gettext("nobody yet")
    tables = (
        (speech.gettext("By plan"), _by(
            lines, lambda one: speech.title(plans[one.plan].titles) if one.plan in plans
            else one.plan)),
        (speech.gettext("By store"), _by(
            lines, lambda one: stores.get(one.store, one.store) if one.store else nobody)),
        (speech.gettext("By guide"), _by(
            lines, lambda one: (duty[one.guide].name if one.guide in duty else one.guide)
            if one.guide else nobody)),
    )  # fmt: skip
    return here.pages.render(
        request, "console/tasks/adherence.html", account=account, tables=tables, days=days,
        spans=_DAYS, total=sum((one.tally for one in lines), Tally()),
        tabs=tabs(speech, "/tasks/adherence"),
    )  # fmt: skip


def _by(lines: Sequence[Line], name: Callable[[Line], str]) -> list[tuple[str, Tally]]:
    """Add the lines of one name up; those with the least done in time first."""
    found: dict[str, Tally] = {}
    for one in lines:
        found[name(one)] = found.get(name(one), Tally()) + one.tally
    return sorted(found.items(), key=lambda each: (_share(each[1]), each[0]))


def _share(tally: Tally) -> float:
    over = tally.in_time + tally.late + tally.missed
    return tally.in_time / over if over else 2.0
