"""What publishing would do, in the words of the trade. Pure but for the language."""

from collections.abc import Mapping
from typing import Any

from coterie.journeys.drafts.model import Changed, Difference, Fate, Preview, Shift
from coterie.journeys.model import END
from coterie.journeys.ways import nodes_of, ways
from coterie.web.console.journeys.words import Words


def said_differences(
    words: Words, old: Mapping[str, Any], new: Mapping[str, Any], difference: Difference
) -> list[dict[str, str]]:
    """Say each difference in a line: what came (+), went (-) or changed (~)."""
    _, before = words.speech.gettext, nodes_of(old)
    lines = [
        {"sign": "+", "text": _("New step: %(step)s", step=words.step(new, name))}
        for name in difference.added
    ]
    lines += [
        {"sign": "-", "text": _("Taken out: %(step)s", step=words.node(before[name]))}
        for name in difference.removed
    ]
    lines += [{"sign": "~", "text": _node(words, each, old, new)} for each in difference.changed]
    lines += [{"sign": "~", "text": _setting(words, each)} for each in difference.settings]
    return lines


def _node(words: Words, changed: Changed, old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    _ = words.speech.gettext
    before, after = words.node(changed.before), words.node(changed.after)
    if before != after:
        return _("“%(before)s” becomes “%(after)s”", before=before, after=after)
    ways_before = _ways(words, old, changed.before)
    ways_after = _ways(words, new, changed.after)
    if ways_before != ways_after:
        return _("“%(step)s” leads on to: %(ways)s", step=after, ways=ways_after)
    return _("“%(step)s”: its finer settings change", step=after)


def _ways(words: Words, definition: Mapping[str, Any], body: Any) -> str:
    targets = [way.target for way in ways(body)]
    return " / ".join(words.step(definition, target) for target in targets)


def _setting(words: Words, changed: Changed) -> str:
    _ = words.speech.gettext
    if changed.name == "entry":
        before, after = (words.entry({"entry": each}) for each in (changed.before, changed.after))
        return _("“%(before)s” becomes “%(after)s”", before=before, after=after)
    if changed.name == "exit_when" and changed.after is not None:
        return _("It ends early: %(rule)s", rule=words.rule(changed.after))
    if changed.name == "holdout" and isinstance(changed.after, int | float):
        return _("The share held out becomes %(share)s%%", share=f"{changed.after:g}")
    return _("Changed: %(setting)s", setting=words.setting(changed.name))


def said_shift(words: Words, definition: Mapping[str, Any], shift: Shift) -> list[str]:
    """Say what a changed wait means for its people."""
    _, ngettext = words.speech.gettext, words.speech.ngettext
    step = words.step(definition, shift.node)
    lines = [
        ngettext(
            "%(n)s person waits here: “%(step)s”",
            "%(n)s people wait here: “%(step)s”",
            shift.people,
            step=step,
        )
    ]
    if shift.at_once:
        lines.append(
            ngettext(
                "%(n)s has waited long enough already and goes on at once",
                "%(n)s have waited long enough already and go on at once",
                shift.at_once,
            )
        )
    if shift.longer:
        lines.append(
            ngettext(
                "For %(n)s person the wait gets longer",
                "For %(n)s people the wait gets longer",
                shift.longer,
            )
        )
    sooner = shift.shorter - min(shift.at_once, shift.shorter)
    if sooner:
        lines.append(
            ngettext(
                "For %(n)s more person the wait gets shorter",
                "For %(n)s more people the wait gets shorter",
                sooner,
            )
        )
    if len(lines) == 1:
        lines.append(_("Nobody waits longer or shorter than before"))
    return lines


def said_fate(words: Words, preview: Preview, old: Mapping[str, Any], fate: Fate) -> dict[str, Any]:
    """Say where the people of one node stand afterwards."""
    _, ngettext = words.speech.gettext, words.speech.ngettext
    new = preview.draft.definition
    step = words.node(nodes_of(old)[fate.node])
    target = "" if fate.to is None else words.step(new, fate.to)
    if fate.kind == "lost":
        text = ngettext(
            "%(n)s person stands at “%(step)s”, which is taken out",
            "%(n)s people stand at “%(step)s”, which is taken out",
            fate.people,
            step=step,
        )
    elif fate.to == END or fate.kind == "ends":
        text = ngettext(
            "%(n)s person at “%(step)s” leaves the journey",
            "%(n)s people at “%(step)s” leave the journey",
            fate.people,
            step=step,
        )
    elif fate.kind == "moves":
        text = ngettext(
            "%(n)s person moves from “%(step)s” to “%(target)s”",
            "%(n)s people move from “%(step)s” to “%(target)s”",
            fate.people,
            step=step,
            target=target,
        )
    else:
        text = ngettext(
            "%(n)s person stays at “%(target)s”",
            "%(n)s people stay at “%(target)s”",
            fate.people,
            target=target,
        )
    fresh = ""
    if fate.fresh:
        fresh = ngettext(
            "%(n)s of them has never been there, and is served there for the first time",
            "%(n)s of them have never been there, and are served there for the first time",
            fate.fresh,
        )
    return {"text": text, "fresh": fresh, "fate": fate, "step": step}
