"""Settle people's ways anew and write what changed: joined, qualified, approved, taken back."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from coterie.core.event import Event
from coterie.profiles.service import Profiles
from coterie.referrals import facts, store
from coterie.referrals.approving import Promised, approve
from coterie.referrals.model import Friend, Referral, Reward, Sign, Touch
from coterie.referrals.programmes import store as codes
from coterie.referrals.programmes.model import ERASED, Participant, Programme
from coterie.referrals.settling import first_rows, settle
from coterie.storage.work import Work


@dataclass(frozen=True)
class Known:
    """What is known of some friends, read with a few statements for all of them."""

    signs: Mapping[int, Sequence[Sign]]
    codes: Mapping[str, Participant]
    since: Mapping[tuple[str, int], int]
    first_seen: Mapping[int, int]
    held: Mapping[tuple[str, int], Sequence[Referral]]


class Moving:
    """Settles referrals of one house; in the road's transaction, or in a page's."""

    def __init__(self, profiles: Profiles, zone: ZoneInfo) -> None:
        self._profiles = profiles
        self._zone = zone

    def settle(
        self, work: Work, programmes: Mapping[str, Programme], friends: Collection[int]
    ) -> list[Event]:
        """Settle how far these people came in these programmes; return the facts of it."""
        people = set(friends) - {ERASED}
        if not people or not programmes:
            return []
        codes.lock(work, programmes)
        known = self._known(work, people)
        before = {one.id: one for rows in known.held.values() for one in rows}
        after = [
            one
            for programme in programmes.values()
            for friend in _friends(programme, known, people)
            if (one := settle(programme, friend, work.now)) is not None
        ]
        return self._write(work, programmes, before, after, known.codes)

    def fall_due(
        self, work: Work, programmes: Mapping[str, Programme], due: Sequence[Referral]
    ) -> list[Event]:
        """Settle whom time has something to do with; friends who were erased, as they stood."""
        facts = self.settle(work, programmes, {one.profile for one in due})
        erased = [one for one in due if one.profile == ERASED and one.programme in programmes]
        if erased:
            owners = codes.of_codes(work, {one.code for one in erased})
            before = {one.id: one for one in erased}
            facts += self._write(work, programmes, before, erased, owners)
        return facts

    def decide(
        self, work: Work, programme: Programme, one: Referral, why: str
    ) -> tuple[Referral, list[Event]]:
        """Approve one by hand, whatever was decided before; return it and the facts."""
        codes.lock(work, [programme.slug])
        owners = codes.of_codes(work, [one.code])
        fresh = replace(one, state="pending", decision="", decided=None, ended=None, reason="")
        [done], told = self._approve(work, {programme.slug: programme}, [fresh], owners, why)
        store.save(work, [], [done])
        return done, told

    # --- what is known

    def _known(self, work: Work, people: Collection[int]) -> Known:
        signs = store.signs_of(work, people)
        touched = {one.ref for each in signs.values() for one in each if one.kind == "touch"}
        since: dict[tuple[str, int], int] = {}
        for one in codes.of_people(work, people):
            since.setdefault((one.programme, one.profile), one.since)
        held: defaultdict[tuple[str, int], list[Referral]] = defaultdict(list)
        for row in store.of_people(work, people):
            held[row.programme, row.profile].append(row)
        coded = touched | {row.code for rows in held.values() for row in rows}
        return Known(
            signs, codes.of_codes(work, coded), since,
            self._profiles.known_since(work, people), held,
        )  # fmt: skip

    # --- what changed

    def _write(
        self, work: Work, programmes: Mapping[str, Programme], before: Mapping[str, Referral],
        after: Sequence[Referral], owners: Mapping[str, Participant],
    ) -> list[Event]:  # fmt: skip
        ripe = [one for one in after if _is_ripe(one, work.now)]
        others = [one for one in after if not _is_ripe(one, work.now)]
        uids = self._uids(work, after, before, owners)
        told = [
            event
            for one in after
            for event in facts.changes(
                programmes[one.programme], before.get(one.id), one,
                uids.get(_referrer(one, owners), ""), work.now,
            )
        ]  # fmt: skip
        done, promised = self._approve(work, programmes, ripe, owners)
        told += [
            event
            for one, each in zip(ripe, done, strict=True)
            if each.state == "rejected"
            for event in facts.changes(programmes[one.programme], one, each, "", work.now)
        ]
        told += promised
        told += self._take_back(work, programmes, before, others, owners)
        final = [*others, *done]
        store.save(
            work,
            [one for one in final if one.id not in before],
            [one for one in final if one.id in before and one != before[one.id]],
        )
        return told

    def _uids(
        self, work: Work, after: Sequence[Referral], before: Mapping[str, Referral],
        owners: Mapping[str, Participant],
    ) -> dict[int, str]:  # fmt: skip
        changed = [one for one in after if before.get(one.id) != one]
        people = {_referrer(one, owners) for one in changed} - {ERASED}
        return self._profiles.uid(work, people) if people else {}

    def _approve(
        self, work: Work, programmes: Mapping[str, Programme], ripe: Sequence[Referral],
        owners: Mapping[str, Participant], why: str = "",
    ) -> tuple[list[Referral], list[Event]]:  # fmt: skip
        """Approve those whose time has come, in the order in which it came."""
        promised: dict[str, Promised] = {}
        for slug in {one.programme for one in ripe}:
            referrers = {_referrer(one, owners) for one in ripe if one.programme == slug}
            earned = store.earned(work, slug, referrers - {ERASED})
            promised[slug] = Promised(store.approved(work, slug), earned)
        found: dict[str, Referral] = {}
        rewards: list[Reward] = []
        told: list[Event] = []
        for one in sorted(ripe, key=lambda each: (each.qualified or 0, each.id)):
            programme, referrer = programmes[one.programme], _referrer(one, owners)
            approval = approve(
                programme, one, referrer, promised[one.programme], self._zone, work.now, why
            )
            found[one.id] = approval.referral
            rewards += approval.rewards
            told += [
                facts.approved(
                    programme, each, referrer if each.side == "referrer" else one.profile, work.now
                )
                for each in approval.rewards
                if each.state == "asked"
            ]
        store.reward(work, rewards)
        return [found[one.id] for one in ripe], told

    def _take_back(
        self, work: Work, programmes: Mapping[str, Programme], before: Mapping[str, Referral],
        after: Sequence[Referral], owners: Mapping[str, Participant],
    ) -> list[Event]:  # fmt: skip
        """Take back what sides were promised for what is no more."""
        lost = {
            one.id: one
            for one in after
            if one.state == "clawed_back" and before[one.id].state != "clawed_back"
        }
        rewards = [
            each
            for rows in store.rewards_of(work, lost).values()
            for each in rows
            if each.state in ("asked", "issued")
        ]
        store.answered(work, [
            replace(each, state="taken_back", reason=lost[each.referral].reason)
            for each in rewards
        ])  # fmt: skip
        told: list[Event] = []
        for each in rewards:
            one = lost[each.referral]
            whose = _referrer(one, owners) if each.side == "referrer" else one.profile
            if whose != ERASED:
                programme = programmes[one.programme]
                told.append(facts.clawed_back(programme, each, whose, one.reason, work.now))
        return told


def _friends(programme: Programme, known: Known, people: Collection[int]) -> list[Friend]:
    """Put together what is known of each person whom a programme's codes touched."""
    found: list[Friend] = []
    for profile in sorted(people):
        signs = known.signs[profile]
        touches = [
            Touch(one.at, one.id, one.ref, code.profile, code.since)
            for one in signs
            if one.kind == "touch"
            and (code := known.codes.get(one.ref)) is not None
            and code.programme == programme.slug
        ]
        held = known.held.get((programme.slug, profile), ())
        if not touches and not held:
            continue
        standing = first_rows(held)
        rows: Sequence[Referral | None] = held or [None]
        found += [
            Friend(
                profile, known.first_seen.get(profile), known.since.get((programme.slug, profile)),
                touches, signs, row, row is None or row.id in standing,
            )
            for row in rows
        ]  # fmt: skip
    return found


def _is_ripe(one: Referral, now: int) -> bool:
    return one.state == "pending" and one.due is not None and one.due <= now


def _referrer(one: Referral, owners: Mapping[str, Participant]) -> int:
    owner = owners.get(one.code)
    return ERASED if owner is None else owner.profile
