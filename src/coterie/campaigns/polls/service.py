"""The face of polls: define, ask, answer, close, and say what came out."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from coterie.campaigns.polls import store
from coterie.campaigns.polls.model import ANSWERED, Answered, Poll, Results, Share, Stratum, plain
from coterie.campaigns.polls.parse import parse, read_answer
from coterie.campaigns.polls.weighing import Weights, sizes, weighted, weights
from coterie.core.errors import Conflict, NotFound
from coterie.core.event import TAGGED, TRAIT_SET, UNTAGGED, Event, Move
from coterie.core.facts import fact
from coterie.core.ids import derived_id
from coterie.core.people import Shift
from coterie.profiles.service import Profiles
from coterie.segments.service import Segments
from coterie.storage import audit
from coterie.storage.keeping import follow
from coterie.storage.work import Work, in_chunks

ROOM = "polls"
_MERGED = "coterie.merged"
_NONE = ""
"""The stratum of who has no value of the trait."""

Linking = Callable[[int, str], str]
"""Makes the address at which a person (profile) answers a poll (slug)."""


class Polls:
    """The polls of one house; a listener on the road, and a variable of templates.

    ``{{ polls.wine }}`` is the address at which the reader of a message answers the poll ``wine``.
    """

    name = ROOM

    def __init__(
        self, profiles: Profiles, segments: Segments, zone: ZoneInfo, linking: Linking
    ) -> None:
        self._profiles = profiles
        self._segments = segments
        self._zone = zone
        self._linking = linking

    # --- what an operator does

    def define(self, work: Work, slug: str, definition: Mapping[str, Any]) -> Poll:
        """Define a poll, or change an open one; raises Invalid with the path, and Conflict.

        What somebody chose already stays to be chosen.
        """
        read = parse(slug, definition, self._zone, self._profiles.identifying)
        if read.segment is not None:
            self._segments.get(work, read.segment)
        before = next(iter(store.polls(work, [slug])), None)
        if before is not None:
            self._check_change(work, before, read)
        kept = replace(read, created=work.now if before is None else before.created)
        store.save(work, kept, dict(definition))
        audit.record(work, "poll.define", slug, kind=kept.kind)
        return kept

    def _check_change(self, work: Work, before: Poll, after: Poll) -> None:
        if before.closed is not None:
            raise Conflict(f"the poll {before.slug!r} is closed: make a new one")
        given = store.answers(work, before.slug)
        if given and before.kind != after.kind:
            raise Conflict("it was answered already: its kind stays as it is")
        chosen = {code for one in given if isinstance(one.answer, tuple) for code in one.answer}
        gone = chosen - {one.code for one in after.choices}
        if gone:
            raise Conflict(f"somebody chose {', '.join(sorted(gone))} already: keep it")

    def close(self, work: Work, slug: str) -> Poll:
        """End a poll: its answers stay as they are."""
        poll = self.get(work, slug)
        if poll.closed is None:
            poll = replace(poll, closed=work.now)
            store.save(work, poll, store.source(work, slug) or {})
            audit.record(work, "poll.close", slug)
        return poll

    # --- what a person does

    def answer(self, work: Work, slug: str, profile: int, given: Sequence[str]) -> list[Event]:
        """Take down a person's answer in the place of the one before; return the facts.

        Raises Invalid for what is not offered, Conflict once the poll is closed. The same answer
        again changes nothing.
        """
        poll = self.get(work, slug)
        if not poll.is_open(work.now):
            raise Conflict("this poll is closed: answers are counted")
        answer = read_answer(poll, given)
        before = self.answer_of(work, slug, profile)
        if before is not None and before.answer == answer:
            return []
        now = Answered(slug, profile, profile, answer, work.now)
        store.keep(work, [now])
        properties: dict[str, Any] = {"poll": slug, "answer": plain(answer)}
        cause = (slug, profile, work.now)
        told = Event(
            id=derived_id(ROOM, ANSWERED, *cause), type="track", name=ANSWERED, time=work.now,
            received=work.now, source=ROOM, profile=profile, properties=properties,
        )  # fmt: skip
        return [told, *_said(poll, before, now, cause, work.now)]

    # --- the road

    def hear(self, work: Work, events: Sequence[Event], moves: Sequence[Move]) -> list[Event]:  # noqa: ARG002
        """Of two answers of one person the latest counts: take back what the others put on."""
        merged = {event.profile for event in events if event.name == _MERGED}
        facts: list[Event] = []
        if not merged:
            return facts
        polls = {one.slug: one for one in store.polls(work)}
        latest: dict[tuple[str, int], Answered] = {}
        for one in store.answers(work, profiles=merged):
            first = latest.setdefault((one.poll, one.profile), one)
            if first is not one and first.answer != one.answer:
                cause = (one.poll, one.came_with, first.came_with, work.now)
                facts += _said(polls[one.poll], one, first, cause, work.now)
        return facts

    def wake(self, _work: Work) -> list[Event]:
        """Do nothing: a poll's end is a moment that is asked for."""
        return []

    def next_due(self, _work: Work) -> int | None:
        """Return None: nothing is waited for."""
        return None

    # --- whom answers are kept of

    def follow(self, work: Work, shifts: Sequence[Shift]) -> None:
        """Let answers follow the profiles that gave them."""
        follow(work, store.answer_rows, shifts)

    def hand_out(self, work: Work, profile: int) -> dict[str, Any]:
        """Return a person's answers, as plain JSON."""
        return {
            "poll_answers": [
                {"poll": one.poll, "answer": plain(one.answer), "at": one.at}
                for one in store.answers(work, profiles=[profile])
            ]
        }

    def erase(self, work: Work, profiles: Collection[int]) -> dict[str, int]:
        """Remove these people's answers."""
        return {"poll_answers": store.erase(work, profiles)}

    # --- what there is to know

    def of(self, work: Work, profiles: Collection[int]) -> dict[int, Any]:
        """Return the addresses of the open polls for each of these people, by slug."""
        slugs = [one.slug for one in store.polls(work) if one.is_open(work.now)]
        return {one: {slug: self._linking(one, slug) for slug in slugs} for one in profiles}

    def get(self, work: Work, slug: str) -> Poll:
        """Return a poll; raises NotFound."""
        for poll in store.polls(work, [slug]):
            return poll
        raise NotFound(f"there is no poll {slug!r}")

    def all(self, work: Work) -> list[Poll]:
        """Return all polls, the newest first."""
        return store.polls(work)

    def source(self, work: Work, slug: str) -> dict[str, Any]:
        """Return a poll's definition as it was given; raises NotFound."""
        self.get(work, slug)
        return store.source(work, slug) or {}

    def answer_of(self, work: Work, slug: str, profile: int) -> Answered | None:
        """Return a person's answer, or None."""
        found = store.answers(work, slug, [profile])
        return found[0] if found else None

    def counts(self, work: Work) -> dict[str, int]:
        """Count the people who answered each poll."""
        pairs = {(one.poll, one.profile) for one in store.answers(work)}
        return sizes({place: poll for place, (poll, _) in enumerate(sorted(pairs))})

    def results(self, work: Work, slug: str) -> Results:
        """Say what came out: one answer a person, who was silent, and the same weighted."""
        poll = self.get(work, slug)
        answers: dict[int, Answered] = {}
        for one in store.answers(work, slug):
            answers.setdefault(one.profile, one)
        asked = set(answers)
        if poll.segment is not None:
            asked |= set(self._segments.members(work, poll.segment))
        strata, worth = self._strata(work, poll, asked, answers)
        of_all = Weights({}, 0.0, 0.0) if worth is None else worth
        numbers = {who: one.answer for who, one in answers.items() if isinstance(one.answer, float)}
        sum_of = sum(numbers.values())
        counted = sizes({who: strata[who] for who in answers}) if strata else {}
        return Results(
            poll=poll,
            answered=len(answers),
            asked=None if poll.segment is None else len(asked),
            shares=[
                _share(code, answers, strata, worth) for code in _codes(poll, answers.values())
            ],
            mean=sum_of / len(numbers) if numbers else None,
            weighted_mean=weighted(numbers, strata, worth.by) if worth and numbers else None,
            strata=[
                Stratum(value, size, counted.get(value, 0)) for value, size in sizes(strata).items()
            ],
            unheard=of_all.unheard,
            effective=None if worth is None else worth.effective,
        )

    def _strata(
        self, work: Work, poll: Poll, asked: set[int], answers: Mapping[int, Answered]
    ) -> tuple[dict[int, str], Weights | None]:
        if poll.weigh_by is None or poll.segment is None or not answers:
            return {}, None
        strata: dict[int, str] = {}
        for some in in_chunks(sorted(asked)):
            known = self._profiles.known(work, some, fading=[poll.weigh_by])
            for one in some:
                value = known[one].traits.get(poll.weigh_by) if one in known else None
                strata[one] = _NONE if value is None else str(value)
        if len(set(strata.values())) < 2:
            return {}, None  # a trait that parts nobody makes up for nothing
        return strata, weights(sizes(strata), sizes({one: strata[one] for one in answers}))


def _codes(poll: Poll, answers: Iterable[Answered]) -> list[str]:
    if poll.kind != "number":
        return [one.code for one in poll.choices]
    numbers = {one.answer for one in answers if isinstance(one.answer, float)}
    return [f"{number:g}" for number in sorted(numbers)]


def _share(
    code: str,
    answers: Mapping[int, Answered],
    strata: Mapping[int, str],
    worth: Weights | None,
) -> Share:
    gave = {who: float(_gave(one, code)) for who, one in answers.items()}
    count = int(sum(gave.values()))
    return Share(
        code=code,
        count=count,
        share=count / len(answers) if answers else 0.0,
        weighted=None if worth is None else weighted(gave, strata, worth.by),
    )


def _said(
    poll: Poll, before: Answered | None, now: Answered, cause: tuple[object, ...], at: int
) -> list[Event]:
    """State what an answer puts on, and takes off that another one put on."""
    worn = set() if before is None else _tags(poll, before)
    wanted = _tags(poll, now)
    said: list[tuple[str, dict[str, Any]]] = [
        *((UNTAGGED, {"tag": tag}) for tag in sorted(worn - wanted)),
        *((TAGGED, {"tag": tag}) for tag in sorted(wanted - worn)),
    ]
    if poll.trait is not None:
        value = plain(now.answer)
        value = value[0] if poll.kind == "single" else value
        said.append((TRAIT_SET, {"trait": poll.trait, "value": value}))
    return [
        fact(name, room=ROOM, profile=now.profile, at=at, cause=(*cause, number), **properties)
        for number, (name, properties) in enumerate(said)
    ]


def _tags(poll: Poll, one: Answered) -> set[str]:
    tags = poll.tags
    return {tags[code] for code in _chosen(one) if code in tags}


def _chosen(one: Answered) -> tuple[str, ...]:
    return one.answer if isinstance(one.answer, tuple) else ()


def _gave(one: Answered, code: str) -> bool:
    return code in one.answer if isinstance(one.answer, tuple) else f"{one.answer:g}" == code
