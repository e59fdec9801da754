"""How communities grow, on the real rooms: by the day of the brand's zone, by who stands where."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from communities.street import NOW, SHANGHAI, Street
from coterie.communities.growth.days import QUARTER, by_day
from coterie.communities.growth.overlap import pairs, sizes
from coterie.communities.model import Combination, Day
from coterie.core.actor import COMMAND
from coterie.core.clock import DAY, HOUR, local_date
from coterie.core.errors import Invalid, NotFound
from coterie.storage.database import Database

TODAY = local_date(NOW, SHANGHAI)
MIDNIGHT = NOW - 8 * HOUR  # in Shanghai
YESTERDAY = TODAY - timedelta(days=1)
OPEN: dict[str, Any] = {"title": "Tea", "promise": "A cup a day"}


@pytest.fixture
def street(database: Database, tmp_path: Path) -> Iterator[Street]:
    made = Street(database, tmp_path)
    yield made
    made.log.close()


def eligible(street: Street, *users: str, consent: bool = True) -> None:
    for user in users:
        if consent:
            street.receive(user, "Consent Given")
        street.receive(user, "Tasting Attended", "barolo")


def test_a_day_counts_what_happened_from_midnight_to_midnight_in_the_brands_zone(
    street: Street,
) -> None:
    street.now = MIDNIGHT - 1
    street.open()
    eligible(street, "ann", "bea", "cai", "dia")
    street.answer("ann", "accept")
    street.now = MIDNIGHT
    street.answer("bea", "accept")
    street.answer("cai", "decline")
    street.act("leave", "pasta", [street.person("ann")], "moved")
    street.now = MIDNIGHT + 5 * HOUR
    street.act("join", "pasta", [street.person("dia")], "code")
    assert street.do("days", "pasta", YESTERDAY, TODAY) == [
        Day(YESTERDAY, joined=1, invited=4, accepted=1),
        Day(TODAY, joined=2, left=1, accepted=1, declined=1),
    ]
    assert street.do("days", "other", TODAY, TODAY) == [Day(TODAY)]
    assert street.do("joins_of_each", TODAY) == {"pasta": {TODAY: 2}}


def test_an_offer_that_nobody_answers_is_counted_on_the_day_it_expires(street: Street) -> None:
    street.open()
    eligible(street, "ann")
    street.advance(days=15)
    after = TODAY + timedelta(days=14)
    assert street.do("days", "pasta", after, after) == [Day(after, expired=1)]


def test_the_days_joins_are_listed_newest_first_and_count_as_the_chart_says(
    street: Street,
) -> None:
    street.open()
    street.now = MIDNIGHT - HOUR
    eligible(street, "ann", "bea", "cai")
    street.answer("ann", "accept")
    street.now += HOUR // 2
    street.act("join", "pasta", [street.person("bea")], "code")
    street.now = MIDNIGHT + HOUR
    street.answer("cai", "accept")
    listed = street.do("turns", "pasta", YESTERDAY, "joined")
    ann, bea, cai = (street.person(user) for user in ("ann", "bea", "cai"))
    assert [(one.profile, one.via) for one in listed] == [(bea, "code"), (ann, "invitation")]
    [second] = street.do("turns", "pasta", YESTERDAY, "joined", limit=1, offset=1)
    assert second.profile == ann
    [counted] = street.do("days", "pasta", YESTERDAY, YESTERDAY)
    assert street.do("count_turns", "pasta", YESTERDAY, "joined") == counted.joined == 2
    street.act("leave", "pasta", [bea])
    assert [one.profile for one in street.do("turns", "pasta", TODAY, "left")] == [bea]
    assert [one.profile for one in street.do("present", "pasta")] == [cai, ann]
    assert [one.profile for one in street.do("present", "pasta", limit=1, offset=1)] == [ann]
    assert street.do("ways_in", "pasta") == {"invitation": 2}


def test_who_stands_where_is_listed_by_state_and_reason(street: Street) -> None:
    street.open()
    eligible(street, "ann", "bea")
    eligible(street, "cai", consent=False)
    street.answer("ann", "decline")

    def of(*how: str) -> list[int]:
        return [one.profile for one in street.do("standing", "pasta", *how)]

    assert of("declined") == [street.person("ann")]
    assert of("offered") == [street.person("bea")]
    assert of("held") == of("held", "no_consent") == [street.person("cai")]
    assert of("held", "cap_day") == []
    street.now += 91 * DAY
    street.advance(days=0)
    assert of("declined") == []  # she has a newer one


def test_all_funnels_at_once_say_what_each_says(street: Street) -> None:
    street.open()
    street.do("define", {**OPEN, "slug": "tea"})
    eligible(street, "ann", "bea", "cai")
    eligible(street, "dia", consent=False)
    street.answer("ann", "accept")
    street.answer("bea", "decline")
    street.act("join", "tea", [street.person("dia")], "code")
    both = {slug: street.do("funnel", slug) for slug in ("pasta", "tea")}
    assert street.do("funnels") == both
    assert (both["pasta"].eligible, both["pasta"].invited, both["tea"].members) == (4, 3, 1)


def test_combinations_count_everybody_once(street: Street) -> None:
    street.open()
    for slug in ("tea", "zen"):
        street.do("define", {**OPEN, "slug": slug})
    eligible(street, "ann", "bea", "cai", "dia")
    ann, bea, cai, dia = (street.person(user) for user in ("ann", "bea", "cai", "dia"))
    street.act("join", "tea", [ann, bea, cai], "code")
    street.act("join", "zen", [bea, cai, dia], "code")
    street.act("join", "pasta", [cai], "code")
    street.act("leave", "zen", [bea])
    found = street.do("combinations")
    assert {one.communities: one.people for one in found} == {
        ("tea",): 2, ("zen",): 1, ("pasta", "tea", "zen"): 1
    }  # fmt: skip
    assert sizes(found) == {"tea": 3, "zen": 2, "pasta": 1}
    overlaps = {(one.one, one.other): one.both for one in street.do("overlaps")}
    assert all(pairs(found)[pair] == both for pair, both in overlaps.items())


def test_a_segment_is_told_which_communities_invite_from_it(street: Street) -> None:
    street.open()
    street.do("define", {**OPEN, "slug": "tea"})
    assert [one.slug for one in street.do("using", "italy")] == ["pasta"]
    assert street.do("using", "france") == []


# Changing one


def written(street: Street) -> dict[str, Any]:
    return dict(street.do("source", "pasta"))


def test_each_change_is_a_version_and_a_former_one_can_be_put_in_force_again(
    street: Street,
) -> None:
    street.open()
    first = written(street)
    street.now += HOUR
    changed = {**first, "promise": "Two bottles a week"}
    assert street.do("revise", changed, invite=False) == []
    assert street.do("revise", changed, invite=False) == []  # nothing new: no version
    newest, oldest = street.do("revisions", "pasta")
    assert (newest.version, newest.definition, newest.at) == (2, changed, NOW + HOUR)
    assert (oldest.version, oldest.definition, oldest.by) == (1, first, "command:coterie")
    street.do("revise", dict(street.do("revision", "pasta", 1).definition), invite=False)
    assert written(street) == first
    assert [one.version for one in street.do("revisions", "pasta")] == [3, 2, 1]
    with pytest.raises(NotFound, match="no version 9"):
        street.do("revision", "pasta", 9)


def test_a_change_of_words_invites_nobody_unless_asked_to(street: Street) -> None:
    street.open(present=False)
    eligible(street, "ann")
    street.open(present=False)
    assert street.messages("ann") == [("queued", None)]
    street.act("decline", "pasta", street.person("ann"))
    street.now += 95 * DAY  # her rest is over, and nobody has woken the road
    changed = {**written(street), "promise": "Two bottles a week"}
    street.act("revise", changed, invite=False)
    assert len(street.messages("ann")) == 1
    street.act("revise", changed, invite=True)
    assert len(street.messages("ann")) == 2


def test_while_paused_nobody_is_invited_and_answers_still_count(street: Street) -> None:
    street.open()
    eligible(street, "ann")
    definition = written(street)
    paused = {**definition, "invitation": {**definition["invitation"], "paused": True}}
    street.act("revise", paused, invite=True)
    eligible(street, "bea")
    assert street.messages("bea") == []
    street.answer("ann", "accept")
    assert list(street.do("members", "pasta")) == [street.person("ann")]
    effect = street.do("effect", definition)
    assert (effect.inside, effect.ready, effect.offered) == (1, 1, 1)
    street.act("revise", definition, invite=True)
    assert street.messages("bea") == [("queued", None)]


def test_an_open_offer_expires_during_a_pause_too(street: Street) -> None:
    street.open()
    eligible(street, "ann")
    definition = written(street)
    paused = {**definition, "invitation": {**definition["invitation"], "paused": True}}
    street.act("revise", paused, invite=False)
    street.advance(days=15)
    assert [one.state for one in street.do("standing", "pasta", "expired")] == ["expired"]


def test_the_effect_of_a_change_is_told_before_and_comes_true(street: Street) -> None:
    street.open()
    eligible(street, "ann", "bea", "cai")
    eligible(street, "dia", consent=False)
    street.answer("ann", "accept")
    street.answer("bea", "decline")
    with street.database.begin(COMMAND, street.now) as work:
        street.segments.define(work, "tasters", {"did": "Wine Rated"})
    for user in ("ann", "eve", "fay"):
        street.receive(user, "Wine Rated", "barolo")
    street.receive("eve", "Consent Given")
    changed = {**written(street), "segment": "tasters"}
    before = street.messages("eve")
    effect = street.do("effect", changed)
    assert (effect.eligible_before, effect.eligible, effect.enter, effect.leave) == (4, 3, 2, 3)
    assert (effect.inside, effect.resting, effect.ready, effect.held_out) == (1, 0, 2, 0)
    assert (effect.asked, effect.offered, effect.held) == (2, 1, {"no_consent": 1})
    assert street.messages("eve") == before == []  # asking did nothing
    street.act("revise", changed, invite=True)
    assert street.messages("eve") == [("queued", None)]
    assert street.messages("fay") == [("held", "no_consent")]


def test_the_effect_counts_who_would_be_left_out_on_purpose(street: Street) -> None:
    street.open(present=False)
    definition = written(street)
    without = {**definition, "segment": None, "invitation": None}
    street.do("revise", without, invite=False)
    eligible(street, "ann", "bea")
    everybody = {**definition["invitation"], "holdout": 100}
    effect = street.do("effect", {**definition, "invitation": everybody})
    assert (effect.eligible_before, effect.eligible, effect.ready) == (0, 2, 2)
    assert (effect.held_out, effect.asked, effect.offered) == (2, 0, 0)
    assert street.do("effect", without).eligible == 0
    with pytest.raises(Invalid):
        street.do("effect", {**definition, "promise": ""})


# Pure


@given(
    st.lists(
        st.tuples(st.sampled_from(["joined", "left", "invited"]), st.integers(-200, 400),
                  st.integers(1, 9))
    )
)  # fmt: skip
def test_days_lose_nothing_and_invent_nothing(counts: list[tuple[str, int, int]]) -> None:
    base = MIDNIGHT // QUARTER
    given_counts = [(name, base + quarter, n) for name, quarter, n in counts]
    since, until = YESTERDAY - timedelta(days=9), TODAY + timedelta(days=9)
    days = by_day(given_counts, since, until, SHANGHAI)
    assert [one.day for one in days] == [since + timedelta(days=n) for n in range(20)]
    for name in ("joined", "left", "invited"):
        total = sum(n for which, _, n in counts if which == name)
        assert sum(getattr(day, name) for day in days) == total
    today = next(one for one in days if one.day == TODAY)
    assert today.joined == sum(n for which, q, n in counts if which == "joined" and 0 <= q < 96)


def test_one_combination_makes_every_pair_of_it() -> None:
    found = [Combination(("a", "b", "c"), 2), Combination(("b",), 5)]
    assert pairs(found) == dict.fromkeys(permutations("abc", 2), 2)
    assert sizes(found)["b"] == 7
    assert by_day([], date(2026, 1, 1), date(2026, 1, 1), SHANGHAI) == [Day(date(2026, 1, 1))]
