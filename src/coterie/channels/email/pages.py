"""The letter as a page: the words of the text, with paragraphs and links, and nothing else. Pure.

No picture, no style from elsewhere, nothing that tells whether it was read.
"""

import re
from html import escape

_LINK = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]，。；：！？）】]")
_STYLE = "max-width:36em;margin:0 auto;padding:1em;font:16px/1.6 sans-serif"
_QUIET = "margin-top:2em;font-size:13px;color:#666"


def write(text: str, language: str = "", foot: str = "", link: str = "") -> str:
    """Write a page of a plain text; ``foot`` and ``link`` stand under it.

    >>> write("Hi & bye").splitlines()[-2]
    '<p>Hi &amp; bye</p>'
    """
    paragraphs = (part.strip("\r\n") for part in re.split(r"(?:\r?\n){2,}", text))
    said = "\n".join(f"<p>{_lines(part)}</p>" for part in paragraphs if part.strip())
    spoken = f' lang="{escape(language, quote=True)}"' if language else ""
    under = ""
    if link:
        there = escape(link, quote=True)
        under = f'\n<p style="{_QUIET}"><a href="{there}" style="color:#666">{_words(foot)}</a></p>'
    return (
        f"<!doctype html>\n<html{spoken}><head><meta charset=utf-8></head>"
        f'<body style="{_STYLE}">\n{said}{under}\n</body></html>\n'
    )


def _words(foot: str) -> str:
    return escape(foot.rstrip(":： "))


def _lines(part: str) -> str:
    return "<br>\n".join(_linked(line) for line in part.splitlines())


def _linked(line: str) -> str:
    written, at = [], 0
    for found in _LINK.finditer(line):
        there = escape(found[0], quote=True)
        written += [escape(line[at : found.start()]), f'<a href="{there}">{there}</a>']
        at = found.end()
    return "".join([*written, escape(line[at:])])
