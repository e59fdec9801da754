"""The face: who is due and why, what a guide said, whose card she looked at. A keeper."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from coterie.core.clock import format_time, local_date, midnight, read_moment
from coterie.core.errors import Invalid
from coterie.core.people import Shift
from coterie.guides.due import store
from coterie.guides.due.model import QUIET, SPOKEN, DueOne, Hers
from coterie.guides.due.reasons import in_order, why_now
from coterie.profiles.consents.model import ALL_CHANNELS, MARKETING, ConsentFact, last_words
from coterie.profiles.model import Known
from coterie.profiles.service import Profiles
from coterie.storage import keeping
from coterie.storage.work import Work

_LEARNT = ("birthday",)
_PUBLISHED = (
    "value.last_order", "rhythm.dormant", "rhythm.next_order_from", "rhythm.next_order_until",
)  # fmt: skip


class Due:
    """Who of a guide's customers is due. ``channel`` is the one on which guides speak."""

    name = "guides.due"

    def __init__(self, profiles: Profiles, zone: ZoneInfo, channel: str = "wecom") -> None:
        self._profiles = profiles
        self._zone = zone
        self._channel = channel

    # --- who is due

    def of(self, work: Work, bound: Mapping[int, int]) -> list[DueOne]:
        """Return who of these customers is due now, the most pressing first.

        ``bound`` says since when each has been the guide's. Who was erased is never among them.
        """
        known, _ = self._profiles.known_and_revealed(
            work, bound, {}, names=_LEARNT, fading=_PUBLISHED
        )
        spoke = store.spoke(work, known, work.now - max(QUIET.values()))
        restricted = self.restricted(work, known)
        hers = (
            self._hers(known[one], since, spoke.get(one, {}), one in restricted)
            for one, since in bound.items()
            if one in known
        )
        due = (why_now(one, work.now, self._zone) for one in hers)
        return in_order([one for one in due if one is not None])

    def restricted(self, work: Work, profiles: Collection[int]) -> set[int]:
        """Return who of these wants no advertising from guides, or nothing chosen for her."""
        words = self._profiles.words_of(work, profiles)
        return {
            profile for profile, said in words.items() if self.refuses(said)
        } | self._profiles.not_personalised(work, profiles)

    def refuses(self, words: Sequence[ConsentFact]) -> bool:
        """Say whether her newest word on advertising by guides is no; silence is none."""
        ours = [
            one for one in words
            if one.purpose == MARKETING and one.channel in (self._channel, ALL_CHANNELS)
        ]  # fmt: skip
        return any(not given for given in last_words(ours).values())

    def _hers(self, known: Known, bound: int, spoke: Mapping[str, int], restricted: bool) -> Hers:
        traits = known.traits
        birthday = traits.get("birthday")
        return Hers(
            profile=known.profile,
            bound=bound,
            birthday=birthday if isinstance(birthday, str) else None,
            last_order=self._moment(traits.get("value.last_order")),
            next_from=self._moment(traits.get("rhythm.next_order_from")),
            next_until=self._moment(traits.get("rhythm.next_order_until")),
            dormant=traits.get("rhythm.dormant") is True,
            dormant_since=known.since.get("rhythm.dormant"),
            spoke=spoke,
            service_only=restricted,
        )

    def _moment(self, value: object) -> int | None:
        return read_moment(value, self._zone)

    # --- what a guide did

    def spoke_to(self, work: Work, profile: int, guide: str, reason: str) -> None:
        """Keep that a guide spoke to a customer of hers; raises Invalid for a strange reason."""
        if reason not in SPOKEN:
            raise Invalid(f"{reason!r} is no reason to speak to somebody", path="reason")
        store.say(work, profile, guide, reason)

    def spoken_since(self, work: Work, profile: int, moment: int) -> bool:
        """Say whether a guide has spoken to somebody after a moment."""
        return bool(store.spoke(work, [profile], moment))

    def looked(self, work: Work, profile: int, guide: str, place: str) -> None:
        """Keep that a guide looked at a customer's card; once a day and place."""
        day = midnight(local_date(work.now, self._zone), self._zone)
        row = {"profile": profile, "came_with": profile, "guide": guide, "place": place}
        store.look(work, {**row, "day": day, "at": work.now})

    # --- keeping

    def follow(self, work: Work, shifts: Sequence[Shift]) -> None:
        """Let what was said follow the people to whom it was said."""
        for table in (store.word_rows, store.look_rows):
            keeping.follow(work, table, shifts)

    def hand_out(self, work: Work, profile: int) -> dict[str, Any]:
        """Return what guides noted of a person, and who looked at her card, as plain JSON."""
        said, looked = store.of_person(work, profile)
        return {
            "guide_words": [
                {"guide": row["guide"], "reason": row["reason"], "at": format_time(row["at"])}
                for row in said
            ],
            "guide_looks": [
                {"guide": row["guide"], "place": row["place"], "at": format_time(row["at"])}
                for row in looked
            ],
        }

    def erase(self, work: Work, profiles: Collection[int]) -> dict[str, int]:
        """Forget what was said to these people, and who looked at them."""
        said, looked = store.erase(work, profiles)
        return {"guide_words": said, "guide_looks": looked}
