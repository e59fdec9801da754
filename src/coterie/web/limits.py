"""How much of a request is read, and how many are served, before the answer is no."""

from dataclasses import dataclass

from coterie.core.clock import DAY


@dataclass(frozen=True)
class Limits:
    """Sizes in bytes, times in milliseconds.

    ``batch`` bounds what a collector reads of a request, both as sent and after decompression
    (the wire format's 500 KB, reference/ingest.md C6). ``body`` bounds every other JSON body,
    ``form`` every form.
    """

    batch: int = 500_000
    body: int = 1_000_000
    form: int = 16_384
    form_fields: int = 32
    requests_per_second: int = 1_000
    choice: int = 365 * DAY
