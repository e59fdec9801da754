"""Why she did not get what a journey, a broadcast or a community sends: from the start of its way.

Whoever never entered is told which part of the rule fails; whoever waits, where and until when.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from coterie.campaigns.model import Broadcast
from coterie.communities.model import Community
from coterie.core.errors import NotFound
from coterie.journeys.model import (
    ApiEntry,
    Defined,
    EventEntry,
    ListEntry,
    Run,
    ScheduleEntry,
    SegmentEntry,
)
from coterie.segments.person.why import Reason
from coterie.storage.work import Work
from coterie.web.console.broadcasts.texts import STATES
from coterie.web.console.journeys.words import Words
from coterie.web.console.people.got import Got, Proof, Teller
from coterie.web.console.people.titles import Titles
from coterie.web.console.people.why import Node
from coterie.web.ports import Served
from coterie.web.speech import Speech


@dataclass(frozen=True)
class NotGot:
    """What is to be said of one asker and her: the answer, the proofs, the rule's tree, the mail.

    ``node`` is the rule that she does not meet, or does; None where no rule decides.
    """

    origin: str
    called: str
    address: str
    answer: str
    proofs: tuple[Proof, ...]
    node: Node | None
    got: tuple[Got, ...]


@dataclass(frozen=True)
class _Said:
    answer: str
    proofs: tuple[Proof, ...] = ()
    reason: Reason | None = None


@dataclass(frozen=True)
class Asking:
    """Asks of one person why an asker did not reach her."""

    work: Work
    house: Served
    profile: int
    teller: Teller
    titles: Titles
    words: Words
    speech: Speech
    tell: Callable[[Reason], Node]

    def choices(self) -> list[tuple[str, str]]:
        """List whatever may write to her, for the picker: (origin, what it is called)."""
        house, _ = self.house, self.speech.gettext
        found = [
            (f"journey:{slug}", _("Journey: %(name)s", name=title))
            for slug, title in self.titles.journeys.items()
        ]
        found += [
            (one.origin, _("Broadcast: %(name)s", name=one.plan.title))
            for one in house.campaigns.all(self.work)
        ]
        found += [
            (f"community:{one.slug}", _("Invitation to: %(name)s", name=self._community(one)))
            for one in house.communities.communities(self.work)
            if one.terms is not None
        ]
        return found

    def why(self, origin: str) -> NotGot:
        """Say why she did not get what an origin sends, or what she got; raises NotFound."""
        kind, _, slug = origin.partition(":")
        ask = {
            "journey": self._of_journey,
            "broadcast": self._of_broadcast,
            "community": self._of_community,
        }.get(kind)
        if ask is None:
            raise NotFound(f"nothing that writes to people is called {origin!r}")
        said = ask(slug)
        called, address = self.titles.origin(origin)
        messages = [one for one in self.teller.her.messages if one.origin == origin]
        return NotGot(
            origin=origin,
            called=called,
            address=address,
            answer=said.answer,
            proofs=said.proofs,
            node=None if said.reason is None else self.tell(said.reason),
            got=tuple(self.teller.tell(one) for one in reversed(messages)),
        )

    # --- journeys

    def _of_journey(self, slug: str) -> _Said:
        defined = self.house.journeys.get(self.work, slug)
        runs = [run for run in self.teller.her.runs if run.journey == slug]
        if runs:
            newest = max(runs, key=lambda run: run.entered)
            return _Said(self._answer(newest, defined), tuple(self._way(newest, defined)))
        said = self._never_entered(defined)
        if defined.state == "paused":
            paused = Proof(self.speech.gettext("The journey is paused"), defined.changed_at)
            return _Said(said.answer, (paused, *said.proofs), said.reason)
        return said

    def _answer(self, run: Run, defined: Defined) -> str:
        _ = self.speech.gettext
        step = self.words.step(defined.source, run.node)
        if run.ended is not None:
            return _(
                "Her way through it is over: %(why)s.", why=self.words.reason(run.reason or "")
            )
        if run.arrived is None:
            return _("She is about to come to the step “%(step)s”.", step=step)
        return _("She is on her way: she stands at “%(step)s”.", step=step)

    def _way(self, run: Run, defined: Defined) -> Iterator[Proof]:
        _ = self.speech.gettext
        yield Proof(_("She entered the journey"), run.entered, f"/journeys/{run.journey}")
        if run.shadow:
            yield Proof(_("She is in its control group: she walks it, and nothing is sent"))
        visits = sorted(run.visits.items(), key=lambda pair: pair[1].at)
        for node, visit in visits:
            if node in defined.journey.nodes:
                yield Proof(
                    self.words.step(defined.source, node),
                    visit.at,
                    f"/journeys/{run.journey}?node={node}",
                )
        if run.ended is not None:
            yield Proof(_("Her way ended"), run.ended)
        elif run.due is not None:
            yield Proof(_("She goes on at the latest"), run.due)

    def _never_entered(self, defined: Defined) -> _Said:
        _, entry = self.speech.gettext, defined.journey.entry
        match entry:
            case SegmentEntry(segment=segment):
                return self._by_segment(defined, segment)
            case EventEntry():
                return self._by_event(defined, entry)
            case ScheduleEntry(whom=rule):
                reason = self.house.segments.why_of(self.work, self.profile, rule)
                if reason is not None and reason.holds:
                    return _Said(_("She meets its rule now; it takes people in at its next date."),
                                 reason=reason)  # fmt: skip
                return _Said(_("She never entered it: she does not meet its rule."), reason=reason)
            case ListEntry(name=name):
                listed = self.profile in self.house.segments.listed(self.work, name)
                if listed:
                    return _Said(_("She stands on its list; it takes her in with the next look."))
                return _Said(_("She never entered it: she is not on the list “%(list)s”.",
                               list=name))  # fmt: skip
            case ApiEntry():
                return _Said(_("She never entered it: no program has named her for it."))

    def _by_segment(self, defined: Defined, segment: str) -> _Said:
        _ = self.speech.gettext
        title = self.words.segments.get(segment, segment)
        reason = self.house.segments.why(self.work, self.profile, segment)
        moves = [
            one
            for one in self.house.segments.changes(self.work, self.profile)
            if one.segment == segment
        ]
        proofs = tuple(
            Proof(_("She entered the segment") if one.entered else _("She left the segment"),
                  one.at, f"/segments/{segment}")
            for one in moves[-3:]
        )  # fmt: skip
        if reason is None or not reason.holds:
            said = _("She never entered it: she is not in the segment “%(title)s”.", title=title)
            return _Said(said, proofs, reason)
        began = max((one.at for one in moves if one.entered), default=None)
        if (began is None or began <= defined.defined_at) and not defined.journey.present:
            said = _("She was in the segment before the journey began, and it leaves those out.")
            return _Said(said, proofs, reason)
        said = _("She is in the segment “%(title)s” and enters with the next look.", title=title)
        return _Said(said, proofs, reason)

    def _by_event(self, defined: Defined, entry: EventEntry) -> _Said:
        _ = self.speech.gettext
        name = entry.matching.name
        what = self.speech.word("event", name)
        timeline = self.house.log.timelines(self.work, [self.profile])[self.profile]
        times = [one.time for one in timeline if name in ("*", one.name)]
        since = [time for time in times if time >= defined.defined_at]
        began = Proof(_("The journey began"), defined.defined_at, f"/journeys/{defined.slug}")
        if not times:
            said = _("She never entered it: nobody told us of “%(what)s” by her.", what=what)
            return _Said(said, (began,))
        last = Proof(_("Last time: %(what)s", what=what), times[-1])
        if not since:
            said = _("She never entered it: “%(what)s” was before the journey began.", what=what)
            return _Said(said, (last, began))
        said = _("She never entered it: “%(what)s” was not as the journey asks for.", what=what)
        return _Said(said, (last, Proof(self.words.entry(defined.source)), began))

    # --- broadcasts and communities

    def _of_broadcast(self, slug: str) -> _Said:
        _ = self.speech.gettext
        one = self.house.campaigns.get(self.work, slug)
        got = [each for each in self.teller.her.messages if each.origin == one.origin]
        if got:
            return _Said(self.teller.tell(got[-1]).answer)
        reason = self.house.segments.why(self.work, self.profile, one.plan.segment)
        if one.state in ("sending", "done"):
            return self._after_sending(one, reason)
        state = _(STATES[one.state])
        said = _("It has not gone out: it is in the state “%(state)s”.", state=state)
        proofs = []
        if one.plan.send_at is not None:
            proofs.append(Proof(_("It is planned for"), one.plan.send_at))
        return _Said(said, tuple(proofs), reason)

    def _after_sending(self, one: Broadcast, reason: Reason | None) -> _Said:
        _ = self.speech.gettext
        title = self.words.segments.get(one.plan.segment, one.plan.segment)
        fixed = (Proof(_("Its audience was fixed"), one.started, f"/broadcasts/{one.id}"),)
        if reason is not None and reason.holds:
            moves = [
                each.at
                for each in self.house.segments.changes(self.work, self.profile)
                if each.segment == one.plan.segment and each.entered
            ]
            later = tuple(Proof(_("She entered the segment"), at) for at in moves[-1:])
            said = _("She came into “%(title)s” only after its audience was fixed.", title=title)
            return _Said(said, (*fixed, *later), reason)
        said = _("She was not in its audience: she is not in “%(title)s”.", title=title)
        return _Said(said, fixed, reason)

    def _of_community(self, slug: str) -> _Said:
        _ = self.speech.gettext
        found = [one for one in self.house.communities.communities(self.work) if one.slug == slug]
        if not found:
            raise NotFound(f"there is no community {slug!r}")
        community = found[0]
        invitations = [
            one
            for one in self.house.communities.invitations(self.work, profile=self.profile)
            if one.community == slug
        ]
        if invitations:
            newest = max(invitations, key=lambda one: one.since)
            state = self.speech.word("invitation", newest.state)
            why = f" ({self.speech.word('reason', newest.reason)})" if newest.reason else ""
            said = _("Her invitation stands so: %(state)s%(why)s.", state=state, why=why)
            return _Said(said, (Proof(_("Since"), newest.since, f"/communities/{slug}"),))
        if community.segment is None:
            return _Said(_("Nobody is invited to it: people join by themselves."))
        reason = self.house.segments.why(self.work, self.profile, community.segment)
        title = self.words.segments.get(community.segment, community.segment)
        if reason is None or not reason.holds:
            said = _("She was never invited: she is not in the segment “%(title)s”.", title=title)
            return _Said(said, reason=reason)
        if community.terms is not None and community.terms.paused:
            return _Said(_("Its invitations are paused."), reason=reason)
        return _Said(_("She may be invited: it is done with the next look."), reason=reason)

    def _community(self, one: Community) -> str:
        return self.titles.communities.get(one.slug, one.slug)


def picked(choices: Sequence[tuple[str, str]], origin: str) -> str:
    """Return what was chosen, if it is there; else nothing."""
    return origin if any(origin == each for each, _ in choices) else ""
