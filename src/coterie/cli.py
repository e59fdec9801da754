"""The command line: ``coterie demo | up | import | apply | key | owner | segments | ...``.

Answers go to standard output (``--json`` where a program might read), everything else to standard
error. Exit codes: 0 done, 1 unexpected, 2 wrong input, 3 not found, 4 conflict, 5 not permitted,
6 unavailable.
"""

import signal
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import structlog
import typer

from coterie.app import App
from coterie.commands.contacting import wecom
from coterie.commands.guiding import guides
from coterie.commands.journeying import journeys
from coterie.commands.limiting import limits
from coterie.commands.listing import lists
from coterie.commands.opening import AsJson, Data, house
from coterie.commands.printing import (
    err,
    of_import,
    out,
    print_findings,
    print_import,
    print_json,
    print_report,
    progress,
)
from coterie.commands.protecting import backup, person, restore
from coterie.commands.reaching import bounces, messages
from coterie.commands.recommending import recommend
from coterie.commands.selling import feeds, find_recipe, orders, print_maps, slug_of
from coterie.commands.simulating import simulate
from coterie.core.actor import COMMAND
from coterie.core.clock import parse_time
from coterie.core.errors import (
    Conflict,
    CoterieError,
    Invalid,
    NotFound,
    NotPermitted,
    Unavailable,
)
from coterie.core.ids import check_slug
from coterie.roads.bulk import Importer
from coterie.roads.doctor import examination
from coterie.roads.shipped.importing import RecipeImporter
from coterie.scenarios import playbook as playbooks
from coterie.scenarios import wine

EXIT_CODES: tuple[tuple[type[CoterieError], int], ...] = (
    (Invalid, 2),
    (NotFound, 3),
    (Conflict, 4),
    (NotPermitted, 5),
    (Unavailable, 6),
)
LOG = (
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso"),
    structlog.processors.format_exc_info,
    structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
    ),
)
"""Plain tracebacks: richer ones print local values, personal ones among them."""
DEMO_FOLDER = Path("coterie-demo")

cli = typer.Typer(
    name="coterie", no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False,
    help="The growth engine for brand communities.",
)  # fmt: skip
keys = typer.Typer(no_args_is_help=True, help="Write keys: who may send events.")
segments = typer.Typer(no_args_is_help=True, help="Segments and who is in them.")
quarantine = typer.Typer(no_args_is_help=True, help="Refused input, kept with its reason.")
cli.add_typer(keys, name="key")
cli.add_typer(person, name="person")
cli.command()(backup)
cli.command()(restore)
cli.add_typer(quarantine, name="quarantine")
cli.add_typer(segments, name="segments")
cli.add_typer(lists, name="list")
cli.add_typer(journeys, name="journey")
for _part, _name in ((feeds, "feed"), (orders, "orders"), (guides, "guides")):
    cli.add_typer(_part, name=_name)
cli.add_typer(simulate, name="simulate")
cli.add_typer(recommend, name="recommend")
cli.add_typer(messages, name="messages")
cli.add_typer(bounces, name="bounces")
cli.add_typer(limits, name="limits")
cli.add_typer(wecom, name="wecom")

Port = Annotated[int | None, typer.Option(help="Port to listen on.", envvar="COTERIE_PORT")]
Host = Annotated[str | None, typer.Option(help="Address to listen on.", envvar="COTERIE_HOST")]


def main() -> None:
    """Run the command line; a refusal is one line on standard error and an exit code."""
    # standard error as it is when something is logged, not as it was at the start
    structlog.configure(
        processors=list(LOG), logger_factory=lambda *_: structlog.PrintLogger(sys.stderr)
    )
    signal.signal(signal.SIGTERM, _end)
    try:
        cli()
    except CoterieError as error:
        err.print(f"coterie: {error.message}", markup=False, soft_wrap=True)
        sys.exit(next((code for kind, code in EXIT_CODES if isinstance(error, kind)), 1))


def _end(number: int, _frame: object) -> None:
    """End as Ctrl-C does, so that what is open is closed and the road's lease given back."""
    sys.exit(128 + number)


def _show_version(wanted: bool) -> None:
    if wanted:
        out.print(version("coterie"))
        raise typer.Exit


@cli.callback()
def _root(
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Say which.")
    ] = False,
) -> None:
    return None


@cli.command()
def up(data: Data = None, port: Port = None, host: Host = None) -> None:
    """Serve the house: the door for events, the pages, and the roads."""
    with house(data=data, port=port, host=host) as app:
        _serve(app)


@cli.command()
def demo(
    story: Annotated[str, typer.Argument(help="What is played: wine, wecom or shoes.")] = "wine",
    data: Data = None,
    port: Port = None,
    once: Annotated[bool, typer.Option("--once", help="Print the report and stop.")] = False,
    as_json: AsJson = False,
    ratings: Annotated[
        Path | None, typer.Option(help="Ratings to play instead of the shipped ones (Parquet).")
    ] = None,
    customers: Annotated[int, typer.Option(help="Who scan codes in `demo wecom`.")] = 1_000,
    members: Annotated[int, typer.Option(help="Who join groups in `demo shoes`, about.")] = 4_700,
) -> None:
    """Play the wine community on 150,000 real ratings, two stores on WeCom, or an anniversary.

    Then serve the house that was played.
    """
    if story == "shoes":
        from coterie.commands.campaigning import demo_shoes  # noqa: PLC0415

        return demo_shoes(data, port, members, progress, once=once, as_json=as_json)
    if story == "wecom":
        from coterie.commands.demonstrating import demo_wecom  # noqa: PLC0415

        return demo_wecom(data, port, customers, progress, once=once, as_json=as_json)
    if story != "wine":
        raise Invalid(f"no story is called {story!r}", path="story", hint="wine, wecom or shoes")
    founding = wine.founding(ratings)
    with house(founding, data=data or DEMO_FOLDER, port=port) as app:
        with progress("Playing the wine community") as told:
            seconds = wine.play(app, ratings, told)
        with app.db.read(COMMAND, app.clock.now()) as work:
            report = {**app.report(work), "seconds": seconds}
        if as_json:
            print_json(report)
        else:
            print_report(report)
    if not once:
        with house(data=data or DEMO_FOLDER, port=port) as app:
            _serve(app)


@cli.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="A .csv, .xlsx, .json, .jsonl or .parquet file.")],
    map_name: Annotated[str, typer.Option("--map", help="A map's file, or a shipped map's name.")],
    data: Data = None,
    source: Annotated[
        str, typer.Option(help="The source stamped on what comes in; of a shipped map the file's.")
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show, keep nothing.")] = False,
    _maps: Annotated[
        bool,
        typer.Option("--maps", callback=print_maps, is_eager=True, help="List the shipped maps."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Import events, profiles or items; what can't be read stays out, with row and reason."""
    if source:
        check_slug(source, "source")
    recipe = find_recipe(map_name)
    source = source or ("import" if recipe.is_plain and not recipe.columns else slug_of(file.stem))
    with house(data=data) as app:
        importer = RecipeImporter(Importer(app.inbound, app.catalog, app.zone))
        now = app.clock.now()
        if dry_run:
            report = importer.dry_run(file, recipe, source, now)
        else:
            with progress(f"Importing {file.name}") as told:
                report = importer.run(
                    COMMAND, file, recipe, source, now, lambda rows: told(f"{rows:,} rows", 0.0)
                )
            app.settle(now)
    if as_json:
        print_json(of_import(report))
    else:
        print_import(report, dry_run)


@cli.command()
def apply(
    file: Annotated[str, typer.Argument(help="A playbook (YAML), or `ladder`, which is shipped.")],
    data: Data = None,
) -> None:
    """Apply a playbook: topics, scores, templates, segments, communities, journeys."""
    playbook = playbooks.found(file)
    with house(data=data) as app:
        now = app.clock.now()
        with app.db.begin(COMMAND, now) as work:
            playbooks.furnish(work, app, playbook)
            playbooks.open_doors(work, app, playbook)
        with app.db.read(COMMAND, now) as work:
            populations = {one.slug: one.size for one in app.segments.all(work)}
    for slug in playbook.segments:
        print(f"{slug}  {populations[slug]}")


@cli.command()
def owner(
    name: Annotated[str, typer.Argument(help="The name to sign in with.")],
    data: Data = None,
    new_password: Annotated[
        bool, typer.Option("--new-password", help="Change the password of an owner there is.")
    ] = False,
    password: Annotated[
        str,
        typer.Option(
            prompt=True, hide_input=True, confirmation_prompt=True, envvar="COTERIE_OWNER_PASSWORD"
        ),
    ] = "",
) -> None:
    """Create an owner account; from then on the console asks who you are."""
    with house(data=data) as app, app.db.begin(COMMAND, app.clock.now()) as work:
        if new_password:
            app.accounts.set_password(work, name, password)
        else:
            app.accounts.create_owner(work, name, password)
    err.print(f"{name} owns this house{'' if new_password else ' now'}.", markup=False)


@cli.command()
def migrate(data: Data = None) -> None:
    """Bring the database to this version's shape (``up`` and the others do it by themselves)."""
    with house(data=data) as app:
        err.print(f"The database in {app.settings.data} is up to date.", markup=False)


@cli.command()
def doctor(data: Data = None, as_json: AsJson = False) -> None:
    """Examine the house: how it does, and what to do about what is not in order."""
    with house(data=data) as app:
        findings = app.examine(thorough=True)
    if as_json:
        print_json(examination.as_json(findings))
    else:
        print_findings(findings)
    if examination.worst(findings) == "error":
        raise typer.Exit(1)


@keys.command("new")
def new_key(
    data: Data = None,
    source: Annotated[str, typer.Option(help="The source that the key stands for.")] = "default",
    as_json: AsJson = False,
) -> None:
    """Make a write key and print it; it is shown this once only."""
    with house(data=data) as app, app.db.begin(COMMAND, app.clock.now()) as work:
        key = app.keys.new(work, source)
    if as_json:
        print_json({"key": key, "source": source})
    else:
        print(key)


@keys.command("list")
def list_keys(data: Data = None, as_json: AsJson = False) -> None:
    """List write keys: their ids and sources, never the keys."""
    with house(data=data) as app, app.db.read(COMMAND, app.clock.now()) as work:
        rows = app.keys.all(work)
    if as_json:
        print_json([{"id": r.id, "source": r.source, "disabled": bool(r.disabled)} for r in rows])
        return
    for row in rows:
        print(f"{row.id}  {row.source}{'  disabled' if row.disabled else ''}")


@keys.command("disable")
def disable_key(key_id: Annotated[str, typer.Argument()], data: Data = None) -> None:
    """Stop a write key for good."""
    with house(data=data) as app, app.db.begin(COMMAND, app.clock.now()) as work:
        app.keys.disable(work, key_id)


@quarantine.command("list")
def list_quarantine(data: Data = None, as_json: AsJson = False) -> None:
    """List what was refused, newest first, with its reason."""
    with house(data=data) as app:
        rows = app.inbox.quarantined()
    if as_json:
        print_json([
            {"id": r.id, "source": r.source, "code": r.code, "reason": r.reason,
             "path": r.path, "replayed": r.replayed is not None} for r in rows
        ])  # fmt: skip
        return
    for row in rows:
        print(f"{row.id}  {row.source}  {row.reason}{'  (replayed)' if row.replayed else ''}")


@quarantine.command("replay")
def replay_quarantined(
    item: Annotated[int, typer.Argument(help="The id that `quarantine list` shows.")],
    data: Data = None,
    corrected: Annotated[
        Path | None, typer.Option(help="A file with the item's JSON, mended.")
    ] = None,
) -> None:
    """Read a refused item anew, as it was or mended; it goes in with the next batch."""
    body = None
    if corrected is not None:
        if not corrected.is_file():
            raise NotFound(f"there is no file {corrected}")
        body = corrected.read_bytes()
    with house(data=data) as app:
        app.inbox.replay(item, app.clock.now(), body)


@segments.command("list")
def list_segments(data: Data = None, as_json: AsJson = False) -> None:
    """List segments with their population."""
    with house(data=data) as app, app.db.read(COMMAND, app.clock.now()) as work:
        rows = {
            one.slug: len(app.segments.members(work, one.slug)) for one in app.segments.all(work)
        }
    if as_json:
        print_json(rows)
        return
    for slug, population in rows.items():
        print(f"{slug}  {population}")


@segments.command("members")
def list_members(
    name: Annotated[str, typer.Argument(help="The segment's slug.")],
    data: Data = None,
    at: Annotated[str, typer.Option(help="As of a past moment, such as 2026-01-31T12:00Z.")] = "",
    as_json: AsJson = False,
) -> None:
    """Print the user ids of a segment's members, a line each; of now, or of a past moment."""
    with house(data=data) as app, app.db.read(COMMAND, app.clock.now()) as work:
        members = (
            app.segments.population_at(work, name, parse_time(at, app.zone))
            if at
            else app.segments.members(work, name)
        )
        found = app.profiles.user_ids(work, members)
    people = sorted(found.values())
    if as_json:
        print_json(people)
        return
    for one in people:
        print(one)


def _serve(app: App) -> None:
    # the web takes longer to load than most commands take: who needs it waits for it
    from coterie.serving import serve  # noqa: PLC0415

    serve(app, _say_ready)


def _say_ready(address: str) -> None:
    err.print(f"Coterie is at {address} (Ctrl-C stops it)", markup=False)
