"""Scripts at the desk: the list, one with who has read it, its versions."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.core.errors import Conflict
from coterie.guides.scripts.lint import blocking
from coterie.guides.scripts.model import STAGES, Script, Tally, Version
from coterie.guides.scripts.service import Scripts
from coterie.web.console.scripts.words import changed, fault, marked
from coterie.web.desk import DeskForm, Operator, actor_of
from coterie.web.parts import Here, Parts

router = APIRouter(prefix="/scripts")


@router.get("")
def scripts(request: Request, here: Here, account: Operator, stage: str = "") -> Response:
    """List the scripts by stage: who has read each, what came of it."""
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        everything = house.scripts.all(work)
        tallies = house.scripts.tallies(work)
        guides, read = house.scripts.read_counts(work)
        drafts = {
            one.slug for one in everything if _draft(house.scripts.versions(work, one.slug), one)
        }
    stages = [one for one in STAGES if any(each.stage == one for each in everything)]
    shown = [one for one in everything if stage in ("", one.stage)]
    return here.pages.render(
        request, "console/scripts/list.html", account=account, stages=stages, stage=stage,
        groups=[(one, [each for each in shown if each.stage == one]) for one in stages
                if stage in ("", one)],
        count=len(everything), tallies=_by_script(tallies), guides=guides, read=read,
        drafts=drafts,
    )  # fmt: skip


@router.get("/{slug}")
def one(request: Request, here: Here, account: Operator, slug: str) -> Response:
    """Show one script: what guides see, what waits to be published, who has read it."""
    return _one(request, here, account, slug)


@router.post("/{slug}/publish")
def publish(request: Request, here: Here, account: Operator, form: DeskForm, slug: str) -> Response:
    """Give a version to all guides; what is held back needs a reason."""
    house, speech = here.house, here.pages.speech(request, account)
    number = form.get("number", "")
    try:
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            house.scripts.publish(
                work, slug, int(number) if number.isdecimal() else 0, form.get("because", "")
            )
    except Conflict as error:
        return _one(request, here, account, slug, fault(speech, error))
    return here.pages.redirect(f"/scripts/{slug}", speech.gettext("Every guide has it now."))


@router.post("/{slug}/remind")
def remind(request: Request, here: Here, account: Operator, _form: DeskForm, slug: str) -> Response:
    """Remind the guides who have not read it."""
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        count = house.scripts.remind(work, slug)
    said = speech.ngettext("%(n)s guide is reminded.", "%(n)s guides are reminded.", count)
    if not count:
        said = speech.gettext("All of them were reminded within the last eight hours.")
    return here.pages.redirect(f"/scripts/{slug}", said)


@router.post("/{slug}/retire")
def retire(request: Request, here: Here, account: Operator, _form: DeskForm, slug: str) -> Response:
    """Take a script from the guides."""
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        house.scripts.retire(work, slug)
    return here.pages.redirect(f"/scripts/{slug}", speech.gettext("Guides see it no more."))


@router.get("/{slug}/versions/{number}")
def version(
    request: Request, here: Here, account: Operator, slug: str, number: int
) -> Response:  # fmt: skip
    """Show a version, and what it changed in the one before."""
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        script = house.scripts.get(work, slug)
        found = house.scripts.version(work, slug, number)
        before = next(
            (each for each in house.scripts.versions(work, slug) if each.number < number), None
        )
    tags = sorted({*found.texts, *(before.texts if before else ())}, reverse=True)
    return here.pages.render(
        request, "console/scripts/version.html", account=account, script=script, version=found,
        before=before,
        changes=[
            (tag, changed(before.texts.get(tag, "") if before else "", found.texts.get(tag, "")))
            for tag in tags
        ],
    )  # fmt: skip


def _one(request: Request, here: Parts, account: Operator, slug: str, wrong: str = "") -> Response:
    house = here.house
    rooms: Scripts = house.scripts
    with house.db.read(actor_of(account), house.clock.now()) as work:
        script = rooms.get(work, slug)
        versions = rooms.versions(work, slug)
        standing = rooms.standing(work, slug)
        tallies = rooms.tallies(work, slug)
    draft = _draft(versions, script)
    current = next((each for each in versions if each.number == script.current), None)
    found = rooms.lint(script, draft.texts) if draft else {}
    return here.pages.render(
        request, "console/scripts/one.html", http_status=400 if wrong else 200, account=account,
        script=script, versions=versions, reading=standing, current=current, draft=draft,
        texts=[(tag, marked(draft.texts[tag], found.get(tag, [])), found.get(tag, []))
               for tag in sorted(draft.texts, reverse=True)] if draft else [],
        held=any(blocking(each) for each in found.values()),
        tallies={number: each for (_, number), each in tallies.items()}, wrong=wrong,
        nothing=Tally(),
    )  # fmt: skip


def _draft(versions: list[Version], script: Script) -> Version | None:
    """Return the newest version when guides do not have it."""
    return versions[0] if versions and versions[0].number != script.current else None


def _by_script(tallies: dict[tuple[str, int], Tally]) -> dict[str, Tally]:
    """Add up what came of a script's versions; people of several versions count in each."""
    found: dict[str, Tally] = {}
    for (slug, _), one in tallies.items():
        had = found.get(slug, Tally())
        found[slug] = Tally(
            had.uses + one.uses, had.edited + one.edited, max(had.guides, one.guides),
            had.people + one.people, had.bought + one.bought, had.joined + one.joined,
            had.came + one.came,
        )  # fmt: skip
    return found
