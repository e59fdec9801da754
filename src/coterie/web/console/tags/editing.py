"""The edits of tags: the dictionary, merges, rules, and a tag on many people with a way back.

What an edit caused is told to the road; a refusal is said on the page it came from.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.accounts.model import Account
from coterie.core.clock import midnight
from coterie.core.errors import Conflict, Invalid, NotFound
from coterie.profiles.tags.model import Group, Tag
from coterie.storage.work import Work
from coterie.tagging.model import Edit
from coterie.web.console.tags.listing import dictionary
from coterie.web.console.tags.one import one_tag
from coterie.web.console.tags.saying import refusal
from coterie.web.desk import DeskForm, Operator, actor_of
from coterie.web.parts import Here, Parts
from coterie.web.ports import Served
from coterie.web.speech import N_, Speech

router = APIRouter()

_SAVED = N_("The dictionary has it.")
_GROUP = N_("The group is saved.")
_GROUP_GONE = N_("The group is deleted.")
_MERGED = N_("They are one tag now. This can be taken back on this page.")
_PARTED = N_("They are two tags again.")
_RETIRED = N_("The tag is retired: nobody puts it on by hand any more.")
_IN_USE = N_("The tag is in use again.")
_BOUND = N_("The tag follows the segment from now on.")
_UNBOUND = N_("The tag follows no segment any more; who carries it goes on carrying it.")
_UNDONE = N_("Taken back.")


@router.post("/tags")
def define(request: Request, here: Here, account: Operator, fields: DeskForm) -> Response:
    """Write an entry of the dictionary, new or known."""
    name = fields.get("tag", "").strip()

    def act(work: Work, house: Served, speech: Speech) -> str:
        known = house.profiles.tags.dictionary(work).tags
        if fields.get("is_new") and name in known:
            raise Conflict(f"tag {name!r} is in the dictionary", code="tag_exists")
        moves = house.tagging.define(work, _read_tag(name, fields, known.get(name)))
        house.inbound.stir(work, moves)
        return speech.gettext(_SAVED)

    back = "" if fields.get("is_new") else name
    return _edit(request, here, account, act, back, name)


@router.post("/tags/adopt")
def adopt(request: Request, here: Here, account: Operator, fields: DeskForm) -> Response:
    """Take a tag that people carry into the dictionary as it is."""
    name = fields.get("tag", "")

    def act(work: Work, house: Served, speech: Speech) -> str:
        house.tagging.define(work, Tag(name))
        return speech.gettext(_SAVED)

    return _edit(request, here, account, act, "", name)


@router.post("/tags/groups")
def group(request: Request, here: Here, account: Operator, fields: DeskForm) -> Response:
    """Write a group, new or known, or delete an empty one."""
    given = Group(
        slug=fields.get("slug", "").strip(),
        title_en=fields.get("title_en", "").strip(),
        title_zh=fields.get("title_zh", "").strip(),
        exclusive=bool(fields.get("exclusive")),
    )

    def act(work: Work, house: Served, speech: Speech) -> str:
        if fields.get("delete"):
            house.tagging.delete_group(work, given.slug)
            return speech.gettext(_GROUP_GONE)
        house.inbound.stir(work, house.tagging.define_group(work, given))
        return speech.gettext(_GROUP)

    return _edit(request, here, account, act, "", "")


@router.post("/tags/merge")
def merge(request: Request, here: Here, account: Operator, fields: DeskForm) -> Response:
    """Let a tag mean another; one that is not in the dictionary yet is taken in to stay."""
    name, into = fields.get("tag", ""), fields.get("into", "")

    def act(work: Work, house: Served, speech: Speech) -> str:
        if into not in house.profiles.tags.dictionary(work).tags:
            house.tagging.define(work, Tag(into))
        house.inbound.stir(work, house.tagging.merge(work, name, into))
        return speech.gettext(_MERGED)

    return _edit(request, here, account, act, name, into)


@router.post("/tags/part")
def part(request: Request, here: Here, account: Operator, fields: DeskForm) -> Response:
    """Take a merge back."""
    name = fields.get("tag", "")

    def act(work: Work, house: Served, speech: Speech) -> str:
        house.inbound.stir(work, house.tagging.part(work, name))
        return speech.gettext(_PARTED)

    return _edit(request, here, account, act, name, name)


@router.post("/tags/retire")
def retire(request: Request, here: Here, account: Operator, fields: DeskForm) -> Response:
    """Retire a tag, or take it into use again."""
    name, retired = fields.get("tag", ""), not fields.get("again")

    def act(work: Work, house: Served, speech: Speech) -> str:
        house.tagging.retire(work, name, retired=retired)
        return speech.gettext(_RETIRED if retired else _IN_USE)

    return _edit(request, here, account, act, name, name)


@router.post("/tags/bind")
def bind(request: Request, here: Here, account: Operator, fields: DeskForm) -> Response:
    """Let a tag follow a segment, or none any more."""
    name, segment = fields.get("tag", ""), fields.get("segment", "")

    def act(work: Work, house: Served, speech: Speech) -> str:
        if not segment:
            house.tagging.unbind(work, name)
            return speech.gettext(_UNBOUND)
        house.inbound.tell(work, house.tagging.bind(work, name, segment))
        return speech.gettext(_BOUND)

    return _edit(request, here, account, act, name, name)


@router.post("/tags/put")
def put(request: Request, here: Here, account: Operator, fields: DeskForm) -> Response:
    """Put a tag on everybody in a segment, or take it off them."""
    name, segment = fields.get("tag", ""), fields.get("segment", "")

    def act(work: Work, house: Served, speech: Speech) -> str:
        people = list(house.segments.members(work, segment))
        if fields.get("take"):
            edit, facts = house.tagging.take(work, name, people, segment=segment)
        else:
            until = read_until(house, fields.get("until", ""))
            edit, facts = house.tagging.put(work, name, people, until=until, segment=segment)
        house.inbound.tell(work, facts)
        return say_edit(speech, edit)

    return _edit(request, here, account, act, name, name)


@router.post("/tags/undo")
def undo(request: Request, here: Here, account: Operator, fields: DeskForm) -> Response:
    """Take an edit back."""
    name = fields.get("tag", "")

    def act(work: Work, house: Served, speech: Speech) -> str:
        _, facts = house.tagging.undo(work, fields.get("edit", ""))
        house.inbound.tell(work, facts)
        return speech.gettext(_UNDONE)

    return _edit(request, here, account, act, name, name)


def say_edit(speech: Speech, edit: Edit) -> str:
    """Say what an edit of people's tags did."""
    if edit.put:
        return speech.ngettext(
            "Put on %(n)s person; this can be taken back.",
            "Put on %(n)s people; this can be taken back.",
            edit.people,
        )
    return speech.ngettext(
        "Taken off %(n)s person; this can be taken back.",
        "Taken off %(n)s people; this can be taken back.",
        edit.people,
    )


def read_until(house: Served, text: str) -> int | None:
    """Read the last day that a tag holds, as the moment after it; nothing means no end."""
    if not text.strip():
        return None
    try:
        day = date.fromisoformat(text.strip())
    except ValueError as error:
        raise Invalid(f"{text!r} is no day", path="until", hint="write 2026-12-31") from error
    return midnight(day + timedelta(days=1), ZoneInfo(house.instance.zone))


Act = Callable[[Work, Served, Speech], str]
"""Makes an edit, tells the road what it caused, and returns what to say of it."""


def _edit(
    request: Request, here: Parts, account: Account, act: Act, back: str, on: str
) -> Response:
    """Make an edit and lead on to a tag's page; a refusal is said where the form was."""
    house, speech = here.house, here.pages.speech(request, account)
    try:
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            toast = act(work, house, speech)
    except (Invalid, Conflict, NotFound) as error:
        fault = refusal(speech, error)
        if back:
            return one_tag(request, here, account, back, fault=fault)
        return dictionary(request, here, account, fault=fault)
    house.poke()
    return here.pages.redirect(f"/tags/{quote(on)}" if on else "/tags", toast=toast)


def _read_tag(name: str, fields: DeskForm, before: Tag | None) -> Tag:
    validity = fields.get("validity", "").strip()
    if validity and not validity.isdecimal():
        raise Invalid(f"{validity!r} is no number of days", path="validity")
    return replace(
        before or Tag(name),
        title_en=fields.get("title_en", "").strip(),
        title_zh=fields.get("title_zh", "").strip(),
        description=fields.get("description", "").strip(),
        group=fields.get("group") or None,
        owner=fields.get("owner", "").strip(),
        validity=int(validity) if validity else None,
    )
