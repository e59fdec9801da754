"""The questions about consent, and the words that a page of ours takes down at once."""

from collections.abc import Collection, Sequence

from coterie.core.event import CONSENT_GIVEN, CONSENT_WITHDRAWN, Event
from coterie.core.ids import uuid7
from coterie.profiles.consents import model, store
from coterie.profiles.consents.model import (
    ALL_CHANNELS,
    NO_PROOF,
    PERSONALISATION,
    Consent,
    ConsentFact,
    Proof,
)
from coterie.profiles.model import Columns
from coterie.storage.work import Work


class Consents:
    """What people allow. A part of ``Profiles``, which calls it ``self``."""

    def consenting(
        self, work: Work, profiles: Collection[int], purpose: str, channel: str
    ) -> set[int]:
        """Return those of these people who may be reached now for a purpose on a channel.

        The newest word on the channel or on all channels (``*``) counts; silence is no consent.
        """
        facts = store.facts(work, profiles, purpose, [channel, ALL_CHANNELS])
        return {profile for profile, given in model.last_words(facts).items() if given}

    def not_personalised(self, work: Work, profiles: Collection[int]) -> set[int]:
        """Return those of these people who want nothing chosen for them by what is known of them.

        Her newest word on the purpose ``personalisation`` counts, whatever its channel; silence
        leaves her out of this mode.
        """
        facts = store.facts(work, profiles, PERSONALISATION)
        return {profile for profile, given in model.last_words(facts).items() if not given}

    def consents(self, work: Work, profile: int) -> list[Consent]:
        """Return when a person consented to what, as intervals in order of time."""
        return model.intervals(store.facts(work, [profile]))

    def consent_words(self, work: Work, profile: int) -> list[ConsentFact]:
        """Return every word that a person said of consent, with its proof, the newest first."""
        return sorted(store.facts(work, [profile]), key=lambda fact: fact.order, reverse=True)

    def words_of(self, work: Work, profiles: Collection[int]) -> dict[int, list[ConsentFact]]:
        """Return what people said of consent by now, in no order; who said nothing is left out."""
        found: dict[int, list[ConsentFact]] = {}
        for fact in store.facts(work, profiles):
            found.setdefault(fact.profile, []).append(fact)
        return found

    def consent_columns(self, work: Work, purposes: Collection[str]) -> Columns:
        """Return what everyone said of some purposes by now, by columns.

        They are profile, purpose, channel, time, message_id and given.
        """
        names = ("profile", "purpose", "channel", "time", "message_id", "given")
        return dict(zip(names, store.everyone(work, purposes), strict=True))

    def say(
        self,
        work: Work,
        profile: int,
        purpose: str,
        channel: str,
        *,
        given: bool,
        source: str,
        proof: Proof = NO_PROOF,
    ) -> Event:
        """Take a word of hers down at once, before the road carries it; return it as its event.

        So it counts for whatever is sent from this commit on. The log learns of it by the event,
        and the road that carries it finds the word kept.
        """
        said = {"version": proof.version, "wording": proof.wording, "evidence": proof.evidence}
        event = Event(
            id=uuid7(work.now),
            type="track",
            name=CONSENT_GIVEN if given else CONSENT_WITHDRAWN,
            time=work.now,
            received=work.now,
            source=source,
            profile=profile,
            properties={
                "purpose": purpose,
                "channel": channel,
                "proof": {name: text for name, text in said.items() if text is not None},
            },
        )
        fact = ConsentFact(
            profile=profile,
            purpose=purpose,
            channel=channel,
            time=work.now,
            message_id=event.id,
            given=given,
            source=source,
            came_with=profile,
            version=proof.version,
            wording=proof.wording,
            evidence=proof.evidence,
        )
        store.write(work, [fact])
        return event

    def keep_consents(self, work: Work, facts: Sequence[ConsentFact]) -> None:
        """Keep what people said of consent in events."""
        store.write(work, facts)
