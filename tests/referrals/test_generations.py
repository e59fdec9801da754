"""Generation after generation through a real house: it counts exactly whom the player brought."""

import numpy as np
import pytest

from coterie.testing.house import House
from referrals.playing import Play, joined, opened

K = 0.8
SEED = 3
"""A draw of Poisson's law whose first three generations lie within 3 % of their expectation, as do
those of six or seven draws of ten (``test_cascades``); others lie farther off, as a law scatters.
"""


def played(seeds: int, generations: int) -> tuple[list[int], list[int], float | None]:
    """Play it; return how many were reached by generation, drawn and counted, and K."""
    dice = np.random.default_rng(SEED)
    with House(at="2026-01-02T00:00:00Z", holdout=0) as house:
        play = Play(house, caps={})
        people = [f"s{number}" for number in range(seeds)]
        codes = play.seed(*people)
        sizes = [seeds]
        for generation in range(1, generations + 1):
            house.advance(hours=8)
            brought = dice.poisson(K, len(people))
            above = [
                one for one, number in zip(people, brought, strict=True) for _ in range(number)
            ]
            people = [f"f{generation}-{number}" for number in range(len(above))]
            pairs = zip(people, above, strict=True)
            play.receive(*(opened(friend, codes[by]) for friend, by in pairs))
            play.receive(*(joined(friend) for friend in people))
            codes = play.codes(people)
            sizes.append(len(people))
        house.advance(days=10)
        with play.reading() as work:
            spread, _ = play.referrals.cascade(work, "friends")
    return (
        list(np.cumsum(sizes)), [one.reached for one in spread.generations],
        None if spread.k is None else spread.k.clean,
    )  # fmt: skip


def test_forty_seeds_are_counted_person_by_person() -> None:
    drawn, counted, k = played(40, 2)
    assert counted == drawn
    # the last generation brought nobody since: all of them were watched long enough
    assert k == pytest.approx((drawn[-1] - 40) / drawn[-1])


@pytest.mark.crash
def test_nine_hundred_seeds_reach_what_they_should() -> None:
    drawn, counted, _ = played(900, 3)
    assert counted == drawn
    assert counted[1:] == pytest.approx([1_620, 2_196, 2_657], rel=0.03)
