"""Collect the texts of the pages into the gettext catalogues; new ones come with an empty msgstr.

A room's texts (``console/<room>``, ``templates/console/<room>``) go into ``<room>.po``, those of
the guides' pages into ``guide.po``, those of members into ``member.po``, all others into
``shell.po``. Run it after changing a text, then fill in what is empty.
"""

import argparse
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from coterie.settings import Settings
from coterie.web.speech import LANGUAGES
from coterie.web.vocabulary import VOCABULARY

WEB = Path(__file__).parents[1] / "src" / "coterie" / "web"
SHELL = "shell"
KEYWORDS = {"_": None, "gettext": None, "N_": None, "ngettext": (1, 2), "plural": (1, 2)}

Text = str | tuple[str, ...]


def room_of(source: Path) -> str:
    """Name the catalogue that a source's texts belong to."""
    parts = source.relative_to(WEB).parts
    folder = parts[1:] if parts[0] == "templates" else parts
    if folder[0] in {"guide", "member"}:
        return folder[0]
    if folder[0] == "console" and len(folder) > 1:
        name = folder[1].removesuffix(".py")
        if len(folder) > 2 or source.suffix == ".py":
            return SHELL if name in {"__init__", "sign_in"} else name
    return SHELL


def texts_of(source: Path) -> Iterator[tuple[int, Text]]:
    """Yield line and text of everything that a source says."""
    method = "python" if source.suffix == ".py" else "jinja2.ext:babel_extract"
    options = {"trimmed": "false", "silent": "false", "extensions": "jinja2.ext.do"}
    with source.open("rb") as file:
        for line, text, _, _ in extract(method, file, KEYWORDS, options=options):
            yield line, text


def elsewhere() -> Iterator[tuple[Text, str]]:
    """Yield what other rooms say in English and the house's own pages translate."""
    codes = WEB.parent / "channels" / "wecom" / "client" / "codes.py"
    for source in [*sorted((WEB.parent / "roads" / "doctor").glob("*.py")), codes]:
        for _, text in texts_of(source):
            yield text, f"../{source.relative_to(WEB.parent).as_posix()}"
    for field in Settings.model_fields.values():
        if field.description:
            yield field.description, "../settings.py"


def collect() -> dict[str, dict[Text, list[tuple[str, int]]]]:
    """Return for every catalogue its texts, and where each is said."""
    found: dict[str, dict[Text, list[tuple[str, int]]]] = {}
    for source in sorted([*WEB.rglob("*.py"), *WEB.rglob("*.html")]):
        for line, text in texts_of(source):
            if text:
                place = (source.relative_to(WEB).as_posix(), line)
                found.setdefault(room_of(source), {}).setdefault(text, []).append(place)
    for text, place in elsewhere():
        found.setdefault("house", {}).setdefault(text, []).append((place, 1))
    words = {word for group in VOCABULARY.values() for word in group.values()}
    for word in sorted(words):
        found[SHELL].setdefault(word, []).append(("vocabulary.py", 1))
    return found


def written(room: str, language: str, texts: dict[Text, list[tuple[str, int]]]) -> bytes:
    """Return a catalogue with these texts: known translations kept, vanished texts dropped."""
    path = WEB / "locale" / language / f"{room}.po"
    known = Catalog(locale=language)
    if path.exists():
        with path.open("rb") as file:
            known = read_po(file, locale=language)
    fresh = Catalog(locale=language, project="coterie", fuzzy=False, charset="utf-8")
    fresh.revision_date = fresh.creation_date = known.creation_date
    for text, places in texts.items():
        earlier = known.get(text[0] if isinstance(text, tuple) else text)
        string = earlier.string if earlier is not None and earlier.id == text else None
        files = sorted({(file, None) for file, _ in places})
        fresh.add(text, string, locations=files)
    buffer = BytesIO()
    write_po(buffer, fresh, width=100, sort_output=True, include_lineno=False, omit_header=False)
    lines = buffer.getvalue().decode().splitlines()
    kept = [line for line in lines if not line.startswith(_HEAD)]
    return ("\n".join(kept) + "\n").encode()


_HEAD = ('"POT-Creation-Date', '"PO-Revision-Date', '"Last-Translator', '"Language-Team',
         '"Generated-By', '"Report-Msgid', "# Translations template", "# Copyright", "# This file",
         "# FIRST AUTHOR", "#\n")  # fmt: skip


def main() -> None:
    """Write the catalogues of one room, or of all."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--room", help="only this catalogue")
    room = asked.parse_args().room
    found = collect()
    for language in LANGUAGES:
        if language == "en":
            continue
        for name in sorted(found):
            if room in {None, name}:
                path = WEB / "locale" / language / f"{name}.po"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(written(name, language, found[name]))
                with path.open("rb") as file:
                    empty = sum(
                        1 for text in read_po(file) if text.id and not _is_said(text.string)
                    )
                print(f"{path.name}: {len(found[name])} texts, {empty} to translate")


def _is_said(string: str | tuple[str, ...] | list[str]) -> bool:
    return bool(string) if isinstance(string, str) else all(string)


if __name__ == "__main__":
    main()
