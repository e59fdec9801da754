"""What a reader sees of a page."""

import re
from html import unescape

from httpx2 import Response


def text_of(answer: Response) -> str:
    """Return the words of a page in one line."""
    body = re.sub(r"<(script|style|textarea)\b.*?</\1>", " ", answer.text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body)))
