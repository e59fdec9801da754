"""One call of the wire format, as it is typed on the wire; other dialects are put into it."""

from typing import Any

import msgspec

Id = str | int | float | None
Fields = dict[str, Any] | None


class Call(msgspec.Struct, rename="camel"):
    """One of Segment's six calls, or an item of a batch."""

    type: str | None = None
    event: str | None = None
    name: str | None = None
    category: str | None = None
    message_id: Id = None
    user_id: Id = None
    anonymous_id: Id = None
    previous_id: Id = None
    group_id: Id = None
    timestamp: str | None = None
    original_timestamp: str | None = None
    sent_at: str | None = None
    properties: Fields = None
    traits: Fields = None
    context: Fields = None
