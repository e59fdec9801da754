"""Tags and consent: changed only by facts, held in intervals."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coterie.core.actor import CLOCK
from coterie.core.event import Event
from coterie.profiles.consents.model import Consent
from coterie.profiles.service import Profiles
from coterie.storage.database import Database
from coterie.storage.work import Work
from profiles.people import NOW, event, room, tagged, tell, untagged


@pytest.fixture
def work(work: Work, profiles: Profiles) -> Work:
    """The unit of work with one person in it."""
    tell(work, profiles, [event(user="u1", time=NOW - 1_000)])
    return work


def tags(work: Work, profiles: Profiles) -> frozenset[str]:
    return profiles.known(work, [1])[1].tags


def test_a_tag_is_put_on_and_taken_off(work: Work, profiles: Profiles) -> None:
    assert tell(work, profiles, [tagged(1, "vip", 10), tagged(1, "wine", 10)]).touched == {1}
    assert tags(work, profiles) == {"vip", "wine"}
    tell(work, profiles, [untagged(1, "vip", 20)])
    assert tags(work, profiles) == {"wine"}
    tell(work, profiles, [tagged(1, "vip", 15)])
    assert tags(work, profiles) == {"wine"}
    tell(work, profiles, [tagged(1, "vip", 30)])
    assert tags(work, profiles) == {"vip", "wine"}


def test_a_tag_holds_until_its_end_and_not_at_it(database: Database) -> None:
    profiles = room()
    with database.begin(CLOCK, NOW) as work:
        tell(work, profiles, [event(user="u2"), tagged(1, "vip", 10, until=NOW + 5)])
        assert profiles.tag_ends_between(work, "vip", NOW, NOW + 5) == {1}
        assert profiles.tag_ends_between(work, "vip", NOW + 5, NOW + 9) == set()
        assert profiles.next_tag_end(work, "vip", NOW) == NOW + 5
        assert profiles.next_tag_end(work, "vip", NOW + 5) is None
    for moment, held in ((NOW + 4, {"vip"}), (NOW + 5, set())):
        with database.read(CLOCK, moment) as work:
            assert profiles.known(work, [1])[1].tags == held
            assert set(profiles.export(work).tags["tag"]) == held


_GIVEN, _WITHDRAWN = "Consent Given", "Consent Withdrawn"


def says(name: str, time: int, id: str | None = None, **about: Any) -> Event:  # noqa: A002
    return event(user="u1", name=name, time=time, id=id, properties=about)


def may(work: Work, profiles: Profiles, channel: str = "email", purpose: str = "marketing") -> bool:
    return profiles.consenting(work, [1, 2], purpose, channel) == {1}


def test_silence_is_no_consent(work: Work, profiles: Profiles) -> None:
    assert not may(work, profiles)


def test_consent_to_all_channels_reaches_each_until_withdrawn(
    work: Work, profiles: Profiles
) -> None:
    assert tell(work, profiles, [says(_GIVEN, 10)]).touched == {1}
    assert may(work, profiles, "email") and may(work, profiles, "wecom")
    assert not may(work, profiles, purpose="research")
    tell(work, profiles, [says(_WITHDRAWN, 20, channel="email")])
    assert not may(work, profiles, "email") and may(work, profiles, "wecom")
    tell(work, profiles, [says(_GIVEN, 30)])
    assert may(work, profiles, "email")
    tell(work, profiles, [says(_WITHDRAWN, 25)])
    assert may(work, profiles, "email")
    tell(work, profiles, [says(_WITHDRAWN, NOW, channel=None)])
    assert not may(work, profiles, "email") and not may(work, profiles, "wecom")


def test_one_channels_consent_is_not_anothers(work: Work, profiles: Profiles) -> None:
    tell(work, profiles, [says(_GIVEN, 10, channel="email", purpose="research")])
    assert may(work, profiles, "email", "research")
    assert not may(work, profiles, "wecom", "research")
    assert not may(work, profiles, "*", "research")


def test_a_withdrawal_by_a_fast_clock_counts_at_once(work: Work, profiles: Profiles) -> None:
    tell(work, profiles, [says(_GIVEN, 10)])
    fast = event(user="u1", name=_WITHDRAWN, time=NOW + 9_999_999, received=NOW)
    tell(work, profiles, [fast])
    assert not may(work, profiles)


def test_consent_is_told_in_intervals(work: Work, profiles: Profiles) -> None:
    story = [
        says(_WITHDRAWN, 5),
        says(_GIVEN, 10),
        says(_GIVEN, 15),
        says(_WITHDRAWN, 20),
        says(_GIVEN, 30, channel="email"),
        says(_GIVEN, 40, purpose=["odd"]),
    ]
    for one in reversed(story):
        tell(work, profiles, [one])
    assert profiles.consents(work, 1) == [
        Consent("marketing", "*", 10, 20),
        Consent("marketing", "email", 30, None),
    ]


def test_every_word_stays_with_its_proof(work: Work, profiles: Profiles) -> None:
    proof = {"version": "2026-03", "wording": "You may write to me.", "evidence": "form 17", "x": 1}
    tell(work, profiles, [says(_GIVEN, 10, id="a", channel="email", proof=proof)])
    tell(work, profiles, [says(_WITHDRAWN, 20, id="b", channel="email", proof="by telephone")])
    last, first = profiles.consent_words(work, 1)
    assert (first.version, first.wording, first.evidence) == (
        "2026-03",
        "You may write to me.",
        "form 17",
    )
    assert (last.given, last.wording, last.evidence) == (False, None, "by telephone")


def test_a_person_may_want_nothing_chosen_for_her(work: Work, profiles: Profiles) -> None:
    tell(work, profiles, [says(_GIVEN, 5)])
    assert profiles.not_personalised(work, [1, 2]) == set(), "silence leaves her out of the mode"
    tell(work, profiles, [says(_WITHDRAWN, 10, purpose="personalisation")])
    assert profiles.not_personalised(work, [1, 2]) == {1}
    assert may(work, profiles), "she still agrees to be written to"
    tell(work, profiles, [says(_GIVEN, 20, purpose="personalisation", channel="email")])
    assert profiles.not_personalised(work, [1, 2]) == set()


def test_a_word_taken_down_by_a_page_counts_once(work: Work, profiles: Profiles) -> None:
    tell(work, profiles, [says(_GIVEN, 10)])
    said = profiles.say(work, 1, "marketing", "email", given=False, source="preferences")
    assert not may(work, profiles, "email") and may(work, profiles, "wecom")
    tell(work, profiles, [said])
    assert len(profiles.consent_words(work, 1)) == 2


words = st.tuples(
    st.sampled_from([_GIVEN, _WITHDRAWN]), st.integers(0, 5), st.sampled_from(["*", "email", "sms"])
)


@given(st.lists(words, min_size=1, max_size=8), st.randoms())
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_newest_word_on_the_channel_or_on_all_counts(
    database: Database, story: list[tuple[str, int, str]], chance: Any
) -> None:
    events = [
        says(name, time, id=f"c{n}", channel=channel)
        for n, (name, time, channel) in enumerate(story)
    ]
    about = [one for one in events if one.properties["channel"] in ("email", "*")]
    newest = max(about, key=lambda one: (one.time, one.id), default=None)
    chance.shuffle(events)
    with database.read(CLOCK, NOW) as work:
        profiles = room()
        tell(work, profiles, [event(user="u1")])
        for one in events:
            tell(work, profiles, [one])
        expected = newest is not None and newest.name == _GIVEN
        assert may(work, profiles, "email") is expected
