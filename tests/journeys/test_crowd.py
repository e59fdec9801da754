"""Where a journey's people are and why; which journeys use a segment."""

from sqlalchemy import event as events

from coterie.core.clock import DAY, HOUR
from journeys.town import NOON, Town, say, wait

NODES = {
    "a": say("look"),
    "look": {"do": "split", "if": {"did": "Visited"}, "yes": "pause", "no": "end"},
    "pause": wait("3d", "b"),
    "b": say(template="offer"),
}


def crowd(town: Town) -> None:
    town.define("j", entry={"event": "Ordered"}, start="a", nodes=NODES)
    for user in ("u1", "u2", "u3"):
        town.happen(user, "Visited")
        town.happen(user, "Ordered", item=user)
    town.happen("other", "Ordered")


def test_the_flow_counts_who_stands_where_and_who_came_through(town: Town) -> None:
    crowd(town)
    with town.read() as work:
        flow = town.journeys.flow(work, "j")
        assert town.journeys.tallies(work) == {"j": flow.counts}
    assert flow.counts == town.counts("j")
    assert flow.counts.nodes == {"pause": 3}
    assert flow.counts.ended == {"end": 1}
    assert flow.passed == {"a": 4, "look": 4, "pause": 3}
    assert flow.shadows == {}


def test_the_held_out_are_told_apart(town: Town) -> None:
    town.define("j", entry={"event": "Ordered"}, start="a", holdout=100, nodes=NODES)
    town.happen("u1", "Visited")
    town.happen("u1", "Ordered")
    with town.read() as work:
        flow = town.journeys.flow(work, "j")
    assert (flow.shadows, flow.counts.shadows) == ({"pause": 1}, 1)


def test_who_stands_at_a_node_and_why(town: Town) -> None:
    crowd(town)
    with town.read() as work:
        page = town.journeys.at_node(work, "j", "pause", limit=2)
        rest = town.journeys.at_node(work, "j", "pause", limit=2, before=page.before)
        assert town.journeys.at_node(work, "j", "b").total == 0
        people = [town.person(work, user) for user in ("u3", "u2", "u1")]
    assert [each.run.profile for each in (*page.people, *rest.people)] == people
    assert (page.total, rest.total, rest.before) == (3, 3, None)
    newest = page.people[0]
    assert newest.run.cause is not None
    assert newest.run.cause.properties == {"item": "u3"}
    assert (newest.began, newest.since, newest.until) == ("event", NOON, NOON + 3 * DAY)
    assert newest.last is not None
    assert (newest.last.node, newest.last.at, newest.way) == ("look", NOON, "yes")


def test_what_began_a_run_by_segment(town: Town) -> None:
    town.segment("vips", {"trait": "vip", "op": "=", "value": True})
    town.identify("there", vip=True)
    town.define("j", entry={"segment": "vips"}, start="pause", nodes={"pause": wait("9d", "end")})
    town.advance(HOUR)
    town.identify("later", vip=True)
    with town.read() as work:
        page = town.journeys.at_node(work, "j", "pause")
    assert [each.began for each in page.people] == ["move", "present"]
    assert all(each.last is None and each.way is None for each in page.people)


def test_a_segment_knows_the_journeys_that_use_it(town: Town) -> None:
    for slug in ("entry", "asked", "leaving", "unused"):
        town.segment(slug, {"tag": slug})
    split = {"do": "split", "if": {"all": [{"in_segment": "asked"}]}, "yes": "end", "no": "end"}
    town.define("one", entry={"segment": "entry"}, start="a", nodes={"a": split})
    town.define("two", entry={"event": "Ordered"}, start="a", nodes={"a": wait("1d", "end")},
                exit_when={"not": {"in_segment": "leaving"}})  # fmt: skip
    with town.read() as work:
        using = {
            slug: [one.slug for one in town.journeys.using(work, slug)]
            for slug in ("entry", "asked", "leaving", "unused")
        }
    assert using == {"entry": ["one"], "asked": ["one"], "leaving": ["two"], "unused": []}


def test_a_page_costs_the_same_number_of_queries_for_few_and_for_many(town: Town) -> None:
    crowd(town)
    asked: list[int] = []
    for limit in (1, 3):
        with town.read() as work:
            queries: list[str] = []

            def note(_c: object, _k: object, statement: str, *_rest: object) -> None:
                queries.append(statement)  # noqa: B023

            events.listen(work.connection.engine, "before_cursor_execute", note)
            town.journeys.at_node(work, "j", "pause", limit=limit)
            events.remove(work.connection.engine, "before_cursor_execute", note)
        asked.append(len(queries))
    assert asked[0] == asked[1]


def test_one_persons_runs_come_newest_first_live_and_ended(town: Town) -> None:
    town.define("once", entry={"event": "Visited"}, start="only", nodes={"only": say(then="end")})
    crowd(town)
    with town.read() as work:
        runs = town.journeys.of_person(work, town.person(work, "u1"))
        assert town.journeys.of_person(work, 999) == []
    assert [(run.journey, run.status) for run in runs] == [("j", "waiting"), ("once", "ended")]
