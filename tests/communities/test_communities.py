"""The communities with small stand-ins for their neighbours: a list of the eligible, a gate."""

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pyroaring import BitMap

from coterie.communities.model import Overlap
from coterie.communities.service import Communities
from coterie.core.actor import COMMAND
from coterie.core.clock import DAY, HOUR
from coterie.core.errors import Conflict, Invalid, NotFound
from coterie.core.event import Event, Move
from coterie.core.facts import fact
from coterie.core.ids import bucket, derived_id
from coterie.events.log import Log
from coterie.messaging.mixing.service import Mixing
from coterie.messaging.model import Message, Request, Sent, Template
from coterie.profiles.model import Known
from coterie.storage.database import Database
from coterie.storage.work import Work

NOW = 1_767_225_600_000
MIDNIGHT = NOW + 16 * HOUR  # in Shanghai
PASTA: dict[str, Any] = {
    "slug": "pasta",
    "title": {"en": "Zhiwei Pasta", "zh": "知味意面"},
    "promise": "One Italian bottle a week",
    "topic": "wine/italy",
    "segment": "italy",
    "invitation": {"channel": "email", "template": "join-us"},
}


class Eligible:
    """A segment service that knows one list of people a segment."""

    def __init__(self) -> None:
        self.people: dict[str, set[int]] = {"italy": set(), "france": set()}

    def get(self, _work: Work, slug: str) -> object:
        if slug not in self.people:
            raise NotFound(f"there is no segment {slug!r}")
        return slug

    def members(self, _work: Work, slug: str) -> BitMap:
        return BitMap(self.people[slug])


class Post:
    """A messaging service whose gate says what it is told to."""

    def __init__(self) -> None:
        self.reasons: dict[int, str] = {}
        self.requests: list[Request] = []
        self.mixing = Mixing(ZoneInfo("Asia/Shanghai"))

    def template(self, _work: Work, name: str) -> Template:
        if name != "join-us":
            raise NotFound(f"there is no template {name!r}")
        return Template(name, "Come in")

    def send(self, work: Work, requests: Sequence[Request]) -> Sent:
        self.requests += requests
        messages = [self._message(work, request) for request in requests]
        held = (message for message in messages if message.status == "held")
        return Sent(messages, [told(message, work.now) for message in held])

    def _message(self, work: Work, request: Request) -> Message:
        reason = self.reasons.get(request.profile)
        return Message(
            id=derived_id(request.key),
            profile=request.profile,
            origin=request.origin,
            node=request.node,
            run_key=None,
            channel=request.channel,
            template=request.template,
            touch=request.touch,
            purpose=request.purpose,
            status="held" if reason else "queued",
            reason=reason,
            at=work.now,
            created=work.now,
            due=work.now,
            expires=request.expires_at,
            delivery="at_least_once",
        )


def told(message: Message, now: int, reason: str | None = None) -> Event:
    status, reason = ("held", reason) if reason else (message.status, message.reason)
    return fact(
        f"message.{status}",
        room="messaging",
        profile=message.profile,
        at=now,
        cause=(message.id,),
        message=message.id,
        reason=reason,
    )


class People:
    """Profiles that exist; each person's bucket key is her number."""

    def known(
        self,
        _work: Work,
        profiles: Collection[int],
        fading: Collection[str] = (),  # noqa: ARG002
    ) -> dict[int, Known]:
        return {
            one: Known(one, f"user_id:{one}", traits={"language": "zh-CN"} if one == 2 else {})
            for one in profiles
            if one < 1_000
        }


class Table:
    """A community service and its stand-ins around one database, with a clock."""

    def __init__(self, database: Database, holdout: int = 0) -> None:
        self.database = database
        self.now = NOW
        self.eligible, self.post = Eligible(), Post()
        self.communities = Communities(
            self.eligible,  # type: ignore[arg-type]
            self.post,  # type: ignore[arg-type]
            People(),  # type: ignore[arg-type]
            Log(Path("nowhere")),  # not read here
            ZoneInfo("Asia/Shanghai"),
            lambda profile, community, _invitation: f"https://x.cn/i/{community}/{profile}",
            holdout,
        )

    def do(self, verb: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        with self.database.begin(COMMAND, self.now) as work:
            return verb(work, *args, **kwargs)

    def define(self, **changes: Any) -> list[Event]:
        return self.do(self.communities.define, {**PASTA, **changes})

    def enter(self, *profiles: int, backfill: bool = False) -> list[Event]:
        self.eligible.people["italy"] |= set(profiles)
        moves = [Move("italy", one, True, self.now, backfill) for one in profiles]
        return self.do(self.communities.hear, [], moves)

    def hear(self, *events: Event) -> list[Event]:
        return self.do(self.communities.hear, events, [])

    def wake_all_until(self, moment: int) -> list[Event]:
        facts: list[Event] = []
        while (due := self.do(self.communities.next_due)) is not None and due <= moment:
            self.now = max(self.now, due)
            facts += self.do(self.communities.wake)
        self.now = moment
        return facts

    def state(self, profile: int) -> list[str]:
        found = self.do(self.communities.invitations, slug="pasta", profile=profile)
        return [one.state for one in found]

    def members(self, as_of: int | None = None) -> set[int]:
        return set(self.do(self.communities.members, "pasta", as_of))


def names(facts: Sequence[Event]) -> list[tuple[str, int]]:
    return [
        (event.name.removeprefix("coterie."), event.profile)
        for event in facts
        if not event.name.startswith("coterie.message")
    ]


@pytest.fixture
def table(database: Database) -> Table:
    return Table(database)


def test_who_becomes_eligible_is_invited_and_not_added(table: Table) -> None:
    table.define()
    facts = table.enter(1, 2)
    assert names(facts) == [("community.invited", 1), ("community.invited", 2)]
    assert table.members() == set()
    first, second = table.post.requests
    assert first.origin == "community:pasta"
    assert first.touch == "informational"
    assert first.expires_at == NOW + 14 * DAY
    assert first.variables["community"]["title"] == "Zhiwei Pasta"
    assert first.variables["community"]["promise"] == "One Italian bottle a week"
    assert first.variables["accept_url"] == "https://x.cn/i/pasta/1?answer=accept"
    assert first.variables["decline_url"] == "https://x.cn/i/pasta/1?answer=decline"
    assert second.variables["community"]["title"] == "知味意面"


def test_nobody_else_is_invited(table: Table) -> None:
    table.define()
    table.eligible.people["france"] = {1}
    moves = [Move("france", 1, True, NOW), Move("italy", 2, False, NOW)]
    assert table.do(table.communities.hear, [], moves) == []
    both = [Move("italy", 3, True, NOW), Move("italy", 3, False, NOW)]
    assert table.do(table.communities.hear, [], both) == []


def test_those_present_are_invited_at_the_founding_unless_left_out(table: Table) -> None:
    table.eligible.people["italy"] = {1, 2}
    assert table.define(present=False) == []
    assert names(table.define()) == [("community.invited", 1), ("community.invited", 2)]
    assert table.define() == []  # once each


def test_a_backfill_invites_nobody(table: Table) -> None:
    table.define()
    assert table.enter(1, backfill=True) == []


def test_yes_makes_a_participant_with_a_tag(table: Table) -> None:
    table.define()
    table.enter(1)
    facts = table.do(table.communities.accept, "pasta", 1)
    assert names(facts) == [("community.accepted", 1), ("community.joined", 1), ("tagged", 1)]
    assert facts[0].properties == {"community": "pasta"}
    assert facts[2].properties == {"tag": "community:pasta"}
    assert table.members() == {1}
    assert table.do(table.communities.accept, "pasta", 1) == []
    assert table.hear(*facts) == []  # our own facts come back


def test_an_answer_may_come_as_a_fact(table: Table) -> None:
    table.define()
    table.enter(1, 2)
    yes = fact("community.accepted", room="x", profile=1, at=NOW, cause=("x",), community="pasta")
    no = fact("community.declined", room="x", profile=2, at=NOW, cause=("x",), community="pasta")
    lost = fact("community.accepted", room="x", profile=1, at=NOW, cause=("y",), community="?")
    assert names(table.hear(yes, no, lost)) == [("community.joined", 1), ("tagged", 1)]
    assert table.state(2) == ["declined"]


def test_who_declined_is_asked_again_after_ninety_days_and_not_before(table: Table) -> None:
    table.define()
    table.enter(1)
    table.now += DAY
    assert names(table.do(table.communities.decline, "pasta", 1)) == [("community.declined", 1)]
    assert table.enter(1) == []
    assert table.define() == []
    assert table.wake_all_until(NOW + 91 * DAY - 1) == []
    assert names(table.wake_all_until(NOW + 91 * DAY)) == [("community.invited", 1)]
    assert table.state(1) == ["declined", "offered"]


def test_who_is_not_eligible_any_more_is_not_asked_again_until_she_is(table: Table) -> None:
    table.define()
    table.enter(1)
    table.do(table.communities.decline, "pasta", 1)
    table.eligible.people["italy"].clear()
    assert table.wake_all_until(NOW + 200 * DAY) == []
    assert table.do(table.communities.next_due) is None
    assert names(table.enter(1)) == [("community.invited", 1)]


def test_silence_expires_and_cools_down_as_a_no_does(table: Table) -> None:
    table.define()
    table.enter(1)
    assert table.wake_all_until(NOW + 14 * DAY - 1) == []
    assert names(table.wake_all_until(NOW + 14 * DAY)) == [("community.expired", 1)]
    with pytest.raises(Conflict, match="expired"):
        table.do(table.communities.accept, "pasta", 1)
    assert names(table.wake_all_until(NOW + 104 * DAY)) == [("community.invited", 1)]


def test_a_participant_is_never_invited(table: Table) -> None:
    table.define()
    joined = table.do(table.communities.join, "pasta", [1], "code")
    assert names(joined) == [("community.joined", 1), ("tagged", 1)]
    assert table.do(table.communities.join, "pasta", [1], "code") == []
    assert table.enter(1) == []
    assert table.define() == []


def test_joining_by_oneself_settles_an_open_offer(table: Table) -> None:
    table.define()
    table.enter(1)
    table.do(table.communities.join, "pasta", [1], "code")
    assert table.state(1) == ["accepted"]
    assert table.wake_all_until(NOW + 300 * DAY) == []


def test_coming_again_makes_two_intervals(table: Table) -> None:
    table.define(segment=None, invitation=None)
    table.do(table.communities.join, "pasta", [1], "code")
    table.now = NOW + 10 * DAY
    left = table.do(table.communities.leave, "pasta", [1, 2], "moved")
    assert names(left) == [("community.left", 1), ("untagged", 1)]
    table.now = NOW + 20 * DAY
    table.do(table.communities.join, "pasta", [1, 2], "console")
    intervals = table.do(table.communities.participations, "pasta")
    assert [(one.profile, one.joined, one.left, one.via, one.reason) for one in intervals] == [
        (1, NOW, NOW + 10 * DAY, "code", "moved"),
        (1, NOW + 20 * DAY, None, "console", None),
        (2, NOW + 20 * DAY, None, "console", None),
    ]
    assert [one.joined for one in table.do(table.communities.of_person, 1)] == [
        NOW,
        NOW + 20 * DAY,
    ]
    as_of = {day: table.members(NOW + day * DAY) for day in (-1, 0, 9, 10, 19, 20)}
    assert as_of == {-1: set(), 0: {1}, 9: {1}, 10: set(), 19: set(), 20: {1, 2}}
    assert table.members() == {1, 2}


def test_who_left_is_invited_after_the_cool_down(table: Table) -> None:
    table.define()
    table.enter(1)
    table.do(table.communities.accept, "pasta", 1)
    table.now = NOW + 10 * DAY
    table.do(table.communities.leave, "pasta", [1])
    with pytest.raises(Conflict):
        table.do(table.communities.accept, "pasta", 1)  # the old page lets nobody in
    assert table.enter(1) == []
    assert table.wake_all_until(NOW + 100 * DAY - 1) == []
    assert names(table.wake_all_until(NOW + 100 * DAY)) == [("community.invited", 1)]


def test_the_held_out_are_not_invited_ever(database: Database) -> None:
    table = Table(database, holdout=10)
    table.define()
    facts = table.enter(*range(1, 401))
    out = {one for one in range(1, 401) if bucket("community:pasta", f"user_id:{one}") < 1_000}
    assert 20 < len(out) < 60
    assert {profile for _, profile in names(facts)} == set(range(1, 401)) - out
    assert {one for one in range(1, 401) if table.state(one) == ["held_out"]} == out
    table.wake_all_until(NOW + 14 * DAY)
    again = table.wake_all_until(NOW + 104 * DAY)
    assert {profile for _, profile in names(again)} == set(range(1, 401)) - out
    funnel = table.do(table.communities.funnel, "pasta")
    assert funnel.held_out == len(out)
    assert funnel.invited == 400 - len(out)


def test_a_community_sets_its_own_holdout_and_service_has_none(database: Database) -> None:
    table = Table(database, holdout=100)
    table.define(invitation={**PASTA["invitation"], "touch": "service"})
    assert len(names(table.enter(1))) == 1
    table.define(invitation={**PASTA["invitation"], "holdout": 0})
    assert len(names(table.enter(2))) == 1
    table.define()
    assert names(table.enter(3)) == []


def test_a_cap_holds_until_the_next_day(table: Table) -> None:
    table.define()
    table.post.reasons = {1: "cap_day"}
    facts = table.enter(1)
    assert [event.name for event in facts] == ["coterie.message.held"]
    assert table.hear(*facts) == []
    assert table.wake_all_until(MIDNIGHT - 1) == []
    table.post.reasons = {}
    assert names(table.wake_all_until(MIDNIGHT)) == [("community.invited", 1)]
    assert len({request.key for request in table.post.requests}) == 2
    assert table.state(1) == ["offered"]


def test_a_hold_is_tried_on_some_days_only_and_only_while_eligible(table: Table) -> None:
    table.define()
    table.post.reasons = {1: "cap_week", 2: "cap_week"}
    table.enter(1, 2)
    table.eligible.people["italy"].discard(2)
    table.wake_all_until(NOW + 60 * DAY)
    assert [one.profile for one in table.post.requests].count(1) == 7
    assert [one.profile for one in table.post.requests].count(2) == 1
    assert table.do(table.communities.next_due) is None


def test_consent_given_brings_the_invitation(table: Table) -> None:
    table.define()
    table.post.reasons = {1: "no_consent", 2: "no_consent"}
    table.enter(1, 2)
    assert table.wake_all_until(NOW + 5 * DAY) == []
    table.post.reasons = {}
    given = Event(
        id="c", type="track", name="Consent Given", time=NOW, received=NOW, source="w", profile=1
    )
    assert names(table.hear(given)) == [("community.invited", 1)]
    assert table.state(2) == ["held"]
    assert table.hear(given) == []


def test_an_offer_held_on_its_way_out_is_taken_back(table: Table) -> None:
    table.define()
    table.enter(1)
    message = table.post._message(_work(table), table.post.requests[0])
    assert table.hear(told(message, NOW, "no_consent")) == []
    assert table.state(1) == ["held"]
    with pytest.raises(Conflict):
        table.do(table.communities.accept, "pasta", 1)
    funnel = table.do(table.communities.funnel, "pasta")
    assert (funnel.held, funnel.waiting, funnel.invited) == ({"no_consent": 1}, 0, 0)


def _work(table: Table) -> Work:
    with table.database.read(COMMAND, NOW) as work:
        return work


def test_the_funnel_adds_up(table: Table) -> None:
    table.define()
    table.post.reasons = {5: "no_consent", 6: "cap_day"}
    table.enter(1, 2, 3, 4, 5, 6, 1_000)  # the last one was erased meanwhile
    table.do(table.communities.accept, "pasta", 1)
    table.do(table.communities.decline, "pasta", 2)
    table.do(table.communities.accept, "pasta", 3)
    table.do(table.communities.leave, "pasta", [3])
    funnel = table.do(table.communities.funnel, "pasta")
    assert funnel.eligible == 7
    assert (funnel.invited, funnel.waiting, funnel.joined, funnel.members) == (4, 1, 2, 1)
    assert (funnel.declined, funnel.expired, funnel.held_out) == (1, 0, 0)
    assert funnel.held == {"no_consent": 1, "cap_day": 1}


def test_overlap_counts_people_in_two_communities_at_once(table: Table) -> None:
    for slug in ("tea", "wine", "zen"):
        table.define(slug=slug, segment=None, invitation=None)
    table.do(table.communities.join, "tea", [1, 2, 3, 4], "code")
    table.do(table.communities.join, "wine", [2, 3, 4, 5], "code")
    table.do(table.communities.join, "zen", [4, 9], "code")
    table.now += DAY
    table.do(table.communities.leave, "wine", [3])
    assert table.do(table.communities.overlaps) == [
        Overlap("tea", "wine", 2),
        Overlap("tea", "zen", 1),
        Overlap("wine", "zen", 1),
    ]
    assert table.do(table.communities.overlaps, NOW)[0] == Overlap("tea", "wine", 3)


def test_what_a_definition_refers_to_must_exist(table: Table) -> None:
    with pytest.raises(Invalid) as caught:
        table.define(segment="nowhere")
    assert caught.value.path == "segment"
    with pytest.raises(Invalid) as caught:
        table.define(invitation={"channel": "email", "template": "nowhere"})
    assert caught.value.path == "invitation.template"
    with pytest.raises(NotFound):
        table.do(table.communities.get, "pasta")


def test_answers_without_an_offer_are_refused(table: Table) -> None:
    table.define()
    for verb in (table.communities.accept, table.communities.decline):
        with pytest.raises(Conflict, match="join instead"):
            table.do(verb, "pasta", 1)
        with pytest.raises(NotFound):
            table.do(verb, "nowhere", 1)
    table.enter(1)
    table.do(table.communities.accept, "pasta", 1)
    with pytest.raises(Conflict, match="leave instead"):
        table.do(table.communities.decline, "pasta", 1)


def test_a_community_that_invites_no_longer_lets_its_offers_rest(table: Table) -> None:
    table.define()
    table.enter(1, 2)
    table.define(segment=None, invitation=None)
    table.do(table.communities.decline, "pasta", 2)
    assert table.wake_all_until(NOW + 200 * DAY) == []
    assert [one.slug for one in table.do(table.communities.communities)] == ["pasta"]
