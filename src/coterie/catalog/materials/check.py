"""What a material may look like; every refusal names its place and the cure. Pure."""

from dataclasses import replace
from urllib.parse import urlsplit

from coterie.catalog.materials.model import KINDS, Draft
from coterie.core.errors import Invalid
from coterie.core.ids import check_slug, check_topic

LONGEST_TEXT = 4_000
"""Bytes of a text that WeCom takes."""
_LONGEST_TITLE = 120
_LONGEST_URL = 2_000
_MOST_TAGS = 20
LANGUAGES = ("", "zh", "en")


def checked(draft: Draft) -> Draft:
    """Return a draft as it is kept, apart from its file; raises Invalid."""
    check_slug(draft.slug, "slug")
    if draft.kind not in KINDS:
        raise Invalid(f"{draft.kind!r} is no kind of material", path="kind", hint=", ".join(KINDS))
    titles = {tag: text.strip() for tag, text in draft.titles.items() if text.strip()}
    if not titles:
        raise Invalid("it needs a title", path="titles", hint="say what guides will look for")
    for tag, text in titles.items():
        if len(text) > _LONGEST_TITLE:
            raise Invalid(
                "too long a title", path=f"titles.{tag}", hint=f"at most {_LONGEST_TITLE}"
            )
    for number, topic in enumerate(draft.topics):
        check_topic(topic, f"topics[{number}]")
    tags = tuple(dict.fromkeys(one.strip() for one in draft.tags if one.strip()))
    if len(tags) > _MOST_TAGS or any(len(one) > 40 for one in tags):
        raise Invalid("too many tags, or too long ones", path="tags", hint="20 of 40 characters")
    if draft.language not in LANGUAGES:
        raise Invalid(f"{draft.language!r} is unknown", path="language", hint="zh, en or nothing")
    if draft.since is not None and draft.until is not None and draft.until <= draft.since:
        raise Invalid("it would end before it begins", path="until", hint="choose a later day")
    return replace(
        draft, titles=titles, topics=tuple(dict.fromkeys(draft.topics)), tags=tags,
        text=_text(draft), url=_url(draft), rights=draft.rights.strip()[:500],
        note=draft.note.strip()[:500], name=_name(draft.name),
    )  # fmt: skip


def _text(draft: Draft) -> str:
    text = draft.text.replace("\r\n", "\n").strip()
    if draft.kind == "text" and not text:
        raise Invalid("a text without words", path="text", hint="write what shall be sent")
    if len(text.encode()) > LONGEST_TEXT:
        raise Invalid(
            f"{len(text.encode())} bytes are too many", path="text",
            hint=f"WeCom takes {LONGEST_TEXT} bytes, a Chinese character is three",
        )  # fmt: skip
    return text


def _url(draft: Draft) -> str:
    url = draft.url.strip()
    if draft.kind not in {"link", "article"}:
        return ""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc or len(url) > _LONGEST_URL:
        raise Invalid(
            "this is no address of a page", path="url", hint="write it whole: https://..."
        )
    return url


def _name(name: str) -> str:
    """Return a file's name without a path or anything that a header could not carry."""
    bare = name.replace("\\", "/").rpartition("/")[2]
    return "".join(one for one in bare if one.isprintable() and one not in '"<>|:*?')[:120].strip()
