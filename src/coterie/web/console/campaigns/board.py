"""The board of one campaign: where it is, what should be there and is, what is to be done."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.campaigns.plans.model import ROLES, TIERS, Campaign, Defined, Target, TeamTask
from coterie.campaigns.plans.timing import days_between, overlap
from coterie.communities.groups.model import Group
from coterie.core.clock import local_date
from coterie.core.numbers import SCALE
from coterie.storage.work import Work
from coterie.web.console.campaigns.curves import Goal, charts, goals
from coterie.web.console.campaigns.picture import timeline
from coterie.web.console.campaigns.words import (
    ACTS,
    PHASE_TONES,
    PHASES,
    STATE_TONES,
    STATES,
    STEPS,
    TARGETS,
    TIER_MEANS,
    TIER_TONES,
)
from coterie.web.console.campaigns.words import GATES as GATE_WORDS
from coterie.web.console.campaigns.words import ROLES as ROLE_WORDS
from coterie.web.console.campaigns.words import TIERS as TIER_WORDS
from coterie.web.desk import Operator, actor_of
from coterie.web.parts import Here, Parts
from coterie.web.speech import Speech

router = APIRouter(prefix="/campaigns")


@router.get("/{slug}")
def board(request: Request, here: Here, account: Operator, slug: str, role: str = "") -> Response:
    """Say on one page whether a campaign is where it should be."""
    house, speech = here.house, here.pages.speech(request, account)
    now = house.clock.now()
    with house.db.read(actor_of(account), now) as work:
        plans = house.growing.plans
        one = plans.get(work, slug)
        campaign, today = one.campaign, local_date(now, plans.zone)
        began = now >= plans.scope(work, slug).opens and one.state != "draft"
        days = house.growing.reviews.days(work, slug) if began else []
        steps = house.growing.reviews.funnel(work, slug) if began else []
        aims = goals(campaign, days, today)
        tasks = plans.tasks(work, slug)
        arms = plans.arms(work, slug)
        return here.pages.render(
            request, "console/campaigns/board.html", account=account, one=one, campaign=campaign,
            today=today, timeline=timeline(campaign, tasks, today), overlap=overlap(campaign),
            until_sale=days_between(campaign, now, plans.zone), goals=aims, steps=steps,
            began=began, drawings=charts(speech, campaign, days, today, _said(speech, aims)),
            gates=plans.readiness(work, slug), arms=arms, roles=_by_role(tasks, role), role=role,
            counts=_counts(tasks), tiers=_tiers(here, work, one, speech),
            fills=_fills(house.growing.groups.all(work), one), stores=_stores(here, work),
            topics=_topics(here, work, speech),
            scale=SCALE, words=_WORDS, currency=house.instance.currency,
        )  # fmt: skip


_WORDS: Mapping[str, Mapping[str, str]] = {
    "phases": PHASES, "tones": PHASE_TONES, "states": STATES, "state_tones": STATE_TONES,
    "steps": STEPS, "targets": TARGETS, "tiers": TIER_WORDS, "tier_tones": TIER_TONES,
    "roles": ROLE_WORDS, "gates": GATE_WORDS,
}  # fmt: skip


def _said(speech: Speech, aims: Sequence[Goal]) -> dict[Target, str]:
    return {
        one.target: speech.number(one.actual / SCALE if one.target == "revenue" else one.actual)
        for one in aims
    }


def _by_role(tasks: Sequence[TeamTask], role: str) -> list[tuple[str, list[TeamTask]]]:
    """Return the tasks of each role that has some, or of one."""
    found = [(name, [one for one in tasks if one.role == name]) for name in ROLES]
    return [(name, of) for name, of in found if of and role in ("", name)]


def _counts(tasks: Sequence[TeamTask]) -> list[tuple[str, int, int]]:
    """Count each role's tasks: done, and all."""
    return [
        (name, sum(one.state == "done" for one in of), len(of)) for name, of in _by_role(tasks, "")
    ]


def _tiers(here: Parts, work: Work, one: Defined, speech: Speech) -> list[dict[str, Any]]:
    """Return the four tiers: who they are, how many, what the warm-up does for them."""
    plans, rule = here.house.growing.plans, one.campaign.tiering
    found, acted = plans.tiers(work, one.slug), plans.acted(work, one.slug)
    bounds: dict[str, float] = {"seed": rule.seeds, "core": rule.core, "general": rule.general}
    return [
        {
            "tier": name,
            "people": len(found[name]),
            "means": speech.gettext(TIER_MEANS[name], n=speech.number(bounds.get(name, 0), 1)),
            "action": _action(one.campaign, name, speech),
            "acted": acted.get(name, 0),
        }
        for name in TIERS
    ]


def _action(campaign: Campaign, tier: str, speech: Speech) -> str:
    action = next((of for name, of in campaign.tiers.items() if name == tier), None)
    if action is None:
        return ""
    name = {"template": action.template, "poll": action.poll}.get(action.do)
    return speech.gettext(
        ACTS[action.do], name=name or speech.title(action.texts) or action.script or ""
    )


def _fills(groups: Sequence[Group], one: Defined) -> list[Group]:
    """Return the groups of a campaign, the fullest first."""
    codes = set(one.campaign.group_codes)
    mine = [each for each in groups if each.campaign == one.slug or each.code in codes]
    return sorted(mine, key=lambda each: -each.members / max(1, each.cap))


def _topics(here: Parts, work: Work, speech: Speech) -> dict[str, str]:
    """Return what topics are called; one without a title by the last part of its path."""
    return {
        one.path: speech.title({"en": one.title_en, "zh": one.title_zh}) or one.path.split("/")[-1]
        for one in here.house.catalog.topics(work)
    }


def _stores(here: Parts, work: Work) -> dict[str, str]:
    return {one.id: one.title for one in here.house.guides.organisation.all_stores(work)}
