"""The quota of mass sends: a plain count agrees, dated rules bind, two at once never overdraw."""

from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coterie.channels.wecom.sends.quota.rules import DAYS_OF_THE_MONTH, ZONE, Rule, window_of
from coterie.channels.wecom.sends.quota.service import Quotas
from coterie.core.clock import DAY, from_datetime, local_date
from coterie.core.errors import Invalid
from coterie.storage.database import Database
from coterie.testing.asking import TESTER

START = from_datetime(datetime(2026, 2, 26, 4, tzinfo=UTC))  # noon in Shanghai, a Thursday
RULES = {"month": DAYS_OF_THE_MONTH, "week": 7, "day": 1}

deeds = st.lists(
    st.tuples(
        st.sampled_from(["reserve", "settle", "release", "theirs", "wait"]),
        st.integers(0, 1),
        st.integers(0, 6),
    ),
    max_size=40,
)


@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(deeds, st.sampled_from(["week", "day"]))
def test_the_ledger_agrees_with_a_plain_count(
    sqlite_template, tmp_path_factory, done, span
) -> None:  # type: ignore[no-untyped-def]
    folder = tmp_path_factory.mktemp("quota")
    (folder / "coterie.db").write_bytes(sqlite_template.read_bytes())
    database = Database.in_folder(folder)
    quotas, now = Quotas(), START
    reserved: dict[str, str] = {}
    sent: dict[str, tuple[str, date]] = {}
    with database.begin(TESTER, now) as work:
        quotas.choose(work, Rule("customer", RULES[span], span, 0))
    for number, (what, who, many) in enumerate(done):
        subject, key = f"wm{who}", f"k{number}"
        with database.begin(TESTER, now) as work:
            window = window_of(Rule("customer", RULES[span], span, 0), now)
            taken = sum(each == subject for each in reserved.values()) + sum(
                mine == subject and window.first <= day <= window.last
                for mine, day in sent.values()
            )
            left = max(0, window.most - taken)
            assert quotas.rooms(work, "customer", [subject])[subject].left == left
            if what == "reserve":
                keys = {f"{key}/{n}": subject for n in range(many)}
                refused = quotas.reserve(work, "customer", keys)
                assert refused == set(list(keys)[left:])
                reserved |= dict.fromkeys(keys.keys() - refused, subject)
            elif what == "theirs":
                quotas.settle(work, [(key, subject, now)])
                sent[key] = (subject, local_date(now, ZONE))
            elif what == "wait":
                now += many * DAY
            elif reserved:
                name, mine = reserved.popitem()
                if what == "settle":
                    quotas.settle(work, [(name, mine, now)])
                    sent[name] = (mine, local_date(now, ZONE))
                else:
                    quotas.release(work, [name])
    database.close()


def test_a_rule_holds_from_its_day_on_and_a_month_has_as_many_as_days(database: Database) -> None:
    quotas, march = Quotas(), START + 3 * DAY
    with database.begin(TESTER, START) as work:
        quotas.choose(work, Rule("customer", DAYS_OF_THE_MONTH, "month", 0))
        quotas.choose(work, Rule("customer", 1, "day", march))
        (room,) = quotas.rooms(work, "customer", ["wm"]).values()
        assert (room.left, room.rule) == (28, "28/month")
        with pytest.raises(Invalid):
            quotas.choose(work, Rule("customer", 0, "day", 0))
    with database.begin(TESTER, march) as work:
        assert quotas.reserve(work, "customer", {"a": "wm", "b": "wm"}) == {"b"}
        (room,) = quotas.rooms(work, "customer", ["wm"]).values()
        tomorrow = local_date(march, ZONE) + timedelta(days=1)
        assert (room.left, local_date(room.free, ZONE)) == (0, tomorrow)
        assert quotas.reserve(work, "customer", {"a": "wm"}) == set()  # it has its place


def test_two_at_once_never_give_the_last_place_away_twice(database: Database) -> None:
    quotas, refused, gate = Quotas(), [], Barrier(2)
    with database.begin(TESTER, START) as work:
        quotas.choose(work, Rule("customer", 7, "week", 0))

    def take(name: str) -> None:
        gate.wait()
        with database.begin(TESTER, START) as work:
            refused.append(quotas.reserve(work, "customer", {f"{name}{n}": "wm" for n in range(5)}))

    threads = [Thread(target=take, args=(name,)) for name in "ab"]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(len(each) for each in refused) == [0, 3]
