"""What a budget and a template may say. Pure; raises Invalid with the path of the fault."""

from zoneinfo import ZoneInfo

from coterie.core.errors import Invalid
from coterie.core.ids import check_slug
from coterie.loyalty.coupons.codes import read
from coterie.loyalty.coupons.model import WHOLE, Budget, Template
from coterie.loyalty.coupons.timing import begins, ends

_SHORTEST_SHARED = 4


def check_budget(budget: Budget) -> None:
    """Refuse a budget without a name, or of less than nothing."""
    check_slug(budget.slug, "slug")
    if budget.amount < 0:
        raise Invalid("a budget is not less than nothing", path="amount", hint="write 1000")


def check_template(template: Template, zone: ZoneInfo) -> None:
    """Refuse a template that promises nothing, contradicts itself, or whose times are none."""
    check_slug(template.slug, "slug")
    if not any(title.strip() for title in template.titles.values()):
        raise Invalid("a coupon needs a title", path="titles", hint="say what she gets")
    _check_worth(template)
    _check_times(template, zone)
    for path, number in (
        ("stock", template.stock), ("per_person", template.per_person), ("days", template.days),
    ):  # fmt: skip
        if number is not None and number < (0 if path == "days" else 1):
            raise Invalid("must be at least 1", path=path, hint="leave it out for any number")
    if template.shared is not None and len(read(template.shared)) < _SHORTEST_SHARED:
        raise Invalid("a code for everybody has at least 4 signs", path="shared")


def _check_worth(template: Template) -> None:
    if template.kind == "amount" and template.amount <= 0:
        raise Invalid("how much is taken off?", path="amount", hint="write an amount above 0")
    if template.kind == "percent" and not 0 < template.percent <= WHOLE:
        raise Invalid("a percentage is above 0 and at most 100", path="percent")
    if template.kind == "percent" and template.budget is not None and not template.most:
        raise Invalid(
            "a percentage paid from a budget needs the most that it may cost",
            path="most", hint="say how much is taken off at most",
        )  # fmt: skip
    if template.kind == "gift" and not template.gift.strip():
        raise Invalid("what is handed over?", path="gift", hint="name the gift")
    if not 0 <= template.floor <= WHOLE:
        raise Invalid("a share of the list price is between 0 and 100 %", path="floor")
    for path, number in (
        ("minimum", template.minimum), ("cost", template.cost), ("most", template.most or 0)
    ):  # fmt: skip
        if number < 0:
            raise Invalid("must not be below 0", path=path)


def _check_times(template: Template, zone: ZoneInfo) -> None:
    moments = []
    for path, reader in (("starts", begins), ("ends", ends)):
        try:
            moments.append(reader(getattr(template, path), zone))
        except Invalid as error:
            raise Invalid(error.reason, path=path, hint="write 2026-11-30") from error
    first, last = moments
    if first is not None and last is not None and first >= last:
        raise Invalid("it would end before it begins", path="ends", hint="choose a later day")
