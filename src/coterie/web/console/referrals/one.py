"""One programme: its funnel, three K, the trees, whom it rejected and why, what it costs."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from coterie.core.errors import Invalid
from coterie.referrals.cascades.model import Forest, Spread
from coterie.referrals.linting.judging import lint
from coterie.referrals.model import STATES, Referral
from coterie.referrals.programmes.model import SIDES, Programme, Side
from coterie.storage.work import Work
from coterie.web.charts import Chart, Series
from coterie.web.console.orders.words import money
from coterie.web.console.referrals.tree import below_of, drawn, picture, trees
from coterie.web.console.referrals.words import (
    RISKS,
    TONES,
    funnel,
    k_words,
    meanings,
    verdict,
)
from coterie.web.console.segments.who import people
from coterie.web.desk import DeskForm, Operator, actor_of, desk_form
from coterie.web.parts import Here, Parts
from coterie.web.speech import Speech

router = APIRouter(prefix="/referrals")

SHOWN = 50
_LISTED, _ROWS, _DAYS = 12, 60, 21
SHAPES = ("seed", "joined", "bought", "rewarded", "lost")


@router.get("/{slug}")
def one(request: Request, here: Here, account: Operator, slug: str, tree: str = "") -> Response:
    """Show one programme; ``tree`` is the outside id of a seed whose tree alone is wanted."""
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        rooms = house.growing.referrals
        programme = rooms.programmes.get(work, slug)
        whole = rooms.whole(work, slug)
        values: dict[str, Any] = {
            "results": rooms.results(work, slug)[:_LISTED],
            **_trees(here, work, whole.forest, whole.rows, tree),
            **_rewards(here, work, programme, whole.board.rewards),
        }
        values["guides"] = house.guides.organisation.guide_names(
            work, {each.guide for each in values["results"]}
        )
    by_order = programme.qualifies == "order"
    rejected = sorted(whole.board.rejected.items(), key=lambda each: (-each[1], each[0]))
    return here.pages.render(
        request, "console/referrals/one.html", account=account, programme=programme,
        board=whole.board, spread=whole.spread, rejected=rejected,
        steps=funnel(speech, whole.board, by_order=by_order),
        meanings=meanings(speech, whole.spread), verdict=verdict(speech, whole.spread),
        k_words=k_words, cycle=_cycle(speech, whole.spread, slug), risks=RISKS,
        findings=lint(programme), now_ms=house.clock.now(), money=money,
        currency=house.instance.currency, **values,
    )  # fmt: skip


@router.get("/{slug}/people")
def friends(
    request: Request, here: Here, account: Operator, slug: str, state: str = "", page: int = 0
) -> Response:
    """List the friends of a programme: how far each came, by whom, and why no further."""
    if (state and state not in STATES) or not 0 <= page <= 10_000:
        raise Invalid("there is no such list", path="state", hint=", ".join(STATES))
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        rooms = house.growing.referrals
        programme = rooms.programmes.get(work, slug)
        tally = rooms.tallies(work).get(slug, {})
        found = rooms.page(work, slug, [state] if state else STATES, SHOWN + 1, page * SHOWN)
        shown = found[:SHOWN]
        ids = {one.profile for one, _ in shown} | {above for _, above in shown}
        whom = people(work, house.profiles, ids - {0})
        rewards = rooms.rewards_of(work, [one.id for one, _ in shown])
    chips = [
        (f"{speech.gettext('all')} · {speech.number(sum(tally.values()))}",
         f"/referrals/{slug}/people", not state),
        *(
            (f"{speech.word('referral_state', each)} · {speech.number(tally[each])}",
             f"/referrals/{slug}/people?state={each}", each == state)
            for each in STATES if tally.get(each)
        ),
    ]  # fmt: skip
    where = f"/referrals/{slug}/people?" + (f"state={state}&" if state else "")
    return here.pages.render(
        request, "console/referrals/people.html", account=account, programme=programme,
        shown=shown, whom=whom, rewards=rewards, chips=chips, tones=TONES, state=state,
        newer=f"{where}page={page - 1}" if page else "",
        older=f"{where}page={page + 1}" if len(found) > SHOWN else "",
    )  # fmt: skip


@router.post("/{slug}/decide")
def decide(request: Request, here: Here, account: Operator, slug: str, form: DeskForm) -> Response:
    """Approve or reject one by hand, with the reason."""
    house, speech = here.house, here.pages.speech(request, account)
    verb, why = form.get("verb", ""), form.get("why", "").strip()
    if verb not in ("approve", "reject"):
        raise Invalid("there is no such decision", path="verb", hint="approve or reject")
    if not why:
        raise Invalid("say why: the audit keeps it", path="why", hint="a few words")
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        rooms = house.growing.referrals
        act = rooms.approve if verb == "approve" else rooms.reject
        house.inbound.tell(work, act(work, form.get("referral", ""), why))
    said = speech.gettext("Approved.") if verb == "approve" else speech.gettext("Rejected.")
    back = form.get("state", "")
    where = f"/referrals/{slug}/people" + (f"?state={back}" if back in STATES else "")
    return here.pages.redirect(where, said)


@router.post("/{slug}/pause", dependencies=[Depends(desk_form)])
def pause(request: Request, here: Here, account: Operator, slug: str) -> Response:
    """Let nobody new take part."""
    return _switch(request, here, account, slug, paused=True)


@router.post("/{slug}/resume", dependencies=[Depends(desk_form)])
def resume(request: Request, here: Here, account: Operator, slug: str) -> Response:
    """Let it go on."""
    return _switch(request, here, account, slug, paused=False)


def _switch(
    request: Request, here: Parts, account: Operator, slug: str, *, paused: bool
) -> Response:
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        programmes = house.growing.referrals.programmes
        (programmes.pause if paused else programmes.resume)(work, slug)
    said = speech.gettext("Paused.") if paused else speech.gettext("It goes on.")
    return here.pages.redirect(f"/referrals/{slug}", said)


def _trees(
    here: Parts, work: Work, forest: Forest, rows: Sequence[Referral], wanted: str
) -> dict[str, Any]:
    """Return the picture of the trees, or of one of them, and its people as a table."""
    found = trees(forest)
    uids = here.house.profiles.uid(work, {forest.keys[one.seed] for one in found[:200]} - {0})
    chosen = [one for one in found if wanted and uids.get(forest.keys[one.seed]) == wanted]
    seeds = [one.seed for one in chosen] or drawn(found)
    kinds = _kinds(forest, rows)
    places = below_of(forest, seeds[0]) if len(seeds) == 1 else []
    shown = {forest.keys[place] for place in places[:_ROWS]}
    shown |= {forest.keys[int(forest.parent[place])] for place in places[:_ROWS]
              if forest.parent[place] >= 0}  # fmt: skip
    shown |= {forest.keys[one.seed] for one in found[:_LISTED]}
    return {
        "picture": picture(forest, seeds, kinds) if seeds else None,
        "largest": found[:_LISTED],
        "tree_count": len(found),
        "chosen": chosen[0] if chosen else None,
        "places": places[:_ROWS],
        "place_count": len(places),
        "forest": forest,
        "kinds": kinds,
        "uids": uids,
        "whom": people(work, here.house.profiles, shown - {0}),
        "brought": Counter(forest.parent.tolist()),
        "shapes": SHAPES,
    }


def _kinds(forest: Forest, rows: Sequence[Referral]) -> Mapping[int, str]:
    """Say how each friend is drawn: lost, else how far she came."""
    by_profile = {one.profile: one for one in rows if one.profile}
    kinds: dict[int, str] = {}
    for place, (above, profile) in enumerate(zip(forest.parent.tolist(), forest.keys, strict=True)):
        one = by_profile.get(profile)
        if above < 0:
            continue
        if forest.gone[place] >= 0:
            kinds[place] = "lost"
        elif one is not None and one.state == "rewarded":
            kinds[place] = "rewarded"
        else:
            bought = one is not None and one.qualified is not None
            kinds[place] = "bought" if bought else "joined"
    return kinds


def _rewards(
    here: Parts, work: Work, programme: Programme, counts: Mapping[tuple[Side, str], int]
) -> dict[str, Any]:
    """Return what each side gets, what came of it, and the budget that pays for it."""
    coupons = here.house.growing.coupons
    known = {one.slug: one for one in coupons.templates(work)}
    found = []
    for side in SIDES:
        slug = programme.rewards.get(side)
        if slug is None:
            continue
        template = known.get(slug)
        budget = coupons.budget(work, template.budget) if template and template.budget else None
        states = {state: n for (whose, state), n in counts.items() if whose == side}
        found.append((side, slug, template, budget, states))
    return {"rewards": found}


def _cycle(speech: Speech, spread: Spread, slug: str) -> Chart | None:
    if not spread.by_day:
        return None
    days = [*spread.by_day[:_DAYS]]
    middle = f"{spread.cycle[50]:.1f}"
    said = speech.gettext("Half of all friends came within %(days)s days", days=middle)
    return Chart(
        f"cycle-{slug}", said, "bar",
        [speech.ngettext("%(n)s day", "%(n)s days", n) for n in range(len(days))],
        [Series(speech.gettext("Friends"), days)],
    )  # fmt: skip
