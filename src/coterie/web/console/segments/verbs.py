"""What is done to a segment from its page: a version brought back, its people kept, all deleted."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.core.errors import Conflict, Invalid
from coterie.web.console.segments.slugs import free_slug
from coterie.web.console.segments.uses import uses
from coterie.web.desk import DeskForm, Operator, actor_of
from coterie.web.parts import Here

router = APIRouter(prefix="/segments")


@router.post("/{slug}/restore/{version}")
def restore(
    request: Request, here: Here, account: Operator, _form: DeskForm, slug: str, version: int
) -> Response:
    """Make an earlier version the current one again."""
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        moves = house.segments.restore(work, slug, version)
        house.inbound.stir(work, moves)
    house.poke()
    said_so = speech.gettext("Version %(n)s is back, as a new version.", n=version)
    return here.pages.redirect(f"/segments/{slug}", said_so)


@router.post("/{slug}/delete")
def delete(
    request: Request, here: Here, account: Operator, _form: DeskForm, slug: str
) -> Response:  # fmt: skip
    """Delete a segment that nothing uses."""
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        segment = house.segments.get(work, slug)
        if uses(house, work, slug):
            kept = speech.gettext("It is still in use, so it stays.")
            return here.pages.redirect(f"/segments/{slug}", kept)
        house.inbound.stir(work, house.segments.delete(work, slug))
    house.poke()
    name = speech.title({"en": segment.title_en, "zh": segment.title_zh})
    return here.pages.redirect("/segments", speech.gettext("%(name)s is deleted.", name=name))


@router.post("/{slug}/snapshot")
def snapshot(
    request: Request, here: Here, account: Operator, form: DeskForm, slug: str
) -> Response:  # fmt: skip
    """Keep who is in a segment now as a list, which time and events do not change."""
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        segment = house.segments.get(work, slug)
        title = form.get("title", "").strip()[:200]
        en, zh = (title or one for one in (segment.title_en, segment.title_zh))
        name = form.get("list", "")
        if not name:
            taken = {one.name for one in house.segments.lists(work)}
            name = free_slug(title or slug, taken)
        try:
            made = house.segments.snapshot(work, slug, name, title_en=en, title_zh=zh)
        except (Conflict, Invalid) as error:
            return here.pages.redirect(f"/segments/{slug}", str(error))
        house.inbound.relisted(work, made.changed)
    house.poke()
    return here.pages.redirect(
        f"/segments/lists/{name}",
        speech.ngettext(
            "A list of %(n)s person is kept.", "A list of %(n)s people is kept.",
            made.version.matched,
        ),
    )  # fmt: skip
