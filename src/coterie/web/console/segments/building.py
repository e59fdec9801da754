"""The builder: make a segment, change one, see who would enter and leave before it is live."""

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from coterie.accounts.model import Account
from coterie.core.errors import Conflict, Invalid
from coterie.segments.definition import Definition
from coterie.segments.language.vocabulary import Vocabulary
from coterie.storage.work import Work
from coterie.web.console.segments import words as said
from coterie.web.console.segments.counting import count
from coterie.web.console.segments.sheet import (
    Sheet,
    Topics,
    ask,
    of_definition,
    of_form,
    of_start,
    written,
)
from coterie.web.console.segments.showing import (
    PEOPLE,
    SEGMENT,
    builder_values,
    counted_values,
)
from coterie.web.console.segments.slugs import free_slug
from coterie.web.console.segments.who import people
from coterie.web.desk import Operator, actor_of, long_form
from coterie.web.parts import Here
from coterie.web.speech import Speech

router = APIRouter(prefix="/segments")

Form = Annotated[dict[str, str], Depends(long_form)]

_LEAVING = 50
"""So many of those who would leave or enter are named before a change is confirmed."""

_BACK = ("/people",)
"""Pages that ask for a rule and take it in their address."""


@router.get("/new")
def new(request: Request, here: Here, account: Operator, start: str = "") -> Response:
    """Begin a segment, from a starting point if one is chosen."""
    with here.house.db.read(actor_of(account), here.house.clock.now()) as work:
        words = here.house.segments.vocabulary(work)
        return _show(request, here, account, work, words, of_start(start, words), start=start)


@router.post("/draft")
def draft(request: Request, here: Here, account: Operator, form: Form) -> Response:
    """Answer a change of a new segment's form."""
    return _drafted(request, here, account, form, "")


@router.post("/count")
def counts(request: Request, here: Here, account: Operator, form: Form) -> Response:
    """Count the people of a rule, of each of its conditions, and name a few."""
    return _counted(request, here, account, form, "")


@router.post("/apply")
def apply(request: Request, here: Here, account: Operator, form: Form) -> Response:
    """Go back with a finished rule to the page that asked for one."""
    house, speech = here.house, here.pages.speech(request, account)
    back = form.get("back", "")
    if back.partition("?")[0] not in _BACK:
        raise Invalid("no page of this house asks for a rule there", path="back")
    with house.db.read(actor_of(account), house.clock.now()) as work:
        words = house.segments.vocabulary(work)
        sheet = of_form(form, words, Topics(words, speech), "")
        ask(work, house, sheet, words, speech)
        if not sheet.stands or sheet.rule is None:
            return _show(
                request, here, account, work, words, sheet,
                status=422, purpose=PEOPLE, back=back,
            )  # fmt: skip
    joint = "&" if "?" in back else "?"
    rule = quote(written(sheet.rule, indent=None))
    return RedirectResponse(f"{back}{joint}rule={rule}", status_code=303)


@router.post("")
def create(request: Request, here: Here, account: Operator, form: Form) -> Response:
    """Define a new segment."""
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        words = house.segments.vocabulary(work)
        sheet = of_form(form, words, Topics(words, speech), "")
        ask(work, house, sheet, words, speech)
        titles = _titles(sheet.titles)
        if not titles:
            sheet.faults["title"] = speech.gettext("Give it a name.")
        if not sheet.stands or sheet.rule is None:
            return _show(request, here, account, work, words, sheet, status=422)
        slug = free_slug(form.get("slug") or titles["en"], {one.slug for one in words.segments})
        moves = house.segments.define(
            work, slug, sheet.rule, title_en=titles["en"], title_zh=titles["zh"], after=0
        )
        house.inbound.stir(work, moves)
    house.poke()
    return here.pages.redirect(f"/segments/{slug}", speech.gettext("Saved."))


@router.get("/{slug}/edit")
def edit(request: Request, here: Here, account: Operator, slug: str) -> Response:
    """Open a segment's rule for editing; nothing changes before it is confirmed."""
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        words = house.segments.vocabulary(work)
        sheet = of_definition(house.segments.get(work, slug))
        return _show(request, here, account, work, words, sheet)


@router.post("/{slug}/draft")
def redraft(request: Request, here: Here, account: Operator, slug: str, form: Form) -> Response:
    """Answer a change of an existing segment's form."""
    return _drafted(request, here, account, form, slug)


@router.post("/{slug}/count")
def recount(request: Request, here: Here, account: Operator, slug: str, form: Form) -> Response:
    """Count an existing segment's draft: who would stay, enter and leave."""
    return _counted(request, here, account, form, slug)


@router.post("/{slug}/review")
def review(request: Request, here: Here, account: Operator, slug: str, form: Form) -> Response:
    """Show who would enter and leave, and ask whether that is meant."""
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        words = house.segments.vocabulary(work)
        current = house.segments.get(work, slug)
        sheet = of_form(form, words, Topics(words, speech), slug)
        ask(work, house, sheet, words, speech)
        effect = count(work, house.segments, sheet, house.profiles.everyone(work)).effect
        named = said.naming(speech, words, house.communities.communities(work))
        if sheet.rule is None or effect is None:
            return _show(request, here, account, work, words, sheet, status=422)
        leaving = list(effect.leave[:_LEAVING])
        entering = list(effect.enter[:_LEAVING])
        found = people(work, house.profiles, [*leaving, *entering])
        return here.pages.render(
            request,
            "console/segments/review.html",
            account=account,
            current=current,
            sheet=sheet,
            effect=effect,
            was=house.segments.explain(work, slug, speech.language, named),
            leaving=[found[one] for one in leaving if one in found],
            entering=[found[one] for one in entering if one in found],
            using=house.segments.using(work, slug),
            rule=written(sheet.rule),
        )


@router.post("/{slug}")
def publish(request: Request, here: Here, account: Operator, slug: str, form: Form) -> Response:
    """Give a segment its new version, as it was reviewed."""
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        words = house.segments.vocabulary(work)
        current = house.segments.get(work, slug)
        sheet = of_form({**form, "mode": "json"}, words, Topics(words, speech), slug)
        try:
            if sheet.trouble or sheet.rule is None:
                raise Invalid(sheet.trouble)
            titles = _titles(sheet.titles) or _titles_of(current)
            moves = house.segments.define(
                work, slug, sheet.rule, title_en=titles["en"], title_zh=titles["zh"],
                after=sheet.version,
            )  # fmt: skip
        except (Conflict, Invalid) as error:
            sheet.trouble = _explained(error, speech)
            return _show(request, here, account, work, words, sheet, status=409)
        house.inbound.stir(work, moves)
    house.poke()
    return here.pages.redirect(f"/segments/{slug}", speech.gettext("Saved as a new version."))


def _explained(error: Conflict | Invalid, speech: Speech) -> str:
    if isinstance(error, Conflict):
        return speech.gettext(
            "Somebody else changed this segment meanwhile. Look at it, then make your change again."
        )
    return str(error)


def _drafted(
    request: Request, here: Here, account: Account, form: Mapping[str, str], slug: str
) -> Response:
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        words = house.segments.vocabulary(work)
        sheet = of_form(form, words, Topics(words, speech), slug)
        purpose = PEOPLE if form.get("purpose") == PEOPLE else SEGMENT
        return _show(
            request, here, account, work, words, sheet,
            part=_is_part(request), purpose=purpose, back=form.get("back", ""),
            reading=form.get("act") == "read",
        )  # fmt: skip


def _is_part(request: Request) -> bool:
    return request.headers.get("hx-request") == "true"


def _counted(
    request: Request, here: Here, account: Account, form: Mapping[str, str], slug: str
) -> Response:
    house, speech = here.house, here.pages.speech(request, account)
    plain = {name: text for name, text in form.items() if name != "act"}
    with house.db.read(actor_of(account), house.clock.now()) as work:
        words = house.segments.vocabulary(work)
        sheet = of_form(plain, words, Topics(words, speech), slug)
        values = counted_values(request, here, account, work, sheet, words)
        return here.pages.render(
            request, "console/segments/counts.html", account=account, sheet=sheet, **values
        )


def _show(
    request: Request, here: Here, account: Account, work: Work, words: Vocabulary, sheet: Sheet,
    *, part: bool = False, status: int = 200, start: str = "", purpose: str = SEGMENT,
    back: str = "", reading: bool = False,
) -> Response:  # fmt: skip
    """Render the builder: the whole page, or only what changes while one builds.

    A whole page that answers a form has its counts in it, for browsers without scripts.
    """
    values = builder_values(request, here, account, work, sheet, words, purpose=purpose, back=back)
    values |= {"start": start, "reading": reading}
    if request.method == "POST" and not part:
        values |= counted_values(request, here, account, work, sheet, words)
    page = "changed.html" if part else "edit.html"
    return here.pages.render(
        request, f"console/segments/{page}", account=account, http_status=status, **values
    )


def _titles(given: Mapping[str, str]) -> dict[str, str]:
    """Take one language's title for the other where only one is given; none at all is none."""
    one = given.get("en") or given.get("zh")
    return {lang: given.get(lang) or str(one) for lang in ("en", "zh")} if one else {}


def _titles_of(current: Definition) -> dict[str, str]:
    return {"en": current.title_en, "zh": current.title_zh}
