"""From what was pasted or uploaded to who is meant. Pure."""

import csv
import io
import re
from collections.abc import Iterator

from coterie.core.errors import Invalid

MOST = 1_000_000
"""So many names one upload may hold."""

_LONGEST = 500
_HEADERS = re.compile(
    r"(user[ _-]?ids?|ids?|phones?|mobiles?|e-?mails?|member[ _-]?nos?|names?"
    r"|用户\s*(id|编号)|手机号?码?|电话|邮箱|会员(号|编号|卡号)|编号|姓名)",
    re.IGNORECASE,
)
_APART = re.compile(r"[,;\t，；]")


def decoded(body: bytes) -> str:
    """Read a file as UTF-8, with or without its mark, else as GB 18030, as Chinese offices save it.

    >>> decoded("会员号\\nm1".encode("gb18030"))
    '会员号\\nm1'
    """
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Invalid("this is no text file", path="file", hint="save it as CSV in UTF-8")


def names(text: str) -> list[str]:
    """Return the first cell of each line, each once; a first line that only names it is left out.

    >>> names("user_id,city\\nu1,Paris\\n\\nu2;Rome\\nu1"), names("u1")
    (['u1', 'u2'], ['u1'])
    """
    found = dict.fromkeys(_cells(text))
    first = next(iter(found), "")
    if _HEADERS.fullmatch(first) and len(found) > 1:
        del found[first]
    if len(found) > MOST:
        raise Invalid(f"the list holds more than {MOST:,} names", path="file", hint="split it")
    return list(found)


def _cells(text: str) -> Iterator[str]:
    for line in text.splitlines():
        first = _APART.split(line, maxsplit=1)[0].strip()
        if first.startswith('"'):
            first = next(iter(next(csv.reader(io.StringIO(line)), [])), "").strip()
        if first:
            yield first[:_LONGEST]
