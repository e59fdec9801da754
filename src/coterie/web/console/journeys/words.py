"""A journey in the words of the trade: what each node does, where its ways lead, what changes.

Pure but for the language: it works over definitions as they are written, faults and all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from coterie.core.clock import parse_duration
from coterie.core.errors import Invalid
from coterie.journeys.model import END
from coterie.journeys.nodes import DAYS
from coterie.journeys.ways import Way, nodes_of, ways
from coterie.segments.language.parse import parse
from coterie.segments.words.explain import explain
from coterie.web.console.journeys import acts, entries
from coterie.web.console.journeys.rules import easy
from coterie.web.speech import N_, Speech

KINDS: Mapping[str, tuple[str, str, str]] = {
    "message": (N_("Send a message"), "message-square", N_("As far as the gate lets it through")),
    "wait": (N_("Wait"), "clock", N_("For a while, or until a time or date")),
    "wait_for": (N_("Wait for something"), "hourglass", N_("Until it happens, or a time is over")),
    "split": (N_("Split by a condition"), "split", N_("One way if it holds, the other if not")),
    "random": (N_("Split at random"), "shuffle", N_("Each person always falls on the same side")),
    "tag": (N_("Put a tag on"), "tag", N_("Other segments and journeys can ask for it")),
    "untag": (N_("Take a tag off"), "tags", N_("If the person has it")),
    "set": (N_("Set a trait"), "sliders-horizontal", N_("A named value on the person")),
    "emit": (N_("Record an event"), "activity", N_("Of your own name; other journeys may hear it")),
    "jump": (N_("Jump"), "undo-2", N_("Goes on at another step of this journey")),
    **acts.KINDS,
}  # fmt: skip
"""By kind: what it is called, its icon, and what it is for."""

WEEKDAYS = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun"))

SETTINGS: Mapping[str, str] = {
    "title": N_("the title"),
    "entry": N_("who enters"),
    "reentry": N_("whether one may enter again"),
    "key": N_("one run for each value of a property"),
    "overlap": N_("whether runs of one person may overlap"),
    "exit_when": N_("what ends it early"),
    "present": N_("whether those present at the start are taken along"),
    "holdout": N_("the share held out"),
    "start": N_("the first step"),
}

REASONS: Mapping[str, str] = {
    "end": N_("came to the end"),
    "exit_when": N_("left early, as the journey says"),
    "held": N_("their message was held"),
    "failed": N_("their message failed"),
    "node_removed": N_("their step was taken out"),
    "merged": N_("two people turned out to be one"),
    "gone": N_("their data was erased"),
}


@dataclass(frozen=True)
class Words:
    """Says a journey in one language.

    ``subjects`` are templates' subjects by name, ``segments`` the titles of segments by slug.
    """

    speech: Speech
    zone: ZoneInfo
    subjects: Mapping[str, str]
    segments: Mapping[str, str]

    # --- nodes

    def kind(self, body: object) -> str:
        """Name what kind of node it is."""
        known = KINDS.get(_do(body))
        return self.speech.gettext(known[0] if known else N_("An unknown step"))

    def node(self, body: object) -> str:
        """Say in a sentence what a node does."""
        said, act = _SENTENCES.get(_do(body)), acts.SENTENCES.get(_do(body))
        if isinstance(body, Mapping) and act is not None:
            return act(self.speech, body)
        if said is None or not isinstance(body, Mapping):
            return self.kind(body)
        return said(self, body)

    def step(self, definition: Mapping[str, Any], name: str) -> str:
        """Say a node by its name; a jump also says where to."""
        body = nodes_of(definition).get(name)
        if isinstance(body, Mapping) and _do(body) == "jump":
            target = self._named(definition, str(body.get("to", "")))
            return self.speech.gettext("Jump to: %(step)s", step=target)
        return self._named(definition, name)

    def _named(self, definition: Mapping[str, Any], name: str) -> str:
        if name == END:
            return self.speech.gettext("the end")
        body = nodes_of(definition).get(name)
        return name if body is None else self.node(body)

    def detail(self, body: object) -> str:
        """Say what does not fit into the sentence: channel and touch of a message."""
        if _do(body) != "message" or not isinstance(body, Mapping):
            return ""
        channel = self.speech.word("channel", str(body.get("channel", "")))
        touch = self.speech.word("touch", str(body.get("touch", "")))
        return self.speech.gettext("%(channel)s · %(touch)s", channel=channel, touch=touch)

    def _message(self, body: Mapping[str, Any]) -> str:
        name = str(body.get("template", ""))
        said = self.subjects.get(name) or name
        if not said:
            return self.speech.gettext("Send a message: none chosen yet")
        return self.speech.gettext("Send “%(subject)s”", subject=said)

    def _wait(self, body: Mapping[str, Any]) -> str:
        _ = self.speech.gettext
        if "until_property" in body:
            return self._until_property(body)
        if "until" in body:
            days = body.get("days")
            if isinstance(days, list) and days:
                named = self.days(days)
                return _("Wait until %(time)s on %(days)s", time=body["until"], days=named)
            return _("Wait until %(time)s", time=body["until"])
        return _("Wait %(duration)s", duration=self.duration(body.get("for", "")))

    def _until_property(self, body: Mapping[str, Any]) -> str:
        _, name = self.speech.gettext, body["until_property"]
        offset = str(body.get("offset", ""))
        length = self.duration(offset.lstrip("+-"))
        if offset.startswith("-"):
            return _("Wait until %(length)s before “%(name)s”", length=length, name=name)
        if offset and offset.lstrip("+")[:1] != "0":
            return _("Wait until %(length)s after “%(name)s”", length=length, name=name)
        return _("Wait until “%(name)s”", name=name)

    def _wait_for(self, body: Mapping[str, Any]) -> str:
        _, rules = self.speech.gettext, _rules(body)
        what = self.rule(rules[0]) if rules else _("nothing yet")
        if len(rules) > 1:
            what = self.speech.ngettext(
                "%(what)s, or %(n)s other thing", "%(what)s, or %(n)s other things",
                len(rules) - 1, what=what,
            )  # fmt: skip
        if "timeout" not in body:
            return _("Wait until: %(what)s", what=what)
        length = self.duration(body["timeout"])
        return _("Wait at most %(length)s until: %(what)s", length=length, what=what)

    def _split(self, body: Mapping[str, Any]) -> str:
        return self.speech.gettext("If: %(rule)s", rule=self.rule(body.get("if")))

    def _random(self, body: Mapping[str, Any]) -> str:
        shares = " / ".join(f"{way.share:g}%" for way in ways(body) if way.share is not None)
        return self.speech.gettext("Split at random: %(shares)s", shares=shares)

    def _tag(self, body: Mapping[str, Any]) -> str:
        return self.speech.gettext("Put the tag “%(tag)s” on", tag=body.get("tag", ""))

    def _untag(self, body: Mapping[str, Any]) -> str:
        return self.speech.gettext("Take the tag “%(tag)s” off", tag=body.get("tag", ""))

    def _set(self, body: Mapping[str, Any]) -> str:
        return self.speech.gettext(
            "Set “%(trait)s” to %(value)s", trait=body.get("trait", ""), value=body.get("value")
        )

    def _emit(self, body: Mapping[str, Any]) -> str:
        return self.speech.gettext("Record “%(event)s”", event=body.get("event", ""))

    # --- parts

    def duration(self, value: object) -> str:
        """Say how long; what cannot be read is shown as it is."""
        try:
            return self.speech.duration(parse_duration(value))
        except Invalid:
            return str(value)

    def days(self, days: Sequence[object]) -> str:
        """Name weekdays in their order."""
        _ = self.speech.gettext
        names = [_(word) for code, word in zip(DAYS, WEEKDAYS, strict=True) if code in days]
        return (", " if self.speech.language == "en" else "、").join(names)

    def rule(self, rule: object) -> str:
        """Say a rule: the easy ones in words of the trade, any other as segments explain it."""
        _, simple = self.speech.gettext, easy(rule)
        if simple is not None and simple.way == "segment":
            title = self.segments.get(simple.name, simple.name)
            if simple.negated:
                return _("is not in the segment “%(title)s”", title=title)
            return _("is in the segment “%(title)s”", title=title)
        if simple is not None and simple.way == "did":
            what = self.speech.word("event", simple.name)
            return self._did(what, simple.since, simple.negated)
        try:
            return explain(parse(rule, self.zone), self.speech.language)
        except Invalid:
            return _("a condition that cannot be read yet")

    def _did(self, what: str, since: str, negated: bool) -> str:
        _ = self.speech.gettext
        if since == "node":
            if negated:
                return _("since this step, not once: %(what)s", what=what)
            return _("since this step: %(what)s", what=what)
        if negated:
            return _("since entering, not once: %(what)s", what=what)
        return _("since entering: %(what)s", what=what)

    def way(self, body: object, way: Way) -> str:
        """Say what one of several ways is taken for; empty where a node has only one."""
        _ = self.speech.gettext
        if not isinstance(body, Mapping):
            return ""
        if way.path in ("yes", "no"):
            return _("yes") if way.path == "yes" else _("no")
        if way.path == "on_timeout":
            return _("after %(duration)s", duration=self.duration(body.get("timeout", "")))
        if way.share is not None:
            return f"{way.share:g}%"
        if way.path.startswith("branches["):
            index = int(way.path[len("branches[") :].partition("]")[0])
            branch = body["branches"][index]
            return self.rule(branch.get("when")) if isinstance(branch, Mapping) else ""
        return ""

    # --- the whole journey

    def entry(self, definition: Mapping[str, Any]) -> str:
        """Say who enters."""
        _, entry = self.speech.gettext, definition.get("entry")
        entry = entry if isinstance(entry, Mapping) else {}
        if "segment" in entry:
            title = self.segments.get(str(entry["segment"]), str(entry["segment"]))
            if definition.get("present", True):
                return _("Who is in “%(title)s” at the start, and whoever enters it", title=title)
            return _("Whoever enters “%(title)s” from the start on", title=title)
        if "event" in entry:
            what = self.speech.word("event", str(entry["event"]))
            if entry.get("where") or entry.get("topic"):
                return _("Whoever: %(what)s, under further conditions", what=what)
            return _("Whoever: %(what)s", what=what)
        if "schedule" in entry:
            rhythm, rule = self.rhythm(str(entry["schedule"])), self.rule(entry.get("for"))
            return _("%(when)s whoever: %(rule)s", when=rhythm, rule=rule)
        if "list" in entry:
            return _("Whoever stands on the list “%(list)s”", list=entry["list"])
        if "api" in entry:
            return _("Whoever a program names")
        return _("Nobody yet: say who enters")

    def rhythm(self, recurrence: str) -> str:
        """Say how often a schedule comes round; what no form can hold as it is written."""
        _, found = self.speech.gettext, entries.fields_of({"schedule": recurrence})
        at = found.get("at", "")
        match found["often"]:
            case "daily":
                return _("Every day at %(time)s", time=at)
            case "weekly":
                days = self.days([day for day in DAYS if found.get(f"on-{day}")])
                return _("Every %(days)s at %(time)s", days=days, time=at)
            case "monthly":
                return _("On day %(day)s of each month at %(time)s", day=found["monthday"], time=at)
        return recurrence

    def reentry(self, value: object) -> str:
        """Say whether one may enter again."""
        _ = self.speech.gettext
        if isinstance(value, Mapping):
            return _("Again %(duration)s after", duration=self.duration(value.get("after", "")))
        if value == "after_exit":
            return _("Again after the end")
        if value == "while_in_segment":
            return _("Again and again while in the segment")
        return _("Once only")

    def reason(self, code: str) -> str:
        """Say why a run ended."""
        return self.speech.gettext(REASONS[code]) if code in REASONS else code.replace("_", " ")

    def setting(self, key: str) -> str:
        """Name a setting of the journey."""
        return self.speech.gettext(SETTINGS[key]) if key in SETTINGS else key


def _do(body: object) -> str:
    return str(body.get("do", "")) if isinstance(body, Mapping) else ""


def _rules(body: Mapping[str, Any]) -> list[object]:
    branches = body.get("branches")
    if not isinstance(branches, list | tuple):
        return []
    return [branch.get("when") for branch in branches if isinstance(branch, Mapping)]


_SENTENCES = {
    "message": Words._message,
    "wait": Words._wait,
    "wait_for": Words._wait_for,
    "split": Words._split,
    "random": Words._random,
    "tag": Words._tag,
    "untag": Words._untag,
    "set": Words._set,
    "emit": Words._emit,
}
