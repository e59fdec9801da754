"""How much of a request is read."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Sizes in bytes. What a collector reads is bounded by the wire format (``events.wire``).

    ``body`` bounds every other JSON body, ``form`` every form, ``form_fields`` its fields.
    """

    body: int = 1_000_000
    form: int = 16_384
    form_fields: int = 32
