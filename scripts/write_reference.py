"""Write the parts of docs/reference that are made from the code: settings, addresses, schemas.

Run it after changing a setting or a format: ``python scripts/write_reference.py``. A test compares
what it would write with what is there.
"""

import inspect
import json
import re
from pathlib import Path

from fastapi.routing import APIRoute

from coterie.analytics.review.definitions import DEFINITIONS, Definition
from coterie.journeys.schema import json_schema as journeys_schema
from coterie.segments.language.schema import json_schema as rules_schema
from coterie.settings import Settings
from coterie.web.routes import DESK

REFERENCE = Path(__file__).parents[1] / "docs" / "reference"

SETTINGS_HEAD = """# Settings

Every setting has a default that needs no thought. A setting is read from, the first that has it:

1. the option of the command (`--data`, `--port`, `--host`),
2. the environment: `COTERIE_` and the name in capitals, such as `COTERIE_PORT=8080`,
3. `coterie.toml` in the data folder: `port = 8080`.

The data folder itself comes from `--data` or `COTERIE_DATA` only. In the environment a list is
written as JSON: `COTERIE_ALLOWED_HOSTS='["shop.example", "localhost"]'`. A wrong value, or a name
in `coterie.toml` that is no setting, ends every command with code 2 and says where it was found.

`zone` and `currency` are fixed when the house is founded, which is the first time that a command
opens its folder; another value later is refused (exit code 4).

This page is made from `coterie.settings` by `scripts/write_reference.py`.

| name | default | what it is |
|---|---|---|
"""


DESK_HEAD = """# Addresses of the desk

The pages of the console, and what their forms send. Every one asks who sits at the desk; what
changes something is a POST, carries the hidden `form_token` of a page of ours, and leads on to a
page. Some answer a part of a page to htmx, and the live ones are streams of server-sent events.
Programs use the [HTTP API](http-api.md).

This page is made from the routes by `scripts/write_reference.py`.

| address | what it does |
|---|---|
"""


REVIEW_HEAD = """# Figures of a review

What `/campaigns/SLUG/review` counts, and how: the page, its workbook and its paper print these
sentences beside the figures. *Members* are those who joined. Days are of the brand's zone; a
campaign begins with the first midnight of its first phase and ends before the midnight after its
last. Amounts are net of all refunds told so far, in whole scaled numbers, so that every way of
adding up gives the same. `app.growing.reviews.review(work, slug).told()` returns all of it as plain
JSON. How to read it: [Read a campaign's review](../how-to/read-a-review.md).

This page is made from `coterie.analytics.review.definitions` by `scripts/write_reference.py`.

| figure | how it is counted | 怎么算 | events read |
|---|---|---|---|
"""


def made() -> dict[Path, str]:
    """Return the text of every file that this script writes."""
    return {
        REFERENCE / "settings.md": SETTINGS_HEAD + "".join(_setting(n) for n in _names()),
        REFERENCE / "desk.md": DESK_HEAD + "".join(sorted(map(_address, desk_routes()))),
        REFERENCE / "review.md": REVIEW_HEAD + "".join(map(_definition, DEFINITIONS.values())),
        REFERENCE / "rules.schema.json": _json(rules_schema()),
        REFERENCE / "journeys.schema.json": _json(journeys_schema()),
    }


def _definition(one: Definition) -> str:
    names = ", ".join(f"`{name}`" for name in one.names)
    title = f"{one.name['en']} {one.name['zh']}"
    return f"| **{title}** | {one.words['en']} | {one.words['zh']} | {names} |\n"


def desk_routes() -> list[APIRoute]:
    """Return the routes of the operator's pages."""
    routes = [route for router in DESK for route in router.routes]
    return [
        route
        for route in routes
        if isinstance(route, APIRoute) and not route.path.startswith("/api/")
    ]


def _address(route: APIRoute) -> str:
    path = re.sub(r"\{(\w+)(:\w+)?\}", lambda place: place[1].upper(), route.path)
    method = next(iter(sorted(route.methods - {"HEAD"})))
    told = (inspect.getdoc(route.endpoint) or "").partition("\n\n")[0].replace("\n", " ")
    return f"| `{method} {path}` | {told.rstrip('.')} |\n"


def _names() -> list[str]:
    return list(Settings.model_fields)


def _setting(name: str) -> str:
    field = Settings.model_fields[name]
    return f"| `{name}` | {_shown(field.default)} | {field.description} |\n"


def _shown(default: object) -> str:
    if default == "":
        return "empty"
    if isinstance(default, bool | tuple):
        return f"`{json.dumps(default)}`"
    return f"`{default}`"


def _json(schema: object) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for path, text in made().items():
        path.write_text(text, encoding="utf-8")
        print(path)
