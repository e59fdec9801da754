"""How the pages of referrals say things: K in words, the steps of the funnel, tones."""

from collections.abc import Sequence
from dataclasses import dataclass

from coterie.referrals.cascades.model import Spread
from coterie.referrals.model import Board
from coterie.web.speech import N_, Speech

TONES = {
    "touched": "quiet", "joined": "amber", "pending": "amber", "approved": "sea",
    "rewarded": "sea", "rejected": "wine", "clawed_back": "wine",
}  # fmt: skip
RISKS = {1: "sea", 2: "amber", 3: "wine"}


@dataclass(frozen=True)
class Step:
    """A step of the funnel: how many came to it, and how many of the step before did not."""

    words: str
    people: int
    lost: int
    why: str


def funnel(speech: Speech, board: Board, *, by_order: bool) -> list[Step]:
    """Return the steps from the invitation to the reward, with what was lost on the way."""
    steps = (
        (N_("Opened an invitation"), board.touched, ""),
        (N_("Joined and were new"), board.joined, N_("have not joined, or were not new")),
        (
            N_("Bought") if by_order else N_("Stayed long enough"), board.qualified,
            N_("have not bought yet") if by_order else N_("have not stayed long enough yet"),
        ),
        (N_("Approved"), board.approved, N_("wait for approval")),
        (N_("Rewarded"), board.rewarded, N_("were taken back, or are on their way")),
    )  # fmt: skip
    found: list[Step] = []
    before = board.touched
    for words, people, why in steps:
        said = speech.gettext(why) if why else ""
        found.append(Step(speech.gettext(words), people, max(0, before - people), said))
        before = people
    return found


def meanings(speech: Speech, spread: Spread) -> Sequence[tuple[str, float | None, str]]:
    """Say each K with what it means."""
    k = spread.k
    return (
        (
            speech.gettext("Gross"), None if k is None else k.gross,
            speech.gettext("All who joined by an invitation, whoever they were. What most tools "
                           "report, and too good to be true."),
        ),
        (
            speech.gettext("Without the rejected"), None if k is None else k.clean,
            speech.gettext("Only new people whom somebody really brought. Plan with this one."),
        ),
        (
            speech.gettext("Who stayed"), None if k is None else k.retained,
            speech.gettext("Of those, whoever is still there a week after joining."),
        ),
    )  # fmt: skip


def verdict(speech: Speech, spread: Spread) -> str:
    """Say in a sentence what K means for the programme."""
    if spread.k is None:
        return speech.gettext("Too few people have taken part for long enough to tell.")
    if spread.amplification is None:
        return speech.gettext(
            "Each person brings more than one: it grows by itself as long as that lasts, and it "
            "never lasts: the audience is finite."
        )
    return speech.gettext(
        "Each person who starts brings %(n)s people in the end, herself among them.",
        n=k_words(spread.amplification),
    )


def k_words(k: float | None) -> str:
    """Write K with two digits.

    >>> k_words(0.8), k_words(None)
    ('0.80', '–')
    """
    return "–" if k is None else f"{k:.2f}"
