"""Why she got a message, or did not: each message with what became of it and the proof of it.

What the gate counted is counted again over what it saw then: her other messages as they stood, her
words of consent by that moment, her quiet hours, the draw of her control group.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from coterie.core.clock import DAY
from coterie.core.ids import bucket
from coterie.experiments.assignment import holdout_salt
from coterie.journeys.model import Defined, Run
from coterie.journeys.times import zone_of
from coterie.messaging import caps
from coterie.messaging.caps import Slot
from coterie.messaging.gate import UNIVERSAL_SALT, GateSettings, after_quiet
from coterie.messaging.mix import WINDOW
from coterie.messaging.model import Message, Reason
from coterie.profiles.consents.model import ALL_CHANNELS, PERSONALISATION, ConsentFact
from coterie.storage.work import Work
from coterie.web.console.journeys.words import Words
from coterie.web.console.people.titles import Titles
from coterie.web.ports import Served
from coterie.web.speech import Speech

_TAKES_A_SLOT = ("queued", "leased", "asked", "sent")
_MOST = 6
_DRAWN = 100
"""Hundredths of a percent in a percent."""


@dataclass(frozen=True)
class Proof:
    """One piece of evidence in words: when it was (None: no moment), and where it is looked at."""

    words: str
    at: int | None = None
    address: str = ""


@dataclass(frozen=True)
class Got:
    """One message of hers: what it says, who asked, what became of it, why, and the proof."""

    message: Message
    called: str
    sender: tuple[str, str]
    answer: str
    proofs: tuple[Proof, ...]


@dataclass(frozen=True)
class Her:
    """What is needed of one person to tell all her messages: looked up once.

    ``holdouts`` gives the salt and the share of each origin that draws people singly.
    """

    messages: Sequence[Message]
    words: Sequence[ConsentFact]
    runs: Sequence[Run]
    zone: ZoneInfo
    bucket_key: str
    journeys: Mapping[str, Defined]
    holdouts: Mapping[str, tuple[str, float]]


def look_up(work: Work, house: Served, profile: int, brand: ZoneInfo) -> Her:
    """Look up everything that her messages are explained by."""
    known = house.profiles.known(work, [profile])[profile]
    journeys = {one.slug: one for one in house.journeys.all(work)}
    shares = {
        f"journey:{slug}": (
            holdout_salt(f"journey:{slug}", one.journey.programme),
            one.holdout / _DRAWN,
        )
        for slug, one in journeys.items()
        if one.journey.unit == "person"
    }
    for one in house.campaigns.all(work):
        salt = holdout_salt(one.origin, one.plan.programme)
        shares[one.origin] = (salt, float(house.campaigns.holdout_of(one.plan)))
    return Her(
        messages=house.messaging.of_person(work, profile),
        words=house.profiles.consent_words(work, profile),
        runs=house.journeys.of_person(work, profile),
        zone=zone_of(known.traits, brand),
        bucket_key=known.bucket_key,
        journeys=journeys,
        holdouts=shares,
    )


class Teller:
    """Tells her messages in one language."""

    def __init__(
        self, her: Her, settings: GateSettings, titles: Titles, words: Words, speech: Speech
    ) -> None:
        self.her, self.speech = her, speech
        self._settings, self._titles, self._words = settings, titles, words
        self._by_reason: Mapping[str, Callable[[Message], Iterator[Proof]]] = {
            Reason.NO_CONSENT: self._consent,
            Reason.NON_PERSONALISED: self._plain,
            Reason.HOLDOUT: self._universal,
            Reason.EXPIRED: self._late,
            Reason.CAP_DAY: self._crowded,
            Reason.CAP_WEEK: self._crowded,
            Reason.CAP_CHANNEL: self._crowded,
            Reason.CAP_TOUCH: self._crowded,
            Reason.MIX: self._mixed,
            Reason.DUPLICATE: self._twin,
            Reason.AGE_UNKNOWN: self._age,
            Reason.UNDER_AGE: self._age,
        }

    def tell(self, message: Message) -> Got:
        """Tell one message."""
        return Got(
            message=message,
            called=self._called(message),
            sender=self._titles.origin(message.origin),
            answer=self._answer(message),
            proofs=tuple(self._proofs(message)),
        )

    def _called(self, message: Message) -> str:
        """Call a message by the subject it had; where none was written, by its template's."""
        subject = message.subject or self._words.subjects.get(message.template, "")
        return message.template if not subject or "{" in subject else subject

    def _answer(self, message: Message) -> str:
        _, why = self.speech.gettext, self.speech.word("reason", message.reason or "")
        match message.status:
            case "sent":
                return _("She got it.")
            case "queued":
                return _("It waits to be sent.")
            case "leased":
                return _("It is being sent.")
            case "asked":
                return _("It waits for her guide to confirm it.")
            case "shadow":
                return _("Left out on purpose: she is in its control group.")
            case "failed":
                return _("It could not be delivered: %(why)s.", why=why)
            case _:
                return _("She did not get it: %(why)s.", why=why)

    def _proofs(self, message: Message) -> Iterator[Proof]:
        yield from self._run(message)
        if message.status == "shadow":
            yield from self._drawn(message)
        if message.status in ("held", "failed") and message.reason is not None:
            told = self._by_reason.get(message.reason)
            if told is not None:
                yield from told(message)
        if message.status in _TAKES_A_SLOT:
            yield from self._put_off(message)
        if message.attempts > 1 or message.status == "failed":
            yield from self._tries(message)
        if message.status == "held" and message.at > message.created:
            said = self.speech.gettext("It was let through first and held when its turn came.")
            yield Proof(said, message.at)

    # --- who asked

    def _run(self, message: Message) -> Iterator[Proof]:
        kind, _, slug = message.origin.partition(":")
        defined = self.her.journeys.get(slug)
        if kind != "journey" or defined is None:
            return
        runs = [
            run
            for run in self.her.runs
            if run.journey == slug and run.key == message.run_key and run.entered <= message.created
        ]
        step = self._words.step(defined.source, message.node)
        yield Proof(
            self.speech.gettext("Asked for by a step: %(step)s", step=step),
            message.created,
            f"/journeys/{slug}?node={message.node}",
        )
        if runs:
            newest = max(runs, key=lambda run: run.entered)
            yield Proof(self.speech.gettext("She had entered the journey"), newest.entered)

    # --- why not

    def _consent(self, message: Message) -> Iterator[Proof]:
        """Tell her words by that moment; what she said later is told too, as later."""
        _ = self.speech.gettext
        words = [
            one
            for one in self.her.words
            if one.purpose == message.purpose and one.channel in (message.channel, ALL_CHANNELS)
        ]
        before = [one for one in words if one.time <= message.at]
        channel = self.speech.word("channel", message.channel)
        newest = max(before, key=lambda one: one.time, default=None)
        if newest is None:
            yield Proof(_("By then she had never agreed to be written to by %(way)s", way=channel))
        elif newest.given:
            yield Proof(_("Her yes was heard only after the gate had decided"), newest.time)
        else:
            yield Proof(_("She had taken her consent back"), newest.time)
        later = [one for one in words if one.time > message.at and one.given]
        if later:
            yield Proof(_("She agreed only later"), min(one.time for one in later))

    def _plain(self, message: Message) -> Iterator[Proof]:
        words = [
            one
            for one in self.her.words
            if one.purpose == PERSONALISATION and one.time <= message.at and not one.given
        ]
        said = self.speech.gettext("She asked for nothing to be chosen for her")
        yield Proof(said, max((one.time for one in words), default=None))

    def _universal(self, _message: Message) -> Iterator[Proof]:
        yield self._draw(UNIVERSAL_SALT, float(self._settings.holdout))

    def _drawn(self, message: Message) -> Iterator[Proof]:
        drawn = self.her.holdouts.get(message.origin)
        if drawn is not None:
            yield self._draw(*drawn)
        else:
            yield Proof(self.speech.gettext("The draw is the same for ever, whoever looks"))

    def _draw(self, salt: str, share: float) -> Proof:
        number = self.speech.number(bucket(salt, self.her.bucket_key) / _DRAWN, 2)
        return Proof(
            self.speech.gettext(
                "She drew %(number)s of 100; below %(share)s one is left out",
                number=number,
                share=self.speech.number(share, 2),
            )
        )

    def _late(self, message: Message) -> Iterator[Proof]:
        _ = self.speech.gettext
        if message.expires is not None:
            yield Proof(_("It was of use only until"), message.expires)
        due = after_quiet(message.at, self._settings, self.her.zone)
        if due > message.at:
            yield Proof(_("In her quiet hours; they ended"), due)

    def _crowded(self, message: Message) -> Iterator[Proof]:
        """Name the cap and what had taken its slots."""
        _ = self.speech.gettext
        due = after_quiet(message.at, self._settings, self.her.zone)
        others = self._slots_by_then(message)
        for cap in self._settings.all_caps:
            one = replace(cap, number=1)
            taken = [
                other
                for other, slot in others
                if caps.broken(due, message.channel, message.touch, [slot], [one], self.her.zone)
            ]
            if cap.reason == message.reason and len(taken) >= cap.number:
                yield Proof(self._cap(cap))
                yield from (self._other(each) for each in taken[:_MOST])
                return
        yield Proof(_("A better touch had the last slot, or the limit was another one then"))

    def _cap(self, cap: caps.Cap) -> str:
        _, ngettext = self.speech.gettext, self.speech.ngettext
        spans = {"day": _("a day"), "week": _("a week"), "month": _("a month")}
        span = spans.get(str(cap.span)) or self.speech.duration(int(cap.span))
        of = [
            self.speech.word(group, code)
            for group, code in (("channel", cap.channel), ("touch", cap.touch))
            if code
        ]
        if of:
            said = ngettext("The limit is %(n)s (%(of)s) in %(span)s; it was taken by",
                            "The limit is %(n)s (%(of)s) in %(span)s; they were taken by",
                            cap.number, of=" ".join(of), span=span)  # fmt: skip
            return said
        return ngettext(
            "The limit is %(n)s message in %(span)s; it was taken by",
            "The limit is %(n)s messages in %(span)s; they were taken by",
            cap.number,
            span=span,
        )

    def _other(self, other: Message) -> Proof:
        words = f"{self._called(other)} · {self._titles.origin(other.origin)[0]}"
        return Proof(words, other.due, f"/messages/{other.id}")

    def _slots_by_then(self, message: Message) -> list[tuple[Message, Slot]]:
        """Return her other messages that had a slot when this one was decided on."""
        return [
            (other, Slot(other.due, other.channel, other.touch, other.status, other.at))
            for other in self.her.messages
            if other.id != message.id
            and not other.is_service
            and other.created <= message.at
            and (other.status in _TAKES_A_SLOT or
                 (other.status in ("held", "failed") and other.at > message.at))
        ]  # fmt: skip

    def _mixed(self, message: Message) -> Iterator[Proof]:
        recent = [
            other for other, slot in self._slots_by_then(message) if slot.due > message.at - WINDOW
        ]
        commercial = sum(other.touch == "commercial" for other in recent)
        yield Proof(
            self.speech.gettext(
                "Of %(all)s messages to her in 30 days %(some)s were commercial already",
                all=self.speech.number(len(recent)),
                some=self.speech.number(commercial),
            )
        )

    def _twin(self, message: Message) -> Iterator[Proof]:
        for other in self.her.messages:
            same = (other.origin, other.node, other.template) == (
                message.origin, message.node, message.template)  # fmt: skip
            if same and other.id != message.id and abs(other.due - message.due) < DAY:
                yield self._other(other)

    def _age(self, message: Message) -> Iterator[Proof]:
        if message.min_age is not None:
            asked = self.speech.ngettext(
                "It speaks of what one must be %(n)s year old for",
                "It speaks of what one must be %(n)s years old for",
                message.min_age,
            )
            yield Proof(asked)

    # --- when

    def _put_off(self, message: Message) -> Iterator[Proof]:
        _ = self.speech.gettext
        morning = after_quiet(message.created, self._settings, self.her.zone)
        if not message.is_service and morning > message.created:
            yield Proof(_("It was asked for in her quiet hours"), message.created)
        if message.status == "queued":
            yield Proof(_("It goes out"), message.due)
            if message.expires is not None:
                yield Proof(_("It is of use only until"), message.expires)
        elif message.status == "sent":
            yield Proof(_("It went out"), message.at)

    def _tries(self, message: Message) -> Iterator[Proof]:
        ngettext, _ = self.speech.ngettext, self.speech.gettext
        yield Proof(ngettext("%(n)s attempt", "%(n)s attempts", message.attempts))
        if message.lost:
            yield Proof(_("Of one attempt nobody knows how it ended: it may have arrived"))
        if message.detail:
            yield Proof(_("The provider said: %(words)s", words=message.detail))
