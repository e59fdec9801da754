"""Read a plan from the editor's form, and write it back. The form is what it says itself. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from coterie.guides.tasks.plans.model import Defined

STEP_FIELDS = (
    "key", "when", "opens", "closes", "do", "text", "script", "material", "template",
)  # fmt: skip
_WHEN = {"dated": "date", "weekly": "weekday"}
_MOST = 50
BLANK: Mapping[str, str] = {"opens": "10:00", "closes": "20:00", "do": "member"}


@dataclass(frozen=True)
class Written:
    """What stands in the editor: the plan's fields, and those of its steps in order."""

    said: Mapping[str, str]
    steps: list[Mapping[str, str]] = field(default_factory=list)

    @property
    def start(self) -> str:
        """What the days are counted from."""
        return self.said.get("start", "added")


def read(form: Mapping[str, str]) -> Written:
    """Return what a form says."""
    said = {name: text.strip() for name, text in form.items() if "-" not in name}
    number = form.get("steps", "")
    steps = [
        {name: form.get(f"{name}-{at}", "").strip() for name in STEP_FIELDS}
        for at in range(min(int(number) if number.isdecimal() else 0, _MOST))
    ]
    return Written(said, list(steps))


def reshaped(written: Written, form: Mapping[str, str]) -> Written:
    """Add a step, or take one out."""
    steps = list(written.steps)
    drop = form.get("drop", "")
    if drop.isdecimal() and int(drop) < len(steps):
        del steps[int(drop)]
    elif "add" in form and len(steps) < _MOST:
        steps.append(dict(BLANK))
    return Written(written.said, steps)


def document(written: Written, version: int) -> dict[str, Any]:
    """Return the plan that a form means; new steps get names that no version had before."""
    said = written.said
    wanted = _WHEN.get(written.start, "day")
    return {
        "title": {tag: said.get(f"title_{tag}", "") for tag in ("zh", "en")},
        "start": written.start,
        "segment": said.get("segment") or None,
        "ends": {
            "did": [one.strip() for one in said.get("ends", "").replace("，", ",").split(",")
                    if one.strip()],
            "segment": said.get("end_segment") or None,
        },
        "missed": said.get("missed", "next"),
        "grace": _number(said.get("grace", "3")),
        "to": said.get("to", "guide"),
        "role": said.get("role") or None,
        "again": said.get("again") == "1",
        "steps": [
            {
                "key": one.get("key") or f"s{version + 1}-{number}",
                wanted: one.get("when") if wanted == "date" else _number(one.get("when", "")),
                "window": f"{one.get('opens', '')}-{one.get('closes', '')}",
                "do": one.get("do", "member"),
                "text": one.get("text", ""),
                "script": one.get("script") or None,
                "material": one.get("material") or None,
                "template": one.get("template") or None,
            }
            for number, one in enumerate(written.steps, 1)
        ],
    }  # fmt: skip


def written(one: Defined) -> Written:
    """Return what the editor shows of a plan."""
    plan = one.plan
    said = {
        "slug": one.slug,
        "version": str(one.version),
        "start": plan.start,
        "segment": plan.segment or "",
        "ends": ", ".join(plan.ends),
        "end_segment": plan.end_segment or "",
        "missed": plan.missed,
        "grace": str(plan.grace),
        "to": plan.to,
        "role": plan.role or "",
        "again": "1" if plan.again else "",
        **{f"title_{tag}": plan.titles.get(tag, "") for tag in ("zh", "en")},
    }
    steps: list[Mapping[str, str]] = [
        {
            "key": step.key,
            "when": _shown(step.day, step.weekday, step.date),
            "opens": clock_time(step.opens),
            "closes": clock_time(step.closes),
            "do": step.act,
            "text": step.text,
            "script": step.script or "",
            "material": step.material or "",
            "template": step.template or "",
        }
        for step in plan.steps
    ]
    return Written(said, steps)


def clock_time(minute: int) -> str:
    """Write a minute of the day.

    >>> clock_time(605)
    '10:05'
    """
    return f"{minute // 60:02}:{minute % 60:02}"


def _shown(*moments: object) -> str:
    return next((str(one) for one in moments if one is not None), "")


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else None
