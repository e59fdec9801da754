"""A channel code as the fields of a form, and back. Pure.

The week is a grid of hours for everybody (``h.0.9``: Monday from nine), beside it shifts to the
minute for some guides or with words of their own. Law: reading back what was laid out gives the
same hours.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from coterie.codes.channel.parse import DAYS, OF_STORE, minutes
from coterie.core.errors import Invalid

GUIDE_ROWS, SHIFT_ROWS, SPECIAL_ROWS = 4, 2, 1
"""Empty rows that a form offers beside those filled."""
_MOST = 100
_PLAIN = ("title", "guide", "store", "campaign", "placement", "way", "group", "topic", "ends")


def fields_of(definition: Mapping[str, Any]) -> dict[str, str]:
    """Lay a definition out as fields."""
    fields = {name: str(definition.get(name) or "") for name in _PLAIN}
    fields["tags"] = ", ".join(definition.get("tags", ()))
    fields["skip_verify"] = "1" if definition.get("skip_verify", True) else ""
    guides, spare = definition.get("guides", ()), definition.get("spare", ())
    fields["who"] = "store" if guides == OF_STORE else "named"
    if guides != OF_STORE:
        for place, one in enumerate(guides):
            share = {"guide": one} if isinstance(one, str) else one
            fields |= {f"guide{place}.{key}": str(value) for key, value in share.items()}
    fields["spare_store"] = "1" if spare == OF_STORE else ""
    fields["spare"] = "" if spare == OF_STORE else ", ".join(spare)
    fields |= _week(definition.get("slots", ()))
    for place, one in enumerate(definition.get("specials", ())):
        fields |= _special_fields(f"special{place}", one)
    return fields | welcome_fields("welcome", definition.get("welcome"))


def definition_of(fields: Mapping[str, str]) -> dict[str, Any]:
    """Read a definition out of a form; what is empty is left out. Raises Invalid."""
    said = {name: text.strip() for name, text in fields.items() if text.strip()}
    found: dict[str, Any] = {name: said[name] for name in _PLAIN if name in said}
    found["tags"] = _split(said.get("tags", ""))
    found["skip_verify"] = "skip_verify" in said
    if said.get("who") == "store":
        found["guides"] = OF_STORE
    elif guides := [one for row in rows_of(said, "guide") if (one := _share(said, row))]:
        found["guides"] = guides
    found["spare"] = OF_STORE if "spare_store" in said else _split(said.get("spare", ""))
    found["slots"] = _slots(said)
    found["specials"] = [_special(said, row) for row in rows_of(said, "special")]
    welcome = welcome_of(said, "welcome")
    if welcome is not None:
        found["welcome"] = welcome
    return {name: value for name, value in found.items() if value not in ([], "")}


def rows_of(fields: Mapping[str, str], kind: str) -> list[str]:
    """Return the names of the filled rows of a kind, in order."""
    return [
        f"{kind}{place}"
        for place in range(_MOST)
        if any(name.startswith(f"{kind}{place}.") and fields[name] for name in fields)
    ]


def count_rows(fields: Mapping[str, str], kind: str, spare: int) -> int:
    """Count the rows of a kind that a form shows."""
    filled = [int(row.removeprefix(kind)) for row in rows_of(fields, kind)]
    return max(filled, default=-1) + 1 + spare


def hours_on(fields: Mapping[str, str]) -> set[tuple[int, int]]:
    """Return the hours of the week that are painted: pairs of day and hour."""
    return {(day, hour) for day in range(7) for hour in range(24) if fields.get(f"h.{day}.{hour}")}


def full_week() -> dict[str, str]:
    """Return the fields of a week without an hour off."""
    return {f"h.{day}.{hour}": "1" for day in range(7) for hour in range(24)}


# --- welcomes


def welcome_fields(name: str, given: Mapping[str, Any] | None) -> dict[str, str]:
    """Lay a welcome out: inherited, silent, or a text with a link, a picture, blocked words."""
    if given is None:
        return {f"{name}.mode": ""}
    if given.get("none"):
        return {f"{name}.mode": "none"}
    fields = {f"{name}.mode": "text", f"{name}.text": str(given.get("text", ""))}
    fields[f"{name}.blocked"] = ", ".join(given.get("blocked", ()))
    for one in given.get("attached", ()):
        kind = one["kind"]
        fields |= {f"{name}.{kind}_{key}": str(text) for key, text in one.items() if key != "kind"}
    return fields


def welcome_of(said: Mapping[str, str], name: str) -> dict[str, Any] | None:
    """Read a welcome out of fields; None where it is inherited."""
    mode, text = said.get(f"{name}.mode", ""), said.get(f"{name}.text", "")
    if mode == "none":
        return {"none": True}
    if not mode and not text:
        return None
    found: dict[str, Any] = {"text": text}
    attached = []
    for kind, keys in (
        ("image", ("asset",)), ("link", ("title", "url", "description", "picture")),
        ("miniprogram", ("title", "appid", "page", "asset")),
    ):  # fmt: skip
        part = {key: said[f"{name}.{kind}_{key}"] for key in keys if f"{name}.{kind}_{key}" in said}
        if part:
            attached.append({"kind": kind, **part})
    if attached:
        found["attached"] = attached
    if blocked := _split(said.get(f"{name}.blocked", "")):
        found["blocked"] = blocked
    return found


# --- hours


def _week(slots: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    if not slots:
        return full_week()
    fields: dict[str, str] = {}
    shifts = []
    for slot in slots:
        start, end = minutes(slot["from"], "from"), minutes(slot["to"], "to") or 24 * 60
        if slot.get("guides") or slot.get("welcome") or start % 60 or end % 60:
            shifts.append(slot)
            continue
        for day in slot["days"]:
            fields |= dict.fromkeys(_cells(DAYS.index(day), start // 60, end // 60), "1")
    for place, slot in enumerate(shifts):
        fields |= _shift_fields(f"shift{place}", slot)
    return fields


def _cells(day: int, start: int, end: int) -> Iterable[str]:
    if end > start:
        return [f"h.{day}.{hour}" for hour in range(start, end)]
    after = (day + 1) % 7
    return [f"h.{day}.{hour}" for hour in range(start, 24)] + [
        f"h.{after}.{hour}" for hour in range(end)
    ]


def _shift_fields(name: str, slot: Mapping[str, Any]) -> dict[str, str]:
    fields = {f"{name}.{day}": "1" for day in slot.get("days", ())}
    fields |= {f"{name}.from": slot["from"], f"{name}.to": slot["to"]}
    fields[f"{name}.guides"] = ", ".join(slot.get("guides", ()))
    return fields | welcome_fields(name, slot.get("welcome"))


def _special_fields(name: str, one: Mapping[str, Any]) -> dict[str, str]:
    fields = {f"{name}.{key}": str(one.get(key) or "") for key in ("title", "from", "until")}
    for slot in one.get("slots", ())[:1]:
        fields |= {f"{name}.opens": slot["from"], f"{name}.closes": slot["to"]}
        fields[f"{name}.guides"] = ", ".join(slot.get("guides", ()))
    return fields | welcome_fields(name, one.get("welcome"))


def _slots(said: Mapping[str, str]) -> list[dict[str, Any]]:
    on = hours_on(said)
    shifts = [_shift(said, row) for row in rows_of(said, "shift")]
    if len(on) == 7 * 24 and not shifts:
        return []
    if not on and not shifts:
        raise Invalid("nobody would ever be on duty", path="slots", hint="paint some hours")
    spans: dict[tuple[int, int], list[str]] = {}
    for day in range(7):
        for start, end in _spans({hour for each, hour in on if each == day}):
            spans.setdefault((start, end), []).append(DAYS[day])
    painted: list[dict[str, Any]] = [
        {"days": days, "from": f"{start:02}:00", "to": f"{end:02}:00"}
        for (start, end), days in sorted(spans.items())
    ]
    return shifts + painted


def _spans(hours: set[int]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for hour in sorted(hours):
        if found and found[-1][1] == hour:
            found[-1] = (found[-1][0], hour + 1)
        else:
            found.append((hour, hour + 1))
    return found


def _shift(said: Mapping[str, str], name: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "days": [day for day in DAYS if f"{name}.{day}" in said],
        "from": said.get(f"{name}.from", ""),
        "to": said.get(f"{name}.to", ""),
        "guides": _split(said.get(f"{name}.guides", "")),
    }
    welcome = welcome_of(said, name)
    return found if welcome is None else found | {"welcome": welcome}


def _special(said: Mapping[str, str], name: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        key: said[f"{name}.{key}"] for key in ("title", "from", "until") if f"{name}.{key}" in said
    }
    if f"{name}.opens" in said or f"{name}.closes" in said:
        found["slots"] = [{
            "from": said.get(f"{name}.opens", ""), "to": said.get(f"{name}.closes", ""),
            "guides": _split(said.get(f"{name}.guides", "")),
        }]  # fmt: skip
    welcome = welcome_of(said, name)
    return found if welcome is None else found | {"welcome": welcome}


def _share(said: Mapping[str, str], name: str) -> dict[str, Any] | None:
    if f"{name}.guide" not in said:
        return None
    found: dict[str, Any] = {"guide": said[f"{name}.guide"]}
    for key in ("cap", "weight"):
        if f"{name}.{key}" in said:
            found[key] = _whole(said[f"{name}.{key}"], f"{name}.{key}")
    return found


def _whole(text: str, path: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise Invalid(f"{text!r} is no whole number", path=path, hint="such as 30")
    return int(text)


def _split(text: str) -> list[str]:
    return [one.strip() for one in text.replace("，", ",").split(",") if one.strip()]
