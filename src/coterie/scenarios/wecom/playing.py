"""Plays the story: an hour of scans, then guides who leave, then a mass send to everybody."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

from coterie.core.clock import DAY, HOUR, MINUTE
from coterie.core.errors import Conflict
from coterie.guides.handover.model import Wanted
from coterie.messaging.model import Request
from coterie.scenarios.wecom.judging import Figures, judge
from coterie.scenarios.wecom.laying import ACTOR, TEMPLATE, Laid, hire, lay
from coterie.scenarios.wecom.plan import Deed, Plan, guide_name
from coterie.scenarios.wecom.player import Player
from coterie.scenarios.wecom.ports import Rooms, Stage

NAME = "wecom"
"""What a folder of this demo is marked with; pages say so."""
ORIGIN = "demo:wecom"
CHANNEL = "wecom"
_QUOTA_ROUNDS = 31

Progress = Callable[[str, float], None]
"""Told the stage and how much of it is done, 0 to 1."""


@dataclass
class Story:
    """One run: the house, the platform, and the people by number."""

    rooms: Rooms
    stage: Stage
    player: Player
    plan: Plan
    people: list[str] = field(default_factory=list)
    laid: Laid | None = None
    took: dict[int, str] = field(default_factory=dict)
    """By person: the userid of the guide whom her scan led to."""


def play(rooms: Rooms, stage: Stage, player: Player, plan: Plan, progress: Progress) -> Figures:
    """Play the whole story on a fresh house that is connected; raises Conflict for another one."""
    if rooms.instance.simulated != NAME:
        raise Conflict(
            "this folder holds a real house, which no demo may touch: choose another with --data"
        )
    story = Story(rooms, stage, player, plan)
    progress("stores and codes", 0)
    hire(player, plan)
    story.laid = lay(rooms, stage, player, plan)
    names = [f"顾客{number + 1:04}" for number in range(plan.customers)]
    story.people = player.people(names)
    for share in _hour(story):
        progress("an hour of scans", share)
    progress("guides leave", 0)
    _hand_over(story)
    progress("a mass send", 0)
    _send(story)
    return judge(rooms, player, plan, story.people, ORIGIN, stage.now)


def _hour(story: Story) -> Iterator[float]:
    """Play the deeds tick by tick; callbacks come at the end of each, out of order and twice.

    Within a tick the house does nothing, as one that is busy: what is due it does at the end.
    """
    plan, start = story.plan, story.stage.now
    story.player.act("disorder", shuffle=True, duplicate=plan.duplicate)
    deeds = plan.deeds()
    for tick, together in groupby(deeds, key=lambda one: one.at // plan.tick):
        for moment, at_once in groupby(together, key=lambda one: one.at // 1_000):
            story.player.act("set_clock", moment=start + moment * 1_000)
            for deed in at_once:
                _do(story, deed)
        story.stage.move_to(start + (tick + 1) * plan.tick)
        story.player.act("deliver")
        story.stage.settle()
        yield min(tick * plan.tick / plan.length, 1.0)
    _pass(story, 5 * MINUTE)  # until the last retry has come


def _do(story: Story, deed: Deed) -> None:
    act, person = story.player.act, deed.person
    who = story.people[person] if person >= 0 else ""
    if deed.verb == "scan":
        scanned = act("scan", code=_code(story, person), external_userid=who,
                      half=story.plan.is_half(person))  # fmt: skip
        story.took[person] = scanned["userid"]
    elif deed.verb == "join":
        store = story.plan.store_of(person)
        assert story.laid is not None
        act("join", code=act("codes")[story.laid.groups[store]], external_userid=who)
    elif deed.verb == "leave_group":
        for chat in act("chats_with", external_userid=who):
            act("leave", chat_id=chat, member=who)
    elif deed.verb == "delete_guide":
        act("delete_guide", userid=story.took[person], external_userid=who)
    else:
        act(deed.verb)


def _code(story: Story, person: int) -> str:
    """Return the code that she scans."""
    assert story.laid is not None
    guide = story.plan.guide_of(person)
    state = (
        story.laid.common[story.plan.store_of(person)] if guide is None else story.laid.own[guide]
    )
    return str(story.player.act("codes")[state])


def _hand_over(story: Story) -> None:
    """Let guides leave, and hand their customers and groups to colleagues of the same store."""
    rooms, plan = story.rooms, story.plan
    for guide in plan.leavers():
        story.player.act("member_leaves", userid=guide_name(guide))
    story.player.act("deliver")
    story.stage.settle()
    now = story.stage.now
    with rooms.db.begin(ACTOR, now) as work:
        names = [guide_name(guide) for guide in range(plan.guides)]
        slugs = rooms.guides.organisation.of_userids(work, names)
        for guide in plan.leavers():
            giver, taker = slugs[guide_name(guide)], slugs[guide_name(plan.heir(guide))]
            wanted = Wanted(giver, taker, "您的专属导购已调整，我会继续为您服务。")
            _, facts = rooms.guides.handovers.ask(work, wanted)
            rooms.inbound.tell(work, facts)
    story.stage.settle()
    for one in story.player.journal("transfer"):
        if plan.refuses(one["data"]["external_userid"]):
            said = {name: one["data"][name] for name in ("takeover", "external_userid")}
            story.player.act("refuse_transfer", **said)
    _pass(story, plan.wait + HOUR + MINUTE)  # for so long customers may refuse


def _send(story: Story) -> None:
    """Write to everybody; the guides confirm, each when she has a moment."""
    rooms, plan, player = story.rooms, story.plan, story.player
    for person in plan.fulls():
        for _ in range(_QUOTA_ROUNDS):
            player.act("personal_send", userid="", receivers=[story.people[person]])
    with rooms.db.begin(ACTOR, story.stage.now) as work:
        profiles = rooms.mirror.profiles_of(work, story.people)
        sent = rooms.messaging.send(work, [
            Request(profile, CHANNEL, TEMPLATE, "service", f"{ORIGIN} {profile}", ORIGIN)
            for profile in sorted(set(profiles.values()))
        ])  # fmt: skip
        rooms.inbound.tell(work, sent.facts)
    story.stage.settle()
    _pass(story, 5 * MINUTE)  # sends are gathered before the guides are asked
    for guide in range(plan.guides):
        name = guide_name(guide)
        for task in player.act("sends_of", userid=name):
            player.act("confirm_send", msgid=task["msgid"], userid=name)
    _pass(story, HOUR)


def _pass(story: Story, length: int) -> None:
    """Let time pass, a quarter of a day at the most at once, with what the platform tells."""
    end = story.stage.now + length
    while story.stage.now < end:
        moment = min(end, story.stage.now + DAY // 4)
        story.stage.advance_to(moment)
        while story.player.act("deliver"):
            story.stage.settle()
