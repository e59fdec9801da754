"""How much of a request is read."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Sizes in bytes. What a collector reads is bounded by the wire format (``events.wire``).

    ``body`` bounds every other JSON body, ``form`` every form, ``form_fields`` its fields;
    ``long_form`` and ``long_form_fields`` the forms of the desk's editors.
    """

    body: int = 1_000_000
    form: int = 16_384
    form_fields: int = 32
    long_form: int = 300_000
    long_form_fields: int = 3_000
