"""The editor of a script: two languages, slots, and the linter as one writes."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from coterie.core.errors import Conflict, Invalid
from coterie.guides.scripts import slots
from coterie.guides.scripts.claims import CARRIERS
from coterie.guides.scripts.lint import Finding, lint
from coterie.guides.scripts.model import OBJECTIONS, STAGES, Draft, Script, Version
from coterie.web.console.scripts.words import Piece, fault, marked
from coterie.web.desk import Operator, actor_of, long_form
from coterie.web.parts import Here, Parts

router = APIRouter(prefix="/scripts")

LongForm = Annotated[dict[str, str], Depends(long_form)]

LANGUAGES = ("zh", "en")
_NEW = "new"
_SAMPLE = {
    "zh": {"name": "李女士", "product": "基安蒂", "price": "¥168", "store": "外滩店",
           "coupon": "8 折券", "guide": "小林", "date": "周六 15:00"},
    "en": {"name": "Ms Li", "product": "Chianti", "price": "¥168", "store": "the Bund store",
           "coupon": "20% off", "guide": "Lin", "date": "Saturday, 3 pm"},
}  # fmt: skip


@router.get("/new")
def new(request: Request, here: Here, account: Operator, stage: str = "hello") -> Response:
    """Show the editor of a new script."""
    return _editor(request, here, account, {"stage": stage, "is_new": "1"})


@router.get("/{slug}/edit")
def edit(request: Request, here: Here, account: Operator, slug: str) -> Response:
    """Show the editor of a script's newest version."""
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        script = house.scripts.get(work, slug)
        newest = house.scripts.versions(work, slug)[0]
    return _editor(request, here, account, _written(script, newest))


@router.post("/lint")
def look(request: Request, here: Here, account: Operator, form: LongForm) -> Response:
    """Say what may be objected to in what is being written; the answer is a part of the page."""
    return here.pages.render(
        request, "console/scripts/lint.html", account=account, found=_found(form)
    )


@router.post("/save")
def save(request: Request, here: Here, account: Operator, form: LongForm) -> Response:
    """Keep what was written as the newest version."""
    house, speech = here.house, here.pages.speech(request, account)
    draft = _draft(form)
    try:
        if draft.slug in (_NEW, "lint", "save"):
            raise Conflict("this name is ours")
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            house.scripts.write(work, draft, new=form.get("is_new") == "1")
    except (Invalid, Conflict) as error:
        return _editor(request, here, account, form, fault(speech, error))
    return here.pages.redirect(
        f"/scripts/{draft.slug}", speech.gettext("Kept. Guides see it once it is published.")
    )


def _editor(
    request: Request, here: Parts, account: Operator, said: Mapping[str, str], wrong: str = ""
) -> Response:
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        campaigns = sorted({one.campaign for one in house.scripts.all(work) if one.campaign})
    return here.pages.render(
        request, "console/scripts/edit.html", http_status=400 if wrong else 200, account=account,
        said=defaultdict(str, said), wrong=wrong, stages=STAGES, objections=OBJECTIONS,
        carriers=CARRIERS,
        slots=slots.SLOTS, found=_found(said), campaigns=campaigns,
        is_new=said.get("is_new") == "1",
    )  # fmt: skip


def _found(said: Mapping[str, str]) -> list[tuple[str, list[Piece], list[Finding], str]]:
    """Return by language the text cut at its findings, these, and the text as she would read it."""
    carrier, banned = said.get("carrier", "chat"), _lines(said.get("banned", ""))
    found = []
    for tag in LANGUAGES:
        text = said.get(f"text_{tag}", "").strip()[:5_000]
        if text:
            findings = lint(text, carrier=carrier, banned=banned)
            found.append((tag, marked(text, findings), findings, slots.fill(text, _SAMPLE[tag])))
    return found


def _draft(form: Mapping[str, str]) -> Draft:
    return Draft(
        slug=form.get("slug", "").strip(),
        titles={tag: form.get(f"title_{tag}", "") for tag in LANGUAGES},
        stage=form.get("stage", ""),
        texts={tag: form.get(f"text_{tag}", "").replace("\r\n", "\n") for tag in LANGUAGES},
        objection=form.get("objection") or None,
        campaign=form.get("campaign") or None,
        carrier=form.get("carrier", "chat"),
        banned=_lines(form.get("banned", "")),
        note=form.get("note", ""),
    )


def _written(script: Script, version: Version) -> dict[str, str]:
    return {
        "slug": script.slug,
        "stage": script.stage,
        "objection": script.objection or "",
        "campaign": script.campaign or "",
        "carrier": script.carrier,
        "banned": "\n".join(script.banned),
        **{f"title_{tag}": script.titles.get(tag, "") for tag in LANGUAGES},
        **{f"text_{tag}": version.texts.get(tag, "") for tag in LANGUAGES},
    }


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
