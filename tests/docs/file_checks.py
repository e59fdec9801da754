"""What imports, maps, settings and the command line are refused for: a check for each row."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from coterie.app import App, open_app
from coterie.core.actor import COMMAND
from coterie.settings import Settings
from docs.town import PASSWORD, Answer, Check, Town


@contextmanager
def opened(town: Town) -> Iterator[App]:
    """Open the house in the folder of the command line."""
    app = open_app(Settings(data=town.folder))
    try:
        yield app
    finally:
        app.close()


GOOD = "uid,when,rating\nada,2026-01-01,4\n"


def _map(**parts: Any) -> Check:
    return lambda town: town.import_(GOOD, **parts)[0]


def rows(content: str | bytes, name: str = "rows.csv", **parts: Any) -> Check:
    """Import a file; what is kept is what the log holds more afterwards."""

    def check(town: Town) -> Answer:
        report = town.report()
        answer, _ = town.import_(content, name, **parts)
        fresh = town.report() - report
        if not answer.said.endswith(" 0"):
            assert not fresh
            return answer
        return Answer(answer.said, "the other rows" if fresh else "nothing")

    return check


def row(bad: str) -> Check:
    """Import a bad row beside a good one that was not there before."""
    numbers = {"rating": {"number": "rating"}}

    def check(town: Town) -> Answer:
        town.files += 1
        content = f"{GOOD}new-{town.files},2026-01-01,4\n{bad}\n"
        return rows(content, timestamp="when", properties=numbers)(town)

    return check


def again(town: Town) -> Answer:
    content = "uid,when,rating\nagain,2026-01-01,4\n"
    town.import_(content)
    return rows(content)(town)


def bad_items(town: Town) -> Answer:
    """Import two bad items and a good one."""
    columns = "sku,price\n"
    content = town.file("items.csv", f"{columns},1\nb,dear\ngood,1\n")
    file_map = town.file("items.yaml", "{kind: items, key: sku, price: price}")
    answer = town.run("import", content, "--map", file_map)
    with opened(town) as app, app.db.read(COMMAND, 0) as work:
        kept = {item.key for item in app.catalog.items(work)}
    assert kept == {"good"}
    return Answer(answer.said, "the other rows")


FILES: dict[str, Check] = {
    "file-missing": lambda town: town.run(
        "import", str(town.folder / "no.csv"), "--map", town.import_(GOOD)[1]
    ),
    "file-kind": rows(GOOD, "rows.xls"),
    "file-parquet": rows(GOOD, "rows.parquet"),
    "file-encoding": rows("uid,when,rating\nJos\xe9,2026-01-01,4\n".encode("latin-1")),
    "file-quote": rows(GOOD + 'bob,2026-01-01,"' + "x" * 200_000 + "\n"),
    "row-short": row("bob"),
    "row-long": row("bob,2026-01-01,4,more"),
    "row-ids": row(",2026-01-01,4"),
    "row-time": row("bob,yesterday,4"),
    "row-time-digits": row("bob,20260131,4"),
    "row-number": row("bob,2026-01-01,four"),
    "row-column": rows("who,when\nada,2026-01-01\n"),
    "row-item": bad_items,
    "row-again": again,
}

MAPS: dict[str, Check] = {
    "map-missing": lambda town: town.run(
        "import", town.file("rows.csv", GOOD), "--map", str(town.folder / "no.yaml")
    ),
    "map-yaml": lambda town: town.run(
        "import", town.file("rows.csv", GOOD), "--map", town.file("bad.yaml", "[")
    ),
    "map-not-mapping": lambda town: town.run(
        "import", town.file("rows.csv", GOOD), "--map", town.file("bad.yaml", "- kind")
    ),
    "map-key-twice": lambda town: town.run(
        "import", town.file("rows.csv", GOOD), "--map",
        town.file("bad.yaml", "kind: events\nkind: items"),
    ),
    "map-kind": _map(kind="orders"),
    "map-key": _map(colour="uid"),
    "map-event": lambda town: town.run(
        "import", town.file("rows.csv", GOOD), "--map",
        town.file("bad.yaml", "{kind: events, user_id: uid}"),
    ),
    "map-ids": lambda town: town.run(
        "import", town.file("rows.csv", GOOD), "--map",
        town.file("bad.yaml", "{kind: events, event: {value: Wine Rated}}"),
    ),
    "map-expression": _map(properties={"rating": {"numbr": "rating"}}),
    "map-topics": lambda town: town.run(
        "import", town.file("rows.csv", GOOD), "--map",
        town.file("bad.yaml", "{kind: items, key: uid, topics: wine}"),
    ),
    "map-zone": _map(zone="Mars/Base"),
    "map-encoding": _map(encoding="klingon"),
}  # fmt: skip


def toml(text: str | bytes) -> Check:
    def check(town: Town) -> Answer:
        file = town.file("toml/coterie.toml", text)
        return town.run("migrate", "--data", file.removesuffix("/coterie.toml"))

    return check


def setting(**environment: str) -> Check:
    return lambda town: town.run(
        "migrate", **{f"COTERIE_{name.upper()}": value for name, value in environment.items()}
    )


def another_zone(town: Town) -> Answer:
    town.run("migrate")
    return setting(zone="Europe/Rome")(town)


SETTINGS: dict[str, Check] = {
    "setting-toml": toml("port = "),
    "setting-toml-encoding": toml('brand = "Jos\xe9"'.encode("latin-1")),
    "setting-unknown": toml("prot = 8000"),
    "setting-type": toml('port = "many"'),
    "setting-list": setting(allowed_hosts="localhost"),
    "setting-range": setting(holdout="101"),
    "setting-zone": setting(zone="Mars/Base"),
    "setting-zone-changed": another_zone,
    "setting-currency": setting(currency="yuan"),
    "setting-quiet": setting(quiet_start="25:00"),
    "setting-master-key": setting(master_key="secret"),
    "setting-database": setting(database="nonsense"),
    "setting-database-kind": setting(database="mysql://ada@localhost/coterie"),
    "setting-database-away": setting(database="postgresql+psycopg://ada@127.0.0.1:1/coterie"),
    "setting-smtp-sender": setting(smtp_host="mail.example.com", smtp_sender="nobody"),
}


def taken_port(town: Town) -> Answer:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        return town.run("up", "--port", str(other.getsockname()[1]))


def unowned(town: Town) -> Answer:
    folder = town.folder / "unowned"
    return town.run("up", "--host", "0.0.0.0", "--port", "0", COTERIE_DATA=str(folder))


def owner_again(town: Town) -> Answer:
    town.run("owner", "grace", COTERIE_OWNER_PASSWORD=PASSWORD)
    return town.run("owner", "grace", COTERIE_OWNER_PASSWORD=PASSWORD)


def apply(content: str | bytes) -> Check:
    return lambda town: town.run("apply", town.file("book.yaml", content))


def unmakeable(town: Town) -> Answer:
    return town.run("migrate", "--data", town.file("a-file", "") + "/folder")


def quarantined(town: Town) -> str:
    """Have an event refused, and return the id under which it lies in quarantine."""
    with opened(town) as app:
        app.door.accept("shop", b'{"userId": "ada"}', "track", app.clock.now())
        return str(app.inbox.quarantined()[0].id)


def replay_as_it_was(town: Town) -> Answer:
    item = quarantined(town)
    answer = town.run("quarantine", "replay", item)
    assert f'"id": {item},' in town.printed("quarantine", "list", "--json")
    return answer


def replay_twice(town: Town) -> Answer:
    item = quarantined(town)
    mended = town.file("event.json", '{"userId": "ada", "event": "Wine Rated"}')
    assert town.run("quarantine", "replay", item, "--corrected", mended).said == "exit 0"
    return town.run("quarantine", "replay", item, "--corrected", mended)


def replay_of_no_file(town: Town) -> Answer:
    missing = str(town.folder / "no.json")
    return town.run("quarantine", "replay", quarantined(town), "--corrected", missing)


def demo_on_a_real_house(town: Town) -> Answer:
    town.run("migrate")
    return town.run("demo", "--once")


COMMANDS: dict[str, Check] = {
    "command-unknown": lambda town: town.run("dance"),
    "command-option": lambda town: town.run("up", "--prot", "8000"),
    "command-argument": lambda town: town.run("import"),
    "command-folder": unmakeable,
    "command-playbook": lambda town: town.run("apply", str(town.folder / "no.yaml")),
    "command-playbook-wrong": apply("version: 1\nsegment: {}"),
    "command-playbook-encoding": apply("version: 1\nname: Jos\xe9".encode("latin-1")),
    "command-replay": lambda town: town.run("quarantine", "replay", "1000000"),
    "command-replay-wrong": replay_as_it_was,
    "command-replay-twice": replay_twice,
    "command-corrected": replay_of_no_file,
    "command-segment": lambda town: town.run("segments", "members", "nosuch"),
    "command-list": lambda town: town.run("list", "upload", "vip"),
    "command-list-file": lambda town: town.run("list", "upload", "vip", "nosuch.txt"),
    "command-key": lambda town: town.run("key", "disable", "nosuch"),
    "command-source": lambda town: town.run("key", "new", "--source", "My Shop"),
    "command-password": lambda town: town.run("owner", "ada", COTERIE_OWNER_PASSWORD="short"),
    "command-owner": owner_again,
    "command-new-password": lambda town: town.run(
        "owner", "nobody", "--new-password", COTERIE_OWNER_PASSWORD=PASSWORD
    ),
    "command-port": taken_port,
    "command-host": unowned,
    "command-demo": demo_on_a_real_house,
    "command-ratings": lambda town: town.run(
        "demo", "--once", "--ratings", str(town.folder / "no.parquet"),
        COTERIE_DATA=str(town.folder / "demo"),
    ),
}  # fmt: skip
