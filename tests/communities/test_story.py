"""R-022 on the real rooms: readers and tasters of Italian wine are invited to the pasta group."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from communities.street import Street
from coterie.core.clock import HOUR
from coterie.storage.database import Database


@pytest.fixture
def street(database: Database, tmp_path: Path) -> Iterator[Street]:
    made = Street(database, tmp_path)
    yield made
    made.log.close()


def test_readers_and_tasters_are_invited_and_nobody_else(street: Street) -> None:
    street.open()
    for user in ("reader", "almost", "taster"):
        street.receive(user, "Consent Given")
    street.receive("taster", "Tasting Attended", "barolo")
    for _ in range(4):
        street.receive("reader", "Article Read", "barolo")
        street.receive("almost", "Article Read", "barolo")
    assert street.messages("reader") == street.messages("almost") == []
    assert street.messages("taster") == [("queued", None)]
    street.receive("reader", "Article Read", "barolo")
    assert street.messages("reader") == [("queued", None)]
    assert street.messages("almost") == []


def test_a_participant_wears_the_tag_and_a_decliner_is_asked_after_ninety_days(
    street: Street,
) -> None:
    street.open()
    for user in ("yes", "no"):
        street.receive(user, "Consent Given")
        street.receive(user, "Tasting Attended", "barolo")
    street.answer("yes", "accept")
    street.answer("no", "decline")
    assert street.tags("yes") == {"community:pasta"}
    assert street.tags("no") == frozenset()
    street.advance(days=89)
    street.receive("no", "Tasting Attended", "barolo")
    assert len(street.messages("no")) == 1
    street.advance(days=1)
    assert len(street.messages("no")) == 2
    assert len(street.messages("yes")) == 1


def test_unknown_consent_holds_and_consent_sends(street: Street) -> None:
    street.open()
    street.receive("ann", "Tasting Attended", "barolo")
    assert street.messages("ann") == [("held", "no_consent")]
    street.now += HOUR
    street.receive("ann", "Consent Given")
    assert street.messages("ann") == [("held", "no_consent"), ("queued", None)]
