"""The pure parts: how often is asked, how many at once, what codes mean."""

from hypothesis import given
from hypothesis import strategies as st

from coterie.channels.wecom.client.budget import Budget, Window
from coterie.channels.wecom.client.codes import CODES, LATER, judge
from coterie.channels.wecom.client.errors import WecomError
from coterie.channels.wecom.client.gate import Gate
from coterie.channels.wecom.client.limits import rates_at
from coterie.core.clock import MINUTE

NOW = 1_767_225_600_000


@given(st.lists(st.integers(0, 400), max_size=120), st.integers(1, 12))
def test_no_stretch_of_a_window_ever_holds_more_than_allowed(gaps: list[int], most: int) -> None:
    window, now, taken = Window(6_000, most), NOW, list[int]()
    for gap in gaps:
        now += gap
        if window.wait(now) == 0:
            window.take(now)
            taken.append(now)
    for one in taken:
        assert sum(one <= each < one + 6_000 for each in taken) <= most


@given(st.lists(st.integers(0, 3_000), min_size=1, max_size=40))
def test_after_the_wait_that_was_told_there_is_room(gaps: list[int]) -> None:
    window, now = Window(6_000, 2), NOW
    for gap in gaps:
        now += gap
        now += window.wait(now)
        assert window.wait(now) == 0
        window.take(now)


def test_an_api_that_the_platform_shut_stays_shut_and_others_do_not() -> None:
    budget = Budget(rates_at(NOW))
    budget.shut("a", NOW + MINUTE)
    assert budget.ask("a", NOW) == MINUTE
    assert budget.ask("b", NOW) == 0
    assert budget.shut_until(NOW) == {"a": NOW + MINUTE}
    assert budget.ask("a", NOW + MINUTE) == 0


def test_a_gate_opens_again_slowly_and_never_wider_than_it_was() -> None:
    gate = Gate(8)
    gate.lower()
    assert gate.limit == 4
    for _ in range(100):
        gate.ease()
    assert gate.limit == 8
    for _ in range(9):
        gate.lower()
    assert gate.limit == 1


def test_every_code_is_met_somehow_and_what_somebody_must_mend_says_how() -> None:
    for errcode, code in CODES.items():
        error = WecomError("an/api", errcode)
        assert error.permanent == (code.kind not in LATER)
        assert str(errcode) in error.message
        if code.kind == "setup":
            assert code.mend
            assert code.mend in error.message
    assert judge(99_999).kind == "unknown"
    assert WecomError("an/api", 99_999).permanent
