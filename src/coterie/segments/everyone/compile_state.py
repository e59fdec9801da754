"""The leaves about how people stand as SQL: who takes part, agrees, is near, is on a list.

The views are ``tags``, ``consents``, ``stores`` and ``lists`` beside ``traits``. Distances are
whole metres on a sphere by the haversine formula (R. W. Sinnott, Sky and Telescope 68, 1984, 159).
"""

from coterie.segments.everyone.literals import quote
from coterie.segments.model import Consents, Listed, Near, Participant, World

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
    lat, lon = _own("lat", 90), _own("lon", 180)
    own = f"a.profile IS NOT NULL AND {lat} IS NOT NULL AND {lon} IS NOT NULL"
    return (
        f"SELECT profile FROM (\n    SELECT p.profile, if({own}, {lat}, s.lat) AS lat,\n"
        f"      if({own}, {lon}, s.lon) AS lon\n    FROM people p\n"
        f"    LEFT JOIN ({allowed}) a ON a.profile = p.profile\n"
        "    LEFT JOIN traits t ON t.profile = p.profile AND t.name = 'location'\n"
        "    LEFT JOIN traits t_lat ON t_lat.profile = p.profile AND t_lat.name = 'location.lat'\n"
        "    LEFT JOIN traits t_lon ON t_lon.profile = p.profile AND t_lon.name = 'location.lon'\n"
        "    LEFT JOIN traits chosen ON chosen.profile = p.profile AND chosen.name = 'store'\n"
        "    LEFT JOIN stores s ON json_type(chosen.value) = 'VARCHAR'\n"
        "      AND s.store = chosen.value ->> '$'\n"
        f"  ) WHERE {_metres(rule)} <= {round(rule.km * 1_000)}"
    )


def _own(key: str, most: int) -> str:
    """Write one of the two angles that she has told, NULL when it is none."""
    value = f"if(t_{key}.name IS NULL, field(t.value, '{key}'), t_{key}.value)"
    angle = f"TRY_CAST(digits({value}) AS DOUBLE)"
    return f"if({angle} BETWEEN -{most} AND {most}, {angle}, NULL)"


def _metres(rule: Near) -> str:
    half_chord = (
        f"pow(sin(radians(lat - {rule.lat!r}) / 2), 2) + cos(radians({rule.lat!r}))"
        f" * cos(radians(lat)) * pow(sin(radians(lon - {rule.lon!r}) / 2), 2)"
    )
    return f"floor(2 * {_RADIUS} * asin(sqrt(least(1.0, {half_chord}))) + 0.5)"
