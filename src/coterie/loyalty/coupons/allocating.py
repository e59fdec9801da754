"""Who of many gets a coupon while there are any. Pure.

First come, first served: everybody is asked in the order of the wants, so that nobody who is
refused for a reason of her own takes a unit from somebody else.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pyroaring import BitMap

from coterie.loyalty.coupons.model import Reason, Template, Want


@dataclass
class Allocation:
    """Those who may have one, and why the others may not."""

    given: list[Want] = field(default_factory=list)
    refused: list[tuple[Want, Reason, str]] = field(default_factory=list)


def allocate(
    template: Template,
    wants: Sequence[Want],
    had: Mapping[int, int],
    belong: BitMap | None,
) -> Allocation:
    """Choose whom a template can serve; budgets are asked afterwards.

    ``had`` counts the coupons that each person has had in the period that counts; ``belong`` are
    those whom it is for (None: everybody). One want without a person is for nobody.
    """
    found, counts = Allocation(), Counter(had)
    left = None if template.stock is None else template.stock - template.issued
    for want in wants:
        reason, why = _refusal(template, want, counts[want.profile], belong)
        if reason is None and left is not None and len(found.given) >= left:
            reason, why = "quantity_exceeded", "stock"
        if reason is not None:
            found.refused.append((want, reason, why))
            continue
        counts[want.profile] += 1
        found.given.append(want)
    return found


def _refusal(
    template: Template, want: Want, had: int, belong: BitMap | None
) -> tuple[Reason | None, str]:
    if not want.profile:
        return "missing_customer", ""
    if not template.enabled:
        return "disabled", ""
    if belong is not None and want.profile not in belong:
        return "customer_rules", "segment"
    if template.per_person is not None and had >= template.per_person:
        return "profile_limit", template.per
    return None, ""
