"""One channel code: what came of it, who is shown now and why, what became of its welcomes."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

import numpy as np
from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from coterie.channels.wecom.ways.model import Way
from coterie.channels.wecom.welcomes.model import STATUSES
from coterie.codes.channel.model import ChannelCode, Numbers
from coterie.codes.channel.service import ChannelCodes
from coterie.codes.groups.model import Offer
from coterie.core.clock import DAY, local_date, midnight
from coterie.storage.work import Work
from coterie.web.charts import Chart, Series
from coterie.web.console.codes import words
from coterie.web.desk import DeskForm, Operator, actor_of, desk_form
from coterie.web.parts import Here, Parts
from coterie.web.speech import N_, Speech

router = APIRouter(prefix="/codes")

_DAYS = 30
_WELCOMES = 10
_ENABLED = N_("The code works again.")
_RETRIED = N_("WeCom is told again.")


@router.get("/{state}")
def one(request: Request, here: Here, account: Operator, state: str) -> Response:
    """Show one code."""
    house, speech = here.house, here.pages.speech(request, account)
    scanning, now = house.scanning, house.clock.now()
    with house.db.read(actor_of(account), now) as work:
        code = scanning.channel.get(work, state)
        shown = scanning.channel.shown(work, [state])[state]
        way = scanning.ways.of(work, [state]).get(state)
        effective = scanning.channel.effective(work, [state])[state]
        figures = scanning.welcomes.figures(work, [state], now - _DAYS * DAY)
        told = scanning.welcomes.page(work, state, limit=_WELCOMES)
        values: dict[str, Any] = {
            "numbers": scanning.channel.numbers(work, [state]).get(state, Numbers()),
            "by_guide": scanning.channel.by_guide(work, state),
            "versions": scanning.channel.versions(work, state)[:10],
            "offer": _offer(here, work, effective),
            "places": {one.key: one.title for one in scanning.channel.guides.stores(work)},
            "chart_of_days": _chart(here, work, speech, state),
        }
        known = {guide for guide, _, _ in values["by_guide"]} | {code.key.guide or ""}
        values["names"] = names_of(scanning.channel, work, known)
        members = house.guides.organisation.guide_names(work, {one.userid for one in told})
    return here.pages.render(
        request, "console/codes/one.html", account=account, code=code, shown=shown, way=way,
        effective=effective, figures=figures, told=told, words=words, statuses=STATUSES,
        mend=mend(way), members=members, connected=scanning.ways.connected,
        address=f"{here.outside(request)}/c/{state}", **values,
    )  # fmt: skip


@router.post("/{state}/disable")
def disable(
    request: Request, here: Here, account: Operator, state: str, form: DeskForm
) -> Response:
    """Let a code lead elsewhere."""
    house, speech = here.house, here.pages.speech(request, account)
    successor = form.get("successor", "").strip() or None
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        house.scanning.channel.disable(work, state, successor)
    _poke(here)
    return here.pages.redirect(
        f"/codes/{state}", speech.gettext("Disabled: who scans it is led elsewhere.")
    )


@router.post("/{state}/rotate", dependencies=[Depends(desk_form)])
def rotate(request: Request, here: Here, account: Operator, state: str) -> Response:
    """Replace a leaked code by a fresh one."""
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        fresh = house.scanning.channel.rotate(work, state)
    _poke(here)
    return here.pages.redirect(
        f"/codes/{fresh.state}", speech.gettext("This is the fresh code; the old one leads here.")
    )


@router.post("/{state}/enable", dependencies=[Depends(desk_form)])
def enable(request: Request, here: Here, account: Operator, state: str) -> Response:
    """Let a disabled code work again."""
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        house.scanning.channel.enable(work, state)
    _poke(here)
    return here.pages.redirect(f"/codes/{state}", speech.gettext(_ENABLED))


@router.post("/{state}/retry", dependencies=[Depends(desk_form)])
def retry(request: Request, here: Here, account: Operator, state: str) -> Response:
    """Tell the platform again at once."""
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        house.scanning.ways.try_again(work, state)
    _poke(here)
    back = f"/codes/groups/{state}" if state.startswith("g") else f"/codes/{state}"
    return here.pages.redirect(back, speech.gettext(_RETRIED))


def names_of(channel: ChannelCodes, work: Work, guides: Collection[str]) -> dict[str, str]:
    """Return what people call guides; whom nobody knows has no key."""
    return {key: one.name or key for key, one in channel.standings(work, guides).items()}


def mend(way: Way | None) -> tuple[str, str]:
    """Return what a failure means and how to mend it; empty where none is."""
    return ("", "") if way is None or way.errcode is None else words.mend_of(way.errcode)


def _poke(here: Parts) -> None:
    here.house.poke_contacts()


def _offer(here: Parts, work: Work, code: ChannelCode) -> Offer | None:
    groups, definition = here.house.scanning.groups, code.definition
    if definition.group == "store":
        return groups.for_store(work, definition.key.store)
    if definition.group == "topic" and definition.topic:
        return groups.for_topics(work, [definition.topic])
    return None


def _chart(here: Parts, work: Work, speech: Speech, state: str) -> Chart:
    zone = here.pages.zone
    today = local_date(work.now, zone)
    days = [today - timedelta(days=ago) for ago in range(_DAYS - 1, -1, -1)]
    starts = np.array([midnight(day, zone) for day in days])
    at, joined = here.house.scanning.channel.moments(work, state, int(starts[0]))
    place = np.searchsorted(starts, at, side="right") - 1
    return Chart(
        "added", speech.gettext("Added a day, and how many of them came into a group"), "bar",
        [day.strftime("%m-%d") for day in days],
        [
            Series(speech.gettext("Added"), np.bincount(place, minlength=_DAYS).tolist()),
            Series(
                speech.gettext("came into a group"),
                np.bincount(place, weights=joined, minlength=_DAYS).astype(int).tolist(),
            ),
        ],
    )  # fmt: skip
