"""Levels of fading traits, written by columns; the tables are those of ``slices``."""

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import delete

from coterie.profiles.fading import Fading
from coterie.profiles.slices.store import NAMES, fading_name_rows, fading_rows, named_all
from coterie.storage.work import Work, in_chunks

_NOTED = "profiles.faded"

Noted = tuple[NDArray[np.int32], NDArray[np.float64]]
"""People, and their levels of one fading trait."""


def write(work: Work, given: Fading, half_life: int) -> None:
    """Set levels of fading traits, and the half-life of their names; NaN removes one."""
    there = ~np.isnan(given.levels)
    set_now = np.unique(given.which[there]).tolist()
    ids = _ids(work, [given.names[place] for place in set_now], half_life)
    traits = np.array([ids.get(name, 0) for name in given.names], np.int64)[given.which]
    columns = given.people[there], traits[there], given.levels[there]
    work.upsert_rows(
        fading_rows,
        ("profile", "trait", "level"),
        list(zip(*(column.tolist() for column in columns), strict=True)),
        key=["profile", "trait"],
        change=["level"],
    )
    gone = ~there & (traits > 0)
    for trait in np.unique(traits[gone]).tolist():
        for chunk in in_chunks(given.people[gone & (traits == trait)].tolist()):
            of_these = fading_rows.c.profile.in_(chunk)
            statement = delete(fading_rows).where(fading_rows.c.trait == trait, of_these)
            work.connection.execute(statement)
    _note(work, given)


def _ids(work: Work, names: Collection[str], half_life: int) -> dict[str, int]:
    """Return the ids of all names; these have this half-life from now on."""
    known = {row.name: row for row in named_all(work, None)}
    news = [
        {"name": name, "half_life": half_life}
        for name in sorted(names)
        if name not in known or known[name].half_life != half_life
    ]
    if not news:
        return {name: row.id for name, row in known.items()}
    work.upsert(fading_name_rows, news, key=["name"], change=["half_life"])
    work.memo.pop(NAMES, None)
    return {row.name: row.id for row in named_all(work, None)}


def unfade(work: Work, profiles: Collection[int]) -> int:
    """Take all fading traits of these profiles away; count them."""
    count = 0
    for chunk in in_chunks(profiles):
        gone = delete(fading_rows).where(fading_rows.c.profile.in_(chunk))
        count += work.connection.execute(gone).rowcount
    names = [row.name for row in named_all(work, None)]
    if profiles and names:
        people = np.tile(np.array(list(profiles), np.int64), len(names))
        which = np.repeat(np.arange(len(names)), len(profiles))
        _note(work, Fading(people, which, names, np.full(len(people), np.nan)))
    return count


def _note(work: Work, given: Fading) -> None:
    """Note what was written, for as long as the work lasts."""
    noted: dict[str, list[Noted]] = work.memo.setdefault(_NOTED, {})
    order = np.argsort(given.which, kind="stable")
    ends = np.cumsum(np.bincount(given.which, minlength=len(given.names))).tolist()
    people, levels = given.people[order].astype(np.int32), given.levels[order]
    for name, start, end in zip(given.names, [0, *ends], ends, strict=False):
        if start < end:
            noted.setdefault(name, []).append((people[start:end], levels[start:end]))


def written(work: Work) -> dict[str, Noted]:
    """Return what was written so far, by name: people in order and their levels, NaN of none."""
    noted: dict[str, list[Noted]] = work.memo.get(_NOTED, {})
    found = {}
    for name, parts in noted.items():
        people, levels = (np.concatenate(columns) for columns in zip(*parts, strict=True))
        order = np.argsort(people, kind="stable")  # of one who was written twice, the last is last
        people, levels = people[order], levels[order]
        last = np.append(people[1:] != people[:-1], True)
        found[name] = people[last], levels[last]
    return found
