"""Lists of people in order and by page, and the search for one, against what is plainly true."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyroaring import BitMap

from coterie.core.clock import DAY
from coterie.core.errors import Invalid
from coterie.core.event import CONSENT_GIVEN, CONSENT_WITHDRAWN
from coterie.profiles import store
from coterie.profiles.directory import naming
from coterie.profiles.directory.model import Order, Place
from coterie.profiles.service import Profiles
from coterie.storage.audit import latest
from coterie.storage.work import Work
from profiles.people import NOW, alias, event, identify, tagged, tell

PEOPLE = 40
SCORE = "scores.interest.wine/italy"
ORDERS = [
    Order("seen"), Order("first"), Order("created"), Order("score", SCORE),
    Order("seen", descending=False), Order("first", descending=False),
    Order("created", descending=False), Order("score", SCORE, descending=False),
]  # fmt: skip


@pytest.fixture
def crowd(work: Work, profiles: Profiles) -> dict[str, int]:
    """Forty people, some seen twice, some under two names, every third with an interest."""
    times = {f"u{n}": NOW - (n * 7 % 11) * DAY for n in range(PEOPLE)}
    tell(work, profiles, [event(user=user, time=time) for user, time in times.items()])
    again = [event(user=f"u{n}", time=NOW - n) for n in range(0, PEOPLE, 5)]
    tell(work, profiles, [*again, alias("u3", "u3-new", time=NOW - 3)])
    found = {user: profiles.find(work, "user_id", user) for user in times}
    people = {user: profile for user, profile in found.items() if profile is not None}
    levels = [(people[f"u{n}"], SCORE, n % 4 + NOW / (30 * DAY)) for n in range(0, PEOPLE, 3)]
    profiles.fade(work, levels, 30 * DAY)
    return people


def expected(
    work: Work, profiles: Profiles, order: Order, crowd: dict[str, int]
) -> list[tuple[Any, int]]:
    """Order everybody in the plainest way, from what other faces tell."""
    known = profiles.known(work, crowd.values())

    def key(profile: int) -> Any:
        if order.by == "created":
            return 0
        if order.by == "score":
            return known[profile].traits.get(SCORE, -1.0)
        seen = profiles.identities_of(work, profile)
        if order.by == "seen":
            return max(one.last_seen for one in seen)
        return min(one.first_seen for one in seen)

    ranked = [(key(profile), profile) for profile in crowd.values()]
    return sorted(ranked, reverse=order.descending)


@pytest.mark.parametrize("among", [None, "half", "many"])
def test_pages_forwards_give_everybody_once_in_order(
    work: Work, profiles: Profiles, crowd: dict[str, int], among: str | None
) -> None:
    chosen = None if among is None else BitMap(list(crowd.values())[::2])
    if chosen is not None and among == "many":  # who is many is met along the order
        chosen |= BitMap(range(1_000_000, 1_006_000))
    for order in ORDERS:
        everybody = [profile for _, profile in expected(work, profiles, order, crowd)]
        start, listed = None, []
        while True:
            page = profiles.directory.page(work, order, among=chosen, start=start, limit=7)
            assert page.is_more_before == (start is not None)
            listed += page.profiles
            if not page.is_more_after:
                break
            start = Place.read(str(page.places[-1]))
        assert listed == [one for one in everybody if chosen is None or one in chosen], order


def test_a_page_back_is_the_page_that_one_came_from(
    work: Work, profiles: Profiles, crowd: dict[str, int]
) -> None:
    for order in ORDERS:
        first = profiles.directory.page(work, order, limit=7)
        second = profiles.directory.page(work, order, start=first.places[-1], limit=7)
        start = second.places[0]
        back = profiles.directory.page(work, order, start=start, backwards=True, limit=7)
        assert back.profiles == first.profiles, order
        assert (back.is_more_before, back.is_more_after) == (False, True)


def test_a_walk_meets_everybody_once(work: Work, profiles: Profiles, crowd: dict[str, int]) -> None:
    portions = list(profiles.directory.walk(work, Order("seen"), size=9))
    assert [len(portion) for portion in portions] == [9, 9, 9, 9, 4]
    assert {profile for portion in portions for profile in portion} == set(crowd.values())


@pytest.mark.parametrize("descending", [True, False])
def test_an_edge_leaves_nobody_out(
    work: Work, profiles: Profiles, crowd: dict[str, int], descending: bool
) -> None:
    people, cut = profiles.directory, NOW - 3 * DAY
    since = people.seen_since(work, cut)
    among = BitMap(crowd.values()) - since if descending else since
    order = Order("seen", descending=descending)
    plain = people.page(work, order, among=among, limit=100)
    among |= BitMap(range(1_000_000, 1_006_000))
    quick = people.page(work, order, among=among, edge=Place(cut, 0), limit=100)
    assert quick == plain
    assert len(quick.profiles) > 3


def test_a_card_says_who_somebody_is(work: Work, profiles: Profiles) -> None:
    said = identify("u1", time=NOW - DAY, firstName="Ada", lastName="Lovelace", city="Turin")
    tell(work, profiles, [said, event(user="u1")])
    profile = profiles.find(work, "user_id", "u1")
    assert profile is not None
    tell(work, profiles, [tagged(profile, "vip", NOW)])
    profiles.fade(work, [(profile, SCORE, 3.0 + NOW / DAY), (profile, "scores.activity", 1.0)], DAY)
    (card,) = profiles.directory.cards(work, [profile], [SCORE])
    assert (card.name, card.user_id, card.title) == ("Ada Lovelace", "u1", "Ada Lovelace")
    assert card.tags == ("vip",)
    assert dict(card.traits) == {"city": "Turin"}
    assert dict(card.scores) == {SCORE: 8.0}
    assert (card.first_seen, card.last_seen) == (NOW - DAY, NOW)
    assert profiles.directory.cards(work, [profile + 1]) == []


def test_plain_questions_are_answered_along_an_index(
    work: Work, profiles: Profiles, crowd: dict[str, int]
) -> None:
    people = profiles.directory
    tell(work, profiles, [
        tagged(crowd["u1"], "vip", NOW - DAY), tagged(crowd["u2"], "vip", NOW, until=NOW + 1),
        tagged(crowd["u3"], "vip", NOW - 2, until=NOW - 1), tagged(crowd["u1"], "new", NOW),
    ])  # fmt: skip
    assert people.tagged(work, "vip") == BitMap([crowd["u1"], crowd["u2"]])
    assert people.tags(work) == [("new", 1), ("vip", 2)]
    assert people.seen_since(work, NOW - DAY) == BitMap(
        profile
        for profile in crowd.values()
        if any(one.last_seen >= NOW - DAY for one in profiles.identities_of(work, profile))
    )
    profiles.fade(work, [(crowd["u1"], "s", 2.0 + NOW / DAY), (crowd["u2"], "s", NOW / DAY)], DAY)
    assert people.scoring(work, "s", 4.0) == BitMap([crowd["u1"]])
    assert people.scoring(work, "s", 1.0) == BitMap([crowd["u1"], crowd["u2"]])
    assert people.scoring(work, "nothing", 1.0) == BitMap()


def test_the_newest_word_on_consent_counts(work: Work, profiles: Profiles) -> None:
    def word(user: str, name: str, age: int, **said: str) -> Any:
        return event(user=user, name=name, time=NOW - age, properties=said)

    tell(work, profiles, [
        word("yes", CONSENT_GIVEN, 9),
        word("yes-no", CONSENT_GIVEN, 9), word("yes-no", CONSENT_WITHDRAWN, 5),
        word("no-yes", CONSENT_WITHDRAWN, 9), word("no-yes", CONSENT_GIVEN, 5),
        word("sms-no", CONSENT_GIVEN, 9), word("sms-no", CONSENT_WITHDRAWN, 5, channel="sms"),
        event(user="silent"),
    ])  # fmt: skip

    def who(found: BitMap) -> set[str]:
        return set(profiles.user_ids(work, found).values())

    every = profiles.directory.words(work)
    assert who(every.given) == {"yes", "no-yes", "sms-no"}
    assert who(every.withdrawn) == {"yes-no"}
    sms = profiles.directory.words(work, channel="sms")
    assert who(sms.given) == {"yes", "no-yes"}
    assert who(sms.withdrawn) == {"yes-no", "sms-no"}


def test_everybody_is_known_with_and_without_gaps(work: Work, profiles: Profiles) -> None:
    assert (profiles.everyone(work), profiles.count(work)) == (BitMap(), 0)
    tell(work, profiles, [event(user="u1"), event(user="u2")])
    assert (profiles.everyone(work), profiles.count(work)) == (BitMap([1, 2]), 2)
    late = {"id": 9, "uid": "late", "bucket_key": "late", "head": 9, "wrapped": b"none"}
    store.write_profiles(work, [late])
    assert (profiles.everyone(work), profiles.count(work)) == (BitMap([1, 2, 9]), 3)


def test_a_search_finds_by_every_exact_id(work: Work, profiles: Profiles) -> None:
    tell(work, profiles, [
        identify("u1", email="ada@example.com", phone="+86 138 0013 8000", username="ada"),
        identify("u2", email="bob@example.com", phone=13912345678),
        event(user="u3", anonymous="laptop-1"),
    ])  # fmt: skip

    def found(text: str) -> list[tuple[str, str]]:
        hits = profiles.directory.search(work, text)
        names = profiles.user_ids(work, [hit.profile for hit in hits])
        return [(names[hit.profile], hit.by) for hit in hits]

    assert found("u2") == [("u2", "user_id")]
    assert found(" ADA@example.com") == [("u1", "email")]
    assert found("+86 138 0013 8000") == [("u1", "phone")]
    assert found("139 1234 5678") == [("u2", "phone")]
    assert found("laptop-1") == [("u3", "anonymous_id")]
    assert found("ada") == [("u1", "username")]
    assert found("") == found("nobody@example.com") == []


def test_a_search_finds_by_the_beginning_of_a_name(work: Work, profiles: Profiles) -> None:
    tell(work, profiles, [
        identify("ada", firstName="Ada", lastName="Lovelace"),
        identify("adam", name="Adam Loveless"),
        identify("wang", name="王小明"),
        identify("wong", name="王大明 Wong"),
    ])  # fmt: skip

    def found(text: str) -> set[str]:
        people = profiles.directory.named(work, text)
        return set(profiles.user_ids(work, people).values())

    assert found("ad") == found("lovel") == {"ada", "adam"}
    assert found("Lovelace") == {"ada"}
    assert found("love ADAM") == {"adam"}
    assert found("王") == found("明") == {"wang", "wong"}
    assert found("小明") == {"wang"}
    assert found("王小明明") == set()
    assert found("a") == found("") == set()


def test_a_name_that_changes_is_found_by_the_new_one_only(work: Work, profiles: Profiles) -> None:
    tell(work, profiles, [identify("u1", time=NOW - 3, name="Mei Lin", lastName="Lin")])
    tell(work, profiles, [identify("u1", time=NOW - 2, name="Mei Chen")])
    tell(work, profiles, [identify("u1", time=NOW - 9, name="Mei Old")])
    assert len(profiles.directory.named(work, "chen")) == 1
    assert len(profiles.directory.named(work, "lin")) == 1
    assert not profiles.directory.named(work, "old")
    tell(work, profiles, [identify("u1", name="", lastName="")])
    for word in ("mei", "chen", "lin"):
        assert not profiles.directory.named(work, word)


def test_who_looks_behind_the_masks_is_kept(work: Work, profiles: Profiles) -> None:
    tell(work, profiles, [identify("u1", email="ada@example.com")])
    profile = profiles.find(work, "user_id", "u1")
    assert profile is not None
    profiles.directory.show(work, profile)
    row = latest(work)[0]
    assert (row.verb, row.object) == ("person.shown", profiles.uid(work, [profile])[profile])


@pytest.mark.parametrize("text", ["", "x", "1:", ":1", "1:-1", f"{2**70}:1", "nan:1", "1.5.2:3"])
def test_a_place_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        Place.read(text)


@pytest.mark.parametrize(
    ("by", "score"), [("name", ""), ("score", ""), ("seen", "scores.activity")]
)
def test_an_order_that_is_none_is_refused(by: Any, score: str) -> None:
    with pytest.raises(Invalid):
        Order(by, score)


LETTERS = st.text(st.sampled_from("adelmn王小明 ·-"), max_size=12)


@settings(max_examples=200)
@given(LETTERS, LETTERS)
def test_who_fits_is_indexed_by_everything_asked(name: str, text: str) -> None:
    """The index never leaves out a name that fits."""
    if naming.fits(name, text):
        assert set(naming.asked(text)) <= naming.prefixes(name)


@settings(max_examples=200)
@given(LETTERS, LETTERS)
def test_what_is_not_cut_needs_no_reading(name: str, text: str) -> None:
    """Where no more was typed than is indexed, the index alone is right."""
    keys = naming.asked(text)
    if keys and not naming.is_cut(text):
        assert naming.fits(name, text) == (set(keys) <= naming.prefixes(name))
