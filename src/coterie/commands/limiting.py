"""The commands of channels' limits: ``coterie limits list | set | remove``."""

from typing import Annotated, Any

import typer

from coterie.commands import opening
from coterie.commands.opening import AsJson, Data
from coterie.commands.printing import print_json
from coterie.core.actor import COMMAND
from coterie.core.clock import format_time, parse_time
from coterie.messaging.limits.model import Limit

limits = typer.Typer(no_args_is_help=True, help="How much each channel can take, by date.")


@limits.command("list")
def show(data: Data = None, as_json: AsJson = False) -> None:
    """List every limit with its dates, also those that are over."""
    with opening.house(data=data) as app, app.db.read(COMMAND, app.clock.now()) as work:
        found, now = app.messaging.limits.all(work), work.now
    if as_json:
        print_json([_told(one, now) for one in found])
        return
    for one in found:
        state = "in force" if one.holds_at(now) else "not in force"
        rolls = "" if one.calendar else " (any such stretch)"
        print(
            f"{one.id}  {one.channel}  {one.number}/{one.span}{rolls}  for each {one.per}  "
            f"{state}  {one.name}"
        )


@limits.command("set")
def keep(
    channel: Annotated[str, typer.Argument(help="The channel, such as sms.")],
    number: Annotated[int, typer.Argument(help="At most so many messages ...")],
    span: Annotated[str, typer.Argument(help="... in a second, minute, hour, day, week, month.")],
    data: Data = None,
    name: Annotated[str, typer.Option(help="What it is called.")] = "",
    per: Annotated[str, typer.Option(help="For the sender, each person or each group.")] = "sender",
    calendar: Annotated[
        bool, typer.Option(help="By the clock and the calendar, not any such stretch of time.")
    ] = False,
    since: Annotated[str, typer.Option(help="From when it holds; now unless said.")] = "",
    until: Annotated[str, typer.Option(help="Until when; for good unless said.")] = "",
    source: Annotated[str, typer.Option(help="Where you know it from.")] = "",
    limit: Annotated[int, typer.Option("--id", help="Write over this one.")] = 0,
) -> None:
    """Set a limit, a new one or over an old one; it is kept to from now on."""
    with opening.house(data=data) as app:
        now = app.clock.now()
        wanted = Limit(
            channel=channel,
            name=name or f"{number} a {span}",
            number=number,
            span=span,  # type: ignore[arg-type]  # checked where it is kept
            calendar=calendar,
            per=per,  # type: ignore[arg-type]  # checked where it is kept
            since=parse_time(since, app.zone) if since else now,
            until=parse_time(until, app.zone) if until else None,
            source=source,
            id=limit,
        )
        with app.db.begin(COMMAND, now) as work:
            app.messaging.limits.keep(work, wanted)
    print(f"{channel}: at most {number} in a {span}, for each {per}")


@limits.command("remove")
def remove(
    limit: Annotated[int, typer.Argument(help="Its number, as list says it.")], data: Data = None
) -> None:
    """Remove a limit."""
    with opening.house(data=data) as app, app.db.begin(COMMAND, app.clock.now()) as work:
        app.messaging.limits.remove(work, limit)
    print(f"limit {limit} is gone")


def _told(one: Limit, now: int) -> dict[str, Any]:
    return {
        "id": one.id, "channel": one.channel, "name": one.name, "number": one.number,
        "span": one.span, "calendar": one.calendar, "per": one.per, "source": one.source,
        "since": format_time(one.since), "until": one.until and format_time(one.until),
        "in_force": one.holds_at(now),
    }  # fmt: skip
