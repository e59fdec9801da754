"""Templates: Liquid texts of operators, checked when they are written, bounded when they run.

A missing value is nothing, never ``None`` nor ``{{``; values are never read as templates. A
template that would run for long or write without end is stopped after a fixed amount of work,
the same on every machine, so that a preview is what will be sent, to the byte.
"""

import difflib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from liquid import BoundTemplate, Environment, RenderContext, Token
from liquid.exceptions import LiquidError, LoopIterationLimitError, ResourceLimitError
from liquid.undefined import is_undefined

from coterie.core.clock import read_moment, to_datetime
from coterie.core.errors import Invalid
from coterie.core.ids import check_slug
from coterie.messaging.languages import MAX_LANGUAGES, check_tag
from coterie.messaging.model import Content, Template, Wording

MAX_SOURCE = 20_000
"""Characters of a template's text."""
MAX_OUTPUT = 65_536
"""Bytes of what a template writes."""
MAX_WORK = 300_000
"""Units of work of one rendering; about half a second at the most."""
MAX_SUBJECT = 500
"""Characters of a subject; what is longer is cut."""

_UNSUPPORTED_TAGS = ("include", "render", "tablerow")  # other templates, HTML tables
_UNSUPPORTED_FILTERS = ("escapejs", "newline_to_br", "safe", "strip_html")  # for HTML only
_ASKING = ("compact", "default", "find", "find_index", "has", "reject", "sum", "uniq", "where")
"""Filters to which nil means something else than an empty text."""
_SAYING = frozenset({"title", "url", "price", "key"})
"""What a text that names an item says of it; a filter that looks at its kind says nothing."""
_NEVER = datetime(1970, 1, 1, tzinfo=ZoneInfo("UTC"))
_NOT_IN_A_SUBJECT = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029]+")


class _Values(dict[str, Any]):
    """An object among the variables: its keys can be asked, as a whole it writes nothing."""

    def __repr__(self) -> str:
        return ""


class _Shown(_Values):
    """An object with a ``key`` in a list: it notes when the text says anything of it."""

    used = False

    def __getitem__(self, name: str) -> Any:
        self.used = self.used or name in _SAYING
        return super().__getitem__(name)


class _Row(tuple[Any, ...]):
    """A list among the variables: written one value after the other."""

    def __str__(self) -> str:
        return "".join(map(str, self))


class _Context(RenderContext):
    """Counts the work that a rendering does, and stops it when that is too much."""

    __slots__ = ("_spent",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._spent = 0

    def spend(self, amount: int) -> None:
        """Note some work; raises LoopIterationLimitError when it is more than allowed."""
        self._spent += amount
        if self._spent > MAX_WORK:
            raise LoopIterationLimitError("it does too much work", token=None)

    def stopindex(self, key: str, index: int | None = None) -> int:
        """Refuse a loop that is too long before its values are laid out in memory."""
        if index is not None:
            self.spend(index * self._work_of_a_round())
        return super().stopindex(key, index)

    def _work_of_a_round(self) -> int:
        return 1 + len(str(self.template.matter["source"])) // 10

    def filter(self, name: str, token: Token | None) -> Callable[..., object]:
        """Charge a filter for what it reads and writes."""
        function = super().filter(name, token)

        def charged(value: object, *args: Any, **kwargs: Any) -> object:
            value = "" if value is None else value
            if name not in _ASKING:
                args = tuple("" if each is None else each for each in args)
            self.spend(_cost(name, value, args))
            result = function(value, *args, **kwargs)
            self.spend(_size(result))
            return _Row(result) if isinstance(result, list) else result

        return charged


class _Variables(dict[str, Any]):
    """What one rendering sees: each variable is made what a template may see once it is asked for.

    ``shown`` holds the objects with a ``key`` in those lists that were asked for, by name.
    """

    def __init__(self, given: Mapping[str, Any], now: datetime) -> None:
        super().__init__(_times(now))
        self._given = given
        self.shown: dict[str, list[_Shown]] = {}

    def __missing__(self, name: str) -> Any:
        value = _plain(self._given[name])
        if isinstance(value, _Row) and any(isinstance(one, _Values) for one in value):
            value = _Row(
                _Shown(one) if isinstance(one, _Values) and "key" in one else one for one in value
            )
            self.shown[name] = [one for one in value if isinstance(one, _Shown)]
        self[name] = value
        return value

    def used(self) -> tuple[str, ...]:
        """Return the keys of the objects that the text said anything of, in the order given."""
        found = (one for name in self._given for one in self.shown.get(name, ()))
        return tuple(str(one.get("key")) for one in found if one.used)


class _Template(BoundTemplate):
    context_class = _Context

    def fill_in(self, values: Mapping[str, Any]) -> str:
        """Write the text. ``values`` are looked at only as far as it asks for them."""
        context = self.context_class(self, globals=values)
        buffer = self._get_buffer()
        self.render_with_context(context, buffer)
        return buffer.getvalue()


class _Environment(Environment):
    template_class = _Template
    output_stream_limit = MAX_OUTPUT
    local_namespace_limit = MAX_OUTPUT
    context_depth_limit = 30


def _size(value: object) -> int:
    if type(value) is str:
        return len(value)
    if isinstance(value, range):
        return max(0, value.stop - value.start)
    return len(value) if isinstance(value, str | Sequence | Mapping) else 1


def _cost(name: str, value: object, args: Sequence[Any]) -> int:
    """Estimate a filter's work before it runs: some write far more than they read."""
    sizes = [_size(each) for each in (value, *args)]
    if name == "uniq":
        return sizes[0] ** 2
    if name == "replace" and len(args) > 1:
        found = str(value).count(str(args[0]))
        return sizes[0] + found * len(str(args[1]))
    if name == "join" and not isinstance(value, range) and isinstance(value, Sequence):
        return sizes[0] * (1 + len(str(args[0] if args else " "))) + sum(map(_size, value))
    return 1 + sum(sizes)


def _date(value: Any, layout: Any = "%Y-%m-%d", *, context: RenderContext) -> str:
    """Write a moment in the zone of ``now``: ISO 8601, seconds or milliseconds, or ``now``.

    A text that is no date is written as it is.
    """
    now: Any = context.resolve("now")
    if not isinstance(now, datetime) or value is None or is_undefined(value):
        return ""
    moment = now if value in ("now", "today") else value
    if not isinstance(moment, datetime):
        read = read_moment(moment, now.tzinfo)  # type: ignore[arg-type]  # now has a ZoneInfo
        if read is None:
            return str(value)
        moment = to_datetime(read)
    return moment.astimezone(now.tzinfo).strftime(str(layout))


def _make_environment() -> _Environment:
    environment = _Environment()
    for tag in _UNSUPPORTED_TAGS:
        del environment.tags[tag]
    for name in _UNSUPPORTED_FILTERS:
        del environment.filters[name]
    _date.with_context = True  # type: ignore[attr-defined]  # how liquid hands the context over
    environment.add_filter("date", _date)
    return environment


_ENVIRONMENT = _make_environment()


def check(template: Template) -> Template:
    """Return the template, or raise Invalid with the place and the cure.

    It must parse, know every tag and filter, and stay within the limits when nothing is known of
    the person.
    """
    check_slug(template.name, "name")
    for path, source in sources(template):
        if not isinstance(source, str):
            raise Invalid(f"{source!r} is not a text", path=path)
        if _sendable(source) != source:
            raise Invalid("it holds half a character (a lone surrogate)", path=path)
        parsed = parse(source, path)
        _check_filters(parsed, source, path)
        _check_limits(parsed, path)
        if path.endswith("text") and not source.strip():
            raise Invalid("the template says nothing", path=path, hint="write what to say")
    return _named_languages(template)


def sources(template: Template) -> Iterator[tuple[str, str]]:
    """Yield every text of a template with its path, in every language."""
    yield "subject", template.subject
    yield "text", template.text
    for language, (subject, text) in template.variants.items():
        yield f"variants.{language}.subject", subject
        yield f"variants.{language}.text", text


def _named_languages(template: Template) -> Template:
    """Return a template whose languages are named as they are looked for, each once."""
    if len(template.variants) > MAX_LANGUAGES:
        raise Invalid(
            f"it has {len(template.variants)} languages",
            path="variants",
            hint=f"use at most {MAX_LANGUAGES}",
        )
    main = check_tag(template.language, "language") if template.language else ""
    variants: dict[str, Wording] = {}
    for language, (subject, text) in template.variants.items():
        tag = check_tag(language, f"variants.{language}")
        if tag == main or tag in variants:
            raise Invalid(
                f"{tag} is written twice", path=f"variants.{language}", hint="keep one of them"
            )
        variants[tag] = Wording(subject, text)
    return replace(template, language=main, variants=variants)


def _check_filters(parsed: BoundTemplate, source: str, path: str) -> None:
    for name, places in parsed.analyze(include_partials=False).filters.items():
        if name not in _ENVIRONMENT.filters:
            near = difflib.get_close_matches(name, _ENVIRONMENT.filters, n=1)
            cure = f"did you mean {near[0]!r}?" if near else "look at the list of filters"
            line = source.count("\n", 0, places[0].index) + 1
            raise Invalid(f"line {line}: there is no filter {name!r}", path=path, hint=cure)


def _check_limits(parsed: _Template, path: str) -> None:
    try:
        _run(parsed, _times(_NEVER), path)
    except Invalid as error:
        if isinstance(error.__cause__, ResourceLimitError):
            raise
        # a value that it needs is missing here and may be there for a person


@lru_cache(maxsize=512)
def traits_named(template: Template) -> frozenset[str]:
    """Return the traits that a template names, as ``traits.city`` or ``profile.firstName``.

    >>> sorted(traits_named(Template("t", "{{ profile.firstName }} of {{ traits['city'] }}")))
    ['city', 'firstName']
    """
    found: set[str] = set()
    for path, source in sources(template):
        named = parse(source, path).analyze(include_partials=False).globals
        for root in ("traits", "profile"):
            found.update(str(each.segments[1]) for each in named.get(root, ()) if each.segments[1:])
    return frozenset(found)


@lru_cache(maxsize=512)
def parse(source: str, path: str) -> _Template:
    """Read a text; raises Invalid with its ``path``, the line and the cure."""
    if len(source) > MAX_SOURCE:
        raise Invalid(
            f"it has {len(source)} characters", path=path, hint=f"use at most {MAX_SOURCE}"
        )
    try:
        parsed: Any = _ENVIRONMENT.from_string(source, matter={"source": source})
    except LiquidError as error:
        raise _refusal(error, path, "correct the template", source) from error
    found: _Template = parsed
    return found


@lru_cache(maxsize=512)
def _says_the_same(source: str, path: str) -> bool:
    """Say whether a text rests on nothing but the brand: not on a person, a request, the time."""
    found = parse(source, path).analyze(include_partials=False)
    return {"brand"}.issuperset(found.globals) and "date" not in found.filters


def render(
    template: Template,
    variables: Mapping[str, Any],
    now: datetime,
    language: str = "",
    kept: dict[str, str] | None = None,
) -> Content:
    """Fill a template in for one person.

    ``now`` is in the person's zone, with a ZoneInfo; dates are written in it. Line breaks and
    control characters in a subject become spaces. ``language`` is spoken where the template names
    none. ``kept`` is where texts are kept that say the same to all, among renderings with one
    ``brand``. Raises Invalid when it cannot be done.
    """
    values = _Variables(variables, now)
    subject = _written(template.subject, "subject", values, kept)
    links = variables.get("links")
    unsubscribe = links.get("unsubscribe") if isinstance(links, Mapping) else None
    text = _written(template.text, "text", values, kept)
    return Content(
        subject=_NOT_IN_A_SUBJECT.sub(" ", subject).strip()[:MAX_SUBJECT],
        text=text,
        unsubscribe=_sendable(unsubscribe) if isinstance(unsubscribe, str) else "",
        items=values.used() if values.shown else (),
        language=template.language or language,
    )


def _written(source: str, path: str, values: Mapping[str, Any], kept: dict[str, str] | None) -> str:
    if kept is None or not _says_the_same(source, path):
        return _run(parse(source, path), values, path)
    text = kept.get(source)
    if text is None:
        text = kept[source] = _run(parse(source, path), values, path)
    return text


def _times(now: datetime) -> dict[str, Any]:
    """What Liquid would take from the machine's clock."""
    return {"now": now, "today": now.date().isoformat()}


def _run(parsed: _Template, values: Mapping[str, Any], path: str) -> str:
    try:
        return parsed.fill_in(values) if parsed.nodes else ""
    except LiquidError as error:
        raise _refusal(error, path, "give values that may be missing a default") from error
    except Exception as error:  # a filter may raise anything at odd values
        raise Invalid(f"it cannot be filled in: {error}", path=path) from error


def _sendable(text: str) -> str:
    """Replace lone surrogates, which JSON may hold and no channel can send."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _refusal(error: LiquidError, path: str, cure: str, source: str = "") -> Invalid:
    """Say where it is at fault; what only the end shows, such as a missing one, is said there."""
    place = error.context()
    at = place[0] if place else source.count("\n") + 1
    line = f"line {at}: " if place or source else ""
    if isinstance(error, ResourceLimitError):
        cure = "write less, or loop over less"
    return Invalid(f"{line}{error.message}", path=path, hint=cure, code="template_failed")


def _plain(value: Any) -> Any:
    """Turn JSON values into what a template may see: null is not there, in a list it is empty."""
    kind = type(value)
    if kind is str:
        return _sendable(value)
    if kind is int or kind is bool:
        return value
    if kind is dict or isinstance(value, Mapping):
        return _Values({str(key): _plain(each) for key, each in value.items() if each is not None})
    if isinstance(value, list | tuple | set | frozenset):
        return _Row("" if each is None else _plain(each) for each in value)
    if isinstance(value, str):
        return _sendable(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value
