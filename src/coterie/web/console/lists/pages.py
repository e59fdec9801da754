"""Lists of people: upload one, see whom it found, and which segments ask it."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.accounts.model import Account
from coterie.core.errors import Conflict, Invalid
from coterie.profiles.graph.kinds import KINDS
from coterie.segments.lists.model import UPLOADED, ListVersion, UploadedList
from coterie.storage.work import Work
from coterie.web.console.imports.uploads import Sent, Upload
from coterie.web.console.lists.reading import decoded, names
from coterie.web.console.segments.slugs import free_slug
from coterie.web.console.segments.who import people
from coterie.web.desk import DeskForm, Operator, actor_of
from coterie.web.parts import Here, Parts
from coterie.web.ports import Served
from coterie.web.speech import Speech

router = APIRouter(prefix="/segments/lists")

_SAMPLE = 24
_OFFERED = tuple(kind for kind in KINDS if kind != "order")


@router.get("")
def everything(request: Request, here: Here, account: Operator) -> Response:
    """List the lists, and take the next one in."""
    return _all(request, here, account)


@router.post("")
def upload(request: Request, here: Here, account: Operator, sent: Sent) -> Response:
    """Take a list in, or a new version of one."""
    house, speech = here.house, here.pages.speech(request, account)
    fields = sent.fields
    kind = fields.get("kind", "user_id")
    title, name = fields.get("title", "").strip()[:200], fields.get("list", "")
    try:
        given = names(_text(sent))
    except Invalid as error:
        return _all(request, here, account, wrong=str(error), fields=fields)
    if not given or kind not in KINDS:
        said = speech.gettext("Paste at least one name, or choose a file.")
        return _all(request, here, account, wrong=said, fields=fields)
    if not title and not name:
        said = speech.gettext("Say what the list is called.")
        return _all(request, here, account, wrong=said, fields=fields)
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        known = {one.name: one for one in house.segments.lists(work)}
        name = name if name in known else free_slug(title, known)
        titles = _kept_titles(known.get(name), title)
        made = house.segments.upload_list(
            work, name, [(kind, one) for one in given], title_en=titles[0], title_zh=titles[1]
        )
        house.inbound.relisted(work, made.changed)
    house.poke()
    found = speech.ngettext(
        "%(n)s name is on the list now.", "%(n)s names are on the list now.", made.version.given
    )
    return here.pages.redirect(f"/segments/lists/{name}", found)


@router.get("/{name}")
def one(request: Request, here: Here, account: Operator, name: str) -> Response:
    """Show one list: who is on it, its versions, who asks it."""
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        versions = house.segments.list_versions(work, name)
        shown = next(one for one in house.segments.lists(work) if one.name == name)
        listed = house.segments.listed(work, name)
        some = list(listed[:_SAMPLE])
        found = people(work, house.profiles, some)
        titles = _segment_titles(house, work, speech)
    return here.pages.render(
        request,
        "console/lists/one.html",
        account=account,
        list=shown,
        count=len(listed),
        versions=[(version, _origin(version, titles)) for version in versions],
        users=[(slug, titles.get(slug, slug)) for slug in shown.used_by],
        sample=[found[one] for one in some if one in found],
        kinds=_OFFERED,
    )


@router.post("/{name}/delete")
def delete(
    request: Request, here: Here, account: Operator, _form: DeskForm, name: str
) -> Response:  # fmt: skip
    """Delete a list that no segment asks."""
    house, speech = here.house, here.pages.speech(request, account)
    try:
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            house.segments.delete_list(work, name)
    except Conflict:
        said = speech.gettext("A segment asks this list, so it stays.")
        return here.pages.redirect(f"/segments/lists/{name}", said)
    house.poke()
    return here.pages.redirect("/segments/lists", speech.gettext("The list is deleted."))


def _text(sent: Upload) -> str:
    """Put what was pasted and what was uploaded together."""
    pasted = sent.fields.get("names", "")
    return f"{pasted}\n{decoded(sent.file.read_bytes())}" if sent.name else pasted


def _kept_titles(known: UploadedList | None, title: str) -> tuple[str, str]:
    if known is None or title:
        return title, title
    return known.title_en, known.title_zh


def _all(
    request: Request, here: Parts, account: Account, wrong: str = "",
    fields: dict[str, Any] | None = None,
) -> Response:  # fmt: skip
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        lists = house.segments.lists(work)
        counts = {one.name: len(house.segments.listed(work, one.name)) for one in lists}
        titles = _segment_titles(house, work, speech)
    return here.pages.render(
        request,
        "console/lists/list.html",
        account=account,
        http_status=422 if wrong else 200,
        lists=[(one, counts[one.name], _origin(one.version, titles)) for one in lists],
        titles=titles,
        kinds=_OFFERED,
        wrong=wrong,
        fields=fields or {},
    )


def _segment_titles(house: Served, work: Work, speech: Speech) -> dict[str, str]:
    return {
        one.slug: speech.title({"en": one.title_en, "zh": one.title_zh})
        for one in house.segments.all(work)
    }


def _origin(version: ListVersion, titles: dict[str, str]) -> tuple[str, str]:
    """Say of which segment a version was kept: slug and title; nothing for an upload."""
    if version.origin == UPLOADED:
        return "", ""
    slug = version.origin.removeprefix("segment:").partition("@")[0]
    return slug, titles.get(slug, "")
