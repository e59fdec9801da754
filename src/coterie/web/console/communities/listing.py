"""All communities: what each promises, whom it gathers, and how they overlap."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.communities.growth.overlap import pairs, sizes
from coterie.communities.model import Community, Funnel
from coterie.core.clock import local_date
from coterie.web.console.communities.upset import lay_out
from coterie.web.desk import Operator, actor_of
from coterie.web.parts import Here

router = APIRouter()

DAYS = 30
"""How far back the small charts go."""


@dataclass(frozen=True)
class Card:
    """One community on the page: ``joins`` of each of the last 30 days, ``week`` of the last 7."""

    community: Community
    funnel: Funnel
    holdout: int
    joins: tuple[int, ...]
    week: int


@router.get("/communities")
def communities(request: Request, here: Here, account: Operator) -> Response:
    """Show every community with its funnel, and who is in several."""
    house = here.house
    now = house.clock.now()
    today = local_date(now, ZoneInfo(house.instance.zone))
    speech = here.pages.speech(request, account)
    with house.db.read(actor_of(account), now) as work:
        found = house.communities.communities(work)
        funnels = house.communities.funnels(work)
        joins = house.communities.joins_of_each(work, today - timedelta(days=DAYS - 1))
        together = house.communities.combinations(work)
    cards = [
        _card(one, funnels[one.slug], house.communities.holdout(one), joins, today) for one in found
    ]
    titles = {one.slug: speech.title(one.titles) for one in found}
    both, whole = pairs(together), sizes(together)
    # told from the smaller of the two: that is where an overlap weighs
    largest = [
        (one, other, people, speech.percent(people, whole[one]))
        for (one, other), people in both.most_common()
        if (whole[one], one) < (whole[other], other)
    ]
    return here.pages.render(
        request,
        "console/communities/list.html",
        account=account,
        cards=sorted(cards, key=lambda card: (-card.funnel.members, card.community.slug)),
        picture=lay_out(together, titles),
        both=both,
        sizes=whole,
        largest=largest[:3],
        titles=titles,
        together=together,
        people=sum(one.people for one in together),
        several=sum(one.people for one in together if len(one.communities) > 1),
        week=sum(card.week for card in cards),
        yesterday=today - timedelta(days=1),
    )


def _card(
    community: Community,
    funnel: Funnel,
    holdout: int,
    joins: Mapping[str, Mapping[date, int]],
    today: date,
) -> Card:
    own = joins.get(community.slug, {})
    days = [own.get(today - timedelta(days=DAYS - 1 - number), 0) for number in range(DAYS)]
    return Card(community, funnel, holdout, tuple(days), sum(days[-7:]))
