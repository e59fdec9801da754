"""What pages ask of referrals: her progress, a programme in counts, its trees, its guides."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from coterie.profiles.service import Profiles
from coterie.referrals import store
from coterie.referrals.cascades.model import Forest, Spread
from coterie.referrals.cascades.telling import spread
from coterie.referrals.model import Board, Mine, Progress, Referral, Reward, Spreading, Stage
from coterie.referrals.programmes import store as codes
from coterie.referrals.programmes.model import Participant, Programme
from coterie.referrals.programmes.service import Programmes
from coterie.segments.service import Segments
from coterie.storage.work import Work

_FRIENDS = 50


@dataclass(frozen=True)
class Whole:
    """A programme as its page shows it: counts, spread, trees, and every referral."""

    board: Board
    spread: Spread
    forest: Forest
    rows: Sequence[Referral]


class Asking:
    """The questions about referrals. A part of ``Referrals``."""

    programmes: Programmes
    _profiles: Profiles
    _segments: Segments

    # --- of one person

    def progress(self, work: Work, programme: str, profile: int) -> Progress | None:
        """Return how far somebody came in a programme; None when she takes no part."""
        mine = [one for one in codes.of_people(work, [profile]) if one.programme == programme]
        return self._progress(work, self.programmes.get(work, programme), mine, profile)

    def of_member(self, work: Work, profile: int) -> list[Mine]:
        """Return the programmes that somebody takes part in, and those on that she may."""
        taken = codes.of_people(work, [profile])
        found: list[Mine] = []
        for one in self.programmes.all(work):
            mine = [each for each in taken if each.programme == one.slug]
            standing = one.standing(work.now)
            if not mine and (standing != "on" or not self._may(work, one, profile)):
                continue
            code = mine[0].code if mine else None
            found.append(Mine(one, code, standing, self._progress(work, one, mine, profile)))
        return found

    def _may(self, work: Work, one: Programme, profile: int) -> bool:
        return one.who is None or profile in self._segments.members(work, one.who)

    def _progress(
        self, work: Work, programme: Programme, mine: Sequence[Participant], profile: int
    ) -> Progress | None:
        if not mine:
            return None
        rows = [
            one for one in store.by_codes(work, {each.code for each in mine})
            if one.profile != profile
        ]  # fmt: skip
        own = [one for one in store.of_people(work, [profile]) if one.programme == programme.slug]
        rewards = store.rewards_of(work, {one.id for one in (*rows, *own)})
        given = [each for one in rows for each in rewards.get(one.id, ()) if each.side != "friend"]
        hers = [each for one in own for each in rewards.get(one.id, ()) if each.side == "friend"]
        most = programme.caps.person
        had = sum(each.state in ("asked", "issued") for each in given)
        return Progress(
            code=mine[0].code,
            touched=len(rows),
            joined=sum(_has_joined(one) for one in rows),
            qualified=sum(_has_qualified(one) for one in rows),
            approved=sum(one.state in ("approved", "rewarded") for one in rows),
            rewarded=sum(one.state == "rewarded" for one in rows),
            pending=_by_reason(_waits(programme, one) for one in rows),
            rejected=_by_reason(one.reason for one in rows if one.state == "rejected"),
            left=None if most is None else max(0, most - had),
            friends=[_stage(one) for one in rows[-_FRIENDS:]],
            rewards=[*given, *hers],
        )

    # --- of one programme

    def board(self, work: Work, programme: str) -> Board:
        """Return a programme in counts; raises NotFound."""
        self.programmes.get(work, programme)
        rows = store.of_programme(work, programme)
        return self._board(work, programme, rows, codes.of_programme(work, programme))

    def cascade(self, work: Work, programme: str) -> tuple[Spread, Forest]:
        """Return how a programme spreads, and its trees; raises NotFound."""
        told = self.whole(work, programme)
        return told.spread, told.forest

    def whole(self, work: Work, programme: str) -> Whole:
        """Return all that a page shows of a programme, read once; raises NotFound."""
        one = self.programmes.get(work, programme)
        audience = 0 if one.who is None else len(self._segments.members(work, one.who))
        rows = store.of_programme(work, programme)
        participants = codes.of_programme(work, programme)
        told, forest = spread(participants, rows, work.now, audience)
        return Whole(self._board(work, programme, rows, participants), told, forest, rows)

    def _board(
        self, work: Work, slug: str, rows: Sequence[Referral], participants: Sequence[Participant]
    ) -> Board:
        return Board(
            participants=_people(participants),
            touched=len(rows),
            joined=sum(_has_joined(one) for one in rows),
            qualified=sum(_has_qualified(one) for one in rows),
            approved=sum(one.decision == "approved" for one in rows),
            rewarded=sum(one.state == "rewarded" for one in rows),
            clawed_back=sum(one.state == "clawed_back" for one in rows),
            rejected=Counter(one.reason for one in rows if one.state == "rejected"),
            waiting=sum(one.state == "pending" for one in rows),
            rewards=store.reward_counts(work, slug),
        )

    def spread(
        self, work: Work, programme: str, since: int | None = None, until: int | None = None
    ) -> Spreading:
        """Return K and the counts of a programme for a review; counts of friends by joining.

        K is of the whole programme as known now. Raises NotFound.
        """
        told = self.whole(work, programme)
        joined = [
            one for one in told.rows if _has_joined(one) and _within(one.joined, since, until)
        ]
        participants = codes.of_programme(work, programme)
        return Spreading(
            k=told.spread.k,
            participants=_people(
                [one for one in participants if until is None or one.since < until]
            ),
            touched=sum(_within(one.touched, since, until) for one in told.rows),
            joined=len(joined),
            qualified=sum(_has_qualified(one) for one in joined),
            approved=sum(one.decision == "approved" for one in joined),
            rewarded=sum(one.state == "rewarded" for one in joined),
            rejected=sum(one.state == "rejected" for one in told.rows),
        )

    def page(
        self, work: Work, programme: str, states: Sequence[str], limit: int = 50, offset: int = 0
    ) -> list[tuple[Referral, int]]:
        """Return referrals in these states with whoever brought them (0: erased), newest first."""
        return store.page(work, programme, states, limit, offset)

    def rewards_of(self, work: Work, referrals: Sequence[str]) -> Mapping[str, Sequence[Reward]]:
        """Return what each side got for some referrals."""
        return store.rewards_of(work, referrals)

    def participants(self, work: Work) -> dict[str, int]:
        """Count who takes part, by programme."""
        return codes.counts(work)

    def qualified(self, work: Work) -> dict[str, int]:
        """Count the friends who ever qualified and were not rejected, by programme."""
        return store.qualified(work)

    def tallies(self, work: Work) -> dict[str, dict[str, int]]:
        """Count the referrals of every programme by state."""
        return store.tallies(work)


def _people(participants: Sequence[Participant]) -> int:
    """Count people; who was erased counts once by each code of hers."""
    return len({one.profile or -place for place, one in enumerate(participants, 1)})


def _has_joined(one: Referral) -> bool:
    return one.joined is not None and one.state != "rejected"


def _has_qualified(one: Referral) -> bool:
    return one.qualified is not None and one.state != "rejected"


def _waits(programme: Programme, one: Referral) -> str:
    """Say what a friend's reward waits for; empty when it waits for nothing."""
    if one.state == "touched":
        return "to_join"
    if one.state == "joined":
        return "to_buy" if programme.qualifies == "order" else "to_stay"
    if one.state == "pending":
        return "to_be_approved"
    return "to_be_given" if one.state == "approved" else ""


def _by_reason(reasons: Iterable[str]) -> list[tuple[str, int]]:
    return sorted(Counter(one for one in reasons if one).items())


def _stage(one: Referral) -> Stage:
    at = one.ended or one.decided or one.qualified or one.joined or one.touched
    return Stage(one.state, at, one.reason)


def _within(at: int | None, since: int | None, until: int | None) -> bool:
    return at is not None and (since is None or at >= since) and (until is None or at < until)
