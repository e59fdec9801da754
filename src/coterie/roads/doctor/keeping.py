"""Judges what is kept: the database, the disk, the event log. Pure."""

from collections.abc import Iterator

from coterie.roads.doctor.model import GB, MB, N_, Finding, Judge, Level, Measured, Quantity, grade

OLDEST_POSTGRES = 14


def _speed(m: Measured) -> Iterator[Finding]:
    yield Finding(
        "database.latency",
        grade(m.latency, notice=20, warning=200),
        N_("%(database)s %(version)s answers in %(latency)s."),
        N_("Bring the database nearer to this machine, or look what else it has to do.")
        if m.latency >= 20
        else "",
        {
            "database": "PostgreSQL" if m.dialect == "postgresql" else "SQLite",
            "version": m.database_version,
            "latency": Quantity(m.latency, "ms"),
        },
    )
    major = m.database_version.partition(".")[0]
    if m.dialect == "postgresql" and major.isdigit() and int(major) < OLDEST_POSTGRES:
        yield Finding(
            "database.version",
            "warning",
            N_("PostgreSQL %(version)s is older than what we are tested on."),
            N_("Move to PostgreSQL 14 or newer."),
            {"version": m.database_version},
        )


def _size(m: Measured) -> Iterator[Finding]:
    yield Finding(
        "database.size",
        "ok",
        N_("The database holds %(size)s."),
        values={"size": Quantity(m.database_size, "bytes")},
    )
    level = grade(m.wal or 0, notice=256 * MB, warning=GB)
    if level != "ok":
        yield Finding(
            "database.wal",
            level,
            N_("The write-ahead log has grown to %(size)s."),
            N_("A reader that never ends keeps it from shrinking: end old `coterie` processes."),
            {"size": Quantity(m.wal or 0, "bytes")},
        )


def _integrity(m: Measured) -> Iterator[Finding]:
    if m.dialect != "sqlite" or not m.checked:
        return
    if m.faults is None:
        yield Finding(
            "database.integrity",
            "notice",
            N_("The check of the database's pages did not end in the time it was given."),
            N_('Run it where it may take long: sqlite3 coterie.db "PRAGMA quick_check".'),
        )
    elif m.faults:
        yield Finding(
            "database.integrity",
            "error",
            N_("The database is damaged: %(fault)s"),
            N_("Stop the house, keep a copy of the folder, and restore your newest backup."),
            {"fault": m.faults[0]},
        )
    else:
        yield Finding("database.integrity", "ok", N_("The database's pages are whole."))


def _disk(m: Measured) -> Iterator[Finding]:
    level: Level = "ok"
    if m.disk_free < 500 * MB:
        level = "error"
    elif m.disk_free < 5 * GB and m.disk_free < m.disk_total // 10:
        level = "warning"
    yield Finding(
        "database.disk",
        level,
        N_("%(free)s of %(total)s are free on the disk."),
        N_("Make room or move to a larger disk: when it is full nothing is accepted.")
        if level != "ok"
        else "",
        {"free": Quantity(m.disk_free, "bytes"), "total": Quantity(m.disk_total, "bytes")},
    )


def _backup(m: Measured) -> Iterator[Finding]:
    copy = N_("Every day: pg_dump, and copy the folder lake; keep master.key in another place.")
    if m.dialect == "sqlite":
        copy = N_("Every day: coterie backup FOLDER; keep master.key in another place.")
    yield Finding(
        "database.backup", "notice", N_("Whether there is a backup cannot be seen from here."), copy
    )


def _lake(m: Measured) -> Iterator[Finding]:
    if m.missing:
        yield Finding(
            "log.missing",
            "error",
            N_("Files of the event log that are gone from the folder lake: %(files)s."),
            N_("Restore them from your backup; until then what they hold is missing everywhere."),
            {"files": Quantity(m.missing)},
        )
    level = grade(m.to_compact, notice=500)
    yield Finding(
        "log.files",
        level,
        N_(
            "Files of the event log: %(files)s, to be put together: %(small)s; events not yet in "
            "files: %(hot)s."
        ),
        N_("The house does it by itself once an hour while it runs.") if level != "ok" else "",
        {
            "files": Quantity(m.files),
            "small": Quantity(m.to_compact),
            "hot": Quantity(m.hot),
        },
    )
    if m.orphans:
        yield Finding(
            "log.orphans",
            grade(m.orphans, notice=100),
            N_("Files of the log that are no longer needed: %(files)s."),
            N_("The house deletes them by itself within two hours of running."),
            {"files": Quantity(m.orphans)},
        )


JUDGES: tuple[Judge, ...] = (_speed, _size, _integrity, _disk, _backup, _lake)
