"""The tags of one person: what she carries, its history with who did it, put on and take off."""

from collections.abc import Container
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.accounts.model import Account
from coterie.core.errors import Conflict, Invalid, NotFound
from coterie.profiles.tags.model import COMMUNITY
from coterie.storage.work import Work
from coterie.web.console.tags.editing import read_until, say_edit
from coterie.web.console.tags.saying import Naming, refusal
from coterie.web.desk import DeskForm, Operator, actor_of
from coterie.web.parts import Here, Parts
from coterie.web.ports import Served

router = APIRouter()


@router.get("/people/{uid}/tags")
def tags(request: Request, here: Here, account: Operator, uid: str) -> Response:
    """Show a person's tags and their history."""
    return _page(request, here, account, uid)


@router.post("/people/{uid}/tags")
def change(request: Request, here: Here, account: Operator, uid: str, fields: DeskForm) -> Response:
    """Put a tag on her, or take one off."""
    house, speech = here.house, here.pages.speech(request, account)
    name = fields.get("tag", "")
    try:
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            who = [_profile(work, house, uid)]
            if fields.get("take"):
                edit, facts = house.tagging.take(work, name, who)
            else:
                until = read_until(house, fields.get("until", ""))
                edit, facts = house.tagging.put(work, name, who, until=until)
            house.inbound.tell(work, facts)
    except (Invalid, Conflict) as error:
        return _page(request, here, account, uid, fault=refusal(speech, error))
    house.poke()
    return here.pages.redirect(f"/people/{quote(uid)}/tags", toast=say_edit(speech, edit))


def _profile(work: Work, house: Served, uid: str) -> int:
    profile = house.profiles.by_uid(work, uid)
    if profile is None:
        raise NotFound(f"there is no person {uid!r}")
    return profile


def _page(
    request: Request, here: Parts, account: Account, uid: str, *, fault: str = ""
) -> Response:
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        profile = _profile(work, house, uid)
        naming = Naming(work, house, speech)
        card = house.profiles.directory.cards(work, [profile])[0]
        lines = house.profiles.tags.history(work, profile)
        bound = house.tagging.bindings(work)
        known = set(house.profiles.tags.last_told(work)) | set(naming.book.tags)
    choices = sorted((naming.tag(name), name) for name in known if _by_hand(naming, name, bound))
    return here.pages.render(
        request,
        "console/tags/person.html",
        account=account,
        http_status=409 if fault else 200,
        fault=fault,
        card=card,
        carried=[line for line in lines if line.stands],
        lines=lines,
        naming=naming,
        bound=bound,
        community=COMMUNITY,
        choices=[("", speech.gettext("Choose a tag"))] + [(name, words) for words, name in choices],
    )


def _by_hand(naming: Naming, name: str, bound: Container[str]) -> bool:
    entry = naming.book.tags.get(name)
    if name.startswith(COMMUNITY) or name in bound:
        return False
    return entry is None or (entry.retired is None and entry.alias_of is None)
