"""The connections to one SMTP server: kept open from letter to letter, on an event loop of its own.

The loop runs in a thread, begun with the first letter, so that a connection which the server
closes meanwhile is noticed before the next letter is put on it.
"""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parseaddr
from threading import Lock, Thread
from typing import TypeVar

from aiosmtplib import SMTP
from aiosmtplib.errors import (
    SMTPAuthenticationError,
    SMTPException,
    SMTPResponseException,
    SMTPServerDisconnected,
    SMTPTimeoutError,
)

from coterie.channels.email.settings import SmtpSettings
from coterie.core.errors import ChannelError
from coterie.messaging.channel import Uncertain, Undeliverable
from coterie.messaging.retry import without_addresses

MAX_LETTERS = 100
"""Letters over one connection; many servers hang up after so many."""
IMPLICIT_TLS = 465
_PERMANENT = 500
_DEAD = ("5.0.0", "5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.4.4")
"""Enhanced status codes (RFC 3463) which say that the address reaches nobody."""
_NO_SUCH = (550, 551, 553)
"""What refuses a recipient for good; mailbox full (552) and policy are none of them."""
Answer = TypeVar("Answer")


@dataclass
class _Line:
    """One connection, and how many letters it has carried."""

    smtp: SMTP
    letters: int = 0


class Wire:
    """Hands letters to one server; thread-safe."""

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings
        self._idle: list[_Line] = []
        self._lock = Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: Thread | None = None

    def send(self, sender: str, recipient: str, letter: bytes) -> None:
        """Hand one letter over; raises ChannelError."""
        self._run(self._send(sender, recipient, letter))

    def close(self) -> None:
        """Say good-bye on every connection; a later letter opens a new one."""
        with self._lock:
            loop, thread = self._loop, self._thread
            self._loop = self._thread = None
        if loop is None or thread is None:
            return
        asyncio.run_coroutine_threadsafe(self._hang_up(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()

    def _run(self, work: Coroutine[None, None, Answer]) -> Answer:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = Thread(target=self._loop.run_forever, name="smtp", daemon=True)
                self._thread.start()
            loop = self._loop
        return asyncio.run_coroutine_threadsafe(work, loop).result()

    async def _hang_up(self) -> None:
        while self._idle:
            await _end(self._idle.pop())
        await asyncio.get_running_loop().shutdown_default_executor()

    async def _send(self, sender: str, recipient: str, letter: bytes) -> None:
        try:
            line = await self._addressed(sender, recipient)
        except (SMTPException, OSError) as error:
            raise self._cannot(error) from error
        try:
            await line.smtp.data(letter)
        except SMTPResponseException as error:
            await self._keep(line)
            raise _refused("the letter", error.code, error.message) from error
        except (SMTPServerDisconnected, SMTPTimeoutError, OSError) as error:
            line.smtp.close()
            said = without_addresses(str(error))
            raise Uncertain(f"the connection broke while the letter was sent: {said}") from error
        line.letters += 1
        await self._keep(line, reset=False)

    async def _addressed(self, sender: str, recipient: str) -> _Line:
        """Return a connection that has taken sender and recipient.

        One that was kept may have died unseen; nothing was handed over, so a new one is tried.
        """
        while self._idle:
            line = self._idle.pop()
            if not line.smtp.is_connected:
                continue
            try:
                await line.smtp.mail(sender)
            except (SMTPServerDisconnected, SMTPTimeoutError, SMTPResponseException):
                line.smtp.close()
                continue
            await self._to(line, recipient)
            return line
        line = _Line(await self._connect())
        try:
            await line.smtp.mail(sender)
        except SMTPResponseException as error:
            await self._keep(line)
            # a sender refused is ours to put right, not hers
            raise _refused("our sender", error.code, error.message, permanent=False) from error
        except (SMTPException, OSError):
            line.smtp.close()
            raise
        await self._to(line, recipient)
        return line

    async def _to(self, line: _Line, recipient: str) -> None:
        try:
            await line.smtp.rcpt(recipient)
        except SMTPResponseException as error:
            await self._keep(line)
            raise _refused("the recipient", error.code, error.message) from error
        except (SMTPException, OSError):
            line.smtp.close()
            raise

    async def _connect(self) -> SMTP:
        chosen = self._settings
        implicit = chosen.port == IMPLICIT_TLS
        smtp = SMTP(
            hostname=chosen.host,
            port=chosen.port,
            timeout=chosen.timeout,
            use_tls=implicit,
            start_tls=chosen.starttls and not implicit,
        )
        try:
            await smtp.connect()
            if chosen.username:
                await smtp.login(chosen.username, chosen.password)
        except SMTPAuthenticationError as error:
            smtp.close()
            raise ChannelError(
                f"the server refuses our login ({error.code}): check smtp_username and "
                "smtp_password",
                permanent=False,
            ) from error
        except BaseException:
            smtp.close()
            raise
        return smtp

    async def _keep(self, line: _Line, *, reset: bool = True) -> None:
        """Put a connection back unless it is worn out; ``reset`` what a refusal left begun."""
        with suppress(SMTPException, OSError):
            if line.letters < MAX_LETTERS and line.smtp.is_connected:
                if reset:
                    await line.smtp.rset()
                self._idle.append(line)
                return
        await _end(line)

    def _cannot(self, error: Exception) -> ChannelError:
        said = without_addresses(str(error))
        return ChannelError(
            f"cannot send through {self._settings.host}:{self._settings.port}: {said}; check "
            "that the server runs and the smtp settings are right",
            permanent=False,
        )


async def _end(line: _Line) -> None:
    """Say good-bye; what was accepted stays accepted, however the server takes it."""
    with suppress(SMTPException, OSError):
        await line.smtp.quit()
    line.smtp.close()


def _refused(what: str, code: int, said: str, *, permanent: bool | None = None) -> ChannelError:
    words = without_addresses(f"{what} was refused: {code} {said}")
    for_good = code >= _PERMANENT if permanent is None else permanent
    status = said.split(" ", 1)[0]
    if for_good and what == "the recipient" and is_dead(code, status):
        return Undeliverable(words, status=status if status in _DEAD else "")
    return ChannelError(words, permanent=for_good)


def is_dead(code: int, status: str) -> bool:
    """Say whether an answer to a recipient means that the address reaches nobody.

    >>> is_dead(550, "5.1.1"), is_dead(550, "5.7.1"), is_dead(552, "5.2.2"), is_dead(550, "no")
    (True, False, False, True)
    """
    if status.startswith("5.") and status.count(".") == 2:
        return status in _DEAD
    return code in _NO_SUCH


def domain_of(address: str) -> str:
    """Return the domain of ``Name <address>``.

    >>> domain_of("News <news@vineyard.example>")
    'vineyard.example'
    """
    return parseaddr(address)[1].rpartition("@")[2]
