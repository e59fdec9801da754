"""Read a campaign from plain JSON; every refusal names its place and the cure. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from coterie.campaigns.plans.model import (
    ACTS,
    EACH,
    GATES,
    PHASES,
    ROLES,
    TARGETS,
    TIERS,
    Action,
    Campaign,
    Cost,
    GateName,
    Phase,
    Target,
    Task,
    Tier,
    Tiering,
)
from coterie.core.errors import Invalid
from coterie.core.ids import check_slug
from coterie.core.numbers import SCALE, is_number, scaled
from coterie.messaging.model import Touch

Word = TypeVar("Word", bound=str)

_KEYS = (
    "title", "start", "phases", "operation", "stores", "group_codes", "channel_codes", "programme",
    "coupons", "benefits", "base", "holdout", "targets", "spend", "tasks", "tiering", "tiers",
    "gates", "margin",
)  # fmt: skip
_ACTION_KEYS = ("do", "template", "poll", "channel", "touch", "text", "script")
_TASK_KEYS = ("key", "phase", "role", "title", "day", "each")
_TOUCHES: tuple[Touch, ...] = ("emotional", "informational", "commercial")
_STANDARD = (("build", -7, 3), ("warm_up", -4, 4), ("sale", 0, 10), ("extension", 10, 3),
             ("care", 13, 5))  # fmt: skip
_FARTHEST, _LONGEST = 90, 90
_MOST = 200
_MOST_PEOPLE = 100_000_000
_MOST_MONEY = 10**11 * SCALE
_LONGEST_TITLE, _LONGEST_TEXT = 120, 1_000


def parse(document: object) -> Campaign:
    """Read a campaign; raises Invalid.

    >>> plan = parse({"title": {"en": "Ten years"}, "start": "2026-09-18"})
    >>> [one.phase for one in plan.phases], plan.operation, plan.holdout
    (['build', 'warm_up', 'sale', 'extension', 'care'], (-7, 14), 10)
    """
    given = _object(document, "", _KEYS)
    phases, margin = _phases(given.get("phases")), given.get("margin")
    return Campaign(
        titles=_titles(given.get("title"), "title"),
        start=_day(given.get("start"), "start"),
        phases=phases,
        operation=_operation(given.get("operation"), phases),
        stores=_names(given.get("stores"), "stores"),
        group_codes=_names(given.get("group_codes"), "group_codes"),
        channel_codes=_names(given.get("channel_codes"), "channel_codes"),
        programme=_slug(given.get("programme"), "programme"),
        coupons=_names(given.get("coupons"), "coupons"),
        benefits=_names(given.get("benefits"), "benefits"),
        base=_slug(given.get("base"), "base"),
        holdout=_number(given.get("holdout", 10), "holdout", 0, 50),
        targets=_targets(given.get("targets") or {}),
        spend=tuple(
            _cost(one, f"spend[{at}]") for at, one in enumerate(_list(given.get("spend"), "spend"))
        ),
        tasks=_tasks(given.get("tasks"), phases),
        tiering=_tiering(given.get("tiering") or {}),
        tiers=_tiers(given.get("tiers") or {}),
        gates=_gates(given.get("gates") or {}),
        margin=None if margin in (None, "") else _number(margin, "margin", 0, 100),
    )


def _phases(value: object) -> tuple[Phase, ...]:
    if value is None:
        return tuple(
            Phase(name, day, days) for name, (_, day, days) in zip(PHASES, _STANDARD, strict=True)
        )
    found: list[Phase] = []
    for at, one in enumerate(_list(value, "phases")):
        path = f"phases[{at}]"
        given = _object(one, path, ("phase", "day", "days"))
        phase = Phase(
            _word(given.get("phase"), PHASES, f"{path}.phase"),
            _number(given.get("day"), f"{path}.day", -_FARTHEST, _FARTHEST),
            _number(given.get("days"), f"{path}.days", 1, _LONGEST),
        )
        before = found[-1] if found else None
        if before and PHASES.index(phase.phase) <= PHASES.index(before.phase):
            raise Invalid("phases are out of order", path=f"{path}.phase", hint=", ".join(PHASES))
        if before and phase.day < before.after:
            raise Invalid(
                f"it begins before {before.phase} has ended", path=f"{path}.day",
                hint=f"from day {before.after} on",
            )  # fmt: skip
        found.append(phase)
    sale = next((one for one in found if one.phase == "sale"), None)
    if sale is None or sale.day != 0:
        raise Invalid(
            "days count from the first of the sale", path="phases",
            hint='one phase is {"phase": "sale", "day": 0, "days": 10}',
        )  # fmt: skip
    return tuple(found)


def _operation(value: object, phases: Sequence[Phase]) -> tuple[int, int]:
    first = phases[0].day
    given = _object({} if value is None else value, "operation", ("day", "days"))
    day = _number(given.get("day", first), "operation.day", first, phases[-1].after)
    return day, _number(given.get("days", 14), "operation.days", 1, _LONGEST)


def _targets(value: object) -> dict[Target, int]:
    given = _object(value, "targets", TARGETS)
    return {
        name: _money(given[name], f"targets.{name}")
        if name == "revenue"
        else _number(given[name], f"targets.{name}", 0, _MOST_PEOPLE)
        for name in TARGETS
        if given.get(name) not in (None, "")
    }


def _cost(value: object, path: str) -> Cost:
    given = _object(value, path, ("title", "amount"))
    titles = _titles(given.get("title"), f"{path}.title")
    return Cost(titles, _money(given.get("amount"), f"{path}.amount"))


def _tasks(value: object, phases: Sequence[Phase]) -> tuple[Task, ...]:
    days = {one.phase: one.days for one in phases}
    found: dict[str, Task] = {}
    for at, one in enumerate(_list(value, "tasks")):
        path = f"tasks[{at}]"
        given = _object(one, path, _TASK_KEYS)
        phase = _word(given.get("phase"), tuple(days), f"{path}.phase")
        task = Task(
            key=check_slug(given.get("key"), f"{path}.key"),
            phase=phase,
            role=_word(given.get("role", "operator"), ROLES, f"{path}.role"),
            titles=_titles(given.get("title"), f"{path}.title"),
            day=_number(given.get("day", 0), f"{path}.day", 0, days[phase] - 1),
            each=_word(given.get("each", "campaign"), EACH, f"{path}.each"),
        )
        if task.key in found:
            raise Invalid(
                f"two tasks are called {task.key}", path=f"{path}.key", hint="name each once"
            )
        found[task.key] = task
    return tuple(found.values())


def _tiering(value: object) -> Tiering:
    given = _object(value, "tiering", ("seeds", "core", "general"))
    usual = Tiering()
    core = _level(given.get("core", usual.core), "tiering.core")
    general = _level(given.get("general", usual.general), "tiering.general")
    if not general < core:
        raise Invalid("core members are no livelier than general ones", path="tiering.core",
                      hint=f"above {general:g}")  # fmt: skip
    return Tiering(_number(given.get("seeds", usual.seeds), "tiering.seeds", 0, 100_000), core,
                   general)  # fmt: skip


def _tiers(value: object) -> dict[Tier, Action]:
    given = _object(value, "tiers", TIERS)
    return {name: _action(given[name], f"tiers.{name}") for name in TIERS if given.get(name)}


def _action(value: object, path: str) -> Action:
    given = _object(value, path, _ACTION_KEYS)
    action = Action(
        do=_word(given.get("do"), ACTS, f"{path}.do"),
        template=_text(given.get("template"), f"{path}.template", 100) or None,
        poll=_slug(given.get("poll"), f"{path}.poll"),
        channel=_text(given.get("channel"), f"{path}.channel", 32) or "wecom",
        touch=_word(given.get("touch", "emotional"), _TOUCHES, f"{path}.touch"),
        texts=_texts(given.get("text"), f"{path}.text"),
        script=_slug(given.get("script"), f"{path}.script"),
    )
    if action.do == "task":
        if not (action.texts or action.script):
            raise Invalid("what the guide is to do is not said", path=f"{path}.text",
                          hint="say it, or name a script")  # fmt: skip
    elif action.template is None:
        raise Invalid("nothing to send", path=f"{path}.template", hint="name a template")
    if action.do == "poll" and action.poll is None:
        raise Invalid("no poll is named", path=f"{path}.poll", hint="name one that is open")
    return action


def _texts(value: object, path: str) -> dict[str, str]:
    given = _object({"en": value} if isinstance(value, str) else value or {}, path, ("en", "zh"))
    texts = {tag: _text(text, f"{path}.{tag}", _LONGEST_TEXT) for tag, text in given.items()}
    return {tag: text for tag, text in texts.items() if text}


def _gates(value: object) -> dict[GateName, int]:
    given = _object(value, "gates", GATES)
    return {
        name: _number(given[name], f"gates.{name}", 0, _MOST_PEOPLE)
        for name in GATES
        if given.get(name) not in (None, "")
    }


# --- the small ones


def _object(value: object, path: str, known: Sequence[str]) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise Invalid("not an object", path=path, hint="one of " + ", ".join(known))
    for name in value:
        if name not in known:
            raise Invalid(f"{name!r} is unknown here", path=f"{path}.{name}".lstrip("."),
                          hint="one of " + ", ".join(known))  # fmt: skip
    return value


def _list(value: object, path: str) -> Sequence[Any]:
    if value is None:
        return ()
    if not isinstance(value, list | tuple):
        raise Invalid("not a list", path=path, hint="write it in [ ]")
    if len(value) > _MOST:
        raise Invalid(f"{len(value)} are too many", path=path, hint=f"at most {_MOST}")
    return value


def _names(value: object, path: str) -> tuple[str, ...]:
    names = [check_slug(one, f"{path}[{at}]") for at, one in enumerate(_list(value, path))]
    if len(set(names)) < len(names):
        raise Invalid("one stands twice", path=path, hint="name each once")
    return tuple(names)


def _titles(value: object, path: str) -> dict[str, str]:
    given = _object({"en": value} if isinstance(value, str) else value or {}, path, ("en", "zh"))
    titles = {
        language: str(text).strip()[:_LONGEST_TITLE]
        for language, text in given.items()
        if text is not None and str(text).strip()
    }
    if not titles:
        raise Invalid("it has no title", path=path, hint='write {"en": "...", "zh": "..."}')
    return titles


def _day(value: object, path: str) -> date:
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError as error:
        raise Invalid(f"{value!r} is no day", path=path, hint="write it 2026-09-18") from error


def _word(value: object, known: Sequence[Word], path: str) -> Word:
    for one in known:
        if one == value:
            return one
    raise Invalid(f"{value!r} is unknown", path=path, hint="one of " + ", ".join(known))


def _number(value: object, path: str, least: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise Invalid(f"{value!r} does not fit", path=path, hint=f"from {least} to {most}")
    return value


def _level(value: object, path: str) -> float:
    if not is_number(value) or not 0 < float(str(value)) < _MOST_PEOPLE:
        raise Invalid(f"{value!r} is no level of activity", path=path, hint="above 0")
    return float(str(value))


def _money(value: object, path: str) -> int:
    amount = scaled(value)
    if amount is None or not 0 <= amount <= _MOST_MONEY:
        raise Invalid(f"{value!r} is no amount", path=path, hint="write it like 1500000.00")
    return amount


def _slug(value: object, path: str) -> str | None:
    return None if value in (None, "") else check_slug(value, path)


def _text(value: object, path: str, longest: int) -> str:
    text = "" if value is None else str(value).strip()
    if len(text) > longest:
        raise Invalid(f"{len(text)} characters are too many", path=path, hint=f"at most {longest}")
    return text
