"""What people and guides do at the platform between two ticks: one request for the whole crowd."""

from collections.abc import Iterable, Sequence
from typing import Any

from coterie.core.clock import MINUTE, SECOND
from coterie.scenarios.shoes import lives
from coterie.scenarios.shoes.brand import STORES, guide_name, guides_of
from coterie.scenarios.shoes.crowd import at_platform
from coterie.scenarios.shoes.laying import INVITED_BY
from coterie.scenarios.shoes.lives import Deed
from coterie.scenarios.shoes.story import Story

AT_TILL = 9 * SECOND
"""Within so long before a tick's end people scan at tills: a welcome has twenty seconds."""
SENT = 1
Act = dict[str, Any]


def newcomers(story: Story, people: Iterable[str]) -> None:
    """Bring whoever is not known at the platform into being."""
    fresh = [one for one in dict.fromkeys(people) if one not in story.there]
    story.there.update(fresh)
    if fresh:
        story.hand.act("people", people=[at_platform(story.plan, one) for one in fresh])


def walk(story: Story, deeds: Sequence[Deed], until: int) -> None:
    """Let a crowd do what it does, guides among it, and note what came of it."""
    newcomers(story, (one.who for one in deeds))
    acts: list[tuple[int, Act, Deed | None]] = [
        (_moment(story, one, until), _act(story, one), one) for one in deeds
    ]
    acts += [(at, act, None) for at, act in _confirmed(story, until)]
    acts.sort(key=lambda row: row[0])
    said = [{"at": at, **act} for at, act, _ in acts]
    if not said:
        return
    for (at, act, deed), came in zip(acts, story.hand.act("many", deeds=said), strict=True):
        if deed is None:
            _sent(story, act, came, at)
        else:
            _came(story, deed, came, at, until)


def _moment(story: Story, deed: Deed, until: int) -> int:
    if deed.verb == "scan":
        wait = round(story.plan.draw("at till", deed.who) * AT_TILL) + SECOND
        return until - wait
    return deed.at


def _act(story: Story, deed: Deed) -> Act:
    who = story.external(deed.who)
    if deed.verb == "scan":
        code = story.config[story.laid.tills[deed.more["store"]]]
        return {"verb": "scan", "given": {"code": code, "external_userid": who}}
    if deed.verb == "join":
        code = story.config[story.laid.codes[deed.more["code"]]]
        return {"verb": "join", "given": {"code": code, "external_userid": who}}
    if deed.verb == "bring_in":
        store = deed.more["store"]
        guide = story.plan.guide_at("brings", deed.who, store)
        given = {"chat_id": story.laid.chats[store], "external_userid": who,
                 "by": guide_name(guide)}  # fmt: skip
        return {"verb": "invite", "given": given}
    return {"verb": "leave_all", "given": {"external_userid": who}}


def _came(story: Story, deed: Deed, came: Any, at: int, until: int) -> None:
    """Note who came in; whoever found a group full goes to her store's, who scanned goes on."""
    refused = isinstance(came, dict) and "refused" in came
    story.counts[f"{deed.verb} refused" if refused else deed.verb] += 1
    home = story.plan.home(deed.who)
    if deed.verb == "scan" and not refused:
        story.push(Deed(until + 3 * MINUTE, "join", deed.who, {"code": home}))
    if deed.verb == "join" and not refused:
        story.counts[f"join {came['status']}"] += 1
        if came["status"] == "full" and deed.more["code"] not in STORES:
            story.push(Deed(until + MINUTE, "join", deed.who, {"code": home}))
            return
        if came["status"] != "joined":
            return
    if deed.verb in ("join", "bring_in") and not refused and deed.who not in story.came:
        story.came[deed.who] = at
        for one in lives.life(story.plan, deed.who, at):
            story.push(Deed(max(one.at, until + MINUTE), one.verb, one.who, one.more))
            if one.verb == "touch":
                story.sharing[deed.who] = None


def _confirmed(story: Story, until: int) -> list[tuple[int, Act]]:
    """Find what guides confirm before a moment: soon, late or never, as each is."""
    names = {guide_name(one): one for one in range(story.plan.guides)}
    gone = story.counts["guides gone"]
    found = []
    for one in story.hand.act("waiting"):
        guide = names[one["userid"]]
        after = story.plan.confirms_after(guide)
        if after is None or (gone and guide == story.plan.leaver):
            continue
        at = max(one["created"] + after, story.stage.now)
        if at < until:
            given = {"msgid": one["msgid"], "userid": one["userid"]}
            what = {"invites": one["text"].startswith(INVITED_BY)}
            found.append((at, {"verb": "confirm_send", "given": given, **what}))
    return found


def _sent(story: Story, act: Act, came: Any, at: int) -> None:
    """Note whom the invitation reached: more of these come, and more of these buy."""
    if "refused" in came:
        story.counts["confirm refused"] += 1
        return
    story.counts["confirmed"] += 1
    if not act["invites"]:
        return
    old = {story.external(f"b{one}"): f"b{one}" for one in range(story.plan.base)}
    for receiver, status in came.items():
        if status == SENT and receiver in old and old[receiver] not in story.reached:
            who = old[receiver]
            story.reached[who] = at
            comes = lives.comes(story.plan, who, reached=at)
            if comes is not None and who not in story.came:
                story.push(comes)


def hand_over(story: Story) -> None:
    """Let a guide leave the company."""
    story.hand.act("member_leaves", userid=guide_name(story.plan.leaver))
    story.counts["guides gone"] += 1


def of_store(story: Story, store: str) -> list[int]:
    """Return who serves in a store now."""
    gone = story.counts["guides gone"]
    there = guides_of(store, story.plan.guides)
    return [one for one in there if not (gone and one == story.plan.leaver)]
