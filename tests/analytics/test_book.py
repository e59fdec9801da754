"""R-002: an import of contacts alone is an address book; whoever does something leaves it."""

from coterie.analytics.book.store import did_nothing
from coterie.core.actor import COMMAND
from coterie.testing import House


def test_contacts_alone_are_address_book_only_until_they_do_something() -> None:
    with House(holdout=0) as house:
        contacts = [f"c{number}" for number in range(50)]
        house.receive([
            {"type": "identify", "userId": user, "traits": {"email": f"{user}@example.com"}}
            for user in contacts
        ])  # fmt: skip
        house.receive([
            {"type": "track", "userId": user, "event": "Consent Given"} for user in contacts[:20]
        ])  # fmt: skip
        house.tag("c0", "vip")

        def only() -> set[str]:
            with house.app.db.read(COMMAND, house.app.clock.now()) as work:
                people = house.app.profiles.everyone(work)
                idle = set(people - house.app.analytics.doers(work))
                timelines = house.app.log.timelines(work, list(people))
                assert idle == {who for who in people if did_nothing(timelines[who])}
                return set(house.app.profiles.user_ids(work, idle).values())

        assert only() == set(contacts)
        house.receive([{"type": "page", "userId": "c7", "name": "Home"}])
        house.advance(minutes=1)
        assert only() == set(contacts) - {"c7"}


def test_who_merges_takes_what_she_did_to_her_head_at_once() -> None:
    with House(holdout=0) as house:
        house.receive([{"type": "identify", "userId": "card", "traits": {"city": "Suzhou"}}])
        house.receive([{"type": "page", "userId": "visitor", "name": "Home"}])

        def only() -> set[str]:
            with house.app.db.read(COMMAND, house.app.clock.now()) as work:
                idle = house.app.profiles.everyone(work) - house.app.analytics.doers(work)
                return set(house.app.profiles.user_ids(work, set(idle)).values())

        assert only() == {"card"}
        house.alias("visitor", "card")
        house.advance(minutes=1)
        assert only() == set()
