"""Read a plan from plain JSON; every refusal names its place. Pure."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, TypeVar

from coterie.core.errors import Invalid
from coterie.core.event import is_own
from coterie.core.ids import check_slug
from coterie.guides.tasks.plans.model import ACTS, MISSED, STARTS, TOS, Plan, Start, Step
from coterie.messaging.model import TOUCHES

Word = TypeVar("Word", bound=str)

_KEYS = {
    "title", "start", "segment", "ends", "missed", "grace", "to", "role", "again", "steps"
}  # fmt: skip
_STEP_KEYS = {
    "key", "day", "date", "weekday", "window", "do", "text", "script", "material", "template",
    "channel", "touch",
}  # fmt: skip
_WINDOW = re.compile(r"(\d{2}):(\d{2})-(\d{2}):(\d{2})")
_WHEN: Mapping[str, str] = {"dated": "date", "weekly": "weekday"}
_LAST_DAY = 365
_MOST_STEPS = 50
_LONGEST_TEXT = 2_000
_LONGEST_GRACE = 30


def parse(document: object) -> Plan:
    """Read a plan; raises Invalid.

    >>> plan = parse({"start": "added", "title": {"en": "Hello"},
    ...               "steps": [{"key": "hello", "day": 0, "window": "10:00-20:00", "text": "Hi"}]})
    >>> plan.steps[0].opens, plan.steps[0].closes
    (600, 1200)
    """
    given = _object(document, "", _KEYS)
    start = _word(given.get("start"), STARTS, "start")
    ends = _object(given.get("ends") or {}, "ends", {"did", "segment"})
    did = ends.get("did") or []
    if not isinstance(did, list) or not all(isinstance(one, str) and one for one in did):
        raise Invalid("not a list of events", path="ends.did", hint='write ["Order Completed"]')
    for number, name in enumerate(did):
        if is_own(name) and name.startswith("coterie.task."):
            raise Invalid("tasks end no plan", path=f"ends.did[{number}]", hint="name another")
    segment = _slug(given.get("segment"), "segment")
    plan = Plan(
        titles=_titles(given.get("title")),
        start=start,
        steps=_steps(given.get("steps"), start),
        segment=segment,
        ends=tuple(did),
        end_segment=_slug(ends.get("segment"), "ends.segment"),
        missed=_word(given.get("missed", "next"), MISSED, "missed"),
        grace=_number(given.get("grace", 3), "grace", 1, _LONGEST_GRACE),
        to=_word(given.get("to", "guide"), TOS, "to"),
        role=_text(given.get("role"), "role", 64) or None,
        again=given.get("again") is True,
    )
    if not plan.is_relative and segment is None:
        raise Invalid(
            "who shall be asked about is not said", path="segment",
            hint="a plan by the calendar is for the people of a segment",
        )  # fmt: skip
    return plan


def _steps(given: object, start: Start) -> tuple[Step, ...]:
    if not isinstance(given, list) or not given:
        raise Invalid("a plan needs a step", path="steps", hint="say what is to be done, and when")
    if len(given) > _MOST_STEPS:
        raise Invalid("too many steps", path="steps", hint=f"at most {_MOST_STEPS}")
    steps = tuple(_step(one, f"steps[{number}]", start) for number, one in enumerate(given))
    keys: set[str] = set()
    for number, step in enumerate(steps):
        if step.key in keys:
            raise Invalid(
                f"two steps are called {step.key}", path=f"steps[{number}].key",
                hint="give each a name of its own",
            )  # fmt: skip
        keys.add(step.key)
    return steps


def _step(document: object, path: str, start: Start) -> Step:
    given = _object(document, path, _STEP_KEYS)
    wanted = _WHEN.get(start, "day")
    for name in {"day", "date", "weekday"} - {wanted}:
        if given.get(name) is not None:
            raise Invalid(
                f"this plan goes by {wanted}", path=f"{path}.{name}", hint=f"say its {wanted}"
            )
    opens, closes = _window(given.get("window"), f"{path}.window")
    act = _word(given.get("do", "member"), ACTS, f"{path}.do")
    when: dict[str, Any] = {wanted: _when(given.get(wanted), wanted, f"{path}.{wanted}")}
    step = Step(
        key=check_slug(given.get("key"), f"{path}.key"),
        opens=opens,
        closes=closes,
        act=act,
        text=_text(given.get("text"), f"{path}.text", _LONGEST_TEXT),
        script=_slug(given.get("script"), f"{path}.script"),
        material=_slug(given.get("material"), f"{path}.material"),
        template=_text(given.get("template"), f"{path}.template", 100) or None,
        channel=_text(given.get("channel"), f"{path}.channel", 32) or "wecom",
        touch=_word(given.get("touch", "emotional"), TOUCHES, f"{path}.touch"),
        **when,
    )
    if act == "mass" and step.template is None:
        raise Invalid(
            "a mass send needs a template", path=f"{path}.template", hint="name the one to send"
        )
    if act == "member" and not (step.text or step.script):
        raise Invalid(
            "what is to be done is not said", path=f"{path}.text", hint="say it, or name a script"
        )
    return step


def _when(value: object, wanted: str, path: str) -> object:
    if wanted == "day":
        return _number(value, path, 0, _LAST_DAY)
    if wanted == "weekday":
        return _number(value, path, 0, 6)
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise Invalid(f"{value!r} is no day", path=path, hint="write it 2026-12-24") from error


def _window(value: object, path: str) -> tuple[int, int]:
    match = _WINDOW.fullmatch(str(value))
    hint = "write it 10:00-20:00, within one day"
    if match is None:
        raise Invalid(f"{value!r} is no window", path=path, hint=hint)
    opens, closes = (int(match[at]) * 60 + int(match[at + 1]) for at in (1, 3))
    minutes = (int(match[2]), int(match[4]))
    if not opens < closes <= 24 * 60 or max(minutes) > 59:
        raise Invalid(f"{value!r} does not open before it closes", path=path, hint=hint)
    return opens, closes


def _titles(value: object) -> dict[str, str]:
    given = _object(value or {}, "title", {"zh", "en"})
    titles = {tag: str(text).strip()[:120] for tag, text in given.items() if str(text).strip()}
    if not titles:
        raise Invalid("a plan needs a title", path="title", hint="say what it is for")
    return titles


def _object(value: object, path: str, known: set[str]) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise Invalid("not an object", path=path, hint="see the reference of plans")
    for name in value:
        if name not in known:
            raise Invalid(
                f"{name!r} is unknown here", path=f"{path}.{name}".lstrip("."),
                hint="one of " + ", ".join(sorted(known)),
            )  # fmt: skip
    return value


def _word(value: object, known: tuple[Word, ...], path: str) -> Word:
    for one in known:
        if one == value:
            return one
    raise Invalid(f"{value!r} is unknown", path=path, hint="one of " + ", ".join(known))


def _number(value: object, path: str, least: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise Invalid(f"{value!r} does not fit", path=path, hint=f"from {least} to {most}")
    return value


def _slug(value: object, path: str) -> str | None:
    return None if value in (None, "") else check_slug(value, path)


def _text(value: object, path: str, longest: int) -> str:
    text = "" if value is None else str(value).strip()
    if len(text) > longest:
        raise Invalid(f"{len(text)} characters are too many", path=path, hint=f"at most {longest}")
    return text
