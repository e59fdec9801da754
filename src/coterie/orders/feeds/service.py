"""The face of feeds: make one, take its deliveries in, and say how each does."""

from collections.abc import Sequence
from typing import Any

import msgspec

from coterie.core.actor import Actor
from coterie.core.errors import Conflict, Invalid, NotFound, NotPermitted
from coterie.core.event import Event
from coterie.core.ids import check_slug
from coterie.events.calls import read_item
from coterie.events.door import Suppressed, nobody
from coterie.events.inbox import Inbox
from coterie.events.model import Envelope, Refused
from coterie.events.named import identities_of
from coterie.orders.feeds import shopify, standard, store
from coterie.orders.feeds.calls import Call
from coterie.orders.feeds.model import DIALECTS, Delivery, Dialect, Feed, Received, Taken, Tally
from coterie.orders.feeds.sealing import Safe
from coterie.orders.feeds.signing import check, key_of, new_secret
from coterie.storage.audit import record
from coterie.storage.database import Database
from coterie.storage.work import Work

_LONGEST_TITLE = 100
_SHOWN = 50


class Feeds:
    """Feeds over the inbox; their secrets are sealed under the master key.

    ``suppressed`` knows whose events are not to be kept.
    """

    def __init__(self, inbox: Inbox, master_key: bytes, suppressed: Suppressed = nobody) -> None:
        self._inbox = inbox
        self._safe = Safe(master_key)
        self._suppressed = suppressed

    # --- the desk

    def new(
        self, work: Work, slug: str, *, shop: str = "", title: str = "", page: str = "",
        dialect: Dialect = "standard", secret: str = "",
    ) -> str:  # fmt: skip
        """Make a feed and return its secret: the only time that it is seen.

        A platform that makes the secret itself (Shopify) has it given; otherwise one is made.
        Raises Invalid, or Conflict for a name that is taken.
        """
        check_slug(slug, "slug")
        check_slug(shop or slug, "shop")
        if dialect not in DIALECTS:
            raise Invalid(f"{dialect!r} is no dialect", path="dialect", hint=", ".join(DIALECTS))
        if store.get(work, slug) is not None:
            raise Conflict(f"there is a feed {slug} already: choose another name")
        chosen = secret.strip() or new_secret()
        if dialect == "shopify" and not secret.strip():
            raise Invalid(
                "Shopify makes the secret itself", path="secret",
                hint="copy it from Settings, Notifications, Webhooks",
            )  # fmt: skip
        key_of(chosen)
        feed = Feed(
            slug, (title.strip() or slug)[:_LONGEST_TITLE], dialect, shop or slug,
            check_page(page), work.now,
        )  # fmt: skip
        store.add(work, feed, self._safe.seal(slug, chosen))
        record(work, "feed.new", slug, shop=feed.shop, dialect=dialect)
        return chosen

    def renew(self, work: Work, slug: str, secret: str = "") -> str:
        """Give a feed another secret and return it; the old one is good no more."""
        self.get(work, slug)
        chosen = secret.strip() or new_secret()
        key_of(chosen)
        store.change(work, slug, secret=self._safe.seal(slug, chosen))
        record(work, "feed.renew", slug)
        return chosen

    def close(self, work: Work, slug: str) -> None:
        """Take nothing in from a feed any more; raises NotFound."""
        self.get(work, slug)
        store.change(work, slug, disabled=work.now)
        record(work, "feed.close", slug)

    def open_again(self, work: Work, slug: str) -> None:
        """Take in from a feed again; raises NotFound."""
        self.get(work, slug)
        store.change(work, slug, disabled=None)
        record(work, "feed.open", slug)

    def get(self, work: Work, slug: str) -> Feed:
        """Return a feed, or raise NotFound."""
        return self._found(work, slug)[0]

    def all(self, work: Work) -> list[Feed]:
        """Return every feed, those that are open first."""
        return store.every(work)

    def tallies(self, work: Work) -> dict[str, Tally]:
        """Count what became of the deliveries of every feed."""
        return store.tallies(work)

    def newest(self, work: Work, slug: str, limit: int = _SHOWN) -> list[Any]:
        """Return a feed's newest deliveries: at, delivery, topic, fate, events, reason."""
        return store.newest(work, slug, limit)

    # --- the door

    def take(self, database: Database, slug: str, received: Received, now: int) -> Taken:
        """Take a delivery in; when this returns, it survives a crash.

        What is signed well and not understood is kept in quarantine as it came. Raises NotFound,
        NotPermitted for a signature that does not fit, Invalid for headers that are missing.
        """
        actor = Actor("key", slug)
        with database.read(actor, now) as work:
            feed, sealed = self._found(work, slug)
            if feed.disabled is not None:
                raise NotPermitted(f"the feed {slug} is closed", code="feed_closed")
            secret = self._safe.open(slug, sealed)
            delivery_id, sent = check(feed.dialect, secret, received, now)
            if store.is_known(work, slug, delivery_id):
                return Taken("known")
        taken, topic = self._keep(feed, delivery_id, sent, received, now)
        with database.begin(actor, now) as work:
            store.deliver(
                work, slug, delivery_id, topic=topic, fate=taken.fate, events=taken.events,
                reason=taken.reason,
            )  # fmt: skip
        return taken

    def _keep(
        self, feed: Feed, delivery_id: str, sent: int | None, received: Received, now: int
    ) -> tuple[Taken, str]:
        envelope = Envelope(feed.slug, received=now)
        topic = received.headers.get("x-shopify-topic", "")
        try:
            content = _decoded(received.body)
            topic = topic or standard.topic_of(content)
            delivery = Delivery(delivery_id, sent, topic, content)
            events = _events(_calls(feed, delivery), envelope, now)
        except Invalid as error:
            refused = Refused(
                0, delivery_id[:99], error.code, error.reason, error.path, "batch", received.body
            )
            self._inbox.put(now, feed.slug, [], [refused], envelope)
            return Taken("kept", 0, error.code, error.reason), topic
        kept = self._without_erased(events)
        self._inbox.put(now, feed.slug, kept, [], envelope)
        return Taken("taken", len(kept)), topic

    def _without_erased(self, events: Sequence[Event]) -> list[Event]:
        """Leave out what is told of people who were erased, as the door does."""
        erased = set(self._suppressed({one for event in events for one in identities_of(event)}))
        return [event for event in events if not identities_of(event) & erased]

    def tidy(self, work: Work, before: int) -> None:
        """Forget deliveries of before a moment; a repeat after that is told by its orders."""
        store.forget(work, before)

    def _found(self, work: Work, slug: str) -> tuple[Feed, bytes]:
        found = store.get(work, slug)
        if found is None:
            raise NotFound(f"there is no feed {slug}")
        return found


def check_page(page: str) -> str:
    """Return the address that offers hand over to; raises Invalid unless it is one of the web."""
    page = page.strip()
    if page and not page.startswith(("https://", "http://")):
        raise Invalid(
            f"{page!r} is no address", path="page", hint="such as https://shop.example/buy/{item}"
        )
    return page


def _decoded(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Invalid(f"the body is not JSON: {error}", code="invalid_json") from error


def _calls(feed: Feed, delivery: Delivery) -> list[Call]:
    read = shopify.calls_of if feed.dialect == "shopify" else standard.calls_of
    return read(delivery, feed.shop)


def _events(calls: Sequence[Call], envelope: Envelope, now: int) -> list[Event]:
    return [read_item(call["type"], msgspec.json.encode(call), envelope, now) for call in calls]
