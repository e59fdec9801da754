"""A file that a shipped map is for: its rows are gathered into a file of their own, beside it."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from coterie.core.errors import Conflict, Invalid
from coterie.roads.imports.files import take_in
from coterie.roads.imports.model import Import
from coterie.roads.imports.plan import Plan
from coterie.roads.shipped.library import shipped_one
from coterie.roads.shipped.preparing import prepare


@dataclass(frozen=True)
class Recast:
    """What a file becomes by a recipe: the plan, and the new rows, not yet in the old ones' place.

    ``of`` is the import it is for.
    """

    of: str
    plan: Plan
    columns: tuple[str, ...]
    rows: int
    file: Path


def recast(one: Import, file: Path, name: str) -> Recast:
    """Gather a file's rows as a shipped map has them; raises Invalid when it is of another kind."""
    recipe = shipped_one(name)
    if recipe.file_map is None or not recipe.fits(one.columns):
        raise Invalid(f"the file's columns are not those of {name}", path="recipe")
    if one.started is not None:
        raise Conflict(f"rows of {one.name} have gone in already: its map stays as it is")
    target = file.with_suffix(".recast")
    target.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix="coterie-recipe-") as folder:
        prepared = prepare(file, recipe, Path(folder), "csv")
        found = take_in(prepared, "rows.csv", target, "utf-8")
    plan = Plan(recipe.file_map.kind, (), recipe=name)
    return Recast(one.id, plan, found.columns, found.rows, target)


def source_of(one: Import) -> str:
    """Return what is stamped on an import's rows: of a shipped map's, the import is told apart."""
    named = one.plan is not None and bool(one.plan.recipe)
    return f"import-{one.id[-8:]}" if named else "import"
