"""What recommendations rest on and how good they are; what may be suggested; what next for her."""

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from coterie.accounts.model import Account
from coterie.core.errors import Invalid, NotFound
from coterie.roads.learning import learn as learn_anew
from coterie.scores.recommending.model import Choices
from coterie.web.console.people.whose import card_of
from coterie.web.desk import DeskForm, Operator, actor_of, desk_form
from coterie.web.parts import Here, Parts
from coterie.web.speech import N_

router = APIRouter()

METHODS = {
    "ease": N_("each item told from all the others (EASE)"),
    "co_occurrence": N_("what people had together (co-occurrence)"),
}


@router.get("/recommendations")
def recommendations(request: Request, here: Here, account: Operator) -> Response:
    """Say what the model rests on, and what may be suggested."""
    return _page(request, here, account)


def _page(
    request: Request, here: Parts, account: Account, fault: Invalid | None = None
) -> Response:
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        recommending = house.scores.recommending
        built, choices = recommending.built(work), recommending.choices(work)
        kinds = {kind: n for kind, n in house.catalog.kinds(work).items() if kind != "store"}
    return here.pages.render(
        request, "console/recommendations/page.html", http_status=400 if fault else 200,
        account=account, built=built, choices=choices, kinds=kinds, methods=METHODS, fault=fault,
    )  # fmt: skip


@router.get("/recommendations/quality")
def quality(request: Request, here: Here, account: Operator) -> Response:
    """Leave everybody's last item out, and say how often it would have been suggested."""
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        try:
            found = house.scores.recommending.evaluate(work)
        except NotFound:
            found = None
    return here.pages.render(
        request,
        "console/recommendations/quality.html"
        if request.headers.get("hx-request")
        else "console/recommendations/quality_page.html",
        account=account,
        found=found,
    )


@router.post("/recommendations/learn", dependencies=[Depends(desk_form)])
def learn(request: Request, here: Here, account: Operator) -> Response:
    """Learn now instead of tonight."""
    house, speech = here.house, here.pages.speech(request, account)
    learn_anew(
        house.db, house.scores.recommending, house.clock.now(), again=True, actor=actor_of(account)
    )
    return here.pages.redirect("/recommendations", speech.gettext("Learnt from all that happened."))


@router.post("/recommendations")
def choose(request: Request, here: Here, account: Operator, form: DeskForm) -> Response:
    """Choose what may be suggested; it holds from the next learning on, which follows at once."""
    house, speech = here.house, here.pages.speech(request, account)
    try:
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            known = house.catalog.kinds(work)
            chosen = Choices(
                kinds=tuple(kind for kind in known if f"kind.{kind}" in form),
                topics=tuple(form.get("topics", "").replace(",", " ").split()),
                again=tuple(kind for kind in known if f"again.{kind}" in form),
                again_days=_days(form.get("again_days", ""), "again_days"),
                rest_days=_days(form.get("rest_days", ""), "rest_days"),
            )
            for topic in chosen.topics:
                house.catalog.topic(work, topic)
            house.scores.recommending.choose(work, chosen)
    except NotFound as error:
        return _page(request, here, account, Invalid(error.message, path="topics"))
    except Invalid as error:
        return _page(request, here, account, error)
    learn_anew(
        house.db, house.scores.recommending, house.clock.now(), again=True, actor=actor_of(account)
    )
    return here.pages.redirect("/recommendations", speech.gettext("Chosen, and learnt anew."))


@router.get("/people/{uid}/next")
def what_next(request: Request, here: Here, account: Operator, uid: str) -> Response:
    """Say what is suggested to somebody next, and why."""
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        card = card_of(work, house, uid)
        recommending = house.scores.recommending
        found = recommending.suggest(work, [card.profile], 5).get(card.profile, [])
        named = {each.item for one in found for each in one.because}
        titles = {one.key: one.title or one.key for one in house.catalog.items(work, named)}
        is_plain = card.profile in house.profiles.not_personalised(work, [card.profile])
        is_learnt = recommending.built(work) is not None
    return here.pages.render(
        request,
        "console/recommendations/next.html"
        if request.headers.get("hx-request")
        else "console/recommendations/next_page.html",
        account=account,
        card=card,
        found=found,
        titles=titles,
        is_plain=is_plain,
        is_learnt=is_learnt,
    )


def _days(text: str, path: str) -> int:
    given = text.strip()
    if not given.isascii() or not given.isdigit() or len(given) > 4:
        raise Invalid(f"{text!r} is no number of days", path=path, hint="write a whole number")
    return int(given)
