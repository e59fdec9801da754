"""The programmes at the desk, and the form for a new one or a changed one."""

from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.accounts.model import Account
from coterie.codes.channel.model import Filter
from coterie.core.errors import Conflict, CoterieError, Invalid
from coterie.referrals.linting.judging import Finding, lint
from coterie.referrals.programmes.model import CARRIERS
from coterie.referrals.programmes.parse import parse
from coterie.referrals.reading import PLACEMENT
from coterie.storage.work import Work
from coterie.web.console.referrals.form import STARTS, TEMPLATES, USUAL, document, fields
from coterie.web.console.referrals.words import RISKS
from coterie.web.desk import DeskForm, Operator, actor_of
from coterie.web.parts import Here, Parts
from coterie.web.speech import Speech

router = APIRouter(prefix="/referrals")

_CODES = 100
_PLACES = ("new", "risk")
"""Names that are addresses of pages already."""
_OWN = frozenset({
    "title_en", "title_zh", "from", "until", "referrer", "friend", "carrier", "override", "slug",
})  # fmt: skip
"""The fields that show where they are at fault; what is wrong elsewhere is said on top."""


@router.get("")
def programmes(request: Request, here: Here, account: Operator) -> Response:
    """List the programmes with how far people came in each."""
    house = here.house
    now = house.clock.now()
    with house.db.read(actor_of(account), now) as work:
        rooms = house.growing.referrals
        found = rooms.programmes.all(work)
        participants, tallies = rooms.participants(work), rooms.tallies(work)
        bought = rooms.qualified(work)
    order = {"on": 0, "soon": 1, "paused": 2, "over": 3}
    return here.pages.render(
        request, "console/referrals/list.html", account=account,
        programmes=sorted(found, key=lambda one: order[one.standing(now)]),
        participants=participants, tallies=tallies, bought=bought, now_ms=now,
        templates=TEMPLATES,
    )  # fmt: skip


@router.get("/new")
def new(request: Request, here: Here, account: Operator, template: str = "guide") -> Response:
    """Write a new programme, from a template."""
    if template not in STARTS:
        raise Invalid("there is no such template", path="template", hint=", ".join(STARTS))
    return _form(request, here, account, {**USUAL, **STARTS[template]}, "")


@router.post("/new")
def make(request: Request, here: Here, account: Operator, form: DeskForm) -> Response:
    """Make a programme."""
    house, speech = here.house, here.pages.speech(request, account)
    try:
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            rooms = house.growing.referrals
            wanted = document(form)
            if wanted["slug"] in {*_PLACES, *(one.slug for one in rooms.programmes.all(work))}:
                raise Conflict("there is a programme of this name already: choose another one")
            made = rooms.define(work, wanted)
    except CoterieError as error:
        return _form(request, here, account, form, "", error)
    said = speech.gettext("Made. It is live from its first day on.")
    return here.pages.redirect(f"/referrals/{made.slug}", said)


@router.post("/risk")
def risk(request: Request, here: Here, account: Operator, form: DeskForm) -> Response:
    """Rate what is written in the form so far."""
    return here.pages.render(
        request, "console/referrals/findings.html", account=account, risks=RISKS,
        findings=_findings(here, form, form.get("slug", "")),
    )  # fmt: skip


@router.get("/{slug}/edit")
def edit(request: Request, here: Here, account: Operator, slug: str) -> Response:
    """Change a programme."""
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        given = fields(house.growing.referrals.programmes.document(work, slug))
    return _form(request, here, account, given, slug)


@router.post("/{slug}/edit")
def change(request: Request, here: Here, account: Operator, slug: str, form: DeskForm) -> Response:
    """Keep a changed programme; what was decided before stays decided."""
    house, speech = here.house, here.pages.speech(request, account)
    try:
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            house.growing.referrals.programmes.get(work, slug)
            house.growing.referrals.define(work, document(form, slug))
    except CoterieError as error:
        return _form(request, here, account, form, slug, error)
    return here.pages.redirect(
        f"/referrals/{slug}", speech.gettext("Kept. What was decided before stays decided.")
    )


def _form(
    request: Request, here: Parts, account: Account, given: Mapping[str, str], slug: str,
    fault: CoterieError | None = None,
) -> Response:  # fmt: skip
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        coupons = [
            (one.slug, speech.title(one.titles) or one.slug)
            for one in house.growing.coupons.templates(work)
            if one.enabled
        ]
        segments = [
            (one.slug, speech.title({"en": one.title_en, "zh": one.title_zh}) or one.slug)
            for one in house.segments.all(work)
        ]
        doors = _doors(here, work, speech)
        campaigns = [
            (one.slug, speech.title(one.campaign.titles) or one.slug)
            for one in house.growing.plans.all(work)
        ]
    path = fault.path if isinstance(fault, Invalid) else ""
    none = [("", speech.gettext("none"))]
    return here.pages.render(
        request, "console/referrals/edit.html", http_status=400 if fault else 200, account=account,
        given=given, slug=slug, fault=fault, fault_path=path.partition(".")[0], own=_OWN,
        coupons=[*none, *coupons], segments=[("", speech.gettext("everybody")), *segments],
        doors=[*none, *doors], campaigns=[*none, *campaigns], templates=TEMPLATES,
        carriers=[(one, speech.word("carrier", one)) for one in CARRIERS], risks=RISKS,
        findings=_findings(here, given, slug),
    )  # fmt: skip


def _doors(here: Parts, work: Work, speech: Speech) -> list[tuple[str, str]]:
    """Return what a friend may scan: live group codes, and the newest channel codes."""
    scanning = here.house.scanning
    groups = [
        (f"group:{one.state}", speech.gettext("Group: %(title)s", title=one.pool.title))
        for one in scanning.groups.all(work)
    ]
    found, _ = scanning.channel.page(work, Filter(), limit=_CODES)
    return groups + [
        (f"contact:{one.state}", speech.gettext("Guide: %(title)s", title=one.title or one.state))
        for one in found
        if not one.key.placement.startswith(PLACEMENT)
    ]


def _findings(here: Parts, given: Mapping[str, str], slug: str) -> list[Finding]:
    """Rate what is written; of what cannot be read yet there is nothing to say."""
    try:
        filled = {"from": "2000-01-01", "until": "2000-01-02", "title": "-", "friend": "-"}
        shown = {**given, **{key: value for key, value in filled.items() if not given.get(key)}}
        made = document(shown, slug or "draft")
        made["reward"] = dict.fromkeys(made["reward"], "any")
        return lint(parse({**made, "override": ""}, here.pages.zone))
    except Invalid:
        return []
