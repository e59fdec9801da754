"""Plays the weeks, a tick at a time: the crowd at the platform, then callbacks, doors and tills."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from coterie.core.clock import DAY, HOUR, MINUTE, local_date
from coterie.core.errors import Conflict
from coterie.core.event import CONSENT_GIVEN
from coterie.guides.handover.model import Wanted
from coterie.scenarios.shoes import lives, streets
from coterie.scenarios.shoes.brand import (
    ARTICLES,
    CAMPAIGN,
    POLL,
    PROGRAMME,
    guide_name,
)
from coterie.scenarios.shoes.crowd import union_of
from coterie.scenarios.shoes.doors import Doors, Keys, known_as, track
from coterie.scenarios.shoes.laying import ACTOR, MAIN, MINI, lay
from coterie.scenarios.shoes.lives import Deed
from coterie.scenarios.shoes.opening import open_campaign
from coterie.scenarios.shoes.plan import Plan
from coterie.scenarios.shoes.ports import Rooms, Stage
from coterie.scenarios.shoes.story import Story
from coterie.scenarios.shoes.till import ring_up
from coterie.scenarios.wecom.player import Player

NAME = "shoes"
"""What a folder of this demo is marked with; pages say so."""
OPENS, CLOSES = 9 * HOUR, 21 * HOUR + 50 * MINUTE
"""Within these hours the house hears of people: at night it writes to nobody."""
AGREES, BY_PAGE, DOES = 0.75, 0.04, 0.93
TOKEN_DAY, LEAVING_DAY = -3, 4

Progress = Callable[[str, float], None]
"""Told the stage and how much of it is done, 0 to 1."""
Enter = Callable[[Keys], Doors]
"""Opens the house's doors to whoever holds the keys."""


def play(
    rooms: Rooms, stage: Stage, hand: Player, plan: Plan, enter: Enter, progress: Progress
) -> Story:
    """Play the whole story on a fresh house that is connected; raises Conflict for another one."""
    if rooms.instance.simulated != NAME:
        raise Conflict(
            "this folder holds a real house, which no demo may touch: choose another with --data"
        )
    progress("stores, guides and old customers", 0)
    laid = lay(rooms, stage, hand, plan)
    story = Story(rooms, stage, hand, plan, enter(laid.keys), laid)
    open_campaign(story)
    story.config = hand.act("codes")
    story.there.update(f"b{one}" for one in range(plan.base))
    hand.act("disorder", shuffle=True, duplicate=plan.duplicate)
    _begin(story)
    first, last = plan.day(plan.FIRST), plan.day(plan.LAST)
    for moment in ticks(plan):
        tick(story, moment)
        progress("the weeks", min(1.0, (moment - first) / (last - first)))
    return story


def ticks(plan: Plan) -> Iterator[int]:
    """Yield where each tick ends: through every day up to the evening, then once it is over."""
    for number in range(plan.FIRST, plan.LAST):
        closes = plan.day(number) + CLOSES
        yield from reversed(range(closes, plan.day(number) + OPENS - 1, -plan.tick))
    yield plan.day(plan.LAST) + OPENS


def _begin(story: Story) -> None:
    plan = story.plan
    for one in range(plan.walkers):
        story.push(lives.walks_in(plan, one))
    for one in range(plan.brought):
        story.push(lives.brought_in(plan, one))
    for one in range(plan.base):
        comes = lives.comes(plan, f"b{one}", reached=None)
        if comes is not None:
            story.push(comes)
    story.push(Deed(plan.day(TOKEN_DAY) + 12 * HOUR, "token", ""))
    story.push(Deed(plan.day(LEAVING_DAY) + 12 * HOUR, "guide_leaves", ""))
    story.push(Deed(plan.day(plan.SALE) - HOUR, "sale_comes", ""))


def tick(story: Story, until: int) -> None:
    """Play up to a moment: what people do there, what the house is told of it, what it does."""
    deeds: dict[str, list[Deed]] = {}
    for one in story.due(until):
        deeds.setdefault(one.verb, []).append(one)
        if one.verb == "touch" and one.more["joins"]:
            opened = until if _by_page(story, one) else one.at
            story.push(Deed(opened + 5 * MINUTE, "join", one.who, {"code": MAIN}))
    story.hand.act("set_clock", moment=story.stage.now)
    if "token" in deeds:
        story.hand.act("expire_token")
    if "guide_leaves" in deeds:
        streets.hand_over(story)
    if "sale_comes" in deeds:
        _unreached(story)
    before = set(story.came)
    streets.newcomers(story, (one.who for one in deeds.get("touch", ())))
    crowd = [one for verb in ("scan", "join", "bring_in", "leave") for one in deeds.get(verb, ())]
    streets.walk(story, crowd, until)
    story.stage.move_to(until)
    story.hand.act("deliver")
    _tell(story, deeds, before)
    _answer(story, deeds.get("answer", ()))
    ring_up(story, deeds)
    story.stage.settle()
    _share(story)
    if (until - story.plan.start) % DAY == CLOSES:
        _tick_off(story)
    if "guide_leaves" in deeds:
        _ask_heir(story)


def _tick_off(story: Story) -> None:
    """Let the team say in the evening which of its tasks are done: nearly all, on their day."""
    plans, today = story.rooms.growing.plans, local_date(story.stage.now, story.rooms.zone)
    with story.rooms.db.begin(ACTOR, story.stage.now) as work:
        mine = {
            one.key
            for one in plans.tasks(work, CAMPAIGN)
            if one.day == today and story.plan.chance("does", one.key, DOES)
        }
        if mine:
            plans.done(work, CAMPAIGN, mine)


def _unreached(story: Story) -> None:
    """Let old customers buy what they do: those whom the invitation reached more often."""
    for one in range(story.plan.base):
        who = f"b{one}"
        for deed in lives.buys_of_old(story.plan, who, reached=who in story.reached):
            story.push(deed)


def _tell(story: Story, deeds: dict[str, list[Deed]], before: set[str]) -> None:
    """Send what the mini-program and the doors of the stores saw, in one batch a source."""
    plan = story.plan
    calls: list[dict[str, Any]] = []
    for who in sorted(set(story.came) - before):
        if not lives.is_old(who) and plan.chance("agrees", who, AGREES):
            said = {"purpose": "marketing", "proof": "mini-program"}
            calls.append(_call(story, CONSENT_GIVEN, who, story.came[who], "agrees", said))
    for one in deeds.get("read", ()):
        item = one.more["item"]
        name, key = ("Article Read", "item") if item in ARTICLES else ("Product Viewed",
                                                                       "product_id")  # fmt: skip
        calls.append(_call(story, name, one.who, one.at, f"read-{one.more['place']}", {key: item}))
    calls += _touches(story, deeds.get("touch", ()))
    story.doors.events(MINI, calls)


def _touches(story: Story, touches: Sequence[Deed]) -> list[dict[str, Any]]:
    """Return the landing page's news: whose invitation somebody opened."""
    calls = []
    for place, one in enumerate(touches):
        code = story.codes.get(one.more["by"])
        if code is None:
            story.counts["invitations lost"] += 1
            continue
        story.counts["touches"] += 1
        cause = f"opened-{one.more['by']}-{one.at}-{place}"
        if _by_page(story, one):
            phone, union = story.doors.open_invitation(code), union_of(story.plan, one.who)
            calls.append(known_as(union, phone, story.stage.now, f"{one.who}-{cause}"))
            story.counts["landing pages"] += 1
        else:
            said = {"code": code, "carrier": "poster"}
            calls.append(_call(story, "Invitation Opened", one.who, one.at, cause, said))
    return calls


def _share(story: Story) -> None:
    """Let whoever will bring friends open her own page, by which she takes part."""
    profiles = story.profiles(story.sharing)
    if not profiles:
        return
    with story.rooms.db.begin(ACTOR, story.stage.now) as work:
        made = story.rooms.growing.referrals.codes_of(work, PROGRAMME, set(profiles.values()))
    for who, profile in profiles.items():
        if profile in made:
            story.codes[who] = made[profile]
            del story.sharing[who]


def _by_page(story: Story, touch: Deed) -> bool:
    """Say whether a friend opens the page itself; the others' visits come in a batch."""
    return story.plan.chance("by page", f"{touch.who} {touch.at}", BY_PAGE)


def _call(
    story: Story, name: str, who: str, at: int, cause: str, properties: dict[str, Any]
) -> dict[str, Any]:
    return track(name, union_of(story.plan, who), at, f"{who}-{cause}", properties)


def _answer(story: Story, answers: Sequence[Deed]) -> None:
    profiles = story.profiles({one.who for one in answers})
    if not profiles:
        return
    with story.rooms.db.begin(ACTOR, story.stage.now) as work:
        facts = []
        for one in answers:
            if one.who in profiles:
                choice = [one.more["choice"]]
                facts += story.rooms.polls.answer(work, POLL, profiles[one.who], choice)
                story.counts["answers"] += 1
        story.rooms.inbound.tell(work, facts)


def _ask_heir(story: Story) -> None:
    """Hand what the leaver had over to a colleague of her store."""
    plan, rooms = story.plan, story.rooms
    with rooms.db.begin(ACTOR, story.stage.now) as work:
        names = [guide_name(plan.leaver), guide_name(plan.heir)]
        slugs = rooms.guides.organisation.of_userids(work, names)
        wanted = Wanted(slugs[names[0]], slugs[names[1]], "您的专属导购已调整，我会继续为您服务。")
        _, facts = rooms.guides.handovers.ask(work, wanted)
        rooms.inbound.tell(work, facts)
    story.stage.settle()
