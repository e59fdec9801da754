"""People by a rule: build one for the list, and make a segment of what the list asks."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.accounts.model import Account
from coterie.core.errors import Invalid
from coterie.web.console.people.query import Query, read
from coterie.web.console.segments.sheet import of_rule
from coterie.web.console.segments.showing import PEOPLE, SEGMENT, builder_values
from coterie.web.desk import Operator, actor_of
from coterie.web.parts import Here, Parts

router = APIRouter()


@router.get("/people/by-rule")
def build(request: Request, here: Here, account: Operator) -> Response:
    """Open the builder for the list's rule; the other filters stay as they are."""
    query = read(request.query_params.multi_items())
    rule = query.rule_json if query.rule else None
    return _builder(request, here, account, rule, PEOPLE, query.without("rule").address())


@router.get("/people/as-segment")
def keep(request: Request, here: Here, account: Operator) -> Response:
    """Open the builder with what the list asks, to be saved as a segment."""
    rule = as_rule(read(request.query_params.multi_items()))
    if rule is None:
        raise Invalid("no rule can say what this list asks", hint="take the other filters away")
    return _builder(request, here, account, rule, SEGMENT, "")


def as_rule(query: Query) -> dict[str, Any] | None:
    """Say the filters of a list as a rule; None where there are none, or no rule says them all.

    >>> as_rule(Query(tags=("vip",), segments=("-loyal",)))
    {'all': [{'not': {'in_segment': 'loyal'}}, {'tag': 'vip'}]}
    >>> as_rule(Query(q="ada")) is None
    True
    """
    if query.q or query.seen or query.consent or query.book:
        return None
    parts: list[dict[str, Any]] = []
    for slug in query.segments:
        inside = {"in_segment": slug.removeprefix("-")}
        parts.append({"not": inside} if slug.startswith("-") else inside)
    parts += [{"tag": tag} for tag in query.tags]
    if query.topic:
        parts.append({"trait": query.interest, "op": ">=", "value": query.least})
    if query.rule:
        parts += _conditions(query.rule_json)
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else {"all": parts}


def _conditions(rule: Any) -> list[dict[str, Any]]:
    if isinstance(rule, dict) and set(rule) == {"all"} and isinstance(rule["all"], list):
        return list(rule["all"])
    return [rule]


def _builder(
    request: Request, here: Parts, account: Account, rule: Any, purpose: str, back: str
) -> Response:
    house = here.house
    if rule is not None and not isinstance(rule, Mapping):
        raise Invalid("a rule is an object", path="rule", hint='write it like {"tag": "vip"}')
    with house.db.read(actor_of(account), house.clock.now()) as work:
        if rule is not None:
            house.segments.check(work, rule)
        words = house.segments.vocabulary(work)
        values = builder_values(
            request, here, account, work, of_rule(rule, words), words, purpose=purpose, back=back
        )
    return here.pages.render(request, "console/segments/edit.html", account=account, **values)
