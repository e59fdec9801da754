"""The editor of a campaign: what belongs to it and what is wanted; and its document as it is."""

from collections.abc import Mapping
from json import dumps
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from coterie.accounts.model import Account
from coterie.campaigns.plans.model import ACTS, GATES, TARGETS, TIERS, Defined
from coterie.core.document import read
from coterie.core.errors import CoterieError, Invalid
from coterie.storage.work import Work
from coterie.web.console.campaigns.form import LISTS, document_of, fields_of
from coterie.web.console.campaigns.words import GATES as GATE_WORDS
from coterie.web.console.campaigns.words import TARGETS as TARGET_WORDS
from coterie.web.console.campaigns.words import TIER_TONES
from coterie.web.console.campaigns.words import TIERS as TIER_WORDS
from coterie.web.desk import Operator, actor_of, long_form
from coterie.web.parts import Here, Parts
from coterie.web.speech import N_

router = APIRouter(prefix="/campaigns/{slug}")

LongForm = Annotated[dict[str, str], Depends(long_form)]

ACT_WORDS = {
    "task": N_("a task for her guide"), "template": N_("a message"), "poll": N_("a poll"),
}  # fmt: skip


@router.get("/edit")
def edit(request: Request, here: Here, account: Operator, slug: str) -> Response:
    """Show the editor."""
    with here.house.db.read(actor_of(account), here.house.clock.now()) as work:
        one = here.house.growing.plans.get(work, slug)
    return _editor(request, here, account, one, fields_of(one.source))


@router.post("/edit")
def change(request: Request, here: Here, account: Operator, slug: str, form: LongForm) -> Response:
    """Keep a changed plan."""
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        one = house.growing.plans.get(work, slug)
    try:
        return _keep(request, here, account, one, form, document_of(form, one.source))
    except CoterieError as error:
        return _editor(request, here, account, one, form, error)


@router.get("/plan")
def document(request: Request, here: Here, account: Operator, slug: str) -> Response:
    """Show the whole plan as a document."""
    with here.house.db.read(actor_of(account), here.house.clock.now()) as work:
        one = here.house.growing.plans.get(work, slug)
    return _written(request, here, account, one, _as_text(one.source))


@router.post("/plan")
def write(request: Request, here: Here, account: Operator, slug: str, form: LongForm) -> Response:
    """Keep the plan as it was written."""
    house, text = here.house, form.get("document", "")
    with house.db.read(actor_of(account), house.clock.now()) as work:
        one = house.growing.plans.get(work, slug)
    try:
        given = read(text)
        if not isinstance(given, Mapping):
            raise Invalid("a plan is an object", path="document", hint="look at the reference")
        return _keep(request, here, account, one, form, dict(given))
    except CoterieError as error:
        return _written(request, here, account, one, text, error)


def _keep(
    request: Request, here: Parts, account: Account, one: Defined, form: Mapping[str, str],
    given: dict[str, Any],
) -> Response:  # fmt: skip
    house, speech = here.house, here.pages.speech(request, account)
    version = form.get("version", "")
    after = int(version) if version.isdecimal() else None
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        house.growing.plans.define(work, one.slug, given, after=after)
    return here.pages.redirect(f"/campaigns/{one.slug}", speech.gettext("Kept."))


def _editor(
    request: Request, here: Parts, account: Account, one: Defined, given: Mapping[str, str],
    fault: CoterieError | None = None,
) -> Response:  # fmt: skip
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        choices = _choices(here, work, speech.title)
    for name in LISTS:  # what was chosen and is not there any more can still be taken out
        known = {key for key, _ in choices[name]}
        choices[name] += [(key, key) for key in one.source.get(name) or () if key not in known]
    acts = [("", speech.gettext("nothing of its own")),
            *((name, speech.gettext(ACT_WORDS[name])) for name in ACTS)]  # fmt: skip
    return here.pages.render(
        request, "console/campaigns/edit.html", http_status=400 if fault else 200, account=account,
        one=one, given=given, fault=fault, tiers=TIERS, targets=TARGETS, gates=GATES, acts=acts,
        tier_words=TIER_WORDS, tier_tones=TIER_TONES, target_words=TARGET_WORDS,
        gate_words=GATE_WORDS, currency=house.instance.currency,
        nothing=("", speech.gettext("none")), **choices,
    )  # fmt: skip


def _choices(here: Parts, work: Work, title: Any) -> dict[str, list[tuple[str, str]]]:
    """Return what can be chosen: pairs of name and words."""
    house, growing = here.house, here.house.growing
    return {
        "group_codes": [(one.state, one.title) for one in house.scanning.groups.all(work)],
        "coupons": [(one.slug, title(one.titles)) for one in growing.coupons.templates(work)],
        "benefits": [(one.slug, title(one.titles)) for one in growing.benefits.several(work)],
        "stores": [(one.key, one.title) for one in house.guides.organisation.stores(work)],
        "programmes": [
            (one.slug, title(one.titles)) for one in growing.referrals.programmes.all(work)
        ],
        "segments": [
            (one.slug, title({"en": one.title_en, "zh": one.title_zh}))
            for one in house.segments.all(work)
        ],
        "templates": [(one.name, one.name) for one in house.messaging.templates(work)],
        "polls": [(one.slug, title(one.question)) for one in house.polls.all(work)],
    }


def _written(
    request: Request, here: Parts, account: Account, one: Defined, text: str,
    fault: CoterieError | None = None,
) -> Response:  # fmt: skip
    return here.pages.render(
        request, "console/campaigns/plan.html", http_status=400 if fault else 200, account=account,
        one=one, text=text, fault=fault,
    )  # fmt: skip


def _as_text(source: Mapping[str, Any]) -> str:
    return dumps(dict(source), ensure_ascii=False, indent=2)
