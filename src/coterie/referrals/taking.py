"""Taking part: personal codes, where they lead, and touches of friends."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal

from coterie.core.clock import DAY
from coterie.core.errors import Conflict, NotFound
from coterie.core.event import Event
from coterie.core.facts import fact
from coterie.profiles.service import Profiles
from coterie.referrals import facts, store
from coterie.referrals.model import Landing, PosterData, Sign
from coterie.referrals.programmes import store as codes
from coterie.referrals.programmes.codes import is_code, new_code
from coterie.referrals.programmes.model import ERASED, Participant, Programme
from coterie.referrals.programmes.service import Programmes
from coterie.segments.service import Segments
from coterie.storage.work import Work

Stands = Literal["new", "customer", "joined", "self"]


class Taking:
    """Who takes part in programmes. A part of ``Referrals``."""

    programmes: Programmes

    def __init__(self, profiles: Profiles, segments: Segments) -> None:
        self._profiles = profiles
        self._segments = segments

    # --- who takes part

    def codes_of(
        self, work: Work, programme: str, profiles: Collection[int], guide: str | None = None
    ) -> dict[int, str]:
        """Let people take part, and return their codes; who does already has hers.

        Whoever may not (of another segment) is left out. Raises NotFound, and Conflict when the
        programme is not on.
        """
        one = self.programmes.get(work, programme)
        people = set(profiles) - {ERASED}
        present = self.code_of(work, programme, people)
        missing = people - present.keys()
        if missing and one.who is not None:
            missing &= set(self._segments.members(work, one.who))
        if not missing:
            return present
        if one.standing(work.now) in ("over", "paused"):
            raise Conflict(f"{programme!r} is {one.standing(work.now)}: nobody new takes part",
                           code="programme_closed")  # fmt: skip
        codes.lock(work, [programme])
        codes.add(work, self._fresh(work, one, missing, guide))
        return present | self.code_of(work, programme, missing)

    def _fresh(
        self, work: Work, programme: Programme, people: Collection[int], guide: str | None
    ) -> list[Participant]:
        """Make codes; who was brought takes part after the touch that brought her."""
        brought = {
            one.profile: one.touched
            for one in store.of_people(work, people)
            if one.programme == programme.slug and one.state != "rejected"
        }
        return [
            Participant(
                new_code(), programme.slug, one, max(work.now, brought.get(one, 0) + 1), guide
            )
            for one in sorted(people)
        ]  # fmt: skip

    def take_part(self, work: Work, programme: str, profile: int) -> str:
        """Let somebody take part, and return her code; raises Conflict when she may not."""
        found = self.codes_of(work, programme, [profile]).get(profile)
        if found is None:
            raise Conflict("this programme is for others", code="not_invited")
        return found

    def code_of(self, work: Work, programme: str, profiles: Collection[int]) -> dict[int, str]:
        """Return the codes of those who take part already."""
        found: dict[int, str] = {}
        for one in codes.of_people(work, profiles):
            if one.programme == programme:
                found.setdefault(one.profile, one.code)
        return found

    def invite(self, work: Work, programme: str, guide: str, profile: int) -> str:
        """Note that a guide invited somebody, and return her code; the first guide stands."""
        found = self.codes_of(work, programme, [profile], guide).get(profile)
        if found is None:
            raise Conflict("this programme is for others", code="not_invited")
        codes.invited_by(work, found, guide)
        return found

    # --- where a code leads

    def landing(self, work: Work, code: str) -> Landing:
        """Return where a code leads; raises NotFound."""
        owner = self._owner(work, code)
        one = None if owner is None else self.programmes.get(work, owner.programme)
        if owner is None or one is None:
            raise NotFound("this invitation leads nowhere: ask your friend for a new one")
        door = one.door
        return Landing(
            code, one, owner.profile, one.standing(work.now), one.until,
            None if door is None else door.way, None if door is None else door.state,
        )  # fmt: skip

    def poster(self, work: Work, programme: str, profile: int, language: str) -> PosterData:
        """Return what her poster says; she takes part if she did not yet."""
        one = self.programmes.get(work, programme)
        code = self.take_part(work, programme, profile)
        headline = _said(one.headline, language) or _said(one.titles, language)
        return PosterData(code, programme, headline, _said(one.benefit, language), one.until)

    def is_customer(self, work: Work, code: str, profile: int) -> bool:
        """Say whether somebody was known before the programme began: then she is no new friend."""
        owner = self._owner(work, code)
        if owner is None:
            return False
        since = self.programmes.get(work, owner.programme).since
        return self._profiles.known_since(work, [profile]).get(profile, since) < since

    def stands(self, work: Work, code: str, profile: int) -> Stands:
        """Say what somebody is to an invitation, as far as is known; raises NotFound."""
        owner = self._owner(work, code)
        if owner is None:
            raise NotFound("this invitation leads nowhere: ask your friend for a new one")
        if owner.profile == profile:
            return "self"
        if self.is_customer(work, code, profile):
            return "customer"
        mine = [one for one in store.of_people(work, [profile]) if one.joined is not None]
        return "joined" if any(one.programme == owner.programme for one in mine) else "new"

    def touch(
        self, work: Work, code: str, profile: int, *, at: int | None = None, carrier: str = ""
    ) -> list[Event]:
        """Tell that somebody opened an invitation; the facts are to be told to the road.

        Of a code that nobody has, or of a programme that is not on, there is nothing to tell. A
        second touch on one day is the first one again.
        """
        owner = self._owner(work, code)
        if owner is None:
            return []
        one = self.programmes.get(work, owner.programme)
        moment = work.now if at is None else at
        if one.standing(work.now) != "on":
            return []
        said: dict[str, Any] = {"campaign": one.campaign} if one.campaign else {}
        uid = self._profiles.uid(work, [owner.profile]).get(owner.profile, "")
        return [
            fact(
                "referral.touched", room=facts.ROOM, profile=profile, at=moment,
                cause=(code, moment // DAY), programme=one.slug, referrer=uid, code=code,
                carrier=carrier, **said,
            )
        ]  # fmt: skip

    def _owner(self, work: Work, code: str) -> Participant | None:
        return codes.of_codes(work, [code]).get(code) if is_code(code) else None

    def _touched(self, work: Work, told: Sequence[Sign]) -> list[Event]:
        """Tell of touches that other events told: an opened invitation, a joined code."""
        if not told:
            return []
        owners = codes.of_codes(work, {one.ref for one in told})
        uids = self._profiles.uid(work, {one.profile for one in owners.values()} - {ERASED})
        return [
            facts.touched(
                self.programmes.get(work, owner.programme), one, uids.get(owner.profile, "")
            )
            for one in told
            if (owner := owners.get(one.ref)) is not None
        ]


def _said(words: Mapping[str, str], language: str) -> str:
    return words.get(language) or next(iter(words.values()), "")
