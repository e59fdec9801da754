"""Reading the definition of a poll, and an answer to it, or refusing it with the place. Pure."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from coterie.campaigns.polls.model import KINDS, Answer, Choice, Poll
from coterie.core.clock import parse_time
from coterie.core.errors import Invalid
from coterie.core.ids import check_slug

KEYS = (
    "question", "kind", "choices", "low", "high", "trait", "segment", "weigh_by", "closes",
)  # fmt: skip
_CHOICE = ("code", "en", "zh", "tag")
MOST_CHOICES = 20
LONGEST = 200
_FARTHEST = 1_000_000


def parse(slug: str, given: Mapping[str, Any], zone: ZoneInfo, sealed: Collection[str]) -> Poll:
    """Read a poll; ``sealed`` are the traits that identify. Raises Invalid with the path."""
    _known(given, KEYS, "")
    kind = given.get("kind", "single")
    if kind not in KINDS:
        raise Invalid(f"{kind!r} is no kind of poll", path="kind", hint=f"one of {KINDS}")
    low, high = _number(given.get("low", 1), "low"), _number(given.get("high", 10), "high")
    if kind == "number" and not low < high:
        raise Invalid("the lowest number is not below the highest", path="high", hint="raise it")
    trait = _text(given.get("trait"), "trait")
    if trait in sealed:
        raise Invalid(f"{trait!r} identifies people", path="trait", hint="choose another name")
    choices = _choices(given.get("choices", ()), kind)
    if trait is None and not any(one.tag for one in choices):
        raise Invalid(
            "an answer would leave nothing behind", path="trait", hint="name a trait, or tags"
        )
    segment, closes = given.get("segment"), _text(given.get("closes"), "closes")
    return Poll(
        slug=check_slug(slug, "slug"),
        kind=kind,
        question=_titles(given.get("question"), "question"),
        choices=choices,
        low=low,
        high=high,
        trait=trait,
        segment=None if segment is None else check_slug(segment, "segment"),
        weigh_by=_text(given.get("weigh_by"), "weigh_by"),
        closes=None if closes is None else parse_time(closes, zone),
    )


def read_answer(poll: Poll, given: Sequence[str]) -> Answer:
    """Read what was answered; raises Invalid when the poll does not offer it."""
    if poll.kind == "number":
        return _answered_number(poll, given)
    codes = [one.code for one in poll.choices]
    chosen = tuple(code for code in codes if code in given)
    if not chosen or set(given) - set(codes) or (poll.kind == "single" and len(chosen) > 1):
        most = "one" if poll.kind == "single" else "at least one"
        raise Invalid("this is not to be chosen here", path="answer", hint=f"choose {most}")
    return chosen


def _answered_number(poll: Poll, given: Sequence[str]) -> float:
    try:
        [text] = given
        number = round(float(text), 4)
    except ValueError as error:
        raise Invalid("this is no number", path="answer", hint="write one number") from error
    if not poll.low <= number <= poll.high:
        raise Invalid(
            f"{number:g} is not offered", path="answer", hint=f"{poll.low:g} to {poll.high:g}"
        )
    return number


def _choices(given: object, kind: str) -> tuple[Choice, ...]:
    if not isinstance(given, Sequence) or isinstance(given, str):
        raise Invalid("choices are a list", path="choices", hint="write code, en and zh of each")
    if kind == "number":
        if given:
            raise Invalid("a number has no choices", path="choices", hint="leave them out")
        return ()
    if not 2 <= len(given) <= MOST_CHOICES:
        raise Invalid(
            f"{len(given)} choices", path="choices", hint=f"offer from 2 to {MOST_CHOICES}"
        )
    read = tuple(_choice(one, f"choices[{place}]") for place, one in enumerate(given))
    codes = [one.code for one in read]
    for place, code in enumerate(codes):
        if code in codes[:place]:
            raise Invalid(f"{code!r} stands twice", path=f"choices[{place}].code", hint="rename it")
    return read


def _choice(given: object, path: str) -> Choice:
    if not isinstance(given, Mapping):
        raise Invalid("a choice is an object", path=path, hint="write code, en and zh")
    _known(given, _CHOICE, path)
    code = check_slug(given.get("code"), f"{path}.code")
    titles = _titles({key: given[key] for key in ("en", "zh") if key in given}, path)
    return Choice(code, titles, _text(given.get("tag"), f"{path}.tag"))


def _titles(given: object, path: str) -> dict[str, str]:
    if not isinstance(given, Mapping):
        raise Invalid("it needs words", path=path, hint="write en and zh")
    _known(given, ("en", "zh"), path)
    titles = {key: text for key in given if (text := _text(given[key], f"{path}.{key}"))}
    if not titles:
        raise Invalid("it needs words", path=path, hint="write en and zh")
    return titles


def _text(given: object, path: str) -> str | None:
    if given is None or given == "":
        return None
    if not isinstance(given, str) or len(given) > LONGEST or not given.isprintable():
        raise Invalid("this is no short text", path=path, hint=f"at most {LONGEST} characters")
    return given.strip() or None


def _number(given: object, path: str) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float) or abs(given) > _FARTHEST:
        raise Invalid(f"{given!r} is no such number", path=path, hint="such as 1 or 10")
    return float(given)


def _known(given: Mapping[str, Any], keys: Sequence[str], path: str) -> None:
    for key in given:
        if key not in keys:
            at = f"{path}.{key}" if path else str(key)
            raise Invalid(f"unknown key {key!r}", path=at, hint=f"one of {', '.join(keys)}")
