"""Read what a form says of a material."""

from collections.abc import AsyncIterator, Mapping
from datetime import date, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends, Request

from coterie.catalog.materials.model import KINDS, Draft, Kind, Material
from coterie.catalog.materials.sniffing import SENT_IN
from coterie.core.clock import local_date, midnight
from coterie.core.errors import Invalid
from coterie.web.console.imports.uploads import Upload, own_upload

_FIELDS = 20


async def material_form(request: Request) -> AsyncIterator[Upload]:
    """Read a form with a material's file."""
    async for sent in own_upload(request, SENT_IN, _FIELDS):
        yield sent


Sent = Annotated[Upload, Depends(material_form)]


def draft_of(sent: Upload, zone: ZoneInfo) -> Draft:
    """Return what was sent as a draft; raises Invalid for a day that is none."""
    said = {name: text.strip() for name, text in sent.fields.items()}
    return Draft(
        slug=said.get("slug", ""),
        kind=kind_of(said.get("kind", "")),
        titles={tag: said.get(f"title_{tag}", "") for tag in ("zh", "en")},
        topics=_words(said.get("topics", "")),
        tags=_words(said.get("tags", "")),
        language=said.get("language", ""),
        text=said.get("text", ""),
        url=said.get("url", ""),
        content=sent.file if sent.name else None,
        name=sent.name,
        since=_day(said.get("since", ""), "since", zone),
        until=_day(said.get("until", ""), "until", zone, after=1),
        rights=said.get("rights", ""),
        note=said.get("note", ""),
    )


def kind_of(text: str) -> Kind:
    """Return a kind of material; a poster where there is none of that name."""
    return next((one for one in KINDS if one == text), "poster")


def written(one: Material, zone: ZoneInfo) -> dict[str, str]:
    """Return the fields of a form as a material stands."""
    version = one.version
    return {
        "title_zh": one.titles.get("zh", ""),
        "title_en": one.titles.get("en", ""),
        "topics": ", ".join(one.topics),
        "tags": ", ".join(one.tags),
        "language": one.language,
        "text": version.text,
        "url": version.url,
        "since": "" if version.since is None else local_date(version.since, zone).isoformat(),
        "until": "" if version.until is None else local_date(version.until - 1, zone).isoformat(),
        "rights": version.rights,
    }


def _words(text: str) -> list[str]:
    for other in "，、;；\n":
        text = text.replace(other, ",")
    return [one.strip() for one in text.split(",") if one.strip()]


def _day(text: str, path: str, zone: ZoneInfo, after: int = 0) -> int | None:
    if not text:
        return None
    try:
        return midnight(date.fromisoformat(text) + timedelta(days=after), zone)
    except (ValueError, OverflowError) as error:
        raise Invalid(f"{text!r} is no day", path=path, hint="write it 2026-12-24") from error


def said_by(fields: Mapping[str, str]) -> dict[str, str]:
    """Return what a form said, to be shown again beside what was wrong."""
    return {name: text[:5_000] for name, text in fields.items()}
