"""The commands about what was sent: what failed and goes out once more, and what came back.

``coterie messages failed|replay``, ``coterie bounces import``.
"""

import mailbox
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from coterie.channels.email.channel import EmailChannel
from coterie.commands.opening import AsJson, Data, house
from coterie.commands.printing import out, print_json
from coterie.core.actor import COMMAND
from coterie.core.clock import format_time
from coterie.core.errors import Invalid, NotFound
from coterie.messaging.handing.service import MOST

messages = typer.Typer(no_args_is_help=True, help="What failed, and what goes out once more.")
bounces = typer.Typer(no_args_is_help=True, help="Letters that came back, and complaints.")


@messages.command("failed")
def failed(data: Data = None, as_json: AsJson = False) -> None:
    """Tell what lies dead, by cause, the most first."""
    with house(data=data) as app, app.db.read(COMMAND, app.clock.now()) as work:
        found = app.messaging.failures(work)
    if as_json:
        print_json(
            [
                {
                    "channel": each.cause.channel,
                    "reason": each.cause.reason,
                    "detail": each.cause.detail,
                    "messages": each.number,
                    "first": format_time(each.first),
                    "last": format_time(each.last),
                }
                for each in found
            ]
        )
        return
    table = Table("messages", "channel", "reason", "the provider said", box=None, pad_edge=False)
    for each in found:
        table.add_row(f"{each.number:,}", each.cause.channel, each.cause.reason, each.cause.detail)
    out.print(table) if found else print("nothing failed")


@messages.command("replay")
def replay(
    message: Annotated[str, typer.Argument(help="One message's id; without: all of a kind.")] = "",
    channel: Annotated[str, typer.Option(help="Only of this channel.")] = "",
    reason: Annotated[str, typer.Option(help="Only with this reason, such as exhausted.")] = "",
    data: Data = None,
) -> None:
    """Send what failed once more, with the same key; the gate is asked again for each."""
    if not message and not (channel or reason):
        raise Invalid("say which: a message's id, --channel or --reason", path="message")
    done = 0
    with house(data=data) as app:
        now = app.clock.now()
        if message:
            with app.db.begin(COMMAND, now) as work:
                app.messaging.replay_one(work, message)
            done = 1
        else:
            with app.db.read(COMMAND, now) as work:
                causes = [each.cause for each in app.messaging.failures(work)]
            for cause in causes:
                if channel in ("", cause.channel) and reason in ("", cause.reason):
                    again = MOST
                    while again == MOST:
                        with app.db.begin(COMMAND, now) as work:
                            again = app.messaging.replay(work, cause)
                        done += again
    print(f"{done:,} go out once more")


@bounces.command("import")
def import_(
    source: Annotated[str, typer.Argument(help="A mailbox, a Maildir, or - for one mail.")],
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Read delivery reports and complaints; mails that are neither change nothing.

    The same mail twice changes nothing either. Let a mail server pipe each one that comes to the
    return path into it, or read its mailbox now and then.
    """
    with house(data=data) as app:
        channel = app.messaging.channels.get("email")
        if not isinstance(channel, EmailChannel):
            raise NotFound("there is no e-mail channel: set smtp_host and smtp_sender")
        read, told, unknown = 0, 0, 0
        for mail in _mails(source):
            read += 1
            said = channel.read_answer(mail)
            if said:
                with app.db.begin(COMMAND, app.clock.now()) as work:
                    unknown += app.answering.tell(work, "email", said)
                told += len(said)
        app.poke()
    if as_json:
        print_json({"read": read, "told": told, "unknown": unknown})
        return
    print(f"{read:,} mails read, {told:,} told of our letters, {unknown:,} of none we know")


def _mails(source: str) -> Iterator[bytes]:
    if source == "-":
        yield sys.stdin.buffer.read()
        return
    place = Path(source)
    if not place.exists():
        raise NotFound(f"there is no mailbox {source}")
    box: mailbox.Mailbox[mailbox.mboxMessage] | mailbox.Mailbox[mailbox.MaildirMessage]
    box = mailbox.Maildir(place, create=False) if place.is_dir() else mailbox.mbox(place)
    with closing(box):
        for key in box.keys():  # noqa: SIM118 - a mailbox iterates over its mails
            yield box.get_bytes(key)
