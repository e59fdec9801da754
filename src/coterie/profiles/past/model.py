"""Facts of everybody up to a moment, by columns, for a reader that settles them by itself."""

from dataclasses import dataclass

from coterie.profiles.model import Columns


@dataclass(frozen=True)
class Told:
    """All that was said of everyone by a moment.

    ``profiles``: profile, bucket_key of whoever is somebody today. ``traits``: profile, name,
    time, message_id, came_with, value (JSON text), digest, root. ``tags``: profile, name, time,
    message_id, came_with, is_on, until (-1: none). ``other_names``: tag, other.
    """

    profiles: Columns
    traits: Columns
    tags: Columns
    other_names: Columns
