"""What a script may look like; every refusal names its place. Pure."""

from dataclasses import replace

from coterie.core.errors import Invalid
from coterie.core.ids import check_slug
from coterie.guides.scripts import slots
from coterie.guides.scripts.claims import CARRIERS
from coterie.guides.scripts.model import OBJECTIONS, STAGES, Draft

LONGEST = 1_300
"""Characters of a text: what WeCom takes in 4,000 bytes, all of them Chinese."""
_LONGEST_TITLE = 80
_MOST_BANNED = 50


def checked(draft: Draft) -> Draft:
    """Return a draft as it is kept; raises Invalid."""
    check_slug(draft.slug, "slug")
    titles = {tag: text.strip() for tag, text in draft.titles.items() if text.strip()}
    if not titles:
        raise Invalid("a script needs a title", path="titles", hint="say what it is for")
    for tag, text in titles.items():
        if len(text) > _LONGEST_TITLE:
            raise Invalid("too long a title", path=f"titles.{tag}", hint="at most 80 characters")
    _among(draft.stage, STAGES, "stage")
    _among(draft.carrier, CARRIERS, "carrier")
    objection = (draft.objection or None) if draft.stage == "objection" else None
    if draft.stage == "objection":
        _among(objection or "", OBJECTIONS, "objection")
    banned = tuple(dict.fromkeys(one.strip() for one in draft.banned if one.strip()))
    if len(banned) > _MOST_BANNED:
        raise Invalid("too many banned phrases", path="banned", hint=f"at most {_MOST_BANNED}")
    return replace(
        draft, titles=titles, texts=_texts(draft), objection=objection, banned=banned,
        campaign=(draft.campaign or "").strip() or None, note=draft.note.strip()[:500],
    )  # fmt: skip


def _texts(draft: Draft) -> dict[str, str]:
    texts = {tag: text.strip() for tag, text in draft.texts.items() if text.strip()}
    if not texts:
        raise Invalid("a script without words", path="texts", hint="write what guides shall say")
    for tag, text in texts.items():
        if len(text) > LONGEST:
            raise Invalid(
                f"{len(text)} characters are too many", path=f"texts.{tag}",
                hint=f"WeCom takes 4,000 bytes: use at most {LONGEST}",
            )  # fmt: skip
        for name in slots.names(text):
            if name not in slots.SLOTS:
                raise Invalid(
                    f"{{{name}}} is no slot", path=f"texts.{tag}",
                    hint="use " + " ".join(f"{{{one}}}" for one in slots.SLOTS),
                )  # fmt: skip
    return texts


def _among(code: str, known: tuple[str, ...], path: str) -> None:
    if code not in known:
        raise Invalid(f"{code!r} is unknown", path=path, hint="use one of " + ", ".join(known))
