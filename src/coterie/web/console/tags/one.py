"""One tag: who carries it, by whose doing, what asks for it, and what was done with it."""

from collections import Counter
from datetime import timedelta
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.accounts.model import Account
from coterie.core.clock import local_date, midnight
from coterie.core.errors import NotFound
from coterie.profiles.tags.model import COMMUNITY, Tag
from coterie.web.charts import Chart, Series
from coterie.web.console.tags.listing import group_choices
from coterie.web.console.tags.saying import Naming, uses
from coterie.web.desk import Operator, actor_of
from coterie.web.parts import Here, Parts
from coterie.web.speech import Speech

router = APIRouter()

_DAYS = 90


@router.get("/tags/{name:path}")
def tag(request: Request, here: Here, account: Operator, name: str) -> Response:
    """Show one tag."""
    return one_tag(request, here, account, name)


def one_tag(
    request: Request, here: Parts, account: Account, name: str, *, fault: str = ""
) -> Response:
    """Render one tag; ``fault`` is why an edit was not made."""
    house, speech = here.house, here.pages.speech(request, account)
    now, where = house.clock.now(), ZoneInfo(house.instance.zone)
    today = local_date(now, where)
    first = today - timedelta(days=_DAYS - 1)
    with house.db.read(actor_of(account), now) as work:
        tags = house.profiles.tags
        naming = Naming(work, house, speech)
        entry = naming.book.tags.get(name)
        told = tags.last_told(work)
        if entry is None and name not in told:
            raise NotFound(f"there is no tag {name!r}")
        hours = tags.by_hours(work, name, midnight(first, where))
        origins: Counter[str] = Counter()
        for origin in tags.origins(work, name):
            origins[naming.origin(origin.source, origin.by)] += origin.people
        values = {
            "people": len(tags.holders(work, name)),
            "everybody": house.profiles.count(work),
            "origins": origins.most_common(),
            "uses": uses(work, house, naming).get(name, []),
            "binding": house.tagging.bindings(work).get(name),
            "edits": house.tagging.edits(work, name),
            "sizes": {one.slug: one.size for one in house.segments.all(work)},
        }
    days: Counter[str] = Counter()
    taken: Counter[str] = Counter()
    for start, on, off in hours:
        day = f"{local_date(start, where):%m-%d}"
        days[day] += on
        taken[day] += off
    labels = [f"{first + timedelta(days=n):%m-%d}" for n in range(_DAYS)]
    return here.pages.render(
        request,
        "console/tags/one.html",
        account=account,
        http_status=409 if fault else 200,
        fault=fault,
        name=name,
        called=naming.tag(name),
        entry=entry,
        is_community=name.startswith(COMMUNITY),
        naming=naming,
        others=naming.book.other_names.get(name, ()),
        last=told.get(name),
        targets=_targets(naming, name),
        choices=group_choices(naming, speech),
        segments=sorted(naming.segments.items(), key=lambda one: one[1]),
        chart_of=_chart(speech, naming.tag(name), labels, days, taken),
        tomorrow=(today + timedelta(days=1)).isoformat(),
        **values,
    )


def _targets(naming: Naming, name: str) -> list[tuple[str, str]]:
    """Return the tags that another may be merged into, by title."""
    found = [
        (one.name, _both(naming, one))
        for one in naming.book.tags.values()
        if one.name != name and one.alias_of is None and one.retired is None
    ]
    return sorted(found, key=lambda pair: pair[1])


def _both(naming: Naming, one: Tag) -> str:
    title = naming.tag(one.name)
    return title if title == one.name else f"{title} ({one.name})"


def _chart(
    speech: Speech, title: str, labels: list[str], put: Counter[str], taken: Counter[str]
) -> Chart:
    said = speech.gettext(
        "%(tag)s: put on %(put)s times in 90 days, taken off %(taken)s times",
        tag=title, put=speech.number(put.total()), taken=speech.number(taken.total()),
    )  # fmt: skip
    series = [
        Series(speech.gettext("Put on"), [put[day] for day in labels]),
        Series(speech.gettext("Taken off"), [taken[day] for day in labels]),
    ]
    return Chart("tag", said, "bar", labels, series)
