"""A rule as a sentence that a marketer reads, in English or Chinese; names every node.

The words are data (``phrases``); this file only puts them together. Times are shown in UTC,
as the offset in them says.
"""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from coterie.core.clock import format_time
from coterie.core.errors import Invalid
from coterie.profiles.consents.model import ALL_CHANNELS
from coterie.segments.language.conditions_parse import is_calendar_word, offset_of
from coterie.segments.language.events_parse import AT_LEAST_ONCE, PERCENT
from coterie.segments.model import (
    All,
    Any_,
    Bounds,
    Bucket,
    Condition,
    Consents,
    Did,
    Everyone,
    InSegment,
    Last,
    Listed,
    Matching,
    Near,
    Not,
    Participant,
    Rule,
    Share,
    Tag,
    Then,
    Top,
    Trait,
    Trend,
    Window,
)
from coterie.segments.words.phrases import LANGUAGES, Naming, Phrases
from coterie.segments.words.render import duration_text


def explain(rule: Rule, lang: str, naming: Naming | None = None) -> str:
    """Say what a rule means, in ``en`` or ``zh``; ``naming`` gives events and topics their words.

    >>> from coterie.segments.model import Tag
    >>> explain(Not(Tag("vip")), "en")
    'not (has the tag “vip”)'
    """
    if lang not in LANGUAGES:
        raise Invalid(f"no rule is explained in {lang!r}", hint="ask for en or zh")
    words = LANGUAGES[lang]
    return _say(rule, words if naming is None else replace(words, naming=naming))


def _say(rule: Rule, words: Phrases) -> str:
    return _SAYERS[type(rule)](rule, words)


def _join(parts: tuple[Rule, ...], joint: str, alone: str, words: Phrases) -> str:
    said = [_say(part, words) for part in parts]
    if len(said) == 1:
        return alone.format(said[0]) if words.naming == Naming() else said[0]
    return joint.join(
        f"({text})" if isinstance(part, All | Any_) else text
        for part, text in zip(parts, said, strict=True)
    )


def _value(value: Any, words: Phrases) -> str:
    if isinstance(value, tuple):
        return "[" + words.comma.join(_value(one, words) for one in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _day(value, words) if is_calendar_word(value) else words.quote.format(value)
    return str(value)


def _day(word: str, words: Phrases) -> str:
    offset = offset_of(word)
    if offset is None:
        return words.days.get(word, word)
    number, unit = offset
    length = f"{abs(number)}{words.spans[unit]}{words.plural if abs(number) != 1 else ''}"
    return (words.ago if number < 0 else words.ahead).format(length)


def _literal(value: Any, words: Phrases) -> str:
    """Quote a value for an operator to which ``today`` is a text like any other."""
    if isinstance(value, tuple):
        return "[" + words.comma.join(_literal(one, words) for one in value) + "]"
    return words.quote.format(value) if isinstance(value, str) else _value(value, words)


def _condition(condition: Condition, subject: str, words: Phrases) -> str:
    op, value = condition.op, condition.value
    said = ""
    if isinstance(value, int) and op in ("before", "after"):
        said = _time(value)
    elif value is not None:
        said = (_value if op in words.dated else _literal)(value, words)
    if op == "on_day":
        said = _day(value, words)
    pair = value if op in ("between", "not_between") else (None, None)
    phrase = words.operators[op].format(
        value=said,
        low=_value(pair[0], words),
        high=_value(pair[1], words),
        duration=_duration(condition.duration, words),
    )
    if value is not None and op in ("unchanged_for", "changed_within"):
        phrase = words.at_value.format(value=said, phrase=phrase)
    fold = words.fold if condition.fold else ""
    return words.test.format(subject=subject.format(condition.path), phrase=phrase) + fold


def _trait(rule: Trait, words: Phrases) -> str:
    """Say which trait is asked; a house's own word for it stands alone."""
    path = rule.condition.path
    named = words.naming.trait(path)
    if named == path:
        return words.trait
    gap = words.trait[len(words.trait.rstrip()) :]
    return named.replace("{", "{{").replace("}", "}}") + gap


def _duration(length: int | None, words: Phrases) -> str:
    if length is None:
        return ""
    text = duration_text(length)
    number, unit = int(text[:-1]), text[-1]
    return f"{number}{words.units[unit]}{words.plural if number != 1 else ''}"


def _time(moment: int) -> str:
    return format_time(moment).replace("T00:00:00.000Z", "Z").replace(".000Z", "Z")


def _window(window: Window, words: Phrases) -> str:
    said = []
    if window.within is not None:
        said.append(words.within.format(_duration(window.within, words)))
    if window.since is not None:
        said.append(words.since_run[window.since])
    if window.start is not None:
        said.append(words.since.format(_time(window.start)))
    if window.end is not None:
        said.append(words.before.format(_time(window.end)))
    return "".join(said)


def _has_words(name: str, words: Phrases) -> bool:
    """Say whether a house has words of its own for an event, which then need no quotes."""
    return words.naming.event(name) != name


def _event(name: str, words: Phrases) -> str:
    if name == "*":
        return words.any_event
    if name.endswith("*"):
        return words.prefixed_event.format(name[:-1])
    return words.quote.format(words.naming.event(name))


def _details(matching: Matching, words: Phrases) -> str:
    said = ""
    if matching.topic is not None:
        said += words.topic.format(words.naming.topic(matching.topic))
    if matching.where:
        tests = [_condition(test, words.property, words) for test in matching.where]
        said += words.where.format(words.and_.join(tests))
    if matching.same_key:
        said += words.same_key
    return said


def _bounds(bounds: Bounds, template: dict[str, str], words: Phrases) -> str:
    return words.and_.join(template[op].format(limit) for op, limit in bounds.tests)


def _did(rule: Did, words: Phrases) -> str:
    matching = rule.matching
    told = rule.measure == "count" and _has_words(matching.name, words)
    events = words.events.format(
        event=words.naming.event(matching.name) if told else _event(matching.name, words),
        details=_details(matching, words),
        window=_window(matching.window, words),
    )
    if rule.measure == "count":
        times = _bounds(rule.bounds, words.times, words)
        if told:
            return events if rule.bounds == AT_LEAST_ONCE else f"{events} {times}"
        return words.did.format(events=events, times=times)
    return words.measured.format(
        measure=_measure(rule, words), events=events,
        bounds=_bounds(rule.bounds, words.limits, words),
    )  # fmt: skip


def _measure(rule: Did, words: Phrases) -> str:
    of = rule.of or ""
    return words.measures[rule.measure].format(words.calendar.get(of, words.property.format(of)))


def _share(rule: Share, words: Phrases) -> str:
    matching = rule.matching
    return words.share.format(
        event=_event(matching.name, words),
        details=_details(matching, words),
        window=_window(matching.window, words),
        bounds=_bounds(rule.bounds, words.limits, words),
    )


def _participant(rule: Participant, words: Phrases) -> str:
    naming = words.naming.community if rule.kind == "community" else words.naming.group
    return words.participant[rule.kind].format(naming(rule.slug))


def _consents(rule: Consents, words: Phrases) -> str:
    if rule.channel == ALL_CHANNELS:
        return words.consents.format(rule.purpose)
    return words.consents_on.format(rule.purpose, rule.channel)


def _events(matching: Matching, words: Phrases) -> str:
    return words.events.format(
        event=_event(matching.name, words),
        details=_details(matching, words),
        window=_window(matching.window, words),
    )


def _last(rule: Last, words: Phrases) -> str:
    tests = [_condition(test, words.property, words) for test in rule.has]
    return words.last.format(events=_events(rule.matching, words), has=words.and_.join(tests))


def _pair(rule: Then, words: Phrases) -> str:
    span = words.pair_spans[rule.within is not None, rule.after > 0]
    said = words.pairs["then_not" if rule.absent else "then"]
    return said.format(
        first=_events(rule.first, words),
        second=_events(rule.second, words),
        span=span.format(within=_duration(rule.within, words), after=_duration(rule.after, words)),
    )


def _trend(rule: Trend, words: Phrases) -> str:
    return words.trend.format(
        events=_events(rule.matching, words),
        window=_duration(rule.window, words),
        least=rule.at_least_before,
        bounds=_bounds(rule.bounds, words.limits, words),
    )


def _top(rule: Top, words: Phrases) -> str:
    if isinstance(rule.of, str):
        by = words.naming.trait(rule.of)
        by = words.trait.format(by) if by == rule.of else by
    elif rule.of.measure == "count":
        by = words.ranked_count.format(events=_events(rule.of.matching, words))
    else:
        by = words.ranked.format(
            measure=_measure(rule.of, words), events=_events(rule.of.matching, words)
        )
    number = rule.count if rule.share is None else Decimal(rule.share) / PERCENT
    many = words.so_many["count" if rule.share is None else "percent"].format(number)
    return words.tops["bottom" if rule.bottom else "top"].format(many=many, by=by)


_SAYERS: dict[type, Callable[[Any, Phrases], str]] = {
    All: lambda rule, words: _join(rule.parts, words.and_, words.all_of_one, words),
    Any_: lambda rule, words: _join(rule.parts, words.or_, words.any_of_one, words),
    Not: lambda rule, words: words.not_.format(_say(rule.part, words)),
    Everyone: lambda _rule, words: words.everyone,
    Trait: lambda rule, words: _condition(rule.condition, _trait(rule, words), words),
    Tag: lambda rule, words: words.tag.format(words.naming.tag(rule.tag)),
    Did: _did,
    Share: _share,
    Last: _last,
    Then: _pair,
    Trend: _trend,
    Top: _top,
    InSegment: lambda rule, words: words.in_segment.format(words.naming.segment(rule.segment)),
    Bucket: lambda rule, words: words.bucket.format(rule.salt, rule.start, rule.end),
    Participant: _participant,
    Consents: _consents,
    Near: lambda rule, words: words.near.format(f"{rule.km:g}", rule.lat, rule.lon),
    Listed: lambda rule, words: words.listed.format(words.naming.listed(rule.name)),
}
