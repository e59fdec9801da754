"""The words of imports: roles, forms, reasons, states, and what a row will become."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from coterie.core.clock import parse_time
from coterie.core.errors import Invalid
from coterie.roads.bulk import Made
from coterie.roads.imports.plan import NUMBER, ROLES, Plan, Role
from coterie.roads.imports.suggest import TIME_FORMATS, Ground
from coterie.roads.mapping import Fault, Kind
from coterie.roads.values import STYLES, UNIX, UNIX_MS, BadValue
from coterie.web.speech import N_, Speech

KINDS: Mapping[Kind, tuple[str, str]] = {
    "profiles": (N_("A customer"), N_("a list of members, contacts, buyers")),
    "events": (N_("Something a customer did"), N_("orders, visits, reads, sign-ups")),
    "items": (N_("A product or an article"), N_("what customers buy or read")),
}

ROLE_WORDS: Mapping[Role, str] = {
    "user_id": N_("Who: the customer's id"),
    "anonymous_id": N_("Who: a device's id"),
    "timestamp": N_("When it happened"),
    "trait": N_("A trait of the customer"),
    "property": N_("A detail"),
    "event": N_("What happened"),
    "message_id": N_("Its own number: counts once"),
    "item": N_("Which product or article"),
    "amount": N_("The amount"),
    "store": N_("Which store"),
    "key": N_("Its number"),
    "title": N_("Its title"),
    "url": N_("Its link"),
    "price": N_("Its price"),
    "topic": N_("A topic it is about"),
    "item_kind": N_("What kind it is"),
    "ignore": N_("Leave out"),
}

GROUNDS: Mapping[Ground, str] = {
    "both": N_("by its name and its values"),
    "name": N_("by its name"),
    "values": N_("by its values"),
    "none": N_("a guess"),
}

STATES = {
    "uploaded": N_("waits for its columns"),
    "mapped": N_("ready to be tried"),
    "checking": N_("being tried"),
    "checked": N_("tried"),
    "running": N_("going in"),
    "done": N_("done"),
    "failed": N_("stopped by a fault"),
    "cancelled": N_("stopped"),
}

TONES = {
    "uploaded": "amber", "mapped": "amber", "checking": "sea", "checked": "amber",
    "running": "sea", "done": "sea", "failed": "wine", "cancelled": "quiet",
}  # fmt: skip

FAULTS = {
    "not_a_number": N_("“%(value)s” is not a number written this way"),
    "not_json": N_("“%(value)s” is not JSON"),
    "not_a_time": N_("“%(value)s” is not a time written this way"),
    "no_ids": N_("nobody is named"),
    "no_key": N_("no product or article is named"),
    "no_event": N_("it does not say what happened"),
    "reserved_name": N_("“%(value)s” is a name that this house keeps for itself"),
    "id_too_long": N_("“%(value)s” is too long"),
    "invalid_time": N_("“%(value)s” is before 1970 or after 2999"),
    "erased": N_("the person was erased at her request"),
    "too_many_values": N_("the row has more cells than the header has columns"),
    "too_few_values": N_("the row has fewer cells than the header has columns"),
    "event_too_large": N_("the row is too large"),
}

REFUSALS = {
    "no_table": N_("This is neither a CSV file nor an Excel workbook (.xlsx). Save it as one."),
    "bad_encoding": N_("The file is not written in this encoding. Choose another one."),
    "bad_quotes": N_("The file cannot be read as CSV: a quotation mark may be left open."),
    "empty_file": N_("The file is empty. Its first row must name the columns."),
    "no_rows": N_("The file has a header but no rows."),
    "many_columns": N_("The file has too many columns; at most 300 are read."),
    "bad_workbook": N_("The workbook cannot be read. Save it as .xlsx or CSV once more."),
    "too_large": N_("The file is too large."),
    "role_twice": N_("Another column says this already. Leave one of them out."),
    "name_twice": N_("Another column has this name already."),
    "bad_name": N_("Give it a name: up to 100 characters, without a dot."),
    "bad_role": N_("A row of this kind has nothing like it."),
    "no_event_name": N_("Say what happened in each row."),
    "no_id_column": N_("Say which column tells whose row it is."),
    "no_key_column": N_("Say which column holds the number of the product or article."),
    "lost_column": N_("A column is missing. Download the rows again and mend them in that file."),
    "bad_row_number": N_("A row has lost its number (coterie_row). Download the rows again."),
}

FIELDS = {
    "item": N_("product or article"),
    "amount": N_("amount"),
    "store_id": N_("store"),
    "title": N_("title"),
    "price": N_("price"),
    "topics": N_("topics"),
    "url": N_("link"),
    "phone": N_("phone number"),
    "email": N_("e-mail address"),
    "name": N_("full name"),
    "firstName": N_("given name"),
    "lastName": N_("family name"),
    "gender": N_("gender"),
    "birthday": N_("birthday"),
    "city": N_("city"),
    "province": N_("province"),
    "country": N_("country"),
    "address": N_("postal address"),
    "tier": N_("member tier"),
    "points": N_("loyalty points"),
    "company": N_("company"),
    "wechat": N_("WeChat"),
    "registered": N_("registered on"),
    "quantity": N_("quantity"),
    "note": N_("note"),
    "order_id": N_("order number"),
}
"""The fields that a guess gives a name to; a person's own names are shown as they are."""

_EXAMPLE = datetime(2026, 1, 31, 9, 30)


@dataclass(frozen=True)
class Becoming:
    """What a row will become: a sentence, its details by name, and what keeps it out."""

    row: int
    who: str
    what: str
    when: str
    details: tuple[tuple[str, str], ...]
    faults: tuple[str, ...]


def roles(speech: Speech, kind: Kind) -> list[tuple[str, str]]:
    """Return what a column of such rows may become."""
    return [(role, speech.gettext(ROLE_WORDS[role])) for role in ROLES[kind]]


def forms(speech: Speech) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return how values may be written, in groups; times by an example."""
    times = [(form, _EXAMPLE.strftime(form)) for form in TIME_FORMATS if form.startswith("%")]
    moment = int(_EXAMPLE.timestamp())
    times += [(UNIX, f"{moment}"), (UNIX_MS, f"{moment * 1000}")]
    return [
        (speech.gettext("Plain text"), [("", speech.gettext("as it stands"))]),
        (speech.gettext("Number"), [(NUMBER, "1234.5"), *((style, style) for style in STYLES)]),
        (speech.gettext("Time"), times),
    ]


def fault(speech: Speech, one: Fault, values: Mapping[str, Any]) -> str:
    """Say why a row stays out, with the value that is wrong."""
    if one.why not in FAULTS:
        return one.reason
    value = next((str(values.get(name) or "") for name in one.columns), "")
    return speech.gettext(FAULTS[one.why], value=value[:40])


def fault_kind(speech: Speech, why: str) -> str:
    """Name a reason without a value."""
    return speech.gettext(_KINDS.get(why, N_("something else")))


_KINDS = {
    "not_a_number": N_("not a number"),
    "not_json": N_("not JSON"),
    "not_a_time": N_("not a time"),
    "no_ids": N_("nobody is named"),
    "no_key": N_("no product or article is named"),
    "erased": N_("erased people"),
    "too_many_values": N_("too many cells"),
    "too_few_values": N_("too few cells"),
}


def refusal(speech: Speech, error: Invalid) -> str:
    """Say why a file or a plan is refused."""
    why = error.why if isinstance(error, BadValue) else ""
    return speech.gettext(REFUSALS[why]) if why in REFUSALS else error.reason


def becoming(speech: Speech, plan: Plan, made: Made, faults: Sequence[Fault]) -> Becoming:
    """Say what a row will become, in words of the trade."""
    shown = made.shown
    said = tuple(fault(speech, each, made.values) for each in faults)
    if plan.kind == "items":
        given = {name: shown.get(name) for name in ("title", "price", "url")}
        given["topics"] = ", ".join(shown.get("topics", ()))
        details = _details(speech, {**given, **shown.get("properties", {})})
        return Becoming(made.row, str(shown.get("key", "")), "", "", details, said)
    who = str(shown.get("userId") or shown.get("anonymousId") or "")
    event = str(shown.get("event") or "")
    stamp = shown.get("timestamp")
    return Becoming(
        row=made.row,
        who=who,
        what=speech.word("event", event) if event else "",
        when=speech.moment(parse_time(stamp, speech.zone)) if stamp else "",
        details=_details(
            speech, shown.get("traits" if plan.kind == "profiles" else "properties", {})
        ),
        faults=said,
    )


def _details(speech: Speech, details: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (speech.gettext(FIELDS[name]) if name in FIELDS else name, str(value))
        for name, value in details.items()
        if value not in (None, "")
    )
