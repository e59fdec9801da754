"""Why she got it, why not: every message of a house has its reason in words, in both languages."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

import pytest

from coterie.core.actor import CLOCK
from coterie.core.clock import DAY, HOUR, zone
from coterie.messaging.gate import GateSettings
from coterie.messaging.model import Message, Reason
from coterie.profiles.consents.model import ConsentFact
from coterie.storage.work import Work
from coterie.web.console.people.got import Got, Her, Teller
from coterie.web.console.people.reached import asking_of
from coterie.web.speech import Language, Speech
from web.console.conftest import Desk

_CODE = re.compile(r"\b[a-z]+_[a-z_]+\b")
_ZH = re.compile("[\u4e00-\u9fff]")


def speech_of(desk: Desk, language: Language) -> Speech:
    return Speech(language, zone(desk.app.instance.zone), desk.app.clock.now())


def words_of(got: Got) -> str:
    return " ".join([got.answer, *(proof.words for proof in got.proofs)])


@pytest.fixture
def work(wine: Desk) -> Iterator[Work]:
    with wine.app.db.read(CLOCK, wine.app.clock.now()) as work:
        yield work


def test_every_message_of_the_demo_has_its_why_in_both_languages(wine: Desk, work: Work) -> None:
    house = wine.app
    messages: Sequence[Message] = house.messaging.page(work, limit=100_000)
    kinds: defaultdict[tuple[str, str | None, str], set[int]] = defaultdict(set)
    for one in messages:
        kinds[one.status, one.reason, one.origin].add(one.profile)
    people = {profile for those in kinds.values() for profile in sorted(those)[:2]}
    assert {status for status, _, _ in kinds} >= {"sent", "held", "shadow"}
    told = 0
    for number, profile in enumerate(sorted(people)):
        askings = {language: asking_of(work, house, profile, speech_of(wine, language))
                   for language in ("en", "zh")}  # fmt: skip
        for one in askings["en"].teller.her.messages:
            said = {language: words_of(each.teller.tell(one)) for language, each in askings.items()}
            assert not _CODE.search(" ".join(said.values())), said
            assert said["zh"] != said["en"] and _ZH.search(said["zh"])
            told += 1
            if one.status != "sent":
                assert askings["en"].teller.tell(one).proofs, (one.status, one.reason)
        for origin, _ in askings["en"].choices() if number < 4 else ():
            for language, asking in askings.items():
                answer = asking.why(origin)
                assert answer.answer and not _CODE.search(answer.answer)
                assert language == "en" or _ZH.search(answer.answer)
    assert told >= len(people)


def test_her_page_answers_for_whoever_is_chosen(wine: Desk, work: Work) -> None:
    someone = wine.app.messaging.page(work, limit=1)[0].profile
    uid = wine.app.profiles.uid(work, [someone])[someone]
    page = wine.get(f"/people/{uid}/messages", lang="en", of="journey:win-back").text
    assert 'id="answer"' in page
    assert f"/people/{uid}/messages" in wine.get(f"/people/{uid}", lang="en").text
    nowhere = wine.get(f"/people/{uid}/messages", lang="en", of="journey:none", page="7").text
    assert 'id="answer"' not in nowhere


NOON = 1_767_240_000_000  # 2026-01-01T12:00+08:00


def message(name: str, **chosen: object) -> Message:
    base: dict[str, object] = {
        "id": name, "profile": 1, "origin": "broadcast:b", "node": "", "run_key": None,
        "channel": "email", "template": "hello", "touch": "commercial", "purpose": "marketing",
        "status": "sent", "reason": None, "at": NOON, "created": NOON, "due": NOON,
        "expires": None, "delivery": "at_least_once", "subject": f"S-{name}",
    }  # fmt: skip
    return Message(**{**base, **chosen})  # type: ignore[arg-type]


def tell(desk: Desk, one: Message, *others: Message, words: Sequence[ConsentFact] = (),
         settings: GateSettings = GateSettings(holdout=7)) -> Got:  # fmt: skip
    with desk.app.db.read(CLOCK, NOON) as work:
        speech = Speech("en", zone(desk.app.instance.zone), NOON)
        somebody = int(desk.app.profiles.everyone(work)[0])
        asking = asking_of(work, desk.app, somebody, speech)
        shares = {"broadcast:b": ("broadcast:b", 10.0)}
        her = Her([one, *others], words, (), speech.zone, "user_id:u1", {}, shares)
        return Teller(her, settings, asking.titles, asking.words, speech).tell(one)


@pytest.fixture
def known(desk: Desk) -> Desk:
    desk.app.door.accept("shop", b'{"userId":"u1","traits":{}}', "identify", 1)
    desk.settle()
    return desk


def test_a_cap_names_what_had_its_slots(known: Desk) -> None:
    held = message("held", status="held", reason=Reason.CAP_DAY)
    others = [
        message("a", created=NOON - HOUR, due=NOON - HOUR),
        message("b", status="queued", created=NOON - HOUR, due=NOON + HOUR),
        message("later", created=NOON + HOUR, due=NOON + HOUR),
        message("yesterday", created=NOON - DAY, due=NOON - DAY),
        message("service", touch="service", created=NOON - HOUR),
    ]
    said = [proof.words for proof in tell(known, held, *others).proofs]
    assert said[0] == "The limit is 2 messages in a day; they were taken by"
    assert [words.split(" ·")[0] for words in said[1:]] == ["S-a", "S-b"]


def test_consent_is_told_as_it_was_then(known: Desk) -> None:
    def word(time: int, given: bool) -> ConsentFact:
        return ConsentFact(1, "marketing", "*", time, f"m{time}", given, "shop")

    held = message("held", status="held", reason=Reason.NO_CONSENT)
    said = [
        [proof.words for proof in tell(known, held, words=words).proofs]
        for words in (
            (),
            (word(NOON - DAY, True), word(NOON - HOUR, False), word(NOON + HOUR, True)),
            (word(NOON, True),),
        )
    ]
    assert said == [
        ["By then she had never agreed to be written to by e-mail"],
        ["She had taken her consent back", "She agreed only later"],
        ["Her yes was heard only after the gate had decided"],
    ]


def test_every_reason_of_the_gate_is_said_in_words(known: Desk) -> None:
    for reason in Reason:
        got = tell(known, message("m", status="held", reason=reason, min_age=18, expires=NOON))
        assert not _CODE.search(words_of(got))
        assert got.answer != "She did not get it: ."


def test_a_draw_and_quiet_hours_are_shown(known: Desk) -> None:
    shadow = tell(known, message("s", status="shadow"))
    assert "below 10 one is left out" in shadow.proofs[0].words
    held = tell(known, message("h", status="held", reason=Reason.HOLDOUT))
    assert "below 7 one is left out" in held.proofs[0].words
    night = NOON + 11 * HOUR
    sent = tell(known, message("q", created=night, due=night + 9 * HOUR, at=night + 9 * HOUR))
    assert sent.proofs[0].words == "It was asked for in her quiet hours"
