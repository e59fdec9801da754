"""Drafts over the real rooms: kept with their faults, previewed, published, restored."""

from typing import Any

import pytest

from coterie.core.actor import CLOCK, Actor
from coterie.core.clock import DAY, HOUR
from coterie.core.errors import Conflict, Invalid, NotFound
from coterie.core.event import Event
from coterie.journeys.drafts.model import Draft, Fate, Preview
from coterie.storage import audit
from journeys.town import NOON, Town, say, wait

ADA, BOB = Actor("person", "ada"), Actor("person", "bob")
NODES = {"a": say("pause"), "pause": wait("3d", "b"), "b": say(template="offer")}
BODY: dict[str, Any] = {"entry": {"event": "Ordered"}, "start": "a", "nodes": NODES}


def changed(**nodes: Any) -> dict[str, Any]:
    return {**BODY, "nodes": {**NODES, **nodes}}


def without(*names: str, **nodes: Any) -> dict[str, Any]:
    kept = {name: body for name, body in NODES.items() if name not in names}
    return {**BODY, "nodes": {**kept, **nodes}}


def open_draft(town: Town, slug: str = "j") -> Draft:
    with town.database.begin(ADA, town.now) as work:
        return town.journeys.drafts.open(work, slug)


def save(town: Town, body: dict[str, Any], slug: str = "j", **more: Any) -> Draft:
    with town.database.begin(ADA, town.now) as work:
        town.journeys.drafts.open(work, slug)
        return town.journeys.drafts.save(work, slug, body, **more)


def publish(town: Town, slug: str = "j", seen: int | None = None) -> list[Event]:
    with town.database.begin(ADA, town.now) as work:
        facts = town.journeys.drafts.publish(work, slug, seen=seen)
    town.facts += facts
    town.carry(facts)
    return facts


def preview(town: Town, draft: Draft) -> Preview:
    with town.read() as work:
        return town.journeys.drafts.preview(work, draft)


def walkers(town: Town, *users: str, slug: str = "j") -> None:
    town.define(slug, **BODY)
    for user in users:
        town.happen(user, "Ordered")
        town.advance(HOUR)


# --- begun, saved, discarded


def test_a_draft_is_begun_from_what_is_in_force_and_changes_nothing(town: Town) -> None:
    walkers(town, "u1")
    draft = open_draft(town)
    assert (draft.base, draft.live, draft.revision, draft.stale) == (1, 1, 1, False)
    assert draft.definition == BODY
    saved = save(town, changed(pause=wait("1h", "b")))
    assert (saved.revision, saved.changed_by) == (2, "person:ada")
    town.advance(2 * HOUR)
    assert town.asked("u1") == ["a"], "the version in force is walked, not the draft"
    assert open_draft(town).revision == 2, "opening it again loses nothing"


def test_one_draft_a_journey_and_one_for_a_journey_that_is_to_be(town: Town) -> None:
    walkers(town)
    with town.database.begin(ADA, town.now) as work:
        drafts = town.journeys.drafts
        drafts.begin(work, "new", BODY)
        for taken in ("new", "j"):
            with pytest.raises(Conflict):
                drafts.begin(work, taken, BODY)
        with pytest.raises(Invalid):
            drafts.begin(work, "No Slug", BODY)
        with pytest.raises(NotFound):
            drafts.open(work, "nobody-knows")
        drafts.open(work, "j")
        assert [(each.slug, each.new) for each in drafts.all(work)] == [("j", False), ("new", True)]
        drafts.discard(work, "new")
        assert drafts.get(work, "new") is None
        with pytest.raises(NotFound):
            drafts.discard(work, "new")
        verbs = [row.verb for row in audit.latest(work, 3)]
    assert verbs == ["discard_draft", "begin_draft", "begin_draft"]


def test_two_who_edit_one_draft_are_told_of_each_other(town: Town) -> None:
    walkers(town)
    first = open_draft(town)
    save(town, changed(pause=wait("1d", "b")), seen=first.revision)
    with town.database.begin(ADA, town.now) as work:  # her own older page overwrites her own
        town.journeys.drafts.save(work, "j", BODY, seen=first.revision)
    with town.database.begin(BOB, town.now) as work, pytest.raises(Conflict, match="ada"):
        town.journeys.drafts.save(work, "j", BODY, seen=first.revision)
    with town.database.begin(BOB, town.now) as work:
        town.journeys.drafts.save(work, "j", BODY, seen=3)


def test_a_draft_that_is_too_large_is_refused(town: Town) -> None:
    walkers(town)
    with pytest.raises(Invalid, match="too large"):
        save(town, changed(b=say(template="x" * 600_000)))


# --- faults


def test_faults_are_kept_and_listed_with_their_paths_all_at_once(town: Town) -> None:
    walkers(town)
    draft = save(
        town,
        {
            **BODY,
            "reentry": "sometimes",
            "nodes": {"a": say("b"), "pause": wait("soon", "b"), "b": say(), "c": {"do": "dance"}},
        },
    )
    with town.read() as work:
        faults = town.journeys.drafts.faults(work, draft)
    assert [(fault.path, fault.node) for fault in faults] == [
        ("reentry", None),
        ("nodes.pause.for", "pause"),
        ("nodes.c.do", "c"),
    ]
    assert all(fault.message for fault in faults)
    with pytest.raises(Invalid):
        publish(town)
    with town.read() as work:
        assert town.journeys.get(work, "j").version == 1
        assert town.journeys.drafts.get(work, "j") == draft


def test_what_it_names_outside_and_where_its_ways_lead_is_checked(town: Town) -> None:
    walkers(town)

    def paths(body: dict[str, Any]) -> list[str]:
        draft = save(town, body)
        with town.read() as work:
            return [fault.path for fault in town.journeys.drafts.faults(work, draft)]

    assert paths(BODY) == []
    assert paths({**BODY, "entry": {"segment": "nobody"}}) == ["entry.segment"]
    assert paths(changed(a=say("pause", template="gone"), b=say(template="gone"))) == [
        "nodes.a.template", "nodes.b.template",
    ]  # fmt: skip
    assert paths(changed(b=say("nowhere"))) == ["nodes.b.then"]
    assert paths(changed(a=say("b"), c=say())) == ["nodes.pause", "nodes.c"]
    assert paths({**BODY, "start": "nowhere"}) == ["start"]
    assert paths({"entry": {"event": "Ordered"}}) == ["nodes"]


# --- publishing


def test_a_published_wait_is_the_wait_in_force_and_people_stay_where_they_are(town: Town) -> None:
    walkers(town, "u1", "u2")
    before = town.runs("j")
    draft = save(town, changed(pause=wait("5d", "b")))
    publish(town, seen=draft.revision)
    with town.read() as work:
        defined = town.journeys.get(work, "j")
        assert town.journeys.drafts.get(work, "j") is None
    assert (defined.version, defined.source["nodes"]["pause"]["for"]) == (2, "5d")
    after = town.runs("j")
    assert [(run.id, run.node, run.arrived) for run in after] == [
        (run.id, "pause", run.arrived) for run in before
    ]
    assert [run.due for run in after] == [run.due + 2 * DAY for run in before if run.due]
    assert town.asked("u1") == town.asked("u2") == ["a"]
    town.advance(3 * DAY)
    assert town.asked("u1") == ["a"], "the old wait is over, the new one is not"
    town.advance(2 * DAY)
    assert town.asked("u1") == town.asked("u2") == ["a", "b"]


def test_a_new_journey_is_published_from_its_draft(town: Town) -> None:
    town.segment("vips", {"trait": "vip", "op": "=", "value": True})
    town.identify("u1", vip=True)
    body = {"entry": {"segment": "vips"}, "start": "a", "holdout": 25, "nodes": NODES}
    with town.database.begin(ADA, town.now) as work:
        draft = town.journeys.drafts.begin(work, "vip", body)
        told = town.journeys.drafts.preview(work, draft)
    assert (told.starting, told.waiting, told.holdout, told.allowed) == (1, 0, 2_500, True)
    assert told.difference.added == ("a", "pause", "b")
    publish(town, "vip")
    assert town.asked("u1") == ["a"] or town.runs("vip")[0].shadow
    with town.read() as work:
        assert town.journeys.get(work, "vip").version == 1


def test_what_changed_since_one_looked_is_not_published(town: Town) -> None:
    walkers(town)
    seen = save(town, changed(pause=wait("1d", "b")))
    save(town, changed(pause=wait("9d", "b")))
    with pytest.raises(Conflict, match="look again"):
        publish(town, seen=seen.revision)


def test_a_stale_draft_says_so_and_is_carried_over_on_purpose(town: Town) -> None:
    walkers(town, "u1")
    save(town, changed(pause=wait("9d", "b")))
    town.redefine("j", **changed(pause=wait("4d", "b")))
    draft = open_draft(town)
    assert (draft.base, draft.live, draft.stale) == (1, 2, True)
    assert not preview(town, draft).allowed
    with pytest.raises(Conflict, match="version 2"):
        publish(town)
    with town.database.begin(ADA, town.now) as work:
        assert not town.journeys.drafts.rebase(work, "j").stale
    publish(town)
    with town.read() as work:
        assert town.journeys.get(work, "j").source["nodes"]["pause"]["for"] == "9d"


def test_removed_nodes_that_hold_people_need_a_place_for_them(town: Town) -> None:
    walkers(town, "u1", "u2")
    body = without("pause", a=say("b"))
    told = preview(town, save(town, body))
    assert told.lost == (Fate("pause", 2, "lost", None, suggested="b"),)
    assert not told.allowed
    with pytest.raises(Invalid) as refused:
        publish(town)
    assert refused.value.path == "node_map.pause"
    draft = save(town, body, node_map={"pause": "b"})
    assert preview(town, draft).fates == (Fate("pause", 2, "moves", "b", fresh=2),)
    publish(town)
    assert town.asked("u1") == ["a", "b"], "nobody is sent again what she was sent"
    assert {run.reason for run in town.runs("j")} == {"end"}


def test_who_has_been_where_the_map_puts_her_is_not_served_again(town: Town) -> None:
    walkers(town, "u1", "u2")
    draft = save(town, without("pause", a=say("b")), node_map={"pause": "a"})
    assert preview(town, draft).fates == (Fate("pause", 2, "moves", "a", fresh=0),)
    publish(town)
    assert town.asked("u1") == ["a", "b"]


def test_a_removed_node_where_nobody_stands_needs_no_map(town: Town) -> None:
    walkers(town, "u1")
    draft = save(town, changed(pause=wait("3d", "end")) | {"nodes": {
        "a": say("pause"), "pause": wait("3d", "end")}})  # fmt: skip
    told = preview(town, draft)
    assert told.allowed
    assert told.difference.removed == ("b",)
    assert {fate.node: (fate.kind, fate.people) for fate in told.fates} == {
        "pause": ("stays", 1), "b": ("ends", 0),
    }  # fmt: skip


def test_a_renamed_node_keeps_its_people(town: Town) -> None:
    walkers(town, "u1")
    body = without("pause", a=say("rest"), rest=wait("3d", "b"))
    draft = save(town, body, node_map={"pause": "rest"})
    told = preview(town, draft)
    assert told.fates == (Fate("pause", 1, "renamed", "rest"),)
    assert told.difference.renamed == (("pause", "rest"),)
    publish(town)
    (run,) = town.runs("j")
    assert (run.node, run.arrived) == ("rest", NOON)


def test_a_map_says_nothing_of_nodes_that_are_no_more(town: Town) -> None:
    walkers(town, "u1")
    draft = save(town, without("pause", a=say("b")), node_map={"pause": "b", "ghost": "b"})
    assert draft.node_map == {"pause": "b"}
    draft = save(town, without("pause", "b", a=say()))
    assert draft.node_map == {}


# --- what changes for those who wait


def test_a_shorter_wait_says_who_goes_on_at_once(town: Town) -> None:
    walkers(town, "u1", "u2", "u3")  # an hour apart; now it is three hours after the first
    told = preview(town, save(town, changed(pause=wait("2h", "b"))))
    (shift,) = told.shifts
    assert (shift.node, shift.people, shift.longer, shift.shorter) == ("pause", 3, 0, 3)
    assert shift.at_once == 2
    assert shift.until == NOON + 4 * HOUR
    publish(town)
    assert [town.asked(user)[-1] for user in ("u1", "u2", "u3")] == ["b", "b", "a"]


def test_a_wait_for_a_time_of_day_is_reckoned_in_each_persons_zone(town: Town) -> None:
    town.identify("paris", timezone="Europe/Paris")
    walkers(town, "home", "paris")
    until = {"do": "wait", "until": "20:00", "then": "b"}
    (shift,) = preview(town, save(town, changed(pause=until))).shifts
    assert (shift.people, shift.shorter, shift.at_once) == (2, 2, 0)
    assert shift.until == NOON + 15 * HOUR, "eight in the evening in Paris is seven hours later"
    publish(town)
    assert sorted(run.due for run in town.runs("j") if run.due) == [
        NOON + 8 * HOUR, NOON + 15 * HOUR,
    ]  # fmt: skip


def test_a_wait_that_only_leads_elsewhere_lasts_as_long(town: Town) -> None:
    walkers(town, "u1")
    told = preview(town, save(town, changed(pause=wait("72h", "c"), c=say("b"))))
    assert told.shifts == ()
    assert told.difference.added == ("c",)
    assert [change.name for change in told.difference.changed] == ["pause"]


def test_new_questions_are_asked_of_those_who_wait(town: Town) -> None:
    read = {"did": "Article Read", "since": "entry"}
    waiting = {"do": "wait_for", "branches": [{"when": read, "then": "b"}],
               "timeout": "3d", "on_timeout": "end"}  # fmt: skip
    town.define("j", **changed(pause=waiting))
    town.happen("u1", "Ordered")
    other = {**waiting, "branches": [{"when": {"did": "Ordered"}, "then": "b"}]}
    told = preview(town, save(town, {**changed(pause=other), "exit_when": {"did": "Left"}}))
    assert told.asked_anew == ("exit_when", "pause")
    assert [change.name for change in told.difference.settings] == ["exit_when"]
    assert told.shifts == ()


def test_a_preview_with_faults_still_says_where_people_are(town: Town) -> None:
    walkers(town, "u1")
    told = preview(town, save(town, changed(b=say(template="gone", then="nowhere"))))
    assert [fault.path for fault in told.faults] == ["nodes.b.then"]
    assert told.fates == (Fate("pause", 1, "stays", "pause"),)
    assert not told.allowed


def test_an_unchanged_draft_changes_nothing(town: Town) -> None:
    walkers(town)
    assert preview(town, open_draft(town)).difference.nothing


# --- versions


def test_every_published_version_is_kept_and_can_be_restored(town: Town) -> None:
    walkers(town, "u1")
    save(town, changed(pause=wait("5d", "b")))
    publish(town)
    town.pause("j")
    town.resume("j")
    with town.database.begin(BOB, town.now) as work:
        drafts = town.journeys.drafts
        assert [(each.version, each.by) for each in drafts.versions(work, "j")] == [
            (2, "person:ada"), (1, str(CLOCK)),
        ]  # fmt: skip
        assert drafts.version(work, "j", 1).definition == BODY
        with pytest.raises(NotFound):
            drafts.version(work, "j", 3)
        draft = drafts.restore(work, "j", 1)
        assert (draft.base, draft.definition) == (2, BODY)
        with pytest.raises(Conflict):
            drafts.restore(work, "j", 2)
    publish(town)
    with town.read() as work:
        assert town.journeys.get(work, "j").version == 3
        assert [each.version for each in town.journeys.drafts.versions(work, "j")] == [3, 2, 1]
