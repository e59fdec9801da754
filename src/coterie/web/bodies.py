"""Read what was sent, never more than a bound."""

from typing import TypeVar
from urllib.parse import parse_qsl

import msgspec
from fastapi import Request

from coterie.core.errors import Invalid
from coterie.events.errors import TooLarge

T = TypeVar("T")


async def read_up_to(request: Request, limit: int) -> bytes:
    """Return the body as sent; raises TooLarge as soon as more than ``limit`` bytes came."""
    announced = request.headers.get("content-length", "")
    if announced.isascii() and announced.isdigit() and int(announced[:20]) > limit:
        raise too_large(limit)
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise too_large(limit)
        parts.append(part)
    return b"".join(parts)


def too_large(limit: int) -> TooLarge:
    """Return the refusal of a request that is larger than ``limit`` bytes."""
    return TooLarge(
        f"the request is larger than {limit:,} bytes", hint="send it in several smaller ones"
    )


def decode(body: bytes, shape: type[T]) -> T:
    """Read a JSON body of a given shape; raises Invalid with the place that does not fit."""
    if not body.strip():
        raise Invalid("the request has no body", code="empty_body")
    try:
        return msgspec.json.decode(body, type=shape)
    except msgspec.ValidationError as error:
        reason, _, place = str(error).partition(" - at `")
        raise Invalid(reason, path=place.rstrip("`").removeprefix("$").lstrip(".")) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Invalid(f"invalid JSON: {error}", code="invalid_json") from error


def read_form(body: bytes, fields: int) -> dict[str, str]:
    """Parse a form as browsers send it, at most ``fields`` fields; the last of a name counts."""
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=fields)
    except ValueError as error:
        raise Invalid("the form cannot be read", code="invalid_form") from error
    return dict(pairs)
