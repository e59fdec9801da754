"""What a portrait hides stays hidden for whoever subtracts what it shows."""

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from coterie.analytics.portrait.masking import Pair, Shown, mark, parts
from coterie.analytics.portrait.model import K

NAMES = "abcdef"


@st.composite
def tables(draw: st.DrawFn) -> dict[str, Pair]:
    """Tables of 1 to 6 cells in a segment and in everybody, small numbers being frequent."""
    number = st.one_of(st.integers(0, 25), st.integers(0, 400))
    outside = st.just(0) if draw(st.integers(0, 5)) == 0 else number
    cells = {}
    for name in NAMES[: draw(st.integers(1, len(NAMES)))]:
        inside = draw(number)
        cells[name] = inside, inside + draw(outside)
    return cells


def assert_safe(hidden: Mapping[str, int | None], total: int, loose: int) -> None:
    """Let all others take as much as they may, then as little: the number moves by ten at least.

    ``hidden`` says how many each has at most; None: all of these together have at most ``loose``.
    """

    def room(keys: set[str]) -> int:
        told = [hidden[key] for key in keys]
        return sum(one for one in told if one is not None) + (loose if None in told else 0)

    for key in hidden:
        least = max(0, total - room(hidden.keys() - {key}))
        assert min(total, room({key})) - least >= K, (hidden, total)


@given(tables())
def test_no_hidden_cell_of_a_table_follows_from_what_is_shown(cells: dict[str, Pair]) -> None:
    """Whoever knows both totals and all that is shown knows no hidden cell to within 10 people."""
    size = sum(inside for inside, _ in cells.values())
    everybody = sum(whole for _, whole in cells.values())
    shown = parts(cells)
    assert shown.keys() == cells.keys()
    for key, (inside, whole) in shown.items():
        assert inside in (None, cells[key][0])
        assert whole in (None, cells[key][1])
        assert inside is None or inside >= K
        assert whole is None or whole >= K
        if inside is not None and everybody > size:
            assert cells[key][1] - inside >= K, "nor of those outside"
    _assert_columns(shown, size, everybody)


def _assert_columns(shown: Mapping[str, Shown], size: int, everybody: int) -> None:
    hidden_wholes = [key for key, (_, whole) in shown.items() if whole is None]
    left_whole = everybody - sum(whole for _, whole in shown.values() if whole is not None)
    if hidden_wholes and len(hidden_wholes) < len(shown):
        assert_safe(dict.fromkeys(hidden_wholes), left_whole, left_whole)
    most = {key: whole for key, (inside, whole) in shown.items() if inside is None}
    left = size - sum(inside for inside, _ in shown.values() if inside is not None)
    if most and len(hidden_wholes) < len(shown):
        assert_safe(most, left, left_whole)


@given(tables())
def test_a_table_that_hides_nothing_small_hides_nothing(cells: dict[str, Pair]) -> None:
    counts = [n for inside, whole in cells.values() for n in (inside, whole - inside)]
    if min(counts) >= K:
        assert parts(cells) == cells


@given(
    st.integers(0, 60), st.integers(0, 60), st.integers(0, 60), st.integers(0, 60)
)  # fmt: skip
def test_of_a_yes_or_no_each_of_the_four_groups_is_ten_or_nothing_is_told(
    yes_in: int, no_in: int, yes_out: int, no_out: int
) -> None:
    size, everybody = yes_in + no_in, yes_in + no_in + yes_out + no_out
    inside, whole = mark((yes_in, yes_in + yes_out), size, everybody)
    if inside is not None:
        groups = [yes_in, no_in, *([yes_out, no_out] if everybody > size else [])]
        assert min(groups) >= K
    if whole is not None:
        assert min(yes_in + yes_out, no_in + no_out) >= K


def test_two_neighbouring_cells_do_not_give_away_the_third() -> None:
    """43 people: 20 and 20 shown would leave 3."""
    shown = parts({"under 100": (20, 200), "100 and more": (20, 200), "nothing": (3, 90)})
    assert [inside for inside, _ in shown.values()].count(None) == 2


def test_a_neighbour_whose_whole_is_hidden_is_not_bounded_by_it() -> None:
    shown = parts({"a": (200, 300), "b": (200, 300), "c": (1, 4), "d": (2, 5)})
    assert shown["c"] == shown["d"] == (None, None)
    assert [whole for _, whole in shown.values()].count(None) == 3, "9 people are too few together"


def test_what_was_drawn_by_lot_cannot_be_subtracted() -> None:
    assert mark((500, 505), 1_000, 2_000, subtractable=False) == (500, 505)
    assert mark((500, 505), 1_000, 2_000)[0] is None
