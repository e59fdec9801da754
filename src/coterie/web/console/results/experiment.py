"""One experiment: how far each group came, the verdict by day, guardrails, arms, before and after.

The panel on a journey's own page is a fragment of the same.
"""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.analytics.model import ANY, WINDOW_DAYS, Lift
from coterie.analytics.series import curve
from coterie.analytics.trial.model import Trial, Worth
from coterie.core.errors import NotFound
from coterie.experiments.change import Reading
from coterie.experiments.intervals import newcombe
from coterie.storage.work import Work
from coterie.web.console.results import picture, saying
from coterie.web.console.results.asking import WINDOWS, asked, outcomes, shown
from coterie.web.console.results.gather import SHARED, Asker, Result, find, stood_at, trial
from coterie.web.desk import Operator, actor_of
from coterie.web.parts import Here, Parts
from coterie.web.speech import N_, Speech

router = APIRouter()


@router.get("/results/{kind}/{slug}")
def one(
    request: Request,
    here: Here,
    account: Operator,
    kind: str,
    slug: str,
    event: str = ANY,
    days: int = WINDOW_DAYS,
) -> Response:
    """Show one experiment in full."""
    asked(event, days)
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        asker, found = _found(here, work, kind, slug, event, days)
        names = outcomes(house, work)
        until = stood_at(house, work)
    speech = here.pages.speech(request, account)
    lift = found.lift
    drawn, top = picture.curves([lift.treated, lift.held_out], days)
    return here.pages.render(
        request,
        "console/results/one.html",
        account=account,
        row=_row(speech, asker, found, days),
        half=picture.scale([lift]),
        curves=drawn if lift.interval is not None else [],
        top=top,
        by_day=_by_day(lift, days),
        event=event,
        days=days,
        events=names,
        windows=WINDOWS,
        until=until,
        **_behind(speech, found),
    )


@router.get("/results/{kind}/{slug}/panel")
def panel(request: Request, here: Here, account: Operator, kind: str, slug: str) -> Response:
    """Say the result in short, on the page of what is measured."""
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        asker, found = _found(here, work, kind, slug, ANY, WINDOW_DAYS)
        until = stood_at(house, work)
    speech = here.pages.speech(request, account)
    return here.pages.render(
        request,
        "console/results/panel.html",
        account=account,
        row=_row(speech, asker, found, WINDOW_DAYS),
        half=picture.scale([found.lift]),
        days=WINDOW_DAYS,
        until=until,
    )


def _found(
    here: Parts, work: Work, kind: str, slug: str, event: str, days: int
) -> tuple[Asker, Trial]:
    asker = find(here.house, work, kind, slug)
    if asker is None:
        raise NotFound(f"nothing called {slug!r} has a result")
    return asker, trial(here.house, work, asker, event, days)


def _row(speech: Speech, asker: Asker, found: Trial, days: int) -> dict[str, Any]:
    lift = found.lift
    row = shown(speech, [Result(asker, lift)], days)[0]
    row["advice"] = speech.gettext(saying.ADVICE[lift.verdict])
    row["shared"] = asker.kind in SHARED
    row["programme"] = asker.programme
    if asker.kind == "universal":
        row["title"] = speech.gettext("Everything that is sent, against those who get nothing")
    return row


def _behind(speech: Speech, found: Trial) -> dict[str, Any]:
    """Say what stands behind the verdict."""
    return {
        "stages": found.stages,
        "growth": picture.growth(found.steps),
        "steps": [
            (one.at, one.people, saying.points(speech, one.difference),
             saying.span(speech, one.interval))
            for one in reversed(picture.thinned(found.steps))
        ],
        "guards": [_guard(speech, one) for one in found.guards],
        "sharper": _sharper(speech, found),
        "readings": [_reading(speech, one) for one in found.readings],
        "rise": _rise(speech, found),
        "once": _once(speech, found),
        "races": [_race(speech, one) for one in found.races],
        "groups": found.groups,
        "worths": [
            (speech.gettext(words), _worth(speech, one))
            for words, one in ((N_("A person"), found.a_person), (N_("An order"), found.an_order))
            if one is not None
        ],
    }  # fmt: skip


def _guard(speech: Speech, one: Any) -> dict[str, Any]:
    return {
        "words": speech.gettext(saying.GUARDS[one.name]),
        "treated": one.treated,
        "held_out": one.held_out,
        "difference": saying.points(speech, one.difference),
        "interval": saying.span(speech, one.interval),
        "harmed": one.harmed,
    }


def _worth(speech: Speech, one: Worth) -> dict[str, str]:
    return {
        "treated": speech.number(one.treated, 2),
        "held_out": speech.number(one.held_out, 2),
        "difference": saying.signed(speech, one.difference, 2),
        "interval": speech.gettext(
            "%(low)s to %(high)s",
            low=saying.signed(speech, one.interval.low, 2),
            high=saying.signed(speech, one.interval.high, 2),
        ),
    }


def _sharper(speech: Speech, found: Trial) -> dict[str, str] | None:
    if found.sharper is None:
        return None
    return {
        "difference": saying.points(speech, found.sharper.difference),
        "interval": saying.span(speech, found.sharper.interval),
        "removed": saying.signed(speech, 100 * (1 - found.sharper.kept)).lstrip("+"),
    }


def _reading(speech: Speech, one: Reading) -> dict[str, Any]:
    """Say a reading as a share of what would have been, which is how people speak of it.

    Where that was nothing it is said by the hundred people.
    """

    def said(value: float) -> str:
        if one.base > 0:
            return f"{saying.signed(speech, 100 * value / one.base)}%"
        return saying.signed(speech, 100 * value)

    change = said(one.difference)
    if one.base <= 0:
        change = speech.gettext("%(times)s per hundred people", times=change)
    return {
        "how": speech.gettext(saying.HOWS[one.how]),
        "grade": speech.gettext(saying.GRADES[one.grade]),
        "share": change,
        "interval": speech.gettext(
            "%(low)s to %(high)s", low=said(one.interval.low), high=said(one.interval.high)
        ),
        "shown": one.shown,
    }


def _rise(speech: Speech, found: Trial) -> dict[str, str] | None:
    if found.rise is None:
        return None
    rise, interval = found.rise
    low, high = (f"{saying.signed(speech, 100 * end)}%" for end in (interval.low, interval.high))
    return {"share": f"{saying.signed(speech, 100 * rise)}%", "low": low, "high": high}


def _once(speech: Speech, found: Trial) -> str:
    """Write the interval that would hold for one look at a time settled beforehand."""
    one, other = found.lift.treated, found.lift.held_out
    if found.lift.interval is None or found.groups is not None:
        return ""
    return saying.span(speech, newcombe(one.did, one.people, other.did, other.people))


def _race(speech: Speech, race: Any) -> dict[str, Any]:
    return {
        "node": race.node,
        "blocked": race.blocked,
        "arms": [
            {
                "arm": one.arm,
                "people": one.people,
                "did": one.did,
                "waiting": one.waiting,
                "difference": saying.points(speech, one.difference),
                "interval": "" if one.interval is None else saying.span(speech, one.interval),
                "verdict": speech.gettext(saying.CONTENDERS[one.verdict][0]),
                "tone": saying.CONTENDERS[one.verdict][1],
                "p": speech.number(one.p, 3),
                "best": saying.signed(speech, 100 * one.best).lstrip("+"),
                "loss": saying.points(speech, one.loss, signed=False),
            }
            for one in race.contenders
        ],
    }


def _by_day(lift: Lift, days: int) -> list[tuple[int, int, int]]:
    treated, held_out = (curve(arm.first_day, days) for arm in (lift.treated, lift.held_out))
    return [(day + 1, treated[day], held_out[day]) for day in range(days)]
