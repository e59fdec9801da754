"""The recipes that come with the house."""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from coterie.core import document
from coterie.core.errors import NotFound
from coterie.roads.shipped.recipe import Recipe, read_recipe

_ENDING = ".map.yaml"


@cache
def shipped() -> tuple[Recipe, ...]:
    """Return every recipe that comes with the house, by name."""
    found = [one for one in (files(__package__) / "maps").iterdir() if one.name.endswith(_ENDING)]
    return tuple(
        read_recipe(one.name.removesuffix(_ENDING), document.read(one.read_text(encoding="utf-8")))
        for one in sorted(found, key=lambda one: one.name)
    )


def shipped_one(name: str) -> Recipe:
    """Return one recipe by its name; raises NotFound naming all there are."""
    for one in shipped():
        if one.name == name:
            return one
    names = ", ".join(one.name for one in shipped())
    raise NotFound(f"there is no map {name!r}: give a file, or one of {names}")


def text_of(name: str) -> str:
    """Return a shipped recipe as it is written."""
    shipped_one(name)
    return (files(__package__) / "maps" / f"{name}{_ENDING}").read_text(encoding="utf-8")


def fitting(columns: Sequence[str]) -> Recipe | None:
    """Return the recipe that a file with these columns is for: the one that knows most of them."""
    some = [one for one in shipped() if one.fits(columns)]
    return max(some, key=lambda one: len(one.columns), default=None)
