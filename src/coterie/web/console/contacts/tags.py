"""What WeCom's tags mean here: each one of the corporation's, and the tag of ours it stands for."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.web.desk import DeskForm, Operator, actor_of
from coterie.web.parts import Here

router = APIRouter(prefix="/wecom/tags")

_LONGEST = 80


@router.get("")
def show(request: Request, here: Here, account: Operator) -> Response:
    """List the corporation's tags by group, with what they mean and how many edges carry them."""
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        tags = house.mirror.corp_tags(work)
        carried = house.mirror.carried(work)
        book = house.profiles.tags.dictionary(work)
    ours = {one.name for one in book.tags.values() if one.alias_of is None and one.retired is None}
    groups: dict[str, list[tuple[object, int]]] = {}
    for one in tags:
        groups.setdefault(one.group, []).append((one, carried.get(one.id, 0)))
    return here.pages.render(
        request,
        "console/contacts/tags.html",
        account=account,
        groups=groups,
        ours=sorted(ours | {one.tag for one in tags if one.tag}),
        connected=house.contacts is not None,
    )


@router.post("/{tag}")
def choose(request: Request, here: Here, account: Operator, tag: str, form: DeskForm) -> Response:
    """Let a corporation's tag mean a tag of ours from now on; an empty name means none."""
    house, name = here.house, form.get("means", "").strip()[:_LONGEST]
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        house.mirror.map_tag(work, tag, name or None)
    speech = here.pages.speech(request, account)
    said = (
        speech.gettext("It means %(tag)s from now on.", tag=name)
        if name
        else speech.gettext("It means nothing here from now on.")
    )
    return here.pages.redirect("/wecom/tags", toast=said)
