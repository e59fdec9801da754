"""What messages say, written for many people at once: when they are leased, or only to look.

What is looked up for a text is what its template names: an identifying trait is revealed, a user
id read, a registered variable asked, each once for all who get such a text.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from coterie.core.errors import Invalid
from coterie.messaging import templates
from coterie.messaging.asking import Unsubscribing
from coterie.messaging.audience import Audience, look_up_named
from coterie.messaging.model import Content, Message, Post, Request, Template
from coterie.messaging.people import People
from coterie.messaging.variables import Variable, asked_for
from coterie.messaging.writing import fill, seen
from coterie.storage.work import Work

_USER_ID, _TAGS = "user_id", "tags"
"""What ``profile`` has beside her traits, in every template."""


@dataclass(frozen=True)
class Given:
    """What a request gave for one person, as it waits with her message until that is written."""

    variables: Mapping[str, Any] = field(default_factory=dict)
    post: Post | None = None


NOTHING_GIVEN = Given()


@dataclass(frozen=True)
class Letter:
    """A message to be written: who gets it by which template, and what its request gave."""

    of: Message | Request
    template: Template
    variables: Mapping[str, Any] = field(default_factory=dict)

    @property
    def profile(self) -> int:
        """Who gets it."""
        return self.of.profile


@dataclass(frozen=True)
class Letters:
    """Fills templates in for many people."""

    profiles: People
    brand: Mapping[str, Any]
    unsubscribing: Unsubscribing
    variables: Mapping[str, Variable]

    def write(
        self, work: Work, audience: Audience, letters: Sequence[Letter]
    ) -> list[Content | Invalid]:
        """Write letters, each its text or why it cannot be written; ``audience`` knows them all."""
        spoken = self._ask(work, audience, letters)
        kept: dict[str, str] = {}
        return [
            self._write(audience, each, *said, work.now, kept)
            for each, said in zip(letters, spoken, strict=True)
        ]

    def seen(
        self, work: Work, audience: Audience, letters: Sequence[Letter]
    ) -> list[dict[str, Any]]:
        """Return what each letter's template sees, ``now`` left out, as ``write`` fills it in."""
        spoken = self._ask(work, audience, letters)
        return [
            seen(
                audience.traits(each.profile, templates.traits_named(each.template)),
                request, self.brand, self._link(each.of), more,
            )
            for each, (request, more) in zip(letters, spoken, strict=True)
        ]  # fmt: skip

    def _ask(
        self, work: Work, audience: Audience, letters: Sequence[Letter]
    ) -> list[tuple["_Speaking", dict[str, Any]]]:
        """Look up what each letter needs: what its request gave, and the registered variables."""
        named = [(each.profile, templates.traits_named(each.template)) for each in letters]
        look_up_named(work, self.profiles, audience, named)
        asking = [profile for profile, traits in named if _USER_ID in traits]
        user_ids = self.profiles.user_ids(work, asking) if asking else {}
        more = self._more(work, letters)
        return [
            (
                _speaking(audience, each, user_ids.get(each.profile)),
                {name: of[each.profile] for name, of in more.items() if each.profile in of},
            )
            for each in letters
        ]

    def _more(self, work: Work, letters: Sequence[Letter]) -> dict[str, Mapping[int, Any]]:
        """Ask the registered variables that templates name, each once."""
        wanted: defaultdict[str, set[int]] = defaultdict(set)
        for each in letters if self.variables else ():
            for name in asked_for(each.template, self.variables):
                wanted[name].add(each.profile)
        return {
            name: self.variables[name].of(work, sorted(people)) for name, people in wanted.items()
        }

    def _write(
        self,
        audience: Audience,
        letter: Letter,
        request: "_Speaking",
        more: Mapping[str, Any],
        now: int,
        kept: dict[str, str],
    ) -> Content | Invalid:
        try:
            return fill(
                audience, request, letter.template, self.brand, now, self._link(letter.of),
                more=more, kept=kept,
            )  # fmt: skip
        except Invalid as error:
            return error

    def _link(self, of: Message | Request) -> str:
        """Return where she withdraws from what this is; a service touch needs no such place."""
        if of.is_service:
            return ""
        return self.unsubscribing(of.profile, of.purpose, of.channel)


@dataclass(frozen=True)
class _Speaking:
    """The part of a request that a template sees."""

    profile: int
    variables: Mapping[str, Any]


def _speaking(audience: Audience, letter: Letter, user_id: str | None) -> _Speaking:
    hers: dict[str, Any] = {_TAGS: sorted(audience.known[letter.profile].tags)}
    if user_id is not None:
        hers[_USER_ID] = user_id
    profile = letter.variables.get("profile")
    given = {**hers, **profile} if isinstance(profile, Mapping) else hers
    return _Speaking(letter.profile, {**letter.variables, "profile": given})


def traits_of(templates_there: Collection[Template]) -> set[str]:
    """Return the traits that templates name, fading ones among them."""
    return {trait for each in templates_there for trait in templates.traits_named(each)}


def encode_given(variables: Mapping[str, Any], post: Post | None = None) -> bytes | None:
    """Write down what a request gave for one person; None where it gave nothing."""
    given: dict[str, Any] = {}
    if variables:
        given["variables"] = variables
    if post is not None:
        given["post"] = asdict(post)
    return _dumps(given).encode() if given else None


def decode_given(clear: bytes) -> Given:
    """Read it back."""
    given = json.loads(clear)
    post = given.get("post")
    return Given(given.get("variables", {}), None if post is None else Post(**post))


def encode_shared(variables: Mapping[str, Any]) -> str:
    """Write down what a request gave for everybody, the same each time.

    >>> encode_shared({"b": 1, "a": ("x",)})
    '{"a": ["x"], "b": 1}'
    """
    return _dumps(variables)


@lru_cache(maxsize=256)
def decode_shared(shared: str) -> Mapping[str, Any]:
    """Read it back; very many messages share one."""
    found: dict[str, Any] = json.loads(shared)
    return MappingProxyType(found)


def _dumps(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=_plain)


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else list(value)
