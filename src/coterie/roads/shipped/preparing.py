"""Get a file ready for its map: read it whatever it is written in, leave rows out, gather orders.

The work is DuckDB's, so a million lines are gathered in seconds and in bounded memory. What cannot
be read as a number or time is left as it is written: the map refuses it with row and reason.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from coterie.core.errors import Invalid, NotFound
from coterie.roads.imports.files import SUFFIXES, take_in
from coterie.roads.shipped.recipe import (
    AMOUNT,
    AT,
    CUMULATIVE,
    EVENT,
    LINES,
    Gathering,
    Recipe,
    Step,
    Test,
)

ROW = "row_number_in_file"


def prepare(source: Path, recipe: Recipe, folder: Path, kind: str = "parquet") -> Path:
    """Return the file that a recipe's map shall read, written into ``folder`` where it must be.

    ``kind`` is ``parquet`` or ``csv``. Raises NotFound without the file, Invalid when it cannot be
    read or lacks a column by which it is known.
    """
    if not source.is_file():
        raise NotFound(f"there is no file {source}")
    if source.suffix.lower() != ".parquet":
        if source.suffix.lower() not in SUFFIXES:
            raise Invalid(
                f"cannot read {source.name}", hint=f"give one of .parquet, {', '.join(SUFFIXES)}"
            )
        plain = folder / "rows.csv"
        plain.unlink(missing_ok=True)
        take_in(source, source.name, plain)
        source = plain
    target = folder / f"prepared.{kind}"
    with duckdb.connect(config={"autoinstall_known_extensions": "false"}) as engine:
        _read(engine, source, recipe)
        if recipe.gathering is not None:
            _gather(engine, recipe.gathering)
        options = "FORMAT parquet" if kind == "parquet" else "FORMAT csv, HEADER"
        engine.execute(
            f"COPY (SELECT * FROM given_rows ORDER BY {ROW}) TO {_text(str(target))} ({options})"
        )
    return target


def _read(engine: duckdb.DuckDBPyConnection, source: Path, recipe: Recipe) -> None:
    """Read the rows that are wanted; columns that the map may read and the file lacks are empty."""
    reader = (
        f"read_parquet({_text(str(source))})"
        if source.suffix == ".parquet"
        else f"read_csv({_text(str(source))}, header = true, all_varchar = true, quote = '\"',"
        " escape = '\"', delim = ',', strict_mode = false, null_padding = true)"
    )
    try:
        engine.execute(f"CREATE TABLE all_rows AS SELECT * FROM {reader}")
    except duckdb.Error as error:
        raise Invalid(f"cannot read {source.name}: {str(error).splitlines()[0]}") from error
    present = [row[0] for row in engine.execute("DESCRIBE all_rows").fetchall()]
    lacking = [name for name in recipe.columns if name not in present]
    if lacking:
        raise Invalid(
            f"the file has no column {lacking[0]!r}, so it is none of {recipe.name}",
            hint="it has " + ", ".join(present),
        )
    empty = [f", NULL::VARCHAR AS {_name(one)}" for one in recipe.reads if one not in present]
    where = _where(recipe.only)
    engine.execute(
        f"CREATE TABLE given_rows AS SELECT * FROM (SELECT *, row_number() OVER () AS {ROW}"
        f"{''.join(empty)} FROM all_rows) WHERE {where}"
    )
    engine.execute("DROP TABLE all_rows")


def _gather(engine: duckdb.DuckDBPyConnection, how: Gathering) -> None:
    """Put the rows of each order together, and give a row for each step that it came to."""
    columns = [row[0] for row in engine.execute("DESCRIBE given_rows").fetchall()]
    if how.by not in columns:
        raise Invalid(f"the file has no column {how.by!r}", path="orders.by")
    first = [
        f"arg_min({_name(one)}, {ROW}) FILTER ({_filled(one)}) AS {_name(one)}"
        for one in columns
        if one not in (how.by, ROW)
    ]
    lines = ", ".join(f"{_text(name)}: {_line(one)}" for name, one in how.lines.items())
    made = [f"to_json(list({{{lines}}} ORDER BY {ROW}))::VARCHAR"] if lines else ["NULL"]
    factors = " * ".join(f"{_number(one)}" for one in how.total)
    total = f"round(sum({factors}), 4)::DECIMAL(24, 4)" if how.total else "NULL"
    engine.execute(
        f"CREATE TABLE gathered AS SELECT {_name(how.by)}, min({ROW}) AS {ROW},"
        f" {''.join(one + ', ' for one in first)}{made[0]} AS {LINES}, {total} AS order_total"
        f" FROM given_rows WHERE {_filled(how.by)} GROUP BY {_name(how.by)}"
    )
    steps = " UNION ALL ".join(_step(place, one) for place, one in enumerate(how.events))
    engine.execute("DROP TABLE given_rows")
    engine.execute(
        f"CREATE TABLE given_rows AS SELECT * EXCLUDE (step_place, {ROW}, order_total),"
        f" row_number() OVER (ORDER BY {ROW}, step_place) AS {ROW} FROM ({steps})"
    )


def _step(place: int, step: Step) -> str:
    at = ", ".join(f"nullif(trim({_name(one)}::VARCHAR), '')" for one in step.at)
    amount = "order_total" if step.amount is None else _name(step.amount)
    return (
        f"SELECT *, {place} AS step_place, {_text(step.event)} AS {EVENT},"
        f" coalesce({at}) AS {AT}, {amount}::VARCHAR AS {AMOUNT},"
        f" {'true' if step.cumulative else 'NULL'}::BOOLEAN AS {CUMULATIVE}"
        f" FROM gathered WHERE coalesce({at}) IS NOT NULL AND {_where(step.when)}"
    )


def _line(value: Any) -> str:
    """Write a line's value: a number where it is one, else the text."""
    if isinstance(value, Mapping):
        column = str(value["number"])
        number = _number(column)
        whole = f"CASE WHEN {number} = floor({number}) THEN to_json({number}::BIGINT)"
        return (
            f"{whole} WHEN {number} IS NOT NULL THEN to_json({number}::DOUBLE)"
            f" ELSE to_json({_name(column)}::VARCHAR) END"
        )
    return f"to_json({_name(str(value))}::VARCHAR)"


def _number(column: str) -> str:
    text = f"regexp_replace({_name(column)}::VARCHAR, '[,¥￥$€£\\s]', '', 'g')"
    return f"TRY_CAST({text} AS DECIMAL(18, 4))"


def _where(test: Test) -> str:
    parts = [_compare(name, one) for name, one in test.items()]
    return " AND ".join(parts) or "true"


def _compare(column: str, wanted: Any) -> str:
    text = f"coalesce(trim({_name(column)}::VARCHAR), '')"
    if isinstance(wanted, Mapping):
        ((how, value),) = wanted.items()
        if how == "filled":
            return _filled(column) if value else f"NOT {_filled(column)}"
        if how == "above":
            return f"coalesce({_number(column)} > {float(value)}, false)"
        if how in ("begins", "begins_not"):
            said = f"starts_with({text}, {_text(str(value))})"
            return said if how == "begins" else f"NOT {said}"
        return f"{text} NOT IN ({_list(value)})"
    return f"{text} IN ({_list(wanted)})"


def _list(value: Any) -> str:
    values: Sequence[Any] = value if isinstance(value, list) else [value]
    return ", ".join(_text(str(one)) for one in values) or "''"


def _filled(column: str) -> str:
    return f"coalesce(trim({_name(column)}::VARCHAR), '') <> ''"


def _name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
