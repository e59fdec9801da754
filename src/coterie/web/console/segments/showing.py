"""The builder put on a page: its own, or one of another room that asks for a rule."""

from collections import defaultdict
from typing import Any

from fastapi import Request

from coterie.accounts.model import Account
from coterie.segments.language.vocabulary import Vocabulary
from coterie.storage.work import Work
from coterie.web.console.people.titles import Titles, segment_titles, topic_titles
from coterie.web.console.people.why import tell
from coterie.web.console.segments import words as said
from coterie.web.console.segments.counting import Counted, count
from coterie.web.console.segments.draft import walk
from coterie.web.console.segments.node import Draft
from coterie.web.console.segments.offering import list_of, offered
from coterie.web.console.segments.pressing import possible
from coterie.web.console.segments.sheet import SAMPLE, Sheet, ask, written
from coterie.web.console.segments.starts import STARTS
from coterie.web.console.segments.who import people
from coterie.web.parts import Here

SEGMENT, PEOPLE = "segment", "people"
"""What a rule is built for: to be saved as a segment, or to find people once."""


def builder_values(
    request: Request, here: Here, account: Account, work: Work, sheet: Sheet, words: Vocabulary,
    *, purpose: str = SEGMENT, back: str = "",
) -> dict[str, Any]:  # fmt: skip
    """Return what the builder's templates need. Nobody is counted: a request of its own does."""
    house, speech = here.house, here.pages.speech(request, account)
    if not sheet.faults and not sheet.trouble and not sheet.sentences:
        ask(work, house, sheet, words, speech)
    if sheet.draft is not None:
        _forgiving(sheet.draft)
    return {
        "sheet": sheet,
        "counted": None,
        "sample": [],
        "everyone": house.profiles.count(work),
        "offered": offered(house, work, words, sheet.draft, speech),
        "list_of": list_of,
        "said": said,
        "starts": STARTS,
        "start": "",
        "places": possible(sheet.draft) if sheet.draft is not None else {},
        "purpose": purpose,
        "back": back,
        "rule_text": sheet.text or (written(sheet.rule) if sheet.rule is not None else ""),
    }


def counted_values(
    request: Request, here: Here, account: Account, work: Work, sheet: Sheet, words: Vocabulary
) -> dict[str, Any]:
    """Return the counts of a draft, and a few people with why they are in, or would leave."""
    house, speech = here.house, here.pages.speech(request, account)
    if not sheet.sentences:
        ask(work, house, sheet, words, speech)
    counted = count(work, house.segments, sheet, house.profiles.everyone(work))
    return {
        "counted": counted,
        "everyone": house.profiles.count(work),
        "sample": _sample(request, here, account, work, sheet, counted),
    }


def _sample(
    request: Request, here: Here, account: Account, work: Work, sheet: Sheet, counted: Counted
) -> list[dict[str, Any]]:
    """Show a few people, each with what the rule found of her."""
    house, speech = here.house, here.pages.speech(request, account)
    shown = list(counted.shown[:SAMPLE])
    if not shown or sheet.rule is None:
        return []
    found = people(work, house.profiles, shown)
    reasons = house.segments.reasons(work, sheet.rule, shown)
    titles = Titles(work, house, speech)
    segments = segment_titles(work, house, speech)
    topics = topic_titles(work, house, speech)
    return [
        {
            "person": found[one],
            "reason": tell(reasons[one], titles, segments, topics, speech),
        }
        for one in shown
        if one in found and one in reasons
    ]


def _forgiving(draft: Draft) -> None:
    """Let a template ask for any field: what there is not is empty."""
    for _, node in walk(draft):
        node.fields = defaultdict(str, node.fields)
        for rows in (node.bounds, node.tests, node.more):
            rows[:] = [defaultdict(str, row) for row in rows]
