"""Three readers agree: one person's, the engine's, and everyone's SQL, member by member.

Random rules over random histories that arrive in steps; what people are stands in SQLite and in
PostgreSQL. 300 rules on each.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pyroaring import BitMap

from coterie.core.clock import DAY, HOUR
from coterie.segments import store
from coterie.segments.definition import Definition
from coterie.segments.members import store as published
from coterie.storage.database import Database
from coterie.storage.work import Work
from segments.house import SmallHouse
from segments.strategies import NOW, rules
from segments.test_law_two import SOME, arrivals

RULES, TIMES = 50, 6


@settings(
    max_examples=TIMES,
    phases=[Phase.generate],  # a crowd of rules is not made smaller in reasonable time
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_three_readers_agree_on_300_rules(
    database: Database, tmp_path: Path, data: st.DataObject
) -> None:
    house = SmallHouse(database, tmp_path, NOW)
    # what came before stays: time goes on, and no event is named twice
    house.now = max(NOW, house.do(store.watermark) or 0)
    house.count = house.do(house.log.next_seq)
    drawn = data.draw(st.lists(rules(max_leaves=3), min_size=RULES, max_size=RULES))
    house.upload("vip", *data.draw(SOME))
    house.upload("nobody")
    house.do(lambda work: _define(work, {f"s{n}": rule for n, rule in enumerate(drawn)}))
    house.segments.engine.forget()
    for _ in range(2):
        house.receive(data.draw(arrivals(house)))
        house.now += data.draw(st.sampled_from([0, 1, HOUR, DAY, 8 * DAY]))
        house.wake()
    assert house.do(lambda work: _differences(house, work)) == {}
    house.log.close()


def _define(work: Work, given: Mapping[str, dict[str, Any]]) -> None:
    """Put these segments in the place of all that there were; the engine makes them anew."""
    for slug in store.definitions(work):
        store.remove(work, slug)
        published.remove(work, slug)
    for slug, rule in given.items():
        version = store.next_version(work, slug)
        store.save(work, Definition(slug, version, slug, slug, rule, work.now, "test"))
        published.begin(work, slug)


def _differences(house: SmallHouse, work: Work) -> dict[str, tuple[Any, BitMap, BitMap, BitMap]]:
    """Return the rules that a reader answers otherwise than another, with the three answers."""
    everyone = house.profiles.everyone(work)
    asker = house.segments.ask(work, list(everyone))
    found = {}
    defined = house.segments.all(work)
    asked = house.segments.of_parts(work, [one.rule for one in defined])
    for one, by_sql in zip(defined, asked, strict=True):
        assert isinstance(by_sql, BitMap), by_sql
        by_engine = house.segments.members(work, one.slug)
        by_person = asker.meeting(house.segments.rule(work, one.rule), everyone)
        if not by_engine == by_sql == by_person:
            found[one.slug] = one.rule, by_engine, by_sql, by_person
    return found
