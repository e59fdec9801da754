"""The builder: make a segment, change one, see who would enter and leave before it is live."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from coterie.accounts.model import Account
from coterie.core.errors import Conflict, Invalid
from coterie.segments.definition import Definition
from coterie.segments.language.vocabulary import OPERATORS as ALL_OPERATORS
from coterie.segments.language.vocabulary import SEALED_OPERATORS, Vocabulary, operators_for
from coterie.storage.work import Work
from coterie.web.console.segments import words as said
from coterie.web.console.segments.draft import ROOT, SCORE_OPERATORS, Draft, walk
from coterie.web.console.segments.form import may_unwrap
from coterie.web.console.segments.sheet import (
    SAMPLE,
    Sheet,
    Topics,
    ask,
    of_definition,
    of_form,
    of_start,
    written,
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


@router.post("")
def create(request: Request, here: Here, account: Operator, form: Form) -> Response:
    """Define a new segment."""
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        words = house.segments.vocabulary(work)
        sheet = of_form(form, words, Topics(words, speech), "")
        ask(work, house.segments, sheet, words, speech)
        titles = _titles(sheet.titles)
        if not titles:
            sheet.faults["title"] = speech.gettext("Give it a name.")
        if sheet.faults or sheet.trouble or sheet.rule is None:
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
    """Answer a change of an existing segment's form: who would stay, enter and leave."""
    return _drafted(request, here, account, form, slug)


@router.post("/{slug}/review")
def review(request: Request, here: Here, account: Operator, slug: str, form: Form) -> Response:
    """Show who would enter and leave, and ask whether that is meant."""
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        words = house.segments.vocabulary(work)
        current = house.segments.get(work, slug)
        sheet = of_form(form, words, Topics(words, speech), slug)
        ask(work, house.segments, sheet, words, speech)
        if sheet.faults or sheet.trouble or sheet.rule is None or sheet.effect is None:
            return _show(request, here, account, work, words, sheet, status=422)
        leaving = list(sheet.effect.leave[:_LEAVING])
        entering = list(sheet.effect.enter[:_LEAVING])
        found = people(work, house.profiles, [*leaving, *entering])
        return here.pages.render(
            request,
            "console/segments/review.html",
            account=account,
            current=current,
            sheet=sheet,
            was=house.segments.explain(work, slug, speech.language, said.naming(speech, words)),
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
        part = request.headers.get("hx-request") == "true"
        return _show(request, here, account, work, words, sheet, part=part)


def _show(
    request: Request, here: Here, account: Account, work: Work, words: Vocabulary, sheet: Sheet,
    *, part: bool = False, status: int = 200, start: str = "",
) -> Response:  # fmt: skip
    """Render the builder: the whole page, or only what changes while one builds."""
    house, speech = here.house, here.pages.speech(request, account)
    if not sheet.faults and not sheet.trouble:
        ask(work, house.segments, sheet, words, speech)
    if sheet.draft is not None:
        _forgiving(sheet.draft)
    told = sheet.effect.leave if sheet.effect and sheet.effect.leave else sheet.people
    shown = list(told[:SAMPLE]) if told is not None else []
    found = people(work, house.profiles, shown)
    values: dict[str, Any] = {
        "sheet": sheet,
        "count": None if sheet.people is None else len(sheet.people),
        "everyone": house.profiles.count(work),
        "sample": [found[one] for one in shown if one in found],
        "offered": _offered(house.segments.properties, work, words, sheet.draft, speech),
        "said": said,
        "start": start,
        "places": _places(sheet.draft),
    }
    page = "builder.html" if part else "edit.html"
    return here.pages.render(
        request, f"console/segments/{page}", account=account, http_status=status, **values
    )


def _forgiving(draft: Draft) -> None:
    """Let a template ask for any field: what there is not is empty."""
    for _, node in walk(draft):
        node.fields = defaultdict(str, node.fields)
        node.bounds = [defaultdict(str, bound) for bound in node.bounds]
        node.tests = [defaultdict(str, test) for test in node.tests]


def _places(draft: Draft | None) -> dict[str, dict[str, bool]]:
    """Say of every node what can be done with it."""
    if draft is None:
        return {}
    found: dict[str, dict[str, bool]] = {}
    for place, node in walk(draft):
        for index, one in enumerate(node.parts):
            found[f"{place}.{index}"] = {
                "up": index > 0,
                "down": index < len(node.parts) - 1,
                "unwrap": may_unwrap(one, node),
            }
    found[ROOT] = {"up": False, "down": False, "unwrap": may_unwrap(draft, None)}
    return found


def _offered(
    properties: Any, work: Work, words: Vocabulary, draft: Draft | None, speech: Speech
) -> dict[str, Any]:
    """Collect what the builder's fields offer."""
    topics = Topics(words, speech)
    asked = {
        node.get("event")
        for _, node in (walk(draft) if draft else ())
        if node.kind == "did" and node.get("event") and (node.tests or _measures_property(node))
    }
    return {
        "events": list(words.events),
        "topics": topics,
        "tags": words.tags,
        "traits": [*words.traits, *words.scores],
        "sealed": words.sealed,
        "sealed_operators": SEALED_OPERATORS,
        "segments": words.segments,
        "properties": {name: properties(work, name) for name in sorted(asked)},
        "takes": {operator.op: operator.takes for operator in ALL_OPERATORS},
        "folds": {operator.op for operator in ALL_OPERATORS if operator.folds},
        "of_properties": {one.op for one in operators_for("any", of_trait=False)},
        "scores": SCORE_OPERATORS,
    }


def _measures_property(node: Draft) -> bool:
    return node.get("measure") in ("sum", "avg", "min", "max", "distinct")


def _titles(given: Mapping[str, str]) -> dict[str, str]:
    """Take one language's title for the other where only one is given; none at all is none."""
    one = given.get("en") or given.get("zh")
    return {lang: given.get(lang) or str(one) for lang in ("en", "zh")} if one else {}


def _titles_of(current: Definition) -> dict[str, str]:
    return {"en": current.title_en, "zh": current.title_zh}
