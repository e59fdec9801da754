"""Polls at the desk: the list, what came out of one, and its editor."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from coterie.accounts.model import Account
from coterie.campaigns.polls.model import KINDS, Results
from coterie.core.errors import Conflict, CoterieError, Invalid
from coterie.profiles.model import USER
from coterie.storage.work import Work
from coterie.web.console.polls.form import definition_of, fields_of, rows_of
from coterie.web.desk import Operator, actor_of, desk_form, long_form
from coterie.web.parts import Here, Parts
from coterie.web.speech import N_

router = APIRouter(prefix="/polls")

LongForm = Annotated[dict[str, str], Depends(long_form)]

KIND_WORDS = {
    "single": N_("one choice"),
    "multiple": N_("several choices"),
    "number": N_("a number"),
}


@router.get("")
def polls(request: Request, here: Here, account: Operator) -> Response:
    """List polls, with how many answered each."""
    house = here.house
    now = house.clock.now()
    with house.db.read(actor_of(account), now) as work:
        found, counts = house.polls.all(work), house.polls.counts(work)
    return here.pages.render(
        request, "console/polls/list.html", account=account, polls=found, counts=counts,
        kinds=KIND_WORDS, now_ms=now,
    )  # fmt: skip


@router.get("/new")
def new(request: Request, here: Here, account: Operator) -> Response:
    """Write a new poll."""
    return _editor(request, here, account, {}, "")


@router.post("/new")
def make(request: Request, here: Here, account: Operator, form: LongForm) -> Response:
    """Ask a new question."""
    return _save(request, here, account, form.get("slug", "").strip(), form, is_new=True)


@router.get("/{slug}")
def one(request: Request, here: Here, account: Operator, slug: str) -> Response:
    """Say what came out of a poll, and who was silent."""
    house, speech = here.house, here.pages.speech(request, account)
    now = house.clock.now()
    with house.db.read(actor_of(account), now) as work:
        found = house.polls.results(work, slug)
        mine = _my_link(here, work, account, slug)
        segments = {each.slug: {"en": each.title_en, "zh": each.title_zh}
                    for each in house.segments.all(work)}  # fmt: skip
    titles = {one.code: speech.title(one.titles) for one in found.poll.choices}
    return here.pages.render(
        request, "console/polls/one.html", account=account, found=found, poll=found.poll,
        titles=titles, kinds=KIND_WORDS, is_open=found.poll.is_open(now), mine=mine,
        segment=segments.get(found.poll.segment or "", {}), verdict=_verdict(found),
    )  # fmt: skip


@router.get("/{slug}/edit")
def edit(request: Request, here: Here, account: Operator, slug: str) -> Response:
    """Change an open poll."""
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        fields = fields_of(house.polls.source(work, slug))
    return _editor(request, here, account, fields, slug)


@router.post("/{slug}/edit")
def change(request: Request, here: Here, account: Operator, slug: str, form: LongForm) -> Response:
    """Keep a changed poll."""
    return _save(request, here, account, slug, form, is_new=False)


@router.post("/{slug}/close", dependencies=[Depends(desk_form)])
def close(request: Request, here: Here, account: Operator, slug: str) -> Response:
    """End a poll."""
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        house.polls.close(work, slug)
    return here.pages.redirect(f"/polls/{slug}", speech.gettext("Closed; the answers stay."))


def _save(
    request: Request, here: Parts, account: Account, slug: str, form: Mapping[str, str],
    *, is_new: bool,
) -> Response:  # fmt: skip
    house, speech = here.house, here.pages.speech(request, account)
    try:
        if slug == "new":
            raise Invalid("this name is taken by a page", path="slug", hint="choose another")
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            if is_new and slug in {each.slug for each in house.polls.all(work)}:
                raise Conflict("there is a poll of this name already: choose another one")
            house.polls.define(work, slug, definition_of(form))
    except CoterieError as error:
        return _editor(request, here, account, form, "" if is_new else slug, error)
    toast = speech.gettext("Asked: put the address into a template.") if is_new else ""
    return here.pages.redirect(f"/polls/{slug}", toast or speech.gettext("Kept."))


def _editor(
    request: Request, here: Parts, account: Account, fields: Mapping[str, str], slug: str,
    fault: CoterieError | None = None,
) -> Response:  # fmt: skip
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        segments = [
            (each.slug, speech.title({"en": each.title_en, "zh": each.title_zh}))
            for each in house.segments.all(work)
        ]
    kinds = [(kind, speech.gettext(KIND_WORDS[kind])) for kind in KINDS]
    return here.pages.render(
        request, "console/polls/edit.html", http_status=400 if fault else 200, account=account,
        given=fields, slug=slug, segments=[("", speech.gettext("nobody in particular")), *segments],
        kinds=kinds, rows=rows_of(fields), fault=fault,
        fault_path=fault.path if isinstance(fault, Invalid) else "",
    )  # fmt: skip


def _my_link(here: Parts, work: Work, account: Account, slug: str) -> str:
    """Return the operator's own address of an open poll, where she is known as a customer too."""
    profile = here.house.profiles.find(work, USER, account.name)
    if profile is None:
        return ""
    links: Mapping[str, str] = here.house.polls.of(work, [profile])[profile]
    return links.get(slug, "")


def _verdict(found: Results) -> str:
    """Say how far the answers carry: ``none``, ``few``, ``unasked``, ``unweighed``, ``weighed``."""
    if not found.answered:
        return "none"
    if found.asked is None:
        return "unasked"
    if found.effective is None:
        return "unweighed"
    return "weighed"
