"""Try the connection out: ask WeCom a few things, and ourselves by the address that it calls.

Nothing is changed by it. What was found is judged by the doctor.
"""

import re
import secrets
import time
from dataclasses import dataclass, field
from itertools import islice

import httpx2

from coterie.channels.wecom.client.contacts import Contact
from coterie.channels.wecom.client.errors import WecomError
from coterie.channels.wecom.client.service import Wecom
from coterie.channels.wecom.crypt import Crypt
from coterie.channels.wecom.settings import WecomSettings
from coterie.core.clock import SECOND
from coterie.core.errors import CoterieError, Unavailable

SAMPLE = 5
"""Customers that are looked at for a unionid."""
_OF_WECHAT = 1
_FROM = re.compile(r"from ip: ?([0-9a-fA-F.:]{3,45})")


@dataclass(frozen=True)
class Refusal:
    """What WeCom refused. ``errcode`` 0: it could not be reached. ``address`` is ours, as it sees
    us, where it tells.
    """

    api: str
    errcode: int
    means: str
    mend: str
    address: str = ""


@dataclass(frozen=True)
class Echo:
    """What our own address answered: whether it was right, and after how many ms."""

    right: bool
    took: float = 0.0
    status: int = 0
    fault: str = ""


@dataclass(frozen=True)
class Probed:
    """What was found. None: it could not be asked."""

    refusals: tuple[Refusal, ...] = ()
    users: tuple[str, ...] | None = None
    visible: tuple[str, ...] | None = None
    sampled: int = 0
    with_unionid: int = 0
    skew: int | None = None
    echo: Echo | None = None

    @property
    def without_right(self) -> tuple[str, ...]:
        """The members whom the app sees and who may not use customer contact."""
        if self.users is None or self.visible is None:
            return ()
        return tuple(sorted(set(self.visible) - set(self.users)))


@dataclass
class Probe:
    """Asks one thing after another, and goes on where one is refused."""

    client: Wecom | None
    settings: WecomSettings
    crypt: Crypt | None
    refusals: list[Refusal] = field(default_factory=list)

    def run(self, now: int) -> Probed:
        """Ask everything; ``now`` is the house's time."""
        users = visible = None
        sampled: list[Contact] = []
        client = self.client
        if client is not None:
            try:
                users = client.contacts.follow_users()
            except CoterieError as error:
                self._note(error)
            if not any(one.errcode in (0, 40001, 40013, 60020) for one in self.refusals):
                visible = self._visible(client)
                sampled = self._sampled(client, users or ())
        return Probed(
            refusals=tuple(self.refusals),
            users=users,
            visible=visible,
            sampled=len(sampled),
            with_unionid=sum(bool(one.external_contact.unionid) for one in sampled),
            skew=None if client is None else client.wire.skew,
            echo=self._echo(now),
        )

    def _visible(self, client: Wecom) -> tuple[str, ...] | None:
        try:
            found = client.members.list(children=True)
            return tuple(one.userid for one in found)
        except CoterieError as error:
            self._note(error)
            return None

    def _sampled(self, client: Wecom, users: tuple[str, ...]) -> list[Contact]:
        """Look at a few customers of WeChat, of the first members who have some."""
        found: list[Contact] = []
        try:
            for userid in users[:SAMPLE]:
                for one in islice(client.contacts.list(userid), SAMPLE):
                    contact = client.contacts.get(one)
                    if contact.external_contact.type == _OF_WECHAT:
                        found.append(contact)
                if found:
                    break
        except CoterieError as error:
            self._note(error)
        return found[:SAMPLE]

    def _note(self, error: CoterieError) -> None:
        if isinstance(error, WecomError):
            seen = _FROM.search(error.errmsg)
            address = seen[1].rstrip(".,") if seen else ""
            told = (error.api, error.errcode, error.judged.means, error.mend, address)
            self.refusals.append(Refusal(*told))
        elif isinstance(error, Unavailable):
            self.refusals.append(Refusal("", 0, error.message, ""))
        else:
            raise error

    def _echo(self, now: int) -> Echo | None:
        """Ask our own address what WeCom asks; None where there is none."""
        url = self.settings.callback_url
        if self.crypt is None or not url:
            return None
        text = str(secrets.randbelow(10**18)).encode()
        nonce, timestamp = secrets.token_hex(8), str(now // SECOND)
        sealed, signature = self._with_plus(text, timestamp, nonce)
        query = {
            "msg_signature": signature, "timestamp": timestamp, "nonce": nonce, "echostr": sealed,
        }  # fmt: skip
        begun = time.monotonic()
        try:
            answer = httpx2.get(
                url, params=query, timeout=self.settings.timeout, trust_env=False,
                follow_redirects=False,
            )  # fmt: skip
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            return Echo(False, fault=type(error).__name__)
        took = (time.monotonic() - begun) * SECOND
        right = answer.status_code == httpx2.codes.OK and answer.content == text
        return Echo(right, took, answer.status_code)

    def _with_plus(self, text: bytes, timestamp: str, nonce: str) -> tuple[str, str]:
        """Seal so that a ``+`` is in it: some proxies make a space of it."""
        assert self.crypt is not None
        for _ in range(50):
            sealed, signature = self.crypt.seal(text, timestamp, nonce)
            if "+" in sealed:
                break
        return sealed, signature
