"""Lists by JSON: upload a version, look, delete; and whom a rule has or had."""

from typing import Any

import msgspec
from fastapi import APIRouter

from coterie.core.clock import format_time, parse_time
from coterie.core.errors import Invalid
from coterie.segments.lists.model import ListVersion, UploadedList
from coterie.web.bodies import decode
from coterie.web.desk import JsonBody, Operator, actor_of
from coterie.web.parts import Here

router = APIRouter(prefix="/api")

_SAMPLE = 10


class ListBody(msgspec.Struct, forbid_unknown_fields=True):
    """A version as it is sent: names of people, or the segment to make it of.

    A name is a user id, or ``[kind, value]``.
    """

    identities: list[str | tuple[str, str]] | None = None
    segment: str | None = None
    title_en: str = ""
    title_zh: str = ""


class RuleBody(msgspec.Struct, forbid_unknown_fields=True):
    """A rule to be asked; ``at`` a past moment."""

    rule: dict[str, Any]
    at: str | None = None


@router.get("/lists")
def everything(here: Here, account: Operator) -> dict[str, Any]:
    """List every list with its current version."""
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        return {"lists": [_told(one) for one in house.segments.lists(work)]}


@router.get("/lists/{name}")
def one(here: Here, account: Operator, name: str) -> dict[str, Any]:
    """Return every version of a list, newest first."""
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        versions = house.segments.list_versions(work, name)
        told = next(one for one in house.segments.lists(work) if one.name == name)
        return {**_told(told), "versions": [_version(one) for one in versions]}


@router.post("/lists/{name}")
def upload(here: Here, account: Operator, name: str, body: JsonBody) -> dict[str, Any]:
    """Make a new version of a list; answers whose standing that changed."""
    sent = decode(body, ListBody)
    house = here.house
    titles = {"title_en": sent.title_en, "title_zh": sent.title_zh}
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        if sent.segment is not None and sent.identities is None:
            made = house.segments.snapshot(work, sent.segment, name, **titles)
        elif sent.identities is not None and sent.segment is None:
            made = house.segments.upload_list(work, name, sent.identities, **titles)
        else:
            raise Invalid(
                "a list is made of identities or of a segment", path="identities",
                hint="send one of the two",
            )  # fmt: skip
        house.inbound.relisted(work, made.changed)
    house.poke()
    return {"name": name, **_version(made.version), "changed": len(made.changed)}


@router.post("/lists/{name}/delete")
def delete(here: Here, account: Operator, name: str, _body: JsonBody) -> dict[str, Any]:
    """Delete a list that no rule asks."""
    house = here.house
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        house.segments.delete_list(work, name)
    return {"name": name, "deleted": True}


@router.post("/population")
def population(here: Here, account: Operator, body: JsonBody) -> dict[str, Any]:
    """Count whom a rule has, or had at a past moment, and name a few of them."""
    sent = decode(body, RuleBody)
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        at = work.now if sent.at is None else parse_time(sent.at, here.pages.zone)
        found = (
            house.segments.population(work, sent.rule)
            if sent.at is None
            else house.segments.population_at(work, sent.rule, at)
        )
        names = house.profiles.user_ids(work, found[:_SAMPLE])
    return {"population": len(found), "at": format_time(at), "sample": sorted(names.values())}


def _told(one: UploadedList) -> dict[str, Any]:
    return {
        "name": one.name,
        "title": {"en": one.title_en, "zh": one.title_zh},
        **_version(one.version),
        "used_by": list(one.used_by),
    }


def _version(one: ListVersion) -> dict[str, Any]:
    return {
        "version": one.version,
        "given": one.given,
        "matched": one.matched,
        "unmatched": one.unmatched,
        "uploaded_at": format_time(one.uploaded_at),
        "uploaded_by": one.uploaded_by,
        "origin": one.origin,
    }
