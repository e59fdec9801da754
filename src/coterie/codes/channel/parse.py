"""Reading the definition of a channel code, or refusing it with the place. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, cast
from zoneinfo import ZoneInfo

from coterie.codes.channel.model import (
    GROUPS,
    MOST_GUIDES,
    WAYS,
    Definition,
    Group,
    Key,
    Plan,
    Share,
    Slot,
    Special,
    Way,
)
from coterie.codes.channel.welcome import parse_welcome
from coterie.core.clock import parse_time
from coterie.core.errors import Invalid
from coterie.core.ids import check_topic

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
OF_STORE = "store"
KEYS = (
    "title", "guide", "store", "campaign", "placement", "tags", "guides", "way", "slots",
    "specials", "spare", "welcome", "group", "topic", "ends", "skip_verify",
)  # fmt: skip
_SLOT = ("days", "from", "to", "guides", "welcome")
_SPECIAL = ("title", "from", "until", "slots", "welcome")
_SHARE = ("guide", "cap", "weight")
_LONGEST = 100
_MOST_ROWS = 100


def parse(given: object, zone: ZoneInfo) -> Definition:
    """Read a code; a moment without an offset is in ``zone``. Raises Invalid with the path."""
    if not isinstance(given, Mapping):
        raise Invalid("a channel code is an object", hint="write title and guides")
    _known(given, KEYS, "")
    key = Key(
        guide=_id(given.get("guide"), "guide"),
        store=_id(given.get("store"), "store"),
        campaign=_text(given.get("campaign"), "campaign"),
        placement=_text(given.get("placement"), "placement"),
    )
    title = _text(given.get("title"), "title")
    if not title:
        raise Invalid("a code needs a title", path="title", hint="such as Till, Nanjing Road")
    group, topic = given.get("group", "none"), given.get("topic")
    if group not in GROUPS:
        raise Invalid(f"{group!r} is no group", path="group", hint=f"one of {GROUPS}")
    ends = _text(given.get("ends"), "ends")
    return Definition(
        key=key,
        title=title,
        plan=_plan(given, key),
        tags=_tags(given.get("tags", ())),
        welcome=parse_welcome(given.get("welcome"), "welcome"),
        group=cast(Group, group),
        topic=None if topic in (None, "") else check_topic(topic, "topic"),
        ends=_moment(ends, zone) if ends else None,
        skip_verify=_flag(given.get("skip_verify", True), "skip_verify"),
    )


def _plan(given: Mapping[str, Any], key: Key) -> Plan:
    way = given.get("way", "together")
    if way not in WAYS:
        raise Invalid(f"{way!r} is no way to take turns", path="way", hint=f"one of {WAYS}")
    asked = given.get("guides", ())
    guides = () if asked == OF_STORE else _shares(asked, "guides")
    if not guides and asked != OF_STORE:
        if key.guide is None:
            raise Invalid("nobody is behind this code", path="guides",
                          hint='name guides, or write "store"')  # fmt: skip
        guides = (Share(key.guide),)
    spare = given.get("spare", ())
    slots = _slots(given.get("slots", ()), "slots", of_week=True)
    specials = _specials(given.get("specials", ()))
    plan = Plan(
        guides=guides,
        way=cast(Way, way),
        slots=slots,
        specials=specials,
        spare=() if spare == OF_STORE else _ids(spare, "spare"),
        guides_of_store=asked == OF_STORE,
        spare_of_store=spare == OF_STORE,
    )
    _check(plan, key)
    return plan


def _check(plan: Plan, key: Key) -> None:
    """Refuse what could leave a code without anybody, or names nobody of it."""
    if (plan.guides_of_store or plan.spare_of_store) and key.store is None:
        path = "guides" if plan.guides_of_store else "spare"
        raise Invalid("the code is of no store", path=path, hint="name a store")
    has_spare = bool(plan.spare) or plan.spare_of_store
    if not has_spare and any(one.cap is not None for one in plan.guides):
        raise Invalid("who takes over once the caps are reached?", path="spare",
                      hint="name somebody spare")  # fmt: skip
    if not has_spare and (plan.slots or plan.specials):
        raise Invalid("who takes over outside these hours?", path="spare",
                      hint="name somebody spare")  # fmt: skip
    if plan.guides_of_store:
        return
    ours = {one.guide for one in plan.guides}
    rows = [(f"slots[{place}]", one) for place, one in enumerate(plan.slots)]
    rows += [
        (f"specials[{number}].slots[{place}]", one)
        for number, special in enumerate(plan.specials)
        for place, one in enumerate(special.slots)
    ]
    for path, slot in rows:
        for guide in slot.guides:
            if guide not in ours:
                raise Invalid(f"{guide!r} is not behind this code", path=f"{path}.guides",
                              hint="add her to guides first")  # fmt: skip


def _shares(given: object, path: str) -> tuple[Share, ...]:
    rows = _rows(given, path)
    found = tuple(_share(one, f"{path}[{place}]") for place, one in enumerate(rows))
    if len(found) > MOST_GUIDES:
        raise Invalid(f"{len(found)} guides", path=path, hint=f"at most {MOST_GUIDES} of a code")
    _once([one.guide for one in found], path)
    return found


def _share(given: object, path: str) -> Share:
    if isinstance(given, str):
        return Share(_some_id(given, path))
    if not isinstance(given, Mapping):
        raise Invalid("this is no guide", path=path, hint='write {"guide": "lin", "cap": 30}')
    _known(given, _SHARE, path)
    cap = given.get("cap")
    return Share(
        _some_id(given.get("guide"), f"{path}.guide"),
        None if cap in (None, "") else _number(cap, f"{path}.cap", 1, 100_000),
        _number(given.get("weight", 1), f"{path}.weight", 1, 1_000),
    )


def _slots(given: object, path: str, *, of_week: bool) -> tuple[Slot, ...]:
    rows = _rows(given, path)
    return tuple(_slot(one, f"{path}[{place}]", of_week) for place, one in enumerate(rows))


def _slot(given: object, path: str, of_week: bool) -> Slot:
    if not isinstance(given, Mapping):
        raise Invalid("a slot is an object", path=path, hint="write days, from and to")
    _known(given, _SLOT if of_week else _SLOT[1:], path)
    start, end = minutes(given.get("from"), f"{path}.from"), minutes(given.get("to"), f"{path}.to")
    if start == 24 * 60:
        raise Invalid("a slot starts before midnight", path=f"{path}.from", hint="write 00:00")
    if end == 0:
        end = 24 * 60
    if start == end:
        raise Invalid("the slot is empty", path=f"{path}.to", hint="00:00 to 24:00 is all day")
    return Slot(
        days=_days(given.get("days"), f"{path}.days") if of_week else frozenset(range(7)),
        start=start,
        end=end,
        guides=_ids(given.get("guides", ()), f"{path}.guides"),
        welcome=parse_welcome(given.get("welcome"), f"{path}.welcome"),
    )


def _days(given: object, path: str) -> frozenset[int]:
    rows = _rows(given, path)
    for place, day in enumerate(rows):
        if day not in DAYS:
            raise Invalid(f"{day!r} is no day", path=f"{path}[{place}]", hint=f"one of {DAYS}")
    if not rows:
        raise Invalid("a slot needs days", path=path, hint='such as ["mon", "tue"]')
    return frozenset(DAYS.index(day) for day in rows)


def _specials(given: object) -> tuple[Special, ...]:
    found: list[Special] = []
    for place, one in enumerate(_rows(given, "specials")):
        path = f"specials[{place}]"
        if not isinstance(one, Mapping):
            raise Invalid("special days are an object", path=path, hint="write from and until")
        _known(one, _SPECIAL, path)
        first = _date(one.get("from"), f"{path}.from")
        last = _date(one.get("until") or one.get("from"), f"{path}.until")
        if last < first:
            raise Invalid("it ends before it begins", path=f"{path}.until", hint="swap them")
        if any(each.first <= last and first <= each.last for each in found):
            raise Invalid("these days are special already", path=f"{path}.from", hint="join them")
        found.append(
            Special(
                title=_text(one.get("title"), f"{path}.title"),
                first=first,
                last=last,
                slots=_slots(one.get("slots", ()), f"{path}.slots", of_week=False),
                welcome=parse_welcome(one.get("welcome"), f"{path}.welcome"),
            )
        )
    return tuple(found)


def minutes(given: object, path: str) -> int:
    """Read a time of day as minutes from midnight; 24:00 is the end of the day.

    >>> minutes("09:30", "from"), minutes("24:00", "to")
    (570, 1440)
    """
    text = given if isinstance(given, str) else ""
    hour, _, minute = text.partition(":")
    if len(hour) in (1, 2) and len(minute) == 2 and (hour + minute).isascii():
        if text == "24:00":
            return 24 * 60
        if hour.isdigit() and minute.isdigit() and int(hour) < 24 and int(minute) < 60:
            return int(hour) * 60 + int(minute)
    raise Invalid(f"{given!r} is no time of day", path=path, hint="write 09:30")


def _date(given: object, path: str) -> date:
    try:
        return date.fromisoformat(given if isinstance(given, str) else "")
    except ValueError as error:
        raise Invalid(f"{given!r} is no date", path=path, hint="write 2026-10-01") from error


def _moment(text: str, zone: ZoneInfo) -> int:
    try:
        return parse_time(text, zone)
    except Invalid as error:
        raise Invalid(error.reason, path="ends", hint=error.hint) from error


def _tags(given: object) -> tuple[str, ...]:
    rows = _rows(given, "tags")
    return tuple(dict.fromkeys(
        text for place, one in enumerate(rows) if (text := _text(one, f"tags[{place}]"))
    ))  # fmt: skip


def _rows(given: object, path: str) -> Sequence[Any]:
    if not isinstance(given, Sequence) or isinstance(given, str):
        raise Invalid("this is a list", path=path, hint="write [ ... ]")
    if len(given) > _MOST_ROWS:
        raise Invalid(f"{len(given)} lines", path=path, hint=f"at most {_MOST_ROWS}")
    return given


def _ids(given: object, path: str) -> tuple[str, ...]:
    rows = _rows(given, path)
    found = tuple(_some_id(one, f"{path}[{place}]") for place, one in enumerate(rows))
    _once(found, path)
    return found


def _once(ids: Sequence[str], path: str) -> None:
    for place, one in enumerate(ids):
        if one in ids[:place]:
            raise Invalid(f"{one!r} stands twice", path=f"{path}[{place}]", hint="name her once")


def _some_id(given: object, path: str) -> str:
    found = _id(given, path)
    if found is None:
        raise Invalid("this names nobody", path=path, hint="write a guide's id")
    return found


def _id(given: object, path: str) -> str | None:
    if given in (None, ""):
        return None
    text = given.strip() if isinstance(given, str) else ""
    if not text or len(text) > 64 or not text.isprintable() or any(one.isspace() for one in text):
        raise Invalid(f"{given!r} is no id", path=path, hint="up to 64 characters, no spaces")
    return text


def _text(given: object, path: str) -> str:
    if given is None:
        return ""
    if not isinstance(given, str) or len(given) > _LONGEST or not given.isprintable():
        raise Invalid("this is no short text", path=path, hint=f"at most {_LONGEST} characters")
    return given.strip()


def _number(given: object, path: str, least: int, most: int) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or not least <= given <= most:
        raise Invalid(f"{given!r} is no such number", path=path, hint=f"{least} to {most:,}")
    return given


def _flag(given: object, path: str) -> bool:
    if not isinstance(given, bool):
        raise Invalid(f"{given!r} is neither true nor false", path=path, hint="write true")
    return given


def _known(given: Mapping[str, Any], keys: Sequence[str], path: str) -> None:
    for key in given:
        if key not in keys:
            at = f"{path}.{key}" if path else str(key)
            raise Invalid(f"unknown key {key!r}", path=at, hint=f"one of {', '.join(keys)}")
