"""Read what was sent, never more than a bound: as it comes in and as it unfolds."""

import zlib
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qsl

import msgspec
from fastapi import Request

from coterie.core.errors import Invalid
from coterie.web.errors import TooLarge

_GZIP = 16 + zlib.MAX_WBITS

BodyReader = Callable[[Request], Awaitable[bytes]]


def body_up_to(limit: int) -> BodyReader:
    """Return a reader that refuses with TooLarge as soon as a request passes ``limit`` bytes."""

    async def read(request: Request) -> bytes:
        announced = request.headers.get("content-length", "")
        if announced.isascii() and announced.isdigit() and int(announced) > limit:
            raise too_large(limit)
        parts, size = [], 0
        async for part in request.stream():
            size += len(part)
            if size > limit:
                raise too_large(limit)
            parts.append(part)
        return b"".join(parts)

    return read


def too_large(limit: int) -> TooLarge:
    """Return the refusal of a request that is larger than ``limit`` bytes."""
    return TooLarge(
        f"the request is larger than {limit:,} bytes", hint="send it in several smaller ones"
    )


def inflate(body: bytes, encoding: str, limit: int) -> bytes:
    """Undo ``Content-Encoding``, stopping at ``limit`` bytes however small the body was.

    Raises Invalid for corrupt gzip and for encodings other than gzip, TooLarge past the limit.
    """
    encoding = encoding.strip().lower()
    if encoding in {"", "identity"}:
        return body
    if encoding not in {"gzip", "x-gzip"}:
        raise Invalid(
            f"content encoding {encoding!r} is not understood",
            hint="send gzip or no encoding",
            code="unknown_encoding",
        )
    out = bytearray()
    while body:  # a gzip file may have several members, one after the other
        member = zlib.decompressobj(wbits=_GZIP)
        try:
            out += member.decompress(body, limit + 1 - len(out))
        except zlib.error as error:
            raise Invalid("the body is not valid gzip", code="invalid_gzip") from error
        if len(out) > limit:
            raise too_large(limit)
        if not member.eof:
            raise Invalid("the gzip body ends too early", code="invalid_gzip")
        body = member.unused_data
    return bytes(out)


def read_json(body: bytes) -> object:
    """Parse a JSON body; raises Invalid when there is none or it is not JSON."""
    if not body.strip():
        raise Invalid("the request has no body", code="no_body")
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Invalid(f"invalid JSON: {error}", code="invalid_json") from error


def read_form(body: bytes, fields: int) -> dict[str, str]:
    """Parse a form as browsers send it, at most ``fields`` fields; the last of a name counts."""
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=fields)
    except ValueError as error:
        raise Invalid("the form cannot be read", code="invalid_form") from error
    return dict(pairs)
