"""The face of the activities: define, invite, register, check in, call off; and the road's part."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import asdict, replace
from typing import Any

from coterie.activities import store
from coterie.activities.attendance import Attendance
from coterie.activities.base import about, check_open
from coterie.activities.definition import parse
from coterie.activities.model import (
    Activity,
    Asked,
    Defined,
    Funnel,
    Registration,
    State,
    Words,
)
from coterie.activities.standing import best, cancel, invite
from coterie.catalog.model import Item
from coterie.core.clock import local_date
from coterie.core.errors import Conflict, Invalid, NotFound
from coterie.core.event import Event, Move
from coterie.core.people import Shift
from coterie.messaging.model import Request
from coterie.storage import audit
from coterie.storage.work import Work

KIND = "activity"
"""The kind of the catalog's items that activities are."""

_STOPPED = ("coterie.message.held", "coterie.message.failed")
_INVITATION = "invitation"


class Activities(Attendance):
    """Activities and who comes to them: a listener on the road, a keeper of what people signed."""

    name = "activities"

    # --- what an operator does

    def define(self, work: Work, definition: dict[str, Any]) -> Defined:
        """Put an activity on, or change one of the same slug; return what that caused.

        It is an item of the catalog too, with its topics. Where more seats are offered, those who
        wait move up; where fewer are, nobody loses one. Raises Invalid with the path of the fault,
        Conflict for one that is over or was called off; then nothing is written.
        """
        activity = self.check(work, definition)
        present = store.take(work, activity.slug)
        if present is not None:
            check_open(replace(activity, standing=present.standing))
        kept = {key: value for key, value in definition.items() if key != "topics"}
        store.keep_activity(work, activity.slug, kept, activity.starts, activity.ends)
        retagged = self._catalog.define_items(
            work, [_item(self._catalog_item(work, activity), activity)]
        )
        audit.record(work, "activity.defined", activity.slug, new=present is None)
        return Defined(self._promote(work, activity), retagged)

    def check(self, work: Work, definition: object) -> Activity:
        """Read a definition, and check what it refers to; raises Invalid."""
        activity = parse(definition, self._zone)
        if activity.segment is not None:
            try:
                self._segments.get(work, activity.segment)
            except NotFound as error:
                raise Invalid(error.message, path="segment") from error
        if activity.words is not None:
            self._check_words(work, activity.words)
        return activity

    def _check_words(self, work: Work, words: Words) -> None:
        for name in ("invitation", "notice"):
            used = getattr(words, name)
            if not used:
                continue
            path = f"messages.{name}"
            try:
                template = self._messaging.template(work, used)
            except NotFound as error:
                raise Invalid(error.message, path=path) from error
            if template.channel not in (None, words.channel):
                raise Invalid(
                    f"template {template.name!r} is for {template.channel}, not {words.channel}",
                    path=path,
                    hint="use a template of this channel, or one of any",
                )

    def _catalog_item(self, work: Work, activity: Activity) -> Item:
        return self._catalog.item(work, activity.item) or Item(activity.item)

    def source(self, work: Work, slug: str) -> dict[str, Any] | None:
        """Return an activity's definition with its topics of today, None when there is none."""
        row = store.activity(work, slug)
        if row is None:
            return None
        item = f"{KIND}:{slug}"
        return {**row.definition, "topics": list(self._catalog.topics_of(work, [item])[item])}

    def invite(self, work: Work, slug: str) -> Asked:
        """Ask everybody of the activity's segment and community who was not asked yet.

        Messaging decides whom it reaches: who is held is not invited, and may be asked again
        another day. Raises Conflict when there is nobody to ask, or no words to ask with.
        """
        activity = self.take(work, slug)
        check_open(activity)
        words = activity.words
        if words is None or not words.invitation:
            raise Conflict(f"{slug!r} has no template to invite with", code="no_words")
        people = sorted(self.eligible(work, activity) - store.known_to(work, slug))
        rows = self._rows_of(work, activity, people, _INVITATION)
        day = local_date(work.now, self._zone)
        addressed = list(self._addressed(work, activity, rows))
        sent = self._messaging.send(
            work,
            [
                Request(
                    profile=one.profile,
                    channel=words.channel,
                    template=words.invitation,
                    touch="informational",
                    key=f"activity:{one.id}:{_INVITATION}:{day}",
                    origin=activity.item,
                    node=_INVITATION,
                    expires_at=activity.closes,
                    items=(activity.item,),
                    variables=seen,
                )
                for one, _, seen in addressed
            ],
        )
        asked: list[Registration] = []
        held: Counter[str] = Counter()
        for (one, _, _), message in zip(addressed, sent.messages, strict=True):
            if message.status in ("held", "failed", "shadow"):
                held[message.reason or message.status] += 1
            else:
                asked.append(invite(one, message.id, work.now))
        store.keep(work, asked)
        audit.record(work, "activity.invited", slug, invited=len(asked), held=sum(held.values()))
        facts = [about("invited", activity, one, work.now) for one in asked]
        return Asked(len(asked), dict(held), [*facts, *sent.facts])

    def eligible(self, work: Work, activity: Activity) -> set[int]:
        """Return whom an activity is meant for: its segment, its community, or what both have."""
        found: set[int] | None = None
        if activity.segment is not None:
            found = set(self._segments.members(work, activity.segment))
        if activity.community is not None:
            rule = {"tag": f"community:{activity.community}"}
            members = set(self._segments.population(work, rule))
            found = members if found is None else found & members
        return found or set()

    def call_off(self, work: Work, slug: str) -> list[Event]:
        """Cancel a whole activity: everybody with a seat or a place in the queue is told."""
        activity = self.take(work, slug)
        check_open(activity)
        store.stand(work, slug, "called_off", None)
        rows = store.in_states(work, slug, ["registered", "waiting"])
        after = [one for one in (cancel(each, work.now) for each in rows) if one is not None]
        store.keep(work, after)
        audit.record(work, "activity.called_off", slug, told=len(after))
        facts = [about("called_off", activity, one, work.now) for one in after]
        return facts + self._tell(work, activity, after, "called_off")

    # --- the road

    def hear(self, work: Work, events: Sequence[Event], moves: Sequence[Move]) -> list[Event]:  # noqa: ARG002
        """Take back the invitations that did not go out after all; cause nothing."""
        stopped = [
            str(event.properties.get("message"))
            for event in events
            if event.name in _STOPPED
            and event.properties.get("node") == _INVITATION
            and str(event.properties.get("origin", "")).startswith(f"{KIND}:")
        ]
        unreached = [one.id for one in store.by_message(work, stopped) if one.state == "invited"]
        store.drop(work, unreached)
        return []

    def wake(self, work: Work) -> list[Event]:
        """Note the no-shows of what is over; give away seats that came free by themselves."""
        facts: list[Event] = []
        for slug in store.due(work):
            activity = self.take(work, slug)
            if activity.ends <= work.now:
                facts += self._end(work, activity)
            else:
                facts += self._promote(work, activity)
                store.stand(work, slug, activity.standing, activity.ends)
        return facts

    def next_due(self, work: Work) -> int | None:
        """Return the earliest moment at which ``wake`` has work, or None."""
        return store.next_due(work)

    # --- what is kept of people

    def follow(self, work: Work, shifts: Sequence[Shift]) -> None:
        """Let registrations follow their people; of two of one person the better one counts."""
        concerned = store.follow(work, shifts)
        for slug, heads in concerned.items():
            theirs: dict[int, list[Registration]] = {}
            for one in store.of_people(work, slug, heads, spare=True):
                theirs.setdefault(one.profile, []).append(one)
            counts = {best(rows).id for rows in theirs.values()}
            store.keep(
                work,
                [
                    replace(one, is_spare=one.id not in counts)
                    for rows in theirs.values()
                    for one in rows
                ],
            )
        store.wake_soon(work, concerned)

    def hand_out(self, work: Work, profile: int) -> dict[str, Any]:
        """Return a person's registrations, as plain JSON; not who of ours looked after them."""
        hidden = ("code", "profile", "came_with", "is_spare", "place", "checked_by", "passed_by")
        return {
            "registrations": [
                {key: value for key, value in asdict(one).items() if key not in hidden}
                for one in store.of_person(work, profile, spare=True)
            ]
        }

    def erase(self, work: Work, profiles: Collection[int]) -> dict[str, int]:
        """Take codes and messages off a person's registrations, and free the seats she holds."""
        rows, freed = store.forget(work, profiles)
        store.wake_soon(work, freed)
        return {"activity_registrations": rows}

    # --- what there is to know

    def coming(self, work: Work, *, limit: int = 50, offset: int = 0) -> list[Activity]:
        """Return what is not over, the next one first."""
        return self._read(work, store.coming(work, limit, offset))

    def past(self, work: Work, *, limit: int = 50, offset: int = 0) -> list[Activity]:
        """Return what is over, the latest first."""
        return self._read(work, store.past(work, limit, offset))

    def several(self, work: Work, slugs: Collection[str]) -> dict[str, Activity]:
        """Return activities by slug; those that do not exist are left out."""
        return {one.slug: one for one in self._read(work, store.of_slugs(work, slugs))}

    def funnels(self, work: Work, slugs: Collection[str]) -> dict[str, Funnel]:
        """Count how people stand to activities; every asked one has a funnel."""
        return store.funnels(work, slugs)

    def roster(
        self, work: Work, slug: str, states: Collection[State], *, limit: int = 200, offset: int = 0
    ) -> list[Registration]:
        """Return who stands so, by place in the queue, then by when they came to stand so."""
        return store.in_states(work, slug, states, limit=limit, offset=offset)

    def known_to(self, work: Work, slug: str) -> set[int]:
        """Return everybody who was asked to an activity, or registered by herself."""
        return store.known_to(work, slug)

    def waiting_before(self, work: Work, one: Registration) -> int:
        """Count those who wait before somebody."""
        return store.waiting_before(work, one.activity, one.place or 0)

    def of_person(self, work: Work, profile: int) -> list[Registration]:
        """Return a person's registrations, the newest first."""
        return store.of_person(work, profile)


def _item(present: Item, activity: Activity) -> Item:
    """Write the catalog's item of an activity; what others put on it stays."""
    told = {"form": activity.form, "starts": activity.starts, "level": activity.level}
    about_it = activity.description("zh") or present.body
    return replace(
        present,
        kind=KIND,
        topics=activity.topics,
        title=activity.title("zh"),
        properties={**present.properties, **told},
        body=about_it,
    )
