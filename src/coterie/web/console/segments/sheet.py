"""What the builder shows: a draft, what it means, whom it would have, and what is wrong with it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pyroaring import BitMap

from coterie.core.errors import Invalid
from coterie.segments.definition import Definition, Effect
from coterie.segments.language.vocabulary import Vocabulary
from coterie.segments.service import Segments
from coterie.storage.work import Work
from coterie.web.console.segments.draft import Draft, Marks, from_rule, to_rule, walk
from coterie.web.console.segments.form import MOST_NODES, act, from_fields, size
from coterie.web.console.segments.words import FAULTS, main_event, naming, start
from coterie.web.speech import Speech

SAMPLE = 8


@dataclass
class Sheet:
    """One segment being built. ``draft`` is None while the rule is written as JSON.

    ``slug`` is empty for a new one; ``version`` is the one that is being edited. ``faults`` are
    by field, ``trouble`` has no place in the form. ``focus`` is the field to go on with.
    """

    titles: Mapping[str, str]
    slug: str = ""
    version: int = 0
    draft: Draft | None = None
    text: str = ""
    rule: dict[str, Any] | None = None
    marks: Marks = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    trouble: str = ""
    focus: str = ""
    sentence: str = ""
    people: BitMap | None = None
    effect: Effect | None = None


class Topics:
    """Topics by the words that an operator types, and back."""

    def __init__(self, words: Vocabulary, speech: Speech) -> None:
        said = {one.path: speech.title(_titles(one)) for one in words.topics}
        times: dict[str, int] = {}
        for title in said.values():
            times[title] = times.get(title, 0) + 1
        self.shown = {p: title if times[title] == 1 else p for p, title in said.items()}
        self._paths = {title.casefold(): path for path, title in self.shown.items()}

    def path(self, typed: str) -> str:
        """Return the topic that is meant; what is none stays as it is."""
        bare = typed.strip()
        return bare if bare in self.shown else self._paths.get(bare.casefold(), bare)

    def words(self, path: str) -> str:
        """Return how a topic is shown in a field."""
        return self.shown.get(path, path)


def _titles(topic: Any) -> dict[str, str]:
    return {"en": topic.title_en, "zh": topic.title_zh}


def of_definition(one: Definition) -> Sheet:
    """Open a segment for editing."""
    sheet = Sheet(_titles(one), one.slug, one.version)
    _open(sheet, one.rule)
    return sheet


def of_start(key: str, words: Vocabulary) -> Sheet:
    """Open a new segment from a starting point."""
    sheet = Sheet({"en": "", "zh": ""})
    _open(sheet, start(key, words))
    return sheet


def of_form(fields: Mapping[str, str], words: Vocabulary, topics: Topics, slug: str) -> Sheet:
    """Read what an operator sent, and do what her button says."""
    titles = {lang: fields.get(f"title_{lang}", "").strip()[:200] for lang in ("en", "zh")}
    version = fields.get("version", "")
    sheet = Sheet(titles, slug, int(version) if version.isdecimal() and len(version) < 9 else 0)
    told = fields.get("act", "")
    if fields.get("mode") == "json":
        _read_json(sheet, fields.get("json", ""))
        if told == "form" and sheet.rule is not None and not sheet.trouble:
            _open(sheet, sheet.rule)
        return sheet
    draft = from_fields(fields)
    for _, node in walk(draft):
        _complete(node, words)
        if "topic" in node.fields:
            node.fields["topic"] = topics.path(node.fields["topic"])
    draft = act(draft, told, lambda kind: fresh(kind, words))
    sheet.rule, sheet.marks = to_rule(draft)
    if told == "json" or size(draft) > MOST_NODES:
        sheet.text = written(sheet.rule)
    else:
        sheet.draft = draft
        sheet.focus = _added(draft, told)
    return sheet


def _added(draft: Draft, told: str) -> str:
    """Name the first field of what a button has just added."""
    verb, _, rest = told.partition(":")
    place = rest.partition(":")[0]
    nodes = dict(walk(draft))
    if verb != "add" or place not in nodes:
        return ""
    parts = nodes[place].parts
    return f"{place}.{len(parts) - 1}/kind" if parts else f"{place}/kind"


def _open(sheet: Sheet, rule: Mapping[str, Any]) -> None:
    draft = from_rule(rule)
    if size(draft) > MOST_NODES:
        sheet.rule, sheet.text, sheet.draft = dict(rule), written(rule), None
    else:
        sheet.rule, sheet.marks = to_rule(draft)
        sheet.draft, sheet.text = draft, ""


def _read_json(sheet: Sheet, text: str) -> None:
    sheet.text = text
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        sheet.trouble = str(error)
        return
    if isinstance(found, dict):
        sheet.rule = found
    else:
        sheet.trouble = "a rule is an object: {...}"


def written(rule: Mapping[str, Any]) -> str:
    """Write a rule as an analyst reads it."""
    return json.dumps(rule, ensure_ascii=False, indent=2)


def fresh(kind: str, words: Vocabulary) -> Draft:
    """Make a new condition that means something at once."""
    fields: dict[str, str] = {}
    bounds: list[dict[str, str]] = []
    if kind == "did":
        fields = {"event": main_event(words), "measure": "count", "window": "ever"}
        bounds = [{"op": ">=", "value": "1"}]
    elif kind == "score":
        fields, bounds = {"score": "activity"}, [{"op": ">=", "value": "5"}]
    elif kind == "trait":
        name = next(iter(words.traits), "")
        fields = {"path": name, "op": "exists"}
    elif kind == "tag":
        fields = {"tag": next(iter(words.tags), "")}
    elif kind == "in_segment":
        fields = {"in_segment": next((one.slug for one in words.segments), "")}
    elif kind == "bucket":
        fields = {"salt": "draw", "from": "0", "to": "1000"}
    return Draft(kind, fields=fields, bounds=bounds)


def _complete(node: Draft, words: Vocabulary) -> None:
    """Fill in what a node lacks because its kind was chosen a moment ago."""
    made = fresh(node.kind, words)
    node.fields = {**made.fields, **node.fields}
    if node.kind == "did" and node.get("event") == "~":
        node.fields["event"] = node.get("other")
    if node.kind in ("did", "score"):
        node.bounds = node.bounds or made.bounds
        for bound in node.bounds:
            bound.setdefault("op", ">=")


def ask(work: Work, segments: Segments, sheet: Sheet, words: Vocabulary, speech: Speech) -> None:
    """Find out what a draft means and whom it has; what is wrong is put at its field."""
    if sheet.rule is None:
        return
    try:
        sheet.sentence = segments.say(work, sheet.rule, speech.language, naming(speech, words))
        if sheet.slug:
            sheet.effect = segments.effect(work, sheet.slug, sheet.rule)
            sheet.people = sheet.effect.stay | sheet.effect.enter
        else:
            sheet.people = segments.population(work, sheet.rule)
    except Invalid as fault:
        blame(sheet, fault, speech)


def blame(sheet: Sheet, fault: Invalid, speech: Speech) -> None:
    """Put a fault at the field that it is about."""
    place = sheet.marks.get(fault.path) or _by_content(sheet, fault)
    if place and sheet.draft is not None:
        said = FAULTS.get(place.rpartition("/")[2].split(".")[-1])
        sheet.faults[place] = speech.gettext(said) if said else fault.reason
    else:
        sheet.trouble = str(fault)


def _by_content(sheet: Sheet, fault: Invalid) -> str:
    """Find the field of a fault that only names a trait or a segment, not its place."""
    if sheet.draft is None:
        return ""
    for place, node in walk(sheet.draft):
        if node.kind == "trait" and node.get("path") == fault.path:
            return f"{place}/path"
        if node.kind == "in_segment" and fault.path == "in_segment":
            return f"{place}/in_segment"
    return ""
