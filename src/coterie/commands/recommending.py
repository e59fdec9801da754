"""The commands of recommendations: ``coterie recommend learn | evaluate | show``."""

from typing import Annotated, Any

import typer

from coterie.commands.opening import AsJson, Data, house
from coterie.commands.printing import print_json
from coterie.core.actor import COMMAND
from coterie.core.clock import format_time
from coterie.core.errors import NotFound
from coterie.profiles.model import USER
from coterie.roads.learning import learn as learn_anew
from coterie.scores.recommending.model import Evaluation, Suggestion

recommend = typer.Typer(no_args_is_help=True, help="What to suggest to people next.")


@recommend.command("learn")
def learn(data: Data = None, as_json: AsJson = False) -> None:
    """Learn from the log now, instead of tonight, and print what was learnt from."""
    with house(data=data) as app:
        built = learn_anew(
            app.db, app.scores.recommending, app.clock.now(), again=True, actor=COMMAND
        )
    assert built is not None, "it was asked to learn again"
    if as_json:
        print_json({
            "at": format_time(built.at), "method": built.method, "items": built.items,
            "people": built.people, "touches": built.touches,
        })  # fmt: skip
        return
    print(
        f"learnt from {built.touches:,} touches of {built.items:,} items by {built.people:,} "
        f"people ({built.method.replace('_', '-')})"
    )


@recommend.command("evaluate")
def evaluate(
    data: Data = None,
    at_least: Annotated[
        int, typer.Option(help="Ask about people who had more than so many items.", min=1)
    ] = 5,
    as_json: AsJson = False,
) -> None:
    """Say how well this house's log would have been foreseen: the last item of each left out."""
    with house(data=data) as app, app.db.read(COMMAND, app.clock.now()) as work:
        result = app.scores.recommending.evaluate(work, at_least)
    if as_json:
        print_json({
            "people": result.people, "items": result.items, "at_least": result.at_least,
            "limit": result.limit,
            "qualities": {name: vars(one) for name, one in result.qualities.items()},
        })  # fmt: skip
        return
    print(_split(result))
    for name, one in result.qualities.items():
        print(
            f"{name.replace('_', '-'):14}  found {one.hit_rate:.1%} among the first "
            f"{result.limit}  NDCG {one.ndcg:.4f}  coverage {one.coverage:.1%}"
        )


@recommend.command("show")
def show(
    who: Annotated[str, typer.Argument(help="A user id, or an outside id.")],
    data: Data = None,
    limit: Annotated[int, typer.Option(min=1, max=100)] = 10,
    as_json: AsJson = False,
) -> None:
    """Say what is suggested to somebody, and why."""
    with house(data=data) as app, app.db.read(COMMAND, app.clock.now()) as work:
        profile = app.profiles.find(work, USER, who)
        profile = app.profiles.by_uid(work, who) if profile is None else profile
        if profile is None:
            raise NotFound(f"nobody is known by {who!r}")
        found = app.scores.recommending.suggest(work, [profile], limit).get(profile, [])
    if as_json:
        print_json([_told(one) for one in found])
        return
    for one in found:
        why = ", ".join(each.item for each in one.because) or "popular"
        print(f"{one.item.key}  {one.item.title}  ({why})")


def _split(result: Evaluation) -> str:
    return (
        f"{result.people:,} people with more than {result.at_least} items; the last of each left "
        f"out, all {result.items:,} items ranked that she did not have before"
    )


def _told(one: Suggestion) -> dict[str, Any]:
    return {
        "item": one.item.key,
        "title": one.item.title,
        "because": [
            {"item": each.item, "event": each.event, "at": format_time(each.at)}
            for each in one.because
        ],
    }
