"""The fixed script of the crash tests: what is sent, defined, answered, and how time passes.

Every step can be done again after a crash in its midst, as a client's retry or an operator's
second try would: batches carry their message ids, definitions look whether they are there.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from coterie.core.errors import NotFound
from coterie.storage.work import Work
from coterie.testing import House
from coterie.testing.asking import TESTER

START = "2026-01-05T01:00:00Z"
REFUSED = "City of u4"
"""The provider refuses for good what says so."""

PEOPLE = tuple(f"u{number}" for number in range(1, 9))
Step = Callable[[House], None]


def go_on(house: House, progress: Path, observe: Callable[[str], None]) -> None:
    """Do the steps that are not done yet; one is done once it is written down."""
    house.settle()
    done = int(progress.read_text()) if progress.exists() else 0
    for number, step in enumerate(steps(observe), 1):
        if number > done:
            step(house)
            progress.write_text(str(number))


def steps(observe: Callable[[str], None]) -> Iterator[Step]:
    """Yield the steps in order; from Monday 2026-01-05, 09:00 in Shanghai."""
    yield _lay_out
    yield lambda house: _receive(house, "arrive", [_identify(user) for user in PEOPLE])
    yield lambda house: _receive(house, "consent", [_consent(user) for user in PEOPLE[:7]])
    yield _segment("italy", {"did": "Article Read", "topic": "wine/italy", "count": {">=": 2},
                             "within": "3d"})  # fmt: skip
    yield _segment("tasters", {"did": "Tasting Attended", "topic": "wine/italy"})
    yield _segment("quiet", {"did": "*", "within": "2d", "count": {"=": 0}})
    yield _journey("welcome", WELCOME)
    yield _journey("win-back", WIN_BACK)
    yield _journey("order", ORDER)
    yield _community
    yield lambda house: _receive(house, "reads", _reads("2026-01-05T00:00:00Z"))
    yield lambda house: house.advance(hours=6)
    yield _flush(observe)
    yield lambda house: _receive(house, "tasting", [
        _track("u3", "Tasting Attended", item="evening"),
        _track("u4", "Tasting Attended", item="evening"),
        _track("u5", "Order Completed", order_id=7, total="99.50"),
        _track("u5", "Order Completed", order_id=8, total=12),
    ])  # fmt: skip
    yield _answer("u3", accept=True)
    yield _answer("u4", accept=False)
    yield lambda house: house.advance_to("2026-01-06T02:00:00Z")
    yield lambda house: _receive(house, "reads", _reads("2026-01-05T00:00:00Z"))
    yield lambda house: _receive(house, "out of order", [
        _track("u1", "Article Read", at="2026-01-05T20:00:00Z", item="barolo"),
        _track("u6", "Article Read", at="2026-01-02T20:00:00Z", item="barolo"),
        _track("u6", "Article Read", at="2026-01-07T03:00:00Z", item="amarone"),
        _identify("u2", at="2026-01-05T00:30:00Z", city="Rome", floor=2),
        {"type": "alias", "previousId": "u7", "userId": "u7b"},
    ])  # fmt: skip
    yield _flush(observe)
    yield lambda house: house.advance_to("2026-01-09T04:00:00Z")
    yield _compact(observe)
    yield lambda house: _receive(house, "once more", _reads("2026-01-09T03:00:00Z"))
    yield lambda house: house.advance_to("2026-01-12T03:00:00Z")


def message(template: str, touch: str, then: str, **more: Any) -> dict[str, Any]:
    """Write a message node."""
    given = {"channel": "email", "template": template, "touch": touch, "then": then}
    return {"do": "message", **given, **more}


ITEMS = {"barolo": "wine/italy/piedmont", "amarone": "wine/italy", "evening": "wine/italy"}
TEMPLATES = {
    "hello": "Hello {{ traits.city }}",
    "offer": "An offer",
    "thanks": "Order {{ event.properties.order_id }}",
    "join": "Join us",
}
WELCOME = {
    "entry": {"segment": "italy"},
    "reentry": "after_exit",
    "holdout": 30,
    "start": "hello",
    "nodes": {
        "hello": message("hello", "emotional", "mark"),
        "mark": {"do": "tag", "tag": "greeted", "then": "say"},
        "say": {"do": "emit", "event": "Greeted", "properties": {"by": "welcome"}, "then": "rest"},
        "rest": {"do": "wait", "for": "20h", "then": "look"},
        "look": {
            "do": "split",
            "if": {"did": "Article Read", "since": "entry"},
            "yes": "lift",
            "no": "offer",
        },
        "lift": {"do": "set", "trait": "level", "value": 2, "then": "end"},
        "offer": message("offer", "commercial", "end", expires="2d"),
    },
}
WIN_BACK = {
    "entry": {"segment": "quiet"},
    "exit_when": {"did": "Article Read", "since": "entry"},
    "holdout": 30,
    "start": "evening",
    "nodes": {
        "evening": {"do": "wait", "until": "20:00", "then": "hello"},
        "hello": message("hello", "informational", "hope"),
        "hope": {
            "do": "wait_for",
            "branches": [{"when": {"did": "Order Completed", "since": "entry"}, "then": "end"}],
            "timeout": "1d",
            "on_timeout": "offer",
        },
        "offer": message("offer", "commercial", "end"),
    },
}
ORDER = {
    "entry": {"event": "Order Completed"},
    "key": "order_id",
    "start": "thanks",
    "nodes": {
        "thanks": message("thanks", "service", "half"),
        "half": {"do": "random", "branches": [["a", 50], ["b", 50]]},
        "a": {"do": "tag", "tag": "a", "then": "end"},
        "b": {"do": "tag", "tag": "b", "then": "end"},
    },
}
COMMUNITY = {
    "title": {"en": "Pasta"},
    "promise": "A recipe a week",
    "segment": "tasters",
    "invitation": {
        "channel": "email",
        "template": "join",
        "touch": "informational",
        "expires": "2d",
        "cool_down": "3d",
        "holdout": 0,
    },
}


def _lay_out(house: House) -> None:
    for item, topic in ITEMS.items():
        house.define_item(item, kind="article", topics=[topic])
    for name, text in TEMPLATES.items():
        house.define_template(name, channel="email", subject=name, text=text)


def _segment(name: str, rule: dict[str, Any]) -> Step:
    def step(house: House) -> None:
        if not _is_there(house, lambda work: house.app.segments.get(work, name)):
            house.define_segment(name, rule)
        house.settle()

    return step


def _journey(name: str, definition: dict[str, Any]) -> Step:
    def step(house: House) -> None:
        if not _is_there(house, lambda work: house.app.journeys.get(work, name)):
            house.define_journey(name, definition)
        house.settle()

    return step


def _community(house: House) -> None:
    if not _is_there(house, lambda work: house.app.communities.get(work, "pasta")):
        house.define_community("pasta", COMMUNITY)
    house.settle()


def _is_there(house: House, get: Callable[[Work], object]) -> bool:
    with house.app.db.read(TESTER, 0) as work:
        try:
            get(work)
        except NotFound:
            return False
    return True


def _answer(user: str, *, accept: bool) -> Step:
    return lambda house: house.answer_invitation(user, "pasta", accept=accept)


def _flush(observe: Callable[[str], None]) -> Step:
    def step(house: House) -> None:
        with house.app.db.begin(TESTER, house.app.clock.now()) as work:
            house.app.log.flush(work)
            observe("flushing")
        observe("flushed")

    return step


def _compact(observe: Callable[[str], None]) -> Step:
    def step(house: House) -> None:
        with house.app.db.begin(TESTER, house.app.clock.now()) as work:
            house.app.log.flush(work)
            house.app.log.compact(work)
            house.app.log.sweep(work)
            observe("compacting")

    return step


def _receive(house: House, batch: str, items: list[dict[str, Any]]) -> None:
    house.receive([{"messageId": f"{batch} {number}", **item} for number, item in enumerate(items)])


def _identify(user: str, at: str | None = None, **traits: Any) -> dict[str, Any]:
    item = {"type": "identify", "userId": user, "traits": traits or {"city": f"City of {user}"}}
    return item if at is None else {**item, "timestamp": at}


def _track(user: str, event: str, at: str | None = None, **properties: Any) -> dict[str, Any]:
    item = {"type": "track", "userId": user, "event": event, "properties": properties}
    return item if at is None else {**item, "timestamp": at}


def _consent(user: str) -> dict[str, Any]:
    return _track(user, "Consent Given", purpose="marketing", channel="*")


def _reads(at: str) -> list[dict[str, Any]]:
    """Who reads what: u1 and u2 twice, u6 and u8 once, u7 twice without a topic."""
    reads = ["u1 barolo", "u1 amarone", "u2 amarone", "u2 barolo", "u6 barolo", "u8 barolo",
             "u7 nothing", "u7 nothing"]  # fmt: skip
    return [
        _track(user, "Article Read", at=at, item=item)
        for user, item in (read.split() for read in reads)
    ]
