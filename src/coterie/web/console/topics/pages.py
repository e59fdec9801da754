"""The tree of topics, and one topic: how many care, who most, what is touched, who asks for it."""

from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from coterie.catalog.model import Topic
from coterie.catalog.topics import ancestors
from coterie.core.clock import local_date
from coterie.core.errors import Invalid
from coterie.scores.touches.model import ItemTouches
from coterie.web.charts import Chart, Series
from coterie.web.console.topics.asking import concerns
from coterie.web.console.topics.tree import lines, matching
from coterie.web.desk import DeskForm, Operator, actor_of
from coterie.web.parts import Here
from coterie.web.speech import N_, Speech

router = APIRouter()

LEVELS = (0.5, 1.0, 3.0)
"""Interests are asked at these values or above; 1 is one event of weight 1 that happened now."""

UNTOUCHED = ItemTouches()
_SHOWN = 60
_DAYS = 90
_RENAMED = N_("The topic has its new titles.")

AtLeast = Annotated[float, Query()]


@router.get("/topics")
def topics(
    request: Request, here: Here, account: Operator,
    open: Annotated[list[str] | None, Query()] = None,  # noqa: A002 (the address says so)
    q: str = "", at_least: AtLeast = 1.0,
) -> Response:  # fmt: skip
    """Show the tree with people, items and touches of each topic."""
    _check(at_least)
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        known = house.catalog.topics(work)
        items = house.catalog.item_counts(work)
        people = house.scores.interested(work, at_least)
        touched = house.scores.topic_touches(work)
        everybody = house.profiles.count(work)
        weights = house.scores.weights(work)
    opened = sorted(set(open or ()))
    asked = matching(known, q.strip()) if q.strip() else []
    titles = {topic.path: title_of(speech, topic) for topic in known}
    return here.pages.render(
        request,
        "console/topics/list.html",
        account=account,
        lines=lines(known, opened, lambda path: people.get(path, 0)),
        found=sorted(asked, key=lambda topic: -people.get(topic.path, 0))[:_SHOWN],
        matches=len(asked),
        q=q,
        titles=titles,
        items=items,
        people=people,
        most=max(people.values(), default=0),
        everybody=everybody,
        touches=touched.topics,
        rising=touched.rising[:6],
        known=len(known),
        at_least=at_least,
        levels=[
            (_level(speech, level), _address(opened, level), level == at_least) for level in LEVELS
        ],
        toggle=lambda line: _address(line.toggled, at_least),
        weights=weights,
    )


@router.get("/topics/{path:path}")
def topic(
    request: Request, here: Here, account: Operator, path: str, at_least: AtLeast = 1.0
) -> Response:
    """Show one topic."""
    _check(at_least)
    house, speech = here.house, here.pages.speech(request, account)
    now = house.clock.now()
    today = local_date(now, ZoneInfo(house.instance.zone))
    with house.db.read(actor_of(account), now) as work:
        one = house.catalog.topic(work, path)
        known = house.catalog.topics(work)
        everybody = house.profiles.count(work)
        people = house.scores.interested(work, at_least)
        keenest = house.scores.keenest(work, path, at_least)
        items = house.catalog.search(work, topic=path)
        story = house.scores.topic_story(work, path, today - timedelta(days=_DAYS - 1))
        values: dict[str, Any] = {
            "related": house.scores.related(work, path, at_least, everybody)[:8],
            "cards": {
                card.profile: card
                for card in house.profiles.directory.cards(work, [who for who, _ in keenest])
            },
            "segments": [s for s in house.segments.all(work) if concerns(s.rule, path)],
            "communities": [
                community
                for community in house.communities.communities(work)
                if community.topic and f"{path}/".startswith(f"{community.topic}/")
            ],
        }
    titles = {topic.path: title_of(speech, topic) for topic in known}
    most_touched = sorted(
        items, key=lambda item: (-story.items.get(item.key, UNTOUCHED).month, item.key)
    )
    return here.pages.render(
        request,
        "console/topics/one.html",
        account=account,
        topic=one,
        titles=titles,
        above=[above for above in ancestors(path) if above in titles],
        below=sorted(
            (topic for topic in known if topic.parent == path),
            key=lambda topic: -people.get(topic.path, 0),
        ),
        people=people,
        keenest=keenest,
        everybody=everybody,
        items=most_touched,
        touched=story.items,
        month=sum(day.touches for day in story.days[-30:]),
        before=sum(day.touches for day in story.days[-60:-30]),
        chart_of=_chart(
            speech, one, titles[path], [(f"{d.day:%m-%d}", d.touches) for d in story.days]
        ),
        at_least=at_least,
        levels=[(_level(speech, level), _here(path, level), level == at_least) for level in LEVELS],
        **values,
    )


@router.post("/topics")
def rename(
    request: Request, here: Here, account: Operator,
    fields: DeskForm,
) -> Response:  # fmt: skip
    """Give a topic its titles."""
    path = fields.get("topic", "")
    house = here.house
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        house.catalog.topic(work, path)
        titles = [fields.get(name, "").strip() for name in ("title_en", "title_zh")]
        house.catalog.define_topics(work, [Topic(path, *titles)])
    toast = here.pages.speech(request, account).gettext(_RENAMED)
    return here.pages.redirect(f"/topics/{quote(path)}", toast=toast)


def title_of(speech: Speech, topic: Topic) -> str:
    """Call a topic by its title."""
    return speech.title({"en": topic.title_en, "zh": topic.title_zh})


def _chart(speech: Speech, topic: Topic, title: str, days: list[tuple[str, int]]) -> Chart:
    month, before = sum(n for _, n in days[-30:]), sum(n for _, n in days[-60:-30])
    said = speech.gettext(
        "%(topic)s: %(month)s touches in 30 days, %(before)s in the 30 before",
        topic=title, month=speech.number(month), before=speech.number(before),
    )  # fmt: skip
    series = [Series(speech.gettext("Touches"), [n for _, n in days])]
    name = topic.path.replace("/", "-") + "-touches"
    return Chart(name, said, "bar", [label for label, _ in days], series)


def _level(speech: Speech, level: float) -> str:
    return speech.gettext("%(level)s or more", level=speech.number(level, 1))


def _address(opened: Any, at_least: float) -> str:
    query = [("open", path) for path in opened]
    if at_least != 1.0:
        query.append(("at_least", f"{at_least:g}"))
    return "/topics" + (f"?{urlencode(query)}" if query else "")


def _here(path: str, at_least: float) -> str:
    return f"/topics/{quote(path)}" + ("" if at_least == 1.0 else f"?at_least={at_least:g}")


def _check(at_least: float) -> None:
    if at_least not in LEVELS:
        raise Invalid(
            f"{at_least} is no level that is shown", path="at_least", hint="use 0.5, 1 or 3"
        )
