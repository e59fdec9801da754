"""What the builder shows: a draft, what it means, and what is wrong with it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from coterie.core.errors import Invalid
from coterie.segments.definition import Definition
from coterie.segments.language.parse import parse
from coterie.segments.language.vocabulary import Vocabulary
from coterie.storage.work import Work
from coterie.web.console.segments.conditions import Marks
from coterie.web.console.segments.doings import DOINGS
from coterie.web.console.segments.draft import NAMED, from_rule, to_rule, walk
from coterie.web.console.segments.form import MOST_NODES, from_fields, size, to_fields
from coterie.web.console.segments.node import Draft
from coterie.web.console.segments.pressing import act
from coterie.web.console.segments.starts import main_event, start
from coterie.web.console.segments.words import FAULTS, naming
from coterie.web.ports import Served
from coterie.web.speech import LANGUAGES, Speech

SAMPLE = 8

_LONGEST_UNDO = 60_000
_ANY_ZONE = ZoneInfo("UTC")
"""Whether a text is a rule does not depend on where its dates are."""


@dataclass
class Sheet:
    """One segment being built. ``draft`` is None while the rule is written as JSON only.

    ``slug`` is empty for a new one; ``version`` is the one that is being edited. ``faults`` are
    by field, ``trouble`` has no place in the form. ``text`` is what was written as JSON, and
    ``misread`` what is wrong with it. ``focus`` is the field to go on with; ``before`` are the
    fields as they were before the last press took something away.
    """

    titles: Mapping[str, str]
    slug: str = ""
    version: int = 0
    draft: Draft | None = None
    text: str = ""
    misread: str = ""
    rule: dict[str, Any] | None = None
    marks: Marks = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    trouble: str = ""
    focus: str = ""
    before: str = ""
    sentences: dict[str, str] = field(default_factory=dict)
    query: str = ""

    @property
    def stands(self) -> bool:
        """Whether the rule is complete."""
        return self.rule is not None and not self.faults and not self.trouble


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
    return of_rule(start(key, words), words)


def of_rule(rule: Mapping[str, Any] | None, words: Vocabulary) -> Sheet:
    """Open a rule that belongs to no segment; without one, a first condition."""
    sheet = Sheet({"en": "", "zh": ""})
    _open(sheet, rule or start("", words))
    return sheet


def of_form(fields: Mapping[str, str], words: Vocabulary, topics: Topics, slug: str) -> Sheet:
    """Read what an operator sent, and do what her button says."""
    titles = {lang: fields.get(f"title_{lang}", "").strip()[:200] for lang in ("en", "zh")}
    version = fields.get("version", "")
    sheet = Sheet(titles, slug, int(version) if version.isdecimal() and len(version) < 9 else 0)
    told = fields.get("act", "")
    if told == "undo":
        fields = _undone(fields)
    if fields.get("mode") == "json":
        _read_json(sheet, fields.get("json", ""))
        if told == "read" and sheet.rule is not None and not sheet.trouble:
            _reopen(sheet)
        return sheet
    if told == "read":
        wanted = Sheet(titles, slug, sheet.version)
        _read_json(wanted, fields.get("json", ""))
        if not wanted.trouble:
            _reopen(wanted)
        if not wanted.trouble:
            return wanted
        sheet.misread, sheet.text = wanted.trouble, wanted.text
    _of_fields(sheet, fields, words, topics, "" if told in ("read", "undo") else told)
    return sheet


def _of_fields(
    sheet: Sheet, fields: Mapping[str, str], words: Vocabulary, topics: Topics, told: str
) -> None:
    draft = from_fields(fields)
    for _, node in walk(draft):
        _complete(node, words)
        for key in ("topic", "next_topic"):
            if key in node.fields:
                node.fields[key] = topics.path(node.fields[key])
    if told.startswith(("remove:", "unwrap:", "test:", "has:", "bound:")):
        kept = json.dumps(to_fields(draft), ensure_ascii=False)
        sheet.before = kept if len(kept) <= _LONGEST_UNDO else ""
    place = told.partition(":")[2].partition(":")[0]
    pressed = dict(walk(draft)).get(place)
    draft = act(draft, told, lambda kind: fresh(kind, words))
    sheet.rule, sheet.marks = to_rule(draft)
    if size(draft) > MOST_NODES:
        sheet.text = written(sheet.rule)
    else:
        sheet.draft = draft
        sheet.focus = _next_field(draft, told, pressed)


def _undone(fields: Mapping[str, str]) -> Mapping[str, str]:
    """Return the fields as they were before something was taken away."""
    try:
        before = json.loads(fields.get("before", ""))
    except (ValueError, RecursionError):
        return fields
    if not isinstance(before, dict) or "r/kind" not in before:
        return fields
    kept = {name: text for name, text in fields.items() if "/" not in name}
    return kept | {str(name): str(text) for name, text in before.items()}


def _next_field(draft: Draft, told: str, pressed: Draft | None) -> str:
    """Name the field to go on with: the first of what was added, or the one that was moved."""
    verb, _, rest = told.partition(":")
    place, _, more = rest.partition(":")
    nodes = dict(walk(draft))
    now = next((at for at, node in nodes.items() if node is pressed), "")
    if verb in ("test", "has") and not more and now and pressed is not None:
        rows = pressed.tests if verb == "test" else pressed.more
        return f"{now}/{'where' if verb == 'test' else 'has'}.{len(rows) - 1}.path"
    if verb == "add" and now and pressed is not None and pressed.parts:
        return f"{now}.{len(pressed.parts) - 1}/kind"
    if verb == "remove" and place not in nodes:
        place = place.rpartition(".")[0]
    at = now or (place if place in nodes else "r")
    return f"{at}/kind" if verb else ""


def _reopen(sheet: Sheet) -> None:
    """Show a rule that was written as JSON in the form, if it is one."""
    assert sheet.rule is not None, "the text was read"
    try:
        parse(sheet.rule, _ANY_ZONE)
    except Invalid as fault:
        sheet.trouble = str(fault)
    else:
        _open(sheet, sheet.rule)


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


def written(rule: Mapping[str, Any], indent: int | None = 2) -> str:
    """Write a rule as an analyst reads it, or on one line."""
    return json.dumps(rule, ensure_ascii=False, indent=indent)


_FIRST = {
    "score": {"score": "activity"},
    "bucket": {"salt": "draw", "from": "0", "to": "1000"},
    "consents": {"purpose": "marketing", "channel": "*"},
    "near": {"lat": "", "lon": "", "km": "3"},
}
_OF_EVENTS = {
    "did": {"measure": "count", "window": "ever"},
    "then": {"absent": "on", "gap": "7", "gap_unit": "d", "window": "within", "amount": "90",
             "unit": "d"},
    "last": {"window": "ever"},
    "trend": {"amount": "90", "unit": "d", "at_least": "1"},
    "top": {"end": "top", "by": "count", "share": "percent", "most": "10", "window": "within",
            "amount": "90", "unit": "d"},
}  # fmt: skip
_WHICH_EVENTS = ("event", "other", "topic")
_LIMITS = {"did": (">=", "1"), "score": (">=", "5"), "trend": ("<", "50%")}


def fresh(kind: str, words: Vocabulary) -> Draft:
    """Make a new condition that means something at once, where the house has what it asks for."""
    fields = dict(_FIRST.get(kind, {}))
    event = main_event(words)
    if kind in _OF_EVENTS:
        fields = {"event": event, **_OF_EVENTS[kind]}
    if kind == "then":
        fields["next"] = event
    elif kind == "trait":
        fields = {"path": next(iter(words.traits), ""), "op": "exists"}
    elif kind == "tag":
        fields = {"tag": next(iter(words.tags), "")}
    elif kind == "in_segment":
        fields = {"in_segment": next((one.slug for one in words.segments), "")}
    elif kind == "in_community":
        fields = {kind: next(iter(words.communities), "")}
    elif kind == "in_group":
        fields = {kind: next(iter(words.groups), "")}
    elif kind == "list":
        fields = {kind: next((one.name for one in words.lists), "")}
    made = Draft(kind, fields=fields)
    if kind in _LIMITS:
        made.bounds = [dict(zip(("op", "value"), _LIMITS[kind], strict=True))]
    if kind == "last":
        made.more = [{"path": "", "op": "="}]
    return made


def _begin_anew(node: Draft, made: Draft, *, both: bool) -> None:
    """Take on another kind; ``both`` are about events, so which ones they are is kept."""
    kept = {key: text for key, text in node.fields.items() if both and key in _WHICH_EVENTS}
    node.fields = {**made.fields, **kept}
    node.tests = node.tests if both else []
    node.bounds, node.more = made.bounds, made.more


def _complete(node: Draft, words: Vocabulary) -> None:
    """Fill in what a node lacks because its kind was chosen a moment ago."""
    made = fresh(node.kind, words)
    was = node.fields.pop("was", node.kind)
    if was != node.kind:
        _begin_anew(node, made, both=was in DOINGS and node.kind in DOINGS)
    node.fields = {**made.fields, **node.fields}
    for key, other in (("event", "other"), ("next", "next_other")):
        if node.get(key) == "~":
            node.fields[key] = node.get(other)
    node.more = node.more or made.more
    if made.bounds:
        node.bounds = node.bounds or made.bounds
        for bound in node.bounds:
            bound.setdefault("op", ">=")


def ask(work: Work, house: Served, sheet: Sheet, words: Vocabulary, speech: Speech) -> None:
    """Find out what a draft means, in both languages; what is wrong is put at its field."""
    if sheet.rule is None:
        return
    segments, communities = house.segments, house.communities.communities(work)
    try:
        segments.check(work, sheet.rule, sheet.slug)
        for language in LANGUAGES:
            spoken = speech if language == speech.language else Speech(
                language, speech.zone, speech.now
            )  # fmt: skip
            named = naming(spoken, words, communities)
            sheet.sentences[language] = segments.say(work, sheet.rule, language, named)
        sheet.query = segments.query(work, sheet.rule)
    except Invalid as fault:
        blame(sheet, fault, speech)


def blame(sheet: Sheet, fault: Invalid, speech: Speech) -> None:
    """Put a fault at the field that it is about, or say where in the rule it is."""
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
        if node.kind in NAMED and fault.path == node.kind:
            return f"{place}/{node.kind}"
        if node.get("by") == "trait" and node.get("path") == fault.path:
            return f"{place}/path"
    return ""
