"""Writing values into SQL: every literal of a rule goes through ``quote`` or is a number."""


def quote(text: str) -> str:
    """Write text as an SQL literal, whatever is in it.

    >>> quote("o'clock")
    "'o''clock'"
    """
    return "'" + text.replace("'", "''") + "'"


def at_path(source: str, path: str) -> str:
    """Write the value at a path of an object: the whole path if it is a key, else key by key."""
    walked = source
    for key in path.split("."):
        walked = f"field({walked}, {quote(key)})"
    if "." not in path:
        return walked
    return f"coalesce(field({source}, {quote(path)}), {walked})"
