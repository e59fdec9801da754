"""The connection to WeCom in one hand: keys, client, callbacks.

It is there in every house, so that a page can say how to connect; without settings it has no
client and opens no callback.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coterie.channels.wecom import settings as reading
from coterie.channels.wecom.client.limits import Rates, rates_at
from coterie.channels.wecom.client.service import Pause, Wecom
from coterie.channels.wecom.crypt import Crypt
from coterie.channels.wecom.inbox.box.service import Box
from coterie.channels.wecom.inbox.reading import sealed_in
from coterie.channels.wecom.inbox.service import Callbacks
from coterie.channels.wecom.settings import WecomSettings
from coterie.core.actor import CLOCK
from coterie.core.clock import Clock
from coterie.core.errors import Invalid, NotFound, NotPermitted
from coterie.messaging.limits.service import Limits
from coterie.storage.database import Database

CHANNEL = "wecom"


@dataclass(frozen=True)
class Signed:
    """What stands in the address of a callback, beside what is sealed."""

    signature: str
    timestamp: str
    nonce: str


@dataclass(frozen=True)
class Connection:
    """One house's connection; ``client`` is None until corporation and secret are set."""

    settings: WecomSettings | None
    client: Wecom | None
    crypt: Crypt | None
    callbacks: Callbacks

    def echo(self, signed: Signed, echostr: str) -> bytes:
        """Return what WeCom wants to hear when an address is entered in its admin.

        Raises NotFound where no callback is set up, NotPermitted when it is not WeCom who asks.
        """
        return self._crypt().open(signed.signature, signed.timestamp, signed.nonce, echostr)

    def take(self, signed: Signed, body: bytes, now: int) -> str:
        """Keep what WeCom calls back, before it is answered; return its hash.

        Raises NotFound and NotPermitted as ``echo`` does. Whatever is wrong is refused alike.
        """
        crypt = self._crypt()
        try:
            sealed = sealed_in(body)
        except Invalid as error:
            raise NotPermitted("this was not sealed for us") from error
        xml = crypt.open(signed.signature, signed.timestamp, signed.nonce, sealed)
        return self.callbacks.take(xml, now)

    def close(self) -> None:
        """Hang up."""
        if self.client is not None:
            self.client.close()
        self.callbacks.close()

    def _crypt(self) -> Crypt:
        if self.crypt is None:
            raise NotFound("no callback of WeCom is set up here: set wecom_token and wecom_aes_key")
        return self.crypt


def open_connection(
    given: Mapping[str, Any],
    db: Database,
    folder: Path,
    master_key: bytes,
    clock: Clock,
    limits: Limits,
    pause: Pause = time.sleep,
) -> Connection:
    """Build the connection that these settings describe; raises Invalid when one is wrong."""
    settings = reading.read(given)
    client = None
    if settings is not None and settings.secret:
        client = Wecom(db, settings, master_key, clock, pause, _rates(db, limits))
    return Connection(
        settings=settings,
        client=client,
        crypt=None if settings is None else settings.crypt(),
        callbacks=Callbacks(Box.beside(db, folder)),
    )


def _rates(db: Database, limits: Limits) -> Callable[[int], Rates]:
    """Tell the rates that the house's table of limits says: an operator may change them there."""

    def at(now: int) -> Rates:
        known = rates_at(now)
        with db.read(CLOCK, now) as work:
            told = limits.of(work, CHANNEL, "sender", now)
        spans = {
            span: min((one.number for one in told if one.span == span), default=usual)
            for span, usual in (("minute", known.api_minute), ("hour", known.api_hour))
        }
        return Rates(
            since=known.since,
            source=known.source,
            api_minute=spans["minute"],
            api_hour=spans["hour"],
            address_minute=known.address_minute,
            address_hour=known.address_hour,
        )

    return at
