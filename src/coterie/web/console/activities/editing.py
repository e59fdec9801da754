"""Put an activity on, or change one."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from coterie.accounts.model import Account
from coterie.activities.definition import FORMS, LEVELS
from coterie.core.errors import Invalid
from coterie.web.console.activities.form import definition_of, fault_of, fields_of, place_of
from coterie.web.desk import Operator, actor_of, long_form
from coterie.web.parts import Here, Parts
from coterie.web.speech import N_, Speech

router = APIRouter()

LongForm = Annotated[dict[str, str], Depends(long_form)]

SAVED = N_("The activity is as you wrote it.")


@router.get("/activities/new")
def new(request: Request, here: Here, account: Operator) -> Response:
    """Ask what is put on, when, where and for how many."""
    return _page(request, here, account, None, fields_of({}))


@router.post("/activities/new")
def put_on(request: Request, here: Here, account: Operator, fields: LongForm) -> Response:
    """Put a new activity on."""
    return _write(request, here, account, None, fields)


@router.get("/activities/{slug}/edit")
def edit(request: Request, here: Here, account: Operator, slug: str) -> Response:
    """Show an activity's definition in a form."""
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        house.activities.get(work, slug)
        definition = house.activities.source(work, slug) or {}
    return _page(request, here, account, slug, fields_of(definition))


@router.post("/activities/{slug}/edit")
def change(
    request: Request, here: Here, account: Operator, slug: str, fields: LongForm
) -> Response:
    """Change an activity; where it has more seats now, those who wait move up."""
    return _write(request, here, account, slug, {**fields, "slug": slug})


def _write(
    request: Request, here: Parts, account: Account, slug: str | None, fields: dict[str, str]
) -> Response:
    house, speech = here.house, here.pages.speech(request, account)
    try:
        definition = definition_of(fields)
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            name = str(definition.get("slug", ""))
            if slug is None and house.activities.source(work, name) is not None:
                raise Invalid(f"there is an activity {name!r} already", path="slug", code="taken")
            community = definition.get("community")
            if community and house.communities.source(work, community) is None:
                raise Invalid(f"there is no community {community!r}", path="community")
            caused = house.activities.define(work, definition)
            house.inbound.retagged(work, caused.retagged)
            house.inbound.tell(work, caused.facts)
    except Invalid as error:
        faults = {place_of(error.path): speech.gettext(fault_of(error))}
        return _page(request, here, account, slug, fields, http_status=400, faults=faults)
    house.poke()
    return here.pages.redirect(f"/activities/{quote(name)}", toast=speech.gettext(SAVED))


def _page(
    request: Request,
    here: Parts,
    account: Account,
    slug: str | None,
    given: Mapping[str, str],
    *,
    http_status: int = 200,
    faults: Mapping[str, str] | None = None,
) -> Response:
    house, speech = here.house, here.pages.speech(request, account)
    fields = {**fields_of({}), **({"waiting_list": ""} if faults else {}), **given}
    with house.db.read(actor_of(account), house.clock.now()) as work:
        activity = None if slug is None else house.activities.get(work, slug)
        segments = [
            (one.slug, speech.title({"en": one.title_en, "zh": one.title_zh}))
            for one in house.segments.all(work)
        ]
        communities = [
            (one.slug, speech.title(one.titles)) for one in house.communities.communities(work)
        ]
        topics = house.catalog.topics(work)
        templates = [(one.name, one.name) for one in house.messaging.templates(work)]
    nothing = ("", speech.gettext("none"))
    channels = [(one, speech.word("channel", one)) for one in sorted(house.messaging.channels)]
    return here.pages.render(
        request,
        "console/activities/edit.html",
        http_status=http_status,
        account=account,
        activity=activity,
        fields=fields,
        faults=faults or {},
        topics=topics,
        form_choices=_words(speech, "form", FORMS),
        level_choices=[nothing, *_words(speech, "level", LEVELS)],
        segment_choices=[nothing, *_with(segments, fields["segment"])],
        community_choices=[nothing, *_with(communities, fields["community"])],
        channel_choices=[nothing, *_with(channels, fields["channel"])],
        invitation_choices=[nothing, *_with(templates, fields["invitation"])],
        notice_choices=[nothing, *_with(templates, fields["notice"])],
    )


def _words(speech: Speech, group: str, codes: Sequence[str]) -> list[tuple[str, str]]:
    return [(code, speech.word(group, code)) for code in codes]


def _with(known: Sequence[tuple[str, Any]], chosen: str) -> list[tuple[str, Any]]:
    """Offer what is known, and what was chosen before even if it is gone."""
    gone = chosen and chosen not in {code for code, _ in known}
    return [*known, (chosen, chosen)] if gone else list(known)
