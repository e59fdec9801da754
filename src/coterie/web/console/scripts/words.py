"""What is said of scripts: faults, findings in their place, what changed between versions."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from coterie.core.errors import Conflict, CoterieError, Invalid
from coterie.guides.scripts.lint import Finding
from coterie.web.speech import N_, Speech

_PLACES = {
    "slug": N_("The short name takes small letters, digits and dashes."),
    "titles": N_("It needs a title: say what it is for."),
    "texts": N_("Write what guides shall say, in one language at least."),
    "objection": N_("Say which objection it answers."),
    "banned": N_("At most 50 phrases can be banned."),
}


_WORD = re.compile(r"\{\w+\}|[A-Za-z0-9']+|.", re.DOTALL)


@dataclass(frozen=True)
class Piece:
    """A part of a text: plain, with a finding, or ``added``/``gone`` between versions."""

    text: str
    finding: Finding | None = None
    change: str = ""


def fault(speech: Speech, error: CoterieError) -> str:
    """Say what was wrong, and what to do."""
    if isinstance(error, Conflict) and error.code != "claims_found":
        return speech.gettext("There is one of this name already: choose another name.")
    if not isinstance(error, Invalid):
        return speech.word("error", error.code)
    if error.path.startswith("titles."):
        return speech.gettext("The title is too long: use at most 80 characters.")
    if error.path.startswith("texts."):
        return speech.gettext(
            "A text is too long for WeCom (1,300 characters), or has a slot that does not exist."
        )
    return speech.gettext(_PLACES[error.path]) if error.path in _PLACES else str(error)


def marked(text: str, findings: Sequence[Finding]) -> list[Piece]:
    """Cut a text at its findings.

    >>> [piece.text for piece in marked("so good", [])]
    ['so good']
    """
    pieces: list[Piece] = []
    at = 0
    for one in sorted(findings, key=lambda each: each.start):
        if one.start < at:
            continue
        pieces.append(Piece(text[at : one.start]))
        pieces.append(Piece(text[one.start : one.end], one))
        at = one.end
    pieces.append(Piece(text[at:]))
    return [piece for piece in pieces if piece.text]


def changed(before: str, after: str) -> list[Piece]:
    """Say what changed from one text to another: by words, by characters in Chinese.

    >>> [(one.text, one.change) for one in changed("a cat", "a hat")]
    [('a ', ''), ('cat', 'gone'), ('hat', 'added')]
    """
    pieces: list[Piece] = []
    old, new = _WORD.findall(before), _WORD.findall(after)
    matcher = SequenceMatcher(a=old, b=new, autojunk=False)
    for kind, start, end, other, until in matcher.get_opcodes():
        if kind == "equal":
            pieces.append(Piece("".join(old[start:end])))
            continue
        if start < end:
            pieces.append(Piece("".join(old[start:end]), change="gone"))
        if other < until:
            pieces.append(Piece("".join(new[other:until]), change="added"))
    return pieces
