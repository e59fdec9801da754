"""A rhythm as the fields of a form, and back. Pure.

Law: reading back what was laid out gives the same rhythm. Of a play the form shows when, what and
its words; the rest is JSON in ``play0.more``.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from coterie.core.errors import Invalid

SPARE = 1
MOST_ROWS = 60
_SHOWN = ("name", "kind", "titles", "day", "every", "at", "text")
_DAY = re.compile(r"\d{1,4}")
_NUMBER = re.compile(r"\d{1,4}")


def fields_of(document: Mapping[str, Any]) -> dict[str, str]:
    """Lay a rhythm out as fields: ``play0.name``, ``play0.when``, ``play0.text`` ..."""
    titles = document.get("titles", {})
    fields = {
        "slug": str(document.get("slug", "")),
        "title.zh": titles.get("zh", ""), "title.en": titles.get("en", ""),
        "jitter": str(document.get("jitter", 20)),
        "skip": " ".join(document.get("skip", ())),
        "middle": str((document.get("stages") or {}).get("middle", 7)),
        "late": str((document.get("stages") or {}).get("late", 21)),
    }  # fmt: skip
    for place, play in enumerate(document.get("plays", ())):
        at = f"play{place}."
        said = play.get("titles") or {}
        fields |= {
            f"{at}name": str(play.get("name", "")), f"{at}kind": str(play.get("kind", "")),
            f"{at}zh": said.get("zh", ""), f"{at}en": said.get("en", ""),
            f"{at}when": str(play["day"] if "day" in play else play.get("every", "")),
            f"{at}at": str(play.get("at", "10:00")), f"{at}text": str(play.get("text", "")),
        }  # fmt: skip
        more = {name: value for name, value in play.items() if name not in _SHOWN}
        fields[f"{at}more"] = json.dumps(more, ensure_ascii=False) if more else ""
    return fields


def rows_of(fields: Mapping[str, str]) -> int:
    """Count the rows that a form shows: those that are filled, and a spare one."""
    filled = [place for place in range(MOST_ROWS) if fields.get(f"play{place}.name")]
    return min(max(filled, default=-1) + 1 + SPARE, MOST_ROWS)


def document_of(fields: Mapping[str, str], slug: str) -> dict[str, Any]:
    """Read a rhythm out of a form; an empty row is left out. Raises Invalid."""
    plays = [
        _play(fields, place) for place in range(MOST_ROWS)
        if any(fields.get(f"play{place}.{name}", "").strip() for name in ("name", "text", "zh"))
    ]  # fmt: skip
    titles = {
        one: fields[f"title.{one}"].strip()
        for one in ("zh", "en")
        if fields.get(f"title.{one}", "").strip()
    }
    document: dict[str, Any] = {
        "slug": slug, "titles": titles, "plays": plays,
        "jitter": _whole(fields.get("jitter", "") or "20", "jitter"),
        "stages": {
            "early": 0, "middle": _whole(fields.get("middle", "") or "7", "stages"),
            "late": _whole(fields.get("late", "") or "21", "stages"),
        },
    }  # fmt: skip
    skip = fields.get("skip", "").replace(",", " ").split()
    return document | ({"skip": skip} if skip else {})


def _play(fields: Mapping[str, str], place: int) -> dict[str, Any]:
    said = {
        name: fields.get(f"play{place}.{name}", "").strip()
        for name in ("name", "kind", "zh", "en", "when", "at", "text", "more")
    }
    play: dict[str, Any] = {"name": said["name"], "kind": said["kind"]}
    titles = {one: said[one] for one in ("zh", "en") if said[one]}
    if titles:
        play["titles"] = titles
    when = said["when"]
    if _DAY.fullmatch(when):
        play["day"] = int(when)
    elif when:
        play["every"] = when
    if said["at"]:
        play["at"] = said["at"]
    if said["text"]:
        play["text"] = said["text"].replace("\r\n", "\n")
    return play | _more(said["more"], f"plays[{place}]")


def _more(text: str, path: str) -> dict[str, Any]:
    if not text:
        return {}
    try:
        found = json.loads(text)
    except ValueError as error:
        raise Invalid(f"this is no JSON: {error}", path=path, hint='such as {"link": "https://…"}'
                      ) from error  # fmt: skip
    if not isinstance(found, dict) or any(name in found for name in _SHOWN):
        raise Invalid("the rest of a play is a JSON object", path=path,
                      hint="without what stands in the fields")  # fmt: skip
    return found


def _whole(text: str, path: str) -> int:
    if not _NUMBER.fullmatch(text.strip()):
        raise Invalid(f"{text!r} is no whole number", path=path, hint="such as 20")
    return int(text)
