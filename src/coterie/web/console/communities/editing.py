"""Found a community, or change one: what it would do is shown before it is in force."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.accounts.model import Account
from coterie.core.errors import Conflict, Invalid
from coterie.messaging.model import TOUCHES
from coterie.storage.work import Work
from coterie.web.console.communities.form import KINDS, definition_of, fault_of, fields_of, place_of
from coterie.web.desk import DeskForm, Operator, actor_of
from coterie.web.parts import Here, Parts
from coterie.web.speech import N_

router = APIRouter()

SAVED = N_("The community is as you wrote it, from now on.")
RESTORED = N_("The former version is in force again.")
PAUSED = N_("Nobody is invited until you resume.")
RESUMED = N_("Invitations go out again.")


@router.get("/communities/new")
def new(request: Request, here: Here, account: Operator, segment: str = "") -> Response:
    """Ask what a new community promises, and to whom."""
    return _page(request, here, account, None, fields_of({"segment": segment}))


@router.post("/communities/new")
def found(request: Request, here: Here, account: Operator, fields: DeskForm) -> Response:
    """Show what founding would do, or do it."""
    return _write(request, here, account, None, fields)


@router.get("/communities/{slug}/edit")
def edit(request: Request, here: Here, account: Operator, slug: str) -> Response:
    """Show a community's definition in a form."""
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        house.communities.get(work, slug)
        definition = house.communities.source(work, slug) or {}
    return _page(request, here, account, slug, fields_of(definition))


@router.post("/communities/{slug}/edit")
def change(
    request: Request, here: Here, account: Operator, slug: str, fields: DeskForm
) -> Response:
    """Show what a change would do, or put it in force."""
    return _write(request, here, account, slug, {**fields, "slug": slug})


@router.post("/communities/{slug}/restore")
def restore(
    request: Request, here: Here, account: Operator, slug: str, fields: DeskForm
) -> Response:
    """Put a former version in force again; nobody is invited by it."""
    version = fields.get("version", "")
    if not version.isascii() or not version.isdigit() or len(version) > 6:
        raise Invalid("there is no such version", path="version")
    with here.house.db.begin(actor_of(account), here.house.clock.now()) as work:
        former = here.house.communities.revision(work, slug, int(version))
        _put_in_force(here, work, dict(former.definition), invite=False)
    return _back(request, here, account, slug, RESTORED)


@router.post("/communities/{slug}/pause")
def pause(request: Request, here: Here, account: Operator, slug: str, fields: DeskForm) -> Response:
    """Pause the invitations, or resume them and invite who is eligible by now."""
    is_paused = fields.get("paused") == "on"
    with here.house.db.begin(actor_of(account), here.house.clock.now()) as work:
        one = here.house.communities.get(work, slug)
        if one.terms is None:
            raise Conflict(f"community {slug!r} invites nobody: give it a segment first")
        definition = dict(here.house.communities.source(work, slug) or {})
        invitation = {k: v for k, v in definition["invitation"].items() if k != "paused"}
        definition["invitation"] = {**invitation, "paused": True} if is_paused else invitation
        _put_in_force(here, work, definition, invite=not is_paused)
    return _back(request, here, account, slug, PAUSED if is_paused else RESUMED)


def _write(
    request: Request, here: Parts, account: Account, slug: str | None, fields: dict[str, str]
) -> Response:
    house = here.house
    try:
        if fields.get("do") != "save":
            with house.db.read(actor_of(account), house.clock.now()) as work:
                definition = _definition(here, work, slug, fields)
                house.communities.check(work, definition)
                effect = house.communities.effect(work, definition)
            return _page(request, here, account, slug, fields, effect=effect)
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            definition = _definition(here, work, slug, fields)
            _put_in_force(here, work, definition, invite=fields.get("invite") == "on")
    except Invalid as error:
        words = here.pages.speech(request, account).gettext(fault_of(error))
        faults = {place_of(error.path): words}
        return _page(request, here, account, slug, fields, http_status=400, faults=faults)
    return _back(request, here, account, definition["slug"], SAVED)


def _definition(
    here: Parts, work: Work, slug: str | None, fields: Mapping[str, str]
) -> dict[str, Any]:
    communities = here.house.communities
    if slug is None:
        name = fields.get("slug", "").strip()
        if communities.source(work, name) is not None:
            raise Invalid(
                f"there is a community {name!r} already",
                path="slug",
                code="taken",
                hint="choose another name",
            )
        return definition_of(fields, {})
    communities.get(work, slug)
    if fields.get("version") not in (None, _version(here, work, slug)):
        raise Invalid(
            f"community {slug!r} was changed meanwhile",
            code="changed_meanwhile",
            hint="open the form again",
        )
    return definition_of(fields, communities.source(work, slug) or {})


def _version(here: Parts, work: Work, slug: str) -> str:
    """Name the version in force; empty when none was kept."""
    return next((str(one.version) for one in here.house.communities.revisions(work, slug)), "")


def _put_in_force(here: Parts, work: Work, definition: dict[str, Any], *, invite: bool) -> None:
    facts = here.house.communities.revise(work, definition, invite=invite)
    here.house.inbound.tell(work, facts)


def _back(request: Request, here: Parts, account: Account, slug: str, said: str) -> Response:
    here.house.poke()
    toast = here.pages.speech(request, account).gettext(said)
    return here.pages.redirect(f"/communities/{quote(slug)}", toast=toast)


def _page(
    request: Request,
    here: Parts,
    account: Account,
    slug: str | None,
    given: Mapping[str, str],
    *,
    http_status: int = 200,
    **values: Any,
) -> Response:
    fields = {**fields_of({}), "invite": "", **given}
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        community = None if slug is None else house.communities.get(work, slug)
        fields.setdefault("version", "" if slug is None else _version(here, work, slug))
        topics = house.catalog.topics(work)
        segments = house.segments.all(work)
        templates = [template.name for template in house.messaging.templates(work)]
    nobody = ("", speech.gettext("none: people join by themselves"))
    titled = [
        (
            one.slug,
            f"{speech.title({'en': one.title_en, 'zh': one.title_zh})} · {speech.number(one.size)}",
        )
        for one in segments
    ]
    return here.pages.render(
        request,
        "console/communities/edit.html",
        http_status=http_status,
        account=account,
        community=community,
        fields=fields,
        topics=topics,
        kind_choices=[(kind, speech.word("community", kind)) for kind in KINDS],
        segment_choices=[nobody, *titled],
        channel_choices=[
            (one, speech.word("channel", one))
            for one in _with(sorted(house.messaging.channels), fields["channel"])
        ],
        template_choices=[(one, one) for one in _with(templates, fields["template"])],
        touch_choices=[(touch, speech.word("touch", touch)) for touch in TOUCHES],
        **{"effect": None, "faults": {}, **values},
    )


def _with(known: Sequence[str], chosen: str) -> list[str]:
    """Offer what is known, and what was chosen before even if it is gone."""
    return [*known, chosen] if chosen and chosen not in known else list(known)
