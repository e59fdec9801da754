"""The leaves about how people stand as SQL: who takes part, agrees, is near, is on a list.

The views are ``tags``, ``consents``, ``stores`` and ``lists`` beside ``traits``. Distances are
whole metres on a sphere by the haversine formula (R. W. Sinnott, Sky and Telescope 68, 1984, 159).
"""

from coterie.segments.everyone.literals import quote
from coterie.segments.model import Consents, Listed, Near, Participant, World

_LOCATED = (
    "SELECT profile FROM traits WHERE name IN ('location', 'location.lat', 'location.lon', 'store')"
)
"""Of all others nobody knows where they are."""

_RADIUS = "6371008.8"
"""Of the Earth in metres, the mean (H. Moritz, Geodetic Reference System 1980)."""


def taking_part(rule: Participant) -> str:
    """Write who wears the tag of a community or group."""
    return f"SELECT profile FROM tags WHERE tag = {quote(f'{rule.kind}:{rule.slug}')}"


def on_list(rule: Listed) -> str:
    """Write who stands on a list."""
    return f"SELECT profile FROM lists WHERE list = {quote(rule.name)}"


def agreeing(rule: Consents, world: World) -> str:
    """Write whose newest word on a purpose and a channel is a yes."""
    channels = f"channel IN ({quote(rule.channel)}, '*')"
    return _with_yes(f"purpose = {quote(rule.purpose)} AND {channels}", world.now)


def _with_yes(which: str, now: int) -> str:
    newest = "row_number() OVER (PARTITION BY profile ORDER BY time DESC, message_id DESC) = 1"
    return (
        "SELECT profile FROM (\n    SELECT profile, given FROM consents\n"
        f"    WHERE {which} AND time <= {now}\n    QUALIFY {newest}\n  ) WHERE given"
    )


def being_near(rule: Near, world: World) -> str:
    """Write who is near: by her location while she agrees to it, else by the store she chose."""
    allowed = _with_yes("purpose = 'location'", world.now)
    return (
        "SELECT profile FROM (\n"
        "    SELECT profile, if(is_own, own_lat, store_lat) AS lat,\n"
        "      if(is_own, own_lon, store_lon) AS lon\n    FROM (\n"
        "      SELECT *, may AND own_lat BETWEEN -90 AND 90\n"
        "        AND own_lon BETWEEN -180 AND 180 AS is_own\n      FROM (\n"
        f"        SELECT p.profile, a.profile IS NOT NULL AS may, {_own('lat')} AS own_lat,\n"
        f"          {_own('lon')} AS own_lon, s.lat AS store_lat, s.lon AS store_lon\n"
        f"        FROM (SELECT profile FROM people WHERE profile IN ({_LOCATED})) p\n"
        f"        LEFT JOIN ({allowed}) a ON a.profile = p.profile\n"
        f"        {_trait('t', 'location')}\n        {_trait('t_lat', 'location.lat')}\n"
        f"        {_trait('t_lon', 'location.lon')}\n        {_trait('chosen', 'store')}\n"
        "        LEFT JOIN stores s ON json_type(chosen.value) = 'VARCHAR'\n"
        "          AND s.store = chosen.value ->> '$'\n"
        f"  ))) WHERE {_metres(rule)} <= {round(rule.km * 1_000)}"
    )


def _trait(alias: str, name: str) -> str:
    joined = f"{alias}.profile = p.profile AND {alias}.name = {quote(name)}"
    return f"LEFT JOIN traits {alias} ON {joined}"


def _own(key: str) -> str:
    """Write one of the two angles that she has told, NULL when it is no number."""
    value = f"if(t_{key}.name IS NULL, field(t.value, '{key}'), t_{key}.value)"
    return f"TRY_CAST(digits({value}) AS DOUBLE)"


def _metres(rule: Near) -> str:
    half_chord = (
        f"pow(sin(radians(lat - {rule.lat!r}) / 2), 2) + cos(radians({rule.lat!r}))"
        f" * cos(radians(lat)) * pow(sin(radians(lon - {rule.lon!r}) / 2), 2)"
    )
    return f"floor(2 * {_RADIUS} * asin(sqrt(least(1.0, {half_chord}))) + 0.5)"
