"""Where a template is used: by journeys' steps, communities' invitations and broadcasts."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from coterie.core.clock import format_time
from coterie.journeys.model import Message, Run
from coterie.storage.work import Work
from coterie.web.console.messages.senders import Sender, Senders
from coterie.web.parts import Parts
from coterie.web.speech import Speech


def uses(here: Parts, work: Work, speech: Speech) -> Mapping[str, list[Sender]]:
    """Return who uses each template, each of them once."""
    house = here.house
    senders = Senders(here, work, speech)
    found: defaultdict[str, dict[str, Sender]] = defaultdict(dict)

    def note(template: str, origin: str) -> None:
        found[template][origin] = senders.name(origin)

    for defined in house.journeys.all(work):
        for node in defined.journey.nodes.values():
            if isinstance(node, Message):
                note(node.template, f"journey:{defined.journey.slug}")
    for community in house.communities.communities(work):
        if community.terms is not None:
            note(community.terms.template, f"community:{community.slug}")
    for broadcast in house.campaigns.all(work):
        note(broadcast.plan.template, broadcast.origin)
    return {template: list(users.values()) for template, users in found.items()}


def sample(
    here: Parts, work: Work, speech: Speech, template: str, profile: int | None = None
) -> dict[str, Any]:
    """Return what a preview puts in for what only a request knows: community, links, event, run.

    Of a journey that uses the template, what started a real run of it: hers where she has one.
    """
    house = here.house
    communities = house.communities.communities(work)
    using = [one for one in communities if one.terms and one.terms.template == template]
    page = "https://example.com/i/…"
    values: dict[str, Any] = {
        "invitation_url": page,
        "accept_url": f"{page}?answer=accept",
        "decline_url": f"{page}?answer=decline",
        "broadcast": {"id": "…", "title": speech.gettext("Spring tasting")},
        **_of_a_run(here, work, template, profile),
    }
    for one in (using or communities)[:1]:
        values["community"] = {
            "slug": one.slug,
            "title": one.title(speech.language),
            "promise": one.promise(speech.language),
            "topic": one.topic,
        }
    return values


def _of_a_run(
    here: Parts, work: Work, template: str, profile: int | None
) -> dict[str, dict[str, Any]]:
    journeys = here.house.journeys
    hers = [] if profile is None else journeys.of_person(work, profile)
    for defined in journeys.all(work):
        nodes = defined.journey.nodes.items()
        named = [
            name for name, node in nodes if isinstance(node, Message) and node.template == template
        ]
        if named:
            own = [run for run in hers if run.journey == defined.slug]
            run = next(iter(own or journeys.runs(work, defined.slug, 1)), None)
            return {} if run is None else _said_of(run, named[0])
    return {}


def _said_of(run: Run, node: str) -> dict[str, dict[str, Any]]:
    cause = run.cause
    event: dict[str, Any] = {}
    if cause is not None:
        time = format_time(cause.time)
        event = {"name": cause.name, "time": time, "properties": dict(cause.properties)}
    entered = format_time(run.entered)
    told = {"journey": run.journey, "node": node, "key": run.key, "entered": entered}
    return {"event": event, "run": told}
