"""What can stand in braces, with what each gives for one person. The roots are said here once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from coterie.messaging.texts.model import Place
from coterie.messaging.texts.places import value_at
from coterie.storage.work import Work
from coterie.web.ports import Served
from coterie.web.speech import N_, Speech

_NAMES = ("firstName", "lastName", "name")
_TRAITS = 14
_LONGEST = 60

GIVEN: Mapping[str, str] = {
    "traits": N_("of her"),
    "profile": N_("of her"),
    "brand": N_("of the brand"),
    "now": N_("of the moment"),
    "today": N_("of the moment"),
    "links": N_("in everything that is not service"),
    "event": N_("in a journey: what she did that started it"),
    "run": N_("in a journey: her way through it"),
    "community": N_("in an invitation"),
    "invitation_url": N_("in an invitation"),
    "accept_url": N_("in an invitation"),
    "decline_url": N_("in an invitation"),
    "broadcast": N_("in a broadcast"),
    "activity": N_("in an activity's notices"),
    "notice": N_("in an activity's notices"),
}
"""By root of a path: when there is something of that name."""

_FIXED = (
    ("brand.name", "", N_("the brand's name")),
    ("now", "date: '%Y-%m-%d'", N_("today, in her zone")),
    ("links.unsubscribe", "", N_("where she withdraws her consent")),
    ("event.name", "", N_("in a journey: what she did that started it")),
    ("event.properties.item", "", N_("in a journey: a property of that event")),
    ("run.entered", "date: '%m-%d'", N_("in a journey: the day she entered it")),
    ("community.title", "", N_("in an invitation: the community")),
    ("invitation_url", "", N_("in an invitation: where she answers")),
    ("broadcast.title", "", N_("in a broadcast: its name")),
)


@dataclass(frozen=True)
class Entry:
    """One value that a text may name: how it is written, what it is, what it gives for her.

    ``value`` is empty where it gives nothing for her, or only the sending gives it.
    """

    code: str
    words: str
    value: str = ""
    of_her: bool = False


def palette(
    work: Work, house: Served, speech: Speech, profile: int | None, values: Mapping[str, Any]
) -> list[Entry]:
    """List what can be named; her own first, with a default for what may be missing."""
    found: list[Entry] = []
    if profile is not None:
        found += _of_her(work, house, speech, profile)
    local = {**values, "brand": house.messaging.brand}
    for path, filters, words in _FIXED:
        value = value_at(local, tuple(path.split(".")))
        code = f"{{{{ {path}{' | ' + filters if filters else ''} }}}}"
        found.append(Entry(code, speech.gettext(words), _shown(value)))
    return found + _of_rooms(work, house, speech, profile)


def _of_rooms(work: Work, house: Served, speech: Speech, profile: int | None) -> list[Entry]:
    """List what other rooms offer of her: a list is gone through, an object is asked by its key."""
    found: list[Entry] = []
    for name, variable in house.messaging.variables.items():
        value = None if profile is None else variable.of(work, [profile]).get(profile)
        words = speech.gettext("chosen for her: %(name)s", name=name)
        if isinstance(value, Mapping):
            found += [Entry(f"{{{{ {name}.{key} }}}}", words, _shown(value[key])) for key in value]
        else:
            titles = [one["title"] for one in value or () if isinstance(one, Mapping)
                      and "title" in one]  # fmt: skip
            code = f"{{% for one in {name} limit: 3 %}}{{{{ one.title }}}}\n{{% endfor %}}"
            found.append(Entry(code, words, _shown(titles[:3])))
    return found


def _of_her(work: Work, house: Served, speech: Speech, profile: int) -> list[Entry]:
    profiles = house.profiles
    hers = profiles.traits(work, profile)
    named = profiles.reveal_all(work, [profile], _NAMES).get(profile, {})
    plain = [name for name in profiles.directory.trait_names(work) if "." not in name]
    told = sorted(plain, key=lambda name: (name not in hers, name))[:_TRAITS]
    entries = [
        Entry(
            "{{ profile.firstName | default: '…' }}",
            speech.gettext("her first name, or a word instead"),
            _shown(named.get("firstName")),
            True,
        )
    ]
    return entries + [
        Entry(
            f"{{{{ {_written(name)} | default: '…' }}}}",
            speech.gettext("what we know of her: %(trait)s", trait=name),
            _shown(hers.get(name)),
            True,
        )
        for name in told
        if name not in _NAMES
    ]


def _written(name: str) -> str:
    """Write a trait's path: with brackets where its name is no plain word."""
    plain = name.isascii() and name.replace("_", "").replace("-", "").isalnum()
    return f"traits.{name}" if plain else f"traits['{name}']"


def _shown(value: Any) -> str:
    if value is None or isinstance(value, Mapping):
        return ""
    text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


@dataclass(frozen=True)
class Hole:
    """One place where somebody would read nothing: which, where, and for how many it is so.

    ``lacking`` of ``everybody`` have no such trait; None where that was not counted. A name that
    nothing ever gives is ``unknown``.
    """

    name: str
    line: int
    given: str
    unknown: bool = False
    lacking: int | None = None
    everybody: int = 0


def holes(
    work: Work, house: Served, speech: Speech, gaps: tuple[Place, ...], offered: frozenset[str]
) -> list[Hole]:
    """Say of each gap what it is; ``offered`` are the roots that plugins and rooms add."""
    found: dict[str, Hole] = {}
    everybody = house.profiles.count(work) if gaps else 0
    for gap in gaps:
        root = gap.path[0]
        if gap.name in found or root in offered:
            continue
        lacking = None
        if root in ("traits", "profile") and gap.path[1:2] and gap.path[1] not in _NAMES:
            have = house.profiles.holders(work, ".".join(gap.path[1:]))
            lacking = everybody - len(have)
        given = speech.gettext(GIVEN[root]) if root in GIVEN else ""
        found[gap.name] = Hole(gap.name, gap.line, given, root not in GIVEN, lacking, everybody)
    return list(found.values())
