"""Who enters a journey, as the fields of a form, and back. Pure.

A schedule that a form can hold is one of every day, of some weekdays, or of a day of the month,
at a time; any other recurrence is written as it is (RFC 5545). Law: reading back what was laid
out gives the same entry.
"""

import re
from collections.abc import Mapping
from typing import Any

from coterie.journeys.nodes import DAYS
from coterie.web.console.journeys.forms import Known
from coterie.web.console.journeys.rules import rule_fields, rule_from

Body = Mapping[str, Any]
Fields = Mapping[str, str]

WAYS = ("segment", "event", "schedule", "list", "api")

_CODES = {"mon": "MO", "tue": "TU", "wed": "WE", "thu": "TH", "fri": "FR", "sat": "SA", "sun": "SU"}
_EASY = re.compile(
    r"FREQ=(?P<often>DAILY|WEEKLY|MONTHLY)"
    r"(;BYDAY=(?P<days>[A-Z]{2}(?:,[A-Z]{2})*))?"
    r"(;BYMONTHDAY=(?P<day>[0-9]{1,2}))?"
    r";BYHOUR=(?P<hour>[0-9]{1,2})(;BYMINUTE=(?P<minute>[0-9]{1,2}))?"
)
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")


def way_of(entry: object) -> str:
    """Say in which way a journey is entered."""
    entry = entry if isinstance(entry, Mapping) else {}
    return next((way for way in WAYS if way in entry), "segment")


def fields_of(entry: object) -> dict[str, str]:
    """Lay an entry out."""
    body: Body = entry if isinstance(entry, Mapping) else {}
    way = way_of(entry)
    fields = {"entry": way, "entry-name": "" if way == "api" else str(body.get(way, ""))}
    if way == "schedule":
        fields |= _rhythm_fields(str(body["schedule"]))
        fields |= rule_fields(body.get("for"), "whom")
        fields |= {"zone": str(body.get("zone", "")), "from": str(body.get("from", ""))}
    return fields


def entry_from(fields: Fields, before: object, known: Known) -> dict[str, Any]:
    """Read an entry back; a way that was just chosen begins with what is known."""
    entry = dict(before) if isinstance(before, Mapping) else {}
    way, name = fields.get("entry", "segment"), fields.get("entry-name", "")
    is_new = way not in entry
    if way == "event":
        return {"event": known.event} if is_new else {**entry, "event": name or known.event}
    if way == "schedule":
        return _schedule(fields, entry, known, is_new)
    if way == "list":
        return {"list": known.list_name if is_new else name or known.list_name}
    if way == "api":
        return {"api": True}
    return {"segment": known.segment if is_new else name or known.segment}


def _schedule(fields: Fields, entry: dict[str, Any], known: Known, is_new: bool) -> dict[str, Any]:
    if is_new:
        return {"schedule": "FREQ=WEEKLY;BYDAY=MO;BYHOUR=10", "for": {"in_segment": known.segment}}
    changed = {**entry, "schedule": _rhythm(fields, str(entry["schedule"]))}
    changed["for"] = rule_from(fields, "whom", known.segment, known.event)
    for key in ("zone", "from"):
        text = fields.get(key, "").strip()
        if text:
            changed[key] = text
        else:
            changed.pop(key, None)
    return changed


def _rhythm_fields(recurrence: str) -> dict[str, str]:
    found = _EASY.fullmatch(recurrence)
    if found is None or not _fits(found):
        return {"often": "other", "recurrence": recurrence}
    fields = {
        "often": found["often"].lower(),
        "at": f"{int(found['hour']):02d}:{int(found['minute'] or 0):02d}",
        "monthday": found["day"] or "1",
        "recurrence": recurrence,
    }
    days = (found["days"] or "").split(",")
    return fields | {f"on-{day}": "yes" for day in DAYS if _CODES[day] in days}


def _fits(found: re.Match[str]) -> bool:
    """Say whether the form would write the recurrence the same way."""
    days, day = found["days"], found["day"]
    wanted = {"DAILY": (False, False), "WEEKLY": (True, False), "MONTHLY": (False, True)}
    if (days is not None, day is not None) != wanted[found["often"]]:
        return False
    order = [code for code in _CODES.values() if code in (days or "").split(",")]
    hour, minute = found["hour"], found["minute"]
    return (
        ",".join(order) == (days or "")
        and int(hour) < 24
        and str(int(hour)) == hour
        and (minute is None or (minute != "0" and str(int(minute)) == minute and int(minute) < 60))
        and (day is None or str(int(day)) == day)
    )


def _rhythm(fields: Fields, before: str) -> str:
    often = fields.get("often", "other")
    if often == "other":
        return fields.get("recurrence", "").strip() or before
    clock = _CLOCK.fullmatch(fields.get("at", "").strip() or "10:00")
    hour, minute = (int(clock[1]), int(clock[2])) if clock else (10, 0)
    middle = ""
    if often == "weekly":
        chosen = [code for day, code in _CODES.items() if fields.get(f"on-{day}")] or ["MO"]
        middle = f";BYDAY={','.join(chosen)}"
    if often == "monthly":
        day = fields.get("monthday", "").strip()
        middle = f";BYMONTHDAY={int(day) if day.isascii() and day.isdigit() else 1}"
    at = f";BYHOUR={hour}" + (f";BYMINUTE={minute}" if minute else "")
    return f"FREQ={often.upper()}{middle}{at}"
