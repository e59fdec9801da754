"""Whether arms are as large as the draw was to make them (sample ratio mismatch). Pure."""

from math import sqrt

from coterie.experiments.intervals import quantile


def fits(drawn: int, people: int, share: float) -> bool:
    """Say whether ``drawn`` of ``people`` may come of drawing each with probability ``share``.

    A deviation that chance brings in fewer than one of a thousand such draws does not fit
    (normal approximation with continuity correction; samples too small for it always fit).
    """
    expected = people * share
    spread = sqrt(people * share * (1 - share))
    if expected < 5 or people - expected < 5:
        return True
    return max(0.0, abs(drawn - expected) - 0.5) <= quantile(0.999) * spread
