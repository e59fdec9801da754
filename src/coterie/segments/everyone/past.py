"""What was known of everyone at a past moment, put together in SQL from the facts up to it."""

import duckdb

from coterie.profiles.past.model import Told

SHAPES = {
    "people_of_today": "profile::INTEGER AS profile, bucket_key::VARCHAR AS bucket_key",
    "told_traits": "profile::INTEGER AS profile, name::VARCHAR AS name, time::BIGINT AS time, "
    "message_id::VARCHAR AS message_id, came_with::BIGINT AS came_with, "
    "value::VARCHAR AS value, digest::VARCHAR AS digest, root::VARCHAR AS root",
    "told_tags": "profile::INTEGER AS profile, name::VARCHAR AS name, time::BIGINT AS time, "
    "message_id::VARCHAR AS message_id, came_with::BIGINT AS came_with, is_on::BOOLEAN AS is_on, "
    "until::BIGINT AS until",
    "other_names": "tag::VARCHAR AS tag, other::VARCHAR AS other",
}
"""The tables that the facts are laid into."""

_NEWEST = (
    "row_number() OVER (PARTITION BY profile, name "
    "ORDER BY time DESC, message_id DESC, came_with DESC) = 1"
)

_STOOD = f"""
CREATE TEMP TABLE stood AS
WITH told AS (SELECT DISTINCT * FROM told_traits),
compared AS (
  SELECT *, lag(time) OVER said IS NOT NULL
    AND lag(value) OVER said IS NOT DISTINCT FROM value
    AND lag(digest) OVER said IS NOT DISTINCT FROM digest AS carries_on
  FROM told
  WINDOW said AS (PARTITION BY profile, name ORDER BY time, message_id, came_with)
),
begun AS (
  SELECT *, max(CASE WHEN NOT carries_on THEN time END) OVER (
    PARTITION BY profile, name ORDER BY time, message_id, came_with) AS since
  FROM compared
)
SELECT * FROM begun QUALIFY {_NEWEST};

CREATE TEMP TABLE traits AS
SELECT profile, name, value::JSON AS value, since FROM stood WHERE value IS NOT NULL;

CREATE TEMP TABLE digests AS
SELECT profile, name, digest FROM stood s WHERE value IS NULL AND digest IS NOT NULL
  AND (root IS NULL OR EXISTS (
    SELECT 1 FROM stood r WHERE r.profile = s.profile AND r.name = s.root
      AND r.time = s.time AND r.message_id = s.message_id AND r.came_with = s.came_with));
"""


def lay_past(lake: duckdb.DuckDBPyConnection, told: Told, now: int) -> None:
    """Make the views of people, traits, digests and tags as they stood at ``now``.

    Known was by then whoever had an event by then; the lake has the events already.
    """
    for name, columns in zip(
        SHAPES, (told.profiles, told.traits, told.tags, told.other_names), strict=True
    ):
        lake.register("given", dict(columns))
        lake.execute(f"CREATE TEMP TABLE {name} AS SELECT {SHAPES[name]} FROM given")
        lake.unregister("given")
    lake.execute(
        "CREATE TEMP TABLE profiles AS SELECT * FROM people_of_today WHERE profile IN "
        f"(SELECT profile FROM events WHERE time <= {now})"
    )
    lake.execute(_STOOD)
    lake.execute(
        "CREATE TEMP TABLE worn AS SELECT profile, name AS tag FROM (SELECT * FROM told_tags "
        f"QUALIFY {_NEWEST}) WHERE is_on AND (until < 0 OR until > {now});"
        "CREATE TEMP TABLE tags AS SELECT * FROM worn UNION ALL "
        "SELECT profile, other AS tag FROM worn JOIN other_names USING (tag)"
    )
