"""The state machine of binding, in the words of its rules."""

from datetime import UTC, datetime

import pytest

from coterie.core.clock import DAY, HOUR
from coterie.guides.binding.machine import settle
from coterie.guides.binding.model import Kind, Rules, Span, Touch
from coterie.guides.organisation.model import Ends

RULES = (Rules(protection=30, validity=90),)
NOBODY = Ends()


def on(month: int, day: int, hour: int = 10) -> int:
    return int(datetime(2026, month, day, hour, tzinfo=UTC).timestamp() * 1000)


def touch(at: int, kind: Kind, guide: str | None, store: str | None = "bund") -> Touch:
    return Touch(at, kind, guide, store, f"{at}-{kind}-{guide}")


def whose(spans: list[Span], at: int) -> str | None:
    found = [one for one in spans if one.since <= at < one.until]
    assert len(found) <= 1
    return found[0].guide if found else None


BOUND = touch(on(1, 1), "code", "ann")


def test_another_guides_code_within_the_protection_changes_nothing() -> None:
    spans = settle([BOUND, touch(on(1, 20), "code", "bea")], RULES, NOBODY)
    assert [(one.guide, one.since, one.until) for one in spans] == [
        ("ann", on(1, 1), on(4, 1))
    ]  # fmt: skip


def test_after_the_protection_another_guides_code_moves_her() -> None:
    spans = settle([BOUND, touch(on(2, 5), "code", "bea")], RULES, NOBODY)
    assert [(one.guide, one.until, one.end) for one in spans] == [
        ("ann", on(2, 5), "moved"), ("bea", on(2, 5) + 90 * DAY, "silence"),
    ]  # fmt: skip
    assert spans[1].before == "ann"
    at_its_end = settle([BOUND, touch(on(1, 31), "code", "bea")], RULES, NOBODY)
    assert whose(at_its_end, on(1, 31)) == "bea"


def test_silence_until_the_first_of_april_lets_her_go() -> None:
    spans = settle([BOUND], RULES, NOBODY)
    assert whose(spans, on(4, 1, 9)) == "ann"
    assert whose(spans, on(4, 1)) is None
    assert spans[0].end == "silence"


def test_what_the_two_do_together_renews_but_protects_no_longer() -> None:
    spans = settle([BOUND, touch(on(3, 1), "chat", "ann")], RULES, NOBODY)
    assert (spans[0].until, spans[0].protected) == (on(3, 1) + 90 * DAY, on(1, 31))


def test_an_order_through_the_guide_protects_anew() -> None:
    order = touch(on(1, 25), "order", "ann")
    assert settle([BOUND, order], RULES, NOBODY)[0].protected == on(1, 25) + 30 * DAY
    plain = (Rules(orders_protect=False),)
    assert settle([BOUND, order], plain, NOBODY)[0].protected == on(1, 31)


def test_a_guide_who_keeps_silent_is_released_whatever_the_customer_buys() -> None:
    rules = (Rules(release=45),)
    bought = [touch(on(1, 1) + n * 20 * DAY, "bought", None) for n in range(1, 4)]
    spans = settle([BOUND, *bought], rules, NOBODY)
    assert [(one.until, one.end) for one in spans] == [(on(1, 1) + 45 * DAY, "inactive")]
    talked = settle([BOUND, touch(on(2, 1), "chat", "ann"), *bought], rules, NOBODY)
    assert talked[0].until == on(2, 1) + 45 * DAY


@pytest.mark.parametrize("kind", ["chosen", "given", "handed"])
def test_her_own_choice_and_the_houses_orders_break_any_protection(kind: Kind) -> None:
    spans = settle([BOUND, touch(on(1, 2), kind, "bea")], RULES, NOBODY)
    assert [(one.guide, one.why) for one in spans] == [("ann", "code"), ("bea", kind)]


@pytest.mark.parametrize("kind", ["chat", "link"])
def test_talking_and_links_bind_nobody(kind: Kind) -> None:
    assert settle([touch(on(1, 1), kind, "ann")], RULES, NOBODY) == []
    spans = settle([BOUND, touch(on(3, 1), kind, "bea")], RULES, NOBODY)
    assert [one.guide for one in spans] == ["ann"]


def test_touches_of_one_second_count_in_the_stated_order_however_they_came() -> None:
    second = on(1, 1)
    scan, code = touch(second, "scan", "ann"), touch(second, "code", "bea")
    given, chosen = touch(second, "given", "eva"), touch(second, "chosen", "dora")
    assert whose(settle([code, scan], RULES, NOBODY), second) == "ann"
    assert whose(settle([scan, code], RULES, NOBODY), second) == "ann"
    both = settle([chosen, code, given, scan], RULES, NOBODY)
    assert [one.guide for one in both] == ["dora"]


def test_a_friendship_that_ends_lets_her_go_and_only_that_guide() -> None:
    gone = touch(on(1, 5), "deleted", "ann")
    assert settle([BOUND, gone], RULES, NOBODY)[0].end == "deleted"
    assert len(settle([BOUND, touch(on(1, 5), "deleted", "bea")], RULES, NOBODY)) == 1
    again = settle([BOUND, gone, touch(on(1, 6), "added", "bea")], RULES, NOBODY)
    assert whose(again, on(1, 6)) == "bea"


def test_the_store_holds_her_in_trust_when_her_guide_leaves() -> None:
    ending = Ends(left={"ann": on(1, 10)})
    spans = settle([BOUND, touch(on(1, 12), "code", "bea")], RULES, ending)
    assert [(one.guide, one.store, one.why) for one in spans] == [
        ("ann", "bund", "code"), (None, "bund", "guide_left"), ("bea", "bund", "code"),
    ]  # fmt: skip
    alone = settle([BOUND], RULES, ending)
    assert alone[-1].until == on(4, 1)  # her own clock runs on
    assert settle([touch(on(1, 12), "code", "ann")], RULES, ending) == []


def test_a_store_that_closes_leaves_its_customers_to_its_heir() -> None:
    closed = Ends(closed={"bund": (on(1, 10), "xuhui")})
    spans = settle([BOUND], RULES, closed)
    assert [(one.guide, one.store) for one in spans] == [("ann", "bund"), ("ann", "xuhui")]
    both = Ends(left={"ann": on(1, 5)}, closed={"bund": (on(1, 10), None)})
    assert [(one.guide, one.end) for one in settle([BOUND], RULES, both)] == [
        ("ann", "guide_left"), (None, "store_closed"),
    ]  # fmt: skip


def test_rules_hold_from_when_they_were_set() -> None:
    shorter = (Rules(), Rules(since=on(1, 10), protection=1, validity=5))
    late = touch(on(1, 11), "code", "bea")
    assert [one.guide for one in settle([BOUND, late], shorter, NOBODY)] == ["ann"]
    fresh = settle([touch(on(1, 11), "code", "bea")], shorter, NOBODY)
    assert fresh[0].until - fresh[0].since == 5 * DAY


def test_settling_on_top_of_the_last_span_is_settling_from_the_beginning() -> None:
    history = [
        BOUND, touch(on(2, 5), "code", "bea"), touch(on(2, 6, 1), "chat", "bea"),
        touch(on(3, 20), "scan", "ann"), touch(on(3, 20) + HOUR, "bought", None),
    ]  # fmt: skip
    whole = settle(history, RULES, NOBODY)
    step: list[Span] = []
    for one in history:
        step = [*step[:-1], *settle([one], RULES, NOBODY, step[-1:])]
    assert step == whole
