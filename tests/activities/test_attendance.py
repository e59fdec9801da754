"""Who came, who did not, who passed: a code lets in once, and every verb can be taken back."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from activities.cellar import HOST, Cellar
from coterie.core.errors import Conflict


def test_a_code_lets_in_once_and_then_says_who_and_when(cellar: Cellar) -> None:
    cellar.define()
    one, other = cellar.people(2)
    cellar.do("register", "barolo-night", [one, other])
    code = cellar.code(one)
    assert len(code) == 12
    assert code != cellar.code(other)
    cellar.now += 1_000
    shown = f"{code[:4]}-{code[4:8]}-{code[8:]}".lower()
    first = cellar.do("check_in", "barolo-night", shown)
    cellar.now += 1_000
    again = cellar.do("check_in", "barolo-night", code)
    assert (first.entry, again.entry, again.facts) == ("welcome", "used", [])
    assert again.registration.checked_by == "ada"
    assert again.registration.checked_in == cellar.now - 1_000
    assert cellar.do("check_in", "barolo-night", "0000-0000-0000").entry == "unknown"
    [fact] = [e for e in cellar.facts if e.name == "coterie.activity.attended"]
    assert fact.items == ("activity:barolo-night",)
    assert fact.properties == {"activity": "barolo-night", "form": "tasting", "level": "entry"}
    with cellar.database.read(HOST, cellar.now) as work:
        kept = work.connection.execute(text("SELECT * FROM activity_registrations")).all()
    assert code not in str(kept), "the tables hold the digest only"


@pytest.mark.usefixtures("database")
def test_of_eight_hosts_with_one_code_one_lets_in(cellar: Cellar) -> None:
    cellar.define()
    [one] = cellar.people(1)
    cellar.do("register", "barolo-night", [one])
    code = cellar.code(one)

    def scan(_: int) -> str:
        with cellar.database.begin(HOST, cellar.now) as work:
            return str(cellar.activities.check_in(work, "barolo-night", code).entry)

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(scan, range(8))) == ["used"] * 7 + ["welcome"]


def test_a_code_is_for_one_seat_of_one_activity(cellar: Cellar) -> None:
    cellar.define(capacity=1)
    cellar.define(slug="other-night", title="Other")
    one, waiting = cellar.people(2)
    cellar.do("register", "barolo-night", [one, waiting])
    old = cellar.code(one)
    assert cellar.do("check_in", "other-night", old).entry == "other"
    assert cellar.do("check_in_person", "barolo-night", waiting).entry == "waiting"
    cellar.do("cancel", "barolo-night", one)
    assert cellar.do("check_in", "barolo-night", old).entry == "unknown", "it died with the seat"
    assert cellar.do("check_in_person", "barolo-night", one).entry == "cancelled"
    cellar.do("cancel", "barolo-night", waiting)
    cellar.do("sign_up", "barolo-night", one)
    assert cellar.code(one) != old
    assert cellar.do("check_in", "barolo-night", cellar.code(one)).entry == "welcome"


@pytest.mark.usefixtures("database")
def test_who_did_not_come_is_a_no_show_until_she_does(cellar: Cellar) -> None:
    cellar.define(capacity=3)
    came, late, never, waiting = cellar.people(4)
    cellar.do("register", "barolo-night", [came, late, never, waiting])
    cellar.now += 9 * 86_400_000
    cellar.do("check_in", "barolo-night", cellar.code(came))
    cellar.wake_at("2026-02-10T21:29")
    assert cellar.told("no_show") == []
    cellar.wake_at("2026-02-10T21:30")
    assert cellar.states() == {
        came: "attended", late: "no_show", never: "no_show", waiting: "missed",
    }  # fmt: skip
    assert sorted(cellar.told("no_show")) == sorted([late, never])
    assert (cellar.tags(late), cellar.tags(came)) == ({"no-show"}, frozenset())
    assert cellar.ask("next_due") is None

    cellar.now += 1
    assert cellar.do("check_in", "barolo-night", cellar.code(late)).entry == "welcome"
    assert (cellar.tags(late), cellar.tags(never)) == (frozenset(), {"no-show"})
    cellar.now += 1
    cellar.do("undo_check_in", "barolo-night", late)
    assert (cellar.states()[late], cellar.tags(late)) == ("no_show", {"no-show"})


def test_a_check_in_and_a_pass_are_taken_back(cellar: Cellar) -> None:
    cellar.define(slug="first", title="First", form="course")
    cellar.define(slug="again", title="Again", form="course")
    one, away = cellar.people(2)
    for slug in ("first", "again"):
        cellar.do("register", slug, [one, away])
        cellar.do("check_in", slug, cellar.code(one, slug))
        cellar.do("pass_people", slug, [one, away])
    assert cellar.told("passed") == [one, one], "who was away passes nothing"
    assert "passed:entry" in cellar.tags(one)
    with pytest.raises(Conflict):
        cellar.do("undo_check_in", "first", one)  # the pass comes first
    cellar.now += 1
    cellar.do("undo_pass", "first", [one])
    assert "passed:entry" in cellar.tags(one), "she passed the other course too"
    cellar.now += 1
    cellar.do("undo_pass", "again", [one])
    assert "passed:entry" not in cellar.tags(one)
    cellar.do("undo_check_in", "first", one)
    assert cellar.told("attendance_undone") == [one]
    assert cellar.states("first")[one] == "registered"
    cellar.now += 1
    assert cellar.do("check_in", "first", cellar.code(one, "first")).entry == "welcome"
