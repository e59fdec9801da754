"""The commands of journeys: ``coterie journey dry-run``."""

from pathlib import Path
from typing import Annotated, Any

import typer

from coterie.commands import opening
from coterie.commands.opening import AsJson, Data
from coterie.commands.printing import print_json
from coterie.core.actor import COMMAND
from coterie.core.clock import DAY, format_time, parse_time
from coterie.core.document import read
from coterie.core.errors import Invalid, NotFound
from coterie.core.ids import check_slug
from coterie.journeys.rehearsal.model import Rehearsal

journeys = typer.Typer(no_args_is_help=True, help="Journeys, and what they would have done.")

_SHOWN = 20


@journeys.command("dry-run")
def dry_run(
    file: Annotated[Path, typer.Argument(help="The journey, as JSON or YAML.")],
    data: Data = None,
    since: Annotated[str, typer.Option(help="From when on; default 30 days before the end.")] = "",
    until: Annotated[str, typer.Option(help="Until when; default now.")] = "",
    as_json: AsJson = False,
) -> None:
    """Walk a journey over what is recorded, and print what it would have sent."""
    definition, slug = _definition(file)
    with opening.house(data=data) as app, app.db.read(COMMAND, app.clock.now()) as work:
        work.now = max(work.now, app.inbound.stood_at(work) or work.now)
        end = parse_time(until, app.zone) if until else work.now
        begin = parse_time(since, app.zone) if since else end - 30 * DAY
        found = app.journeys.rehearsals.dry_run(work, slug, definition, begin, end)
        names = app.profiles.user_ids(work, {one.profile for one in found.said})
    if as_json:
        print_json(_told(found, names))
        return
    for line in _lines(found, names):
        print(line)


def _definition(file: Path) -> tuple[Any, str]:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise NotFound(f"cannot read {file}: {error}") from error
    definition = read(text)
    if not isinstance(definition, dict):
        raise Invalid("a journey is an object with entry, start and nodes", path=str(file))
    return definition, check_slug(definition.get("name", file.stem), "name")


def _told(found: Rehearsal, names: dict[int, str]) -> dict[str, Any]:
    return {
        "since": format_time(found.since),
        "until": format_time(found.until),
        "people": found.people,
        "walked": found.walked,
        "runs": found.runs,
        "shadows": found.shadows,
        "statuses": dict(found.statuses),
        "reasons": dict(found.reasons),
        "ended": dict(found.ended),
        "visits": dict(found.visits),
        "acts": dict(found.acts),
        "messages": [
            {
                "at": format_time(one.at),
                "person": names.get(one.profile),
                "node": one.node,
                "channel": one.channel,
                "status": one.status,
                "reason": one.reason,
            }
            for one in found.said
        ],
    }


def _lines(found: Rehearsal, names: dict[int, str]) -> list[str]:
    sample = f", {found.walked} of them walked: a stable sample" if found.is_sample else ""
    lines = [
        f"{format_time(found.since)} to {format_time(found.until)}",
        f"people who would have entered  {found.people}{sample}",
        f"runs  {found.runs}, shadows  {found.shadows}",
    ]
    lines += [f"messages {status}  {number}" for status, number in sorted(found.statuses.items())]
    lines += [f"  held: {reason}  {number}" for reason, number in found.reasons.items()]
    lines += [f"ended: {reason}  {number}" for reason, number in sorted(found.ended.items())]
    for one in found.said[:_SHOWN]:
        who, why = names.get(one.profile, "?"), f" ({one.reason})" if one.reason else ""
        lines.append(f"  {format_time(one.at)}  {who}  {one.node}  {one.status}{why}")
    if len(found.said) > _SHOWN:
        lines.append(f"  and {len(found.said) - _SHOWN} more: all of them with --json")
    return lines
