"""The words of consent: what was said, how it can be proven, and what follows from it. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

MARKETING = "marketing"
PERSONALISATION = "personalisation"
"""Withdrawn, it puts a person into the mode that is not personalised; silence leaves her out."""

PURPOSES = (MARKETING, PERSONALISATION)
"""The purposes that the house itself asks for; others come over the wire and are shown too."""

ALL_CHANNELS = "*"
_LONGEST = {"version": 64, "wording": 2_000, "evidence": 200}


@dataclass(frozen=True)
class Proof:
    """How a word can be proven: which text she saw, in which version, and where the proof lies.

    ``evidence`` refers to a record (a form's number, a photograph's, a recording's); it holds no
    address of the network and nothing that identifies her.
    """

    version: str | None = None
    wording: str | None = None
    evidence: str | None = None


NO_PROOF = Proof()


@dataclass(frozen=True)
class Consent:
    """One interval of consent to a purpose on a channel (``*`` = all); ``until`` None = still."""

    purpose: str
    channel: str
    since: int
    until: int | None


@dataclass(frozen=True)
class ConsentFact:
    """One word of a person on a purpose and a channel: given, or withdrawn.

    ``profile`` is the head of the person now, ``came_with`` the one she had when she said it.
    """

    profile: int
    purpose: str
    channel: str
    time: int
    message_id: str
    given: bool
    source: str
    came_with: int = 0
    version: str | None = None
    wording: str | None = None
    evidence: str | None = None

    @property
    def order(self) -> tuple[int, str]:
        """The newest word counts; of one moment the one with the greater message id."""
        return self.time, self.message_id


def proof_in(properties: Mapping[str, Any]) -> Proof:
    """Read the proof that came with a word over the wire; what is no text is left out.

    >>> proof_in({"proof": {"version": "2026-03", "evidence": "form 17"}})
    Proof(version='2026-03', wording=None, evidence='form 17')
    >>> proof_in({"proof": "signed at the till"})
    Proof(version=None, wording=None, evidence='signed at the till')
    """
    given = properties.get("proof")
    said = given if isinstance(given, Mapping) else {"evidence": given}
    return Proof(**{name: _text(said.get(name), longest) for name, longest in _LONGEST.items()})


def _text(value: object, longest: int) -> str | None:
    return value.replace("\x00", "")[:longest] if isinstance(value, str) and value else None


def last_words(facts: Iterable[ConsentFact]) -> dict[int, bool]:
    """Return each person's last word: True when the newest of the facts says given."""
    last: dict[int, ConsentFact] = {}
    for fact in facts:
        before = last.get(fact.profile)
        if before is None or fact.order > before.order:
            last[fact.profile] = fact
    return {profile: fact.given for profile, fact in last.items()}


def intervals(facts: Iterable[ConsentFact]) -> list[Consent]:
    """Tell one person's consent as intervals, per purpose and channel, in order of time."""
    open_since: dict[tuple[str, str], int] = {}
    closed: list[Consent] = []
    for fact in sorted(facts, key=lambda fact: fact.order):
        about = fact.purpose, fact.channel
        if fact.given:
            open_since.setdefault(about, fact.time)
        elif about in open_since:
            closed.append(Consent(*about, open_since.pop(about), fact.time))
    still = [Consent(*about, since, None) for about, since in open_since.items()]
    return sorted(closed + still, key=lambda one: (one.since, one.purpose, one.channel))
