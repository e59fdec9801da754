"""The tables of profiles that hold something of a person, by the column that names her.

Whatever refers to a profile is found by its foreign key, so that a table made tomorrow is not
forgotten; those without one are named. Keys go last of all, consent stays without its identity.
"""

from sqlalchemy import Table

from coterie.profiles.consents.store import consent_rows
from coterie.profiles.directory.store import prefix_rows
from coterie.profiles.slices.store import fading_rows
from coterie.profiles.store import key_rows, profile_rows
from coterie.storage.schema import metadata

_NOT_HERE = (profile_rows, key_rows, consent_rows)


def _referring() -> list[tuple[Table, str]]:
    return [
        (table, column.name)
        for table in metadata.sorted_tables
        for column in table.c
        if table not in _NOT_HERE
        and any(key.column.table is profile_rows for key in column.foreign_keys)
    ]


def tables() -> list[tuple[Table, str]]:
    """Return the tables with the column that names her, those first that refer to others."""
    return [(prefix_rows, "profile"), (fading_rows, "profile"), *reversed(_referring())]
