"""Materials at the desk: the gallery, taking in, one with its versions and uses."""

from collections import defaultdict
from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, Response

from coterie.accounts.model import Account
from coterie.catalog.materials.model import KINDS, WITH_FILE, Material
from coterie.catalog.materials.service import chosen
from coterie.core.errors import Conflict, Invalid
from coterie.web.console.materials.reading import Sent, draft_of, kind_of, said_by, written
from coterie.web.console.materials.words import MIMES, STATES, SYMBOLS, TONES, fault, state_of
from coterie.web.desk import DeskForm, Operator, actor_of
from coterie.web.parts import Here, Parts

router = APIRouter(prefix="/materials")

_NEW = "new"


@router.get("")
def gallery(
    request: Request, here: Here, account: Operator, kind: str = "", show: str = "", q: str = "",
    tag: str = "", language: str = "",
) -> Response:  # fmt: skip
    """Show the materials that fit, those that may be used first."""
    house, now = here.house, here.house.clock.now()
    with house.db.read(actor_of(account), now) as work:
        everything = house.materials.all(work)
        uses = house.materials.uses(work)
    standing = {one.slug: state_of(one, now) for one in everything}
    found = chosen(
        everything, kind=kind or None, tag=tag or None, language=language or None, search=q[:100]
    )
    wanted = [one for one in found if show in ("", standing[one.slug])]
    if not show:
        wanted = sorted(wanted, key=lambda one: STATES.index(standing[one.slug]))
    asked = {"kind": kind, "show": show, "q": q[:100], "tag": tag, "language": language}
    return here.pages.render(
        request, "console/materials/list.html", account=account, materials=wanted,
        count=len(everything), state_by=standing, uses=uses, asked=asked, tones=TONES,
        symbols=SYMBOLS, states=STATES,
        kinds=[one for one in KINDS if any(each.kind == one for each in everything)],
        numbers={state: sum(1 for one in found if standing[one.slug] == state)
                 for state in STATES},
        tags=sorted({word for one in everything for word in one.tags})[:40],
    )  # fmt: skip


@router.get("/new")
def new(request: Request, here: Here, account: Operator, kind: str = "poster") -> Response:
    """Show the form of a new material of a kind."""
    return _form(request, here, account, {"kind": kind_of(kind)})


@router.post("/new")
def add(request: Request, here: Here, account: Operator, sent: Sent) -> Response:
    """Take a new material in."""
    house, speech = here.house, here.pages.speech(request, account)
    try:
        draft = draft_of(sent, here.pages.zone)
        if draft.slug == _NEW:
            raise Conflict("this name is ours")
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            house.materials.add(work, draft)
    except (Invalid, Conflict) as error:
        return _form(request, here, account, said_by(sent.fields), fault(speech, error))
    return here.pages.redirect(
        f"/materials/{draft.slug}", speech.gettext("Taken in. Guides can use it from its day on.")
    )


@router.get("/{slug}")
def one(request: Request, here: Here, account: Operator, slug: str) -> Response:
    """Show one material: what it looks like, where it is used, its versions."""
    return _one(request, here, account, slug)


@router.post("/{slug}")
def renew(request: Request, here: Here, account: Operator, slug: str, sent: Sent) -> Response:
    """Change what is said of a material, or give it a new version."""
    house, speech = here.house, here.pages.speech(request, account)
    try:
        sent.fields["slug"] = slug
        draft = draft_of(sent, here.pages.zone)
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            material = house.materials.renew(work, draft)
            house.inbound.retagged(work, {material.item})
    except (Invalid, Conflict) as error:
        return _one(
            request, here, account, slug, said_by(sent.fields), fault(speech, error), status=400
        )
    house.poke()
    return here.pages.redirect(f"/materials/{slug}", speech.gettext("Kept."))


@router.post("/{slug}/retire")
def retire(request: Request, here: Here, account: Operator, _form: DeskForm, slug: str) -> Response:
    """Offer a material no more, or again."""
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        if house.materials.get(work, slug).retired is None:
            house.materials.retire(work, slug)
            said = speech.gettext("It is offered no more.")
        else:
            house.materials.restore(work, slug)
            said = speech.gettext("It is offered again.")
    return here.pages.redirect(f"/materials/{slug}", said)


@router.get("/{slug}/{number}/{which}")
def content(here: Here, account: Operator, slug: str, number: int, which: str) -> Response:
    """Give a version's bytes to the desk: ``small`` or ``whole``."""
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        found = house.materials.of_version(work, slug, number, small=which == "small")
    headers = {"Cache-Control": "private, max-age=86400", "X-Content-Type-Options": "nosniff"}
    return FileResponse(
        found.path, media_type=found.file.mime, headers=headers, filename=found.name,
        content_disposition_type="inline" if which == "small" else "attachment",
    )  # fmt: skip


def _form(
    request: Request, here: Parts, account: Account, said: Mapping[str, str], wrong: str = ""
) -> Response:
    kind = kind_of(said.get("kind", ""))
    return here.pages.render(
        request, "console/materials/new.html", http_status=400 if wrong else 200, account=account,
        said=defaultdict(str, said), kind=kind, kinds=KINDS, symbols=SYMBOLS, wrong=wrong,
        mimes=MIMES,
        takes_file=kind in WITH_FILE, topics=_topics(here, account),
    )  # fmt: skip


def _one(
    request: Request, here: Parts, account: Account, slug: str,
    said: Mapping[str, str] | None = None, wrong: str = "", status: int = 200,
) -> Response:  # fmt: skip
    house, now = here.house, here.house.clock.now()
    with house.db.read(actor_of(account), now) as work:
        found: Material = house.materials.get(work, slug)
        versions = house.materials.versions(work, slug)
        uses = house.materials.uses(work).get(slug)
        users = house.materials.users(work, slug)
        plans = {one.slug: one.plan for one in house.tasks.plans.all(work)} if users else {}
    return here.pages.render(
        request, "console/materials/one.html", http_status=status, account=account, one=found,
        versions=versions, uses=uses, users=users, plans=plans, state=state_of(found, now),
        tones=TONES, symbols=SYMBOLS, wrong=wrong,
        said=defaultdict(str, said or written(found, here.pages.zone)),
        kind=found.kind, mimes=MIMES, takes_file=found.kind in WITH_FILE,
        outside=here.outside(request), topics=_topics(here, account),
    )  # fmt: skip


def _topics(here: Parts, account: Account) -> list[str]:
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        return [one.path for one in house.catalog.topics(work)][:500]
