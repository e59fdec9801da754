"""A coupon as the fields of a form, and back. Pure.

A percentage is written as what is taken off: 15 is 15 % off, whatever the language calls it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from coterie.core.errors import Invalid
from coterie.core.numbers import SCALE
from coterie.loyalty.coupons.model import WHOLE, Kind, Period, Template
from coterie.web.console.coupons.words import RESERVED, amount_in, count_in

KINDS: tuple[Kind, ...] = ("amount", "percent", "gift")


@dataclass(frozen=True)
class Fields:
    """The texts of the form; what it does not show stays as it is in ``before``."""

    said: Mapping[str, str]
    before: Template | None = None

    def __getitem__(self, name: str) -> str:
        """Return what was typed, without spaces around it."""
        return self.said.get(name, "").strip()


def fields_of(one: Template) -> dict[str, str]:
    """Lay a template out as fields."""
    return {
        "slug": one.slug, "zh": one.titles.get("zh", ""), "en": one.titles.get("en", ""),
        "kind": one.kind, "amount": _amount(one.amount),
        "percent": f"{one.percent / (WHOLE // 100):g}" if one.percent else "",
        "most": _amount(one.most or 0), "gift": one.gift, "cost": _amount(one.cost),
        "minimum": _amount(one.minimum), "days": _number(one.days), "starts": one.starts or "",
        "ends": one.ends or "", "stock": _number(one.stock),
        "per_person": _number(one.per_person), "budget": one.budget or "",
        "stores": ", ".join(one.stores), "segment": one.segment or "",
        "campaign": one.campaign or "", "shared": one.shared or "",
    }  # fmt: skip


def template_of(given: Fields) -> Template:
    """Read a template out of a form; raises Invalid."""
    slug, kind = given["slug"], given["kind"]
    if slug in RESERVED:
        raise Invalid("this name is taken by a page", path="slug", hint="choose another")
    if kind not in KINDS:
        raise Invalid("say what it gives", path="kind")
    before = given.before
    period: Period = "ever" if before is None else before.per
    return Template(
        slug=slug, titles={key: given[key] for key in ("zh", "en") if given[key]}, kind=kind,
        amount=amount_in(given["amount"], "amount") if kind == "amount" else 0,
        percent=_percent(given["percent"]) if kind == "percent" else 0,
        most=(amount_in(given["most"], "most") or None) if kind == "percent" else None,
        gift=given["gift"] if kind == "gift" else "",
        cost=amount_in(given["cost"], "cost") if kind == "gift" else 0,
        minimum=amount_in(given["minimum"], "minimum"), days=count_in(given["days"], "days"),
        starts=given["starts"] or None, ends=given["ends"] or None,
        stock=count_in(given["stock"], "stock"), per=period,
        per_person=count_in(given["per_person"], "per_person"), budget=given["budget"] or None,
        stores=tuple(filter(None, (one.strip() for one in given["stores"].split(",")))),
        segment=given["segment"] or None, campaign=given["campaign"] or None,
        shared=given["shared"] or None,
        items=before.items if before else (), topics=before.topics if before else (),
        floor=before.floor if before else 0, priority=before.priority if before else 0,
        exclusive=before.exclusive if before else True,
        enabled=before.enabled if before else True,
    )  # fmt: skip


def _percent(text: str) -> int:
    share = amount_in(text.removesuffix("%"), "percent")
    return share * (WHOLE // 100) // SCALE


def _amount(amount: int) -> str:
    return f"{amount / SCALE:g}" if amount else ""


def _number(number: int | None) -> str:
    return "" if number is None else str(number)
