"""One activity: how many came of those who were asked, who is on the list, what to do next."""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.accounts.model import Account
from coterie.activities.model import Activity, Registration, State
from coterie.core.clock import to_datetime
from coterie.core.errors import Conflict, Invalid, NotFound
from coterie.core.event import Event
from coterie.storage.work import Work
from coterie.web.desk import DeskForm, Operator, actor_of
from coterie.web.exports import Row, download, kind_of, record
from coterie.web.parts import Here, Parts
from coterie.web.speech import N_, Speech

router = APIRouter()

PAGE = 200
_LAST_PAGE = 10_000
ON_THE_LIST: tuple[State, ...] = ("registered", "attended", "no_show")
OTHERS: tuple[State, ...] = ("cancelled", "missed")

_DONE = {
    "cancel": N_("The seat is free again."),
    "undo_check_in": N_("The check-in is taken back."),
    "pass": N_("Passed, and told so."),
    "undo_pass": N_("The pass is taken back."),
}
_REFUSED = {
    "full": N_("Every seat is taken, and there is no waiting list."),
    "over": N_("This activity is over."),
    "called_off": N_("This activity was called off."),
    "not_registered": N_("There is nothing of hers to cancel."),
    "no_check_in": N_("She has passed: take the pass back first."),
    "no_words": N_("Choose a channel and a template for the invitation first."),
}


@router.get("/activities/{slug}")
def activity(request: Request, here: Here, account: Operator, slug: str, page: int = 0) -> Response:
    """Show how far people came, who is on the list and who waits."""
    if not 0 <= page <= _LAST_PAGE:
        raise Invalid("there is no such page", path="page")
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        rooms = house.activities
        one = rooms.get(work, slug)
        roster = rooms.roster(work, slug, ON_THE_LIST, limit=PAGE + 1, offset=page * PAGE)
        waiting = rooms.roster(work, slug, ["waiting"], limit=PAGE)
        others = rooms.roster(work, slug, OTHERS, limit=PAGE)
        shown = [*roster[:PAGE], *waiting, *others]
        topics = {topic.path: topic for topic in house.catalog.topics(work)}
        segment = one.segment and house.segments.get(work, one.segment)
        return here.pages.render(
            request,
            "console/activities/one.html",
            account=account,
            activity=one,
            funnel=rooms.funnels(work, [slug])[slug],
            roster=roster[:PAGE],
            waiting=waiting,
            others=others,
            cards=cards(here, work, shown),
            topics=[topics[path] for path in one.topics if path in topics],
            segment=segment,
            community=_community(here, work, one),
            to_ask=len(rooms.eligible(work, one) - rooms.known_to(work, slug)),
            newer=f"/activities/{quote(slug)}?page={page - 1}" if page else None,
            older=f"/activities/{quote(slug)}?page={page + 1}" if len(roster) > PAGE else None,
        )


@router.post("/activities/{slug}/invite")
def invite(request: Request, here: Here, account: Operator, slug: str, _form: DeskForm) -> Response:
    """Ask everybody whom the activity is meant for and who was not asked yet."""
    house, speech = here.house, here.pages.speech(request, account)
    try:
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            asked = house.activities.invite(work, slug)
            house.inbound.tell(work, asked.facts)
    except Conflict as error:
        return _back(here, slug, _refusal(speech, error))
    house.poke()
    said = speech.ngettext(
        "%(n)s person is invited now.", "%(n)s people are invited now.", asked.invited
    )
    if held := sum(asked.held.values()):
        said += " " + speech.ngettext("%(n)s was held.", "%(n)s were held.", held)
    return _back(here, slug, said)


@router.post("/activities/{slug}/call-off")
def call_off(
    request: Request, here: Here, account: Operator, slug: str, _form: DeskForm
) -> Response:
    """Cancel the whole activity; everybody on the list is told."""
    said = N_("The activity is off, and everybody on the list is told.")
    return _do(
        request, here, account, slug, said, lambda work: here.house.activities.call_off(work, slug)
    )


@router.post("/activities/{slug}/register")
def register(
    request: Request, here: Here, account: Operator, slug: str, fields: DeskForm
) -> Response:
    """Put somebody on the list: found by her user id, phone, e-mail or name."""
    house, who = here.house, fields.get("who", "").strip()
    with house.db.read(actor_of(account), house.clock.now()) as work:
        speech = here.pages.speech(request, account)
        found = _people(here, work, who)
    if len(found) != 1:
        said = (
            speech.ngettext(
                "%(n)s person fits: write more.", "%(n)s people fit: write more.", len(found)
            )
            if found
            else speech.gettext("Nobody fits “%(who)s”.", who=who)
        )
        return _back(here, slug, said)
    said = N_("She is on the list.")
    return _do(
        request, here, account, slug, said,
        lambda work: house.activities.register(work, slug, found),
    )  # fmt: skip


@router.post("/activities/{slug}/people")
def people(
    request: Request, here: Here, account: Operator, slug: str, fields: DeskForm
) -> Response:
    """Do something about one person of the list, or (pass) about everybody who was there."""
    deed, rooms = fields.get("do", ""), here.house.activities
    if deed not in _DONE:
        raise Invalid(f"{deed!r} is no deed", path="do", hint=", ".join(_DONE))

    def act(work: Work) -> list[Event]:
        if fields.get("who") == "all" and deed == "pass":
            everybody = rooms.roster(work, slug, ["attended"], limit=_MOST)
            return rooms.pass_people(work, slug, [one.profile for one in everybody])
        who = person_of(here, work, fields.get("who", ""))
        if deed == "cancel":
            return rooms.cancel(work, slug, who).facts
        if deed == "undo_check_in":
            return rooms.undo_check_in(work, slug, who)
        return (rooms.pass_people if deed == "pass" else rooms.undo_pass)(work, slug, [who])

    return _do(request, here, account, slug, _DONE[deed], act)


_MOST = 10_000


@router.get("/exports/activities/{slug}")
def export(request: Request, here: Here, account: Operator, slug: str) -> Response:
    """Send the list of an activity as a file, and keep that it was taken."""
    house, speech = here.house, here.pages.speech(request, account)
    kind = kind_of(request.query_params.get("format", "csv"))
    with house.db.read(actor_of(account), house.clock.now()) as work:
        house.activities.get(work, slug)
        found = house.activities.roster(
            work, slug, (*ON_THE_LIST, "waiting", *OTHERS), limit=1_000_000
        )
        known = cards(here, work, found)
    record(house, account, "activity", slug=slug, count=len(found), format=kind)
    header = [speech.gettext(text) for text in _COLUMNS]
    return download(kind, f"activity-{slug}", header, _rows(speech, found, known))


_COLUMNS = (
    N_("Person"), N_("Profile id"), N_("State"), N_("Registered"), N_("Place in line"),
    N_("Checked in"), N_("Checked in by"), N_("Passed"),
)  # fmt: skip


def _rows(speech: Speech, found: Sequence[Registration], known: dict[int, Any]) -> Iterator[Row]:
    for one in found:
        card = known.get(one.profile)
        moments = [
            None if at is None else to_datetime(at).astimezone(speech.zone)
            for at in (one.registered, one.checked_in, one.passed)
        ]
        yield [
            card.title if card else "", card.uid if card else "",
            speech.word("registration", one.state), moments[0], one.place, moments[1],
            one.checked_by, moments[2],
        ]  # fmt: skip


# --- what the pages of activities share


def cards(here: Parts, work: Work, found: Sequence[Registration]) -> dict[int, Any]:
    """Say who people are, by profile."""
    asked = list(dict.fromkeys(one.profile for one in found))
    return {card.profile: card for card in here.house.profiles.directory.cards(work, asked)}


def person_of(here: Parts, work: Work, uid: str) -> int:
    """Return who is meant by an outside id; raises NotFound."""
    profile = here.house.profiles.by_uid(work, uid)
    if profile is None:
        raise NotFound(f"there is nobody of the id {uid!r} here")
    return profile


def _people(here: Parts, work: Work, who: str) -> list[int]:
    profiles = here.house.profiles
    exact = profiles.find(work, "user_id", who) if who else None
    if exact is not None:
        return [exact]
    return list(profiles.directory.matching(work, who)) if who else []


def _community(here: Parts, work: Work, one: Activity) -> Any:
    known = here.house.communities.communities(work)
    return next((each for each in known if each.slug == one.community), None)


def _do(
    request: Request, here: Parts, account: Account, slug: str, said: str, act: Any
) -> Response:
    house, speech = here.house, here.pages.speech(request, account)
    try:
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            house.inbound.tell(work, act(work))
    except Conflict as error:
        return _back(here, slug, _refusal(speech, error))
    house.poke()
    return _back(here, slug, speech.gettext(said))


def _refusal(speech: Speech, error: Conflict) -> str:
    return speech.gettext(_REFUSED[error.code]) if error.code in _REFUSED else error.message


def _back(here: Parts, slug: str, said: str) -> Response:
    return here.pages.redirect(f"/activities/{quote(slug)}", toast=said)
